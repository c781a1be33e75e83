"""Values nobody has checked: what is taken at the edge, and what is refused with its place and reason."""

from __future__ import annotations

import math
from typing import Any

import pytest

from app.outcomes.domain.strict import InputError, amount, flag, is_number, number, record, refusal, rows, whole
from tests.unit.refusing import refused_at

ODD = [None, True, False, "3", [], {}]


@pytest.mark.parametrize("value", [0, 1, -1, 1.5, 10**400, 5e-324])
def test_a_finite_number_is_one(value: object) -> None:
    assert is_number(value)


@pytest.mark.parametrize("value", [*ODD, math.nan, math.inf, -math.inf], ids=repr)
def test_all_else_is_no_number(value: object) -> None:
    assert not is_number(value)


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_what_is_no_number_is_refused_as_such(value: object) -> None:
    for read in (number, whole):
        assert refused_at(lambda read=read: read(value, 0, 10, "/x")) == [("/x", "not_a_number")]  # type: ignore[misc]
    assert refused_at(lambda: amount(value, 10, "/x")) == [("/x", "not_a_number")]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.1, 10.1, -1, 11, 10**400])
def test_what_lies_outside_is_refused_as_such(value: float) -> None:
    assert refused_at(lambda: number(value, 0, 10, "/x")) == [("/x", "out_of_range")]
    assert refused_at(lambda: amount(value, 10, "/x")) == [("/x", "out_of_range")]
    assert refused_at(lambda: whole(value, 0, 10, "/x")) == [("/x", "out_of_range")]


@pytest.mark.parametrize("value", [0, 10, 0.0, 10.0, 3.5])
def test_both_ends_are_inside(value: float) -> None:
    assert number(value, 0, 10, "/x") == value


def test_an_amount_is_above_nothing() -> None:
    assert amount(0.01, 10, "/x") == 0.01
    assert amount(10, 10, "/x") == 10
    for nothing in (0, 0.0, -0.0):
        assert refused_at(lambda nothing=nothing: amount(nothing, 10, "/x")) == [("/x", "out_of_range")]  # type: ignore[misc]


def test_a_whole_number_may_be_written_with_a_point_and_becomes_one() -> None:
    assert (whole(3.0, 0, 10, "/x"), type(whole(3.0, 0, 10, "/x"))) == (3, int)
    assert refused_at(lambda: whole(3.5, 0, 10, "/x")) == [("/x", "not_whole")]


@pytest.mark.parametrize("value", [None, 0, 1, "true", []], ids=repr)
def test_a_flag_is_true_or_false(value: object) -> None:
    assert (flag(True, "/x"), flag(False, "/x")) == (True, False)
    assert refused_at(lambda: flag(value, "/x")) == [("/x", "not_a_flag")]


def test_rows_are_a_list_and_not_too_many() -> None:
    assert rows([1, 2], 2, "/x") == [1, 2]
    assert refused_at(lambda: rows([1, 2, 3], 2, "/x")) == [("/x", "too_many")]
    for other in (None, (1,), {}, "ab"):
        assert refused_at(lambda other=other: rows(other, 2, "/x")) == [("/x", "not_a_list")]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (None, ("/x", "not_an_object")),
        ([], ("/x", "not_an_object")),
        ({}, ("/x/a", "missing")),
        ({"b": 1}, ("/x/a", "missing")),
        ({"a": 1, "c": 2}, ("/x/c", "unknown_key")),
        ({"a": 1, "<script>": 2}, ("/x", "unknown_key")),
        ({"a": 1, "k" * 40: 2}, ("/x/" + "k" * 40, "unknown_key")),
        ({"a": 1, "k" * 41: 2}, ("/x", "unknown_key")),
        ({"a": 1, 5: 2}, ("/x", "unknown_key")),
    ],
)
def test_an_object_has_what_it_needs_and_nothing_unknown(given: Any, fault: tuple[str, str]) -> None:
    needed, optional = frozenset({"a"}), frozenset({"b"})
    assert record({"a": 1, "b": 2}, needed, "/x", optional) == {"a": 1, "b": 2}
    assert record({"a": None}, needed, "/x", optional) == {"a": None}
    assert refused_at(lambda: record(given, needed, "/x", optional)) == [fault]


def test_of_several_keys_that_are_missing_the_first_by_name_is_told() -> None:
    assert refused_at(lambda: record({}, frozenset({"b", "a"}), "")) == [("/a", "missing")]


def test_a_refusal_can_be_told_of_a_deeper_place() -> None:
    told = refusal("/pain", "out_of_range", "Too much.").below("/sessions/3")
    assert isinstance(told, InputError)
    assert told.detail == "Too much."
    assert [(one.pointer, one.code, one.detail) for one in told.faults] == [
        ("/sessions/3/pain", "out_of_range", "Too much.")
    ]
