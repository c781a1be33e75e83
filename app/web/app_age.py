"""Which apps are too old: the operator names the oldest version that is served, and the app names its own."""

from __future__ import annotations

from flask import current_app, request

from app.kernel.errors import TrochleaError
from app.kernel.versions import is_older
from app.settings import Settings

HEADER = "App-Version"


class AppTooOld(TrochleaError):
    """The app is older than the oldest that is served; it keeps what waits to be sent until it was updated."""

    code = "app_too_old"
    title = "Update the app; what waits to be sent stays good"


def refuse_old_apps() -> None:
    """Raise AppTooOld for an app that says it is older than the oldest that is served."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    oldest = settings.minimum_app_version
    if oldest is not None and is_older(request.headers.get(HEADER, ""), oldest):
        raise AppTooOld(extra={"minimum_app_version": oldest})
