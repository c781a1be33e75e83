"""What an account and a device session are, and how long a device stays logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Conflict, Invalid, NotVisible
from app.kernel.permissions import Role


class ProfessionalRole(StrEnum):
    """What a therapist declares to be by profession."""

    PHYSICIAN = "physician"
    PHYSIOTHERAPIST = "physiotherapist"
    SPORTS_THERAPIST = "sports_therapist"
    SOFT_TISSUE_THERAPIST = "soft_tissue_therapist"
    COACH = "coach"


CLINICIANS = frozenset({ProfessionalRole.PHYSICIAN, ProfessionalRole.PHYSIOTHERAPIST})
"""Who may close what an emergency or urgent flag opened (SECURITY, decisions)."""

PASSWORD_LEAST = 15
PASSWORD_LEAST_WITH_SECOND_FACTOR = 8
PASSWORD_MOST = 128
PASSWORD_MOST_BYTES = 1024
MAX_SIBLINGS = 5
"""How many answers to one lost refresh are given before it counts as theft (SECURITY 4.1)."""


FORMER_NAME = "Former therapist / frühere Fachperson"
"""What stands where the name of a therapist who was erased stood; for readers of either language."""
NOBODY_S_ADDRESS = "@erased.invalid"
"""How the address of an emptied account ends; no mail ever goes there."""


class EmailTaken(Conflict):
    """There is an account with this e-mail address."""

    code = "email_taken"
    title = "There is an account with this e-mail address"


class PasswordTooLong(Invalid):
    """Longer than is hashed; nothing is ever cut off."""

    code = "password_too_long"
    title = "The password is longer than 1,024 bytes"


RESET_GOOD_FOR = timedelta(minutes=30)
"""How long a token that sets a new password is good (SECURITY 4.2)."""


class NoSuchReset(NotVisible):
    """Unknown, used, or too old: which of them, nobody is told."""

    code = "no_such_reset"
    title = "This token is not good, or not any more; ask for another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who can log in."""

    id: UUID
    role: Role
    email: str
    display_name: str
    zone: str
    professional_role: ProfessionalRole | None
    created_at: datetime
    token_epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device's session: from log-in until log-out, revocation or expiry."""

    id: UUID
    account_id: UUID
    device_name: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    generation: int
    siblings: int
    rotated_at: datetime
    revoked_at: datetime | None
    second_factor_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What each request asks of a device session and of the account that it belongs to; instants are in UTC."""

    account_id: UUID
    role: Role
    zone: str
    professional_role: ProfessionalRole | None
    token_epoch: int
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    second_factor_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a device session lasts: unused, and at most."""

    idle: timedelta
    absolute: timedelta


LIFETIMES = {
    Role.PATIENT: Lifetime(idle=timedelta(days=60), absolute=timedelta(days=180)),
    Role.THERAPIST: Lifetime(idle=timedelta(minutes=30), absolute=timedelta(hours=12)),
    Role.ADMIN: Lifetime(idle=timedelta(minutes=30), absolute=timedelta(hours=12)),
}


def is_live(device: Device | Known, role: Role, at: datetime) -> bool:
    """Is this device session still good at that instant?"""
    return device.revoked_at is None and at < device.expires_at and at < device.last_seen_at + LIFETIMES[role].idle


class Rotation(StrEnum):
    """What becomes of a refresh token that is handed in."""

    STEP = "step"
    SIBLING = "sibling"
    REUSE = "reuse"


def rotation(device: Device, presented_generation: int, at: datetime, grace: timedelta) -> Rotation:
    """Is this the newest token, the one before it after a lost answer, or a used one in wrong hands?"""
    if presented_generation == device.generation:
        return Rotation.STEP
    is_previous = presented_generation == device.generation - 1
    if is_previous and at - device.rotated_at <= grace and device.siblings < MAX_SIBLINGS:
        return Rotation.SIBLING
    return Rotation.REUSE
