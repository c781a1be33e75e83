"""Judges what `make mutants` found: how many planted changes of the rules the tests saw, and which they did not.

A mutant is one small change of one rule. It must be seen by some test of tests/unit; in all at least LEAST_PERCENT
are, and of those that change a comparison or a guard against what is not known (None, not, and, or) every one is,
but for the few below that change nothing anybody could see.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

LEAST_PERCENT = 90.0
SEEN = {"killed", "timeout", "segfault", "caught by type check"}
NUMBERED = re.compile(r"__mutmut_\d+$")

_THOROUGH = "the thorough check is asked more often, and lets the same through"
_SCORES = "if score is not None and (type(score) is not float or not {}):"
_AMOUNT = "if value is not None and (type({}) is not float or not {}):"
EQUIVALENT: dict[str, str] = {
    "if score is not None or (type(score) is not float or not 0.0 <= score <= NRS_MAX):": _THOROUGH,
    "if score is not None and (type(None) is not float or not 0.0 <= score <= NRS_MAX):": _THOROUGH,
    _SCORES.format("1.0 <= score <= NRS_MAX"): _THOROUGH,
    _SCORES.format("0.0 < score <= NRS_MAX"): _THOROUGH,
    _SCORES.format("0.0 <= score < NRS_MAX"): _THOROUGH,
    "if said is not True or said is not False:": _THOROUGH,
    "if said is not False and said is not False:": _THOROUGH,
    "if said is not True and said is not True:": _THOROUGH,
    _AMOUNT.format("None", "0.0 < value <= high"): _THOROUGH,
    _AMOUNT.format("value", "1.0 < value <= high"): _THOROUGH,
    _AMOUNT.format("value", "0.0 < value < high"): _THOROUGH,
    "return replace(_RESOLVED[preset], **chosen) if chosen or True else _RESOLVED[preset]": (
        "a policy with nothing put in is equal to the one it is made of"
    ),
    "skip = next((one for one in reversed(skips) if _is_about(one, exercise)), None) if skips or True else None": (
        "among no skips there is none"
    ),
    "done = work_done(sets, slug, exercise.side, in_seconds=in_seconds) if sets or True else None": (
        "without a set logged nothing is known to be done, asked or not"
    ),
    "baseline = baseline_of(run, timeline) if morning is not None or True else None": (
        "without a morning there is no rise, and nobody asks for the baseline"
    ),
}
"""Mutants of a guard that change nothing anybody could see: what would stand there, and why it is the same."""


def verdicts(listed: str) -> dict[str, str]:
    """Read the results as mutmut lists them: what became of each mutant by name."""
    told = (line.strip().split(": ", 1) for line in listed.splitlines() if ": " in line)
    return {name: verdict for name, verdict in told if NUMBERED.search(name)}


@cache
def functions_of(module: str) -> dict[str, ast.FunctionDef]:
    """Return every function of a module as mutmut wrote it, the unchanged ones among them."""
    place = ROOT / "mutants" / Path(*module.split("."))
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def pair(name: str) -> tuple[ast.FunctionDef, ast.FunctionDef]:
    """Return the function as it is, and as the mutant has it."""
    module, _, function = name.rpartition(".")
    known = functions_of(module)
    return known[NUMBERED.sub("__mutmut_orig", function)], known[function]


def changed(name: str) -> str:
    """Return what a mutant has in place of what is there."""
    before, after = (ast.unparse(one).splitlines()[1:] for one in pair(name))
    return " ".join(line.strip() for line in after if line not in before)


def guards_of(function: ast.FunctionDef) -> Counter[str]:
    """Return the comparisons of a function, and what it joins or turns around."""
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Compare):
            found[ast.unparse(node)] += 1
        elif isinstance(node, ast.BoolOp):
            found[f"{type(node.op).__name__} of {len(node.values)}"] += 1
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found["not"] += 1
    return found


def changes_a_guard(name: str) -> bool:
    """Does a mutant change how something is compared, or what is done where something is not known?"""
    before, after = (guards_of(one) for one in pair(name))
    return before != after


def unseen(found: dict[str, str]) -> list[str]:
    """Return the mutants that no test saw."""
    return [name for name, verdict in found.items() if verdict not in SEEN]


def faults_of(found: dict[str, str]) -> list[str]:
    """Return what is wrong with a run: too few seen, or a guard whose change nobody saw."""
    if not found or set(found.values()) & {"not checked"}:
        return ["not every mutant was run"]
    percent = percent_seen(found)
    faults = [] if percent >= LEAST_PERCENT else [f"{percent:.1f} % were seen, {LEAST_PERCENT} % are needed"]
    guards = [name for name in unseen(found) if changes_a_guard(name) and changed(name) not in EQUIVALENT]
    return faults + [f"{name}: {changed(name)}" for name in guards]


def percent_seen(found: dict[str, str]) -> float:
    """Return how many of the mutants some test saw."""
    return 100 * (1 - len(unseen(found)) / len(found))


def main() -> int:
    """Tell what the run in mutants/ found; 1 where that is not enough."""
    asked = [Path(sys.executable).parent / "mutmut", "results", "--all", "true"]
    found = verdicts(subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    faults = faults_of(found)
    told = Counter(found.values())
    sys.stdout.write("\n".join([*faults, f"{len(found)} mutants, {percent_seen(found):.1f} % seen: {dict(told)}", ""]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
