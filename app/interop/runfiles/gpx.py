"""Read a GPX file: its tracks become parts, counted along their points, for GPX has no totals.

A segment counts if at least half of its points carry a time; others are lines that somebody drew. Within a
segment every point counts for the way; between segments recording was off, so neither way nor time counts.
Cadence is Garmin's TrackPointExtension `cad` (turns a minute, on foot strides), the mean of its points.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element  # the type; parsing is defusedxml's

from app.interop.runfiles.geo import position
from app.interop.runfiles.instants import written_instant, written_offset
from app.interop.runfiles.parts import Part, add_to, joined, steps_per_minute
from app.interop.runfiles.refusals import RunFileWithoutTimes
from app.interop.runfiles.sports import Sport, written_sport
from app.interop.runfiles.tally import Point, Tally
from app.interop.runfiles.xml import Step, finite, inside


def read_gpx(steps: Iterable[Step]) -> list[Part]:
    """Return the recorded tracks, none if there is no track; RunFileWithoutTimes if none of them was recorded."""
    log = _Log()
    for step in steps:
        log.take(step)
    parts = [track.part() for track in log.tracks if track.recorded]
    if log.has_points and not parts:
        raise RunFileWithoutTimes
    return parts


@dataclass(slots=True)
class _Track:
    """One track: its sport and the segments that were recorded."""

    sport: Sport = field(default_factory=Sport)
    recorded: list[Tally] = field(default_factory=list)

    def part(self) -> Part:
        """Return the sum of the segments."""
        return joined([self._segment(tally) for tally in self.recorded])

    def _segment(self, tally: Tally) -> Part:
        if tally.first_at is None:
            raise RunFileWithoutTimes
        return Part(
            sport=self.sport,
            started_at=tally.first_at,
            duration_s=tally.span_s,
            elapsed_s=tally.span_s,
            distance_m=tally.distance_m,
            ascent_m=tally.climb.up_m,
            descent_m=tally.climb.down_m,
            cadence_spm=steps_per_minute(self.sport, tally.cadence_rpm),
            first_position=tally.first_position,
            utc_offset_min=written_offset(tally.first_at),
        )


@dataclass(slots=True)
class _Log:
    """The tracks so far and the segment that is open."""

    tracks: list[_Track] = field(default_factory=list)
    segment: Tally = field(default_factory=Tally)
    has_points: bool = False

    def take(self, step: Step) -> None:
        """Note one step of the file."""
        match (step.begins, step.parent, step.name):
            case (True, "gpx", "trk"):
                add_to(self.tracks, _Track())
            case (True, "trk", "trkseg"):
                self.segment = Tally()
            case (False, "trkseg", "trkpt"):
                self.segment.add(_point(step.element))
            case (False, "trk", "trkseg"):
                self._close_segment()
            case (False, "trk", "type") if self.tracks:
                self.tracks[-1].sport = written_sport(step.text)

    def _close_segment(self) -> None:
        self.has_points = self.has_points or self.segment.points > 0
        if self.segment.is_recorded and self.tracks:
            add_to(self.tracks[-1].recorded, self.segment)


def _point(element: Element) -> Point:
    told = inside(element)
    return Point(
        at=written_instant(told.get("time")),
        position=position(finite(element.get("lat")), finite(element.get("lon"))),
        elevation_m=finite(told.get("ele")),
        cadence_rpm=finite(told.get("cad")),
    )
