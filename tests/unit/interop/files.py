"""Builders of run files: the smallest FIT, TCX and GPX that hold what a test is about."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import FileType, Manufacturer, Sport, SubSport
from fitdecode.utils import compute_crc

RUNS = Path(__file__).parents[2] / "data" / "runs"
START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def real(name: str) -> bytes:
    """Return a real recorded file."""
    return (RUNS / name).read_bytes()


def ms(instant: datetime) -> int:
    """fit-tool counts milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def said(message: Any, **values: Any) -> Any:
    """Set what a FIT message says."""
    for name, value in values.items():
        setattr(message, name, value)
    return message


def a_session(minutes: float = 30, **values: Any) -> SessionMessage:
    """A running session of half an hour."""
    told = {
        "start_time": ms(START),
        "timestamp": ms(START + timedelta(minutes=minutes)),
        "total_timer_time": minutes * 60,
        "total_elapsed_time": minutes * 60,
        "sport": Sport.RUNNING,
        "sub_sport": SubSport.GENERIC,
    }
    return said(SessionMessage(), **(told | values))


def a_lap(minutes: float = 10, **values: Any) -> LapMessage:
    """A lap of ten minutes."""
    told = {
        "start_time": ms(START),
        "timestamp": ms(START + timedelta(minutes=minutes)),
        "total_timer_time": minutes * 60,
        "total_elapsed_time": minutes * 60,
    }
    return said(LapMessage(), **(told | values))


def a_record(second: float, **values: Any) -> RecordMessage:
    """One point of a FIT recording."""
    return said(RecordMessage(), timestamp=ms(START + timedelta(seconds=second)), **values)


def fit_file(*messages: Any, kind: FileType = FileType.ACTIVITY) -> bytes:
    """Return the bytes of a FIT file with these messages."""
    builder = FitFileBuilder(auto_define=True, min_string_size=20)
    head = said(FileIdMessage(), type=kind, manufacturer=Manufacturer.DEVELOPMENT.value, time_created=ms(START))
    builder.add_all([head, *messages])
    return bytes(builder.build().to_bytes())


def local_time(offset: timedelta) -> ActivityMessage:
    """An activity message; its local clock reads this much more than UTC (in FIT seconds)."""
    fit_epoch = datetime(1989, 12, 31, tzinfo=UTC)
    local_s = round((START + offset - fit_epoch).total_seconds())
    return said(ActivityMessage(), timestamp=ms(START), local_timestamp=local_s)


def with_checksum(damaged: bytes) -> bytes:
    """Return a FIT file with the checksum at its end made right."""
    return damaged[:-2] + struct.pack("<H", compute_crc(damaged[:-2]))


def raw_fit(global_number: int, fields: list[tuple[int, int, int]], *payloads: bytes) -> bytes:
    """Return a FIT file of one message kind, with its field definitions and payloads byte by byte."""
    body = bytes([0x40, 0, 0]) + struct.pack("<HB", global_number, len(fields))
    body += b"".join(bytes(field) for field in fields) + b"".join(b"\0" + payload for payload in payloads)
    head = struct.pack("<2BHI4s", 12, 16, 100, len(body), b".FIT")
    return with_checksum(head + body + b"\0\0")


def written(second: float) -> str:
    """Return an instant as GPX and TCX write it."""
    return (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def a_point(second: float | None = 0, lat: object = 46.0, lon: object = 14.5, inner: str = "") -> str:
    """A GPX point."""
    time = "" if second is None else f"<time>{written(second)}</time>"
    return f'<trkpt lat="{lat}" lon="{lon}">{time}{inner}</trkpt>'


def a_segment(*points: str) -> str:
    """A GPX segment."""
    return "<trkseg>" + "".join(points) + "</trkseg>"


def a_track(*segments: str, kind: str = "running") -> str:
    """A GPX track."""
    return f"<trk><type>{kind}</type>" + "".join(segments) + "</trk>"


def gpx(*tracks: str) -> bytes:
    """A GPX file."""
    opening = '<?xml version="1.0" encoding="UTF-8"?><gpx xmlns="http://www.topografix.com/GPX/1/1">'
    return (opening + "".join(tracks) + "</gpx>").encode()


def a_gpx_run(kind: str = "running") -> bytes:
    """A GPX run of 111 m due north in a minute."""
    return gpx(a_track(a_segment(a_point(0), a_point(60, lat=46.001)), kind=kind))


def a_tcx_lap(second: float = 0, total_s: object = 600, inner: str = "") -> str:
    """A TCX lap."""
    time = f"<TotalTimeSeconds>{total_s}</TotalTimeSeconds>"
    return f'<Lap StartTime="{written(second)}">{time}{inner}</Lap>'


def a_trackpoint(second: float, inner: str = "") -> str:
    """A TCX point."""
    return f"<Trackpoint><Time>{written(second)}</Time>{inner}</Trackpoint>"


def an_activity(*laps: str, sport: str = "Running") -> str:
    """A TCX activity."""
    return f'<Activity Sport="{sport}"><Id>{written(0)}</Id>' + "".join(laps) + "</Activity>"


def tcx(*activities: str) -> bytes:
    """A TCX file."""
    opening = '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
    return (opening + "<Activities>" + "".join(activities) + "</Activities></TrainingCenterDatabase>").encode()
