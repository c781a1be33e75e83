"""Urgent signs as patients told them, for therapists to whom the pauses that they opened are not shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consent.domain import Scope
from app.db.among import ids, is_among_ids
from app.db.base import table_of
from app.kernel.clock import CLOCK_TOLERANCE
from app.logbook.models import CheckInRow, RedFlagRow

TOLD_DAYS = 90
"""How far back a sign is looked for where nobody has said no to it since (E)."""

_answers, _check_ins = table_of(RedFlagRow), table_of(CheckInRow)


def read_told_flags(db: Session, patients: Collection[UUID], at: datetime) -> dict[UUID, list[tuple[str, date, Scope]]]:
    """Return (sign, day, scope that opens its telling) of the signs whose newest telling of a kind is yes."""
    connection = db.connection()
    dialect = connection.dialect.name
    asked = {"patients": ids(patients, dialect)}
    since, until = at.date() - timedelta(days=TOLD_DAYS), at + CLOCK_TOLERANCE
    c = _answers.c
    answered = select(c.patient_id, c.code, c.present, c.performed_on).where(
        is_among_ids(c.patient_id, "patients", dialect),
        c.deleted_at.is_(None),
        c.performed_on >= since,
        c.performed_at <= until,
    )
    newest: dict[tuple[UUID, str], tuple[bool, date]] = {}
    for patient_id, code, present, on in connection.execute(answered.order_by(c.performed_at, c.seq), asked):
        newest[patient_id, code] = (present, on)
    found: dict[UUID, list[tuple[str, date, Scope]]] = defaultdict(list)
    for (patient_id, code), (present, on) in newest.items():
        if present:
            found[patient_id].append((code, on, Scope.PAIN_READ))
    c = _check_ins.c
    ticked = select(c.patient_id, c.red_flags, c.performed_on).where(
        is_among_ids(c.patient_id, "patients", dialect),
        c.deleted_at.is_(None),
        c.red_flags != [],
        c.performed_on >= since,
        c.performed_at <= until,
    )
    for patient_id, codes, on in connection.execute(ticked, asked):
        found[patient_id] += [(code, on, Scope.SESSIONS_READ) for code in codes]
    return found
