"""Reads the program's own source, so that the guards can ask it questions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its text, and what the text says."""

    name: str
    path: Path
    text: str
    tree: ast.Module

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

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything it imports, also inside functions and under TYPE_CHECKING."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = "." * node.level + (node.module or "")
                yield from (f"{origin}.{alias.name}" for alias in node.names)


def module_of(name: str, text: str, path: Path | None = None) -> Module:
    """Return a module of the given text; a guard is tried on such a planted one."""
    return Module(name, path or Path(name), text, ast.parse(text))


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
