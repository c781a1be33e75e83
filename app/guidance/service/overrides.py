"""A therapist's override: beside the advice and never in its place, ended by itself, and never past a pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.synced import lock_stream
from app.guidance import repository
from app.guidance.domain.decision import Decision
from app.guidance.domain.ruleset.numbers import OVERRIDE_MAX_DAYS
from app.guidance.service.advice import current_advice
from app.guidance.service.policies import today_at_home
from app.guidance.values import Order, Override
from app.kernel.errors import Conflict, FieldFault, Invalid, NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Actor

CAPS = ("session_cap_km", "week_cap_km", "session_cap_min", "week_cap_min")


class OverrideEmpty(Invalid):
    """An override names another decision, or caps."""

    code = "override_empty"
    title = "Name another decision, or caps"


class OverrideDays(Invalid):
    """An override begins today or later, and ends within 90 days."""

    code = "override_days"
    title = f"It begins today or later and ends within {OVERRIDE_MAX_DAYS} days"


class OverrideInForce(Conflict):
    """Another override stands in these days: withdraw it first."""

    code = "override_in_force"
    title = "Another override stands in these days; withdraw it first"


class PauseOpen(Conflict):
    """While a pause or a red flag is open nobody is sent running: it is closed first."""

    code = "pause_open"
    title = "A pause is open; close it before you let the patient run"


class OverrideEnded(Conflict):
    """The override was withdrawn before, or has ended."""

    code = "override_ended"
    title = "This override has ended already"


def override_on(db: Session, patient_id: UUID, day: date, at: datetime) -> Override | None:
    """Return the override in force on a day, by what was said up to an instant."""
    return next((found for found in repository.list_overrides(db, patient_id) if found.stands(day, at)), None)


def set_override(db: Session, patient_id: UUID, order: Order, setter: Actor, at: datetime) -> Override:
    """Store an override; raise OverrideEmpty, OverrideDays, OverrideInForce, or PauseOpen."""
    lock_stream(db, patient_id)
    today = today_at_home(db, patient_id, at)
    override = _override(order, setter, today, at)
    _check_days(override, today)
    standing = repository.list_overrides(db, patient_id)
    if any(found.withdrawn_at is None and _overlap(found, override) for found in standing):
        raise OverrideInForce
    advice = current_advice(db, patient_id, at)
    if lets_run(override) and (advice.decision == Decision.PAUSE_AND_REFER.value or advice.body["pauses"]):
        raise PauseOpen
    repository.store_override(db, patient_id, override, at, setter.device_id)
    return override


def withdraw_override(
    db: Session, patient_id: UUID, override_id: UUID, because: str, withdrawer: Actor, at: datetime
) -> Override:
    """End an override at once; raise NotVisible or OverrideEnded."""
    lock_stream(db, patient_id)
    found = next((one for one in repository.list_overrides(db, patient_id) if one.id == override_id), None)
    if found is None:
        raise NotVisible
    if found.withdrawn_at is not None or found.ends_on < today_at_home(db, patient_id, at):
        raise OverrideEnded
    ended = replace(found, withdrawn_at=at, withdrawn_by=withdrawer.account_id, withdrawn_because=because)
    repository.store_override(db, patient_id, ended, at, withdrawer.device_id)
    return ended


def lets_run(override: Override) -> bool:
    """Could somebody run by this override? Only a pause, or caps that are all nothing, say no."""
    if override.decision is not None:
        return override.decision != Decision.PAUSE_AND_REFER.value
    return any(getattr(override, name) for name in CAPS)


def _override(order: Order, setter: Actor, today: date, at: datetime) -> Override:
    caps = {name: getattr(order, name) for name in CAPS}
    if order.decision is None and all(cap is None for cap in caps.values()):
        raise OverrideEmpty(faults=[FieldFault("/decision", "required", "Give a decision, caps, or both.")])
    return Override(
        id=new_id(),
        decision=order.decision,
        reason=order.reason,
        starts_on=order.starts_on or today,
        ends_on=order.ends_on,
        set_by=setter.account_id,
        set_at=at,
        **caps,
    )


def _check_days(override: Override, today: date) -> None:
    if not today <= override.starts_on:
        raise OverrideDays(faults=[FieldFault("/starts_on", "out_of_range", "Today or later.")])
    if not override.starts_on <= override.ends_on <= today + timedelta(days=OVERRIDE_MAX_DAYS):
        raise OverrideDays(
            faults=[FieldFault("/ends_on", "out_of_range", f"On or after the start, within {OVERRIDE_MAX_DAYS} days.")]
        )


def _overlap(one: Override, other: Override) -> bool:
    return one.starts_on <= other.ends_on and other.starts_on <= one.ends_on
