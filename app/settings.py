"""The only reader of the environment: typed, validated, frozen."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from environs import Env

from app.kernel.versions import is_version

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Mode(StrEnum):
    """How the product is run; only development fills in what is missing."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsIncomplete(Exception):
    """The product cannot start with these settings; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set from outside; times in seconds, sizes in bytes."""

    mode: Mode = Mode.DEVELOPMENT
    database_url: str
    var_dir: Path
    external_url: str = "http://127.0.0.1:8000"
    secret_key: str
    token_audience: str = "trochlea"  # noqa: S105 - a name, not a secret
    access_token_s: int = 600
    refresh_grace_patient_s: int = 60
    refresh_grace_professional_s: int = 10
    trusted_proxy_hops: int = 0
    log_level: str = "info"
    rate_limits: bool = True
    json_max_bytes: int = 2 * 1024 * 1024
    upload_max_bytes: int = 20 * 1024 * 1024
    pool_size: int = 10
    replica_url: str | None = None
    behind_pooler: bool = False
    at_once: int = 0
    minimum_app_version: str | None = None
    mail_url: str = ""
    mail_from: str = "trochlea@localhost"
    push_url: str = "webpush:"
    queue_url: str = ""
    webhooks_to_loopback: bool = False
    imports_inside: bool = False
    metrics_token: str | None = None
    metrics_dir: Path | None = None

    @property
    def asks_second_factor(self) -> bool:
        """Do therapists and admins need a second factor? Only who tries things out does without."""
        return self.mode is Mode.PRODUCTION

    @property
    def keys_dir(self) -> Path:
        """Return the folder that holds the signing keys, one PEM file a key."""
        return self.var_dir / "keys"

    @property
    def push_key_file(self) -> Path:
        """Return the file of the key that push services know this installation by."""
        return self.var_dir / "push" / "key.pem"


def read_settings() -> Settings:
    """Return the settings of this process; raise SettingsIncomplete where production would be unsafe."""
    env = Env(prefix="TROCHLEA_")
    mode = Mode(env.str("MODE", Mode.DEVELOPMENT))
    var_dir = Path(env.str("VAR_DIR", str(PROJECT_ROOT / "var"))).absolute()
    default_url = f"sqlite:///{var_dir / 'trochlea.sqlite3'}"
    if mode is Mode.PRODUCTION:
        _require(env, "DATABASE_URL", "SECRET_KEY", "EXTERNAL_URL", "TRUSTED_PROXY_HOPS")
    settings = Settings(
        mode=mode,
        var_dir=var_dir,
        database_url=env.str("DATABASE_URL", default_url),
        external_url=env.str("EXTERNAL_URL", "http://127.0.0.1:8000"),
        secret_key=env.str("SECRET_KEY", "") or _own_secret(var_dir),
        trusted_proxy_hops=env.int("TRUSTED_PROXY_HOPS", 0),
        log_level=env.str("LOG_LEVEL", "info"),
        rate_limits=env.bool("RATE_LIMITS", True),
        pool_size=env.int("POOL_SIZE", 10),
        replica_url=_replica(env.str("REPLICA_URL", ""), env.str("DATABASE_URL", default_url)),
        behind_pooler=env.bool("BEHIND_POOLER", False),
        at_once=env.int("AT_ONCE", 0),
        mail_url=env.str("MAIL_URL", "" if mode is Mode.PRODUCTION else f"record:{var_dir / 'outbox'}"),
        mail_from=env.str("MAIL_FROM", "trochlea@localhost"),
        push_url=env.str("PUSH_URL", "webpush:" if mode is Mode.PRODUCTION else f"record:{var_dir / 'outbox'}"),
        queue_url=env.str("QUEUE_URL", f"sqlite:///{var_dir / 'queue.sqlite3'}"),
        webhooks_to_loopback=mode is not Mode.PRODUCTION and env.bool("WEBHOOKS_TO_LOOPBACK", False),
        minimum_app_version=_app_version(env.str("MINIMUM_APP_VERSION", "")),
        imports_inside=env.bool("IMPORTS_INSIDE", mode is Mode.DEVELOPMENT),
        metrics_token=env.str("METRICS_TOKEN", "") or None,
        metrics_dir=Env().path("PROMETHEUS_MULTIPROC_DIR", None),
    )
    if mode is Mode.PRODUCTION and len(settings.secret_key) < 32:
        raise SettingsIncomplete("TROCHLEA_SECRET_KEY needs at least 32 characters: openssl rand -hex 32")
    return settings


@dataclass(frozen=True, slots=True)
class Start:
    """What is asked before a server starts, when nothing else is known yet."""

    is_production: bool
    allows_insecure: bool
    var_dir: Path


def start_of_a_server() -> Start:
    """Return what the environment says of the server that is about to start."""
    env = Env(prefix="TROCHLEA_")
    var_dir = Path(env.str("VAR_DIR", str(PROJECT_ROOT / "var"))).absolute()
    return Start(env.str("MODE", "") == Mode.PRODUCTION, env.str("ALLOW_INSECURE", "") == "1", var_dir)


def tell_workers(**told: str) -> None:
    """Put these into the environment that the workers of this server inherit."""
    os.environ.update(told)


def environment_of_a_server(**told: str) -> dict[str, str]:
    """Return this process's environment for the server that takes its place: it is no command any more."""
    inherited = {name: value for name, value in os.environ.items() if name != "FLASK_RUN_FROM_CLI"}
    return {**inherited, **told}


def _app_version(text: str) -> str | None:
    """Return the version an app must have, None where nothing is set; raise SettingsIncomplete for no version."""
    if text and not is_version(text):
        raise SettingsIncomplete("TROCHLEA_MINIMUM_APP_VERSION is a version like 2.14.1")
    return text or None


def _replica(url: str, database_url: str) -> str | None:
    """Return the standby's address, None where nothing is set; raise SettingsIncomplete where there can be none."""
    if url and not (url.startswith("postgresql") and database_url.startswith("postgresql")):
        raise SettingsIncomplete("TROCHLEA_REPLICA_URL is a standby of a PostgreSQL database")
    return url or None


def _require(env: Env, *names: str) -> None:
    missing = [f"TROCHLEA_{name}" for name in names if not env.str(name, "")]
    if missing:
        raise SettingsIncomplete(f"production needs {', '.join(missing)}; docs/operators.md lists each setting")


def _own_secret(var_dir: Path) -> str:
    """Return this installation's own secret, made once and readable by its owner only."""
    path = var_dir / "secret"
    if not path.exists():
        _write_secret(path)
    return path.read_text().strip()


def _write_secret(path: Path) -> None:
    """Write the secret whole before it gets its name, so that no other worker reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
