"""The history by day and without the future: sorted once, looked up ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory


class DatedRun(NamedTuple):
    """A run and the number of its day."""

    day: int
    entry: RunEntry


@dataclass(frozen=True, slots=True)
class DayLog:
    """Pain from the daily log by day number; of several entries for a day both ends are kept."""

    worst: dict[int, float]
    morning_worst: dict[int, float]
    morning_lowest: dict[int, float]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All entries up to today, runs in the order they were run (of one day: as given)."""

    today: int
    runs: tuple[DatedRun, ...]
    run_days: frozenset[int]
    log: DayLog
    future_dated: int

    def gap_days(self) -> int | None:
        """Return the days since the last run, 0 if it was today; None without a run."""
        return self.today - self.runs[-1].day if self.runs else None


def by_day(history: RunnerHistory, as_of: date) -> Timeline:
    """Sort the history by day; entries after `as_of` are counted and otherwise left out."""
    today = as_of.toordinal()
    dated = [DatedRun(entry.on.toordinal(), entry) for entry in history.sessions]
    runs = tuple(sorted((run for run in dated if run.day <= today), key=lambda run: run.day))
    days = [entry for entry in history.daily if entry.on <= as_of]
    future = len(dated) - len(runs) + len(history.daily) - len(days)
    return Timeline(today, runs, frozenset(run.day for run in runs), log_of(days), future)


def log_of(entries: Iterable[DailyEntry]) -> DayLog:
    """Return the daily entries by day; a log may know later days than a timeline, which never asks for them."""
    entries = list(entries)
    mornings = [(entry.on, entry.morning_pain) for entry in entries if entry.morning_pain is not None]
    worst = [(entry.on, entry.worst_pain) for entry in entries if entry.worst_pain is not None]
    return DayLog(_fold(worst, max), _fold(mornings, max), _fold(mornings, min))


def _fold(scores: list[tuple[date, float]], keep: Callable[[float, float], float]) -> dict[int, float]:
    kept: dict[int, float] = {}
    for on, score in scores:
        day = on.toordinal()
        kept[day] = keep(score, kept[day]) if day in kept else score
    return kept
