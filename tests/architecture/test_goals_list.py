"""The table of the goals in docs/reliability.md: each goal has its line, and what a line names is there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT
from tests.architecture.test_rules_list import defined, quoted

GOALS = 46
LIST = (ROOT / "docs" / "reliability.md").read_text("utf-8")
COLUMNS = ("goal", "what", "tests", "level", "seen", "planted")
OF_LEVEL = {"C": r"pytest\.mark\.deep", "N": r"torture|pytest\.mark\.generated"}
"""What stands in one of the tests of a line that says it is run at a level."""


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the lines of the table of goals, by column."""
    lines = re.findall(r"^\| G[0-9].*$", text, re.MULTILINE)
    return [dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split(" | ")), strict=True)) for line in lines]


def is_there(test: str) -> bool:
    """Is a test there, by its file, or by its name in a file?"""
    file, _, name = test.partition("::")
    path = ROOT / file
    return path.exists() and (not name or name in defined(path))


def words_of(row: dict[str, str]) -> str:
    """Return the text of all tests of a line, and of the list of what `make torture` runs."""
    files = {test.partition("::")[0] for test in quoted(row["tests"])}
    texts = [(ROOT / file).read_text("utf-8") for file in files if (ROOT / file).is_file()]
    steps = (ROOT / "tests" / "torture.py").read_text("utf-8")
    return "\n".join([*texts, *(f"{file} torture" for file in files if file in steps)])


def faults_of(text: str) -> list[str]:
    """Return what is wrong with a table of goals."""
    rows = rows_of(text)
    said = [row["goal"] for row in rows]
    wanted = [f"G{number}" for number in range(1, GOALS + 1)]
    found = [f"{goal} has no line" for goal in wanted if goal not in said]
    found += [] if said == wanted or found else ["the goals stand in another order, or twice"]
    for row in rows:
        goal, tests = row["goal"], quoted(row["tests"])
        found += [f"{goal}: {test} is gone" for test in tests if not is_there(test)]
        found += [] if tests else [f"{goal} is held by no test"]
        found += [] if re.fullmatch(r"-|2[0-9]{3}-[01][0-9]-[0-3][0-9]", row["seen"]) else [f"{goal}: seen when?"]
        found += [] if row["planted"].strip("- ") else [f"{goal}: what was planted?"]
        levels = re.findall(r"\b[BCN]\b", re.sub(r"`[^`]*`", "", row["level"]))
        found += [] if levels else [f"{goal}: at which level?"]
        found += [f"{goal} is not run at {one}" for one in set(levels) & set(OF_LEVEL) if not is_run_at(one, row)]
    return found


def is_run_at(level: str, row: dict[str, str]) -> bool:
    """Does one of the tests of a line belong to a level, or the folder's tests by turns?"""
    takes_turns = level == "C" and "tests/keeping" in row["tests"]
    return takes_turns or "mutants" in row["level"] or re.search(OF_LEVEL[level], words_of(row)) is not None


def test_each_goal_has_a_line_and_each_test_that_is_named_is_there() -> None:
    assert faults_of(LIST) == []


@pytest.mark.parametrize(
    ("there", "planted", "said"),
    [
        ("| G7 |", "| G77 |", "G7 has no line"),
        ("tests/api/test_tokens.py", "tests/api/test_coins.py", "G7: tests/api/test_coins.py is gone"),
        ("::test_a_race_of_five_takes", "::test_a_race_of_six_takes", "_five_succeed is gone"),
        ("| B `pytest tests/api/test_tokens.py` |", "| C `pytest tests/api/test_tokens.py` |", "G7 is not run at C"),
        ("| B `pytest tests/api/test_tokens.py` |", "| `pytest tests/api/test_tokens.py` |", "G7: at which level?"),
        ("| G42 |", "| G41 |", "G42 has no line"),
        ("| nobody hears that data arrived |", "| - |", "G23: what was planted?"),
    ],
)
def test_a_table_that_is_wrong_is_seen(there: str, planted: str, said: str) -> None:
    assert there in LIST
    assert any(said in fault for fault in faults_of(LIST.replace(there, planted, 1)))
