"""Every number of the rules has a name, a unit, a meaning and a source, and stands in one place only."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.guidance.domain.policy import SETTINGS, USUAL_POLICY
from tests.architecture.source import ROOT, Module, module_of, modules

STRUCTURAL = {0, 1, 2, 10, 100}
"""Places and pairs, tenths and percents: arithmetic, not clinic."""
RULESETS = ("app.guidance.domain.ruleset.numbers", "app.outcomes.domain.numbers")
TABLES = ("app.guidance.domain.ruleset.settings", "app.guidance.domain.presets", "app.outcomes.domain.questionnaires")
"""Where numbers are written as well: settings with their limits, published pain rules, the scores of the AKPS."""
NO_STUDY = {"E", "M", "definition"}
_WORD = re.compile(r"\w+")
_SAID = re.compile(r"# (?P<unit>[^:]+): (?P<meaning>.+) \((?P<sources>[^()]+)\)$")

# Equal by chance: the same value in the same unit, of the same basis, for different things.
ALIKE = [
    {"VALID_FOR_HOURS", "LATE_LOG_HOURS"},
    {"PAUSE_AFTER_OVER", "CYCLE_RUNS_BACK"},
    {"REST_AFTER_OVER", "CLEAN_RUNS_MIN"},
    {"RUN_SPEAKS_DAYS", "RESTORE_MIN_DAYS", "RELIEVE_ADHERENCE_DAYS", "REST_WINDOW_DAYS", "CYCLE_BACK_DAYS"}
    | {"COMPARED_WITHIN_DAYS", "gap_reduce_days"},
    {"BASELINE_DAYS", "RECENT_DAYS", "RETEST_AFTER_DAYS", "RELIEVE_MIN_DAYS", "CLEAN_RUNS_SPAN_MIN_DAYS"}
    | {"OVER_WINDOW_DAYS", "REPROPOSE_AFTER_DAYS", "SEVERITY_WINDOW_DAYS", "EARLY_DAYS", "gap_hold_days"},
    {"REPLAY_MAX_DAYS", "POLICY_AHEAD_MAX_DAYS"},
    {"LOAD_UNIT_DAYS", "ONSET_DAYS", "CADENCE_DAYS", "ROOM_DAYS", "ASKED_EVERY_DAYS"},
    {"KNEE_TRACKED_DAYS", "STUCK_AFTER_DAYS", "USUAL_MORNING_DAYS", "RESTORE_ADHERENCE_DAYS", "SORE_DAYS"}
    | {"repeat_window_days", "gap_restart_days"},
    {"IMPUTED_DAYS_MAX", "trend_min_points"},
    {"CLEAN_A_STEP", "progress_after_clean"},
    {"LADDER_DAYS", "CYCLE_WINDOW_DAYS", "HIP_FIRST_DAYS"},
    {"LOAD_STEP_MIN_PERCENT", "cycle_progress_pct"},
    {"LOW_WORST_MAX", "RELIEVE_WORST_MAX", "MILD_MAX", "morning_large"},
    {"OFF_SQUAT_60_MAX", "RESTORE_WORST_MAX", "EASY_MAX", "CYCLE_SETTLED_MAX", "ORTHOSIS_RELIEF_MIN"},
    {"MEDIAN_MIN_DAYS", "BAD_WINDOW_DAYS", "rest_days_more"},
    {"BAD_WORST_MIN", "SEVERE_PAIN_MIN", "MODERATE_MAX"},
    {"POSITIVE_POINTS", "MEASURED_POINTS"},
    {"PSFS_CHANGE", "GLOBAL_CHANGE_CHANGE"},
    {"TREND_DIGITS", "SHORT_RATIO_DIGITS"},
    {"RATIO_DIGITS", "MEASURE_DIGITS"},
    {"LOAD_DIGITS", "SCORE_DIGITS"},
]


@dataclass(frozen=True)
class Number:
    """A number as a ruleset says it."""

    name: str
    value: object
    said: str

    @property
    def parts(self) -> dict[str, str]:
        """Return unit, meaning and sources; nothing where they are not told."""
        found = _SAID.search(self.said)
        return found.groupdict() if found else {}


def numbers_of(module: Module) -> list[Number]:
    """Return every number that a ruleset names."""
    lines = module.text.splitlines()
    named = [
        node for node in module.tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    return [
        Number(ast.unparse(node.targets[0]), ast.literal_eval(node.value), lines[node.lineno - 1]) for node in named
    ]


def rulesets() -> list[Number]:
    """Return the numbers of both rulesets."""
    return [number for module in modules("app") if module.name in RULESETS for number in numbers_of(module)]


def rule_modules() -> list[Module]:
    """Return the modules that judge: the domains, what turns the logbook into what they are asked, and who asks."""
    domains = [ROOT / "app/guidance/domain", ROOT / "app/outcomes/domain"]
    beside = {ROOT / "app/guidance", ROOT / "app/guidance/service"}
    return [one for one in modules("app") if one.path.parent in beside or set(one.path.parents) & set(domains)]


def stray_numbers(module: Module) -> list[str]:
    """Return the numbers of a module that have no name in a ruleset.

    Places in a sequence and a timedelta of one day are none; functions may do arithmetic, and fields begin at 0 or 1.
    """
    return [f"line {node.lineno}: {node.value}" for node in _stray(module.tree, {0})]


def _stray(node: ast.AST, harmless: set[int]) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) not in harmless:
        yield node
    if isinstance(node, ast.Call) and ast.unparse(node) == "timedelta(days=1)":
        return
    for part in [node.value] if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node):
        yield from _stray(part, _harmless(part, harmless))


def _harmless(part: ast.AST, around: set[int]) -> set[int]:
    if isinstance(part, ast.FunctionDef):
        return STRUCTURAL
    return {0, 1} if isinstance(part, ast.ClassDef) else around


def repeated(found: list[Number]) -> list[set[str]]:
    """Return the names that share value, unit and sources, and are not known to be equal by chance."""
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for number in found:
        value = number.value if isinstance(number.value, tuple | dict) else float(number.value)  # type: ignore[arg-type]
        named[str(value), number.parts["unit"], number.parts["sources"]].add(number.name)
    return [names for names in named.values() if len(names) > 1 and names not in ALIKE]


def settings() -> list[Number]:
    """Return the numbers of the usual policy in the same form."""
    values = [(name, setting, getattr(USUAL_POLICY, name)) for name, setting in SETTINGS.items()]
    return [
        Number(name, value, f"# {setting.unit}: {setting.meaning} ({setting.source})")
        for name, setting, value in values
        if type(value) in (int, float)
    ]


def test_every_number_says_its_unit_its_meaning_and_its_source() -> None:
    references = tomllib.loads((ROOT / "seeds/library/references.toml").read_text("utf-8")).keys() | NO_STUDY
    for number in [*rulesets(), *settings()]:
        assert number.parts, f"{number.name}: unit, meaning and source"
        assert set(number.parts["sources"].split(", ")) <= references, number.name


def test_no_number_of_the_rules_stands_outside_the_ruleset() -> None:
    others = [module for module in rule_modules() if module.name not in (*RULESETS, *TABLES)]
    assert {module.name: found for module in others if (found := stray_numbers(module))} == {}


def test_no_number_of_the_rules_is_said_twice() -> None:
    found = [*rulesets(), *settings()]
    assert len(found) > 150
    assert repeated(found) == []


def test_what_is_equal_by_chance_is_still_there_and_still_equal() -> None:
    known = {number.name for number in [*rulesets(), *settings()]}
    assert [names for names in ALIKE if not names <= known] == []


def test_every_number_of_the_rules_is_used() -> None:
    others = [module.text for module in modules("app") if module.name not in RULESETS]
    words = {word for text in others for word in _WORD.findall(text)}
    assert [number.name for number in rulesets() if number.name not in words] == []


def test_the_rules_and_all_who_ask_them_are_looked_at() -> None:
    looked_at = {module.name for module in rule_modules()}
    assert {"app.guidance.service.stages", "app.guidance.stage_day", "app.guidance.domain.dose"} <= looked_at
    assert {"app.outcomes.domain.strength", "app.guidance.domain.rules.pain"} <= looked_at


@pytest.mark.parametrize("planted", ["if pain > 3: pass", "return load * 1.3", "return days >= 28"])
def test_a_planted_number_in_a_function_is_seen(planted: str) -> None:
    assert stray_numbers(module_of("app.guidance.domain.planted", f"def rule():\n    {planted}\n"))


@pytest.mark.parametrize(
    "planted",
    ["SPIKE_MAX = 1.10", "LIMITS = (0, 28)", "DAYS_BETWEEN = 1", "FAR = timedelta(days=14)", "class A:\n    b = 3"],
)
def test_a_planted_number_outside_of_functions_is_seen(planted: str) -> None:
    assert stray_numbers(module_of("app.guidance.domain.planted", f"{planted}\n"))


@pytest.mark.parametrize("fine", ["_DAY = timedelta(days=1)", "class A:\n    b: int = 1", "def f():\n    return 2 * x"])
def test_arithmetic_is_no_number_of_the_rules(fine: str) -> None:
    assert stray_numbers(module_of("app.guidance.domain.planted", f"{fine}\n")) == []


@pytest.mark.parametrize(
    "copy",
    [
        Number("OVER_TIME", 1.1, "# ratio: how far a session may go beyond its time (frandsen2025)"),
        Number("LONG_BREAK_DAYS", 28, "# days: since the last run that begin at the first running step (E)"),
        Number("LSI_LOW", 90, "# percent: of the other leg (hop_lsi90)"),
    ],
    ids=lambda copy: copy.name,
)
def test_a_planted_copy_is_seen(copy: Number) -> None:
    assert [names for names in repeated([*rulesets(), *settings(), copy]) if copy.name in names]
