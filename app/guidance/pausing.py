"""Pauses beside the engine: which a day asks for, which stand on it, and what the advice is while one does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

from app.guidance.domain.advise import LoadAdvice
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.ruleset import PAUSE_PCT, RED_FLAGS
from app.guidance.histories import Histories
from app.guidance.values import Pause
from app.kernel.clock import day_in_zone
from app.kernel.ids import new_id
from app.logbook.facts import CheckInFact, Facts, RedFlagFact, RunFact, as_id

_NO_CAPS = {"km": ("session_cap_km", "week_cap_km"), "min": ("session_cap_min", "week_cap_min")}


class Asking(Protocol):
    """A patient's facts, and which rules pause by what was known on a day."""

    @property
    def facts(self) -> Facts:
        """What is known."""

    @property
    def histories(self) -> Histories:
        """The same by day, without what was deleted."""

    def are_calm(self, days: Sequence[date]) -> bool:
        """Is it sure at a glance that no rule opens a pause on any of these days?"""

    def pausing_on(self, as_of: date) -> frozenset[str]:
        """Return the rules that open a pause on a day."""


def pauses_due(asking: Asking, pauses: Sequence[Pause], days: Sequence[date], today: date, at: datetime) -> list[Pause]:
    """Return the pauses that what happened on those days, in order, asks for and that were not opened yet."""
    due = {pause.cause: pause for pause in _red_flag_pauses(asking.facts, today, at)}
    for day in days if not asking.are_calm(days) else ():
        newest = asking.histories.last_run_on(day)
        if newest is not None:
            due |= {pause.cause: pause for pause in run_pauses(newest, asking.pausing_on(day), at)}
    opened = {pause.cause for pause in pauses}
    return [pause for cause, pause in due.items() if cause not in opened]


def stands(pause: Pause, as_of: date, zone: str) -> bool:
    """Was the pause open on a day?"""
    if pause.opened_on > as_of:
        return False
    return pause.closed_at is None or day_in_zone(pause.closed_at, zone) > as_of


def closed_rules(pauses: Sequence[Pause], newest: RunFact | None) -> frozenset[str]:
    """Return the pausing rules that a person has closed for the very run that fires them."""
    closed = [pause for pause in pauses if not pause.is_open and pause.run_id is not None]
    if newest is None or not closed:
        return frozenset()
    run_id = as_id(newest.key)
    return frozenset(pause.rule for pause in closed if pause.run_id == run_id)


def with_pauses(advice: LoadAdvice, standing: Sequence[Pause]) -> LoadAdvice:
    """Keep answering an open pause, whatever the runs since say."""
    opened = [pause for pause in standing if pause.red_flag is None]
    if advice.decision is Decision.PAUSE_AND_REFER or not opened:
        return advice
    pause = max(opened, key=lambda found: Referral(found.refer))
    caps: dict[str, Any] = dict.fromkeys(_NO_CAPS.get(advice.load_unit or "", ()), 0.0)
    return replace(
        advice,
        decision=Decision.PAUSE_AND_REFER,
        rule=pause.rule,
        change_percent=PAUSE_PCT,
        min_rest_days=0,
        refer=Referral(pause.refer),
        modifications=("stop_running", "contact_therapist"),
        planned_ok=False if advice.planned_ok is not None else None,
        **caps,
    )


def flags_of(standing: Iterable[Pause]) -> tuple[str, ...]:
    """Return the signs among pauses."""
    return tuple(sorted({pause.red_flag for pause in standing if pause.red_flag is not None}))


def run_pauses(newest: RunFact, fired: frozenset[str], at: datetime) -> Iterable[Pause]:
    """Return a pause for each rule that fired because of a run."""
    for rule in sorted(fired):
        run_id = as_id(newest.key)
        cause, refer = f"{rule}:{run_id}", Referral.THERAPIST.value
        yield Pause(id=new_id(), opened_on=newest.on, opened_at=at, rule=rule, refer=refer, cause=cause, run_id=run_id)


def _red_flag_pauses(facts: Facts, today: date, at: datetime) -> Iterable[Pause]:
    """Return a pause for every sign that was ever told; one told by a clock that ran ahead stands from today."""
    told: list[tuple[CheckInFact | RedFlagFact, str]]
    told = [(fact, code) for fact in facts.check_ins for code in fact.red_flags]
    told += [(fact, fact.code) for fact in facts.red_flags]
    for fact, code in told:
        if not fact.deleted:
            yield Pause(
                id=new_id(),
                opened_on=min(fact.on, today),
                opened_at=at,
                rule="RED_FLAG",
                refer=RED_FLAGS[code].value,
                cause=f"RED_FLAG:{as_id(fact.key)}:{code}",
                red_flag=code,
            )
