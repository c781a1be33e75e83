"""The door of the library, and how its answers are tagged and told."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from flask import Response

from app.library.schemas.reader import Reader
from app.web.answers import answer
from app.web.feature import Feature
from app.web.languages import in_language

library = Feature("library", "Exercises, what is claimed about runner's knee, and the evidence for both.")


def tagged(body: dict[str, Any], reader: Reader | None = None) -> Response:
    """Answer with a strong entity tag: the same bytes, the same tag, on every worker and after every load."""
    said = [body, reader.language, reader.register] if reader is not None else body
    found = answer(body, etag=hashlib.sha256(orjson.dumps(said)).hexdigest()[:32])
    return found if reader is None else in_language(found, reader.language)
