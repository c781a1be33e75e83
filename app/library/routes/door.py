"""The door of the library, and how its answers are tagged and told."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any

import orjson
from flask import Response, current_app, g

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


class Tags:
    """Which tag the answer to a question had, as long as nothing is put into the library: asked again, none is made.

    A question is all that the answer hangs on: epoch and head of the library's stream, path, query and language.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most, self._lock = most, Lock()
        self._tags: OrderedDict[tuple[Any, ...], str] = OrderedDict()

    def find(self, question: tuple[Any, ...]) -> str | None:
        """Return the tag of a question's answer, where it is remembered."""
        with self._lock:
            return self._tags.get(question)

    def remember(self, question: tuple[Any, ...], tag: str) -> None:
        """Remember a tag; the oldest makes room."""
        with self._lock:
            self._tags[question] = tag
            while len(self._tags) > self._most:
                self._tags.popitem(last=False)


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
        _tags().remember(question, tag)
    return _told(answer(body, etag=tag), reader)


def _told(response: Response, reader: Reader | None) -> Response:
    return response if reader is None else in_language(response, reader.language)


def _tags() -> Tags:
    with _LOCK:
        found: Tags = current_app.extensions.setdefault(_REMEMBERED, Tags())
    return found
