"""TCX files: the totals of the laps win; what they do not tell is counted along the points."""

from __future__ import annotations

import pytest

from app.interop.runfiles import (
    RunFileDistanceImpossible,
    RunFileDurationImpossible,
    RunFilePositionImpossible,
    RunFileWithoutActivity,
    RunFileWithoutTimes,
    is_run,
    read_run_file,
)
from tests.unit.interop.files import START, a_tcx_lap, a_trackpoint, an_activity, tcx


def a_distance(metres: object) -> str:
    """A distance as laps and points write it."""
    return f"<DistanceMeters>{metres}</DistanceMeters>"


def a_cadence(strides: float) -> str:
    """A lap's running cadence in Garmin's extension."""
    return f"<Extensions><LX><AvgRunCadence>{strides}</AvgRunCadence></LX></Extensions>"


def a_place(latitude: object, longitude: object) -> str:
    """A position as TCX writes it."""
    return (
        f"<Position><LatitudeDegrees>{latitude}</LatitudeDegrees>"
        f"<LongitudeDegrees>{longitude}</LongitudeDegrees></Position>"
    )


def test_a_treadmill_run_without_any_points_is_the_sum_of_its_laps():
    first = a_tcx_lap(0, 600, a_distance(2000) + a_cadence(80))
    second = a_tcx_lap(600, 300, a_distance(1000) + a_cadence(86))
    run = read_run_file(tcx(an_activity(first, second)))
    assert is_run(run)
    assert (run.started_at, run.distance_m, run.duration_s, run.elapsed_s) == (START, 3000, 900, 900)
    assert run.cadence_spm == 164, "160 for ten minutes and 172 for five"
    assert (run.first_position, run.ascent_m) == (None, None)


def test_the_laps_win_over_the_points():
    track = "<Track>" + a_trackpoint(0, a_distance(0)) + a_trackpoint(700, a_distance(9999)) + "</Track>"
    run = read_run_file(tcx(an_activity(a_tcx_lap(0, 600, a_distance(2000) + track))))
    assert (run.distance_m, run.duration_s, run.elapsed_s) == (2000, 600, 700)


def test_a_lap_without_a_distance_leaves_it_to_the_odometer_of_the_points():
    track = "<Track>" + a_trackpoint(0, a_distance(0)) + a_trackpoint(600, a_distance(1850)) + "</Track>"
    assert read_run_file(tcx(an_activity(a_tcx_lap(inner=track)))).distance_m == 1850


def test_without_an_odometer_the_way_over_ground_counts():
    track = "<Track>" + a_trackpoint(0, a_place(46, 14)) + a_trackpoint(600, a_place(46.01, 14)) + "</Track>"
    run = read_run_file(tcx(an_activity(a_tcx_lap(inner=track))))
    assert (run.distance_m, run.first_position) == (1112, (46.0, 14.0))


def test_the_way_during_a_pause_is_not_run():
    before = "<Track>" + a_trackpoint(0, a_place(46, 14)) + a_trackpoint(60, a_place(46.001, 14)) + "</Track>"
    after = "<Track>" + a_trackpoint(300, a_place(47, 14)) + a_trackpoint(360, a_place(47.001, 14)) + "</Track>"
    assert read_run_file(tcx(an_activity(a_tcx_lap(inner=before + after)))).distance_m == 222


def test_the_cadence_of_the_points_counts_if_the_laps_tell_none():
    points = [
        a_trackpoint(i, f"<Extensions><TPX><RunCadence>{c}</RunCadence></TPX></Extensions>")
        for i, c in enumerate([82, 84, 0])
    ]
    assert read_run_file(tcx(an_activity(a_tcx_lap(inner="<Track>" + "".join(points) + "</Track>")))).cadence_spm == 166


@pytest.mark.parametrize(("sport", "name"), [("Biking", "cycling"), ("Other", "unknown"), ("Walking", "walking")])
def test_other_sports_are_told_apart(sport, name):
    assert read_run_file(tcx(an_activity(a_tcx_lap(), sport=sport))).sport == name


def test_of_a_multisport_session_the_run_counts():
    ride = an_activity(a_tcx_lap(0, 3600, a_distance(30_000)), sport="Biking")
    run = an_activity(a_tcx_lap(3700, 1800, a_distance(5000)))
    result = read_run_file(tcx(ride, run))
    assert (result.sport, result.distance_m, result.duration_s) == ("running", 5000, 1800)


def test_a_course_is_a_plan_and_no_activity():
    course = (
        "<Courses><Course><Name>x</Name>" + a_tcx_lap() + "<Track>" + a_trackpoint(0) + "</Track></Course></Courses>"
    )
    with pytest.raises(RunFileWithoutActivity):
        read_run_file(tcx(course))


def test_a_course_after_the_activity_does_not_belong_to_it():
    course = "<Course><Track>" + a_trackpoint(9000, a_place(46, 14)) + "</Track></Course>"
    run = read_run_file(tcx(an_activity(a_tcx_lap()), course))
    assert (run.elapsed_s, run.first_position) == (600, None)


def test_an_activity_without_any_start_is_refused():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(tcx('<Activity Sport="Running"><Lap><TotalTimeSeconds>60</TotalTimeSeconds></Lap></Activity>'))


@pytest.mark.parametrize("total_s", ["NaN", "soon", "", 0])
def test_an_activity_that_does_not_tell_how_long_it_took_is_refused(total_s):
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(tcx(an_activity(a_tcx_lap(total_s=total_s))))


@pytest.mark.parametrize(
    ("lap", "reason"),
    [
        (a_tcx_lap(total_s=200_000), RunFileDurationImpossible),
        (a_tcx_lap(total_s=-60), RunFileDurationImpossible),
        (a_tcx_lap(total_s=1e300), RunFileDurationImpossible),
        (a_tcx_lap(inner=a_distance(600_000)), RunFileDistanceImpossible),
        (a_tcx_lap(inner=a_distance(-1)), RunFileDistanceImpossible),
    ],
)
def test_impossible_totals_are_refused(lap, reason):
    with pytest.raises(reason):
        read_run_file(tcx(an_activity(lap)))


@pytest.mark.parametrize("place", [a_place("NaN", 14), a_place(91, 14), a_place(46, ""), "<Position/>"])
def test_a_place_that_is_not_on_earth_is_refused(place):
    track = "<Track>" + a_trackpoint(0, place) + "</Track>"
    with pytest.raises(RunFilePositionImpossible):
        read_run_file(tcx(an_activity(a_tcx_lap(inner=track))))
