"""What a run file says, in the words and units of the logbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RunFileFormat = Literal["fit", "tcx", "gpx", "apple_health"]
Position = tuple[float, float]

RUNNING = "running"
UNKNOWN = "unknown"
MULTISPORT = "multisport"


@dataclass(frozen=True, slots=True)
class RunFile:
    """One activity as its file tells it; None means that the file does not say.

    sport is `running`, `walking`, `hiking`, `cycling`, `swimming` and so on, `multisport` for a mix without a
    run, `unknown` where nobody said: then the person is to be asked. sub_sport is `treadmill`, `trail`, … .
    duration_s is the time that the timer ran (GPX: the time inside the segments); elapsed_s goes from the
    start to the end, pauses included, so that started_at + elapsed_s is the end. cadence_spm counts steps of
    both feet a minute. utc_offset_min is the local time's offset at the activity. first_position is (latitude,
    longitude) in degrees. sessions is how many sessions or tracks of the file are summed here; above 1 the
    person should be told. sha256 is the hash of the whole file in hex, the same for the same file.
    """

    format: RunFileFormat
    sport: str
    sub_sport: str | None
    started_at: datetime
    utc_offset_min: int | None
    first_position: Position | None
    distance_m: int | None
    duration_s: int
    elapsed_s: int
    ascent_m: int | None
    descent_m: int | None
    cadence_spm: int | None
    sessions: int
    sha256: str


def is_run(run_file: RunFile) -> bool:
    """Does the file itself say that this was a run? An unknown sport is no yes: ask the person."""
    return run_file.sport == RUNNING
