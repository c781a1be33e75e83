"""What a clinic is, and what a part in it gives: colleagues and a name on an invitation, never a patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Conflict

MOST_CLINICS = 20
"""In so many clinics one person has a part at once."""


class ClinicRole(StrEnum):
    """What part somebody has in a clinic; an admin invites, removes and names admins."""

    MEMBER = "member"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A practice or clinic whose therapists treat under its name."""

    id: UUID
    name: str
    founded_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One therapist's part in a clinic, from joining to leaving; whoever comes back begins a new one."""

    id: UUID
    clinic_id: UUID
    account_id: UUID
    clinic_role: ClinicRole
    started_at: datetime
    ended_at: datetime | None = None


class ClinicIdInUse(Conflict):
    """There is another clinic with this id."""

    code = "id_in_use"
    title = "There is a clinic with this id and other content"


class TooManyClinics(Conflict):
    """More clinics than one person works in."""

    code = "too_many_clinics"
    title = f"At most {MOST_CLINICS} clinics"


class LastAdmin(Conflict):
    """Nobody would be left who can let members in and out."""

    code = "last_admin"
    title = "Name another admin first"


class AlreadyMember(Conflict):
    """They have a part in this clinic."""

    code = "already_member"
    title = "You are a member of this clinic"


def check_somebody_manages(remaining: Sequence[Membership]) -> None:
    """Raise LastAdmin when members remain of whom none is an admin."""
    if remaining and all(one.clinic_role is not ClinicRole.ADMIN for one in remaining):
        raise LastAdmin
