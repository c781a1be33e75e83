"""What is due on a day: across ends of months, leap years, and for whoever answers early, late or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logbook.domain import Side
from app.outcomes.domain.schedule import Due, moments, months_after, what_is_due
from app.outcomes.domain.words import ClinicalTest, Questionnaire

START = date(2026, 1, 31)
AKPS, CHANGE, HOP = Questionnaire.AKPS, Questionnaire.GLOBAL_CHANGE, ClinicalTest.SINGLE_LEG_HOP
EVERY_DAY = {START + timedelta(days=n) for n in range(-60, 4000)}


def due_on(as_of: date, done: dict[str, dict[Side | None, list[date]]] | None = None) -> dict[str, Due]:
    """Return what is due by instrument, for somebody who tells their pain every day."""
    return {due.instrument: due for due in what_is_due(START, as_of, done or {}, EVERY_DAY)}


def answered(*days: date) -> dict[str, dict[Side | None, list[date]]]:
    """Return an AKPS on these days."""
    return {AKPS: {None: list(days)}}


def test_questionnaires_come_at_0_4_8_and_12_weeks_and_then_every_three_months_from_the_start() -> None:
    assert [moment.on for moment in islice(moments(AKPS, START), 8)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 28),
        date(2026, 4, 25),
        date(2026, 7, 31),
        date(2026, 10, 31),
        date(2027, 1, 31),
        date(2027, 4, 30),
    ]


def test_every_questionnaire_that_a_finding_or_a_stage_reads_is_due() -> None:
    read_by_somebody = {Questionnaire.AKPS, Questionnaire.TSK11, Questionnaire.PHQ2, Questionnaire.GLOBAL_CHANGE}
    assert read_by_somebody <= set(due_on(date(2026, 2, 28)))


def test_tests_come_at_0_6_and_12_weeks_and_no_more() -> None:
    assert [moment.on for moment in moments(HOP, START)] == [START, date(2026, 3, 14), date(2026, 4, 25)]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_the_last_day_of_a_month_stays_the_last_where_the_month_is_shorter(
    day: date, months: int, expected: date
) -> None:
    assert months_after(day, months) == expected


def test_a_short_month_on_the_way_does_not_move_later_points() -> None:
    listed = [moment.on for moment in islice(moments(AKPS, date(2026, 8, 31)), 8)]
    assert listed[4:] == [date(2027, 2, 28), date(2027, 5, 31), date(2027, 8, 31), date(2027, 11, 30)]


def test_everything_but_the_change_is_due_on_the_first_day() -> None:
    found = due_on(START)
    assert found[AKPS] == Due(AKPS, START, 0, "week_0", None, date(2026, 2, 28))
    assert found[HOP].missing_sides == (Side.LEFT, Side.RIGHT)
    assert CHANGE not in found
    assert due_on(date(2026, 2, 28))[CHANGE].why == "week_4"


def test_nothing_is_due_before_care_begins() -> None:
    assert what_is_due(START, START - timedelta(days=1), {}, set()) == []


def test_what_is_late_says_since_when() -> None:
    late = due_on(date(2026, 3, 10), answered(START))[AKPS]
    assert (late.due_on, late.overdue_days, late.why, late.last_on) == (date(2026, 2, 28), 10, "week_4", START)


def test_an_answer_counts_from_a_week_before_its_day() -> None:
    point = date(2026, 2, 28)
    assert AKPS not in due_on(point, answered(point - timedelta(days=7)))
    assert AKPS in due_on(point, answered(point - timedelta(days=8)))
    assert AKPS not in due_on(point, answered(point))


def test_what_was_answered_is_not_due_until_the_next_point() -> None:
    done = answered(date(2026, 3, 1))
    assert AKPS not in due_on(date(2026, 3, 27), done)
    assert due_on(date(2026, 3, 28), done)[AKPS].why == "week_8"


def test_a_missed_point_is_not_asked_for_beside_the_next() -> None:
    assert due_on(date(2026, 3, 28))[AKPS].due_on == date(2026, 3, 28)


def test_an_answer_of_a_later_day_does_not_change_what_was_due() -> None:
    assert due_on(date(2026, 3, 10), answered(date(2026, 3, 11))) == due_on(date(2026, 3, 10))


def test_a_test_is_due_until_both_sides_were_measured() -> None:
    one = {HOP: {Side.LEFT: [START]}}
    assert due_on(START, one)[HOP].missing_sides == (Side.RIGHT,)
    assert HOP not in due_on(START, {HOP: {Side.LEFT: [START], Side.RIGHT: [START]}})


def test_pain_is_due_each_day_and_never_overdue() -> None:
    day = START + timedelta(days=3)
    (found,) = [due for due in what_is_due(START, day, {}, {START}) if due.why == "daily"]
    assert (found.due_on, found.overdue_days, found.last_on) == (day, 0, START)
    assert all(due.why != "daily" for due in what_is_due(START, day, {}, {day}))


def test_pain_is_asked_from_the_first_day_on_and_a_later_day_tells_nothing() -> None:
    (found,) = [due for due in what_is_due(START, START, {}, {START + timedelta(days=1)}) if due.why == "daily"]
    assert found == Due(Questionnaire.NRS_WORST, START, 0, "daily", None, START + timedelta(days=1))


@given(
    start=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    days=st.integers(0, 4000),
    answers=st.lists(st.integers(-30, 4000), max_size=8),
)
def test_what_is_due_is_never_in_the_future_and_an_answer_today_settles_it(
    start: date, days: int, answers: list[int]
) -> None:
    as_of = start + timedelta(days=days)
    done = {AKPS: {None: [start + timedelta(days=n) for n in answers]}}
    for due in what_is_due(start, as_of, done, set()):
        assert start <= due.due_on <= as_of
        assert due.overdue_days == (as_of - due.due_on).days
        assert due.next_on is None or due.next_on > as_of
    settled = {AKPS: {None: [*done[AKPS][None], as_of]}}
    assert AKPS not in {due.instrument for due in what_is_due(start, as_of, settled, set())}


def test_each_point_is_told_by_its_name() -> None:
    assert [moment.why for moment in islice(moments(AKPS, START), 6)] == [
        "week_0",
        "week_4",
        "week_8",
        "week_12",
        "month_6",
        "month_9",
    ]


def test_the_most_overdue_comes_first_and_each_says_when_it_comes_again() -> None:
    as_of = START + timedelta(weeks=7)
    listed = what_is_due(START, as_of, {}, EVERY_DAY)
    assert [due.overdue_days for due in listed] == sorted((due.overdue_days for due in listed), reverse=True)
    assert (listed[0].overdue_days, listed[-1].overdue_days) == (21, 7)
    next_on = {due.instrument: due.next_on for due in listed}
    assert (next_on[AKPS], next_on[HOP]) == (START + timedelta(weeks=8), START + timedelta(weeks=12))


def test_a_test_that_was_done_does_not_hide_those_after_it() -> None:
    done = {ClinicalTest.KNEE_TO_WALL: {side: [START] for side in Side}}
    due = due_on(START, done)
    assert ClinicalTest.KNEE_TO_WALL not in due
    assert {ClinicalTest.SINGLE_LEG_SQUAT, HOP} <= due.keys()
