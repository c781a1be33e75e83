"""The run-walk ladder: its steps, its gate, and what the engine's answers mean on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.decision import Decision
from app.guidance.domain.ladder import STEPS, Climb, Gate, earliest_day, may_climb, moved, start_step, steps_of

CUTS = st.sampled_from([-20, -30, -40, -50, -60]) | st.floats(-100, -1)


def test_every_step_up_to_the_eighth_takes_half_an_hour() -> None:
    assert [step.number for step in STEPS] == list(range(13))
    assert {step.total_min for step in STEPS[:9]} == {30}
    assert [step.running_min for step in STEPS] == [0, 5, 10, 15, 20, 25, 27, 28, 30, 33, 36, 36, 36]


@pytest.mark.parametrize(
    ("days", "pain", "irritability", "step"),
    [
        (27, 2, None, 3),
        (28, 2, None, 1),
        (27, 2.1, None, 1),
        (27, None, None, 1),
        (None, 0, None, 1),
        (3, 0, "high", 0),
    ],
)
def test_where_a_runner_begins(days: int | None, pain: float | None, irritability: str | None, step: int) -> None:
    assert start_step(days, pain, irritability) == step


@pytest.mark.parametrize(
    ("gate", "step", "is_open"),
    [
        (Gate(2, 2), 1, True),
        (Gate(2.1, 0), 1, False),
        (Gate(0, 2.1), 1, False),
        (Gate(0, None), 1, False),
        (Gate(None, 0), 4, False),
        (Gate(0, 0), 4, True),
        (Gate(0, 0), 5, False),
        (Gate(0, 0, 2), 5, True),
        (Gate(0, 0, 2.1), 5, False),
        (Gate(), 0, True),
    ],
)
def test_a_gate_that_is_not_known_is_closed(gate: Gate, step: int, is_open: bool) -> None:
    assert gate.is_open(step) is is_open


@pytest.mark.parametrize(
    ("decision", "percent", "steps"),
    [
        (Decision.PROGRESS, 10, 1),
        (Decision.HOLD, 0, 0),
        (Decision.REDUCE, -20, -1),
        (Decision.REDUCE, -30, -2),
        (Decision.REDUCE, -40, -2),
        (Decision.REST_DAY, -20, -1),
        (Decision.REST_DAY, -40, -2),
        (Decision.REST_DAY, -50, -3),
        (Decision.REDUCE, -60, None),
        (Decision.PAUSE_AND_REFER, -100, None),
    ],
)
def test_what_the_engine_s_answer_means_on_the_ladder(decision: Decision, percent: float, steps: int | None) -> None:
    assert steps_of(decision, percent) == steps


@given(CUTS, CUTS)
def test_a_larger_cut_never_leads_to_a_higher_step(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for step in range(13):
        more, less = (moved(Climb(step), Decision.REDUCE, cut, True, 100).step for cut in (low, high))
        assert more <= less <= step


def test_two_clean_sessions_lead_up_and_one_does_not() -> None:
    first = moved(Climb(2), Decision.PROGRESS, 10, True, 10)
    assert (first.step, first.clean) == (2, 1)
    assert moved(first, Decision.PROGRESS, 10, True, 12).step == 3
    assert moved(first, Decision.PROGRESS, 10, False, 12).step == 2


def test_nobody_climbs_more_than_twice_in_seven_days() -> None:
    ready = Climb(3, 5, (94, 98))
    assert moved(ready, Decision.PROGRESS, 10, True, 100).step == 3
    assert moved(ready, Decision.PROGRESS, 10, True, 101).step == 4


def test_nobody_leaves_the_top_or_falls_below_the_first_running_step() -> None:
    assert moved(Climb(12, 5), Decision.PROGRESS, 10, True, 100).step == 12
    assert moved(Climb(2), Decision.REST_DAY, -50, True, 100).step == 1
    assert moved(Climb(0), Decision.REST_DAY, -50, True, 100).step == 0


@pytest.mark.parametrize(
    ("ran", "rest", "day"),
    [
        ([], 0, 100),
        ([100], 0, 102),
        ([99], 0, 101),
        ([98], 0, 100),
        ([100], 2, 103),
        ([93, 95, 97, 99], 0, 101),
        ([94, 96, 98, 100], 0, 102),
        ([95, 96, 98, 100], 0, 102),
        ([96, 97, 98, 100], 0, 103),
    ],
)
def test_a_day_lies_between_and_no_more_than_four_in_a_week(ran: list[int], rest: int, day: int) -> None:
    assert earliest_day(ran, 100, rest) == day


@pytest.mark.parametrize(
    ("climb", "answer", "clean", "expected"),
    [
        (Climb(4, 1, (95,)), (Decision.HOLD, 0), True, Climb(4, 2, (95,))),
        (Climb(4, 1, (95,)), (Decision.HOLD, 0), False, Climb(4, 0, (95,))),
        (Climb(4, 3, (95,)), (Decision.HOLD, 0), True, Climb(4, 4, (95,))),
        (Climb(4, 3, (95,)), (Decision.PROGRESS, 10), True, Climb(5, 0, (95, 100))),
        (Climb(4, 0, (95,)), (Decision.PROGRESS, 10), True, Climb(4, 1, (95,))),
        (Climb(4, 3, (95, 99)), (Decision.PROGRESS, 10), True, Climb(4, 4, (95, 99))),
        (Climb(4, 3, (95,)), (Decision.REDUCE, -20), True, Climb(3, 0, (95,))),
        (Climb(4, 3, (95,)), (Decision.REDUCE, -60), True, Climb(1, 0, (95,))),
        (Climb(0, 3, (95,)), (Decision.REDUCE, -60), True, Climb(0, 0, (95,))),
        (Climb(6, 3, (95,)), (Decision.PAUSE_AND_REFER, -100), True, Climb(1, 0, (95,))),
    ],
)
def test_a_session_moves_the_whole_standing(
    climb: Climb, answer: tuple[Decision, float], clean: bool, expected: Climb
) -> None:
    assert moved(climb, *answer, clean, 100) == expected


def test_a_step_up_of_today_counts_among_the_two_of_a_week() -> None:
    assert not may_climb((94, 100), 100)
    assert may_climb((93, 100), 100)


def test_the_gate_names_what_is_not_known_and_what_hurts() -> None:
    assert Gate().missing(4) == ("walk_pain", "stairs_pain")
    assert Gate().missing(5) == ("walk_pain", "stairs_pain", "hops_pain")
    assert Gate(3, 2.1, 9).too_sore(4) == ("walk_pain", "stairs_pain")
    assert Gate(3, 2, 9).too_sore(5) == ("walk_pain", "hops_pain")
    assert Gate(2, 2, 2).too_sore(5) == ()


@pytest.mark.parametrize("ran", [[99, 92], [80, 99], [1, 2, 99]])
def test_only_the_newest_run_asks_for_a_day_off(ran: list[int]) -> None:
    assert earliest_day([*ran[:-1], 90], 100) == 100


def test_a_week_that_is_full_is_waited_for_to_its_end() -> None:
    assert earliest_day([97, 98, 99, 100], 100) == 104
    assert earliest_day([97, 97, 98, 99], 100) == 101
