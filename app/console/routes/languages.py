"""The language of the pages: as the browser asks, until somebody chooses one; the browser keeps that."""

from __future__ import annotations

from flask import Response, request

from app.console.browser import remember_language
from app.console.door import console
from app.console.forms import FormInvalid
from app.console.rendering import back_to, go_on
from app.kernel.errors import FieldFault
from app.kernel.permissions import Permission
from app.web.languages import LANGUAGES


@console.act("/language", permission=Permission.PUBLIC)
def switch_language() -> Response:
    """Show every page in a language from now on, and the one that was looked at first."""
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        raise FormInvalid(faults=[FieldFault("/language", "not_a_choice")])
    return remember_language(go_on(back_to(request.values.get("next", ""))), wanted)
