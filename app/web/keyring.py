"""The keys that access tokens are signed with: Ed25519, one PEM file a key, named by its id."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.kernel.ids import new_id


class NoSigningKey(Exception):
    """There is no key to sign with; `flask --app wsgi keys create` makes one."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The signing key, and every key whose tokens are still accepted."""

    signing_kid: str
    private: dict[str, Ed25519PrivateKey]

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Return the key that new tokens are signed with."""
        return self.private[self.signing_kid]

    def public(self, kid: str) -> Ed25519PublicKey | None:
        """Return the key that tokens naming `kid` are checked with, or None."""
        key = self.private.get(kid)
        return key.public_key() if key else None


def load_keyring(folder: Path) -> KeyRing:
    """Return the keys in a folder; the newest name signs. Raises NoSigningKey when it is empty."""
    files = sorted(folder.glob("*.pem"))
    if not files:
        raise NoSigningKey
    return KeyRing(files[-1].stem, {file.stem: _load(file) for file in files})


def ensure_key(folder: Path) -> None:
    """Make the first key; of several workers that start at once only one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(folder.glob("*.pem")):
            create_key(folder)


def create_key(folder: Path) -> str:
    """Write a new key, readable by its owner only, and return its id; ids sort by the time of making."""
    folder.mkdir(parents=True, exist_ok=True)
    kid = str(new_id())
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(folder / f"{kid}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return kid


def _load(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey(f"{file.name} is no Ed25519 key")
    return key
