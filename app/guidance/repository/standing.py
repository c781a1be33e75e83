"""The query for the advice that stands, with whether anything came after it that could change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import SyncChange
from app.db.types import Id
from app.guidance.models import ADVICE, ADVICE_FIELDS, OVERRIDES, AdviceRow
from app.guidance.models.stages import STAGE_PROPOSALS
from app.guidance.values import GivenAdvice

UNREAD = (ADVICE.name, OVERRIDES.name, STAGE_PROPOSALS.name, "sessions", "skips", "treatments", "reviews", "care_links")
"""What the engine never reads; of everything else a newer version could change the advice."""

_advice, _changes = table_of(AdviceRow), table_of(SyncChange)
_PATIENT = bindparam("patient", type_=Id())
_TOUCHED = exists().where(
    _changes.c.patient_id == _PATIENT, _changes.c.seq > _advice.c.seq, _changes.c.collection.not_in(UNREAD)
)
_LAST = (
    select(_advice.c.id, _advice.c.seq, *(_advice.c[name] for name in ADVICE_FIELDS), _TOUCHED.label("touched"))
    .where(_advice.c.patient_id == _PATIENT)
    .order_by(_advice.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class LastAdvice:
    """The newest advice, and whether something was stored after it that the engine may read."""

    given: GivenAdvice
    is_touched: bool


def last_advice(db: Session, patient_id: UUID) -> LastAdvice | None:
    """Return the advice that nothing has superseded, whole."""
    row = db.connection().execute(_LAST, {"patient": patient_id}).mappings().one_or_none()
    if row is None:
        return None
    told: dict[str, Any] = dict(row)
    touched = told.pop("touched")
    return LastAdvice(GivenAdvice(**told), bool(touched))
