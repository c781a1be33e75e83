"""What stirred the knee in the week up to each day is the same, walked along or asked day by day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.guidance.stirring import Stirring, in_week_to, in_weeks_to

FIRST = date(2026, 3, 20)
DAYS = st.integers(0, 40).map(lambda ago: FIRST + timedelta(days=ago))
TOLD = st.builds(
    Stirring,
    worst=st.none() | st.sampled_from([0.0, 3.0, 7.0]),
    settle_hours=st.none() | st.sampled_from([0.0, 24.0, 48.0]),
    low_load_provokes=st.none() | st.booleans(),
    rest_or_night_pain=st.none() | st.booleans(),
)


@given(told=st.dictionaries(DAYS, TOLD, max_size=20), days=st.lists(DAYS, unique=True))
def test_the_walk_along_the_days_tells_of_each_week_what_the_day_alone_does(
    told: dict[date, Stirring], days: list[date]
) -> None:
    asked = sorted(days)
    assert list(in_weeks_to(asked, told)) == [in_week_to(day, told) for day in asked]
