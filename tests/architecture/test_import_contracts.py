"""Every import contract of pyproject.toml bites, and the tree keeps them all."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

DOWN = "Imports point down the map"
INSIDE = "Inside a feature imports point down"
FLASK = "Flask and marshmallow stay at the edge"
SQLALCHEMY = "SQLAlchemy stays at the database"

PLANTS = [
    (DOWN, "kernel/planted.py", "import app.db.types"),
    (DOWN, "settings.py", "import app.db.engine"),
    (DOWN, "db/planted.py", "import app.web.paging"),
    (DOWN, "web/planted.py", "import app.accounts.domain"),
    (DOWN, "accounts/planted.py", "from app.consent import service"),
    (DOWN, "consent/planted.py", "from app.factory import create_app"),
    (DOWN, "unmapped/__init__.py", ""),
    (INSIDE, "accounts/domain.py", "import app.accounts.models"),
    (INSIDE, "accounts/models.py", "import app.accounts.repository"),
    (INSIDE, "accounts/repository.py", "import app.accounts.service"),
    (INSIDE, "accounts/service.py", "import app.accounts.schemas"),
    (INSIDE, "consent/schemas.py", "import app.consent.service"),
    (INSIDE, "consent/service.py", "import app.consent.routes"),
    (FLASK, "accounts/service.py", "from flask import g"),
    (FLASK, "consent/domain.py", "import marshmallow"),
    (FLASK, "consent/repository.py", "from werkzeug.exceptions import NotFound"),
    (FLASK, "db/planted.py", "import flask_smorest"),
    (SQLALCHEMY, "accounts/routes.py", "from sqlalchemy import select"),
    (SQLALCHEMY, "consent/domain.py", "def late() -> None:\n    import sqlalchemy"),
    (SQLALCHEMY, "kernel/planted.py", "import psycopg"),
]


def lint(folder: Path) -> tuple[int, str]:
    """Return how lint-imports ends for the tree in a folder, and what it says."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program that a test may spoil."""
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_program_keeps_every_contract() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


@pytest.mark.parametrize(("contract", "file", "line"), PLANTS, ids=[f"{file}: {line}" for _, file, line in PLANTS])
@pytest.mark.deep
def test_a_planted_import_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    planted = copy / "app" / file
    planted.parent.mkdir(exist_ok=True)
    with planted.open("a") as text:
        text.write(f"\n{line}\n")
    code, said = lint(copy)
    assert code != 0, said
    assert f"{contract} BROKEN" in said


def test_every_contract_has_been_seen_to_break() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for contract, _, _ in PLANTS}
