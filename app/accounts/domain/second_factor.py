"""What a second factor is, which codes are good, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Conflict, Denied, Unauthenticated

DIGITS = 6
RECOVERY_CODES = 10
_RECOVERY_BYTES = 15  # 120 random bits; SECURITY 4.2 asks for 112
_GROUP = 4  # letters between two dashes of a recovery code
_BEFORE_EVER = -1

_DIGITS = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


class SecondFactorNeeded(Unauthenticated):
    """The password was right, and this account asks for a code as well."""

    code = "second_factor_required"
    title = "Send the code of your authenticator app as second_factor_code, or a recovery code"


class WrongCode(Unauthenticated):
    """The code is wrong, too old, or was used before."""

    code = "wrong_second_factor"
    title = "The code is wrong, or was used before"


class SecondFactorMissing(Denied):
    """Therapists and admins prove a second factor before they see anything."""

    code = "second_factor_missing"
    title = "Set up a second factor first, then log in with it"


class SecondFactorOn(Conflict):
    """There is a confirmed second factor; it is taken off before another is set up."""

    code = "second_factor_on"
    title = "A second factor is set up already"


class NothingEnrolled(Conflict):
    """No second factor was begun, or it is confirmed already."""

    code = "nothing_enrolled"
    title = "There is no second factor to do that with"


class FactorState(StrEnum):
    """Is a second factor asked for?"""

    OFF = "off"
    PENDING = "pending"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """An account's authenticator: the sealed secret, since when it counts, and the newest step whose code was used."""

    account_id: UUID
    sealed_secret: bytes
    enrolled_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = _BEFORE_EVER

    @property
    def state(self) -> FactorState:
        """Return whether it is asked for."""
        return FactorState.PENDING if self.confirmed_at is None else FactorState.ON


def is_of_app(code: str) -> bool:
    """Has it the form of an authenticator's code? What has not is taken for a recovery code."""
    return _DIGITS.fullmatch(code) is not None


def plain(code: str) -> str:
    """Return a code as it is compared: without the spaces and dashes that people write."""
    return re.sub(r"[\s-]", "", code).lower()


def new_recovery_codes() -> list[str]:
    """Return fresh recovery codes of 120 random bits each, in groups that can be read aloud."""
    return [_in_groups(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def hash_of(recovery_code: str) -> bytes:
    """Return what is stored of a recovery code; its entropy needs no slow hash."""
    return hashlib.sha256(plain(recovery_code).encode("utf-8", "surrogateescape")).digest()


def _in_groups(letters: str) -> str:
    lower = letters.lower()
    return "-".join(lower[place : place + _GROUP] for place in range(0, len(lower), _GROUP))
