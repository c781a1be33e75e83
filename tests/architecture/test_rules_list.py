"""The list of where each rule is held (docs/rules.md) names what is there, and no rule is missing from it."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from app.guidance.domain.ruleset import RULES
from tests.architecture.source import ROOT

LIST = (ROOT / "docs" / "rules.md").read_text("utf-8")
SECTIONS = {
    *(f"1.{part}" for part in range(1, 10)), *(f"1.7.{corner}" for corner in range(1, 14)),
    "2.1", "2.2", "2.3", "3", "4", *(f"5.{part}" for part in range(1, 7)), "6", "7", "8.2", "8.3",
}  # fmt: skip
"""The sections and numbered corners of the specification that say something the program must do."""

Row = tuple[str, str, list[str], list[str]]


def rows_of(text: str) -> list[Row]:
    """Return the rows of the list: number, rule or subject, places, proofs."""
    cut = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| [0-9]", line)]
    return [(parts[0].strip(), parts[1].strip(" `"), quoted(parts[2]), quoted(parts[3])) for parts in cut]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def defined(path: Path) -> frozenset[str]:
    """Return what a file defines at its top."""
    if not path.exists():
        return frozenset()
    body = ast.parse(path.read_text("utf-8")).body
    named = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [node.targets[0] for node in body if isinstance(node, ast.Assign)]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return frozenset(named | {target.id for target in targets if isinstance(target, ast.Name)})


def is_there(place: str) -> bool:
    """Does `module:name`, below app, stand where it is said to?"""
    module, _, name = place.partition(":")
    path = ROOT / "app" / Path(*module.split("."))
    return name in defined(path.with_suffix(".py")) | defined(path / "__init__.py")


def proves(proof: str, rule: str) -> bool:
    """Is a proof there: a test by its name, or a vector that is answered by the rule?"""
    file, _, test = proof.partition("::")
    return test in defined(ROOT / "tests" / file) if test else answered().get(proof) == rule


@cache
def answered() -> dict[str, str]:
    """Return the rule that leads in the answer to each golden vector."""
    golden = json.loads((ROOT / "app" / "guidance" / "golden" / "rule_vectors.json").read_text("utf-8"))
    return {one["id"]: one["expected"]["rule"] for one in golden["vectors"] if "rule" in one["expected"]}


def faults_of(text: str) -> list[str]:
    """Return what is wrong with a list of rules."""
    rows = rows_of(text)
    gone = [f"{place} is gone" for *_, places, _ in rows for place in places if not is_there(place)]
    gone += [
        f"{proof} does not prove {what}" for _, what, _, proofs in rows for proof in proofs if not proves(proof, what)
    ]
    bare = [f"{number} {what} is held by nothing" for number, what, places, proofs in rows if not (places and proofs)]
    table = [what for _, what, *_ in rows if what in RULES]
    missing = [f"{rule} is missing" for rule in RULES if rule not in table]
    missing += [f"section {one} is missing" for one in sorted(SECTIONS - {number for number, *_ in rows})]
    order = [] if table == [rule for rule in RULES if rule in table] else ["the rules stand in another order"]
    return [*gone, *bare, *missing, *order]


def test_every_rule_is_held_where_the_list_says_and_proven_by_what_it_names() -> None:
    assert faults_of(LIST) == []


@pytest.mark.parametrize(
    ("there", "planted", "said"),
    [
        ("pain:pain_red`", "pain:pain_scarlet`", "guidance.domain.rules.pain:pain_scarlet is gone"),
        ("`V074`", "`V075x`", "V075x does not prove NO_HISTORY"),
        ("`V074`", "`V001`", "V001 does not prove NO_HISTORY"),
        ("::test_akps_refuses", "::test_akps_takes", "does not prove AKPS, KOOS-PF, LEFS, TSK-11"),
        ("| 6 | `LIMP` |", "| 6 | `LAME` |", "LIMP is missing"),
        ("| 5.3 |", "| 5.3.1 |", "section 5.3 is missing"),
        ("`guidance.domain.spike:spike` `guidance.domain.load_summary:run_spike`", "", "its class is held by nothing"),
    ],
)
def test_a_list_that_is_wrong_is_seen(there: str, planted: str, said: str) -> None:
    assert there in LIST
    assert any(said in fault for fault in faults_of(LIST.replace(there, planted, 1)))
