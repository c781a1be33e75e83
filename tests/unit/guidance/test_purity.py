"""The rules know no clock, no chance, no file and no framework; and they stay small enough to review."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import app.guidance.domain
import app.outcomes.domain

FOLDERS = [Path(package.__file__).parent for package in (app.guidance.domain, app.outcomes.domain)]
MODULES = sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))
FORBIDDEN = {"time", "random", "secrets", "os", "io", "logging", "uuid", "socket", "pathlib", "threading"}
CLOCKS = {"now", "today", "utcnow", "open", "print", "input", "eval", "exec"}
ALLOWED = ("app.kernel.errors", "app.guidance.domain", "app.outcomes.domain", "app.kernel.sides", "app.kernel.value")
ALLOWED += ("app.library.domain", "app.logbook.domain", "app.programmes.domain")


def imports_of(tree: ast.AST) -> set[str]:
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_rule_module_is_pure_and_small(path):
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in calls}
    assert ast.get_docstring(tree)
    assert len(text.splitlines()) <= 250
    assert not called & CLOCKS
    for name in imports_of(tree):
        root = name.split(".")[0]
        assert root not in FORBIDDEN
        assert root in sys.stdlib_module_names or name.startswith(ALLOWED)


def test_outcomes_know_nothing_of_guidance():
    for path in FOLDERS[1].rglob("*.py"):
        assert not any(name.startswith("app.guidance") for name in imports_of(ast.parse(path.read_text("utf-8"))))


def test_progress_is_said_in_one_place_of_the_code():
    saying = [path.stem for path in MODULES if '"CLEAN"' in path.read_text("utf-8")]
    assert saying == ["progress", "table"]
