"""FIT files: the watch's own totals win, and several sports are told apart."""

from __future__ import annotations

import struct
from datetime import timedelta

import pytest
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.profile_type import FileType, Sport, SubSport

from app.interop.runfiles import (
    RunFileClimbImpossible,
    RunFileDistanceImpossible,
    RunFileDurationImpossible,
    RunFilePositionImpossible,
    RunFileRefused,
    RunFileTimeImpossible,
    RunFileWithoutActivity,
    RunFileWithoutTimes,
    is_run,
    read_run_file,
)
from tests.unit.interop.files import START, a_lap, a_record, a_session, fit_file, local_time, ms, raw_fit, real

SESSION, RECORD = 18, 20
SPORT, START_TIME, TIMER, DISTANCE, ASCENT = 5, 2, 8, 9, 22
UINT32, UINT16, ENUM, FLOAT64 = 0x86, 0x84, 0, 0x89
IN_2026 = 1_140_000_000


def a_raw_session(start: int = IN_2026, timer_s: float = 600, distance_m: float = 2000, ascent_m: float = 0) -> bytes:
    """A running session whose totals are 64-bit floats, as no watch writes and anybody can."""
    fields = [(SPORT, 1, ENUM), (START_TIME, 4, UINT32), (TIMER, 8, FLOAT64)]
    fields += [(DISTANCE, 8, FLOAT64), (ASCENT, 8, FLOAT64)]
    return raw_fit(SESSION, fields, struct.pack("<BIddd", 1, start, timer_s * 1000, distance_m * 100, ascent_m))


def test_a_treadmill_run_without_gps_is_a_run():
    run = read_run_file(
        fit_file(
            a_record(0, heart_rate=100),
            a_record(1800, heart_rate=150),
            a_session(30, total_distance=5000, sub_sport=SubSport.TREADMILL, avg_cadence=84),
        )
    )
    assert is_run(run)
    assert (run.sub_sport, run.distance_m, run.duration_s) == ("treadmill", 5000, 1800)
    assert (run.first_position, run.ascent_m, run.descent_m) == (None, None, None)
    assert run.cadence_spm == 168


def test_a_treadmill_that_measured_no_distance_leaves_it_unknown():
    assert read_run_file(fit_file(a_session(total_distance=0))).distance_m is None


def test_pauses_count_as_elapsed_and_not_as_duration():
    run = read_run_file(fit_file(a_session(total_timer_time=1500, total_elapsed_time=1800)))
    assert (run.duration_s, run.elapsed_s) == (1500, 1800)


def test_of_a_triathlon_only_the_running_session_counts():
    run = read_run_file(
        fit_file(
            a_session(20, sport=Sport.SWIMMING, total_distance=1500),
            a_session(2, sport=Sport.TRANSITION, start_time=ms(START + timedelta(minutes=20))),
            a_session(60, sport=Sport.CYCLING, start_time=ms(START + timedelta(minutes=22)), total_distance=40_000),
            a_session(50, start_time=ms(START + timedelta(minutes=82)), total_distance=10_000, total_ascent=80),
        )
    )
    assert is_run(run)
    assert run.started_at == START + timedelta(minutes=82)
    assert (run.distance_m, run.duration_s, run.ascent_m, run.sessions) == (10_000, 3000, 80, 1)


def test_two_running_sessions_are_summed_and_the_file_says_so():
    run = read_run_file(
        fit_file(
            a_session(20, total_distance=4000, avg_cadence=80),
            a_session(60, sport=Sport.CYCLING, start_time=ms(START + timedelta(minutes=20)), total_distance=20_000),
            a_session(10, start_time=ms(START + timedelta(minutes=80)), total_distance=2000, avg_cadence=86),
        )
    )
    assert (run.sport, run.sessions) == ("running", 2)
    assert (run.distance_m, run.duration_s) == (6000, 1800)
    assert run.elapsed_s == 90 * 60, "from the first start to the last end"
    assert run.cadence_spm == 164, "160 for 20 minutes and 172 for 10"


def test_a_mix_of_sports_without_a_run_is_multisport():
    mix = read_run_file(fit_file(a_session(sport=Sport.SWIMMING), a_session(sport=Sport.CYCLING)))
    assert (mix.sport, mix.sessions) == ("multisport", 2)
    assert not is_run(mix)


@pytest.mark.parametrize("sport", [Sport.GENERIC, Sport.FITNESS_EQUIPMENT])
def test_a_machine_that_does_not_know_the_sport_leaves_it_unknown(sport):
    assert read_run_file(fit_file(a_session(sport=sport, sub_sport=SubSport.TREADMILL))).sport == "unknown"


def test_without_a_session_the_laps_are_summed():
    run = read_run_file(
        fit_file(
            a_lap(10, total_distance=2000, sport=Sport.RUNNING),
            a_lap(5, total_distance=900, sport=Sport.RUNNING, start_time=ms(START + timedelta(minutes=10))),
        )
    )
    assert (run.sport, run.distance_m, run.duration_s, run.sessions) == ("running", 2900, 900, 1)


def test_without_any_totals_the_points_are_counted():
    places = [(0, 46.0), (300, 46.005), (600, 46.010)]
    run = read_run_file(
        fit_file(*[a_record(s, position_lat=lat, position_long=14.5, altitude=300 + s / 60) for s, lat in places])
    )
    assert (run.sport, run.duration_s, run.started_at) == ("unknown", 600, START)
    assert run.distance_m == pytest.approx(1112, rel=0.01)
    assert (run.ascent_m, run.descent_m) == (10, 0)


@pytest.mark.parametrize(
    ("hours", "minutes"), [(5.5, 330), (-3.5, -210), (0, 0), (14, 840), (-12, -720), (15, None), (5.3, None)]
)
def test_the_local_clock_tells_the_offset_if_it_is_one_that_exists(hours, minutes):
    run = read_run_file(fit_file(a_session(), local_time(timedelta(hours=hours))))
    assert run.utc_offset_min == minutes


def test_an_activity_followed_by_settings_in_one_file_is_read():
    assert is_run(read_run_file(fit_file(a_session()) + fit_file(kind=FileType.SETTINGS)))


@pytest.mark.parametrize(
    "content",
    [
        fit_file(kind=FileType.SETTINGS),
        fit_file(WorkoutMessage(), kind=FileType.WORKOUT),
        fit_file(a_lap(), a_record(0), a_record(60), kind=FileType.COURSE),
        fit_file(),
    ],
    ids=["settings", "workout", "course", "nothing"],
)
def test_a_file_without_an_activity_is_refused(content):
    with pytest.raises(RunFileWithoutActivity):
        read_run_file(content)


def test_an_activity_that_does_not_name_its_kind_is_read_after_settings():
    assert is_run(read_run_file(fit_file(kind=FileType.SETTINGS) + a_raw_session()))


def test_a_field_of_an_odd_size_does_not_keep_the_totals_from_being_read():
    fields = [(SPORT, 1, ENUM), (START_TIME, 4, UINT32), (TIMER, 4, UINT32), (200, 3, UINT16)]
    payload = struct.pack("<BII3s", 1, IN_2026, 600_000, b"abc")
    assert read_run_file(raw_fit(SESSION, fields, payload)).duration_s == 600


def test_the_seconds_since_the_watch_was_switched_on_are_no_time():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(a_raw_session(start=5000))


def test_a_run_of_no_length_of_time_has_no_times():
    with pytest.raises(RunFileWithoutTimes):
        read_run_file(a_raw_session(timer_s=0))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"distance_m": 500_001}, RunFileDistanceImpossible),
        ({"distance_m": -1}, RunFileDistanceImpossible),
        ({"timer_s": 172_801}, RunFileDurationImpossible),
        ({"timer_s": -1}, RunFileDurationImpossible),
        ({"timer_s": 1e300}, RunFileDurationImpossible),
        ({"ascent_m": 50_001}, RunFileClimbImpossible),
        ({"ascent_m": -1}, RunFileClimbImpossible),
        ({"start": 0xFFFFFFF0}, RunFileTimeImpossible),
    ],
)
def test_impossible_totals_are_refused(told, reason):
    with pytest.raises(reason):
        read_run_file(a_raw_session(**told))


@pytest.mark.parametrize("told", [{"distance_m": 500_000}, {"timer_s": 172_800}, {"ascent_m": 50_000}])
def test_the_limits_themselves_are_possible(told):
    assert is_run(read_run_file(a_raw_session(**told)))


def test_numbers_that_are_none_are_not_told():
    run = read_run_file(a_raw_session(distance_m=float("nan"), ascent_m=float("inf")))
    assert (run.distance_m, run.ascent_m) == (None, None)


def test_a_position_beyond_the_pole_is_refused():
    content = raw_fit(RECORD, [(0, 4, 0x85), (1, 4, 0x85)], struct.pack("<ii", 2**31 - 2, 0))
    with pytest.raises(RunFilePositionImpossible):
        read_run_file(content)


def test_a_cadence_that_nobody_can_run_is_not_told():
    assert read_run_file(fit_file(a_session(avg_cadence=126))).cadence_spm is None
    assert read_run_file(fit_file(a_session(avg_cadence=125))).cadence_spm == 250


def test_a_cyclist_has_no_steps():
    assert read_run_file(fit_file(a_session(sport=Sport.CYCLING, avg_cadence=85))).cadence_spm is None


def test_a_flipped_bit_anywhere_in_a_fit_file_is_noticed():
    content = real("garmin-fenix-5-run.fit")
    for place in range(0, len(content), 97):
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(RunFileRefused):
            read_run_file(flipped)
