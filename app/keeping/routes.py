"""The operations on all that is one's own: take it along, and have it erased."""

from __future__ import annotations

import time
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import structlog
from flask import Response, after_this_request, current_app

from app.accounts.proving import confirm_password
from app.keeping.schemas import ConfirmedByPasswordSchema
from app.keeping.service import archive, therapist_archive
from app.keeping.service import erasure as erasures
from app.keeping.service.leaving import erase_therapist
from app.keeping.service.trail import write_anchor
from app.kernel.clock import now
from app.kernel.permissions import Permission, Role
from app.settings import Settings
from app.web.answers import no_content
from app.web.auth import actor
from app.web.feature import Feature
from app.web.limits import count_try
from app.web.transaction import database, db

keeping = Feature("keeping", "All that is one's own: take it along, have it erased.", writes_down=True)

MULTIPLE_CHOICES = 300
DAY_S = 86400
EXPORTS = 5
ANCHOR_EVERY_S = 300
PIECE_BYTES, IN_MEMORY_BYTES = 256 * 1024, 8 * 1024**2


@keeping.operation(
    "POST",
    "/v1/me/export",
    permission=Permission.RECORD_OWN,
    body=ConfirmedByPasswordSchema,
    answers={200: None},
)
def export_me(body: dict[str, Any]) -> Response:
    """Take along all that is kept about oneself: a zip of JSON Lines with a manifest.

    A therapist's holds what their account holds, and nothing of a patient's.
    """
    account_id = actor().account_id
    confirm_password(account_id, body["password"])
    count_try("export", str(account_id), most=EXPORTS, per_s=DAY_S)
    # On disk where it is long: an archive holds the files that were imported.
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed once it is sent
    export = archive.export if actor().role is Role.PATIENT else therapist_archive.export
    export(db(), account_id, current_app.config["TROCHLEA_SCHEMA"], now(), file)
    length = file.tell()
    file.seek(0)
    response = Response(_pieces(cast("IO[bytes]", file)), mimetype="application/zip")
    response.content_length = length
    response.call_on_close(file.close)
    response.headers["Content-Disposition"] = 'attachment; filename="trochlea.zip"'
    return response


@keeping.operation(
    "POST",
    "/v1/me/erasure",
    permission=Permission.RECORD_OWN,
    body=ConfirmedByPasswordSchema,
    answers={204: None},
)
def erase_me(body: dict[str, Any]) -> Response:
    """Have oneself erased: every device is logged out, and all that is one's own is deleted, at once and for good.

    Of a therapist, what they wrote into patients' records stays there without their name; every care link ends.
    """
    account_id = actor().account_id
    confirm_password(account_id, body["password"])
    erase = erasures.erase if actor().role is Role.PATIENT else erase_therapist
    erase(db(), account_id, _settings().secret_key, now())
    after_this_request(_clear_rests)
    return no_content()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file piece by piece, and close it."""
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _clear_rests(response: Response) -> Response:
    """Run once the erasure is committed; what fails here is done by the next erasure, backup or `tidy`."""
    if response.status_code < MULTIPLE_CHOICES:
        try:
            erasures.after_erasure(database(), _settings().var_dir)
        except Exception as problem:
            structlog.get_logger().error("erasure_rests", error=type(problem).__name__)
    return response


class Anchoring:
    """Writes the heads of the trail down every few minutes, after an answer; each worker process does so."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()

    def __call__(self, response: Response) -> Response:
        """Write them down where it is time to; an answer never fails for it."""
        if time.monotonic() - self._last_s >= ANCHOR_EVERY_S:
            self._last_s = time.monotonic()
            try:
                heads = write_anchor(_settings().database_url, _settings().var_dir)
                structlog.get_logger().info("trail_anchor", heads=dict(heads))
            except Exception as problem:
                structlog.get_logger().error("trail_anchor", error=type(problem).__name__)
        return response


def _settings() -> Settings:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return settings
