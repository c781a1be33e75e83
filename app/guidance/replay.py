"""What would have been said: one day after another, under another policy or with runs that were never run.

Nothing is stored. Every pause stands until the day it was closed; one that nobody was ever asked about, because
it only opens here, stands to the end, as it would have until somebody closed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from app.guidance.domain.advise import PAUSING, LoadAdvice
from app.guidance.judgement import Consultation, strictest, with_deleted
from app.guidance.pausing import closed_rules, flags_of, run_pauses, stands, with_pauses
from app.guidance.values import GivenDecision, HypotheticalRun, Pause
from app.logbook.domain import PainMoment
from app.logbook.facts import Facts, RunFact, ScoreFact

_INVENTED = UUID("7d0c8a4e-0000-4000-8000-000000000010")
_NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """One day: what the rules say alone, what stands with the pauses, what was given then, and by which preset."""

    on: date
    preset: str
    engine: LoadAdvice
    advice: LoadAdvice
    given: GivenDecision | None

    @property
    def differs(self) -> bool | None:
        """Is it another decision than was given? None where nothing was given on that day."""
        return None if self.given is None else self.given.decision != self.advice.decision.value


def replay(
    asking: Consultation,
    pauses: Sequence[Pause],
    days: Iterable[date],
    given: dict[date, GivenDecision],
    zone: str,
    at: datetime,
) -> list[ReplayedDay]:
    """Decide each of these days in order, with the pauses that were open before the first."""
    listed = list(days)
    stored = {pause.cause: pause for pause in pauses}
    known = [pause for pause in pauses if pause.red_flag is not None or pause.opened_on < listed[0]]
    found = []
    for day in listed:
        engine = _engine(asking, known, day, zone)
        known += _opening(asking, known, stored, engine, day, at)
        advice = with_pauses(engine, [pause for pause in known if stands(pause, day, zone)])
        found.append(ReplayedDay(day, asking.policies.on(day).preset, engine, advice, given.get(day)))
    return found


def with_runs(facts: Facts, runs: Sequence[HypotheticalRun]) -> Facts:
    """Return the facts with runs that were never run among them, in the order of days."""
    told = [(run, uuid5(_INVENTED, str(place)).hex) for place, run in enumerate(runs)]
    scores = [score for run, key in told for score in _scores(run, key)]
    return replace(
        facts,
        runs=sorted([*facts.runs, *(_run(run, key) for run, key in told)], key=lambda fact: fact.on),
        scores=sorted([*facts.scores, *scores], key=lambda fact: fact.on),
    )


def _engine(asking: Consultation, known: Sequence[Pause], day: date, zone: str) -> LoadAdvice:
    closed = closed_rules(known, asking.histories.last_run_on(day))
    red_flags = flags_of(pause for pause in known if stands(pause, day, zone))
    knees = asking.knees(day, closed, red_flags)
    return strictest(knees + with_deleted(asking, day, closed, red_flags))


def _opening(
    asking: Consultation,
    known: Sequence[Pause],
    stored: dict[str, Pause],
    engine: LoadAdvice,
    day: date,
    at: datetime,
) -> list[Pause]:
    """Return the pauses that open on this day: as they were closed, where they were ever stored."""
    fired, newest = PAUSING.intersection(engine.rules_all), asking.histories.last_run_on(day)
    if not fired or newest is None:
        return []
    opened = {pause.cause for pause in known}
    due = (stored.get(pause.cause, pause) for pause in run_pauses(newest, fired, at))
    return [pause for pause in due if pause.cause not in opened]


def _run(run: HypotheticalRun, key: str) -> RunFact:
    return RunFact(
        key=key,
        on=run.on,
        ahead=False,
        deleted=False,
        distance_m=run.distance_m,
        duration_s=run.duration_s,
        cadence_spm=None,
        limp=run.limp,
        stopped_early_for_pain=run.stopped_early_for_pain,
        painkiller_before=run.painkiller_before,
    )


def _scores(run: HypotheticalRun, key: str) -> Iterable[ScoreFact]:
    told = (
        (PainMoment.BEFORE, run.on, run.pain_before),
        (PainMoment.DURING, run.on, run.pain_during),
        (PainMoment.AFTER_60_MIN, run.on, run.pain_after_60_min),
        (PainMoment.NEXT_MORNING, run.on + _NEXT_DAY, run.pain_next_morning),
    )
    for moment, on, score in told:
        if score is not None:
            own = uuid5(_INVENTED, f"{key} {moment}").hex
            yield ScoreFact(own, on, False, False, score, moment, None, key, False)
