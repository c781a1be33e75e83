"""How the library is stored: new and changed entries whole, gone ones retired, unchanged ones not touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.db.meeting import put_by
from app.library.domain.catalogue import Exercise, Reference
from app.library.domain.changes import folded, revision_of, search_text
from app.library.models import EvidenceRow, ExerciseRow, LinkRow, ReferenceRow, TagRow

_TAGS = ("targets", "stages", "equipment")
_LINKS = ("progressions", "regressions")


def write_exercises(db: Session, exercises: Sequence[Exercise], at: datetime) -> None:
    """Store new and changed exercises with their lists."""
    if not exercises:
        return
    # The rows first: whoever writes them at the same time waits here, and then replaces whole lists.
    put_by(db, ExerciseRow, ["slug"], [_exercise_columns(exercise, at) for exercise in exercises])
    slugs = [exercise.slug for exercise in exercises]
    _replace(db, TagRow, slugs, _rows(exercises, _TAGS, "value"))
    _replace(db, LinkRow, slugs, _rows(exercises, _LINKS, "to_slug"))
    _replace(db, EvidenceRow, slugs, _evidence_rows(exercises))


def write_references(db: Session, references: Sequence[Reference], at: datetime) -> None:
    """Store new and changed references."""
    if references:
        put_by(db, ReferenceRow, ["key"], [{**asdict(found), **_entry_columns(found, at)} for found in references])


def retire_exercises(db: Session, slugs: Collection[str], at: datetime) -> None:
    """Take exercises out of the lists; whoever was prescribed one can still read it."""
    if slugs:
        db.execute(update(ExerciseRow).where(ExerciseRow.slug.in_(slugs)).values(retired_at=at, updated_at=at))


def retire_references(db: Session, keys: Collection[str], at: datetime) -> None:
    """Take references out of the lists."""
    if keys:
        db.execute(update(ReferenceRow).where(ReferenceRow.key.in_(keys)).values(retired_at=at, updated_at=at))


def _replace(db: Session, row: Any, slugs: list[str], rows: Iterable[dict[str, Any]]) -> None:
    db.execute(delete(row.__table__).where(row.slug.in_(slugs)))
    if fresh := list(rows):
        db.execute(insert(row.__table__), fresh)


def _exercise_columns(exercise: Exercise, at: datetime) -> dict[str, Any]:
    facts = asdict(exercise)
    dosage, german = facts.pop("dosage"), facts.pop("german") or {}
    for name in (*_TAGS, *_LINKS, "evidence"):
        del facts[name]
    told = {f"{name}_de": german.get(name) for name in ("name", "note", "instruction")}
    sorting = {"sort_name": folded(exercise.name), "sort_name_de": folded(german["name"]) if german else None}
    return {**facts, **dosage, **told, **sorting, **_entry_columns(exercise, at)}


def _entry_columns(entry: Exercise | Reference, at: datetime) -> dict[str, Any]:
    return {
        "search_text": search_text(entry),
        "revision": revision_of(entry),
        "updated_at": at,
        "retired_at": None,
    }


def _rows(exercises: Sequence[Exercise], names: Iterable[str], column: str) -> Iterator[dict[str, Any]]:
    for exercise in exercises:
        for name in names:
            for position, value in enumerate(getattr(exercise, name)):
                yield {"slug": exercise.slug, "kind": name, column: value, "position": position}


def _evidence_rows(exercises: Sequence[Exercise]) -> Iterator[dict[str, Any]]:
    for exercise in exercises:
        for position, key in enumerate(exercise.evidence):
            yield {"slug": exercise.slug, "reference_key": key, "position": position}
