"""The wire forms of logbook entries, and how a request becomes an entry and an entry an answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import current_app
from marshmallow import Schema, fields, validate

from app.consent.domain import Scope
from app.kernel.clock import now
from app.kernel.red_flags import RED_FLAG_CODES, RedFlag
from app.logbook.domain import Asked, EarlyWarningSign, Intensity, LoggedSet, PainMoment, Side, Surface
from app.logbook.kinds import Kind, Stored
from app.logbook.writing import Writing
from app.web.auth import actor
from app.web.fields import Choice, Flag, Id, Instant, Note, Number, Pain, Part, Text, Whole, Zone
from app.web.openapi import Identified
from app.web.paging import Paged
from app.web.transaction import db

MOST_SETS = 200
EXERCISE_SLUG = r"^[a-z0-9_]{1,80}$"


def _optional_choice(words: type[StrEnum]) -> Choice:
    return Choice(words, load_default=None, allow_none=True)


def _optional_whole(least: int, most: int) -> Whole:
    return Whole(least=least, most=most, load_default=None, allow_none=True)


def _rpe() -> Number:
    return Number(
        least=0, most=10, load_default=None, allow_none=True, metadata={"description": "effort, Borg CR10, 0 to 10"}
    )


class EntrySchema(Schema):
    """What every entry has."""

    id = Id(required=True, metadata={"description": "made by the device; the same id again is the same entry"})
    performed_at = Instant(required=True, metadata={"description": "when it was, with the person's offset"})
    zone = Zone(required=True, metadata={"description": "IANA zone the person was in"})
    recorded_at = Instant(load_default=None, allow_none=True, metadata={"description": "the device's clock"})
    note = Note(load_default=None)


class LoggedSetSchema(Schema):
    """One set of one exercise."""

    exercise = Text(required=True, validate=[validate.Regexp(EXERCISE_SLUG)], metadata={"description": "its slug"})
    side = _optional_choice(Side)
    repetitions = _optional_whole(0, 1000)
    hold_seconds = _optional_whole(0, 3600)
    load_kg = Number(least=0, most=500, load_default=None, allow_none=True)
    rpe = _rpe()


class SessionSchema(EntrySchema):
    """An exercise session."""

    duration_s = _optional_whole(1, 172_800)
    rpe = _rpe()
    sets = fields.List(Part(LoggedSetSchema), required=True, validate=[validate.Length(max=MOST_SETS)])


class RunSchema(EntrySchema):
    """A run; give its distance, its duration, or both."""

    distance_m = _optional_whole(1, 500_000)
    duration_s = _optional_whole(1, 172_800)
    surface = _optional_choice(Surface)
    intensity = _optional_choice(Intensity)
    ascent_m = _optional_whole(0, 20_000)
    descent_m = _optional_whole(0, 20_000)
    cadence_spm = Whole(
        least=60, most=260, load_default=None, allow_none=True, metadata={"description": "steps a minute"}
    )
    shoes = Text(load_default=None, allow_none=True)
    rpe = _rpe()
    limp = Flag(load_default=False)
    stopped_early_for_pain = Flag(load_default=False)
    painkiller_before = Flag(load_default=False)


class PainScoreSchema(EntrySchema):
    """A pain score; 0 is a score."""

    score = Pain(required=True)
    moment = Choice(PainMoment, required=True)
    side = _optional_choice(Side)
    run_id = Id(load_default=None, allow_none=True)
    session_id = Id(load_default=None, allow_none=True)


class CheckInSchema(EntrySchema):
    """A daily check-in."""

    morning_pain = Pain(load_default=None, allow_none=True)
    worst_pain = Pain(load_default=None, allow_none=True, metadata={"description": "at worst, so far today"})
    side = _optional_choice(Side)
    swelling = Flag(load_default=None, allow_none=True)
    sleep_hours = Number(least=0, most=24, load_default=None, allow_none=True)
    stress = _optional_whole(0, 10)
    mood = _optional_whole(0, 10)
    early_warning_signs = fields.List(
        Choice(EarlyWarningSign), load_default=list, validate=[validate.Length(max=len(EarlyWarningSign))]
    )
    red_flags = fields.List(
        Choice(RED_FLAG_CODES), load_default=list, validate=[validate.Length(max=len(RED_FLAG_CODES))]
    )


class RedFlagAnswerSchema(EntrySchema):
    """The answer to one question about an urgent sign; a yes stops running until a person has looked."""

    code = Choice(RedFlag, required=True)
    present = Flag(required=True)
    asked_because = Choice(Asked, required=True)


class StoredSessionSchema(Identified, SessionSchema):
    """A session as it is stored."""


class StoredRunSchema(Identified, RunSchema):
    """A run as it is stored."""

    source = fields.String(required=True, metadata={"description": "manual, or the kind of file it came from"})


class StoredPainScoreSchema(Identified, PainScoreSchema):
    """A pain score as it is stored."""


class StoredCheckInSchema(Identified, CheckInSchema):
    """A check-in as it is stored."""


class StoredRedFlagAnswerSchema(Identified, RedFlagAnswerSchema):
    """An answer as it is stored."""


class PeriodSchema(Paged):
    """A span of time, its end not counted, and a page of it."""

    since = Instant(load_default=None)
    until = Instant(load_default=None)


def writing(patient_id: UUID) -> Writing:
    """Return who writes in this request (only patients do), and the listener that the factory handed over."""
    listener = current_app.extensions["trochlea.listener"]
    return Writing(db(), patient_id, actor().zone, actor().device_id, now(), listener)


def shown(kind: Kind[Any], stored: Stored[Any]) -> dict[str, Any]:
    """Return an entry on the wire; free text only for the patient and for those who may read it."""
    data = kind.collection.wire({**kind.columns_of(stored.entry)})
    if not actor().is_patient(stored.patient_id) and Scope.NOTES_READ not in actor().scopes:
        data["note"] = None
    return {
        "id": stored.entry.id,
        "patient_id": stored.patient_id,
        "seq": stored.seq,
        "ver": stored.ver,
        "received_at": stored.received_at,
        "flags": stored.flags,
        **data,
    }


def entry_of(kind: Kind[Any], body: dict[str, Any]) -> Any:
    """Return the entry that a loaded body stands for."""
    return kind.entry(**{name: frozen(name, value) for name, value in body.items()})


def frozen(name: str, value: Any) -> Any:
    if name == "sets":
        return tuple(LoggedSet(**done) for done in value)
    return tuple(value) if isinstance(value, list) else value
