"""One patient over a window, in one round of statements whose number grows with nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent.domain import Scope
from app.guidance.domain.load_summary import run_spike
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ruleset import RED_FLAGS
from app.guidance.policies import PolicyBook
from app.guidance.service.following import instant_of
from app.guidance.service.intakes import told_by
from app.guidance.values import CLOSING_WORDS, Pause
from app.kernel.clock import day_in_zone
from app.outcomes import service as outcomes
from app.outcomes.overview import Series
from app.review.domain.progress import Window, is_open, notes_open, steps_of, weeks_of_load, window_of
from app.review.repository import progress as repository
from app.review.repository.progress import Span
from app.review.service.adherence import following_of

_DAY = timedelta(days=1)
_METRES = 1000
_HURTING = ("during", "worst", "next_morning")
"""The moments whose score above the highest limit is a flare."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How one patient did; a section that the reader's scopes do not open is None."""

    zone: str
    display_name: str
    window: Window
    as_of: date
    sections: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reading:
    """What every section is made from: the window, who reads, the policies by day; what several need is read once."""

    db: Session
    patient_id: UUID
    zone: str
    window: Window
    scopes: frozenset[Scope] | None
    book: PolicyBook
    at: datetime

    @property
    def span(self) -> Span:
        return Span(self.patient_id, self.window.since, self.window.until, self.at)

    @property
    def before(self) -> Span:
        """Return the window with the days before it that a run is compared with."""
        first = self.window.since - USUAL_POLICY.lookback_days * _DAY
        return Span(self.patient_id, first, self.window.until, self.at)

    @cached_property
    def runs(self) -> Sequence[Mapping[str, Any]]:
        """Return the runs of the window, and of the days before it."""
        return repository.list_runs(self.db, self.before)

    @cached_property
    def check_ins(self) -> Sequence[Mapping[str, Any]]:
        """Return the check-ins of the window."""
        return repository.list_check_ins(self.db, self.span)


def progress_of(
    db: Session,
    patient_id: UUID,
    scopes: frozenset[Scope] | None,
    since: date | None,
    until: date | None,
    at: datetime,
    only: frozenset[str] | None = None,
) -> Progress:
    """Return a patient's progress for somebody with these scopes (None: the patient); raise ProgressWindow.

    With `only`, the other sections are not read; flares are made of the pain.
    """
    account = accounts.account_of(db, patient_id)
    today = day_in_zone(at, account.zone)
    window = window_of(since, until, today)
    book = PolicyBook(repository.list_policies(db, patient_id))
    reading = _Reading(db, patient_id, account.zone, window, scopes, book, at)
    wanted = {name for name in (*_SECTIONS, "flares") if is_open(name, scopes) and (only is None or name in only)}
    told: dict[str, Any] = {name: make(reading) if name in wanted else None for name, make in _SECTIONS.items()}
    told["flares"] = _flares(reading, told["pain"]) if "flares" in wanted and told["pain"] is not None else None
    return Progress(account.zone, account.display_name, window, today, told)


def _pain(reading: _Reading) -> list[dict[str, Any]]:
    return [
        {"on": row["performed_on"], **_only(row, "side", "moment", "score", "scores")}
        for row in repository.worst_scores(reading.db, reading.span)
    ]


def _check_ins(reading: _Reading) -> list[dict[str, Any]]:
    names = ("side", "morning_pain", "worst_pain")
    return [{"on": row["performed_on"], **_only(row, *names)} for row in reading.check_ins]


def _weeks(reading: _Reading) -> list[Any]:
    return weeks_of_load(reading.window, reading.runs, repository.list_sessions(reading.db, reading.span))


def _runs(reading: _Reading) -> list[dict[str, Any]]:
    rows = reading.runs
    known = sorted((row["performed_on"], row["distance_m"] / _METRES) for row in rows if row["distance_m"] is not None)
    declared = told_by(reading.db, reading.patient_id, reading.window.until, reading.at).declared_longest_km
    return [_run(row, known, declared) for row in rows if reading.window.holds(row["performed_on"])]


def _run(row: Mapping[str, Any], known: list[tuple[date, float]], declared_km: float | None) -> dict[str, Any]:
    on, metres = row["performed_on"], row["distance_m"]
    spike = run_spike(on, metres / _METRES, _near(on, known), declared_km) if metres is not None else None
    shown = _only(row, "id", "distance_m", "duration_s", "rpe", "limp")
    return {"on": on, **shown, "spike_ratio": spike.ratio if spike else None, "spike": spike.name if spike else None}


def _near(on: date, known: list[tuple[date, float]]) -> list[tuple[date, float]]:
    """Return the runs of the days that a run is compared with, from all in order: not each is asked of each."""
    first = bisect_left(known, (on - USUAL_POLICY.lookback_days * _DAY,))
    return known[first : bisect_left(known, (on,))]


def _treatments(reading: _Reading) -> list[dict[str, Any]]:
    names = ("id", "treatment", "side", "given_by", "activity", "pain_without", "pain_with")
    rows = repository.list_treatments(reading.db, reading.span)
    return [{"on": row["performed_on"], **_only(row, *names)} for row in rows]


def _limits(reading: _Reading) -> list[dict[str, Any]]:
    """Return the limits at the window's beginning, and from each day on that others begin."""
    window = reading.window
    days = {window.since, *(made.starts_on for made in reading.book.revisions if window.holds(made.starts_on))}
    found = []
    for day in sorted(days):
        standing = reading.book.on(day)
        limits = {name: getattr(standing.policy, name) for name in ("progress_max", "acceptable_max", "high_max")}
        revision = reading.book.revision_on(day)
        because = revision.reason if revision is not None else None
        found.append({"from_on": day, "preset": standing.preset, "reason": because, **limits})
    return found


def _pauses(reading: _Reading) -> list[dict[str, Any]]:
    found = []
    for pause in repository.list_pauses(reading.db, reading.patient_id):
        closed_on = day_in_zone(pause.closed_at, reading.zone) if pause.closed_at is not None else None
        if pause.opened_on <= reading.window.until and (closed_on is None or closed_on >= reading.window.since):
            shown = {name: getattr(pause, name) for name in ("id", "opened_on", "rule", "refer", "red_flag")}
            found.append({**shown, "closed_on": closed_on, **_closing(reading, pause)})
    return found


def _closing(reading: _Reading, pause: Pause) -> dict[str, Any]:
    """Return who closed a pause and after whose look at it; the words only where free text is open."""
    may_read = reading.scopes is None or Scope.NOTES_READ in reading.scopes
    words = {name: getattr(pause, name) if may_read else None for name in CLOSING_WORDS}
    return {"closed_by_role": pause.closed_by_role, "seen_on": pause.seen_on, **words}


def _overrides(reading: _Reading) -> list[dict[str, Any]]:
    window = reading.window
    names = ("id", "starts_on", "ends_on", "decision", "reason", "withdrawn_at", "withdrawn_because")
    listed = repository.list_overrides(reading.db, reading.patient_id)
    inside = [one for one in listed if one.starts_on <= window.until and one.ends_on >= window.since]
    return [{name: getattr(one, name) for name in names} for one in inside]


def _decisions(reading: _Reading) -> list[dict[str, Any]]:
    given = repository.list_decisions(reading.db, reading.span)
    return [{"on": on, "id": one.id, "decision": one.decision, "rule": one.rule} for on, one in sorted(given.items())]


def _adherence(reading: _Reading) -> list[dict[str, Any]]:
    window = reading.window
    following = following_of(reading.db, reading.patient_id, reading.zone, window.since, window.until, reading.at)
    then = instant_of(window.until, reading.zone, reading.at)
    weeks = []
    for week in window.weeks():
        told = following.adherence(week.until, week.days, then)
        weeks.append({"begins_on": week.since, "ends_on": week.until, "percent": told.percent, "level": told.level})
    return weeks


def _outcomes(reading: _Reading) -> list[Series]:
    """Return the series up to the end of the window; their change is from the first score of all."""
    then = instant_of(reading.window.until, reading.zone, reading.at)
    return list(outcomes.overview(reading.db, reading.patient_id, None, None, then).series)


def _stages(reading: _Reading) -> list[Any]:
    return steps_of(repository.list_revisions(reading.db, reading.patient_id, reading.window.until), reading.window)


def _flags(reading: _Reading) -> list[dict[str, Any]]:
    """Return the urgent signs that were told, by answers or in check-ins, as the scopes open either."""
    told: list[tuple[date, str]] = []
    if is_open("pain", reading.scopes):
        told += [(row["performed_on"], row["code"]) for row in repository.list_flags(reading.db, reading.span)]
    if is_open("check_ins", reading.scopes):
        told += [(row["performed_on"], code) for row in reading.check_ins for code in row["red_flags"]]
    return [{"on": on, "code": code, "level": RED_FLAGS[code].value} for on, code in sorted(set(told))]


def _notes(reading: _Reading) -> list[dict[str, Any]]:
    rows = repository.list_notes(reading.db, reading.span, notes_open(reading.scopes))
    return [{"on": row["performed_on"], **_only(row, "collection", "id", "note")} for row in rows]


def _flares(reading: _Reading, pain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the days on which a score lay above the highest limit of that day."""
    worst: dict[date, float] = {}
    for told in pain:
        if told["moment"] in _HURTING:
            worst[told["on"]] = max(told["score"], worst.get(told["on"], 0.0))
    above = [(on, score) for on, score in sorted(worst.items()) if score > reading.book.on(on).policy.high_max]
    return [{"on": on, "score": score} for on, score in above]


def _only(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


_SECTIONS: Mapping[str, Callable[[_Reading], Any]] = {
    "pain": _pain,
    "check_ins": _check_ins,
    "weeks": _weeks,
    "runs": _runs,
    "treatments": _treatments,
    "limits": _limits,
    "pauses": _pauses,
    "overrides": _overrides,
    "decisions": _decisions,
    "adherence": _adherence,
    "outcomes": _outcomes,
    "stages": _stages,
    "flags": _flags,
    "notes": _notes,
}
