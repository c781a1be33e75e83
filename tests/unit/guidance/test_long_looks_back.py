"""What is reckoned of many days at once is what it is day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.due import DueExercise, DueState, adherence_row, adherence_rows
from app.guidance.domain.hip_first import HipFirst, HipFirstFacts, hip_first, hip_first_along
from app.guidance.domain.policy import Policy
from app.logbook.domain import SkipReason
from tests.unit.guidance.test_following import DAY, ZONE, a_skip, an_exercise

POLICY = Policy()
DUE = st.builds(
    DueExercise,
    on=st.just(DAY),
    exercise=st.just(an_exercise()),
    state=st.sampled_from(DueState),
    work=st.integers(1, 30),
    done=st.none() | st.integers(0, 40),
    skip=st.none() | st.builds(a_skip, st.sampled_from(SkipReason)),
    paused=st.booleans(),
)
AROUND = st.integers(-2 * 24 * 60, 5 * 24 * 60)
FACTS = [HipFirstFacts(squat_45_pain=5), HipFirstFacts(squat_60_pain=1), HipFirstFacts(), HipFirstFacts()]


@given(st.lists(DUE, max_size=5), AROUND)
def test_the_rows_of_a_day_are_those_of_its_exercises_whenever_they_are_asked_for(
    due: list[DueExercise], minutes: int
) -> None:
    at = datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(minutes=minutes)
    assert adherence_rows(DAY, due, at, ZONE) == [adherence_row(one, at, ZONE) for one in due]


def test_a_day_waits_for_its_log_until_48_hours_after_its_end() -> None:
    silent = DueExercise(DAY, an_exercise(), DueState.OPEN, 30, None)
    until = datetime(2026, 3, 30, 23, tzinfo=UTC)  # the 28th ended at 23:00 UTC
    rows = [adherence_rows(DAY, [silent], at, ZONE) for at in (until - timedelta(seconds=1), until)]
    assert [row.due for (row,) in rows] == [False, True]
    assert date(2026, 3, 28) == DAY


@given(st.lists(st.sampled_from(FACTS), max_size=12))
def test_the_rule_stands_after_each_telling_as_if_each_were_judged_by_itself(told: list[HipFirstFacts]) -> None:
    expected: list[HipFirst] = [hip_first(HipFirstFacts(), POLICY)]
    for facts in told:
        expected.append(hip_first(facts, POLICY, expected[-1].on))
    assert hip_first_along(told, POLICY) == expected
