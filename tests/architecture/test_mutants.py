"""The judge of the mutants is itself able to say no."""

from __future__ import annotations

import ast

import pytest

from tests import mutants

HERE = "app.guidance.domain.planted"
MODULE = """
def x_is_sore__mutmut_orig(pain, limit):
    return pain is not None and pain > limit

def x_is_sore__mutmut_1(pain, limit):
    return pain is not None and pain >= limit

def x_is_sore__mutmut_2(pain, limit):
    return pain is not None or pain > limit

def x_said__mutmut_orig(pain):
    return finding("SORE", pain)

def x_said__mutmut_1(pain):
    return finding("XXSOREXX", pain)
"""


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = {node.name: node for node in ast.parse(MODULE).body if isinstance(node, ast.FunctionDef)}
    monkeypatch.setattr(mutants, "functions_of", lambda module: functions)


def listed(*verdicts: str, seen: int = 60) -> dict[str, str]:
    """Read a list of results: some that were killed, and those told."""
    killed = [f"    {HERE}.x_other__mutmut_{number}: killed" for number in range(seen)]
    return mutants.verdicts(
        "\n".join(["To apply a mutant: ...", *killed, *(f"    {HERE}.{told}" for told in verdicts)])
    )


def test_a_run_in_which_every_mutant_was_seen_is_good() -> None:
    found = listed("x_is_sore__mutmut_1: killed", "x_is_sore__mutmut_2: timeout")
    assert len(found) == 62
    assert mutants.faults_of(found) == []


@pytest.mark.parametrize("number", [1, 2])
def test_one_comparison_or_guard_whose_change_nobody_saw_is_a_fault(number: int) -> None:
    (fault,) = mutants.faults_of(listed(f"x_is_sore__mutmut_{number}: survived"))
    assert fault.startswith(f"{HERE}.x_is_sore__mutmut_{number}: return pain is not None ")


@pytest.mark.parametrize("verdict", ["survived", "no tests", "suspicious"])
def test_another_change_that_nobody_saw_counts_in_the_percent_alone(verdict: str) -> None:
    found = listed(f"x_said__mutmut_1: {verdict}")
    assert mutants.unseen(found) == [f"{HERE}.x_said__mutmut_1"]
    assert mutants.faults_of(found) == []


def test_too_many_that_nobody_saw_are_a_fault() -> None:
    assert mutants.faults_of(listed("x_said__mutmut_1: survived", seen=9)) == []
    assert mutants.faults_of(listed("x_said__mutmut_1: survived", seen=8)) == ["88.9 % were seen, 90.0 % are needed"]


def test_a_run_that_did_not_come_to_its_end_is_a_fault() -> None:
    assert mutants.faults_of(listed("x_said__mutmut_1: not checked"))
    assert mutants.faults_of({})
