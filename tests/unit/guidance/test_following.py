"""What is due, what became of it, hip first, and the calendar behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.adherence import adherence
from app.guidance.domain.due import DueState, adherence_row, due_exercise, work_done
from app.guidance.domain.hip_first import HipFirstFacts, hip_first, hip_first_along, known_irritability
from app.guidance.domain.policy import Policy
from app.kernel.sides import Side
from app.logbook.domain import LoggedSet, Skip, SkipReason
from app.programmes.domain.calendar import is_due_on, tune_up_on
from app.programmes.domain.plan import Dosage, PrescribedExercise, Retraining
from app.programmes.domain.retraining import feedback_percent, next_session
from app.programmes.domain.words import Cue, RetrainingSetting, Stage

DAY = date(2026, 3, 28)
LONG_AFTER = datetime(2026, 5, 1, tzinfo=UTC)
ZONE = "Europe/Berlin"


def an_exercise(side: Side | None = Side.LEFT, **dosage: Any) -> PrescribedExercise:
    """Return a prescribed exercise of 3 x 10."""
    usual = {"sets": 3, "repetitions": 10, "hold_seconds": 0, "rest_seconds": 60, "days_per_week": 3}
    dose = Dosage(**{**usual, "load_kg": None, "tempo": None, **dosage})
    return PrescribedExercise(id=uuid4(), stage=Stage.RELIEVE, exercise="clamshell", side=side, dosage=dose)


def a_set(side: Side | None = Side.LEFT, repetitions: int | None = 10, **changes: Any) -> LoggedSet:
    """Return a logged set."""
    usual = {"exercise": "clamshell", "hold_seconds": None, "load_kg": None, "rpe": None}
    return LoggedSet(**{**usual, "side": side, "repetitions": repetitions, **changes})


def a_skip(reason: SkipReason = SkipReason.TIME, side: Side | None = None, replaced_by: str | None = None) -> Skip:
    """Return a skip of the exercise."""
    return Skip(
        id=UUID(int=1),
        performed_at=LONG_AFTER,
        zone=ZONE,
        exercise="clamshell",
        side=side,
        due_on=DAY,
        reason=reason,
        replaced_by=replaced_by,
    )


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 7), st.integers(0, 3000))
def test_any_seven_days_in_a_row_hold_as_many_due_days_as_were_prescribed(
    start: date, days_per_week: int, offset: int
) -> None:
    first = start + timedelta(days=offset)
    due = [is_due_on(first + timedelta(days=day), start, days_per_week) for day in range(7)]
    assert sum(due) == days_per_week


def test_the_first_day_is_due_and_nothing_is_before_it() -> None:
    assert is_due_on(DAY, DAY, 1)
    assert not is_due_on(DAY - timedelta(days=7), DAY, 7)


def test_three_days_a_week_go_over_the_end_of_a_month_and_a_leap_day_without_a_hitch() -> None:
    start = date(2028, 2, 26)
    due = [start + timedelta(days=day) for day in range(14) if is_due_on(start + timedelta(days=day), start, 3)]
    assert [(one - start).days for one in due] == [0, 3, 5, 7, 10, 12]
    assert date(2028, 2, 29) in due


def test_each_side_is_counted_alone_and_a_set_of_both_legs_counts_for_each() -> None:
    sets = [a_set(Side.LEFT), a_set(Side.LEFT), a_set(Side.RIGHT), a_set(None)]
    assert work_done(sets, "clamshell", Side.LEFT, in_seconds=False) == 30
    assert work_done(sets, "clamshell", Side.RIGHT, in_seconds=False) == 20
    assert work_done(sets, "clamshell", None, in_seconds=False) == 20
    assert work_done(sets, "bird_dog", Side.LEFT, in_seconds=False) is None


def test_what_was_prescribed_for_both_at_once_is_done_as_far_as_the_lesser_leg_did_it() -> None:
    both, left, right = a_set(None), a_set(Side.LEFT), a_set(Side.RIGHT)

    def done(*sets: LoggedSet) -> int | None:
        return work_done(sets, "clamshell", None, in_seconds=False)

    assert (done(both, both), done(both, left), done(left), done(right)) == (20, 10, 0, 0)
    assert (done(left, left, right), done(left, right, right), done(both, left, right)) == (10, 10, 20)


def test_a_hold_is_counted_in_seconds() -> None:
    held = an_exercise(repetitions=1, hold_seconds=30)
    found = due_exercise(DAY, held, [a_set(repetitions=None, hold_seconds=30)] * 2, [])
    assert (found.work, found.done, found.state) == (90, 60, DueState.PARTLY)


@pytest.mark.parametrize(
    ("sets", "skips", "state"),
    [
        ([], [], DueState.OPEN),
        ([a_set()] * 3, [], DueState.DONE),
        ([a_set()] * 2, [], DueState.PARTLY),
        ([a_set(Side.RIGHT)] * 3, [], DueState.OPEN),
        ([], [a_skip()], DueState.SKIPPED),
        ([], [a_skip(side=Side.RIGHT)], DueState.OPEN),
        ([a_set()] * 3, [a_skip()], DueState.DONE),
        ([a_set(exercise="bird_dog")], [a_skip(replaced_by="bird_dog")], DueState.REPLACED),
    ],
)
def test_what_became_of_a_due_exercise(sets: list[LoggedSet], skips: list[Skip], state: DueState) -> None:
    assert due_exercise(DAY, an_exercise(), sets, skips).state is state


@pytest.mark.parametrize(
    ("reason", "percent"),
    [
        (SkipReason.ILLNESS, None),
        (SkipReason.THERAPIST_HOLD, None),
        (SkipReason.PAIN, 0),
        (SkipReason.TIME, 0),
        (SkipReason.EQUIPMENT, 0),
        (SkipReason.OTHER, 0),
    ],
)
def test_illness_and_a_therapists_hold_excuse_and_nothing_else_does(reason: SkipReason, percent: float | None) -> None:
    row = adherence_row(due_exercise(DAY, an_exercise(), [], [a_skip(reason)]), LONG_AFTER, ZONE)
    assert adherence([row]).percent == percent


def test_a_pause_excuses_and_what_is_hidden_was_not_due() -> None:
    paused = due_exercise(DAY, an_exercise(), [], [], paused=True)
    hidden = due_exercise(DAY, an_exercise(), [], [], hidden_because=("pfj_load",))
    assert (paused.state, hidden.state) == (DueState.PAUSED, DueState.HIDDEN)
    assert adherence([adherence_row(one, LONG_AFTER, ZONE) for one in (paused, hidden)]).percent is None


def test_the_replacement_counts_as_far_as_it_was_done() -> None:
    replaced = due_exercise(
        DAY, an_exercise(), [a_set(exercise="bird_dog", repetitions=15)], [a_skip(replaced_by="bird_dog")]
    )
    assert adherence([adherence_row(replaced, LONG_AFTER, ZONE)]).percent == 50


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 1), date(2026, 1, 31)])
def test_without_a_log_a_day_counts_as_nothing_48_hours_after_it_ended_whatever_the_clocks_did(
    zone: str, day: date
) -> None:
    due = due_exercise(day, an_exercise(), [], [])
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    settled = midnight + timedelta(hours=48)
    assert not adherence_row(due, settled - timedelta(seconds=1), zone).due
    assert adherence([adherence_row(due, settled, zone)]).percent == 0


def test_a_day_that_is_not_over_counts_only_when_all_is_done() -> None:
    noon = datetime(2026, 3, 28, 12, tzinfo=UTC)
    part = adherence_row(due_exercise(DAY, an_exercise(), [a_set()], []), noon, ZONE)
    whole = adherence_row(due_exercise(DAY, an_exercise(), [a_set()] * 3, []), noon, ZONE)
    assert (part.due, whole.due) == (False, True)
    assert adherence_row(due_exercise(DAY, an_exercise(), [a_set()], []), noon + timedelta(hours=12), ZONE).due


@pytest.mark.parametrize(
    ("since", "day", "due"),
    [
        (date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 12, 15), date(2027, 1, 16), date(2027, 2, 15)),
        (date(2027, 12, 31), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_tune_up_comes_every_month_also_where_months_are_short(since: date, day: date, due: date) -> None:
    assert tune_up_on(Stage.SELF_MANAGED, since, day) == due


def test_before_discharge_there_is_no_tune_up() -> None:
    assert tune_up_on(Stage.ELEVATE, DAY, DAY) is None


@given(st.integers(1, 40))
def test_feedback_never_grows_begins_whole_and_ends_with_nothing(sessions: int) -> None:
    shares = [feedback_percent(sessions, number) for number in range(1, sessions + 1)]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 100 for share in shares)
    if sessions > 1:
        assert (shares[0], shares[-1]) == (100, 0)


def test_retraining_sessions_grow_while_feedback_fades_and_then_are_over() -> None:
    plan = Retraining(
        stage=Stage.RESTORE,
        exercise="mirror_feedback_running",
        setting=RetrainingSetting.MIRROR,
        cues=tuple(Cue),
        sessions=8,
        first_minutes=15,
        last_minutes=30,
    )
    told = [next_session(plan, done) for done in range(8)]
    assert [one.feedback_percent for one in told if one] == [100, 100, 100, 100, 75, 50, 25, 0]
    assert [one.minutes for one in told if one][::7] == [15, 30]
    assert next_session(plan, 8) is None


POLICY = Policy()


@pytest.mark.parametrize(
    ("facts", "on"),
    [
        ({}, False),
        ({"irritability": "high"}, True),
        ({"irritability": "moderate"}, False),
        ({"squat_45_pain": 3.0}, False),
        ({"squat_45_pain": 3.1}, True),
        ({"tolerated_loaded_bend_deg": 44}, True),
        ({"tolerated_loaded_bend_deg": 45}, False),
    ],
)
def test_each_of_the_three_conditions_puts_the_hip_first(facts: dict[str, Any], on: bool) -> None:
    assert hip_first(HipFirstFacts(**facts), POLICY).on is on


def test_once_on_only_a_squat_to_60_degrees_at_2_or_less_ends_it() -> None:
    sore = HipFirstFacts(squat_45_pain=5)
    assert hip_first_along([sore, HipFirstFacts(squat_45_pain=1)], POLICY)[-1].on
    assert hip_first_along([sore, HipFirstFacts(squat_60_pain=2.1)], POLICY)[-1].on
    assert not hip_first_along([sore, HipFirstFacts(squat_60_pain=2)], POLICY)[-1].on
    assert hip_first_along([HipFirstFacts(squat_60_pain=1, irritability="high")], POLICY)[-1].on


def test_irritability_is_high_by_two_known_signs_and_otherwise_unknown_while_something_is_not_told() -> None:
    assert known_irritability(7, None, None, True) == "high"
    assert known_irritability(7, None, None, None) is None
    assert known_irritability(2, 1, False, False) == "low"
    assert known_irritability(None, 1, False, False) is None


def test_a_set_without_repetitions_or_seconds_is_no_work() -> None:
    assert work_done([a_set(repetitions=None)], "clamshell", Side.LEFT, in_seconds=False) == 0
    assert work_done([a_set(repetitions=None, hold_seconds=30)], "clamshell", Side.LEFT, in_seconds=True) == 30
    assert work_done([a_set(repetitions=3, hold_seconds=30)], "clamshell", Side.LEFT, in_seconds=True) == 90
    assert work_done([a_set(repetitions=3)], "clamshell", Side.LEFT, in_seconds=True) == 0
    assert work_done([a_set()], "squat", Side.LEFT, in_seconds=False) is None


def test_what_was_skipped_counts_as_nothing_at_once_and_what_was_not_logged_only_later() -> None:
    """The day of a skip need not be waited for; the end of a day is that of the person's own clock."""
    midnight = datetime(2026, 3, 29, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    skipped = due_exercise(DAY, an_exercise(), [], [a_skip()])
    silent = due_exercise(DAY, an_exercise(), [], [])
    begun = due_exercise(DAY, an_exercise(), [a_set()], [])
    instant = timedelta(microseconds=1)
    assert adherence([adherence_row(skipped, midnight, ZONE)]).percent == 0.0
    assert adherence([adherence_row(skipped, midnight - instant, ZONE)]).percent is None
    assert adherence([adherence_row(silent, midnight + timedelta(hours=48) - instant, ZONE)]).percent is None
    assert adherence([adherence_row(silent, midnight + timedelta(hours=48), ZONE)]).percent == 0.0
    assert adherence([adherence_row(begun, midnight - instant, ZONE)]).percent is None
    assert adherence([adherence_row(begun, midnight, ZONE)]).percent == 33.3
