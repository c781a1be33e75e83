"""Answers to questionnaires: the worked examples of CLINICAL 4 by hand, what is refused, and what has no score."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.kernel.ids import new_id
from app.logbook.domain import Side
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.questionnaires import AKPS_OPTIONS
from app.outcomes.domain.responses import QuestionnaireResponse, check_response, score_of
from app.outcomes.domain.words import Questionnaire
from tests.unit.refusing import refused_at

WORKED_AKPS = dict(zip(AKPS_OPTIONS, [3, 5, 3, 8, 4, 8, 7, 8, 8, 10, 10, 5, 5], strict=True))
WORKED_KOOS_PF = [1, 1, 2, 2, 1, 0, 1, 2, 1, 1, 1]


def numbered(scores: list[Any]) -> dict[str, Any]:
    """Return scores by the number of their item."""
    return {str(place): score for place, score in enumerate(scores, 1)}


def a_response(instrument: str, items: dict[str, Any], **changes: Any) -> QuestionnaireResponse:
    """Return a response to the form that is known here."""
    told: dict[str, Any] = {
        "instrument_version": INSTRUMENTS[instrument].version,
        "side": None,
        "activity_names": None,
        **changes,
    }
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    return QuestionnaireResponse(
        id=new_id(), performed_at=at, zone="UTC", instrument=Questionnaire(instrument), items=items, **told
    )


@pytest.mark.parametrize(
    ("instrument", "items", "score"),
    [
        ("akps", WORKED_AKPS, 84.0),
        ("koos_pf", numbered(WORKED_KOOS_PF), 70.5),
        ("koos_pf", numbered([1] * 6 + [None] * 5), 75.0),
        ("lefs", numbered([3] * 20), 60.0),
        ("tsk11", numbered([2] * 11), 22.0),
        ("phq2", numbered([2, 1]), 3.0),
        ("global_change", {"score": -3}, -3.0),
        ("nrs_worst", {"score": 0}, 0.0),
        ("nrs_during_run", {"score": 3.1}, 3.1),
    ],
)
def test_the_worked_examples_come_out_as_they_do_by_hand(instrument: str, items: dict[str, Any], score: float) -> None:
    response = a_response(instrument, items)
    check_response(response)
    assert (score_of(response).score, score_of(response).because) == (score, None)


def test_a_psfs_is_the_mean_of_the_activities_that_the_patient_named() -> None:
    response = a_response("psfs", numbered([3, 4, 6]), activity_names=("a", "b", "c"))
    check_response(response)
    assert score_of(response).score == 4.3


@pytest.mark.parametrize(
    ("instrument", "items", "because"),
    [
        ("koos_pf", numbered([1] * 5 + [None] * 6), "too_few_answers"),
        ("akps", {**WORKED_AKPS, "pain": None}, "incomplete"),
        ("lefs", numbered([4] * 19 + [None]), "incomplete"),
        ("tsk11", numbered([1] * 10 + [None]), "incomplete"),
        ("phq2", numbered([None, 3]), "incomplete"),
        ("nrs_worst", {"score": None}, "incomplete"),
    ],
)
def test_what_is_not_complete_is_kept_and_has_no_score_and_says_why(
    instrument: str, items: dict[str, Any], because: str
) -> None:
    response = a_response(instrument, items)
    check_response(response)
    assert (score_of(response).score, score_of(response).because) == (None, because)


def test_a_psfs_with_an_activity_left_out_has_no_score() -> None:
    response = a_response("psfs", numbered([3, None]), activity_names=("a", "b"))
    check_response(response)
    assert score_of(response).score is None


def refusals(response: QuestionnaireResponse) -> list[tuple[str, str]]:
    """Return pointer and code of each thing that is refused."""
    return refused_at(lambda: check_response(response))


@pytest.mark.parametrize(
    ("instrument", "items", "refusal"),
    [
        ("akps", {**WORKED_AKPS, "limp": 2}, ("/items/limp", "not_an_option")),
        ("akps", {**WORKED_AKPS, "squatting": 1}, ("/items/squatting", "not_an_option")),
        ("akps", {**WORKED_AKPS, "stairs": 11}, ("/items/stairs", "out_of_range")),
        ("akps", {k: v for k, v in WORKED_AKPS.items() if k != "pain"}, ("/items/pain", "required")),
        ("akps", {**WORKED_AKPS, "mood": 5}, ("/items", "unknown_item")),
        ("koos_pf", numbered([5, *WORKED_KOOS_PF[1:]]), ("/items/1", "out_of_range")),
        ("koos_pf", numbered([0.5, *WORKED_KOOS_PF[1:]]), ("/items/1", "not_a_step")),
        ("koos_pf", numbered(WORKED_KOOS_PF[:10]), ("/items/11", "required")),
        ("tsk11", numbered([0] + [1] * 10), ("/items/1", "out_of_range")),
        ("lefs", numbered([1] * 21), ("/items", "unknown_item")),
        ("global_change", {"score": -6}, ("/items/score", "out_of_range")),
        ("nrs_worst", {"score": 3.14}, ("/items/score", "not_a_step")),
        ("nrs_worst", {"score": 3.1000001}, ("/items/score", "not_a_step")),
        ("nrs_worst", {}, ("/items/score", "required")),
    ],
)
def test_an_answer_that_the_instrument_does_not_have_is_refused_at_its_place(
    instrument: str, items: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert refusal in refusals(a_response(instrument, items))


@pytest.mark.parametrize(
    ("instrument", "items", "changes", "refusal"),
    [
        ("lefs", numbered([3] * 20), {"side": Side.LEFT}, ("/side", "not_about_a_knee")),
        ("nrs_worst", {"score": 1}, {"instrument_version": "1993"}, ("/instrument_version", "unknown")),
        ("nrs_worst", {"score": 1}, {"activity_names": ("a",)}, ("/activity_names", "not_of_this_instrument")),
        ("psfs", {"1": 4}, {}, ("/activity_names", "required")),
        ("psfs", {"1": 4, "2": 4}, {"activity_names": ("a",)}, ("/items", "without_a_name")),
        ("psfs", {"1": 4}, {"activity_names": ("a", "b")}, ("/items/2", "required")),
    ],
)
def test_what_does_not_belong_to_the_instrument_is_refused(
    instrument: str, items: dict[str, Any], changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert refusal in refusals(a_response(instrument, items, **changes))
