"""The load of some weeks, as it is shown beside the advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.domain.effort import Effort, left_out
from app.guidance.domain.load import LOAD_MAX
from app.guidance.domain.load_summary import DayLoad, LoadSummary, run_spike, summarise
from app.guidance.domain.ruleset import WEEK_DAYS
from app.guidance.domain.ruleset.numbers import METRES_PER_KM, SECONDS_PER_MIN, SETTLED_DAYS
from app.guidance.domain.spike import Spike
from app.guidance.service.intakes import told_by
from app.guidance.service.policies import today_at_home
from app.logbook import service as logbook
from app.logbook.facts import DoneFact, LoggedDays


@dataclass(frozen=True, slots=True)
class RunSpike:
    """A run with a distance, beside the longest of the 30 days before it; without any, beside the declared one."""

    id: UUID
    on: date
    distance_km: float
    spike: Spike


@dataclass(frozen=True, slots=True)
class EffortLeftOut:
    """A run or a session whose effort does not count, and why: it was told too early or too late."""

    id: UUID
    on: date
    because: str


@dataclass(frozen=True, slots=True)
class ShownLoad:
    """The figures on the last day asked for, each day, each run's spike, and the efforts that do not count."""

    until: date
    summary: LoadSummary
    days: list[DayLoad]
    runs: list[RunSpike]
    left_out: list[EffortLeftOut]


_Efforts = dict[tuple[bool, UUID], Effort]


def load_of(
    db: Session, patient_id: UUID, until: date | None, count: int, rest_confirmed: bool, at: datetime
) -> ShownLoad:
    """Return the load of the `count` days up to a day (None: today).

    A day without any entry is not known, and a rest day where the runner says so: of a week in a check-in, or of
    all that is asked about with `rest_confirmed`.
    """
    last = until or today_at_home(db, patient_id, at)
    since = last - timedelta(days=SETTLED_DAYS)
    logged = logbook.days_logged(db, patient_id, since, last, at)
    efforts = _efforts(db, patient_id, logged.done)
    days = _days(logged, efforts, since, last, rest_confirmed)
    runs = [done for done in logged.done if done.is_run]
    first_shown = last - timedelta(days=count - 1)
    return ShownLoad(
        until=last,
        summary=summarise(days, [run.on for run in runs]),
        days=[day for day in days if day.on >= first_shown],
        runs=_spikes(runs, first_shown, told_by(db, patient_id, last, at).declared_longest_km),
        left_out=_left_out([done for done in logged.done if done.on >= first_shown], efforts),
    )


def _efforts(db: Session, patient_id: UUID, done: Sequence[DoneFact]) -> _Efforts:
    """Return the efforts that are known, with when each was told; only where that matters the versions are asked."""
    written = {(one.is_run, one.id): (one, _effort(one, _written_at(one))) for one in done}
    known = {key: (one, effort) for key, (one, effort) in written.items() if effort is not None}
    doubted = [key for key, (one, effort) in known.items() if _may_be_left_out(one, effort)]
    told = logbook.efforts_told(db, patient_id, {entry for _, entry in doubted})
    doubts = {key: replace(known[key][1], told_at=told[key]) for key in doubted if key in told}
    return {key: effort for key, (_, effort) in known.items()} | doubts


def _effort(done: DoneFact, told_at: datetime) -> Effort | None:
    if done.rpe is None or done.duration_s is None:
        return None
    return Effort(done.rpe, done.performed_at, done.duration_s / SECONDS_PER_MIN, told_at)


def _written_at(done: DoneFact) -> datetime:
    """Return when an entry was written: by the device's clock, and never later than the server heard of it."""
    return min(done.recorded_at or done.received_at, done.received_at)


def _may_be_left_out(done: DoneFact, effort: Effort) -> bool:
    """Could the effort, told between the writing and the newest version, be out of time?"""
    heard = replace(effort, told_at=done.received_at)
    return left_out(effort.waited) is not None or left_out(heard.waited) is not None


def _left_out(done: Sequence[DoneFact], efforts: _Efforts) -> list[EffortLeftOut]:
    told = [(one, efforts.get((one.is_run, one.id))) for one in done]
    whys = [(one, left_out(effort.waited)) for one, effort in told if effort is not None]
    return [EffortLeftOut(one.id, one.on, why) for one, why in whys if why is not None]


def _days(logged: LoggedDays, efforts: _Efforts, since: date, last: date, rest_confirmed: bool) -> list[DayLoad]:
    """Return every day from the first ever logged on, or from `since`."""
    if logged.first is None or logged.first > last:
        return []
    first = max(logged.first, since)
    by_day: dict[date, list[DoneFact]] = {}
    for done in logged.done:
        by_day.setdefault(done.on, []).append(done)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    rested = {last - timedelta(days=back) for last in logged.confirmed for back in range(WEEK_DAYS)}
    known = logged.days | rested
    return [_day(day, by_day.get(day, []), efforts, rest_confirmed or day in known) for day in days]


def _day(on: date, done: Sequence[DoneFact], efforts: _Efforts, is_known: bool) -> DayLoad:
    if not is_known:
        return DayLoad(on, None, None, None)
    runs = [one for one in done if one.is_run]
    return DayLoad(
        on,
        _sum([one.distance_m / METRES_PER_KM if one.distance_m is not None else None for one in runs]),
        _sum([one.duration_s / SECONDS_PER_MIN if one.duration_s is not None else None for one in runs]),
        _sum([_session_load(efforts.get((one.is_run, one.id))) for one in done]),
    )


def _session_load(effort: Effort | None) -> float | None:
    """Return effort times minutes; without an effort that counts it is not known, and not nothing."""
    return effort.session_load if effort is not None else None


def _sum(loads: Sequence[float | None]) -> float | None:
    known = [load for load in loads if load is not None]
    return min(sum(known), float(LOAD_MAX)) if len(known) == len(loads) else None


def _spikes(runs: Sequence[DoneFact], first: date, declared_km: float | None) -> list[RunSpike]:
    known = [(run, run.distance_m / METRES_PER_KM) for run in runs if run.distance_m is not None]
    others = [(run.on, km) for run, km in known]
    return [
        RunSpike(run.id, run.on, km, run_spike(run.on, km, others, declared_km)) for run, km in known if run.on >= first
    ]
