"""What is told beside the advice: the run-walk ladder, and notices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance import repository
from app.guidance.climbing import Ladder, ladder_of
from app.guidance.domain import notices
from app.guidance.domain.cycles import find_cycles
from app.guidance.domain.ladder import Gate
from app.guidance.domain.notices import Notice
from app.guidance.domain.readings import over_in_a_row, readings_back
from app.guidance.domain.ruleset import FOUR_WEEKS_DAYS, WEEK_DAYS
from app.guidance.domain.ruleset.numbers import METRES_PER_KM
from app.guidance.domain.timeline import Timeline, by_day
from app.guidance.intakes import ToldAtIntake
from app.guidance.judgement import Consultation, Judgement, judge
from app.guidance.service.advice import consult, today_of
from app.guidance.service.intakes import told_by
from app.guidance.service.pace import adherence_known, hip_and_ankle_known, prognosis_of
from app.guidance.stirring import Stirring, stirring_on
from app.guidance.values import DayAsked, Opened
from app.guidance.warning import warned_on
from app.logbook import service as logbook
from app.logbook.domain import PainMoment, SupportiveTreatment
from app.logbook.kinds import PAIN_SCORE, TREATMENT

_STIRRING = ("settle_hours", "low_load_provokes", "rest_or_night_pain")
_NEEDLES = frozenset({SupportiveTreatment.NEEDLING, SupportiveTreatment.ACUPUNCTURE})


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever asks says of the knee; None is what the log says of it, as far as the log holds such a thing."""

    plan_start: date | None
    screened_on: date | None
    pain_since: date | None
    settle_hours: float | None
    low_load_provokes: bool | None
    rest_or_night_pain: bool | None
    adherence_percent: float | None
    hip_and_ankle: bool | None


def ladder_today(
    db: Session, patient_id: UUID, gate: Gate, irritability: str | None, at: datetime
) -> tuple[Judgement, Ladder | None]:
    """Return where a runner stands on the ladder today; stairs are taken from the log where nobody says."""
    asking, judgement = _judged(db, patient_id, None, at)
    stairs = gate.stairs_pain if gate.stairs_pain is not None else _stairs(asking, judgement.as_of)
    known = Gate(gate.walk_pain, stairs, gate.hops_pain)
    return judgement, ladder_of(asking, judgement, known, irritability)


def notices_on(
    db: Session, patient_id: UUID, as_of: date | None, told: Told, at: datetime, opened: Opened
) -> list[Notice]:
    """Return the notices of a day (None: today), those that hold progression first.

    What goes into the pace of recovery and into the prognosis is read as far as it is open to whoever asks.
    """
    asking, judgement = _judged(db, patient_id, as_of, at)
    day, policy = judgement.as_of, judgement.in_force.policy
    asked = DayAsked(day, accounts.account_of(db, patient_id).zone, policy)
    told = _with_log(told, stirring_on(asking.facts, day), told_by(db, patient_id, day, at))
    if told.adherence_percent is None and opened.following:
        told = replace(told, adherence_percent=adherence_known(db, patient_id, asked, at))
    if told.hip_and_ankle is None and opened.findings and as_of is None:
        told = replace(told, hip_and_ankle=hip_and_ankle_known(db, patient_id, at))
    timelines = [by_day(knee.history, day) for knee in judgement.knees]
    worst = _worst(timelines)
    cycles = max((find_cycles(timeline, policy) for timeline in timelines), key=lambda report: len(report.cycles))
    over = _over(timelines, judgement)
    found = [
        warned_on(asking.facts, day),
        notices.after_needling(*_needled_and_scored(db, patient_id, day, at)),
        notices.rest_resume_hurt(cycles.status, len(cycles.cycles)),
        notices.prevention_window(told.plan_start, day, told.screened_on) if told.plan_start is not None else None,
        notices.mileage(_km_by_day(asking, day), day.toordinal()),
        notices.how_severe(worst),
        notices.how_irritable(worst, told.settle_hours, told.low_load_provokes, told.rest_or_night_pain),
        *notices.recovery_pace(told.pain_since, day, over, told.adherence_percent, told.hip_and_ankle),
        prognosis_of(db, patient_id, asking, told.pain_since, asked, at) if opened.scores else None,
    ]
    return [notice for notice in found if notice is not None]


def _with_log(told: Told, stirring: Stirring, start: ToldAtIntake) -> Told:
    """Fill in what was logged where whoever asks says nothing."""
    logged: dict[str, Any] = {name: getattr(stirring, name) for name in _STIRRING} | {"pain_since": start.pain_began_on}
    return replace(told, **{name: value for name, value in logged.items() if getattr(told, name) is None})


def _needled_and_scored(
    db: Session, patient_id: UUID, day: date, at: datetime
) -> tuple[list[datetime], list[datetime]]:
    """Return when needles were used, and when pain was scored, in the week up to the end of a day."""
    until = min(datetime.combine(day + timedelta(days=1), time(), UTC) + timedelta(days=1), at)
    since = until - timedelta(days=WEEK_DAYS)
    treated = logbook.entries_between(db, patient_id, TREATMENT, since - timedelta(days=WEEK_DAYS), until)
    scored = logbook.entries_between(db, patient_id, PAIN_SCORE, since, until)
    needled = [done.performed_at for done in treated if done.treatment in _NEEDLES]
    return needled, [score.performed_at for score in scored]


def _judged(db: Session, patient_id: UUID, as_of: date | None, at: datetime) -> tuple[Consultation, Judgement]:
    zone = accounts.account_of(db, patient_id).zone
    asking = consult(db, patient_id, as_of, at, zone)
    day = as_of or today_of(asking.facts, at, zone)
    return asking, judge(asking, repository.list_pauses(db, patient_id), day, zone)


def _stairs(asking: Consultation, day: date) -> float | None:
    """Return the worst pain on stairs of the last 7 days."""
    first = day - timedelta(days=WEEK_DAYS - 1)
    scores = asking.facts.scores
    known = [fact.score for fact in scores if fact.moment == PainMoment.STAIRS and first <= fact.on <= day]
    return max(known, default=None)


def _worst(timelines: list[Timeline]) -> float | None:
    """Return the worst pain of the last 7 days, of whichever knee: from the log and from runs."""
    found: list[float] = []
    for timeline in timelines:
        first = timeline.today - WEEK_DAYS + 1
        found += [pain for day, pain in timeline.log.worst.items() if first <= day <= timeline.today]
        during = [run.entry.pain_during for run in timeline.runs if run.day >= first]
        found += [pain for pain in during if pain is not None]
    return max(found, default=None)


def _over(timelines: list[Timeline], judgement: Judgement) -> bool | None:
    """Was any run of the last 28 days over the limit? None without a run."""
    policy = judgement.in_force.policy
    first = judgement.as_of.toordinal() - FOUR_WEEKS_DAYS
    readings = [
        reading
        for timeline in timelines
        for reading in readings_back(timeline, policy)
        if reading.entry.on.toordinal() > first
    ]
    return any(over_in_a_row(iter([reading])) for reading in readings) if readings else None


def _km_by_day(asking: Consultation, day: date) -> dict[int, float]:
    km: dict[int, float] = defaultdict(float)
    for run in asking.histories.runs_until(day):
        km[run.on.toordinal()] += (run.distance_m or 0) / METRES_PER_KM
    return km
