"""The load of one run: effort times minutes, of an effort told from 1 minute to 14 days after the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.guidance.domain.effort import TOO_EARLY, TOO_LATE, Effort, left_out

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("waited", "why"),
    [
        (timedelta(minutes=-5), TOO_EARLY),
        (timedelta(minutes=1) - SECOND, TOO_EARLY),
        (timedelta(minutes=1), None),
        (timedelta(minutes=30), None),
        (timedelta(days=14), None),
        (timedelta(days=14) + SECOND, TOO_LATE),
    ],
)
def test_both_ends_of_the_time_to_tell_an_effort_count(waited: timedelta, why: str | None) -> None:
    assert left_out(waited) == why


def test_the_time_runs_from_the_end_and_the_load_is_effort_times_minutes() -> None:
    told = Effort(rpe=4, began_at=NOON, duration_min=45, told_at=NOON + timedelta(minutes=46))
    assert (told.waited, told.session_load) == (timedelta(minutes=1), 180)


def test_an_effort_out_of_time_has_no_load_which_is_not_nothing() -> None:
    assert Effort(0, NOON, 45, NOON + timedelta(minutes=45)).session_load is None
    assert Effort(0, NOON, 45, NOON + timedelta(minutes=46)).session_load == 0
