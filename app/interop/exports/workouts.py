"""A workout of Apple Health, and the run it is: units, places, and what it is known by again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from app.interop.runfiles import RunFile, RunFileNotReadable
from app.interop.runfiles.parts import Part, as_run_file
from app.interop.runfiles.sports import Sport
from app.interop.runfiles.values import RUNNING, Position
from app.interop.runfiles.xml import finite
from app.kernel.clock import EARLIEST, LATEST

RUNNING_WORKOUT = "HKWorkoutActivityTypeRunning"
_DISTANCE = "HKQuantityTypeIdentifierDistanceWalkingRunning"
_METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "cm": 0.01}
_SECONDS = {"s": 1.0, "sec": 1.0, "min": 60.0, "hr": 3600.0, "h": 3600.0}
_NAMES = {
    "kind": "workoutActivityType",
    "started": "startDate",
    "ended": "endDate",
    "app": "sourceName",
    "duration": "duration",
    "duration_unit": "durationUnit",
    "distance": "totalDistance",
    "distance_unit": "totalDistanceUnit",
}
_WRITTEN = "%Y-%m-%d %H:%M:%S %z"
LONGEST_TEXT = 200


@dataclass(slots=True)
class Workout:
    """What the export says, as it is written there."""

    kind: str
    started: str
    ended: str
    app: str
    duration: str
    duration_unit: str
    distance: str
    distance_unit: str
    zone: str | None = None
    climb: str | None = None
    indoor: bool = False
    route: str | None = None

    @classmethod
    def begun(cls, told: dict[str, str]) -> Workout:
        """Return the workout that a Workout element begins."""
        return cls(**{own: told.get(name, "")[:LONGEST_TEXT] for own, name in _NAMES.items()})  # type: ignore[arg-type]

    def note(self, tag: str, told: dict[str, str]) -> None:
        """Note an element inside of it: what is known of the place, the climb, the distance, the route."""
        if tag == "MetadataEntry":
            self._note_entry(told.get("key"), told.get("value", "")[:LONGEST_TEXT])
        elif tag == "WorkoutStatistics" and told.get("type") == _DISTANCE and not self.distance:
            self.distance, self.distance_unit = told.get("sum", "")[:LONGEST_TEXT], told.get("unit", "")
        elif tag == "FileReference":
            self.route = self.route or told.get("path", "")[:LONGEST_TEXT] or None

    def _note_entry(self, key: str | None, value: str) -> None:
        match key:
            case "HKTimeZone":
                self.zone = value
            case "HKElevationAscended":
                self.climb = value
            case "HKIndoorWorkout":
                self.indoor = value == "1"


def run_file_of(workout: Workout, place: Position | None) -> RunFile:
    """Return the run, with its pauses taken off; raise a RunFileRefused for numbers that cannot be.

    The offset in its dates is that of the phone when it exported, and says nothing of where the run was.
    """
    started_at, ended_at = _instant(workout.started), _instant(workout.ended)
    elapsed_s = (ended_at - started_at).total_seconds()
    duration_s = _in(_SECONDS, workout.duration, workout.duration_unit)
    number, _, unit = (workout.climb or "").partition(" ")
    part = Part(
        sport=Sport(RUNNING, "treadmill" if workout.indoor else None),
        started_at=started_at,
        duration_s=elapsed_s if duration_s is None else duration_s,
        elapsed_s=elapsed_s,
        distance_m=_in(_METRES, workout.distance, workout.distance_unit),
        ascent_m=_in(_METRES, number, unit),
        first_position=place,
    )
    known_by = f"apple health workout {started_at.isoformat()} {ended_at.isoformat()} {workout.app}"
    return as_run_file("apple_health", [part], sha256(known_by.encode("utf-8", "replace")).hexdigest())


def _in(units: dict[str, float], text: str, unit: str) -> float | None:
    number = finite(text)
    if number is None:
        return None
    if unit not in units:
        raise RunFileNotReadable
    return number * units[unit]


def _instant(text: str) -> datetime:
    try:
        found = datetime.strptime(text, _WRITTEN).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RunFileNotReadable from None
    if not EARLIEST <= found <= LATEST:
        raise RunFileNotReadable
    return found
