"""What an invitation is: one code, one use, 72 hours, and the patient's word at its end."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.consent.domain import LONGEST_LINK, LinkTooLong, Scope
from app.kernel.errors import Conflict, Invalid, NotVisible
from app.kernel.permissions import Role

GOOD_FOR = timedelta(hours=72)
"""How long an invitation is good, its confirmation included (SECURITY 4.3)."""
CODE_BYTES = 15
"""120 random bits: 24 letters and digits that can be read aloud."""
MOST_OPEN = 50
"""So many invitations of one person wait at once."""
_GROUP = 4


class InvitationKind(StrEnum):
    """What an invitation leads to: a care link, or a part in a clinic."""

    CARE = "care"
    MEMBERSHIP = "membership"


class InvitationStatus(StrEnum):
    """How far an invitation has come."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NoSuchInvitation(NotVisible):
    """Unknown, used, withdrawn or too old: which of them, nobody is told."""

    code = "no_such_invitation"
    title = "This invitation is not good, or not any more"


class TooManyInvitations(Conflict):
    """More invitations wait than one person can mean."""

    code = "too_many_invitations"
    title = f"At most {MOST_OPEN} invitations wait at once; withdraw some, or wait until they end"


class OtherTherapist(Invalid):
    """The therapist named is not the one who would be let in."""

    code = "other_therapist"
    title = "Name the therapist of this invitation"


class ScopesBeyondInvitation(Invalid):
    """More would be opened than was asked for."""

    code = "scopes_beyond_invitation"
    title = "Open what was asked for, or less"


class ConsentTextChanged(Conflict):
    """The words agreed to are not those that hold now."""

    code = "consent_text_changed"
    title = "Read the consent text again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation; its code is known to whoever made it, and kept here only as a hash.

    Of care: made by a patient or a therapist, accepted by the other, confirmed by the patient. Of a membership:
    made by a clinic's admin, and good once a therapist accepts it.
    """

    id: UUID
    kind: InvitationKind
    inviter_id: UUID
    inviter_role: Role
    clinic_id: UUID | None
    scopes: frozenset[Scope]
    purpose: str | None
    link_expires_at: datetime | None
    made_at: datetime
    expires_at: datetime
    accepted_by: UUID | None = None
    accepted_at: datetime | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def status(self, at: datetime) -> InvitationStatus:
        """Return how far it has come at that instant."""
        if self.confirmed_at is not None:
            return InvitationStatus.CONFIRMED
        if self.withdrawn_at is not None:
            return InvitationStatus.WITHDRAWN
        if at >= self.expires_at:
            return InvitationStatus.EXPIRED
        return InvitationStatus.OPEN if self.accepted_by is None else InvitationStatus.ACCEPTED

    @property
    def is_from_patient(self) -> bool:
        """Did the patient make it?"""
        return self.inviter_role is Role.PATIENT

    @property
    def patient_id(self) -> UUID | None:
        """Return the patient it is about, once one is known."""
        return self.inviter_id if self.is_from_patient else self.accepted_by

    @property
    def therapist_id(self) -> UUID | None:
        """Return the therapist it is about, once one is known."""
        return self.accepted_by if self.is_from_patient else self.inviter_id


def is_for(invitation: Invitation, account_id: UUID, role: Role) -> bool:
    """May this person accept the invitation? Care is between a patient and a therapist, a clinic for therapists."""
    if account_id == invitation.inviter_id:
        return False
    if invitation.kind is InvitationKind.MEMBERSHIP or invitation.is_from_patient:
        return role is Role.THERAPIST
    return role is Role.PATIENT


def check_link_end(invitation: Invitation) -> None:
    """Raise LinkTooLong unless the link would end within twelve months, and after the invitation was made."""
    end = invitation.link_expires_at
    if end is None or not invitation.made_at < end <= invitation.made_at + LONGEST_LINK:
        raise LinkTooLong


def check_confirmation(
    invitation: Invitation, therapist_id: UUID, scopes: Iterable[Scope], text_is_current: bool
) -> None:
    """Raise unless the patient names the therapist, opens no more than was asked, and read the words that hold."""
    if therapist_id != invitation.therapist_id:
        raise OtherTherapist
    if not frozenset(scopes) <= invitation.scopes:
        raise ScopesBeyondInvitation
    if not text_is_current:
        raise ConsentTextChanged


def new_code() -> str:
    """Return a new code, in groups that can be read aloud."""
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))


def hash_of(code: str) -> bytes:
    """Return the SHA-256 of a code, however it was typed: spaces, dashes and case do not matter."""
    return hashlib.sha256("".join(letter for letter in code.upper() if letter.isalnum()).encode()).digest()
