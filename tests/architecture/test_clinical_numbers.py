"""Every number of the rules has a name: none stands inside a function of guidance/domain."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, module_of, modules

STRUCTURAL = {0, 1, 2, 10, 100}
"""Places and pairs, tenths and percents: arithmetic, not clinic."""


def stray_numbers(module: Module) -> list[str]:
    """Return the numbers inside functions of a rule module."""
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)]
    inside = {node for function in functions for part in function.body for node in ast.walk(part)}
    return [
        f"line {node.lineno}: {node.value}"
        for node in inside
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) not in STRUCTURAL
    ]


def test_no_number_of_the_rules_is_without_a_name() -> None:
    rules = [module for module in modules("app") if module.name.startswith("app.guidance.domain")]
    assert {module.name: found for module in rules if (found := stray_numbers(module))} == {}


@pytest.mark.parametrize("planted", ["if pain > 3: pass", "return load * 1.3", "return days >= 28"])
def test_a_planted_number_is_seen(planted: str) -> None:
    assert stray_numbers(module_of("app.guidance.domain.planted", f"def rule():\n    {planted}\n"))
