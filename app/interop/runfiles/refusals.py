"""Why a run file is refused: each reason a fact with a stable code and a sentence on what to do about it."""

from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Invalid


class RunFileRefused(Invalid):
    """A run file that cannot be taken; nothing of its contents stands in the message."""

    code = "run_file_refused"
    title = "The run file cannot be taken"
    advice: ClassVar[str] = "Export the run again, or enter it by hand."

    def __init__(self, advice: str | None = None) -> None:
        super().__init__(advice or self.advice)


class RunFileEmpty(RunFileRefused):
    """There are no bytes at all."""

    code = "run_file_empty"
    title = "The run file is empty"
    advice = "The file has no contents. Export the run again and send the new file."


class RunFileTooLarge(RunFileRefused):
    """More bytes than a single activity can need."""

    code = "run_file_too_large"
    title = "The run file is too large"
    advice = "The file is larger than 20 MB. Export this one run alone and send that file."


class RunFileTooManyPoints(RunFileRefused):
    """More points, messages or laps than two days of recording can hold."""

    code = "run_file_too_many_points"
    title = "The run file has too many points"
    advice = "The file has far more points or laps than one run needs. Export this one run alone and send that file."


class RunFileUnknownFormat(RunFileRefused):
    """Neither FIT nor TCX nor GPX, whatever its name says."""

    code = "run_file_unknown_format"
    title = "The run file has an unknown format"
    advice = "Only FIT, TCX and GPX files can be read, unpacked. Export the run in one of these formats."


class RunFileNotReadable(RunFileRefused):
    """It begins like a known format and does not go on like one."""

    code = "run_file_not_readable"
    title = "The run file cannot be read"
    advice = "The file is damaged. Export the run again, perhaps in another format (FIT, TCX or GPX)."


class RunFileTruncated(RunFileRefused):
    """It ends before what it announces."""

    code = "run_file_truncated"
    title = "The run file ends too early"
    advice = "The end of the file is missing. Copy or export it again and wait until that has finished."


class RunFileChecksumWrong(RunFileRefused):
    """The bytes are not the ones that the watch wrote."""

    code = "run_file_checksum"
    title = "The run file's checksum is wrong"
    advice = "The file was changed or damaged on its way. Copy it from the watch or export it again."


class RunFileHeaderCorrupt(RunFileRefused):
    """A FIT header is damaged, or something that is not FIT follows after the first part."""

    code = "run_file_corrupt_header"
    title = "The run file's header is damaged"
    advice = "A part of the file does not begin as it must. Copy it from the watch or export it again."


class RunFileHostileXml(RunFileRefused):
    """XML with entities, or nested or packed as no run is: a danger to whoever reads it."""

    code = "run_file_hostile_xml"
    title = "The run file holds XML that is not accepted"
    advice = "The file holds constructs that no run needs. Export the run again from the app that recorded it."


class RunFileWithoutActivity(RunFileRefused):
    """Settings, a course, a route or waypoints, but nothing that was done."""

    code = "run_file_without_activity"
    title = "The run file holds no activity"
    advice = "The file holds settings, a plan or a route. Export the recorded activity itself."


class RunFileWithoutTimes(RunFileRefused):
    """Nobody can tell when it was or how long it took."""

    code = "run_file_without_times"
    title = "The run file has no times"
    advice = "The file does not tell when the run was and how long it took. Enter the run by hand."


class RunFileTimeImpossible(RunFileRefused):
    """A date before 1900 or after 2100."""

    code = "run_file_time_impossible"
    title = "The run file has an impossible date"
    advice = "The file has a date before 1900 or after 2100. Check the clock of the watch and enter the run by hand."


class RunFilePositionImpossible(RunFileRefused):
    """A latitude or longitude that is not on earth, or not a number."""

    code = "run_file_position_impossible"
    title = "The run file has an impossible position"
    advice = "The file has a position that is not on earth. Export the run again, or enter it by hand."


class RunFileDistanceImpossible(RunFileRefused):
    """Less than nothing, or more than 500 km."""

    code = "run_file_distance_impossible"
    title = "The run file has an impossible distance"
    advice = "The file's distance is negative or above 500 km. Export this one run alone, or enter it by hand."


class RunFileDurationImpossible(RunFileRefused):
    """Less than nothing, or more than 48 hours."""

    code = "run_file_duration_impossible"
    title = "The run file has an impossible duration"
    advice = "The file's time is negative or above 48 hours. Export this one run alone, or enter it by hand."


class RunFileClimbImpossible(RunFileRefused):
    """Less than nothing, or more than 50 km upwards or downwards."""

    code = "run_file_climb_impossible"
    title = "The run file has an impossible climb"
    advice = "The file's climb or descent is negative or above 50 km. Export the run again, or enter it by hand."
