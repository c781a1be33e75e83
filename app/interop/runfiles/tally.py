"""Count along the points of a track without keeping them, so that memory stays flat however long it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.interop.runfiles.geo import Climb, distance_between
from app.interop.runfiles.values import Position


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a recording; what it does not tell is None. cadence_rpm: on foot, strides a minute."""

    at: datetime | None = None
    position: Position | None = None
    elevation_m: float | None = None
    odometer_m: float | None = None
    cadence_rpm: float | None = None


@dataclass(slots=True)
class Tally:
    """What the points of one stretch add up to."""

    points: int = 0
    timed: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_position: Position | None = None
    climb: Climb = field(default_factory=Climb)
    _last_position: Position | None = None
    _path_m: float = 0.0
    _odometer_m: float | None = None
    _cadence_sum: float = 0.0
    _cadence_count: int = 0

    def add(self, point: Point) -> None:
        """Count one more point."""
        self.points += 1
        self.climb.to(point.elevation_m)
        self._add_time(point.at)
        self._add_place(point.position)
        self._add_sensors(point)

    def gap(self) -> None:
        """Recording stopped here: the way to the next point is not part of the distance."""
        self._last_position = None

    @property
    def is_recorded(self) -> bool:
        """Was this recorded, rather than drawn? At least half of the points must carry a time."""
        return self.points > 0 and self.timed * 2 >= self.points

    @property
    def span_s(self) -> float:
        """Return the seconds from the earliest to the latest point."""
        if self.first_at is None or self.last_at is None:
            return 0.0
        return (self.last_at - self.first_at).total_seconds()

    @property
    def distance_m(self) -> float | None:
        """Return the device's own odometer if it has one, else the way over ground, else None."""
        if self._odometer_m is not None:
            return self._odometer_m
        return self._path_m if self.first_position else None

    @property
    def cadence_rpm(self) -> float | None:
        """Return the mean cadence while moving: zeros are left out, as watches do in their own averages."""
        return self._cadence_sum / self._cadence_count if self._cadence_count else None

    def _add_time(self, at: datetime | None) -> None:
        if at is None:
            return
        self.timed += 1
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        self.last_at = at if self.last_at is None else max(self.last_at, at)

    def _add_place(self, place: Position | None) -> None:
        if place is None:
            return
        self.first_position = self.first_position or place
        if self._last_position is not None:
            self._path_m += distance_between(self._last_position, place)
        self._last_position = place

    def _add_sensors(self, point: Point) -> None:
        if point.odometer_m is not None:
            self._odometer_m = max(self._odometer_m or 0.0, point.odometer_m)
        if point.cadence_rpm is not None and point.cadence_rpm > 0:
            self._cadence_sum += point.cadence_rpm
            self._cadence_count += 1
