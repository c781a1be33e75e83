"""Exports as apps make them: archives of run files, Strava's, and Apple Health's with the document type it writes."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

RUNS = Path(__file__).resolve().parents[1] / "data" / "runs"
STRAVA_HEAD = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename,Elapsed Time"
APPLE_TYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Workout ((MetadataEntry|WorkoutEvent|WorkoutRoute|WorkoutStatistics)*)>
<!ATTLIST Workout
  workoutActivityType   CDATA #REQUIRED
  duration              CDATA #IMPLIED
>
]>
"""
IOS_16_TYPE = APPLE_TYPE.replace(
    "  duration              CDATA #IMPLIED\n>", "  duration              CDATA #IMPLIED\n"
)
"""That of iOS 16 leaves a bracket open, and is no XML."""
FIRST = datetime(2024, 3, 2, 6, 30, tzinfo=UTC)


def run_file(name: str) -> bytes:
    """Return a real file."""
    return (RUNS / name).read_bytes()


def a_zip(files: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return an archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2024, 1, 2, 6, 30, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def a_strava_export(rows: Iterable[tuple[str, str]], files: Mapping[str, bytes], head: str = STRAVA_HEAD) -> bytes:
    """Return a bulk export: (activity type, file name) for each row."""
    lines = [
        f'{number},"Jan 2, 2024, 6:30:00 AM","a ""morning"" run, easy",{kind},1800,5.0,{name},1800'
        for number, (kind, name) in enumerate(rows, 1)
    ]
    return a_zip({"activities.csv": "\n".join([head, *lines]).encode(), "profile.csv": b"x", **files})


def a_workout(days: int = 0, *, kind: str = "Running", inner: str = "", app: str = "Watch", **told: str) -> str:
    """Return a workout of half an hour and 5 km, so many days after the first one."""
    started, zone = FIRST + timedelta(days=days), "%Y-%m-%d %H:%M:%S +0000"
    said = {
        "duration": "30",
        "durationUnit": "min",
        "totalDistance": "5.0",
        "totalDistanceUnit": "km",
        "startDate": started.strftime(zone),
        "endDate": (started + timedelta(minutes=32)).strftime(zone),
        **told,
    }
    attributes = " ".join(f'{name}="{value}"' for name, value in said.items())
    return (
        f'<Workout workoutActivityType="HKWorkoutActivityType{kind}" sourceName="{app}" {attributes}>{inner}</Workout>'
    )


def an_apple_xml(body: str, doctype: str = APPLE_TYPE) -> bytes:
    """Return the XML of an export."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<HealthData locale="en">{body}</HealthData>'.encode()


def an_apple_export(body: str, doctype: str = APPLE_TYPE, **routes: str) -> bytes:
    """Return export.zip, with routes by name."""
    files = {f"apple_health_export/workout-routes/{name}.gpx": gpx.encode() for name, gpx in routes.items()}
    return a_zip({"apple_health_export/export.xml": an_apple_xml(body, doctype), **files})


def write_large_apple_export(target: Path, size_bytes: int, workouts: int) -> None:
    """Write an export of that many bytes of records, each another one, and workouts after every part of them."""
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("apple_health_export/export.xml", "w") as out,
    ):
        out.write(an_apple_xml("").removesuffix(b"</HealthData>"))
        for day in range(workouts):
            for piece in _records(size_bytes // workouts, random.Random(day)):
                out.write(piece)
            out.write(a_workout(day).encode())
        out.write(b"</HealthData>")


def _records(size_bytes: int, chance: random.Random) -> Iterator[bytes]:
    written = 0
    while written < size_bytes:
        at = f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} 07:{chance.randint(0, 59):02}:11 +0100"
        line = (
            f'<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" '
            f'creationDate="{at}" startDate="{at}" endDate="{at}" value="{chance.randint(48, 180)}"/>\n'
        ).encode()
        written += len(line)
        yield line


def gzipped(content: bytes) -> bytes:
    """Return it packed."""
    return gzip.compress(content, mtime=0)
