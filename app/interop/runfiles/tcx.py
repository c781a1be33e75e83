"""Read a TCX file (Garmin's Training Center): its activities become parts, by the totals of their laps.

Time is the sum of the laps' TotalTimeSeconds, distance that of their DistanceMeters; if laps do not tell it,
the points' own odometer, else the way over ground. TCX has no climb: it is counted along the points. Cadence is
the laps' AvgRunCadence over their time, else the mean of the points' RunCadence or Cadence: on foot strides a
minute (Garmin's ActivityExtension v2). A course is no activity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element  # the type; parsing is defusedxml's

from app.interop.runfiles.geo import position
from app.interop.runfiles.instants import written_instant, written_offset
from app.interop.runfiles.parts import Part, add_to, steps_per_minute
from app.interop.runfiles.refusals import RunFileWithoutTimes
from app.interop.runfiles.sports import Sport, written_sport
from app.interop.runfiles.tally import Point, Tally
from app.interop.runfiles.xml import Step, finite, inside


def read_tcx(steps: Iterable[Step]) -> list[Part]:
    """Return the activities, none if the file holds only courses or workouts."""
    log = _Log()
    for step in steps:
        log.take(step)
    return [activity.part() for activity in log.activities]


@dataclass(slots=True)
class _Lap:
    """One lap's own totals; NaN and other words count as not told."""

    started_at: datetime | None = None
    total_s: float | None = None
    distance_m: float | None = None
    strides_per_min: float | None = None


@dataclass(slots=True)
class _Activity:
    """One activity: its sport, its laps, and what its points add up to."""

    sport: Sport
    laps: list[_Lap] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def part(self) -> Part:
        """Return the activity by its own totals; RunFileWithoutTimes if it tells no start."""
        started_at = self._started_at()
        duration_s = self._total_s()
        return Part(
            sport=self.sport,
            started_at=started_at,
            duration_s=duration_s,
            elapsed_s=max(duration_s, self._until_last_point_s(started_at)),
            distance_m=self._total_m(),
            ascent_m=self.tally.climb.up_m,
            descent_m=self.tally.climb.down_m,
            cadence_spm=steps_per_minute(self.sport, self._strides_per_min()),
            first_position=self.tally.first_position,
            utc_offset_min=written_offset(started_at),
        )

    def _started_at(self) -> datetime:
        told = [lap.started_at for lap in self.laps if lap.started_at]
        started_at = min(told) if told else self.tally.first_at
        if started_at is None:
            raise RunFileWithoutTimes
        return started_at

    def _until_last_point_s(self, started_at: datetime) -> float:
        last_at = self.tally.last_at
        return 0.0 if last_at is None else (last_at - started_at).total_seconds()

    def _total_s(self) -> float:
        told = [lap.total_s for lap in self.laps if lap.total_s is not None]
        return sum(told) or self.tally.span_s

    def _total_m(self) -> float | None:
        told = [lap.distance_m for lap in self.laps if lap.distance_m is not None]
        return sum(told) or self.tally.distance_m

    def _strides_per_min(self) -> float | None:
        told = [(lap.strides_per_min, lap.total_s) for lap in self.laps if lap.strides_per_min and lap.total_s]
        seconds = sum(total_s for _, total_s in told)
        if seconds <= 0:
            return self.tally.cadence_rpm
        return sum(strides * total_s for strides, total_s in told) / seconds


@dataclass(slots=True)
class _Log:
    """The activities so far; laps and points belong to the last one, while it is open."""

    activities: list[_Activity] = field(default_factory=list)
    is_open: bool = False

    def take(self, step: Step) -> None:
        """Note one step of the file."""
        if step.name == "Activity":
            self._turn(step)
        elif self.is_open:
            self._note(self.activities[-1], step)

    def _turn(self, step: Step) -> None:
        self.is_open = step.begins
        if step.begins:
            add_to(self.activities, _Activity(written_sport(step.element.get("Sport"))))

    def _note(self, activity: _Activity, step: Step) -> None:
        match (step.begins, step.parent, step.name):
            case (True, "Activity", "Lap"):
                add_to(activity.laps, _Lap(written_instant(step.element.get("StartTime"))))
            case (True, "Lap", "Track"):
                activity.tally.gap()
            case (False, "Track", "Trackpoint"):
                activity.tally.add(_point(step.element))
            case (False, "Lap" | "LX", _) if activity.laps:
                _note_total(activity.laps[-1], step)


def _note_total(lap: _Lap, step: Step) -> None:
    match step.name:
        case "TotalTimeSeconds":
            lap.total_s = finite(step.text)
        case "DistanceMeters":
            lap.distance_m = finite(step.text)
        case "AvgRunCadence":
            lap.strides_per_min = finite(step.text)


def _point(element: Element) -> Point:
    told = inside(element)
    has_place = "Position" in told
    latitude, longitude = finite(told.get("LatitudeDegrees")), finite(told.get("LongitudeDegrees"))
    return Point(
        at=written_instant(told.get("Time")),
        position=position(latitude, longitude) if has_place else None,
        elevation_m=finite(told.get("AltitudeMeters")),
        odometer_m=finite(told.get("DistanceMeters")),
        cadence_rpm=finite(told.get("RunCadence") or told.get("Cadence")),
    )
