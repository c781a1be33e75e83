"""What was run before the pain began, as findings take it (CLINICAL 5.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.guidance.domain.before_onset import BeforeOnset, PastRun, before_onset

ONSET = date(2026, 5, 20)


def ran(**by_days_before: float | None) -> list[PastRun]:
    """Return runs by how many days before the onset they were: d3=5.0 are 5 km three days before."""
    told = [(int(name[1:]), km) for name, km in by_days_before.items()]
    return [PastRun(ONSET - timedelta(days=ago), km) for ago, km in told]


def found(runs: list[PastRun], declared_km: float | None = None) -> BeforeOnset:
    return before_onset(runs, ONSET, declared_km)


def test_without_a_run_nothing_is_known() -> None:
    assert found([]) == BeforeOnset(None, None, None)
    assert found([], 8.0) == BeforeOnset(None, None, None)


@pytest.mark.parametrize(
    ("runs", "ratio"),
    [
        (ran(d40=5, d0=6), None),  # nothing within the 30 days before it
        (ran(d30=5, d0=6), 1.2),  # the run in which it began counts
        (ran(d31=5, d30=6), 1.2),  # the first day that counts
        (ran(d32=5, d31=6), None),  # and one before it does not
        (ran(d9=5, d5=6, d2=5.5), 1.2),  # the largest of them
        (ran(d9=5, d5=None, d2=5.5), 1.1),  # a run of unknown length is not compared
    ],
)
def test_the_largest_step_beyond_the_longest_run_of_the_month_before_the_pain(
    runs: list[PastRun], ratio: float | None
) -> None:
    assert found(runs).session_spike_ratio == ratio


def test_runs_after_the_pain_began_say_nothing_of_how_it_began() -> None:
    later = [PastRun(ONSET + timedelta(days=1), 40.0)]
    assert found([*ran(d9=5, d5=5), *later]) == found(ran(d9=5, d5=5))


def test_a_declared_longest_run_stands_in_for_those_that_were_not_logged() -> None:
    assert found(ran(d2=6), 5.0).session_spike_ratio == 1.2
    assert found(ran(d9=6, d2=6), 12.0).session_spike_ratio == 1.0  # 0.5 and 1.0: the later one has a known run


@pytest.mark.parametrize(
    ("runs", "ratio"),
    [
        (ran(d13=10, d0=13), 1.3),
        (ran(d12=10, d0=13), None),  # thirteen days of log are too few
        (ran(d45=1, d43=10, d30=20), 2.0),  # the week that ends on the first day that counts, beside the one before
        (ran(d45=1, d40=10, d31=90), 9.0),  # a week that lies partly before the month, and ends in it
        (ran(d13=10, d6=None, d0=40), None),  # no week of unknown length is compared
        (ran(d20=10, d13=None, d0=40), None),
        (ran(d13=10, d7=10, d0=13), 0.65),  # a week has seven days: the run of the seventh day before is of the last
        (ran(d30=10, d0=10), 0.0),  # a week of nothing; and nothing to compare with is not infinitely much
    ],
)
def test_the_largest_week_beside_the_week_before_it(runs: list[PastRun], ratio: float | None) -> None:
    assert found(runs).week_spike_ratio == ratio


@pytest.mark.parametrize(
    ("runs", "too_fast"),
    [
        (ran(d20=10, d7=10), False),  # 13 days off are no break
        (ran(d20=10, d6=6), False),  # after 14 days 60 percent
        (ran(d20=10, d6=6.1), True),
        (ran(d60=20, d24=10, d22=10, d6=6.1), True),  # of the runs of the four weeks up to the last
        (ran(d48=30, d20=10, d6=7), True),  # a run 28 days before the last is of another time
        (ran(d36=10, d9=6), False),  # 27 days
        (ran(d36=10, d8=4), False),  # after 28 days 40 percent
        (ran(d36=10, d8=4.1), True),
        (ran(d20=10, d6=6, d4=10), False),  # the first run back is looked at
        (ran(d20=None, d6=6), None),
        (ran(d20=10, d6=None), None),
        (ran(d63=10, d49=None, d20=10, d6=9), True),  # what the first break left is past knowing, the second is not
        (ran(d50=10, d45=10), None),  # no run in the month before
        (ran(d6=10), False),  # no run is known before it
    ],
)
def test_a_return_from_a_break_without_stepping_down(runs: list[PastRun], too_fast: bool | None) -> None:
    assert found(runs).return_after_gap_without_step_down is too_fast
