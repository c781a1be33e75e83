"""The wire forms of logbook entries, and how a request becomes an entry and an entry an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from marshmallow import Schema, fields, validate

from app.accounts import service as accounts
from app.consent.domain import Scope
from app.kernel.clock import now
from app.kernel.red_flags import RED_FLAG_CODES, RedFlag
from app.logbook.domain import (
    Asked,
    BodyRegion,
    Cue,
    EarlyWarningSign,
    GivenBy,
    Intensity,
    LoggedSet,
    PainMoment,
    ProvokingActivity,
    Side,
    SkipReason,
    SupportiveTreatment,
    Surface,
)
from app.logbook.fields import effort, optional_answer, optional_choice, optional_flag, optional_number, optional_whole
from app.logbook.kinds import Kind, Stored
from app.logbook.writing import Writing
from app.web.auth import actor
from app.web.fields import Choice, Day, Flag, Id, Instant, Note, Pain, Part, Text, Zone
from app.web.openapi import Identified
from app.web.paging import Paged
from app.web.transaction import db

MOST_SETS = 200
EXERCISE_SLUG = r"^[a-z0-9_]{1,80}$"


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
    side = optional_choice(Side)
    repetitions = optional_whole(0, 1000)
    hold_seconds = optional_whole(0, 3600)
    load_kg = optional_number(0, 500)
    rpe = effort()


class SessionSchema(EntrySchema):
    """An exercise session."""

    duration_s = optional_whole(1, 172_800)
    rpe = effort()
    sets = fields.List(Part(LoggedSetSchema), required=True, validate=[validate.Length(max=MOST_SETS)])
    cues_kept = fields.List(
        Choice(Cue),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(max=len(Cue))],
        metadata={"description": "of movement retraining: the cues kept most of the time; null was not told"},
    )
    feedback_percent = optional_whole(0, 100, "of movement retraining: part of the time with feedback")


class RunSchema(EntrySchema):
    """A run; give its distance, its duration, or both."""

    distance_m = optional_whole(1, 500_000)
    duration_s = optional_whole(1, 172_800)
    surface = optional_choice(Surface)
    intensity = optional_choice(Intensity)
    ascent_m = optional_whole(0, 20_000)
    descent_m = optional_whole(0, 20_000)
    cadence_spm = optional_whole(60, 260, "steps a minute")
    shoes = Text(load_default=None, allow_none=True)
    rpe = effort()
    limp = optional_flag()
    stopped_early_for_pain = optional_flag()
    painkiller_before = optional_flag()


class PainScoreSchema(EntrySchema):
    """A pain score; 0 is a score."""

    score = Pain(required=True)
    moment = Choice(PainMoment, required=True)
    side = optional_choice(Side)
    run_id = Id(load_default=None, allow_none=True)
    session_id = Id(load_default=None, allow_none=True)


class CheckInSchema(EntrySchema):
    """A daily check-in."""

    morning_pain = Pain(load_default=None, allow_none=True)
    worst_pain = Pain(load_default=None, allow_none=True, metadata={"description": "at worst, so far today"})
    side = optional_choice(Side)
    swelling = optional_answer()
    sleep_hours = optional_number(0, 24)
    stress = optional_whole(0, 10)
    mood = optional_whole(0, 10)
    early_warning_signs = fields.List(
        Choice(EarlyWarningSign), load_default=list, validate=[validate.Length(max=len(EarlyWarningSign))]
    )
    red_flags = fields.List(
        Choice(RED_FLAG_CODES), load_default=list, validate=[validate.Length(max=len(RED_FLAG_CODES))]
    )
    rest_of_week = optional_answer("true: the days without an entry, of the seven up to this one, were rest")
    settle_hours = optional_number(0, 10_000, "hours until a stirred-up knee was calm again")
    low_load_provokes = optional_answer("do everyday tasks of little load stir the knee up?")


class IntakeSchema(EntrySchema):
    """What a runner tells at the start of care; of each part the newest word counts."""

    birth_year = optional_whole(1900, 2200)
    declared_longest_m = optional_whole(1, 500_000, "longest run of the month before, as the runner remembers it")
    pain_began_on = Day(load_default=None, allow_none=True, metadata={"description": "the day that this pain began"})
    terrain_or_shoe_change = optional_answer("were the ground or the shoes others in the month before the pain?")
    avoids_activity_from_fear = optional_answer("is activity avoided for fear of the pain?")


class TreatmentSchema(EntrySchema):
    """A supportive treatment, as a record: nothing follows from it, and none is advised.

    For an orthosis the immediate-response test may be told: pain of one activity without it and with it.
    """

    treatment = Choice(SupportiveTreatment, required=True)
    side = optional_choice(Side)
    given_by = Choice(GivenBy, required=True)
    body_region = optional_choice(BodyRegion)
    duration_min = optional_whole(1, 1440)
    pain_without = Pain(load_default=None, allow_none=True, metadata={"description": "orthosis test: without it"})
    pain_with = Pain(load_default=None, allow_none=True, metadata={"description": "orthosis test: with it"})
    activity = optional_choice(ProvokingActivity)


class SkipSchema(EntrySchema):
    """A due exercise that was left out, or replaced by another."""

    exercise = Text(required=True, validate=[validate.Regexp(EXERCISE_SLUG)], metadata={"description": "its slug"})
    side = optional_choice(Side)
    due_on = Day(required=True, metadata={"description": "the day it was due, in the person's zone"})
    reason = Choice(SkipReason, required=True)
    replaced_by = Text(
        load_default=None,
        allow_none=True,
        validate=[validate.Regexp(EXERCISE_SLUG)],
        metadata={"description": "the slug of what was done instead"},
    )


class RedFlagAnswerSchema(EntrySchema):
    """The answer to one question about an urgent sign; a yes stops running until a person has looked."""

    code = Choice(RedFlag, required=True)
    present = Flag(required=True)
    asked_because = Choice(Asked, required=True)


class StoredSessionSchema(Identified, SessionSchema):
    """A session as it is stored."""


class StoredRunSchema(Identified, RunSchema):
    """A run as it is stored; its flags are true or false."""

    limp = Flag(load_default=False)
    stopped_early_for_pain = Flag(load_default=False)
    painkiller_before = Flag(load_default=False)
    source = fields.String(required=True, metadata={"description": "manual, or the kind of file it came from"})


class StoredPainScoreSchema(Identified, PainScoreSchema):
    """A pain score as it is stored."""


class StoredCheckInSchema(Identified, CheckInSchema):
    """A check-in as it is stored."""


class StoredIntakeSchema(Identified, IntakeSchema):
    """An intake as it is stored."""


class StoredTreatmentSchema(Identified, TreatmentSchema):
    """A treatment as it is stored."""


class StoredSkipSchema(Identified, SkipSchema):
    """A skip as it is stored."""


class StoredRedFlagAnswerSchema(Identified, RedFlagAnswerSchema):
    """An answer as it is stored."""


class PeriodSchema(Paged):
    """A span of time, its end not counted, and a page of it."""

    since = Instant(load_default=None)
    until = Instant(load_default=None)


def page_of(kind: Kind[Any], stored: type[Schema]) -> type[Schema]:
    """Return the schema of a page of entries."""
    members = {
        "items": fields.List(fields.Nested(stored), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return type(f"{_class_name(kind)}PageSchema", (Schema,), members)


def changes_of(kind: Kind[Any], schema: type[EntrySchema]) -> Schema:
    """Return the schema of a correction: any of the fields but the id."""
    changes: type[Schema] = type(
        f"{_class_name(kind)}ChangesSchema", (schema,), {"__doc__": "What is to be different."}
    )
    return changes(partial=True, exclude=("id",))


def _class_name(kind: Kind[Any]) -> str:
    return "".join(part.capitalize() for part in kind.name.split("_"))


def writing(patient_id: UUID) -> Writing:
    """Return whose logbook this request writes and with which device, and the listener that the factory handed over."""
    listener = current_app.extensions["trochlea.listener"]
    who = actor()
    zone = who.zone if who.is_patient(patient_id) else accounts.account_of(db(), patient_id).zone
    return Writing(db(), patient_id, zone, who.device_id, now(), listener)


def reads_notes(patient_id: UUID) -> bool:
    """May whoever asks read free text of this patient?"""
    return actor().is_patient(patient_id) or Scope.NOTES_READ in actor().scopes


def shown(kind: Kind[Any], stored: Stored[Any]) -> dict[str, Any]:
    """Return an entry on the wire; free text only for the patient and for those who may read it."""
    data = kind.collection.wire({**kind.columns_of(stored.entry), **stored.derived})
    if not reads_notes(stored.patient_id):
        data.update(dict.fromkeys(kind.free_text))
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
    lists = {name: frozen(name, body[name]) for name in kind.tuples if name in body}
    return kind.entry(**{**body, **lists}) if lists else kind.entry(**body)


def frozen(name: str, value: Any) -> Any:
    """Return a member as an entry keeps it: a list becomes a tuple, one of sets a tuple of sets."""
    if name == "sets":
        return tuple([LoggedSet(**done) for done in value])
    return tuple(value) if isinstance(value, list) else value
