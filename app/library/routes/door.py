"""The door of the library, and how its answers are tagged and told."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import Any

import orjson
from flask import Response, current_app, g

from app.kernel.memory import Memory
from app.library import service
from app.library.schemas.reader import Reader
from app.web.answers import answer
from app.web.asked import asked
from app.web.feature import Feature
from app.web.languages import in_language
from app.web.transaction import db

library = Feature("library", "Exercises, what is claimed about runner's knee, and the evidence for both.")

MOST_REMEMBERED = 512
_REMEMBERED = "trochlea.library_tags"
_LOCK = Lock()


Question = tuple[Any, ...]
"""All that an answer hangs on: epoch, generation and head of the library's stream, path, query and language."""


def unchanged(reader: Reader | None = None) -> Response | None:
    """Return 304 to whoever holds the answer of this very question and of this head; None where it has to be made.

    For answers out of the library alone: what hangs on who asks has no place here. Reads one row.
    """
    req = asked()
    if "If-None-Match" not in req.headers:
        return None
    stream, language = service.read_stream(db()), reader.language if reader else None
    question = (stream.epoch, stream.generation, stream.head, req.path, req.query_string, language)
    tag = _tags().find(question)
    if tag is None:
        g.library_question = question
    if tag is None or not req.if_none_match.contains_weak(tag):
        return None
    return _told(answer(None, etag=tag), reader)


def tagged(body: dict[str, Any], reader: Reader | None = None) -> Response:
    """Answer with a strong entity tag: the same bytes, the same tag, on every worker and after every load."""
    said = [body, reader.language, reader.register] if reader is not None else body
    tag = hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
    if (question := g.pop("library_question", None)) is not None:
        _tags().keep(question, tag)
    return _told(answer(body, etag=tag), reader)


def _told(response: Response, reader: Reader | None) -> Response:
    return response if reader is None else in_language(response, reader.language)


def _tags() -> Memory[Question, str]:
    """Return which tag the answer to each question had; asked again, none is made."""
    with _LOCK:
        found: Memory[Question, str] = current_app.extensions.setdefault(_REMEMBERED, Memory(MOST_REMEMBERED))
    return found
