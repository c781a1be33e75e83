"""Turns what the logbook holds into what the engine may know: one history a knee, as of one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.logbook.domain import PainMoment, Side
from app.logbook.facts import CheckInFact, Facts, Key, RunFact, ScoreFact

KNEE_TRACKED_DAYS = 28
"""A knee that had a score within so many days is judged on its own (E)."""
CADENCE_DAYS = 30
"""How old the newest known cadence may be (E)."""

_TRACKING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN, PainMoment.NEXT_MORNING, PainMoment.WORST})
_ABOUT_RUNNING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN})


def known_on(facts: Facts, as_of: date, *, with_deleted: bool = False) -> Facts:
    """Return the facts up to that day, and those whose clock ran ahead; deleted ones only where asked for."""

    def known(fact: Any) -> bool:
        return (fact.on <= as_of or fact.ahead) and (with_deleted or not fact.deleted)

    return _filtered(facts, known)


def knees_in(facts: Facts, as_of: date) -> tuple[Side | None, ...]:
    """Return the knees that are judged on their own; one unnamed knee where no side was said."""
    first = as_of - timedelta(days=KNEE_TRACKED_DAYS)
    sides = {fact.side for fact in facts.scores if fact.on >= first and fact.moment in _TRACKING}
    sides |= {fact.side for fact in facts.check_ins if fact.on >= first}
    return tuple(side for side in Side if side in sides) or (None,)


def last_run(facts: Facts) -> RunFact | None:
    """Return the newest run that does not lie ahead; of several on one day the latest."""
    newest: RunFact | None = None
    for run in facts.runs:
        if not run.ahead and (newest is None or run.on >= newest.on):
            newest = run
    return newest


def history_of(facts: Facts, knee: Side | None, as_of: date, red_flags: tuple[str, ...] = ()) -> RunnerHistory:
    """Return what the engine may know of one knee; scores without a side are counted for each knee."""
    ahead = as_of + timedelta(days=1)
    scores = [fact for fact in facts.scores if _concerns(fact.side, knee)]
    linked, alone = _by_run(facts.runs, scores)
    return RunnerHistory(
        sessions=tuple(_run_entry(run, ahead if run.ahead else run.on, linked[run.key]) for run in facts.runs),
        daily=_daily(alone, [fact for fact in facts.check_ins if _concerns(fact.side, knee)], ahead),
        red_flags=red_flags,
        cadence_spm=_cadence(facts.runs, as_of),
    )


def _filtered(facts: Facts, wanted: Callable[[Any], bool]) -> Facts:
    return Facts(
        [fact for fact in facts.runs if wanted(fact)],
        [fact for fact in facts.scores if wanted(fact)],
        [fact for fact in facts.check_ins if wanted(fact)],
    )


def _concerns(side: str | None, knee: Side | None) -> bool:
    return side is None or knee is None or side == knee


def _by_run(
    runs: Iterable[RunFact], scores: Iterable[ScoreFact]
) -> tuple[dict[Key, dict[str, float]], list[ScoreFact]]:
    """Return the worst score of each run by moment, and the scores that are about no run.

    Pain during or after a run that names no known run counts for every run of its day: it must not get lost.
    """
    linked: dict[Key, dict[str, float]] = {}
    of_day: dict[date, list[Key]] = defaultdict(list)
    for run in runs:
        linked[run.key] = {}
        of_day[run.on].append(run.key)
    alone: list[ScoreFact] = []
    for fact in scores:
        targets = [fact.run_key] if fact.run_key in linked else _same_day_runs(fact, of_day)
        for target in targets:
            worst = linked[target]
            worst[fact.moment] = max(fact.score, worst.get(fact.moment, 0.0))
        if not targets:
            alone.append(fact)
    return linked, alone


def _same_day_runs(fact: ScoreFact, of_day: dict[date, list[Key]]) -> list[Key]:
    about_running = not fact.about_session and fact.moment in _ABOUT_RUNNING
    return of_day.get(fact.on, []) if about_running else []


def _run_entry(run: RunFact, on: date, worst: dict[str, float]) -> RunEntry:
    return RunEntry(
        on=on,
        distance_km=run.distance_m / 1000 if run.distance_m else None,
        duration_min=run.duration_s / 60 if run.duration_s else None,
        pain_pre=worst.get(PainMoment.BEFORE),
        pain_during=worst.get(PainMoment.DURING),
        pain_after_60=worst.get(PainMoment.AFTER_60_MIN),
        pain_next_morning=worst.get(PainMoment.NEXT_MORNING),
        limp=run.limp,
        stopped_early_for_pain=run.stopped_early_for_pain,
        painkiller_before=run.painkiller_before,
    )


def _daily(alone: Iterable[ScoreFact], check_ins: Iterable[CheckInFact], ahead: date) -> tuple[DailyEntry, ...]:
    """Return one entry for each check-in with a score, and one for each day's scores that are about no run."""
    entries = [
        DailyEntry(ahead if fact.ahead else fact.on, fact.morning_pain, fact.worst_pain)
        for fact in check_ins
        if fact.morning_pain is not None or fact.worst_pain is not None
    ]
    by_day: dict[date, list[ScoreFact]] = defaultdict(list)
    for score in alone:
        by_day[ahead if score.ahead else score.on].append(score)
    entries += [_day_entry(day, scores) for day, scores in by_day.items()]
    return tuple(entry for entry in entries if entry.morning_pain is not None or entry.worst_pain is not None)


def _day_entry(day: date, scores: list[ScoreFact]) -> DailyEntry:
    """Let the other scores of a day raise its worst, where a worst was told at all."""
    told = any(fact.moment == PainMoment.WORST for fact in scores)
    mornings = [fact.score for fact in scores if fact.moment == PainMoment.NEXT_MORNING]
    return DailyEntry(day, max(mornings, default=None), max(fact.score for fact in scores) if told else None)


def _cadence(runs: list[RunFact], as_of: date) -> float | None:
    first = as_of - timedelta(days=CADENCE_DAYS)
    known = [run.cadence_spm for run in runs if run.cadence_spm and first <= run.on <= as_of]
    return known[-1] if known else None
