"""The keys that access tokens are signed with: Ed25519, one PEM file a key, and a table of what each is for.

A key is made as `next`, so that whoever checks tokens can read it a day before it signs; then it is `signing`; then
`verify_only`, until no token that it signed can be good any more; then `retired`, and its file is gone (SECURITY 4.1).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.kernel.clock import now
from app.kernel.ids import new_id

PUBLISHED_FOR = timedelta(hours=24)
"""So long is a key published before it signs."""
_TABLE = "states.json"


class KeyState(StrEnum):
    """What a key is for."""

    NEXT = "next"
    SIGNING = "signing"
    VERIFY_ONLY = "verify_only"
    RETIRED = "retired"


class NoSigningKey(Exception):
    """There is no key to sign with; `flask --app wsgi keys create` makes one."""


class TooEarly(Exception):
    """The next key was not published for long enough; the text says since when it is."""


class NoSuchKey(Exception):
    """There is no living key of that id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a key is for, and since when."""

    state: KeyState
    since: datetime


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The signing key, every key whose tokens are still accepted, and those that are only published."""

    signing_kid: str
    private: dict[str, Ed25519PrivateKey]
    published: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Return the key that new tokens are signed with."""
        return self.private[self.signing_kid]

    def public(self, kid: str) -> Ed25519PublicKey | None:
        """Return the key that tokens naming `kid` are checked with, or None."""
        key = self.private.get(kid)
        return key.public_key() if key else None

    def accepts(self, kid: str) -> bool:
        """Are tokens that name `kid` accepted?"""
        return kid in self.private

    def ring(self) -> KeyRing:
        """Return these keys, which do not change."""
        return self

    def shown(self) -> dict[str, Ed25519PublicKey]:
        """Return every key that others may check tokens with, now or soon."""
        return {kid: key.public_key() for kid, key in {**self.private, **self.published}.items()}


class Keys:
    """The key ring of a folder, read anew as soon as its table has changed: no worker has to be restarted."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._seen = _stamp(folder)
        self._ring = load_keyring(folder)

    def ring(self) -> KeyRing:
        """Return the keys as they stand now."""
        stamp = _stamp(self._folder)
        if stamp != self._seen:
            with self._lock:
                self._ring, self._seen = load_keyring(self._folder), stamp
        return self._ring


def load_keyring(folder: Path) -> KeyRing:
    """Return the keys of a folder; raise NoSigningKey where none signs."""
    found = standings(folder)
    loaded = {kid: _load(_file(folder, kid)) for kid in found if _file(folder, kid).exists()}
    by_state = {
        state: {kid: key for kid, key in loaded.items() if found[kid].state is state}
        for state in (KeyState.SIGNING, KeyState.VERIFY_ONLY, KeyState.NEXT)
    }
    if not by_state[KeyState.SIGNING]:
        raise NoSigningKey
    accepted = {**by_state[KeyState.VERIFY_ONLY], **by_state[KeyState.SIGNING]}
    return KeyRing(max(by_state[KeyState.SIGNING]), accepted, by_state[KeyState.NEXT])


def standings(folder: Path) -> dict[str, Standing]:
    """Return what each key of a folder is for, the oldest first.

    A folder without a table is of the time before there was one: the newest key signs, the others are for checking.
    """
    if (folder / _TABLE).exists():
        told: Mapping[str, Any] = orjson.loads((folder / _TABLE).read_bytes())
        return {
            kid: Standing(KeyState(one["state"]), datetime.fromisoformat(one["since"]))
            for kid, one in sorted(told.items())
        }
    kids = sorted(file.stem for file in folder.glob("*.pem"))
    states = [KeyState.VERIFY_ONLY] * (len(kids) - 1) + [KeyState.SIGNING] * bool(kids)
    return {kid: Standing(state, now()) for kid, state in zip(kids, states, strict=True)}


def ensure_key(folder: Path) -> None:
    """Make the first key; of several workers that start at once only one does."""
    with _changing(folder) as table:
        if not table:
            table[_write_key(folder)] = Standing(KeyState.SIGNING, now())


def create_key(folder: Path) -> str:
    """Make a key and return its id: the first one signs at once, every other one is published as the next."""
    with _changing(folder) as table:
        kid = _write_key(folder)
        is_first = not any(one.state is KeyState.SIGNING for one in table.values())
        table[kid] = Standing(KeyState.SIGNING if is_first else KeyState.NEXT, now())
    return kid


def rotate(folder: Path, tokens_live: timedelta, at: datetime) -> None:
    """Let the next key sign, the one that signed only check, and make another next one; retire what is outlived.

    Without a next key one is made, and nothing else: it has to be published first. Raises TooEarly where it was not
    published for 24 hours yet.
    """
    with _changing(folder) as table:
        for kid in _outlived(table, tokens_live, at):
            _retire(table, kid, at)
        waiting = [kid for kid, one in table.items() if one.state is KeyState.NEXT]
        if waiting and at - table[waiting[0]].since < PUBLISHED_FOR:
            raise TooEarly(f"{waiting[0]} is published since {table[waiting[0]].since.isoformat()}")
        if waiting:
            _let_sign(table, waiting[0], at)
        table[_write_key(folder)] = Standing(KeyState.NEXT, at)


def revoke(folder: Path, kid: str, at: datetime) -> None:
    """Let no token of a key be good from now on; raise NoSuchKey. Where it signed, the next one signs at once."""
    with _changing(folder) as table:
        if kid not in table or table[kid].state is KeyState.RETIRED:
            raise NoSuchKey
        signed = table[kid].state is KeyState.SIGNING
        _retire(table, kid, at)
        if signed:
            waiting = [other for other, one in table.items() if one.state is KeyState.NEXT]
            _let_sign(table, waiting[0] if waiting else _write_key(folder), at)


def _outlived(table: Mapping[str, Standing], tokens_live: timedelta, at: datetime) -> list[str]:
    """Return the keys of which no token can be good any more."""
    return [kid for kid, one in table.items() if one.state is KeyState.VERIFY_ONLY and at - one.since > tokens_live]


def _let_sign(table: dict[str, Standing], kid: str, at: datetime) -> None:
    for other, one in table.items():
        if one.state is KeyState.SIGNING:
            table[other] = Standing(KeyState.VERIFY_ONLY, at)
    table[kid] = Standing(KeyState.SIGNING, at)


def _retire(table: dict[str, Standing], kid: str, at: datetime) -> None:
    table[kid] = Standing(KeyState.RETIRED, at)


@contextmanager
def _changing(folder: Path) -> Iterator[dict[str, Standing]]:
    """Lend the table to whoever changes it, alone, and write it whole; nothing is written where that fails."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        table = standings(folder)
        yield table
        told = {kid: {"state": one.state, "since": one.since.isoformat()} for kid, one in table.items()}
        fresh = folder / f"{_TABLE}.{os.getpid()}"
        fresh.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        fresh.chmod(0o600)
        fresh.replace(folder / _TABLE)
        # Only now: a key whose file is gone while the table still speaks of it would be missed.
        for kid, one in table.items():
            if one.state is KeyState.RETIRED:
                _file(folder, kid).unlink(missing_ok=True)


def _stamp(folder: Path) -> tuple[int, int]:
    """Return what changes with every change of the table."""
    try:
        found = os.stat(f"{folder}/{_TABLE}")
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def _write_key(folder: Path) -> str:
    """Write a new key, readable by its owner only, and return its id; ids sort by the time of making."""
    kid = str(new_id())
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(_file(folder, kid), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return kid


def _file(folder: Path, kid: str) -> Path:
    return folder / f"{kid}.pem"


def _load(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey(f"{file.name} is no Ed25519 key")
    return key
