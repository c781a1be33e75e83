"""The golden vectors, one by one, and the runner that compares them."""

from __future__ import annotations

import json
import math
from collections import Counter
from importlib.resources import files

import pytest

from app.guidance.domain.conformance import KINDS, VectorsMalformed, revived, run_vectors, same

DOCUMENT = json.loads((files("app.guidance") / "golden" / "rule_vectors.json").read_text("utf-8"))
VECTORS = DOCUMENT["vectors"]
SPIKE = {"id": "X1", "kind": "spike", "input": {"distance_km": 6, "longest_prev_30d_km": 5}}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']}-{vector['kind']}")
def test_the_engine_answers_as_written_on_paper(vector):
    (result,) = run_vectors({"vectors": [vector]})
    assert result.differences == ()


def test_every_vector_is_run_and_every_kind_has_one():
    results = run_vectors(DOCUMENT)
    assert [result.id for result in results] == [vector["id"] for vector in VECTORS]
    assert len(results) == 427
    assert Counter(result.kind for result in results).keys() == KINDS.keys()


def test_only_the_expected_keys_are_compared():
    assert run_vectors({"vectors": [{**SPIKE, "expected": {"class": "small"}}]})[0].differences == ()


@pytest.mark.parametrize(
    "expected", [{"class": "large"}, {"ratio": 1.3}, {"weight": 1}, {"error": "InputError"}, {"ratio": None}]
)
def test_a_different_answer_is_told(expected):
    assert run_vectors({"vectors": [{**SPIKE, "expected": expected}]})[0].differences


def test_a_refusal_where_an_answer_is_expected_is_told():
    vector = {**SPIKE, "input": {"distance_km": "$NaN", "longest_prev_30d_km": 5}, "expected": {"ratio": 1.2}}
    found = run_vectors({"vectors": [vector]})[0]
    assert (found.error, found.output) == ("InputError", None)
    assert found.differences


def test_a_refusal_of_the_wrong_family_is_told():
    vector = {**SPIKE, "input": {}, "expected": {"error": "PolicyError"}}
    assert run_vectors({"vectors": [vector]})[0].differences


def test_an_unknown_kind_is_told_and_never_skipped():
    found = run_vectors({"vectors": [{**SPIKE, "kind": "horoscope", "expected": {"ratio": 1.2}}]})
    assert [(result.error, bool(result.differences)) for result in found] == [("unknown_kind", True)]


def test_a_crash_is_told_and_the_other_vectors_still_run(monkeypatch):
    monkeypatch.setitem(KINDS, "lsi", lambda given: {"percent": 1 / 0})
    crashing = {"id": "X2", "kind": "lsi", "input": {}, "expected": {"error": "ZeroDivisionError"}}
    found = run_vectors({"vectors": [crashing, {**SPIKE, "expected": {"ratio": 1.2}}]})
    assert [bool(result.differences) for result in found] == [True, False]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], "/vectors"),
        ({}, "/vectors"),
        ({"vectors": {}}, "/vectors"),
        ({"vectors": [1]}, "/vectors/0"),
        ({"vectors": [SPIKE]}, "/vectors/0/expected"),
        ({"vectors": [{**SPIKE, "expected": {}}]}, "/vectors/0/expected"),
    ],
)
def test_a_malformed_file_says_where(document, pointer):
    with pytest.raises(VectorsMalformed) as refused:
        run_vectors(document)
    assert refused.value.faults[0].pointer == pointer


def test_one_is_not_true_and_five_is_five_point_zero():
    assert same(5, 5.0)
    assert same({"a": [1.0]}, {"a": [1]})
    assert not same(1, True)
    assert not same(0, False)
    assert not same([1], [1, 2])
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same(None, 0)
    assert not same([1], 1)
    assert not same(1, [1])
    assert not same({"a": 1}, 1)
    assert not same(1, {"a": 1})
    assert not same({"a": 1}, {"a": 2})
    assert not same([1, 2], [1, 3])
    assert same(1, 1 + 1e-10)
    assert not same(1, 1 + 1e-8)
    assert same(None, None)
    assert not same("a", "b")


def test_numbers_that_json_cannot_write_are_put_back_wherever_they_stand():
    told = revived({"a": ["$NaN", "$Infinity", {"b": "$-Infinity"}], "c": "NaN", "d": True, "e": None, "f": 2})
    assert math.isnan(told["a"][0])
    assert told["a"][1:] == [math.inf, {"b": -math.inf}]
    assert (told["c"], told["d"], told["e"], told["f"]) == ("NaN", True, None, 2)
