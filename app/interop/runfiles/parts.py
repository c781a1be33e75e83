"""The parts of a file (sessions, laps, tracks): checked one by one, chosen by sport, joined to one run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.interop.runfiles.refusals import (
    RunFileClimbImpossible,
    RunFileDistanceImpossible,
    RunFileDurationImpossible,
    RunFileTooManyPoints,
    RunFileWithoutActivity,
    RunFileWithoutTimes,
)
from app.interop.runfiles.sports import ON_FOOT, Sport
from app.interop.runfiles.values import MULTISPORT, RUNNING, Position, RunFile, RunFileFormat

MOST_DISTANCE_M = 500_000
MOST_DURATION_S = 48 * 3_600
"""Both as SECURITY 4.9 has them."""
MOST_CLIMB_M = 50_000
MOST_PARTS = 5_000
"""Laps of 100 m for two days; a file with more sessions, laps or tracks is made to exhaust memory."""
MOST_STEPS_PER_MIN = 250
"""Nobody runs faster steps for long: the app wrote steps where strides belong, and guessing helps nobody."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of one sport; impossible numbers are refused when it is made."""

    sport: Sport
    started_at: datetime
    duration_s: float
    elapsed_s: float
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    cadence_spm: float | None = None
    first_position: Position | None = None
    utc_offset_min: int | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.duration_s <= MOST_DURATION_S and 0 <= self.elapsed_s <= MOST_DURATION_S):
            raise RunFileDurationImpossible
        if not 0 <= (self.distance_m or 0) <= MOST_DISTANCE_M:
            raise RunFileDistanceImpossible
        if not (0 <= (self.ascent_m or 0) <= MOST_CLIMB_M and 0 <= (self.descent_m or 0) <= MOST_CLIMB_M):
            raise RunFileClimbImpossible

    @property
    def ended_at(self) -> datetime:
        """Return the instant at which it was over."""
        return self.started_at + timedelta(seconds=self.elapsed_s)


def add_to(parts: list[Any], part: object) -> None:
    """Add one more session, lap or track; RunFileTooManyPoints above MOST_PARTS."""
    if len(parts) >= MOST_PARTS:
        raise RunFileTooManyPoints
    parts.append(part)


def steps_per_minute(sport: Sport, strides_per_minute: float | None) -> float | None:
    """Return steps of both feet a minute; None off foot and where twice the number cannot be steps."""
    if strides_per_minute is None or sport.name not in ON_FOOT:
        return None
    steps = 2 * strides_per_minute
    return steps if 0 < steps <= MOST_STEPS_PER_MIN else None


def running_or_all(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the running parts if there are any, else all."""
    return [part for part in parts if part.sport.name == RUNNING] or parts


def joined(parts: Sequence[Part]) -> Part:
    """Return the sum of one or more parts: a total is known only if each part's is.

    Elapsed time goes from the first start to the last end, so runs of different weeks in one file are
    refused as too long instead of being taken for one run. Cadence is the mean over the time that has one.
    """
    first = min(parts, key=lambda part: part.started_at)
    return Part(
        sport=_common_sport(parts),
        started_at=first.started_at,
        duration_s=sum(part.duration_s for part in parts),
        elapsed_s=(max(part.ended_at for part in parts) - first.started_at).total_seconds(),
        distance_m=_total(part.distance_m for part in parts),
        ascent_m=_total(part.ascent_m for part in parts),
        descent_m=_total(part.descent_m for part in parts),
        cadence_spm=_mean_cadence(parts),
        first_position=first.first_position,
        utc_offset_min=first.utc_offset_min,
    )


def as_run_file(file_format: RunFileFormat, parts: Sequence[Part], sha256: str) -> RunFile:
    """Return the one activity that the parts of a file make up: its running parts if it has any, else all.

    RunFileWithoutActivity if there are no parts; RunFileWithoutTimes if they last less than half a second.
    """
    if not parts:
        raise RunFileWithoutActivity
    chosen = running_or_all(parts)
    whole = joined(chosen)
    if round(whole.duration_s) < 1:
        raise RunFileWithoutTimes
    return RunFile(
        format=file_format,
        sport=whole.sport.name,
        sub_sport=whole.sport.sub,
        started_at=whole.started_at.astimezone(UTC),
        utc_offset_min=whole.utc_offset_min,
        first_position=whole.first_position,
        distance_m=_whole(whole.distance_m) or None,
        duration_s=round(whole.duration_s),
        elapsed_s=round(max(whole.elapsed_s, whole.duration_s)),
        ascent_m=_whole(whole.ascent_m),
        descent_m=_whole(whole.descent_m),
        cadence_spm=_whole(whole.cadence_spm),
        sessions=len(chosen),
        sha256=sha256,
    )


def _common_sport(parts: Sequence[Part]) -> Sport:
    names = {part.sport.name for part in parts}
    subs = {part.sport.sub for part in parts}
    return Sport(names.pop() if len(names) == 1 else MULTISPORT, subs.pop() if len(subs) == 1 else None)


def _total(numbers: Iterable[float | None]) -> float | None:
    total = 0.0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _mean_cadence(parts: Sequence[Part]) -> float | None:
    told = [(part.cadence_spm, part.duration_s) for part in parts if part.cadence_spm is not None]
    seconds = sum(duration for _, duration in told)
    return sum(cadence * duration for cadence, duration in told) / seconds if seconds else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
