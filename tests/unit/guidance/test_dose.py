"""The two-session rule for the dose of one exercise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.criterion import Criterion, Verdict
from app.guidance.domain.dose import Direction, DoseProposal, DoseSession, DoseStep, dose_proposal
from app.guidance.domain.policy import Policy
from app.programmes.domain.plan import Dosage

POLICY = Policy()
DOSAGE = Dosage(sets=3, repetitions=10, hold_seconds=0, load_kg=10.0, tempo=None, rest_seconds=60, days_per_week=3)


def a_session(days_ago: int = 0, **changes: Any) -> DoseSession:
    """Return a full session at 1/10 with quiet mornings."""
    usual = {"is_full_dose": True, "pain": 1.0, "morning_before": 0.0, "morning_after": 0.0}
    return DoseSession(on=date(2026, 3, 30) - timedelta(days=days_ago), **{**usual, **changes})


def asked(*sessions: DoseSession, dosage: Dosage = DOSAGE) -> DoseProposal:
    """Return the proposal after these sessions."""
    return dose_proposal(sessions, dosage, POLICY, ["harder"], ["easier"])


def test_two_full_sessions_in_the_progress_band_allow_more_in_the_order_of_the_rule() -> None:
    proposal = asked(a_session(3), a_session(1, pain=2.0))
    assert proposal.direction is Direction.PROGRESS
    assert [one.step for one in proposal.options] == [
        DoseStep.NEXT_EXERCISE,
        DoseStep.MORE_SETS,
        DoseStep.MORE_LOAD,
    ]
    assert (proposal.options[0].exercise, proposal.options[1].sets) == ("harder", 4)
    assert proposal.options[2].load_kg == (10.5, 11.0)


def test_four_sets_are_the_most_and_no_load_is_not_raised() -> None:
    proposal = asked(a_session(3), a_session(1), dosage=replace(DOSAGE, sets=4, load_kg=None))
    assert [one.step for one in proposal.options] == [DoseStep.NEXT_EXERCISE]


@pytest.mark.parametrize(
    "changes",
    [
        {"pain": None},
        {"pain": 2.1},
        {"pain": 3.0},
        {"is_full_dose": False},
        {"morning_after": None},
        {"morning_after": 1.1},
        {"morning_before": None, "morning_after": 2.1},
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_one_session_that_is_not_good_holds(changes: dict[str, Any], place: int) -> None:
    sessions = [a_session(3), a_session(1)]
    sessions[place] = replace(sessions[place], **changes)
    assert asked(*sessions).direction is Direction.HOLD


def test_one_session_alone_says_nothing() -> None:
    assert asked(a_session()).direction is Direction.HOLD
    assert asked(a_session(pain=9.0)).direction is Direction.HOLD
    assert asked().direction is Direction.HOLD


@pytest.mark.parametrize("changes", [{"pain": 3.1}, {"pain": 9.0, "is_full_dose": False}, {"morning_after": 1.5}])
def test_two_sessions_over_lead_to_the_easier_exercise(changes: dict[str, Any]) -> None:
    proposal = asked(a_session(3, **changes), a_session(1, **changes))
    assert proposal.direction is Direction.REGRESS
    assert [(one.step, one.exercise) for one in proposal.options] == [(DoseStep.EASIER_EXERCISE, "easier")]
    assert [one.code for one in proposal.reasons] == ["over", "over"]
    assert proposal.reasons[0].thresholds["acceptable_max"] == 3.0


def test_where_there_is_no_easier_exercise_less_of_this_one_is_proposed() -> None:
    over = [a_session(3, pain=5.0), a_session(1, pain=5.0)]
    assert dose_proposal(over, DOSAGE, POLICY, [], []).options[0].step is DoseStep.LESS


def test_only_the_last_two_sessions_count() -> None:
    assert asked(a_session(9, pain=9.0), a_session(3), a_session(1)).direction is Direction.PROGRESS
    assert asked(a_session(9), a_session(3), a_session(1, pain=3.1)).direction is Direction.HOLD


@pytest.mark.parametrize(
    ("changes", "direction"),
    [
        ({"pain": 2.0}, Direction.PROGRESS),
        ({"morning_after": 1.0}, Direction.PROGRESS),
        ({"morning_before": 3.0, "morning_after": 4.0}, Direction.PROGRESS),
        ({"morning_before": None, "morning_after": 2.0}, Direction.PROGRESS),
        ({"morning_before": None, "morning_after": 2.1}, Direction.HOLD),
        ({"morning_before": None, "morning_after": 9.0}, Direction.HOLD),
        ({"pain": 3.0}, Direction.HOLD),
        ({"pain": 3.1}, Direction.REGRESS),
        ({"morning_before": 3.0, "morning_after": 4.1}, Direction.REGRESS),
        ({"pain": None, "morning_after": 1.1}, Direction.REGRESS),
        ({"pain": 5.0, "morning_after": None}, Direction.REGRESS),
    ],
)
def test_the_dose_turns_at_its_numbers(changes: dict[str, Any], direction: Direction) -> None:
    assert asked(a_session(3, **changes), a_session(1, **changes)).direction is direction


@pytest.mark.parametrize(
    ("changes", "code", "verdict"),
    [
        ({}, "good", Verdict.MET),
        ({"pain": 4.0}, "over", Verdict.NOT_MET),
        ({"pain": 2.5}, "neither", Verdict.NOT_MET),
        ({"pain": None}, "neither", Verdict.UNKNOWN),
    ],
)
def test_each_session_gives_its_reason_with_what_it_saw(changes: dict[str, Any], code: str, verdict: Verdict) -> None:
    session = a_session(3, **changes)
    thresholds = {"progress_max": 2.0, "acceptable_max": 3.0, "morning_tolerance": 1.0}
    facts = {
        "on": "2026-03-27",
        "full_dose": True,
        "pain": session.pain,
        "morning_before": 0.0,
        "morning_after": 0.0,
    }
    assert asked(session).reasons == (Criterion(code, verdict, facts, thresholds, ("E", "smith2017_painful")),)


def test_a_load_grows_by_five_to_ten_percent() -> None:
    proposal = asked(a_session(3), a_session(1), dosage=replace(DOSAGE, load_kg=42.0))
    assert proposal.options[2].load_kg == (44.1, 46.2)


SCORES = st.one_of(st.none(), st.integers(0, 100).map(lambda tenths: tenths / 10))
SESSIONS = st.builds(
    DoseSession,
    on=st.just(date(2026, 3, 30)),
    is_full_dose=st.booleans(),
    pain=SCORES,
    morning_before=SCORES,
    morning_after=SCORES,
)
ORDER = [Direction.PROGRESS, Direction.HOLD, Direction.REGRESS]


@given(st.lists(SESSIONS, max_size=4))
def test_pain_that_was_not_told_never_progresses(sessions: list[DoseSession]) -> None:
    if asked(*sessions).direction is Direction.PROGRESS:
        assert all(one.pain is not None and one.pain <= 2 and one.is_full_dose for one in sessions[-2:])
        for place in (-1, -2):
            silent = [*sessions]
            silent[place] = replace(silent[place], pain=None)
            assert asked(*silent).direction is not Direction.PROGRESS


@given(st.lists(SESSIONS, max_size=4), st.integers(0, 50))
def test_more_pain_never_leads_to_more(sessions: list[DoseSession], tenths: int) -> None:
    worse = [replace(one, pain=None if one.pain is None else min(10.0, one.pain + tenths / 10)) for one in sessions]
    assert ORDER.index(asked(*worse).direction) >= ORDER.index(asked(*sessions).direction)


def test_who_holds_is_offered_nothing_and_who_may_do_more_is_told_why() -> None:
    held = asked(a_session(3), a_session(1, pain=2.5))
    assert (held.direction, held.options) == (Direction.HOLD, ())
    assert [one.code for one in held.reasons] == ["good", "neither"]
    more = asked(a_session(3), a_session(1))
    assert [one.code for one in more.reasons] == ["good", "good"]
