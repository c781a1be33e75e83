"""Seals the secrets of second factors, so that a copy of the database alone proves nobody's second factor."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_PURPOSE = b"trochlea second factor"


def seal(installation_secret: str, text: str) -> bytes:
    """Return the text sealed with a key drawn from this installation's secret."""
    return _box(installation_secret).encrypt(text.encode())


def unseal(installation_secret: str, sealed: bytes) -> str | None:
    """Return what was sealed; None where it was sealed with another secret."""
    try:
        return _box(installation_secret).decrypt(sealed).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _box(installation_secret: str) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(installation_secret.encode())
    return Fernet(base64.urlsafe_b64encode(drawn))
