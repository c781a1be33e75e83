"""The console's own style, script and sign; and what is said of a page that there is not."""

from __future__ import annotations

import mimetypes

from flask import Response, request

from app.console.door import console
from app.console.rendering import HERE, go_to, stamp_of
from app.kernel.errors import NotVisible
from app.kernel.permissions import Permission

SHIPPED = frozenset({"console.css", "console.js", "push.js", "push-renewal.js", "push-worker.js", "sign.svg"})

WORKER = "push-worker.js"
POLICY_OF_THE_WORKER = "default-src 'none'; connect-src 'self'"
"""It tells this server where the browser is reached, and speaks with nobody else."""


@console.page("/static/<name>", permission=Permission.PUBLIC)
def file(name: str) -> Response:
    """Answer with a file that the pages need."""
    if name not in SHIPPED:
        raise NotVisible
    response = Response(status=304)
    if not request.if_none_match.contains_weak(stamp_of(name)):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = Response((HERE / "static" / name).read_bytes(), mimetype=kind)
    response.set_etag(stamp_of(name))
    if name == WORKER:
        response.headers["Content-Security-Policy"] = POLICY_OF_THE_WORKER
    return response


@console.page("", permission=Permission.PUBLIC)
def front() -> Response:
    """Go where work begins."""
    return go_to("/caseload")


@console.page("/<path:rest>", permission=Permission.PUBLIC)
def nowhere(rest: str) -> Response:
    """Say that there is no such page."""
    raise NotVisible(rest[:0])
