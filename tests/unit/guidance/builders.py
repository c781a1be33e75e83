"""Histories with only what a test is about; everything else is quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.guidance.domain.advise import evaluate

TODAY = date(2025, 6, 16)
ABSENT = object()

Wire = dict[str, Any]


def day(days_ago: int) -> str:
    """Write the day so many days before TODAY; negative ones lie in the future."""
    return (TODAY - timedelta(days=days_ago)).isoformat()


def a_run(days_ago: int = 1, **facts: Any) -> Wire:
    """Build a quiet 5 km run at 1/10 that settled; ABSENT leaves a key out."""
    quiet: Wire = {"distance_km": 5.0, "pain_during": 1, "pain_next_morning": 0, "baseline_pain": 0}
    given = {"date": day(days_ago), **quiet, **facts}
    return {key: value for key, value in given.items() if value is not ABSENT}


def steady(last_days_ago: int = 3, count: int = 15) -> list[Wire]:
    """Build quiet runs every second day, the last one so many days ago."""
    return [a_run(last_days_ago + 2 * place) for place in reversed(range(count))]


def question(sessions: Sequence[Mapping[str, Any]], **more: Any) -> Wire:
    """Build a question to the engine for TODAY."""
    return {"as_of": TODAY.isoformat(), "sessions": list(sessions), **more}


def after_steady(*, history: Mapping[str, Any] | None = None, **facts: Any) -> Wire:
    """Answer for a quiet history with one more run yesterday; `history` adds keys beside the runs."""
    return evaluate(question([*steady(), a_run(**facts)], **(history or {})))


def answer(sessions: Sequence[Mapping[str, Any]], **more: Any) -> Wire:
    """Answer for exactly these runs."""
    return evaluate(question(sessions, **more))
