"""How a view answers: JSON written by orjson, entity tags, and 304 where nothing is new."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request
from werkzeug.datastructures import Headers

from app.kernel.errors import Conflict, Invalid
from app.web.asked import asked

JSON = "application/json"
OK = 200
_CHANGED = frozenset({"location", "content-location"})
"""What a header says of another place is made a whole address first."""


class PreconditionRequired(Invalid):
    """An edit says which version it began from; without If-Match it could undo what it has not seen."""

    code = "precondition_required"
    title = "Send If-Match with the entity tag you read"


class PreconditionFailed(Conflict):
    """Someone else was faster: read again, then edit."""

    code = "precondition_failed"
    title = "This has changed since you read it"


class Answer(Response):
    """An answer whose headers go out as they stand, where nothing in them has to be changed first."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """Return the headers to send; werkzeug copies them one by one to look for what our answers do not have."""
        headers = self.headers
        there = {name.lower() for name, _ in headers}
        if self.status_code != OK or "content-length" not in there or there & _CHANGED:
            return super().get_wsgi_headers(environ)
        return headers


def answer(
    body: Any,
    status: int = 200,
    *,
    etag: str | None = None,
    weak: bool = False,
    location: str | None = None,
    mimetype: str = JSON,
) -> Response:
    """Return the JSON answer; with an entity tag that the client already holds, an empty 304."""
    if etag is not None and _is_known(etag):
        response = Response(status=304)
    else:
        response = Answer(orjson.dumps(body), status, mimetype=mimetype)
    if etag is not None:
        response.set_etag(etag, weak)
    if location is not None:
        response.headers["Location"] = location
    return response


def _is_known(etag: str) -> bool:
    """Does the client that reads say that it holds this already?"""
    req = asked()
    if req.method not in ("GET", "HEAD") or "If-None-Match" not in req.headers:
        return False
    return req.if_none_match.contains_weak(etag)


def no_content() -> Response:
    """Return 204."""
    return Response(status=204)


def require_match(*current: str) -> None:
    """Raise unless If-Match names the current version (428 when absent, 412 when another), in any of its forms."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired
    if request.if_match.star_tag or not any(map(request.if_match.contains, current)):
        raise PreconditionFailed
