"""The wording that a clinic loads: it fits the items of the instrument, or is refused whole."""

from __future__ import annotations

from typing import Any

import pytest

from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.texts import TextsUnfit, check_texts
from tests.unit.refusing import refused_at

KOOS_PF, AKPS, PSFS = INSTRUMENTS["koos_pf"], INSTRUMENTS["akps"], INSTRUMENTS["psfs"]


def a_text(item: str, *scores: int) -> dict[str, Any]:
    return {"item": item, "text": "x", "options": [{"score": score, "text": "y"} for score in scores]}


WHOLE = [a_text(str(number), 0, 1, 2, 3, 4) for number in range(1, 12)]


def refusals(instrument: Any, texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return refused_at(lambda: check_texts(instrument, {"items": texts}))


def test_a_text_for_each_item_is_taken_and_words_for_scores_are_free() -> None:
    check_texts(KOOS_PF, {"items": WHOLE})
    check_texts(KOOS_PF, {"items": [a_text(one["item"]) for one in WHOLE]})
    check_texts(PSFS, {"items": [a_text("1", 0, 10)]})


def test_every_item_that_has_no_text_is_named() -> None:
    assert refusals(KOOS_PF, WHOLE[2:]) == [("/items", "missing"), ("/items", "missing")]
    with pytest.raises(TextsUnfit) as refused:
        check_texts(KOOS_PF, {"items": WHOLE[1:]})
    assert "item 1" in refused.value.faults[0].detail
    assert refusals(PSFS, []) == [("/items", "missing")]


def test_an_item_that_is_not_there_and_one_told_twice_are_refused_at_their_places() -> None:
    assert refusals(KOOS_PF, [*WHOLE, a_text("12")]) == [("/items/11/item", "unknown_item")]
    assert refusals(KOOS_PF, [*WHOLE, WHOLE[3]]) == [("/items/3/item", "repeated"), ("/items/11/item", "repeated")]


@pytest.mark.parametrize(("score", "fits"), [(-1, False), (0, True), (4, True), (5, False)])
def test_words_are_for_scores_of_the_item(score: int, fits: bool) -> None:
    told = [a_text("1", 0, score), *WHOLE[1:]]
    if fits:
        check_texts(KOOS_PF, {"items": told})
    else:
        assert refusals(KOOS_PF, told) == [("/items/0/options/1/score", "not_an_option")]


def test_an_item_with_its_own_scores_has_only_those() -> None:
    told = [a_text(item.id) for item in AKPS.items]
    check_texts(AKPS, {"items": [a_text("limp", 5, 3, 0), *[one for one in told if one["item"] != "limp"]]})
    lowest_first = [a_text("limp", 0), *[one for one in told if one["item"] != "limp"]]
    check_texts(AKPS, {"items": lowest_first})
    worse = [a_text("limp", 4), *[one for one in told if one["item"] != "limp"]]
    assert refusals(AKPS, worse) == [("/items/0/options/0/score", "not_an_option")]


def test_a_scale_that_does_not_begin_at_0_has_words_from_its_lowest_score() -> None:
    tsk11 = INSTRUMENTS["tsk11"]
    told = [a_text(str(number), 1, 4) for number in range(1, 12)]
    check_texts(tsk11, {"items": told})
    assert refusals(tsk11, [a_text("1", 0), *told[1:]]) == [("/items/0/options/0/score", "not_an_option")]
