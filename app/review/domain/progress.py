"""How a patient has done over a window: weeks of load, steps of the programme, flares, and what a scope opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.consent.domain import Scope
from app.guidance.domain.ruleset import WEEK_DAYS
from app.kernel.errors import Invalid

LONGEST_DAYS = 366  # days of a window
USUAL_DAYS = 84  # days of a window where nobody says: twelve weeks
_DAY = timedelta(days=1)
_ADVICE, _PLAN = Scope.ADVICE_READ, Scope.PLAN_WRITE
_SESSIONS, _PAIN = Scope.SESSIONS_READ, Scope.PAIN_READ

SECTIONS: Mapping[str, tuple[frozenset[Scope], ...]] = {
    "pain": (frozenset({_PAIN}),),
    "check_ins": (frozenset({_SESSIONS}),),
    "weeks": (frozenset({_SESSIONS}),),
    "runs": (frozenset({_SESSIONS}),),
    "treatments": (frozenset({_SESSIONS}),),
    "limits": (frozenset({_ADVICE}), frozenset({_PLAN})),
    "pauses": (frozenset({_ADVICE}), frozenset({_PLAN})),
    "overrides": (frozenset({_ADVICE}), frozenset({_PLAN})),
    "decisions": (frozenset({_ADVICE}),),
    "flares": (frozenset({_PAIN, _ADVICE}), frozenset({_PAIN, _PLAN})),
    "adherence": (frozenset({_SESSIONS, _PLAN}),),
    "outcomes": (frozenset({_PAIN}),),
    "stages": (frozenset({_PLAN}),),
    "flags": (frozenset({_PAIN}), frozenset({_SESSIONS})),
    "notes": (frozenset({Scope.NOTES_READ, _SESSIONS}), frozenset({Scope.NOTES_READ, _PAIN})),
}
"""Any one of these sets of scopes opens a section, as it opens the operations and collections it is made of."""

NOTED_BY: Mapping[str, Scope] = {
    "runs": _SESSIONS,
    "sessions": _SESSIONS,
    "check_ins": _SESSIONS,
    "treatments": _SESSIONS,
    "skips": _SESSIONS,
    "pain_scores": _PAIN,
    "red_flags": _PAIN,
    "questionnaire_responses": _PAIN,
    "measurements": _PAIN,
}
"""Which scope opens the entries whose free text is shown, besides notes.read."""


class ProgressWindow(Invalid):
    """A window is one day up to a year of days, in order."""

    code = "progress_window"
    title = "Give a window of 1 to 366 days, its first day first"


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are looked at, both ends included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """Return how many days these are."""
        return (self.until - self.since).days + 1

    def holds(self, day: date) -> bool:
        """Is the day among them?"""
        return self.since <= day <= self.until

    def weeks(self) -> Iterator[Window]:
        """Yield the weeks that end on the last day and every 7 days before it, oldest first; the first may be short."""
        ends = range(self.until.toordinal(), self.since.toordinal() - 1, -WEEK_DAYS)
        for end in reversed(ends):
            last = date.fromordinal(end)
            yield Window(max(self.since, last - (WEEK_DAYS - 1) * _DAY), last)


def window_of(since: date | None, until: date | None, today: date) -> Window:
    """Return the window asked for, twelve weeks up to today where nobody says; raise ProgressWindow."""
    last = until or today
    window = Window(since or last - (USUAL_DAYS - 1) * _DAY, last)
    if not 1 <= window.days <= LONGEST_DAYS:
        raise ProgressWindow
    return window


def is_open(section: str, scopes: frozenset[Scope] | None) -> bool:
    """Do the scopes open a section? None is the patient, who reads all."""
    return scopes is None or any(needed <= scopes for needed in SECTIONS[section])


def notes_open(scopes: frozenset[Scope] | None) -> list[str]:
    """Return the collections whose free text the scopes open."""
    if scopes is None:
        return list(NOTED_BY)
    if Scope.NOTES_READ not in scopes:
        return []
    return [name for name, scope in NOTED_BY.items() if scope in scopes]


@dataclass(frozen=True, slots=True)
class WeekOfLoad:
    """What was done in a week; a sum is None where a run or a session did not say it."""

    begins_on: date
    ends_on: date
    days: int
    runs: int
    distance_m: int | None
    run_duration_s: int | None
    sessions: int
    session_duration_s: int | None


def weeks_of_load(
    window: Window, runs: Sequence[Mapping[str, Any]], sessions: Sequence[Mapping[str, Any]]
) -> list[WeekOfLoad]:
    """Return the weeks of a window; a week without runs is 0 m."""
    found, ran_by_week, trained_by_week = [], _by_week(window, runs), _by_week(window, sessions)
    for week in window.weeks():
        ran, trained = ran_by_week.get(week.until, []), trained_by_week.get(week.until, [])
        found.append(
            WeekOfLoad(
                begins_on=week.since,
                ends_on=week.until,
                days=week.days,
                runs=len(ran),
                distance_m=_sum(run["distance_m"] for run in ran),
                run_duration_s=_sum(run["duration_s"] for run in ran),
                sessions=len(trained),
                session_duration_s=_sum(session["duration_s"] for session in trained),
            )
        )
    return found


def _by_week(window: Window, rows: Iterable[Mapping[str, Any]]) -> dict[date, list[Mapping[str, Any]]]:
    """Return the rows of the window by the last day of their week."""
    found: dict[date, list[Mapping[str, Any]]] = {}
    for row in rows:
        on: date = row["performed_on"]
        if window.holds(on):
            weeks_before_last = (window.until - on).days // WEEK_DAYS
            found.setdefault(window.until - weeks_before_last * WEEK_DAYS * _DAY, []).append(row)
    return found


def _sum(values: Iterable[int | None]) -> int | None:
    listed = list(values)
    known = [value for value in listed if value is not None]
    return sum(known) if len(known) == len(listed) else None


@dataclass(frozen=True, slots=True)
class StageStep:
    """From which day on a programme stood in a stage, and who said so."""

    on: date
    stage: str
    status: str
    made_by_role: str
    reason: str


def steps_of(revisions: Iterable[Mapping[str, Any]], window: Window) -> list[StageStep]:
    """Return where the window begins, and each change of stage or status within it, oldest first."""
    before: StageStep | None = None
    found: list[StageStep] = []
    standing: tuple[str, str] | None = None
    for row in revisions:
        step = StageStep(row["effective_on"], row["stage"], row["status"], row["made_by_role"], row["reason"])
        if step.on < window.since:
            before, standing = step, (step.stage, step.status)
        elif (step.stage, step.status) != standing:
            found.append(step)
            standing = (step.stage, step.status)
    return [before, *found] if before is not None else found
