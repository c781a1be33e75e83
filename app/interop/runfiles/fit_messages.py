"""What single FIT messages say: the totals of a session or lap, the point of a record, the watch's offset."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from app.interop.runfiles.geo import position
from app.interop.runfiles.instants import fit_instant, fit_offset
from app.interop.runfiles.sports import Sport, fit_sport
from app.interop.runfiles.tally import Point
from app.interop.runfiles.values import Position

DEGREES_PER_SEMICIRCLE = 180 / 2**31


@dataclass(frozen=True, slots=True)
class Totals:
    """A session or lap message in its own units; timestamps in FIT seconds, what is not told None."""

    sport: Sport | None = None
    start: float | None = None
    end: float | None = None
    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    strides_per_min: float | None = None
    first_position: Position | None = None


def totals(message: Any) -> Totals:
    """Return the totals of a session or lap message."""
    return Totals(
        sport=sport_of(message),
        start=number(message, "start_time"),
        end=number(message, "timestamp"),
        elapsed_s=number(message, "total_elapsed_time"),
        timer_s=number(message, "total_timer_time"),
        distance_m=number(message, "total_distance"),
        ascent_m=number(message, "total_ascent"),
        descent_m=number(message, "total_descent"),
        strides_per_min=_with_fraction(message, "avg_cadence", "avg_fractional_cadence"),
        first_position=_place(message, "start_position_lat", "start_position_long"),
    )


def point(message: Any) -> Point:
    """Return the point of a record message."""
    altitude_m = number(message, "enhanced_altitude")
    return Point(
        at=fit_instant(number(message, "timestamp")),
        position=_place(message, "position_lat", "position_long"),
        elevation_m=number(message, "altitude") if altitude_m is None else altitude_m,
        odometer_m=number(message, "distance"),
        cadence_rpm=_with_fraction(message, "cadence", "fractional_cadence"),
    )


def sport_of(message: Any) -> Sport | None:
    """Return the sport of a session, lap or sport message, None if it tells none."""
    sport = value(message, "sport")
    return None if sport is None else fit_sport(sport, value(message, "sub_sport"))


def offset_min(message: Any) -> int | None:
    """Return the offset from UTC in minutes that an activity message tells."""
    return fit_offset(number(message, "timestamp"), number(message, "local_timestamp"))


def value(message: Any, name: str) -> object:
    """Return a field as fitdecode scales and names it, None if it is absent or marked invalid."""
    found: object = message.get_value(name, fallback=None)
    return found


def number(message: Any, name: str) -> float | None:
    """Return a field as a finite number, None if it is anything else."""
    found = value(message, name)
    if not isinstance(found, int | float) or not isfinite(found):
        return None
    return float(found)


def _with_fraction(message: Any, whole: str, fraction: str) -> float | None:
    """Join the two fields of a cadence; on foot the profile counts strides a minute (subfield running)."""
    strides = number(message, whole)
    return None if strides is None else strides + (number(message, fraction) or 0.0)


def _place(message: Any, latitude: str, longitude: str) -> Position | None:
    north, east = number(message, latitude), number(message, longitude)
    if north is None or east is None:
        return None
    return position(north * DEGREES_PER_SEMICIRCLE, east * DEGREES_PER_SEMICIRCLE)
