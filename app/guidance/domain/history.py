"""What a runner recorded, checked: nothing enters the engine that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any, NoReturn

from app.guidance.domain.policy import Policy, PolicyError, resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.ruleset.numbers import (
    CADENCE_MAX_SPM,
    CADENCE_MIN_SPM,
    DISTANCE_MAX_KM,
    DURATION_MAX_MIN,
    ENTRIES_MAX,
    FIRST_YEAR,
    LAST_YEAR,
)
from app.kernel.value import value
from app.outcomes.domain.numbers import NRS_MAX
from app.outcomes.domain.strict import InputError, amount, flag, number, record, refusal, rows

__all__ = ["DailyEntry", "InputError", "ParsedInput", "PolicyError", "RunEntry", "RunnerHistory", "parse_history"]


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_SCORES = ("pain_pre", "pain_during", "pain_after_60", "pain_next_morning", "baseline_pain")
_FLAGS = ("limp", "stopped_early_for_pain", "painkiller_before")
_scores_of, _flags_of = attrgetter(*_SCORES), attrgetter(*_FLAGS)


@value()
class RunEntry:
    """One run; pain is NRS 0 to 10, None is not known. Raises InputError for what cannot be meant."""

    on: date
    distance_km: float | None = None
    duration_min: float | None = None
    pain_pre: float | None = None
    pain_during: float | None = None
    pain_after_60: float | None = None
    pain_next_morning: float | None = None
    baseline_pain: float | None = None
    limp: bool = False
    stopped_early_for_pain: bool = False
    painkiller_before: bool = False

    def __post_init__(self) -> None:
        _check_day(self.on, "/date")
        _check_amount(self.distance_km, DISTANCE_MAX_KM, "/distance_km")
        _check_amount(self.duration_min, DURATION_MAX_MIN, "/duration_min")
        for score in _scores_of(self):
            if score is not None and (type(score) is not float or not 0.0 <= score <= NRS_MAX):
                _check_scores(self)
        for said in _flags_of(self):
            if said is not True and said is not False:
                _check_flags(self)


@value()
class DailyEntry:
    """Pain of one day, NRS 0 to 10, None is not known."""

    on: date
    morning_pain: float | None = None
    worst_pain: float | None = None

    def __post_init__(self) -> None:
        _check_day(self.on, "/date")
        _check_score(self.morning_pain, "/morning_pain")
        _check_score(self.worst_pain, "/worst_pain")


@dataclass(frozen=True, slots=True)
class RunnerHistory:
    """All the engine may know of one knee of one runner; the order of entries is free."""

    sessions: tuple[RunEntry, ...] = ()
    daily: tuple[DailyEntry, ...] = ()
    red_flags: tuple[str, ...] = ()
    cadence_spm: float | None = None
    declared_longest_km: float | None = None
    planned_next_km: float | None = None
    planned_next_min: float | None = None

    def __post_init__(self) -> None:
        if self.cadence_spm is not None:
            number(self.cadence_spm, CADENCE_MIN_SPM, CADENCE_MAX_SPM, "/cadence_spm")
        _check_amount(self.declared_longest_km, DISTANCE_MAX_KM, "/declared_longest_km")
        _check_amount(self.planned_next_km, DISTANCE_MAX_KM, "/planned_next_km")
        _check_amount(self.planned_next_min, DURATION_MAX_MIN, "/planned_next_min")
        for place, code in enumerate(self.red_flags):
            if type(code) is not str or code not in RED_FLAGS:
                raise refusal(f"/red_flags/{place}", "unknown_red_flag", "This red flag is not known.")


@dataclass(frozen=True, slots=True)
class ParsedInput:
    """A whole question to the engine: the history, the resolved policy, and the day it is asked for."""

    history: RunnerHistory
    policy: Policy
    as_of: date


_AS_OF = frozenset({"as_of"})
_DATE = frozenset({"date"})
_RUN_FACTS = frozenset(item.name for item in fields(RunEntry)) - {"on"}
_DAILY_FACTS = frozenset(item.name for item in fields(DailyEntry)) - {"on"}
_NUMBERS = ("cadence_spm", "declared_longest_km", "planned_next_km", "planned_next_min")
_CHOICES = frozenset({"preset", "policy_overrides", "sessions", "daily", "red_flags", *_NUMBERS})


def parse_history(given: object) -> ParsedInput:
    """Read a question from its JSON object: date, preset, overrides, runs, daily entries, red flags.

    Raises InputError or PolicyError with a JSON pointer to the first thing that is wrong;
    only `as_of` is needed, and no unknown key is taken.
    """
    body = record(given, _AS_OF, "", _CHOICES)
    history = RunnerHistory(
        sessions=tuple(_entries(body, "sessions", RunEntry, _RUN_FACTS)),
        daily=tuple(_entries(body, "daily", DailyEntry, _DAILY_FACTS)),
        red_flags=tuple(_codes(body)),
        **_numbers(body),
    )
    policy = resolve_policy(body.get("preset", DEFAULT_PRESET), _overrides(body))
    return ParsedInput(history, policy, read_day(body["as_of"], "/as_of"))


def read_day(value: object, pointer: str) -> date:
    """Read a real day written YYYY-MM-DD, 1900 to 2200; refuse all else."""
    if type(value) is not str or not _DAY.fullmatch(value):
        _refuse_day(pointer)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        _refuse_day(pointer)
    _check_day(day, pointer)
    return day


def _entries(body: dict[str, object], key: str, entry: Callable[..., Any], known: frozenset[str]) -> list[Any]:
    listed = rows(body.get(key, []), ENTRIES_MAX, f"/{key}")
    return [_entry(raw, key, place, entry, known) for place, raw in enumerate(listed)]


def _entry(raw: object, key: str, place: int, entry: Callable[..., Any], known: frozenset[str]) -> Any:
    try:
        given = dict(record(raw, _DATE, "", known))
        return entry(read_day(given.pop("date"), "/date"), **given)
    except InputError as error:
        raise error.below(f"/{key}/{place}") from None


def _codes(body: dict[str, object]) -> list[Any]:
    return rows(body.get("red_flags", []), ENTRIES_MAX, "/red_flags")


def _numbers(body: dict[str, object]) -> dict[str, Any]:
    return {name: body[name] for name in _NUMBERS if name in body}


def _overrides(body: dict[str, object]) -> Mapping[str, object]:
    overrides = body.get("policy_overrides", {})
    if type(overrides) is not dict:
        raise refusal("/policy_overrides", "not_an_object", "An object is needed.")
    return overrides


def _check_score(value: object, pointer: str) -> None:
    if value is not None:
        number(value, 0, NRS_MAX, pointer)


def _check_scores(run: RunEntry) -> None:
    for name in _SCORES:
        _check_score(getattr(run, name), f"/{name}")


def _check_flags(run: RunEntry) -> None:
    for name in _FLAGS:
        flag(getattr(run, name), f"/{name}")


def _check_amount(value: object, high: float, pointer: str) -> None:
    if value is not None and (type(value) is not float or not 0.0 < value <= high):
        amount(value, high, pointer)


def _check_day(day: object, pointer: str) -> None:
    if type(day) is not date or not FIRST_YEAR <= day.year <= LAST_YEAR:
        _refuse_day(pointer)


def _refuse_day(pointer: str) -> NoReturn:
    raise refusal(pointer, "not_a_day", "A real day is needed, written YYYY-MM-DD, from 1900 to 2200.")
