"""What the demo people did of what was due: the exercises of their programme's stage, as often as their story says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.kernel.sides import Side
from app.logbook.domain import LoggedSession, LoggedSet
from app.programmes.domain.calendar import is_due_on
from app.programmes.domain.protocol import Protocol, ProtocolExercise
from app.programmes.domain.words import Stage
from seeds.demo.stories import Persona
from seeds.protocols import read_protocols

PROTOCOL = "runners_knee_standard"
BEFORE_THE_FIRST_RUN = timedelta(days=5)
"""So long before it their programme was prescribed."""
MAINTENANCE = "maintenance_trio"
_OF = 10
_CLOCK = time(18, 30)
_RPE = 4.0
_SECONDS_A_SET = 50


def begun_at(persona: Persona, at: datetime) -> datetime:
    """Return when a story that ends at an instant begins: the account, and the programme."""
    return at - timedelta(days=max(run.days_ago for run in persona.runs)) - BEFORE_THE_FIRST_RUN


def exercised(persona: Persona, patient_id: UUID, at: datetime, zone: str) -> Iterator[LoggedSession]:
    """Tell of each day on which they did what was due, all sets of it, on either side."""
    place = ZoneInfo(zone)
    today, started_on = at.astimezone(place).date(), begun_at(persona, at).astimezone(place).date()
    for days_ago in range((today - started_on).days, -1, -1):
        day = today - timedelta(days=days_ago)
        sets = _due(persona, started_on, day) if _does(persona, days_ago) else ()
        if sets:
            yield LoggedSession(
                id=uuid5(patient_id, f"session {days_ago}"),
                performed_at=datetime.combine(day, _CLOCK, place),
                zone=zone,
                duration_s=len(sets) * _SECONDS_A_SET,
                rpe=_RPE,
                sets=sets,
            )


def _does(persona: Persona, days_ago: int) -> bool:
    """Is it one of so many days of ten, spread evenly?"""
    spell = next((one for one in persona.exercises if one.first >= days_ago >= one.last), None)
    return spell is not None and days_ago * spell.days_of_ten % _OF < spell.days_of_ten


def _due(persona: Persona, started_on: date, day: date) -> tuple[LoggedSet, ...]:
    """Return every set that was due; what is kept up anyway is told in sessions of its own."""
    return tuple(
        LoggedSet(
            exercise=one.exercise,
            side=side,
            repetitions=one.dosage.repetitions,
            hold_seconds=one.dosage.hold_seconds or None,
            load_kg=one.dosage.load_kg,
            rpe=_RPE,
        )
        for one in _exercises_of(persona.stage)
        if is_due_on(day, started_on, one.dosage.days_per_week)
        and not (persona.keeps_maintaining and one.exercise == MAINTENANCE)
        for side in (tuple(Side) if one.each_side else (None,))
        for _ in range(one.dosage.sets)
    )


def _exercises_of(stage: Stage) -> tuple[ProtocolExercise, ...]:
    return next(phase.exercises for phase in _protocol().phases if phase.stage is stage)


@cache
def _protocol() -> Protocol:
    return next(one for one in read_protocols() if one.slug == PROTOCOL)
