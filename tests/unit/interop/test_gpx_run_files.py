"""GPX files: no totals, so the points are counted; only what was recorded counts."""

from __future__ import annotations

import pytest

from app.interop.runfiles import (
    RunFileDurationImpossible,
    RunFilePositionImpossible,
    RunFileTimeImpossible,
    RunFileWithoutActivity,
    RunFileWithoutTimes,
    is_run,
    read_run_file,
)
from tests.unit.interop.files import START, a_gpx_run, a_point, a_segment, a_track, gpx


def elevations(*metres: float | str) -> bytes:
    """A run over these elevations."""
    return gpx(a_track(a_segment(*[a_point(60 * i, inner=f"<ele>{m}</ele>") for i, m in enumerate(metres)])))


def cadences(*turns: float, kind: str = "running") -> bytes:
    """A run with Garmin's extension for cadence."""
    opening = '<extensions><x:TrackPointExtension xmlns:x="urn:x"><x:cad>'
    closing = "</x:cad></x:TrackPointExtension></extensions>"
    points = [a_point(60 * i, inner=f"{opening}{turn}{closing}") for i, turn in enumerate(turns)]
    return gpx(a_track(a_segment(*points), kind=kind))


def test_a_thousandth_of_a_degree_north_is_a_hundred_and_eleven_metres():
    run = read_run_file(a_gpx_run())
    assert is_run(run)
    assert (run.started_at, run.distance_m, run.duration_s) == (START, 111, 60)
    assert run.first_position == (46.0, 14.5)


@pytest.mark.parametrize(
    ("kind", "sport", "sub_sport"),
    [
        ("running", "running", None),
        (" Run ", "running", None),
        ("trail_running", "running", "trail"),
        ("Treadmill Running", "running", "treadmill"),
        ("walking", "walking", None),
        ("hiking", "hiking", None),
        ("cycling", "cycling", None),
        ("9", "unknown", None),
        ("", "unknown", None),
        ("jkljkl", "unknown", None),
    ],
)
def test_the_type_of_the_track_is_the_sport_where_the_word_is_known(kind, sport, sub_sport):
    run = read_run_file(a_gpx_run(kind=kind))
    assert (run.sport, run.sub_sport) == (sport, sub_sport)


def test_between_segments_neither_way_nor_time_counts():
    here = a_segment(a_point(0), a_point(60, lat=46.001))
    far = a_segment(a_point(600, lat=47), a_point(660, lat=47.001))
    run = read_run_file(gpx(a_track(here, far)))
    assert (run.distance_m, run.duration_s, run.elapsed_s) == (222, 120, 660)


def test_of_a_run_and_a_ride_in_one_file_the_run_counts():
    ride = a_track(a_segment(a_point(0), a_point(60, lat=46.1)), kind="cycling")
    run = a_track(a_segment(a_point(100), a_point(160, lat=46.001)))
    assert read_run_file(gpx(ride, run)).distance_m == 111


def test_two_tracks_are_summed_and_the_file_says_so():
    first = a_track(a_segment(a_point(0), a_point(60, lat=46.001)))
    second = a_track(a_segment(a_point(100), a_point(160, lat=46.001)))
    run = read_run_file(gpx(first, second))
    assert (run.sessions, run.distance_m, run.duration_s, run.elapsed_s) == (2, 222, 120, 160)


def test_runs_of_different_weeks_in_one_file_are_not_taken_for_one_run():
    first = a_track(a_segment(a_point(0), a_point(60, lat=46.001)))
    second = a_track(a_segment(a_point(600_000), a_point(600_060)))
    with pytest.raises(RunFileDurationImpossible):
        read_run_file(gpx(first, second))


def test_a_segment_of_which_half_the_points_carry_a_time_was_recorded():
    half = [a_point(0), a_point(None, lat=46.001), a_point(None, lat=46.002), a_point(60, lat=46.003)]
    assert read_run_file(gpx(a_track(a_segment(*half)))).distance_m == 334
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(gpx(a_track(a_segment(*half, a_point(None)))))


def test_climb_counts_in_moves_of_three_metres_so_that_noise_does_not():
    run = read_run_file(elevations(100, 102, 100, 102, 100, 110, 108, 109, 95))
    assert (run.ascent_m, run.descent_m) == (10, 15)


@pytest.mark.parametrize("nonsense", ["NaN", "", "1e999", "20000", "-5000", "high"])
def test_an_elevation_that_is_none_is_passed_over(nonsense):
    assert read_run_file(elevations(100, nonsense, 110)).ascent_m == 10


def test_without_elevations_the_climb_is_unknown():
    assert read_run_file(a_gpx_run()).ascent_m is None


def test_the_cadence_of_the_extension_is_strides_and_standing_does_not_count():
    assert read_run_file(cadences(0, 82, 84, 0)).cadence_spm == 166


def test_the_cadence_of_a_ride_is_not_steps():
    assert read_run_file(cadences(85, 85, kind="cycling")).cadence_spm is None


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("NaN", 14), (46, "nan"), ("inf", 14), (90.1, 14), (-91, 14), (46, 180.5), ("", 14), ("north", 14), ("1e400", 0)],
)
def test_a_place_that_is_not_on_earth_is_refused(lat, lon):
    with pytest.raises(RunFilePositionImpossible):
        read_run_file(gpx(a_track(a_segment(a_point(0), a_point(60, lat=lat, lon=lon)))))


@pytest.mark.parametrize("time", ["1899-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_date_outside_1900_to_2100_is_refused(time):
    point = f'<trkpt lat="1" lon="2"><time>{time}</time></trkpt>'
    with pytest.raises(RunFileTimeImpossible):
        read_run_file(gpx(a_track(a_segment(point))))


def test_a_time_written_with_an_offset_tells_the_local_time():
    points = [f'<trkpt lat="1" lon="2"><time>2026-03-01T09:0{i}:00+02:00</time></trkpt>' for i in range(3)]
    run = read_run_file(gpx(a_track(a_segment(*points))))
    assert run.utc_offset_min == 120
    assert run.started_at.isoformat() == "2026-03-01T07:00:00+00:00"


def test_a_time_without_a_zone_is_utc_as_gpx_prescribes():
    points = [f'<trkpt lat="1" lon="2"><time>2026-03-01T07:0{i}:00.5</time></trkpt>' for i in range(3)]
    run = read_run_file(gpx(a_track(a_segment(*points))))
    assert (run.started_at.isoformat(), run.utc_offset_min) == ("2026-03-01T07:00:00.500000+00:00", None)


@pytest.mark.parametrize(
    "content",
    [gpx(), gpx('<wpt lat="1" lon="2"/>'), gpx('<rte><rtept lat="1" lon="2"/></rte>'), gpx(a_track(a_segment()))],
    ids=["nothing", "waypoint", "route", "empty segment"],
)
def test_a_file_without_a_track_holds_no_activity(content):
    with pytest.raises(RunFileWithoutActivity):
        read_run_file(content)


def test_a_watch_that_saw_one_place_all_the_time_leaves_the_distance_unknown():
    assert read_run_file(gpx(a_track(a_segment(a_point(0), a_point(600))))).distance_m is None


def test_a_single_point_has_no_duration():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(gpx(a_track(a_segment(a_point(0)))))
