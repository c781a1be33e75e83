"""No archive whatever may do harm: each is refused within a second, in little memory, and nothing is fetched."""

from __future__ import annotations

import ctypes
import gzip
import io
import random
import resource
import socket
import stat
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.interop.exports.files import gunzip
from app.interop.exports.found import Found
from app.interop.exports.opening import open_export
from app.interop.exports.refusals import ExportRefused
from tests.builders.exports import (
    APPLE_TYPE,
    a_strava_export,
    a_workout,
    a_zip,
    an_apple_export,
    an_apple_xml,
    gzipped,
    run_file,
)

FENIX = run_file("activity-small-fenix2-run.fit")
MB = 1024**2
PEAK, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
ENTITY = '<!ENTITY a "aaaaaaaaaa">'
BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))


def gpx(points: str, head: str = "") -> bytes:
    """Return a track of these points."""
    return f'<?xml version="1.0"?>{head}<gpx><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>'.encode()


def a_point(second: int, lat: str = "52.5", time_: str = "") -> str:
    """Return a point."""
    at = time_ or f"2024-03-02T06:{second // 60 % 60:02}:{second % 60:02}Z"
    return f'<trkpt lat="{lat}" lon="13.4"><time>{at}</time></trkpt>'


def linked() -> bytes:
    """Return an archive with a symbolic link."""
    info = zipfile.ZipInfo("run.fit")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return a_zip([(info, b"/etc/passwd")])


def with_bytes(content: bytes, at: bytes, *more: tuple[int, bytes]) -> bytes:
    """Return an archive whose last header of that mark is changed at these offsets."""
    found, out = content.rfind(at), bytearray(content)
    for offset, value in more:
        out[found + offset : found + offset + len(value)] = value
    return bytes(out)


def lying(size: int) -> bytes:
    """Return an archive that says another length than its file unpacks to."""
    out = a_zip({"run.fit": FENIX})
    return with_bytes(out, b"PK\x01\x02", (24, struct.pack("<L", size)))


def overlapping() -> bytes:
    """Return an archive whose two names stand for the same bytes."""
    content = a_zip({"a.fit": FENIX, "b.fit": FENIX})
    return with_bytes(content, b"PK\x01\x02", (42, struct.pack("<L", 0)))


def encrypted() -> bytes:
    """Return an archive that says it is encrypted."""
    return with_bytes(a_zip({"run.fit": FENIX}), b"PK\x01\x02", (8, struct.pack("<H", 1)))


def many_names() -> bytes:
    """Return an archive of more files than anybody has."""
    return a_zip({f"{number}.fit": b"" for number in range(20_001)})


def long_directory() -> bytes:
    """Return an archive that says its directory is gigabytes long."""
    return with_bytes(a_zip({"run.fit": FENIX}), b"PK\x05\x06", (12, struct.pack("<L", 0xFFFFFFF0)))


def fit_of_many_messages(count: int) -> bytes:
    """Return a FIT file of that many messages of one byte; its checksum is never looked at."""
    body = bytes([0x40, 0, 0, 20, 0, 1, 253, 1, 2]) + bytes(2 * count)
    return struct.pack("<2BHI4s", 12, 16, 100, len(body), b".FIT") + body + bytes(2)


class MostHeld:
    """How much memory this process came to hold at most, from now on."""

    def __init__(self) -> None:
        """Give back what is free, and have the kernel begin anew where it can; elsewhere it never forgets the most."""
        self._forgets = PEAK.exists()
        if self._forgets:
            ctypes.CDLL(None).malloc_trim(0)
            PEAK.write_text("5")
        self._before = self._most()

    def grown_bytes(self) -> int:
        """Return how much more it was at most."""
        return self._most() - self._before

    def _most(self) -> int:
        if not self._forgets:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        told = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(told["VmHWM"].split()[0]) * 1024


def whole(content: bytes) -> list[str]:
    """Return the code by which the whole is refused, or the codes of all things in it that are."""
    codes = []
    try:
        for one in open_export(io.BytesIO(content), "export.zip").found:
            if isinstance(one, Found):
                codes.append(one.code or "taken")
    except ExportRefused as refusal:
        return [*codes, refusal.code]
    return codes


def one_point(**told: str) -> bytes:
    """Return an archive of a track of one point."""
    return zip_of("a.gpx", gpx(a_point(1, **told)))


def zip_of(name: str, content: bytes) -> bytes:
    """Return an archive of one file."""
    return a_zip({name: content})


HOSTILE = {
    "entities in a gpx": (lambda: zip_of("a.gpx", gpx("&a;", f"<!DOCTYPE gpx [{ENTITY}]>")), "run_file_hostile_xml"),
    "an entity bomb in a gpx": (
        lambda: zip_of("a.gpx", gpx("&j;", f"<!DOCTYPE gpx [{ENTITY}{BOMB}]>")),
        "run_file_hostile_xml",
    ),
    "an entity from a file": (
        lambda: zip_of("a.gpx", gpx("&x;", '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
        "run_file_hostile_xml",
    ),
    "an entity from the network": (
        lambda: zip_of("a.tcx", gpx("&x;", '<!DOCTYPE gpx [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>')),
        "run_file_hostile_xml",
    ),
    "a billion laughs for Apple": (
        lambda: an_apple_export("&j;", f"<!DOCTYPE HealthData [{ENTITY}{BOMB}]>"),
        "export_hostile_xml",
    ),
    "an entity from a file for Apple": (
        lambda: an_apple_export("&x;", '<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "export_hostile_xml",
    ),
    "parameter entities for Apple": (
        lambda: an_apple_export("", '<!DOCTYPE HealthData [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>'),
        "export_hostile_xml",
    ),
    "an entity behind Apple's type": (
        lambda: an_apple_export("", APPLE_TYPE + f"<!DOCTYPE HealthData [{ENTITY}]>"),
        "export_hostile_xml",
    ),
    "a second type": (lambda: an_apple_export("", APPLE_TYPE + "<!DOCTYPE HealthData []>"), "export_hostile_xml"),
    "a type from the network": (
        lambda: an_apple_export("", '<!DOCTYPE HealthData SYSTEM "http://127.0.0.1:9/x">'),
        "export_hostile_xml",
    ),
    "a type that never ends": (
        lambda: an_apple_export("", "<!DOCTYPE HealthData [" + "<!-- x -->" * 20_000),
        "export_hostile_xml",
    ),
    "a tag of megabytes": (
        lambda: an_apple_export(f'<Record value="{random.Random(1).randbytes(2 * MB).hex()}"/>'),
        "export_hostile_xml",
    ),
    "elements in elements": (lambda: an_apple_export("<a>" * 5000), "export_hostile_xml"),
    "an undefined entity": (lambda: an_apple_export("&nope;"), "export_xml_broken"),
    "xml that is cut off": (lambda: zip_of("export.xml", an_apple_xml(a_workout())[:-20]), "export_xml_broken"),
    "bytes that are no text": (lambda: an_apple_export("<\x01>"), "export_xml_broken"),
    "an archive in an archive": (lambda: zip_of("a.zip", zip_of("a.zip", FENIX)), "archive_in_archive"),
    "gzip in gzip": (lambda: zip_of("a.fit.gz", gzipped(gzipped(FENIX))), "archive_in_archive"),
    "a gzip bomb": (lambda: zip_of("a.gpx.gz", gzipped(bytes(64 * MB))), "run_file_too_large"),
    "a cut gzip": (lambda: zip_of("a.gpx.gz", gzipped(FENIX)[:-30]), "damaged"),
    "a zip bomb": (lambda: zip_of("a.gpx", bytes(64 * MB)), "export_hostile"),
    "a file that says it is shorter": (lambda: lying(100), "damaged"),
    "a file that says it is longer": (lambda: lying(len(FENIX) + 500), "damaged"),
    "files over each other": (overlapping, "export_hostile"),
    "an encrypted file": (encrypted, "encrypted"),
    "too many files": (many_names, "export_too_many_files"),
    "a directory of gigabytes": (long_directory, "export_hostile"),
    "an archive without an end": (lambda: zip_of("a.fit", FENIX)[:-10], "export_not_readable"),
    "an archive without a directory": (lambda: b"PK\x03\x04" + bytes(200), "export_not_readable"),
    "a path upwards": (lambda: zip_of("../../run.fit", FENIX), "unsafe_name"),
    "a path upwards, for Windows": (lambda: zip_of("..\\..\\run.fit", FENIX), "unsafe_name"),
    "an absolute path": (lambda: zip_of("/etc/cron.d/run.fit", FENIX), "unsafe_name"),
    "a drive": (lambda: zip_of("C:\\run.fit", FENIX), "unsafe_name"),
    "a symbolic link": (linked, "link"),
    "a cut fit": (lambda: zip_of("a.fit", FENIX[:3000]), "run_file_truncated"),
    "a fit with a wrong checksum": (lambda: zip_of("a.fit", FENIX[:-1] + bytes([FENIX[-1] ^ 1])), "run_file_checksum"),
    "a fit of too many messages": (lambda: zip_of("a.fit", fit_of_many_messages(500_000)), "run_file_too_many_points"),
    "a million points, all alike": (lambda: zip_of("a.gpx", gpx('<trkpt lat="1"/>' * 1_000_000)), "export_hostile"),
    "coordinates that are no numbers": (
        lambda: zip_of("a.gpx", gpx(a_point(1, "NaN"))),
        "run_file_position_impossible",
    ),
    "coordinates off the earth": (lambda: one_point(lat="1e308"), "run_file_position_impossible"),
    "the year 9999": (
        lambda: zip_of("a.gpx", gpx(a_point(1, time_="9999-12-31T23:59:59Z"))),
        "run_file_time_impossible",
    ),
    "a table that is no text": (lambda: a_zip({"activities.csv": b"\xff\xfe\x00"}), "export_not_readable"),
    "a table with an open quote": (
        lambda: a_zip(
            {"activities.csv": b'Activity ID,Activity Type,Filename\n1,Run,"' + bytes(range(32, 127)) * 3000}
        ),
        "export_not_readable",
    ),
    "a table that names what is outside": (lambda: a_strava_export([("Run", "../../etc/passwd")], {}), "file_missing"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_at_once_and_nothing_is_fetched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, code = HOSTILE[name]
    content = make()
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("something was fetched"))
    before_s, held = time.process_time(), MostHeld()
    assert whole(content) == [code]
    assert time.process_time() - before_s < 1
    assert held.grown_bytes() < 50 * MB


def test_the_checks_know_what_takes_too_much_memory() -> None:
    """Planted: whoever unpacks all of a bomb. What this process held at some other time hides nothing."""
    held = MostHeld()
    assert held.grown_bytes() < MB
    assert len(gzip.decompress(gzipped(bytes(64 * MB)))) == 64 * MB
    assert held.grown_bytes() > 50 * MB
    assert MostHeld().grown_bytes() < MB


def test_a_million_points_that_are_packed_as_a_watch_would_are_refused_at_once() -> None:
    chance = random.Random(5)
    points = "".join([f'<trkpt lat="{digit}"/>' for digit in chance.choices("123456789", k=1_001_100)])
    content = zip_of("a.gpx", gpx(points))
    before_s = time.process_time()
    assert whole(content) == ["run_file_too_many_points"]
    assert time.process_time() - before_s < 1


def test_only_as_much_is_unpacked_as_a_run_file_may_have() -> None:
    bomb = gzipped(bytes(64 * MB))
    tracemalloc.start()
    try:
        assert len(gunzip(bomb)) == 20 * MB + 1
        assert tracemalloc.get_traced_memory()[1] < 45 * MB
    finally:
        tracemalloc.stop()


def test_arbitrary_wounds_of_an_archive_are_read_or_refused() -> None:
    content = a_zip({"a.fit": FENIX[:2000], "export.xml": an_apple_xml(a_workout())})
    chance = random.Random(7)
    for _ in range(300):
        wounded = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            wounded[chance.randrange(len(wounded))] = chance.randrange(256)
        assert whole(bytes(wounded[: chance.choice([len(wounded), chance.randrange(4, len(wounded))])])) is not None


def test_the_checks_know_a_real_file() -> None:
    assert whole(zip_of("a.fit", FENIX)) == ["taken"]
