"""The verdict on one day: the engine for each knee, the stricter answer, and the pauses that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from app.guidance.domain.advise import LoadAdvice, advise, pausing_rules, stricter
from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.guidance.domain.notices import Notice
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset import RULESET_VERSION
from app.guidance.domain.timeline import by_day
from app.guidance.histories import Histories
from app.guidance.pausing import closed_rules, flags_of, stands, with_pauses
from app.guidance.policies import InForce, PolicyBook
from app.guidance.span import first_day
from app.guidance.stirring import stirring_on
from app.guidance.values import Pause
from app.guidance.warning import held_back, warned_on
from app.logbook.domain import Side
from app.logbook.facts import Facts, RunFact, as_id

_RUN_VALUES = attrgetter(*(field.name for field in fields(RunEntry)))
_DAY_VALUES = attrgetter(*(field.name for field in fields(DailyEntry)))


@dataclass(frozen=True, slots=True)
class KneeAdvice:
    """The engine's answer for one knee, with the history it was asked about."""

    side: Side | None
    history: RunnerHistory
    advice: LoadAdvice


@dataclass(frozen=True, slots=True)
class Judgement:
    """The advice for one day, with what it was made from."""

    as_of: date
    in_force: InForce
    advice: LoadAdvice
    knees: tuple[KneeAdvice, ...]
    pauses: tuple[Pause, ...]
    input_ids: tuple[UUID, ...]
    inputs_hash: str
    irritability: str | None


@dataclass(frozen=True)
class Consultation:
    """One patient's facts put to the engine; the same question is asked once.

    `before` are the histories of the same patient as they were, of which entries may be taken.
    """

    facts: Facts
    policies: PolicyBook
    before: Histories | None = None
    _answers: dict[Any, tuple[KneeAdvice, ...]] = field(default_factory=dict)

    @cached_property
    def histories(self) -> Histories:
        """What is known, without what was deleted."""
        return Histories(_kept(self.facts), self.before)

    @cached_property
    def histories_with_deleted(self) -> Histories | None:
        """What is known and what was taken back today; None where nothing was."""
        return Histories(self.facts) if any(map(attrgetter("deleted"), self.facts)) else None

    def knees(
        self, as_of: date, closed: frozenset[str] = frozenset(), red_flags: tuple[str, ...] = ()
    ) -> tuple[KneeAdvice, ...]:
        """Return the engine's answer for each knee, by what was known on a day."""
        question = (as_of, closed, red_flags)
        if question not in self._answers:
            self._answers[question] = _advise_knees(self.histories, self.policies.on(as_of).policy, *question)
        return self._answers[question]

    def are_calm(self, days: Sequence[date]) -> bool:
        """Is it sure, by one look over all of these days, which are in order, that no rule pauses on any of them?"""
        if not days:
            return True
        first, last = days[0], days[-1]
        in_force, histories = self.policies.on(first), self.histories
        if self.policies.on(last) is not in_force:
            return False
        since, upto = _counted_from(histories.last_run_on(first), first, in_force.policy).toordinal(), last.toordinal()
        for knee in histories.knees_over(days):
            unrest = histories.unrest_over(knee, first, last, in_force.policy)
            if unrest is None or unrest.could_pause(since, upto):
                return False
        return True

    def pausing_on(self, as_of: date) -> frozenset[str]:
        """Return the rules that open a pause by what was known on a day, of whichever knee."""
        policy, histories = self.policies.on(as_of).policy, self.histories
        newest = histories.last_run_on(as_of)
        if newest is None:
            return frozenset()
        fired: frozenset[str] = frozenset()
        window = _counted_from(newest, as_of, policy)
        for knee in histories.knees_on(as_of):
            unrest = histories.unrest_over(knee, as_of, as_of, policy)
            if unrest is not None and not unrest.could_pause(window.toordinal(), as_of.toordinal()):
                continue
            timeline = histories.timeline_on(knee, as_of, window)
            if timeline is None:
                since = first_day(as_of, policy, newest.on)
                timeline = by_day(histories.history_on(knee, as_of, since=since), as_of)
            fired |= pausing_rules(timeline, policy)
        return fired


def judge(asking: Consultation, pauses: Sequence[Pause], as_of: date, zone: str) -> Judgement:
    """Advise as of a day: by what is known of the days up to it, the pauses open on it, the stricter knee.

    Where early signs warn, progress is held. What was deleted today still counts where it makes the advice
    stricter: taking a score back never relaxes the advice of the same day (CLINICAL 1.7).
    """
    standing = tuple(pause for pause in pauses if stands(pause, as_of, zone))
    newest = asking.histories.last_run_on(as_of)
    closed = closed_rules(pauses, newest)
    red_flags = flags_of(standing)
    in_force = asking.policies.on(as_of)
    knees = asking.knees(as_of, closed, red_flags)
    taken_back = with_deleted(asking, as_of, closed, red_flags)
    asked = knees + tuple(knee for knee in taken_back if knee not in knees)
    leading, warned = strictest(asked), warned_on(asking.facts, as_of)
    history = next(knee.history for knee in asked if knee.advice is leading)
    held = held_back(leading, warned, history, in_force.policy, as_of)
    irritability = stirring_on(asking.facts, as_of).irritability
    return Judgement(
        as_of=as_of,
        in_force=in_force,
        advice=with_pauses(held, standing),
        knees=knees,
        pauses=standing,
        input_ids=_input_ids(asking.histories, newest, as_of),
        inputs_hash=_hash(asked, in_force.policy, as_of, standing, closed, warned, irritability),
        irritability=irritability,
    )


def _counted_from(newest: RunFact | None, as_of: date, policy: Policy) -> date:
    """Return the first day that the rules which pause look at on a day with this newest run; later days, no earlier."""
    counted = as_of - timedelta(days=policy.repeat_window_days)
    return counted if newest is None else min(newest.on, counted)


def strictest(knees: Sequence[KneeAdvice]) -> LoadAdvice:
    """Return the most cautious of the answers, the first of equal ones."""
    advice = knees[0].advice
    for other in knees[1:]:
        advice = stricter(advice, other.advice)
    return advice


def _kept(facts: Facts) -> Facts:
    """Return the facts that were not deleted."""
    runs = [fact for fact in facts.runs if not fact.deleted]
    scores = [fact for fact in facts.scores if not fact.deleted]
    check_ins = [fact for fact in facts.check_ins if not fact.deleted]
    intakes = [fact for fact in facts.intakes if not fact.deleted]
    return replace(facts, runs=runs, scores=scores, check_ins=check_ins, intakes=intakes)


def _advise_knees(
    histories: Histories, policy: Policy, as_of: date, closed: frozenset[str], red_flags: tuple[str, ...]
) -> tuple[KneeAdvice, ...]:
    found, since = [], _since(histories, policy, as_of)
    for side in histories.knees_on(as_of):
        history = histories.history_on(side, as_of, red_flags, since)
        timeline = histories.timeline_on(side, as_of, since)
        found.append(KneeAdvice(side, history, advise(history, policy, as_of, closed, timeline)))
    return tuple(found)


def _since(histories: Histories, policy: Policy, as_of: date) -> date:
    newest = histories.last_run_on(as_of)
    return first_day(as_of, policy, newest.on if newest is not None else None)


def with_deleted(
    asking: Consultation, as_of: date, closed: frozenset[str], red_flags: tuple[str, ...]
) -> tuple[KneeAdvice, ...]:
    """Return the engine's answers with what was taken back today; none where nothing was."""
    histories = asking.histories_with_deleted
    if histories is None:
        return ()
    return _advise_knees(histories, asking.policies.on(as_of).policy, as_of, closed, red_flags)


def _input_ids(histories: Histories, newest: RunFact | None, as_of: date) -> tuple[UUID, ...]:
    """Return the entries that speak loudest: the last run and the scores about it."""
    if newest is None:
        return ()
    keys = [newest.key, *(fact.key for fact in histories.scores_of(newest, as_of))]
    return tuple(as_id(key) for key in keys)


def _hash(
    asked: Sequence[KneeAdvice],
    policy: Policy,
    as_of: date,
    standing: Sequence[Pause],
    closed: frozenset[str],
    warned: Notice | None,
    irritability: str | None,
) -> str:
    """Return the SHA-256 over all the advice was made from, the rules included, so that equal inputs are seen."""
    told: list[Any] = [
        RULESET_VERSION,
        [(knee.side, _plain(knee.history)) for knee in asked],
        policy,
        as_of,
        [pause.cause for pause in standing],
        sorted(closed),
    ]
    if warned is not None:
        told.append(warned.facts)
    if irritability == "high":  # no other begins the ladder elsewhere
        told.append(irritability)
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _plain(history: RunnerHistory) -> list[Any]:
    """Return a history as bare values in a fixed order: dataclasses take ten times as long to be written."""
    runs, days = [_RUN_VALUES(run) for run in history.sessions], [_DAY_VALUES(day) for day in history.daily]
    return [runs, days, history.red_flags, history.cadence_spm, history.declared_longest_km]
