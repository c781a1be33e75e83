"""The runner and the judge of the mutants are themselves able to say no."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mutmut.stats import status_by_exit_code

from tests import mutants
from tests.architecture.source import ROOT

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


RULES = """
from functools import lru_cache

def limit(pain):
    return pain >= 3

def settled(pain):
    for _ in iter(int, pain):
        pass
    return True

def asked(pain):
    return pain * 2

def unasked(pain):
    return pain - 1

@lru_cache
def kept(pain):
    return asked(pain)
"""
SEEING = """
from rules.planted import kept, limit, settled

def test_a_limit_is_seen_on_one_side_alone():
    assert limit(7)

def test_settled():
    assert settled(0)

def test_what_is_remembered():
    assert kept(3) == 6
"""
TREE = """
[tool.mutmut]
source_paths = ["rules"]
only_mutate = ["rules/*"]
also_copy = ["test_planted.py"]
pytest_add_cli_args_test_selection = ["test_planted.py"]
"""


def run_on(tree: Path) -> tuple[int, dict[str, list[str]]]:
    """Run the runner on a tree; its exit status, and the verdicts of each function's mutants in order."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    alone["MUTANTS_LEAST_S"] = "1"
    runner = [sys.executable, "-P", ROOT / "tests" / "mutating.py"]
    done = subprocess.run(runner, cwd=tree, env=alone, capture_output=True, text=True, timeout=120, check=False)
    told = defaultdict(list)
    kept = json.loads((tree / "mutants" / "rules" / "planted.py.meta").read_text())
    for name, status in kept["exit_code_by_key"].items():
        told[name.removeprefix("rules.planted.x_").partition("__")[0]].append(status_by_exit_code[status])
    return done.returncode, told


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of a few rules, with tests that see some of what can be changed in them."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").touch()
    (tmp_path / "rules" / "planted.py").write_text(RULES)
    (tmp_path / "test_planted.py").write_text(SEEING)
    (tmp_path / "pyproject.toml").write_text(TREE)
    return tmp_path


@pytest.mark.deep
def test_the_runner_tells_what_is_seen_what_is_not_what_never_ends_and_what_nobody_asks(tree: Path) -> None:
    status, told = run_on(tree)
    assert status == 0
    assert told["limit"] == ["survived", "survived"], "7 is at least 3, more than 3, and at least 4"
    assert Counter(told["settled"]) == {"killed": 4, "timeout": 1}
    assert set(told["asked"]) == {"killed"}, "what an earlier test left in a cache hides nothing"
    assert set(told["unasked"]) == {"no tests"}


@pytest.mark.deep
def test_where_a_test_fails_without_a_mutant_nothing_is_told(tree: Path) -> None:
    (tree / "test_planted.py").write_text(SEEING.replace("assert limit(7)", "assert not limit(7)"))
    status, told = run_on(tree)
    assert status != 0
    assert {verdict for verdicts in told.values() for verdict in verdicts} == {"not checked"}
