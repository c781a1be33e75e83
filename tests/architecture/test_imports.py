"""What import-linter cannot say: who may import which library, and whose tables are private to whom."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.architecture.source import Module, is_of, module_of, modules

WEB_LIBRARIES = ("flask", "flask_cors", "flask_jwt_extended", "flask_limiter", "flask_smorest", "marshmallow")
WEB_LIBRARIES += ("webargs", "werkzeug", "apispec")
DATABASE_LIBRARIES = ("sqlalchemy", "alembic", "psycopg")
EDGE_FEATURES = {"web", "console", "cli", "factory", "starting"}
EDGE_KINDS = {"routes", "schemas"}
SESSION = "sqlalchemy.orm.Session"
WEB_WITH_DATABASE = {
    "app.web.limits": "counts tries in a table of its own",
    "app.web.pages": "asks the database whether it is ready",
    "app.web.problems": "maps the database's errors",
    "app.web.transaction": "opens, commits and closes the session",
}
TELLS_THE_TIME = {"app.kernel.clock": "is the clock", "app.web.limits": "counts in windows", "app.web.logs": "measures"}
COMMITTERS = {
    "app.web.transaction": "one request, one transaction",
    "app.web.limits": "a failed try counts as well",
}
COMMITTING_PARTS = {"cli"}
READS_LOWER_TABLES = ("app.review.repository", "app.interop.repository")
PRIVATE_KINDS = {"repository", "models", "routes"}
HOUSE = {"kernel", "db", "web", "settings"}


def strangers_to_the_edge(module: Module) -> list[str]:
    """Return the imports of Flask and its kin outside routes, schemas, web, console, cli and factory."""
    if module.feature in EDGE_FEATURES or module.kind in EDGE_KINDS:
        return []
    return [name for name in module.imports() if is_of(name, WEB_LIBRARIES)]


def strangers_to_the_database(module: Module) -> list[str]:
    """Return the imports of SQLAlchemy outside models, repository and db; a service may name the Session's type."""
    if module.feature in {"db", "cli"} or module.kind in {"models", "repository"} or module.name in WEB_WITH_DATABASE:
        return []
    allowed = {SESSION} if module.kind in {"service", "writing"} or module.name == "app.web.auth" else set()
    return [name for name in module.imports() if is_of(name, DATABASE_LIBRARIES) and name not in allowed]


def strangers_to_the_rules(module: Module) -> list[str]:
    """Return what a domain imports besides the standard library, the kernel and other domains."""
    if module.kind != "domain":
        return []
    return [name for name in module.imports() if not _is_pure(name) and not is_standard(name)]


def _is_pure(name: str) -> bool:
    parts = name.split(".")
    return is_of(name, ("app.kernel",)) or (parts[0] == "app" and len(parts) > 3 and parts[2] == "domain")


def strangers_to_the_kernel(module: Module) -> list[str]:
    """Return what the kernel imports besides the standard library, itself and uuid_utils."""
    if module.feature != "kernel":
        return []
    return [n for n in module.imports() if not is_of(n, ("app.kernel", "uuid_utils")) and not is_standard(n)]


def others_private_things(module: Module) -> list[str]:
    """Return the imports of another feature's repository, models or routes."""
    if is_of(module.name, READS_LOWER_TABLES) or module.feature in {"factory", "cli"}:
        return []
    return [name for name in module.imports() if _is_private(name, module.feature)]


def _is_private(name: str, feature: str) -> bool:
    parts = name.split(".")
    if parts[0] != "app" or len(parts) < 3 or parts[1] in HOUSE | {feature}:
        return False
    return parts[2] in PRIVATE_KINDS


def reads_the_environment(module: Module) -> list[str]:
    """Return the lines outside settings that read the environment."""
    if module.name == "app.settings":
        return []
    names = {"environ", "environb", "getenv", "putenv"}
    found = [node.lineno for node in module.nodes if isinstance(node, ast.Attribute) and node.attr in names]
    return [f"line {line}" for line in found] + [n for n in module.imports() if n.split(".")[-1] in names]


def commits(module: Module) -> list[str]:
    """Return the places that commit, or begin what commits on its own, where that is the caller's to do."""
    if module.name in COMMITTERS or module.feature in COMMITTING_PARTS:
        return []
    return [f"line {node.lineno}" for node in module.nodes if _commits(node)]


def _commits(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in {"commit", "begin", "begin_nested", "rollback"}


def tells_the_time(module: Module) -> list[str]:
    """Return the places that ask what time it is, outside the clock."""
    if module.name in TELLS_THE_TIME:
        return []
    calls = [node for node in module.nodes if isinstance(node, ast.Call)]
    named = [(ast.unparse(call.func), call.lineno) for call in calls]
    clocks = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    return [f"line {line}" for name, line in named if name.removeprefix("datetime.") in clocks or name in clocks]


def imports_relatively(module: Module) -> list[str]:
    """Return relative imports, which no guard could follow."""
    return [name for name in module.imports() if name.startswith(".")]


def is_standard(name: str) -> bool:
    """Is this of the standard library?"""
    return name.split(".")[0] in sys.stdlib_module_names | {"__future__"}


GUARDS = [
    (strangers_to_the_edge, "app.consent.letters", "from flask import request"),
    (strangers_to_the_edge, "app.guidance.golden.case", "import marshmallow"),
    (strangers_to_the_database, "app.consent.service", "from sqlalchemy import select"),
    (strangers_to_the_database, "app.consent.service", "from sqlalchemy.orm import sessionmaker"),
    (strangers_to_the_database, "app.web.feature", "from sqlalchemy.orm import Session"),
    (strangers_to_the_rules, "app.guidance.domain.pain", "import numpy"),
    (strangers_to_the_rules, "app.guidance.domain.pain", "from app.logbook.models import RunRow"),
    (strangers_to_the_rules, "app.guidance.domain.pain", "from app.web.fields import Pain"),
    (strangers_to_the_rules, "app.outcomes.domain", "from app.db.types import Id"),
    (strangers_to_the_kernel, "app.kernel.ids", "import orjson"),
    (strangers_to_the_kernel, "app.kernel.ids", "from app.db.types import Id"),
    (others_private_things, "app.guidance.service", "from app.logbook.repository import find_runs"),
    (others_private_things, "app.guidance.service", "from app.logbook import repository"),
    (others_private_things, "app.consent.service", "from app.accounts.models import AccountRow"),
    (others_private_things, "app.sync.service", "from app.logbook import routes"),
    (others_private_things, "app.review.service.caseload", "from app.logbook.models import RunRow"),
    (reads_the_environment, "app.web.logs", "import os\nHOME = os.environ['HOME']"),
    (reads_the_environment, "app.web.logs", "from os import getenv"),
    (commits, "app.consent.service", "def grant(db):\n    db.commit()"),
    (commits, "app.consent.repository", "def grant(db):\n    with db.begin_nested():\n        pass"),
    (tells_the_time, "app.consent.service", "from datetime import UTC, datetime\nAT = datetime.now(UTC)"),
    (tells_the_time, "app.guidance.domain.pain", "import datetime\nTODAY = datetime.date.today()"),
    (imports_relatively, "app.consent.service", "from . import repository"),
]
CHECKS = sorted({guard.__name__: guard for guard, _, _ in GUARDS}.items())


@pytest.mark.parametrize("guard", [guard for _, guard in CHECKS], ids=[name for name, _ in CHECKS])
def test_the_program_keeps_to(guard) -> None:
    found = {module.name: faults for module in modules("app") if (faults := guard(module))}
    assert found == {}


@pytest.mark.parametrize(("guard", "name", "text"), GUARDS, ids=[f"{g.__name__}: {t[:40]}" for g, _, t in GUARDS])
def test_a_planted_line_is_seen_by(guard, name: str, text: str) -> None:
    assert guard(module_of(name, text))


@pytest.mark.parametrize(
    ("guard", "name", "text"),
    [
        (strangers_to_the_edge, "app.consent.routes", "from flask import request"),
        (strangers_to_the_database, "app.consent.service", "from sqlalchemy.orm import Session"),
        (strangers_to_the_rules, "app.guidance.domain.rules", "from app.guidance.domain.policy import Policy"),
        (strangers_to_the_rules, "app.guidance.domain.history", "from app.outcomes.domain.strict import number"),
        (others_private_things, "app.interop.repository", "from app.logbook.models import RunRow"),
        (others_private_things, "app.review.repository.caseload", "from app.logbook.models import RunRow"),
        (others_private_things, "app.guidance.service", "from app.logbook import service"),
        (commits, "app.cli", "def seed(db):\n    db.commit()"),
    ],
)
def test_what_the_house_allows_passes(guard, name: str, text: str) -> None:
    assert guard(module_of(name, text)) == []


def test_every_named_exception_is_still_needed() -> None:
    named = {*WEB_WITH_DATABASE, *TELLS_THE_TIME, *COMMITTERS}
    assert named <= {module.name for module in modules("app")}
