"""No bytes whatever may do harm: each is read or refused, quickly, in little memory, and nothing is fetched."""

from __future__ import annotations

import gzip
import socket
import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.runfiles import (
    MOST_BYTES,
    RunFileEmpty,
    RunFileHostileXml,
    RunFileNotReadable,
    RunFileRefused,
    RunFileTooLarge,
    RunFileTooManyPoints,
    RunFileTruncated,
    RunFileUnknownFormat,
    RunFileWithoutActivity,
    fit,
    parts,
    read_run_file,
    refusals,
    xml,
)
from app.kernel.errors import Invalid
from tests.unit.interop.files import (
    a_gpx_run,
    a_point,
    a_segment,
    a_tcx_lap,
    a_track,
    a_trackpoint,
    an_activity,
    gpx,
    raw_fit,
    real,
    tcx,
    with_checksum,
)

REASONS = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Invalid)]
REASONS_OF_THEIR_OWN = [kind for kind in REASONS if kind not in (Invalid, RunFileRefused)]
REAL = ["garmin-fenix-5-run.fit", "track-with-empty-segment.gpx", "invalid/activity-filecrc.fit"]
SMALL_TCX = tcx(an_activity(a_tcx_lap(inner="<Track>" + a_trackpoint(0) + a_trackpoint(600) + "</Track>")))
BODY = a_gpx_run().split(b"?>", 1)[1]


@pytest.fixture
def no_network(monkeypatch):
    """Fail whoever opens a socket."""
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("something was fetched"))


def settled(content: bytes) -> None:
    """The file is read, or refused with a reason; anything else fails the test."""
    with suppress(*REASONS_OF_THEIR_OWN):
        read_run_file(content)


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_arbitrary_bytes_are_read_or_refused(content):
    settled(content)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_a_fit_body_of_arbitrary_bytes_with_a_right_checksum_is_read_or_refused(body):
    head = struct.pack("<2BHI4s", 12, 16, 100, len(body), b".FIT")
    settled(with_checksum(head + body + b"\0\0"))


@given(st.text(max_size=200), st.sampled_from(["gpx", "TrainingCenterDatabase"]))
@settings(deadline=None)
def test_xml_with_arbitrary_text_is_read_or_refused(text, root):
    settled(f"<{root}>{text}</{root}>".encode("utf-8", "surrogatepass"))


@given(
    st.sampled_from([*[real(name) for name in REAL], SMALL_TCX, a_gpx_run()]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=8), st.integers(0, 8)), max_size=4),
    st.floats(0, 1),
)
@settings(deadline=None)
def test_real_files_with_wounds_are_read_or_refused(content, wounds, kept):
    for place, wound, removed in wounds:
        at = int(place * len(content))
        content = content[:at] + wound + content[at + removed :]
    settled(content)
    settled(content[: int(kept * len(content))])
    if content[8:12] == b".FIT":
        settled(with_checksum(content))


@given(st.sampled_from([20, 18, 19, 0, 34, 12, 132, 206, 207]), st.binary(min_size=16, max_size=16))
@settings(deadline=None)
def test_fit_messages_with_arbitrary_fields_are_read_or_refused(message, content):
    fields = [(content[i], 1 + content[i + 1] % 8, content[i + 2]) for i in range(0, 15, 3)]
    size = sum(field[1] for field in fields)
    settled(raw_fit(message, fields, (content * 4)[:size], (content[::-1] * 4)[:size]))


@pytest.mark.parametrize("kind", REASONS_OF_THEIR_OWN)
def test_every_reason_has_its_code_and_says_what_to_do(kind):
    assert kind.code.startswith("run_file_")
    assert kind.code == kind.code.lower()
    assert str(kind()).endswith("."), "a sentence"
    assert [other.code for other in REASONS].count(kind.code) == 1


def test_nothing_at_all_is_refused():
    with pytest.raises(RunFileEmpty):
        read_run_file(b"")


def test_more_than_twenty_megabytes_are_refused_unread():
    with pytest.raises(RunFileTooLarge):
        read_run_file(bytes(MOST_BYTES + 1))
    with pytest.raises(RunFileUnknownFormat):
        read_run_file(bytes(MOST_BYTES))


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"\0" * 40,
        b" \n",
        b"{}",
        b"<html></html>",
        gzip.compress(a_gpx_run()),
        a_gpx_run().decode().encode("utf-16"),
    ],
    ids=["picture", "zeros", "blanks", "json", "html", "gzip", "utf-16"],
)
def test_what_is_none_of_the_three_formats_is_unknown(content):
    with pytest.raises(RunFileUnknownFormat):
        read_run_file(content)


def test_a_file_that_is_not_what_its_name_says_is_told_so():
    with pytest.raises(RunFileUnknownFormat, match="not what its name says"):
        read_run_file(b"GIF89a", filename="secret place.FIT")
    with pytest.raises(RunFileUnknownFormat, match="Only FIT, TCX and GPX"):
        read_run_file(b"GIF89a", filename="secret place.gif")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE gpx [<!ENTITY a "ha">]>',
        '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE gpx [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>',
        '<!DOCTYPE gpx [<!ENTITY a SYSTEM "http://127.0.0.1:9/" NDATA gif>]>',
        '<!DOCTYPE gpx [<!ATTLIST trkpt lat CDATA "1">]>',
    ],
    ids=["entity", "laughs", "file", "parameter", "unparsed", "attributes by default"],
)
def test_entities_and_attributes_from_a_doctype_are_hostile(doctype, no_network):
    with pytest.raises(RunFileHostileXml):
        read_run_file(doctype.encode() + BODY)


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE gpx>", '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd">', "<!DOCTYPE gpx [<!ELEMENT gpx ANY>]>"],
)
def test_a_doctype_alone_is_allowed_and_nothing_is_fetched_for_it(doctype, no_network):
    assert read_run_file(doctype.encode() + BODY).distance_m == 111


def test_a_reference_to_an_entity_of_a_file_elsewhere_is_not_readable(no_network):
    doctype = b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd">'
    with pytest.raises(RunFileNotReadable):
        read_run_file(doctype + gpx(a_track("&elsewhere;")).split(b"?>", 1)[1])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "cp037", "idna", "shift_jis", "no-such", "hex", "undefined"])
def test_an_encoding_that_the_file_does_not_have_is_not_readable(encoding):
    with pytest.raises(RunFileNotReadable):
        read_run_file(f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + BODY)


def test_bytes_that_are_no_text_are_not_readable():
    with pytest.raises(RunFileNotReadable):
        read_run_file(a_gpx_run().replace(b"running", b"\xff\xfe"))


def test_a_mark_and_blanks_before_the_xml_do_no_harm():
    assert read_run_file(b"\xef\xbb\xbf\r\n " + a_gpx_run()).distance_m == 111


@pytest.mark.parametrize("content", [a_gpx_run(), SMALL_TCX], ids=["gpx", "tcx"])
def test_xml_cut_off_anywhere_after_its_beginning_is_truncated(content):
    begun = content.index(b">", content.index(b"xmlns")) + 1
    for end in range(begun, len(content)):
        with pytest.raises(RunFileTruncated):
            read_run_file(content[:end])


def test_a_fit_file_cut_off_anywhere_is_refused():
    content = real("garmin-fenix-5-walk.fit")
    for end in range(12, len(content), 61):
        with pytest.raises(RunFileTruncated):
            read_run_file(content[:end])


def test_deep_nesting_is_hostile():
    with pytest.raises(RunFileHostileXml):
        read_run_file(gpx("<a>" * xml.DEEPEST + "</a>" * xml.DEEPEST))
    with pytest.raises(RunFileWithoutActivity):
        read_run_file(gpx("<a>" * (xml.DEEPEST - 1) + "</a>" * (xml.DEEPEST - 1)))


def test_a_point_stuffed_with_elements_is_hostile():
    with pytest.raises(RunFileHostileXml):
        read_run_file(gpx(a_track(a_segment(a_point(0, inner="<a/>" * xml.MOST_IN_POINT)))))


def test_a_tag_stuffed_with_attributes_is_hostile():
    attributes = " ".join(f'a{i}=">"' for i in range(10_000))
    with pytest.raises(RunFileHostileXml):
        read_run_file(gpx(f"<a {attributes}/>"))


def test_too_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 50)
    with pytest.raises(RunFileTooManyPoints):
        read_run_file(gpx("<a/>" * 50))


def test_too_many_fit_messages_or_values_are_refused(monkeypatch):
    many = raw_fit(20, [(253, 4, 0x86), (3, 1, 2)], *[b"\0\0\0\x44\x50"] * 30)
    monkeypatch.setattr(fit, "MOST_MESSAGES", 30)
    with pytest.raises(RunFileTooManyPoints):
        read_run_file(many)
    monkeypatch.setattr(fit, "MOST_MESSAGES", 1000)
    monkeypatch.setattr(fit, "MOST_VALUES", 59)
    with pytest.raises(RunFileTooManyPoints):
        read_run_file(many)


def test_too_many_tracks_laps_or_sessions_are_refused(monkeypatch):
    monkeypatch.setattr(parts, "MOST_PARTS", 10)
    track = a_track(a_segment(a_point(0)))
    session = raw_fit(18, [(253, 4, 0x86)], *[b"\0\0\0\x44"] * 11)
    for content in (gpx(track * 11), tcx(an_activity(*[a_tcx_lap()] * 11)), session):
        with pytest.raises(RunFileTooManyPoints):
            read_run_file(content)


@pytest.mark.deep
def test_memory_stays_flat_however_many_points_there_are():
    track = a_segment(*[a_point(second, inner="<ele>300</ele>") for second in range(20_000)])
    content = gpx(a_track(track))
    tracemalloc.start()
    read_run_file(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(content), "the tree of 60,000 elements would take many times the file"


def test_a_refusal_does_not_repeat_what_stands_in_the_file():
    content = gpx(a_track(a_segment(a_point(0, lat="home of Ada")), kind="Ada's secret"))
    with pytest.raises(RunFileRefused) as refused:
        read_run_file(content, filename="Ada.gpx")
    assert "Ada" not in str(refused.value) + refused.value.detail + refused.value.title
    assert refused.value.__cause__ is None
