"""The first start of several workers at once: one secret, one signing key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.settings import _own_secret
from app.web.keyring import ensure_key, load_keyring

WORKERS = 8


def test_workers_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        secrets = set(pool.map(lambda _: _own_secret(tmp_path), range(WORKERS)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_workers_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda _: ensure_key(tmp_path), range(WORKERS)))
    assert len(load_keyring(tmp_path).private) == 1
