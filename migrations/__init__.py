"""The database's schema, one numbered step at a time; HEAD names the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).resolve().parent


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring a database to a revision, forward or (given an older one) back."""
    from alembic import command  # a server that finds its schema never needs it

    config = _config(engine)
    (command.upgrade if to in {"head", head()} else command.downgrade)(config, to)


def head() -> str:
    """Return the newest revision, as the HEAD file says."""
    return (ROOT / "HEAD").read_text().strip()


def _config(engine: Engine) -> Config:
    from alembic.config import Config

    config = Config(toml_file=str(ROOT.parent / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT))
    config.attributes["engine"] = engine
    return config
