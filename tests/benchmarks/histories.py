"""Logbooks of many days: what a patient has done before anything is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db.synced import Write, store, store_all
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.red_flags import RedFlag
from app.logbook.domain import (
    Asked,
    CheckIn,
    Entry,
    GivenBy,
    Intake,
    LoggedSession,
    LoggedSet,
    PainMoment,
    PainScore,
    RedFlagAnswer,
    Run,
    Side,
    Skip,
    SkipReason,
    SupportiveTreatment,
    Treatment,
)
from app.logbook.kinds import KINDS, Kind

ZONE = "Europe/Berlin"
DAYS = 90
CHECK_IN_DAYS = 60
_SCORES = ((PainMoment.DURING, 0, 9, 1.0), (PainMoment.AFTER_60_MIN, 0, 10, 1.0), (PainMoment.NEXT_MORNING, 1, 7, 0.0))
_EXERCISES = ("straight_leg_raise", "mini_squat_45", "step_up_15")


def ninety_days() -> dict[str, list[Entry]]:
    """Return 45 runs with about 130 scores, and 60 check-ins, none of them today."""
    runs = [run(day) for day in range(DAYS, 0, -2)]
    days = range(DAYS, 0, -2)
    return {
        "run": list(runs),
        "pain_score": [score for done, day in zip(runs, days, strict=True) for score in scores_of(done, day)],
        "check_in": [check_in(day) for day in range(CHECK_IN_DAYS, 0, -1)],
    }


def days_of_all_kinds(oldest: int, newest: int) -> list[Entry]:
    """Return the entries of these days back, oldest first.

    A run on every second day with a score during it, an hour after, and the next morning; a session on the
    days between; a check-in each evening: seven entries in two days.
    """
    found: list[Entry] = []
    for day in range(oldest, newest - 1, -1):
        if day % 2 == 0:
            done = run(day)
            found += [done, *(score for score in scores_of(done, day))]
        else:
            found.append(session(day))
        found.append(check_in(day))
    return found


def entries(kind: Kind[Any], count: int) -> list[Entry]:
    """Return so many entries of one kind, one a day back from yesterday; scores are about no run."""
    made: dict[str, Callable[[int], Entry]] = {"run": run, "pain_score": lone_score, "check_in": check_in}
    made |= {"session": session, "treatment": treatment, "skip": skip, "red_flag": red_flag, "intake": intake}
    return [made[kind.name](day) for day in range(1, count + 1)]


def write(db: Session, patient_id: UUID, told: dict[str, list[Entry]]) -> None:
    """Store entries of any kinds, a few statements a kind; nobody is told."""
    for kind in KINDS:
        writes = [Write(entry.id, kind.columns_of(entry)) for entry in told.get(kind.name, ())]
        store(db, kind.collection, patient_id, writes, device_id=None, at=now())


def red_flag(days_ago: int) -> RedFlagAnswer:
    """Return a question about an urgent sign, answered with no."""
    return RedFlagAnswer(
        id=new_id(),
        performed_at=_clock(days_ago, 12),
        zone=ZONE,
        code=RedFlag.LOCKED_KNEE,
        present=False,
        asked_because=Asked.MONTHLY,
    )


def intake(days_ago: int) -> Intake:
    """Return what a grown-up runner told of a longest run of 5 km."""
    return Intake(id=new_id(), performed_at=_clock(days_ago, 12), zone=ZONE, birth_year=1985, declared_longest_m=5000)


def write_in_order(db: Session, patient_id: UUID, done: list[Entry]) -> None:
    """Store entries of all kinds, numbered in the order given; nobody is told."""
    writes = [(kind.collection, Write(entry.id, kind.columns_of(entry))) for kind, entry in _with_kinds(done)]
    store_all(db, patient_id, writes, device_id=None, at=now())


def _with_kinds(done: list[Entry]) -> Iterator[tuple[Kind[Any], Entry]]:
    by_type = {kind.entry: kind for kind in KINDS}
    return ((by_type[type(entry)], entry) for entry in done)


def run(days_ago: int) -> Run:
    """Return a calm run of 5 km."""
    return Run(
        id=new_id(),
        performed_at=_clock(days_ago, 8),
        zone=ZONE,
        distance_m=5000,
        duration_s=1800,
        surface=None,
        intensity=None,
        ascent_m=None,
        descent_m=None,
        cadence_spm=166,
        shoes=None,
        rpe=None,
        limp=False,
        stopped_early_for_pain=False,
        painkiller_before=False,
    )


def scores_of(done: Run, days_ago: int) -> Iterator[PainScore]:
    """Return the scores during and after a run, and of the next morning where that is over."""
    for moment, later, hour, score in _SCORES:
        if days_ago - later >= 1:
            yield pain_score(_clock(days_ago - later, hour), score, moment, done.id)


def lone_score(days_ago: int) -> PainScore:
    """Return a score about no run."""
    return pain_score(_clock(days_ago, 20), 1.0, PainMoment.WORST, None)


def pain_score(at: datetime, score: float, moment: PainMoment, run_id: UUID | None) -> PainScore:
    """Return a score of the left knee."""
    return PainScore(
        id=new_id(),
        performed_at=at,
        zone=ZONE,
        score=score,
        moment=moment,
        side=Side.LEFT,
        run_id=run_id,
        session_id=None,
    )


def check_in(days_ago: int) -> CheckIn:
    """Return a check-in of a good day."""
    return CheckIn(
        id=new_id(),
        performed_at=_clock(days_ago, 21),
        zone=ZONE,
        morning_pain=0.0,
        worst_pain=1.0,
        side=Side.LEFT,
        swelling=False,
        sleep_hours=7.5,
        stress=2,
        mood=7,
        early_warning_signs=(),
        red_flags=(),
    )


def session(days_ago: int) -> LoggedSession:
    """Return an exercise session of three exercises, one set of each a side."""
    done = tuple(
        LoggedSet(exercise=name, side=side, repetitions=10, hold_seconds=None, load_kg=None, rpe=4.0)
        for name in _EXERCISES
        for side in Side
    )
    return LoggedSession(id=new_id(), performed_at=_clock(days_ago, 18), zone=ZONE, duration_s=1200, rpe=4.0, sets=done)


def treatment(days_ago: int) -> Treatment:
    """Return a taping that the person did."""
    return Treatment(
        id=new_id(),
        performed_at=_clock(days_ago, 6),
        zone=ZONE,
        treatment=SupportiveTreatment.TAPING,
        side=Side.LEFT,
        given_by=GivenBy.SELF,
        body_region=None,
        duration_min=None,
        pain_without=None,
        pain_with=None,
        activity=None,
    )


def skip(days_ago: int) -> Skip:
    """Return a skip of what was due that day."""
    at = _clock(days_ago, 19)
    return Skip(
        id=new_id(),
        performed_at=at,
        zone=ZONE,
        exercise="clamshell",
        side=Side.LEFT,
        due_on=at.date(),
        reason=SkipReason.TIME,
        replaced_by=None,
    )


def _clock(days_ago: int, hour: int) -> datetime:
    zone = ZoneInfo(ZONE)
    return datetime.combine(now().astimezone(zone).date() - timedelta(days=days_ago), time(hour), zone)
