"""Read a FIT file (Garmin's binary format) message by message into its sessions.

The watch's own totals win: session messages; without any, the laps; without those, the points themselves.
What a single session does not tell (a start position, a climb) is taken from the points. Chained files are
read through; parts that are no activity (settings, courses) are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import fitdecode

from app.interop.runfiles import fit_messages
from app.interop.runfiles.fit_messages import Totals
from app.interop.runfiles.fit_scan import holds_more_than
from app.interop.runfiles.instants import fit_instant
from app.interop.runfiles.parts import Part, add_to, joined, running_or_all, steps_per_minute
from app.interop.runfiles.refusals import (
    RunFileChecksumWrong,
    RunFileHeaderCorrupt,
    RunFileNotReadable,
    RunFileRefused,
    RunFileTooManyPoints,
    RunFileTruncated,
    RunFileWithoutTimes,
)
from app.interop.runfiles.sports import Sport
from app.interop.runfiles.tally import Tally

MOST_MESSAGES = 500_000
MOST_VALUES = 5_000_000
"""Two days at one record and one heart-beat message a second, of ten values each, with room to spare; what
is made to keep the decoder busy ends here (about 25 s of one core).
"""


def read_fit(content: bytes) -> list[Part]:
    """Return the sessions of a FIT file, none if it holds no activity; a RunFileRefused if it is damaged."""
    if holds_more_than(content, MOST_MESSAGES, MOST_VALUES):
        raise RunFileTooManyPoints
    log = _Log()
    for frame in _frames(content):
        log.take(frame)
    return log.parts()


def _frames(content: bytes) -> Iterator[Any]:
    """Yield what fitdecode finds; it may fail on foreign bytes in any way, and each way becomes a refusal."""
    try:
        with _reader(content) as reader:
            yield from _counted(reader)
    except RunFileRefused:
        raise
    except fitdecode.FitCRCError:
        raise RunFileChecksumWrong from None
    except fitdecode.FitEOFError:
        raise RunFileTruncated from None
    except fitdecode.FitHeaderError:
        raise RunFileHeaderCorrupt from None
    except Exception:
        raise RunFileNotReadable from None


def _counted(frames: Iterable[Any]) -> Iterator[Any]:
    values = 0
    for count, frame in enumerate(frames):
        values += len(frame.fields) if _is_data(frame) else 0
        if count >= MOST_MESSAGES or values > MOST_VALUES:
            raise RunFileTooManyPoints
        yield frame


def _is_data(frame: Any) -> bool:
    return bool(frame.frame_type == fitdecode.FIT_FRAME_DATA)


def _reader(content: bytes) -> Any:
    """Open strictly by checksum, lenient towards the developer fields that nothing here depends on.

    No processor: the raw seconds and semicircles cannot overflow in fitdecode's conversions, and are faster.
    """
    return fitdecode.FitReader(
        content,
        processor=None,
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )


@dataclass(slots=True)
class _Log:
    """What the messages of an activity say, as far as a run needs it."""

    kind: object = None
    sport: Sport | None = None
    offset_min: int | None = None
    sessions: list[Totals] = field(default_factory=list)
    laps: list[Totals] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def take(self, frame: Any) -> None:
        """Note one frame; a header begins the next of several chained files."""
        if frame.frame_type == fitdecode.FIT_FRAME_HEADER:
            self.kind = None
        elif _is_data(frame) and frame.name == "file_id":
            self.kind = fit_messages.value(frame, "type")
        elif _is_data(frame) and self.kind in (None, "activity"):
            self._note(frame)

    def parts(self) -> list[Part]:
        """Return the parts: sessions, or all laps as one, or all points as one."""
        if len(self.sessions) == 1:
            return [self._part(self.sessions[0], self.tally)]
        if self.sessions:
            return [self._part(session, Tally()) for session in self.sessions]
        if self.laps:
            return [joined(running_or_all([self._part(lap, Tally()) for lap in self.laps]))]
        return [self._part(Totals(), self.tally)] if self.tally.points else []

    def _note(self, message: Any) -> None:
        match message.name:
            case "record":
                self.tally.add(fit_messages.point(message))
            case "session":
                add_to(self.sessions, fit_messages.totals(message))
            case "lap":
                add_to(self.laps, fit_messages.totals(message))
            case "sport":
                self.sport = fit_messages.sport_of(message)
            case "activity":
                self.offset_min = fit_messages.offset_min(message)

    def _part(self, total: Totals, points: Tally) -> Part:
        sport = total.sport or self.sport or Sport()
        duration_s, elapsed_s = _times(total, points)
        strides = points.cadence_rpm if total.strides_per_min is None else total.strides_per_min
        climb = points.climb
        return Part(
            sport=sport,
            started_at=_started_at(total, points, elapsed_s),
            duration_s=duration_s,
            elapsed_s=elapsed_s,
            distance_m=total.distance_m or points.distance_m,
            ascent_m=climb.up_m if total.ascent_m is None else total.ascent_m,
            descent_m=climb.down_m if total.descent_m is None else total.descent_m,
            cadence_spm=steps_per_minute(sport, strides),
            first_position=total.first_position or points.first_position,
            utc_offset_min=self.offset_min,
        )


def _times(total: Totals, points: Tally) -> tuple[float, float]:
    """Return timer time and elapsed time in seconds, each standing in for the other, then the points' span."""
    told = [seconds for seconds in (total.timer_s, total.elapsed_s) if seconds is not None]
    duration_s, elapsed_s = (told[0], told[-1]) if told else (points.span_s, points.span_s)
    return duration_s, max(duration_s, elapsed_s)


def _started_at(total: Totals, points: Tally, elapsed_s: float) -> datetime:
    """Return the told start, else the told end less the elapsed time, else the first point's time."""
    backwards = None if total.end is None else total.end - elapsed_s
    started_at = fit_instant(total.start) or fit_instant(backwards) or points.first_at
    if started_at is None:
        raise RunFileWithoutTimes
    return started_at
