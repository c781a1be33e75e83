"""The operations on exercises and references: everyone who is logged in reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from flask import Response

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.library import service
from app.library.domain.catalogue import Dosage, Exercise, ExerciseCard
from app.library.domain.labels import all_labels, equipment_label, tempo_label, unit_label
from app.library.domain.own import Origin, is_own
from app.library.domain.questions import ExerciseFilter, Order, Page, ReferenceFilter, Window
from app.library.domain.texts import GROUP_TITLES_IN, Language
from app.library.routes.door import library, tagged, unchanged
from app.library.schemas.catalogue import (
    ExerciseGroupListSchema,
    ExerciseInFullSchema,
    ExercisePageSchema,
    ExerciseQuerySchema,
    ExerciseWordsSchema,
    ReferenceInFullSchema,
    ReferencePageSchema,
    ReferenceQuerySchema,
)
from app.library.schemas.reader import Reader, RegisterSchema, reader_of
from app.web.auth import actor
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

Filter = TypeVar("Filter", ExerciseFilter, ReferenceFilter)

_PAGING = {"limit", "cursor", "sort"}


@library.operation(
    "GET",
    "/v1/exercises",
    permission=Permission.LIBRARY_READ,
    query=ExerciseQuerySchema,
    answers={200: ExercisePageSchema, 304: None},
    translated=True,
    replica=True,
)
def list_exercises(query: dict[str, Any]) -> Response:
    """Search, filter and sort the exercises."""
    reader = reader_of(query)
    wanted = _wanted(ExerciseFilter, query)
    if Origin.OWN not in wanted.origin and (known := unchanged(reader)) is not None:
        return known
    window = _window(wanted, query, reader)
    page = service.list_exercises(db(), wanted, window, _authors(wanted))
    items = [_exercise(exercise, reader) for exercise in page.items]
    return tagged({"items": items, "next_cursor": _following(page, wanted, window)}, reader)


@library.operation(
    "GET",
    "/v1/exercises/<slug>",
    permission=Permission.LIBRARY_READ,
    query=RegisterSchema,
    answers={200: ExerciseInFullSchema, 304: None},
    translated=True,
    replica=True,
)
def get_exercise(slug: str, query: dict[str, Any]) -> Response:
    """Read an exercise with its progressions, regressions and evidence."""
    reader, found = reader_of(query), service.read_exercise(db(), slug, _seen_by() if is_own(slug) else ())
    steps = {
        "progressions": _cards(found.progressions, reader),
        "regressions": _cards(found.regressions, reader),
        "evidence": found.evidence,
    }
    return tagged({**_exercise(found.exercise, reader), **steps}, reader)


@library.operation(
    "GET",
    "/v1/exercise-groups",
    permission=Permission.LIBRARY_READ,
    query=RegisterSchema,
    answers={200: ExerciseGroupListSchema, 304: None},
    translated=True,
    replica=True,
)
def list_exercise_groups(query: dict[str, Any]) -> Response:
    """List the groups and how many exercises each has."""
    reader = reader_of(query)
    if (known := unchanged(reader)) is not None:
        return known
    counted = service.count_exercises(db()).items()
    titles = GROUP_TITLES_IN[reader.language]
    items = [{"group": group, "title": titles[group], "exercise_count": count} for group, count in counted]
    return tagged({"items": items}, reader)


@library.operation(
    "GET", "/v1/exercise-words", permission=Permission.LIBRARY_READ, answers={200: ExerciseWordsSchema, 304: None}
)
def list_exercise_words() -> Response:
    """List the words for equipment, tempo and units in every language and register, for a phone that is away."""
    return tagged(all_labels())


@library.operation(
    "GET",
    "/v1/references",
    permission=Permission.LIBRARY_READ,
    query=ReferenceQuerySchema,
    answers={200: ReferencePageSchema, 304: None},
    replica=True,
)
def list_references(query: dict[str, Any]) -> Response:
    """Search, filter and sort the references; undated ones come last."""
    if (known := unchanged()) is not None:
        return known
    wanted = _wanted(ReferenceFilter, query)
    window = _window(wanted, query)
    page = service.list_references(db(), wanted, window)
    return tagged({"items": page.items, "next_cursor": _following(page, wanted, window)})


@library.operation(
    "GET",
    "/v1/references/<key>",
    permission=Permission.LIBRARY_READ,
    query=RegisterSchema,
    answers={200: ReferenceInFullSchema, 304: None},
    translated=True,
    replica=True,
)
def get_reference(key: str, query: dict[str, Any]) -> Response:
    """Read a reference with the exercises that cite it."""
    reader, (reference, exercises) = reader_of(query), service.read_reference(db(), key)
    return tagged({**asdict(reference), "exercises": _cards(exercises, reader)}, reader)


def _seen_by() -> frozenset[UUID]:
    return service.authors_for(db(), actor(), now())


def _authors(wanted: ExerciseFilter) -> frozenset[UUID]:
    """Return whose own exercises are asked for; nobody's without asking the database."""
    return _seen_by() if Origin.OWN in wanted.origin else frozenset()


_SHOWN = tuple(name for name in Exercise.__slots__ if name not in {"german", "instruction", "author_id"})
"""What an exercise is told with as it is; dataclasses.asdict would copy a whole page of them deeply."""


def _exercise(exercise: Exercise, reader: Reader) -> dict[str, Any]:
    """Return an exercise as one reader is told of it."""
    facts = {name: getattr(exercise, name) for name in _SHOWN}
    facts["dosage"] = {name: getattr(exercise.dosage, name) for name in Dosage.__slots__}
    facts["origin"] = Origin.LIBRARY if exercise.author_id is None else Origin.OWN
    facts["name"], facts["note"] = exercise.told(reader.language, reader.register)
    facts["equipment_names"] = [equipment_label(word, reader.language) for word in exercise.equipment]
    facts["dosage"]["tempo_text"] = tempo_label(exercise.dosage.tempo, reader.language, reader.register)
    facts["dosage"]["unit_note"] = unit_label(exercise.dosage.unit_note, reader.language)
    return facts


def _cards(cards: Iterable[ExerciseCard], reader: Reader) -> list[dict[str, Any]]:
    return [{"slug": card.slug, "name": card.told(reader.language), "pfj_load": card.pfj_load} for card in cards]


def _wanted(kind: type[Filter], query: dict[str, Any]) -> Filter:
    filters = {name: value for name, value in query.items() if name not in _PAGING}
    return kind(**{name: _unordered(value) for name, value in filters.items()})


def _unordered(value: Any) -> Any:
    """Return the same for a repeated parameter in whatever order it was given, so that cursors fit."""
    return tuple(sorted(set(value))) if isinstance(value, list | tuple) else value


def _window(wanted: Filter, query: dict[str, Any], reader: Reader | None = None) -> Window:
    order = Order.of(query["sort"], reader.language if reader else Language.EN)
    position = read_cursor(query["cursor"], wanted, order)
    return Window(order, (position[0], position[1]) if position else None, query["limit"])


def _following(page: Page[Any], wanted: Filter, window: Window) -> str | None:
    return make_cursor(page.following, wanted, window.order) if page.following else None
