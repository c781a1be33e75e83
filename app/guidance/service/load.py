"""The load of some weeks, as it is shown beside the advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

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
class ShownLoad:
    """The figures on the last day asked for, each day, and each run's spike."""

    until: date
    summary: LoadSummary
    days: list[DayLoad]
    runs: list[RunSpike]


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
    days = _days(logged, since, last, rest_confirmed)
    runs = [done for done in logged.done if done.is_run]
    first_shown = last - timedelta(days=count - 1)
    return ShownLoad(
        until=last,
        summary=summarise(days, [run.on for run in runs]),
        days=[day for day in days if day.on >= first_shown],
        runs=_spikes(runs, first_shown, told_by(db, patient_id, last, at).declared_longest_km),
    )


def _days(logged: LoggedDays, since: date, last: date, rest_confirmed: bool) -> list[DayLoad]:
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
    return [_day(day, by_day.get(day, []), rest_confirmed or day in known) for day in days]


def _day(on: date, done: Sequence[DoneFact], is_known: bool) -> DayLoad:
    if not is_known:
        return DayLoad(on, None, None, None)
    runs = [one for one in done if one.is_run]
    return DayLoad(
        on,
        _sum([one.distance_m / METRES_PER_KM if one.distance_m is not None else None for one in runs]),
        _sum([one.duration_s / SECONDS_PER_MIN if one.duration_s is not None else None for one in runs]),
        _sum([_session_load(one) for one in done]),
    )


def _session_load(done: DoneFact) -> float | None:
    """Return effort times minutes; without an effort it is not known, and not nothing."""
    return None if done.rpe is None or done.duration_s is None else done.rpe * done.duration_s / SECONDS_PER_MIN


def _sum(loads: Sequence[float | None]) -> float | None:
    known = [load for load in loads if load is not None]
    return min(sum(known), float(LOAD_MAX)) if len(known) == len(loads) else None


def _spikes(runs: Sequence[DoneFact], first: date, declared_km: float | None) -> list[RunSpike]:
    known = [(run, run.distance_m / METRES_PER_KM) for run in runs if run.distance_m is not None]
    others = [(run.on, km) for run, km in known]
    return [
        RunSpike(run.id, run.on, km, run_spike(run.on, km, others, declared_km)) for run, km in known if run.on >= first
    ]
