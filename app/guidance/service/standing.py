"""The advice that still stands, found without asking the engine again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance.domain.ruleset import RULESET_VERSION
from app.guidance.repository.standing import last_advice
from app.guidance.values import GivenAdvice
from app.kernel.clock import day_in_zone
from app.outcomes import service as outcomes


def standing_advice(db: Session, patient_id: UUID, at: datetime, zone: str | None = None) -> GivenAdvice | None:
    """Return the advice that the engine would give again, or None where it has to be asked; nothing is stored.

    It was given today, by today's rules, and still holds; nothing that the engine reads was stored since; and no
    entry lies after it, which would be nearer now. So each reason for which an answer can change is ruled out.
    """
    last = last_advice(db, patient_id)
    if last is None or last.is_touched or at >= last.given.valid_until:
        return None
    given = last.given
    today = day_in_zone(at, zone or accounts.account_of(db, patient_id).zone)
    if given.as_of != today or given.ruleset_version != RULESET_VERSION:
        return None
    return None if outcomes.is_any_after(db, patient_id, given.given_at) else given
