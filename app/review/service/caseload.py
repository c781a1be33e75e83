"""The caseload: who needs attention, and why, in a number of statements that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.domain.policy import Policy
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.timeline import DayLog, Timeline
from app.guidance.domain.trend import weekly_trend
from app.guidance.policies import DEFAULT
from app.kernel.clock import day_in_zone
from app.logbook.domain import PainMoment
from app.review.domain.attention import (
    OPENED_BY,
    OPENS_PAUSES,
    KnownPatient,
    ReasonCode,
    opens,
    reasons_for,
)
from app.review.domain.caseload import Line
from app.review.domain.known import NewestAdvice, OpenPause, PainAndAdherence, ToldFlag
from app.review.repository.caseload import CaseRow, read_caseload
from app.review.repository.flags import read_told_flags
from app.review.service.adherence import adherence_of

STOPPED = "stopped"
_DURING, _WORST = PainMoment.DURING.value, PainMoment.WORST.value


def caseload_of(db: Session, therapist_id: UUID, no_data_days: int, at: datetime) -> list[Line]:
    """Return a line for every patient with an active link to a therapist, in no order.

    One statement for all patients; one more for those whose pauses are not open to the therapist, and some more
    for those whose pain rises: their number grows with nothing.
    """
    rows = read_caseload(db, therapist_id, at)
    days = {row.patient_id: day_in_zone(at, row.zone) for row in rows}
    pain = _pain_of(db, rows, days, at)
    unheard = [row.patient_id for row in rows if not opens(OPENS_PAUSES, row.scopes)]
    told = read_told_flags(db, unheard, at) if unheard else {}
    flags = {
        key: tuple(ToldFlag(code, on, RED_FLAGS[code].value, scope) for code, on, scope in found)
        for key, found in told.items()
    }
    return [
        _line(
            row,
            _known(row, days[row.patient_id], pain.get(row.patient_id), flags.get(row.patient_id, ()), no_data_days),
        )
        for row in rows
    ]


def _line(row: CaseRow, known: KnownPatient) -> Line:
    return Line(
        patient_id=row.patient_id,
        display_name=row.display_name,
        today=known.today,
        scopes=row.scopes,
        link_ends_on=known.link_ends_on,
        last_entry_on=known.last_entry_on,
        stage=_stage(row),
        reasons=tuple(reasons_for(known)),
    )


def _stage(row: CaseRow) -> str | None:
    """Return the stage of the open programme, where the plan is open to the therapist."""
    is_open = opens(OPENED_BY[ReasonCode.PROGRAMME_STOPPED], row.scopes)
    return next((stage for _, stage, _ in row.programmes), None) if is_open else None


def _known(
    row: CaseRow, today: date, pain: PainAndAdherence | None, flags: tuple[ToldFlag, ...], no_data_days: int
) -> KnownPatient:
    stopped = [_instant(made_at) for status, _, made_at in row.programmes if status == STOPPED]
    return KnownPatient(
        today=today,
        scopes=row.scopes,
        linked_on=day_in_zone(row.granted_at, row.zone),
        link_ends_on=day_in_zone(row.expires_at, row.zone),
        pauses=tuple(OpenPause(_day(on), rule, refer, flag) for on, rule, refer, flag in row.pauses),
        told_flags=flags,
        advice=NewestAdvice(_day(row.advice[0]), frozenset(row.advice[1])) if row.advice else None,
        advised=_advised(row),
        newest_on={name: None if on is None else min(on, today) for name, on in row.newest_on.items()},
        pain=pain,
        proposals=tuple((_day(on), *stages) for on, *stages in sorted(row.proposals)),
        unread=_unread(row),
        stopped_on=day_in_zone(stopped[0], row.zone) if stopped else None,
        review_due_on=next((_day(on) for _, on in row.next_reviews if on is not None), None),
        no_data_days=no_data_days,
    )


def _unread(row: CaseRow) -> tuple[int, date] | None:
    """Return how many messages wait, and since which day."""
    if row.unread is None or row.unread[0] == 0:
        return None
    count, since = row.unread
    return count, day_in_zone(_instant(since), row.zone)


def _advised(row: CaseRow) -> tuple[tuple[date, str], ...]:
    """Return the rule of the newest advice of each day, the newest day first."""
    by_day: dict[str, str] = {}
    for _, on, rule in sorted(row.advised, reverse=True):
        by_day.setdefault(on, rule)
    return tuple((_day(on), rule) for on, rule in sorted(by_day.items(), reverse=True))


def _pain_of(
    db: Session, rows: Iterable[CaseRow], days: Mapping[UUID, date], at: datetime
) -> dict[UUID, PainAndAdherence]:
    """Return rising pain with adherence, of those whose scopes open both and whose pain rises."""
    needed = OPENED_BY[ReasonCode.PAIN_UP_ADHERENCE_DOWN]
    asked = [row for row in rows if row.programmes and opens(needed, row.scopes)]
    rises = {row.patient_id: _rise(row, days[row.patient_id]) for row in asked}
    rising = {key: rise for key, rise in rises.items() if rise is not None}
    followed = {row.patient_id: row.zone for row in asked if row.patient_id in rising}
    told = adherence_of(db, followed, at) if followed else {}
    return {key: PainAndAdherence(rising[key], now, before) for key, (now, before) in told.items()}


def _rise(row: CaseRow, today: date) -> float | None:
    """Return the rise of the weekly mean beyond what the patient's policy tolerates, NRS; None where it is within."""
    tolerance, min_points = _trend_policy(row, today)
    worst = _worst_by_day(row)
    trend = weekly_trend(Timeline(today.toordinal(), (), frozenset(), DayLog(worst, {}, {}), 0), min_points)
    return trend.rise if trend is not None and trend.rise > tolerance else None


def _worst_by_day(row: CaseRow) -> dict[int, float]:
    """Return the worst of each day; as in the weekly trend it stands in the place of what was felt while running."""
    running: dict[str, float] = {}
    whole: dict[str, float] = {}
    of_moment = {_DURING: running, _WORST: whole}
    for on, moment, score in row.pain:
        told = of_moment.get(moment)
        if told is not None and (on not in told or score >= told[on]):
            told[on] = score
    return {_ordinal(on): score for on, score in {**running, **whole}.items()}


def _trend_policy(row: CaseRow, today: date) -> tuple[float, int]:
    """Return the tolerance of the trend and the days it needs, of the policy in force."""
    standing = [told for told in sorted(row.policies) if _day(told[0]) <= today]
    policy: Policy = DEFAULT.policy
    if not standing:
        return policy.trend_tolerance, policy.trend_min_points
    return standing[-1][2], standing[-1][3]


@lru_cache(maxsize=1024)
def _day(told: str) -> date:
    return date.fromisoformat(told)


@lru_cache(maxsize=1024)
def _ordinal(told: str) -> int:
    return _day(told).toordinal()


def _instant(told: str) -> datetime:
    """Return an instant as either database writes it in JSON: SQLite leaves out that it is in UTC."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
