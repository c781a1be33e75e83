"""Look into the exercises and references, and put some there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import NotVisible
from app.library.domain.catalogue import Exercise, ExerciseCard, ExerciseInFull, Reference
from app.library.domain.changes import LoadReport, compare, revision_of
from app.library.domain.questions import ExerciseFilter, Page, ReferenceFilter, Window
from app.library.domain.wholeness import check_exercises, check_references
from app.library.domain.wholeness import is_slug as is_slug
from app.library.domain.words import Group
from app.library.repository import reading, stream, writing
from app.library.repository.stream import LibraryChange as LibraryChange
from app.library.repository.stream import LibraryStream as LibraryStream


def list_exercises(
    db: Session, wanted: ExerciseFilter, window: Window, authors: Collection[UUID] = ()
) -> Page[Exercise]:
    """Return one page of the wanted exercises, own ones of these authors among them; retired ones are left out."""
    return reading.find_exercises(db, wanted, window, authors)


def read_exercise(db: Session, slug: str, authors: Collection[UUID] = ()) -> ExerciseInFull:
    """Return an exercise, a retired one as well, with what it points to; raise NotVisible for an unknown one."""
    exercise = reading.find_exercise(db, slug, authors) if is_slug(slug) else None
    if exercise is None:
        raise NotVisible
    cards = reading.find_cards(db, {*exercise.progressions, *exercise.regressions})
    references = reading.find_references_by_key(db, exercise.evidence)
    return ExerciseInFull(
        exercise,
        progressions=tuple(cards[slug] for slug in exercise.progressions),
        regressions=tuple(cards[slug] for slug in exercise.regressions),
        evidence=tuple(references[key] for key in exercise.evidence),
    )


def exercises_of(db: Session, slugs: Collection[str]) -> dict[str, Exercise]:
    """Return these exercises, retired ones as well, by slug; unknown ones are left out. Takes two statements."""
    return reading.find_exercises_by_slug(db, slugs)


def count_exercises(db: Session) -> dict[Group, int]:
    """Return how many exercises each group has, in the order of the groups; retired ones are left out."""
    counted = reading.count_by_group(db)
    return {group: counted.get(group, 0) for group in Group}


def list_references(db: Session, wanted: ReferenceFilter, window: Window) -> Page[Reference]:
    """Return one page of the wanted references; undated ones come last, retired ones are left out."""
    return reading.find_references(db, wanted, window)


def read_reference(db: Session, key: str) -> tuple[Reference, tuple[ExerciseCard, ...]]:
    """Return a reference and the exercises that cite it, by name; raise NotVisible for an unknown one."""
    found = reading.find_references_by_key(db, [key]) if is_slug(key) else {}
    if key not in found:
        raise NotVisible
    return found[key], reading.find_citing(db, key)


def sources_of(db: Session, keys: Collection[str]) -> dict[str, Reference]:
    """Return the references with these keys, retired ones as well; unknown ones are left out. Takes one statement."""
    return reading.find_references_by_key(db, keys)


def put_references(db: Session, references: Sequence[Reference], at: datetime) -> LoadReport:
    """Make these the references there are: the others are retired; raise BrokenLibrary and store nothing."""
    check_references(references)
    given = {reference.key: revision_of(reference) for reference in references}
    changes = compare(given, reading.reference_revisions(db))
    fresh = changes.created | changes.changed
    written = [reference for reference in references if reference.key in fresh]
    writing.write_references(db, written, at)
    writing.retire_references(db, changes.removed, at)
    stream.number_changes(db, "references", {found.key: found for found in written}, changes.removed, at)
    return changes.report


def put_exercises(db: Session, exercises: Sequence[Exercise], at: datetime) -> LoadReport:
    """Make these the exercises there are: the others are retired; raise BrokenLibrary and store nothing."""
    stored = reading.reference_revisions(db)
    check_exercises(exercises, {key for key, revision in stored.items() if revision is not None})
    given = {exercise.slug: revision_of(exercise) for exercise in exercises}
    changes = compare(given, reading.exercise_revisions(db))
    fresh = changes.created | changes.changed
    written = [exercise for exercise in exercises if exercise.slug in fresh]
    writing.write_exercises(db, written, at)
    writing.retire_exercises(db, changes.removed, at)
    stream.number_changes(db, "exercises", {found.slug: found for found in written}, changes.removed, at)
    return changes.report


def numbered(db: Session, collection: str) -> frozenset[str]:
    """Return the keys of a collection that are in the library's stream."""
    return stream.find_numbered(db, collection)


def tell_stream(
    db: Session,
    collection: str,
    written: Mapping[str, tuple[str, Mapping[str, Any]]],
    retired: Collection[str],
    at: datetime,
) -> None:
    """Put what another feature keeps beside the library into its stream: (version, data) by key, and what is gone."""
    stream.number_rows(db, collection, written, retired, at)


def read_stream(db: Session) -> LibraryStream:
    """Return the library's stream: its epoch, and the last number given."""
    return stream.find_stream(db)


def changes_after(db: Session, seq: int, up_to: int, *, tombstones_after: int, limit: int) -> list[LibraryChange]:
    """Return the newest versions of entries numbered above `seq`, in the order of their numbers."""
    return stream.find_changes(db, seq, up_to, tombstones_after=tombstones_after, limit=limit)


def begin_epoch(db: Session, at: datetime) -> None:
    """Begin a new epoch of the library's stream, after the whole database was restored."""
    stream.begin_epoch(db, at)
