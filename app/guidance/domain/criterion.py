"""One question with a threshold, and its answer: met, not met, or unknown because something was not told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.guidance.domain.ratio import exceeds, falls_short


class Verdict(StrEnum):
    """What became of a question; unknown is never taken for met."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question: what it saw, what that was measured by, where the number comes from."""

    code: str
    verdict: Verdict
    facts: Mapping[str, object]
    thresholds: Mapping[str, object]
    sources: tuple[str, ...] = ("E",)

    @property
    def is_met(self) -> bool:
        """Was it answered, and with yes?"""
        return self.verdict is Verdict.MET


def at_most(code: str, value: float | None, limit: float, *sources: str) -> Criterion:
    """Is the value known, and not above the limit?"""
    return _judged(code, value, {"at_most": limit}, None if value is None else not exceeds(value, limit), sources)


def at_least(code: str, value: float | None, limit: float, *sources: str) -> Criterion:
    """Is the value known, and not below the limit?"""
    return _judged(code, value, {"at_least": limit}, None if value is None else not falls_short(value, limit), sources)


def below(code: str, value: float | None, limit: float, *sources: str) -> Criterion:
    """Is the value known, and below the limit?"""
    return _judged(code, value, {"below": limit}, None if value is None else falls_short(value, limit), sources)


def above(code: str, value: float | None, limit: float, *sources: str) -> Criterion:
    """Is the value known, and above the limit?"""
    return _judged(code, value, {"above": limit}, None if value is None else exceeds(value, limit), sources)


def is_so(code: str, value: bool | None, wanted: bool, *sources: str) -> Criterion:
    """Is the fact known, and as wanted?"""
    return _judged(code, value, {"is": wanted}, None if value is None else value is wanted, sources)


def is_one_of(code: str, value: str | None, wanted: tuple[str, ...], *sources: str) -> Criterion:
    """Is the fact known, and one of those?"""
    return _judged(code, value, {"one_of": list(wanted)}, None if value is None else value in wanted, sources)


def all_of(code: str, *parts: Criterion) -> Criterion:
    """Are all parts met? One that is not settles it; else one that is unknown leaves it unknown."""
    verdicts = {part.verdict for part in parts}
    found = next((one for one in (Verdict.NOT_MET, Verdict.UNKNOWN) if one in verdicts), Verdict.MET)
    return _joined(code, found, parts)


def any_of(code: str, *parts: Criterion) -> Criterion:
    """Is one part met? That settles it; else one that is unknown leaves it unknown."""
    verdicts = {part.verdict for part in parts}
    found = next((one for one in (Verdict.MET, Verdict.UNKNOWN) if one in verdicts), Verdict.NOT_MET)
    return _joined(code, found, parts)


def _joined(code: str, verdict: Verdict, parts: tuple[Criterion, ...]) -> Criterion:
    facts = {part.code: part.facts["value"] for part in parts}
    sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
    return Criterion(code, verdict, facts, {part.code: part.thresholds for part in parts}, sources)


def _judged(
    code: str, value: object, thresholds: Mapping[str, object], held: bool | None, sources: tuple[str, ...]
) -> Criterion:
    verdict = Verdict.UNKNOWN if held is None else (Verdict.MET if held else Verdict.NOT_MET)
    return Criterion(code, verdict, {"value": value}, thresholds, sources or ("E",))
