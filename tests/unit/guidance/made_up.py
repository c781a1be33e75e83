"""Histories that nobody lived: each made from its number alone, so that a failing one can be made again.

Scores cluster near the limits, where mistakes live, and one history in two is mostly quiet, so that many progress.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET, PRESETS
from app.guidance.policies import InForce, PolicyBook, constant
from app.logbook.domain import PainMoment
from app.logbook.facts import CheckInFact, Facts, RunFact, ScoreFact

GENERATED, TORTURED = 5000, 200_000
"""How many histories are judged in the test command, and by make torture."""
SLICES = 4
"""A property is judged in so many parts, so that they can run beside each other."""
SPAN = 45
ROUGH = (0.0, 0.0, 1.0, 1.0, 2.0, 2.1, 3.0, 3.1, 5.0, 5.1, 8.0)
QUIET = (0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.1)
BOOKS = [constant(InForce(name, resolve_policy(name, {}))) for name in [DEFAULT_PRESET] * 4 + list(PRESETS)]


@dataclass(frozen=True)
class MadeUp:
    """A history, the policy it is judged by, and the day."""

    number: int
    facts: Facts
    book: PolicyBook
    day: date

    @property
    def policy(self) -> Policy:
        """Return the policy of the day."""
        return self.book.on(self.day).policy


def numbers(request: pytest.FixtureRequest, part: int) -> range:
    """Return the numbers of one part of the histories."""
    each = (TORTURED if request.config.option.torture else GENERATED) // SLICES
    return range(part * each, (part + 1) * each)


def made_up(number: int) -> MadeUp:
    """Make the history of a number: some weeks of runs with scores and check-ins, some sore, some told late."""
    chance = Random(number)
    first = date(2015, 1, 1) + timedelta(days=chance.randrange(5500))
    days = [first + timedelta(days=ago) for ago in range(SPAN + 1)]
    points = QUIET if chance.random() < 0.5 else ROUGH
    every = chance.choice((2, 3)) if points is QUIET else 1
    ran = sorted(chance.sample(days[::every], chance.randrange(1, 11))) if chance.random() < 0.97 else []
    if ran and chance.random() < 0.1:
        ran = sorted([*ran, chance.choice(ran)])
    side = chance.choice(("left", "left", None, "right"))
    runs = [_run(chance, place, on) for place, on in enumerate(ran)]
    scores = [score for run in runs for score in _scores(chance, run, points, side)]
    told = sorted(chance.choice(days) for _ in range(chance.randrange(7)))
    check_ins = [_check_in(chance, place, on, points) for place, on in enumerate(told)]
    facts = Facts(runs, sorted(scores, key=lambda fact: fact.on), check_ins)
    day = ran[-1] + timedelta(days=chance.randrange(0, 5)) if ran and chance.random() < 0.6 else chance.choice(days)
    return MadeUp(number, facts, chance.choice(BOOKS), day)


def made_up_question(number: int) -> tuple[RunnerHistory, Policy, date]:
    """Make a question to the engine alone: one knee, with scores that the logbook would have put in their place."""
    made, chance = made_up(number), Random(-number - 1)
    by_run: dict[str, dict[str, float]] = {run.key: {} for run in made.facts.runs}
    for fact in made.facts.scores:
        by_run[str(fact.run_key)][fact.moment] = fact.score
    runs = [
        RunEntry(
            run.on,
            None if run.distance_m is None else run.distance_m / 1000,
            None if run.duration_s is None else run.duration_s / 60,
            pain_pre=_maybe(chance, by_run[run.key].get(PainMoment.BEFORE)),
            pain_during=by_run[run.key].get(PainMoment.DURING),
            pain_after_60=by_run[run.key].get(PainMoment.AFTER_60_MIN),
            pain_next_morning=by_run[run.key].get(PainMoment.NEXT_MORNING),
            baseline_pain=_maybe(chance, 0.0),
            limp=run.limp,
            stopped_early_for_pain=run.stopped_early_for_pain,
            painkiller_before=run.painkiller_before,
        )
        for run in made.facts.runs
        if run.on <= made.day
    ]
    daily = [DailyEntry(one.on, one.morning_pain, one.worst_pain) for one in made.facts.check_ins if one.on <= made.day]
    return RunnerHistory(tuple(runs), tuple(daily)), made.policy, made.day


def worse_scores(history: RunnerHistory, chance: Random) -> Iterator[tuple[str, date, RunnerHistory]]:
    """Yield the history with one score raised, with the score's name and day."""
    for place, run in enumerate(history.sessions):
        for name in ("pain_pre", "pain_during", "pain_after_60", "pain_next_morning", "baseline_pain"):
            if (score := getattr(run, name)) is not None and chance.random() < 0.2:
                raised = replace(run, **{name: _raised(score, chance)})
                yield name, run.on, replace(history, sessions=_with(history.sessions, place, raised))
    for place, entry in enumerate(history.daily):
        for name in ("morning_pain", "worst_pain"):
            if (score := getattr(entry, name)) is not None and chance.random() < 0.2:
                told = replace(entry, **{name: _raised(score, chance)})
                yield name, entry.on, replace(history, daily=_with(history.daily, place, told))


def worse_signs(history: RunnerHistory) -> Iterator[RunnerHistory]:
    """Yield the history with a limp, an early stop or a painkiller in one of the last runs."""
    for place in range(max(0, len(history.sessions) - 3), len(history.sessions)):
        for sign in ("limp", "stopped_early_for_pain", "painkiller_before"):
            run = replace(history.sessions[place], **{sign: True})
            yield replace(history, sessions=_with(history.sessions, place, run))


def _run(chance: Random, place: int, on: date) -> RunFact:
    odd = chance.random()
    return RunFact(
        key=f"{place:032x}",
        on=on,
        ahead=False,
        deleted=False,
        distance_m=None if odd < 0.03 else chance.choice((4600, 5000, 5000, 5300, 5500, 9000)),
        duration_s=None if 0.02 < odd < 0.05 else 1800,
        cadence_spm=chance.choice((None, 160, 171)),
        limp=chance.random() < 0.03,
        stopped_early_for_pain=chance.random() < 0.03,
        painkiller_before=chance.random() < 0.03,
    )


def _scores(chance: Random, run: RunFact, points: tuple[float, ...], side: str | None) -> Iterator[ScoreFact]:
    """Tell of a run: nearly always the pain during it and the next morning, of one knee or of both."""
    asked = ((PainMoment.DURING, 0, 0.93), (PainMoment.NEXT_MORNING, 1, 0.93), (PainMoment.BEFORE, 0, 0.3))
    for number, (moment, later, often) in enumerate((*asked, (PainMoment.AFTER_60_MIN, 0, 0.3))):
        for knee in (side, "right" if chance.random() < 0.1 else side):
            if chance.random() < often:
                told = run.on + timedelta(days=later + (5 if chance.random() < 0.05 else 0))
                morning = moment in (PainMoment.NEXT_MORNING, PainMoment.BEFORE)
                score = chance.choice((0.0, 0.0, 1.0) if morning and points is QUIET else points)
                key = f"{int(run.key, 16) + 1:x}{number:x}{('left', 'right', None).index(knee):030x}"
                yield ScoreFact(key, told, False, False, score, moment, knee, run.key, False)
            if knee == side and chance.random() < 0.9:
                break


def _check_in(chance: Random, place: int, on: date, points: tuple[float, ...]) -> CheckInFact:
    morning = chance.choice((None, 0.0, *points))
    return CheckInFact(f"{place:x}", on, False, False, morning, chance.choice(points), None, None, None, [], [])


def _raised(score: float, chance: Random) -> float:
    return chance.choice([worse for worse in (*ROUGH, 10.0) if worse >= score])


def _with(entries: tuple[Any, ...], place: int, entry: object) -> tuple[Any, ...]:
    return (*entries[:place], entry, *entries[place + 1 :])


def _maybe(chance: Random, score: float | None) -> float | None:
    return score if chance.random() < 0.6 else None
