"""Places on earth: a checked position, the distance between two, and climb without the noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from app.interop.runfiles.refusals import RunFilePositionImpossible
from app.interop.runfiles.values import Position

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R1 of the IUGG; a great circle on it errs by at most 0.6 %."""

CLIMB_STEP_M = 3.0
"""Elevation must move this far before it counts: barometers and GPS tremble by less without any hill."""

LOWEST_M, HIGHEST_M = -1_000.0, 10_000.0
"""No run is below the Dead Sea's shore by that much or above Everest; such an elevation is a sensor's error."""


def position(latitude: float | None, longitude: float | None) -> Position:
    """Return the place of two numbers in degrees; RunFilePositionImpossible if they name none."""
    if latitude is None or longitude is None:
        raise RunFilePositionImpossible
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise RunFilePositionImpossible
    return latitude, longitude


def distance_between(one: Position, other: Position) -> float:
    """Return the great-circle distance in metres (haversine)."""
    lat1, lat2 = radians(one[0]), radians(other[0])
    half = sin((lat2 - lat1) / 2) ** 2
    half += cos(lat1) * cos(lat2) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


@dataclass(slots=True)
class Climb:
    """Ascent and descent in metres of elevations given in order, counted in moves of CLIMB_STEP_M or more."""

    _ascent_m: float = 0.0
    _descent_m: float = 0.0
    _level_m: float | None = None

    @property
    def up_m(self) -> float | None:
        """Return the ascent so far, None if there was no elevation at all."""
        return None if self._level_m is None else self._ascent_m

    @property
    def down_m(self) -> float | None:
        """Return the descent so far as a positive number, None if there was no elevation at all."""
        return None if self._level_m is None else self._descent_m

    def to(self, elevation_m: float | None) -> None:
        """Move on to an elevation; an unknown or impossible one is passed over."""
        if elevation_m is None or not LOWEST_M <= elevation_m <= HIGHEST_M:
            return
        move = 0.0 if self._level_m is None else elevation_m - self._level_m
        if self._level_m is None or abs(move) >= CLIMB_STEP_M:
            self._level_m = elevation_m
            self._ascent_m += max(move, 0.0)
            self._descent_m += max(-move, 0.0)
