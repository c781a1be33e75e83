"""The operations on the library: everyone who is logged in reads it, and it is the same for everyone."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any, TypeVar

import orjson
from flask import Response

from app.kernel.permissions import Permission
from app.library import service
from app.library.domain.questions import ExerciseFilter, Order, Page, ReferenceFilter, Window
from app.library.domain.words import GROUP_TITLES
from app.library.schemas import (
    ExerciseGroupListSchema,
    ExerciseInFullSchema,
    ExercisePageSchema,
    ExerciseQuerySchema,
    ReferenceInFullSchema,
    ReferencePageSchema,
    ReferenceQuerySchema,
)
from app.web.answers import answer
from app.web.feature import Feature
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

library = Feature("library", "Exercises, and the evidence they rest on.")

Filter = TypeVar("Filter", ExerciseFilter, ReferenceFilter)

_PAGING = {"limit", "cursor", "sort"}


@library.operation(
    "GET",
    "/v1/exercises",
    permission=Permission.LIBRARY_READ,
    query=ExerciseQuerySchema,
    answers={200: ExercisePageSchema, 304: None},
)
def list_exercises(query: dict[str, Any]) -> Response:
    """Search, filter and sort the exercises."""
    wanted = _wanted(ExerciseFilter, query)
    window = _window(wanted, query)
    return _page(service.list_exercises(db(), wanted, window), wanted, window)


@library.operation(
    "GET",
    "/v1/exercises/<slug>",
    permission=Permission.LIBRARY_READ,
    answers={200: ExerciseInFullSchema, 304: None},
)
def get_exercise(slug: str) -> Response:
    """Read an exercise with its progressions, regressions and evidence."""
    found = service.read_exercise(db(), slug)
    resolved = {"progressions": found.progressions, "regressions": found.regressions, "evidence": found.evidence}
    return _tagged({**asdict(found.exercise), **resolved})


@library.operation(
    "GET",
    "/v1/exercise-groups",
    permission=Permission.LIBRARY_READ,
    answers={200: ExerciseGroupListSchema, 304: None},
)
def list_exercise_groups() -> Response:
    """List the groups and how many exercises each has."""
    counted = service.count_exercises(db()).items()
    items = [{"group": group, "title": GROUP_TITLES[group], "exercise_count": count} for group, count in counted]
    return _tagged({"items": items})


@library.operation(
    "GET",
    "/v1/references",
    permission=Permission.LIBRARY_READ,
    query=ReferenceQuerySchema,
    answers={200: ReferencePageSchema, 304: None},
)
def list_references(query: dict[str, Any]) -> Response:
    """Search, filter and sort the references; undated ones come last."""
    wanted = _wanted(ReferenceFilter, query)
    window = _window(wanted, query)
    return _page(service.list_references(db(), wanted, window), wanted, window)


@library.operation(
    "GET",
    "/v1/references/<key>",
    permission=Permission.LIBRARY_READ,
    answers={200: ReferenceInFullSchema, 304: None},
)
def get_reference(key: str) -> Response:
    """Read a reference with the exercises that cite it."""
    reference, exercises = service.read_reference(db(), key)
    return _tagged({**asdict(reference), "exercises": exercises})


def _wanted(kind: type[Filter], query: dict[str, Any]) -> Filter:
    filters = {name: value for name, value in query.items() if name not in _PAGING}
    return kind(**{name: _unordered(value) for name, value in filters.items()})


def _unordered(value: Any) -> Any:
    """Return the same for a repeated parameter in whatever order it was given, so that cursors fit."""
    return tuple(sorted(set(value))) if isinstance(value, list | tuple) else value


def _window(wanted: Filter, query: dict[str, Any]) -> Window:
    order = Order.of(query["sort"])
    position = read_cursor(query["cursor"], wanted, order)
    return Window(order, (position[0], position[1]) if position else None, query["limit"])


def _page(page: Page[Any], wanted: Filter, window: Window) -> Response:
    following = make_cursor(page.following, wanted, window.order) if page.following else None
    return _tagged({"items": page.items, "next_cursor": following})


def _tagged(body: dict[str, Any]) -> Response:
    """Answer with a strong entity tag: the same bytes, the same tag, on every worker and after every load."""
    return answer(body, etag=hashlib.sha256(orjson.dumps(body)).hexdigest()[:32])
