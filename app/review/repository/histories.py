"""The revisions of several patients' programmes over some time, in one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.db.among import ids, is_among_ids
from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.programmes.domain.programme import ProgrammeHistory, ProgrammeRevision
from app.programmes.models import ProgrammeRow, RevisionRow
from app.programmes.repository import revision_of

_programmes, _revisions = table_of(ProgrammeRow), table_of(RevisionRow)
_older = _revisions.alias()


def list_histories(db: Session, patients: Collection[UUID], first: date) -> dict[UUID, list[ProgrammeHistory]]:
    """Return for each of these patients every programme's revisions that stood on a day or were made later."""
    dialect = dialect_of(db)
    listed: dict[UUID, dict[UUID, tuple[date, list[ProgrammeRevision]]]] = {}
    for row in _in_force(dialect).named(db, {"patients": ids(patients, dialect), "first": first}):
        of_patient = listed.setdefault(row["patient_id"], {})
        of_patient.setdefault(row["programme_id"], (row["started_on"], []))[1].append(revision_of(row))
    return {
        patient_id: [ProgrammeHistory(key, started_on, tuple(made)) for key, (started_on, made) in found.items()]
        for patient_id, found in listed.items()
    }


@cache
def _in_force(dialect: str) -> Question:
    c = _revisions.c
    standing = (
        select(func.max(_older.c.number))
        .where(
            _older.c.patient_id == c.patient_id,
            _older.c.programme_id == c.programme_id,
            _older.c.effective_on <= bindparam("first"),
        )
        .scalar_subquery()
    )
    is_theirs = (_programmes.c.patient_id == c.patient_id) & (_programmes.c.id == c.programme_id)
    return Question(
        select(_revisions, _programmes.c.started_on)
        .join(_programmes, is_theirs)
        .where(
            is_among_ids(c.patient_id, "patients", dialect),
            or_(c.effective_on > bindparam("first"), c.number == standing),
        )
        .order_by(c.made_at, c.programme_id, c.number)
    )
