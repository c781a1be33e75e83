"""Which sport a file means: the names of FIT, and what apps write into TCX and GPX, in one vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

from app.interop.runfiles.values import RUNNING, UNKNOWN

ON_FOOT = frozenset({RUNNING, "walking", "hiking"})
"""Where a turn of the cadence sensor is a stride, which is two steps."""


@dataclass(frozen=True, slots=True)
class Sport:
    """A sport and, where it is told, its kind."""

    name: str = UNKNOWN
    sub: str | None = None


_UNSAID_IN_FIT = frozenset({"generic", "all", "fitness_equipment"})
"""A treadmill of a gym writes fitness_equipment for walkers and runners alike, so the person is asked."""

_WRITTEN = {
    "running": Sport(RUNNING),
    "run": Sport(RUNNING),
    "jogging": Sport(RUNNING),
    "trail_running": Sport(RUNNING, "trail"),
    "trail_run": Sport(RUNNING, "trail"),
    "trailrun": Sport(RUNNING, "trail"),
    "treadmill_running": Sport(RUNNING, "treadmill"),
    "indoor_running": Sport(RUNNING, "indoor_running"),
    "virtual_run": Sport(RUNNING, "virtual_activity"),
    "virtualrun": Sport(RUNNING, "virtual_activity"),
    "track_running": Sport(RUNNING, "track"),
    "street_running": Sport(RUNNING, "street"),
    "ultra_run": Sport(RUNNING, "ultra"),
    "walking": Sport("walking"),
    "walk": Sport("walking"),
    "hiking": Sport("hiking"),
    "hike": Sport("hiking"),
    "cycling": Sport("cycling"),
    "biking": Sport("cycling"),
    "ride": Sport("cycling"),
    "road_biking": Sport("cycling", "road"),
    "mountain_biking": Sport("cycling", "mountain"),
    "gravel_cycling": Sport("cycling", "gravel_cycling"),
    "indoor_cycling": Sport("cycling", "indoor_cycling"),
    "swimming": Sport("swimming"),
    "swim": Sport("swimming"),
    "lap_swimming": Sport("swimming", "lap_swimming"),
    "open_water_swimming": Sport("swimming", "open_water"),
}


def written_sport(text: str | None) -> Sport:
    """Return the sport that TCX's Sport or GPX's type means, unknown for any other word.

    Bare numbers stay unknown on purpose: 1 is a ride in one app's files and a run in another's.
    """
    word = (text or "").strip().lower().replace(" ", "_").replace("-", "_")
    return _WRITTEN.get(word, Sport())


def fit_sport(sport: object, sub_sport: object) -> Sport:
    """Return the sport of FIT's names for sport and sub_sport; a number unknown to the profile is unknown."""
    sub = sub_sport if isinstance(sub_sport, str) and sub_sport != "generic" else None
    if not isinstance(sport, str) or sport in _UNSAID_IN_FIT:
        return Sport(UNKNOWN, sub)
    return Sport(sport, sub)
