"""What can be logged, and what cannot be true of it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from uuid import UUID

from app.kernel.clock import CLOCK_TOLERANCE, day_in_zone
from app.kernel.errors import FieldFault, Invalid
from app.kernel.red_flags import RedFlag
from app.kernel.sides import Side
from app.kernel.value import value
from app.logbook.domain.words import (
    Asked,
    BodyRegion,
    Cue,
    EarlyWarningSign,
    GivenBy,
    Intensity,
    PainMoment,
    ProvokingActivity,
    SkipReason,
    Source,
    SupportiveTreatment,
    Surface,
)

__all__ = [
    "CLOCK_SUSPECT",
    "MOST_A_DAY",
    "MOST_IN_ALL",
    "ORTHOSIS_TEST",
    "TOLD_AT_INTAKE",
    "Asked",
    "BodyRegion",
    "CheckIn",
    "ContradictoryEntry",
    "Cue",
    "EarlyWarningSign",
    "Entry",
    "GivenBy",
    "Intake",
    "Intensity",
    "LoggedSession",
    "LoggedSet",
    "PainMoment",
    "PainScore",
    "ProvokingActivity",
    "RedFlagAnswer",
    "Run",
    "Side",
    "Skip",
    "SkipReason",
    "Source",
    "SupportiveTreatment",
    "Surface",
    "Treatment",
    "check_check_in",
    "check_intake",
    "check_pain_score",
    "check_red_flag_answer",
    "check_run",
    "check_session",
    "check_skip",
    "check_treatment",
    "flags_of",
]

CLOCK_SUSPECT = "clock_suspect"
MOST_A_DAY = 50
"""How many entries of one kind a patient can log for one day (SECURITY 4.9)."""
ORTHOSIS_TEST = ("pain_without", "pain_with", "activity")
"""The parts of the orthosis' immediate-response test (CLINICAL 1.9)."""
MOST_IN_ALL = 200_000
"""How many versions a patient's stream may hold (SECURITY 4.9)."""


@value(kw_only=True)
class Entry:
    """What every entry has: an id made where it was written, and when it was, as the person's clock said."""

    id: UUID
    performed_at: datetime
    zone: str
    recorded_at: datetime | None = None
    note: str | None = None


@value(kw_only=True)
class LoggedSet:
    """One set of one exercise on one side (None: both legs at once)."""

    exercise: str
    side: Side | None
    repetitions: int | None
    hold_seconds: int | None
    load_kg: float | None
    rpe: float | None


@value(kw_only=True)
class LoggedSession(Entry):
    """An exercise session with its sets, in the order they were done.

    Of movement retraining also which cues were kept most of the time, and in which part of the time feedback was given.
    """

    duration_s: int | None
    rpe: float | None
    sets: tuple[LoggedSet, ...]
    cues_kept: tuple[Cue, ...] | None = None
    feedback_percent: int | None = None


@value(kw_only=True)
class Run(Entry):
    """A run; what is not known is None and is never taken for nothing."""

    distance_m: int | None
    duration_s: int | None
    surface: Surface | None
    intensity: Intensity | None
    ascent_m: int | None
    descent_m: int | None
    cadence_spm: int | None
    shoes: str | None
    rpe: float | None
    limp: bool
    stopped_early_for_pain: bool
    painkiller_before: bool
    source: Source = Source.MANUAL


@value(kw_only=True)
class PainScore(Entry):
    """Pain from 0 to 10 at one moment, of one knee (None: not said), about a run, a session, or alone."""

    score: float
    moment: PainMoment
    side: Side | None
    run_id: UUID | None
    session_id: UUID | None


@value(kw_only=True)
class CheckIn(Entry):
    """How the day is: pain this morning and at worst so far, swelling, sleep, signs, red flags.

    `rest_of_week` confirms that the days without an entry, of the seven up to this one, were days of rest.
    `settle_hours` and `low_load_provokes` tell how easily the knee is stirred up (CLINICAL 5.1).
    """

    morning_pain: float | None
    worst_pain: float | None
    side: Side | None
    swelling: bool | None
    sleep_hours: float | None
    stress: int | None
    mood: int | None
    early_warning_signs: tuple[EarlyWarningSign, ...]
    red_flags: tuple[str, ...]
    rest_of_week: bool | None = None
    settle_hours: float | None = None
    low_load_provokes: bool | None = None


@value(kw_only=True)
class Treatment(Entry):
    """A supportive treatment; for an orthosis also the pain of one activity without it and with it, the same day."""

    treatment: SupportiveTreatment
    side: Side | None
    given_by: GivenBy
    body_region: BodyRegion | None
    duration_min: int | None
    pain_without: float | None
    pain_with: float | None
    activity: ProvokingActivity | None


@value(kw_only=True)
class Skip(Entry):
    """A due exercise of a day that was left out, for one side or both, or done in another way.

    `side` None is the exercise for whichever side it was due; `replaced_by` names the exercise done instead.
    """

    exercise: str
    side: Side | None
    due_on: date
    reason: SkipReason
    replaced_by: str | None


@value(kw_only=True)
class Intake(Entry):
    """What a runner tells at the start of care, and again when it was wrong: of each part the newest word counts.

    `pain_began_on` is the day that this pain began, and `terrain_or_shoe_change` says whether the ground or the
    shoes were others in the month before it.
    """

    birth_year: int | None
    declared_longest_m: int | None
    pain_began_on: date | None = None
    terrain_or_shoe_change: bool | None = None
    avoids_activity_from_fear: bool | None = None


TOLD_AT_INTAKE = tuple(field.name for field in fields(Intake)[len(fields(Entry)) :])
"""What an intake may tell; one of them at least."""


@value(kw_only=True)
class RedFlagAnswer(Entry):
    """One answered question about an urgent sign: is it there?"""

    code: RedFlag
    present: bool
    asked_because: Asked


class ContradictoryEntry(Invalid):
    """Two parts of one entry cannot both be meant."""

    code = "contradictory_entry"
    title = "Parts of this entry contradict each other"


def check_run(run: Run) -> None:
    """Raise ContradictoryEntry for a run without distance and duration."""
    if run.distance_m is None and run.duration_s is None:
        raise ContradictoryEntry(
            faults=[FieldFault("/distance_m", "required", "Give a distance, a duration, or both.")]
        )


def check_session(session: LoggedSession) -> None:
    """Raise ContradictoryEntry for a set that says neither repetitions nor a hold."""
    faults = [
        FieldFault(f"/sets/{index}/repetitions", "required", "Give repetitions, a hold, or both.")
        for index, done in enumerate(session.sets)
        if done.repetitions is None and done.hold_seconds is None
    ]
    if faults:
        raise ContradictoryEntry(faults=faults)


def check_pain_score(score: PainScore) -> None:
    """Raise ContradictoryEntry for a score about a run and a session at once."""
    if score.run_id is not None and score.session_id is not None:
        raise ContradictoryEntry(faults=[FieldFault("/session_id", "one_of", "A score is about a run or a session.")])


def check_check_in(check_in: CheckIn) -> None:
    """Raise ContradictoryEntry when the morning was worse than the worst."""
    morning, worst = check_in.morning_pain, check_in.worst_pain
    if morning is not None and worst is not None and morning > worst:
        raise ContradictoryEntry(faults=[FieldFault("/worst_pain", "order", "The worst is at least the morning's.")])


def check_treatment(treatment: Treatment) -> None:
    """Raise ContradictoryEntry for an orthosis test that is not whole, or of something that is no orthosis."""
    test = {name: getattr(treatment, name) for name in ORTHOSIS_TEST}
    told = [name for name, value in test.items() if value is not None]
    if told and treatment.treatment is not SupportiveTreatment.ORTHOSIS:
        faults = [FieldFault(f"/{name}", "orthosis_only", "Only an orthosis is tried so.") for name in told]
        raise ContradictoryEntry(faults=faults)
    if told and len(told) < len(test):
        missing = [name for name in test if name not in told]
        faults = [FieldFault(f"/{name}", "required", "A test has all three of its parts.") for name in missing]
        raise ContradictoryEntry(faults=faults)


def check_skip(skip: Skip) -> None:
    """Raise ContradictoryEntry for an exercise replaced by itself, or another reason that is not told."""
    if skip.replaced_by == skip.exercise:
        raise ContradictoryEntry(faults=[FieldFault("/replaced_by", "same", "Name another exercise.")])
    if skip.reason is SkipReason.OTHER and not skip.note:
        raise ContradictoryEntry(faults=[FieldFault("/note", "required", "Say the other reason in a note.")])


def check_intake(intake: Intake) -> None:
    """Raise ContradictoryEntry for an intake that tells nothing, or of a pain that has not begun yet."""
    if all(getattr(intake, name) is None for name in TOLD_AT_INTAKE):
        raise ContradictoryEntry(faults=[FieldFault("/birth_year", "required", "Tell at least one thing.")])
    told_on = day_in_zone(intake.performed_at, intake.zone)
    if intake.pain_began_on is not None and intake.pain_began_on > told_on:
        raise ContradictoryEntry(faults=[FieldFault("/pain_began_on", "order", "That day has not come yet.")])


def check_red_flag_answer(answer: RedFlagAnswer) -> None:
    """Accept every answer: yes and no can both be meant of every question."""


def flags_of(entry: Entry, received_at: datetime) -> tuple[str, ...]:
    """Return `clock_suspect` for an entry from more than ten minutes in the future."""
    return (CLOCK_SUSPECT,) if entry.performed_at > received_at + CLOCK_TOLERANCE else ()
