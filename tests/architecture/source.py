"""Reads the program's own source, so that the guards can ask it questions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its text, and what the text says, which is read when it is asked for."""

    name: str
    path: Path
    text: str

    @property
    def feature(self) -> str:
        """Return the part of app it belongs to: 'accounts', 'web', 'factory'."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @property
    def kind(self) -> str:
        """Return what kind of file it is within its feature: 'routes', 'service', 'domain'."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    @cached_property
    def tree(self) -> ast.Module:
        """What the text says."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything the text says, walked once for all guards that ask."""
        return tuple(ast.walk(self.tree))

    def imports(self) -> tuple[str, ...]:
        """Return the dotted name of everything it imports, also inside functions and under TYPE_CHECKING."""
        return self._imports

    @cached_property
    def _imports(self) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in _imported(node))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        origin = "." * node.level + (node.module or "")
        return [f"{origin}.{alias.name}" for alias in node.names]
    return []


def module_of(name: str, text: str, path: Path | None = None) -> Module:
    """Return a module of the given text; a guard is tried on such a planted one."""
    return Module(name, path or Path(name), text)


def modules(*folders: str) -> list[Module]:
    """Return every Python file of the project's folders."""
    return [_read(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return module_of(name, path.read_text(encoding="utf-8"), path)


def is_of(name: str, packages: tuple[str, ...]) -> bool:
    """Does a dotted name lie in one of these packages?"""
    return any(name == package or name.startswith(package + ".") for package in packages)
