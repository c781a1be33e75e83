"""gzip in both directions: a body is inflated to a bound, an answer is deflated where that is worth it."""

from __future__ import annotations

import gzip
import zlib

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from app.kernel.errors import Invalid
from app.web.asked import asked
from app.web.json_input import BadJson

WORTH_BYTES = 1024
LEVEL = 4
_GZIP_WINDOW = 31


class UnsupportedEncoding(Invalid):
    """The body is encoded in a way that is not read here."""

    code = "unsupported_encoding"
    title = "Send the body as it is, or with gzip"


def inflate(req: Request, limit: int) -> None:
    """Replace a gzip body by what it holds; raise RequestEntityTooLarge beyond `limit` bytes, however small it is."""
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        body = inflater.decompress(req.get_data(cache=False), limit + 1)
    except zlib.error:
        raise BadJson("the body is not gzip") from None
    if len(body) > limit or inflater.unconsumed_tail:
        raise RequestEntityTooLarge
    if not inflater.eof or inflater.unused_data:
        raise BadJson("the body is not one whole gzip member")
    req._cached_data = body


def deflate(response: Response) -> Response:
    """Compress a large answer for a client that takes gzip."""
    if "Vary" in response.headers:
        response.vary.add("Accept-Encoding")
    else:
        response.headers.add("Vary", "Accept-Encoding")
    req = asked()
    if "gzip" not in req.headers.get("Accept-Encoding", "") or req.accept_encodings["gzip"] <= 0:
        return response
    if response.direct_passthrough or response.headers.get("Content-Encoding"):
        return response
    body = response.get_data()
    if len(body) >= WORTH_BYTES:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
