"""Real recorded files say what their devices wrote; the numbers are typed from the files' own totals."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from app.interop.runfiles import (
    RunFileChecksumWrong,
    RunFileHeaderCorrupt,
    RunFileRefused,
    RunFileTruncated,
    RunFileWithoutTimes,
    is_run,
    read_run_file,
)
from tests.unit.interop.files import RUNS, real, with_checksum


def about(number: float) -> object:
    """Within one per cent."""
    return pytest.approx(number, rel=0.01)


def test_a_fenix_2_run_of_nine_kilometres_is_read_from_its_session():
    run = read_run_file(real("activity-small-fenix2-run.fit"))
    assert (run.format, run.sport, run.sub_sport, run.sessions) == ("fit", "running", None, 1)
    assert is_run(run)
    assert run.started_at == datetime(2015, 8, 15, 14, 45, 8, tzinfo=UTC)
    assert run.utc_offset_min == 120
    assert run.first_position == pytest.approx((58.9592, 5.7288), abs=0.0001)
    assert run.distance_m == about(9008.22)
    assert (run.duration_s, run.elapsed_s) == (2832, 2832)
    assert (run.ascent_m, run.descent_m) == (64, 61)
    assert run.cadence_spm == 2 * 81


def test_a_fenix_5_run_of_one_minute_counts_the_fraction_of_its_cadence():
    run = read_run_file(real("garmin-fenix-5-run.fit"))
    assert is_run(run)
    assert run.started_at == datetime(2017, 6, 11, 14, 34, 9, tzinfo=UTC)
    assert run.utc_offset_min == -7 * 60
    assert (run.distance_m, run.duration_s, run.elapsed_s) == (158, 57, 57)
    assert (run.ascent_m, run.descent_m) == (2, 0)
    assert run.cadence_spm == 167, "83 strides and 0.671875 of one a minute"


def test_a_walk_is_not_a_run():
    walk = read_run_file(real("garmin-fenix-5-walk.fit"))
    assert not is_run(walk)
    assert walk.sport == "walking"
    assert (walk.distance_m, walk.duration_s, walk.cadence_spm) == (68, 45, 122)


def test_a_swim_in_the_pool_is_not_a_run_and_has_no_place_and_no_steps():
    swim = read_run_file(real("event_timestamp.fit"))
    assert not is_run(swim)
    assert (swim.sport, swim.sub_sport) == ("swimming", "lap_swimming")
    assert (swim.duration_s, swim.elapsed_s) == (about(4371.56), about(4567.485))
    assert swim.distance_m == about(2606.04)
    assert swim.utc_offset_min == -4 * 60
    assert (swim.first_position, swim.ascent_m, swim.descent_m, swim.cadence_spm) == (None, None, None, None)


@pytest.mark.parametrize("name", ["test.tcx", "no_hr.tcx"])
def test_a_tcx_run_of_three_laps_is_the_sum_of_the_laps(name):
    run = read_run_file(real(name))
    assert (run.format, run.sport, run.sessions) == ("tcx", "running", 1)
    assert run.started_at == datetime(2012, 12, 26, 21, 29, 53, tzinfo=UTC)
    assert run.duration_s == about(608.47 + 714.80 + 669.51)
    assert run.elapsed_s == 1993
    assert run.distance_m == about(1609.344 + 1609.344 + 1470.555)
    assert run.first_position == pytest.approx((35.9519, -79.0932), abs=0.0001)
    assert (run.ascent_m, run.descent_m) == (119, 128), "counted along the points in moves of 3 m"
    assert (run.utc_offset_min, run.cadence_spm) == (None, None)


def test_a_gpx_without_a_type_is_of_unknown_sport_so_that_the_person_is_asked():
    walk = read_run_file(real("track-with-empty-segment.gpx"))
    assert (walk.format, walk.sport, walk.sessions) == ("gpx", "unknown", 1)
    assert not is_run(walk)
    assert walk.started_at == datetime(2013, 7, 6, 17, 26, 26, tzinfo=UTC)
    assert (walk.duration_s, walk.elapsed_s) == (76, 76)
    assert walk.distance_m == 86
    assert (walk.ascent_m, walk.descent_m) == (0, 0)


def test_lines_drawn_without_times_are_left_out_of_a_recorded_gpx():
    hike = read_run_file(real("korita-zbevnica.gpx"))
    assert (hike.sport, hike.sessions) == ("unknown", 2), "its types are jkljkl and dots"
    assert hike.started_at == datetime(2010, 10, 3, 9, 36, 30, tzinfo=UTC)
    assert hike.duration_s == 4552 + 8541, "09:36:30 to 10:52:22 and 10:57:10 to 13:19:31"
    assert hike.elapsed_s == 13381
    assert hike.distance_m == about(6262)


def test_a_track_whose_clock_stood_still_has_no_times():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(real("Mojstrovka.gpx"))


def test_a_track_of_which_most_points_carry_no_time_is_refused():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(real("cerknicko-without-times.gpx"))


TOTALS = {
    "activity-small-fenix2-run.fit": (9008.22, 2832),
    "garmin-fenix-5-run.fit": (157.56, 56.887),
    "garmin-fenix-5-walk.fit": (67.85, 45.379),
    "event_timestamp.fit": (2606.04, 4371.56),
    "test.tcx": (4689.243, 1992.78),
    "no_hr.tcx": (4689.243, 1992.78),
    "track-with-empty-segment.gpx": (86, 76),
    "korita-zbevnica.gpx": (6262, 13093),
}
"""Metres and seconds: the totals that a device wrote, or the sums along the points where it wrote none."""


def test_every_real_file_is_within_one_per_cent_of_its_own_totals_or_refused():
    for name in (found.name for found in RUNS.iterdir() if found.is_file()):
        if name in ("Mojstrovka.gpx", "cerknicko-without-times.gpx"):
            with pytest.raises(RunFileWithoutTimes):
                read_run_file(real(name))
            continue
        run = read_run_file(real(name))
        assert (run.distance_m, run.duration_s) == tuple(about(total) for total in TOTALS[name]), name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("activity-filecrc.fit", RunFileChecksumWrong),
        ("activity-settings-corruptheader.fit", RunFileHeaderCorrupt),
        ("activity-settings-nodata.fit", RunFileTruncated),
        ("activity-unexpected-eof.fit", RunFileTruncated),
    ],
)
def test_a_damaged_file_is_refused_for_its_own_reason(name, reason):
    with pytest.raises(RunFileRefused) as refused:
        read_run_file(real(f"invalid/{name}"))
    assert type(refused.value) is reason


def test_the_checksum_was_all_that_was_wrong():
    run = read_run_file(with_checksum(real("invalid/activity-filecrc.fit")))
    assert (run.sport, run.distance_m, run.duration_s, run.utc_offset_min) == ("running", 6, 14, -240)


@pytest.mark.parametrize("name", ["activity-settings-corruptheader.fit", "activity-settings-nodata.fit"])
def test_what_follows_the_activity_was_all_that_was_wrong(name):
    assert read_run_file(real(f"invalid/{name}")[:771]).distance_m == 6


def test_the_hash_is_that_of_the_whole_file():
    content = real("test.tcx")
    assert read_run_file(content).sha256 == hashlib.sha256(content).hexdigest()


def test_the_format_is_told_by_the_contents_and_not_by_the_name():
    assert read_run_file(real("test.tcx"), filename="morning.fit").format == "tcx"
