"""The database's schema, one numbered step at a time; HEAD names the newest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parent


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring a database to a revision, forward or (given an older one) back."""
    config = _config(engine)
    (command.upgrade if to in {"head", head()} else command.downgrade)(config, to)


def head() -> str:
    """Return the newest revision, as the HEAD file says."""
    return (ROOT / "HEAD").read_text().strip()


def _config(engine: Engine) -> Config:
    config = Config(toml_file=str(ROOT.parent / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT))
    config.attributes["engine"] = engine
    return config
