"""Invite, accept, confirm, withdraw: how a therapist and a patient find each other, and a clinic its members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.consent.domain import CONSENT_TEXT_VERSION, CareLink, Scope
from app.consent.domain.clinics import AlreadyMember, ClinicRole
from app.consent.domain.invitations import (
    MOST_OPEN,
    Invitation,
    InvitationKind,
    InvitationStatus,
    NoSuchInvitation,
    TooManyInvitations,
    check_confirmation,
    check_link_end,
    hash_of,
    is_for,
    new_code,
)
from app.consent.repository import clinics, invitations
from app.consent.service.clinics import join
from app.consent.service.links import grant_access, read_link
from app.kernel.errors import NotVisible
from app.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class ToldInvitation:
    """An invitation as one of the two reads it.

    The therapist and the clinic are told; the patient is not, before the invitation is confirmed.
    """

    invitation: Invitation
    status: InvitationStatus
    therapist: Account | None
    clinic_name: str | None
    patient_id: UUID | None


def invite(db: Session, invitation: Invitation) -> str:
    """Store an invitation and return its code, which is never told again.

    Raises LinkTooLong, TooManyInvitations, or NotVisible where the inviter has no part in the clinic.
    """
    if invitations.count_waiting(db, invitation.inviter_id, invitation.made_at) >= MOST_OPEN:
        raise TooManyInvitations
    if invitation.kind is InvitationKind.CARE:
        check_link_end(invitation)
    if invitation.clinic_id is not None:
        membership = clinics.find_membership(db, invitation.clinic_id, invitation.inviter_id)
        if membership is None:
            raise NotVisible
    code = new_code()
    invitations.insert_invitation(db, invitation, hash_of(code))
    return code


def accept(db: Session, code: str, who: Actor, at: datetime) -> ToldInvitation:
    """Use a code up and return what it invites to; raise NoSuchInvitation, whatever is the matter with it.

    Whoever has accepted may send the code again while nothing is confirmed, because an answer can be lost. An
    invitation to a clinic is good with that; one of care waits for the patient.
    """
    found = invitations.lock_by_code(db, hash_of(code))
    if found is None or not is_for(found, who.account_id, who.role) or not _may_be_accepted(found, who, at):
        raise NoSuchInvitation
    if found.accepted_by is None and not invitations.accept(db, found.id, who.account_id, at):
        raise NoSuchInvitation
    if found.kind is InvitationKind.MEMBERSHIP:
        _join(db, found, who, at)
    return read_invitation(db, found.id, who, at)


def _may_be_accepted(found: Invitation, who: Actor, at: datetime) -> bool:
    status = found.status(at)
    again = status is InvitationStatus.ACCEPTED and found.accepted_by == who.account_id
    return again or status is InvitationStatus.OPEN


def _join(db: Session, found: Invitation, who: Actor, at: datetime) -> None:
    """Make who accepted a member; an invitation whose inviter is no admin any more, or left, is not good."""
    if found.clinic_id is None:
        raise NoSuchInvitation
    inviter = clinics.find_membership(db, found.clinic_id, found.inviter_id)
    if inviter is None or inviter.clinic_role is not ClinicRole.ADMIN:
        raise NoSuchInvitation
    try:
        join(db, found.clinic_id, who.account_id, at)
    except (NotVisible, AlreadyMember):
        raise NoSuchInvitation from None
    invitations.update_invitation(db, found.id, confirmed_at=at)


def confirm(
    db: Session,
    invitation_id: UUID,
    patient: Actor,
    therapist_id: UUID,
    scopes: Sequence[Scope] | None,
    consent_text_version: str,
    at: datetime,
) -> tuple[CareLink, bool]:
    """Let the therapist in whom the patient names and return the link with True; again it is the same one, with False.

    Raises NotVisible where there is nothing to confirm, OtherTherapist, ScopesBeyondInvitation, ConsentTextChanged,
    LinkTooLong, NoSuchTherapist or TooManyLinks.
    """
    found = _held(db, invitation_id, patient)
    if found.kind is not InvitationKind.CARE or found.patient_id != patient.account_id:
        raise NotVisible
    if found.status(at) is InvitationStatus.CONFIRMED:
        return read_link(db, patient.account_id, found.id), False
    if found.status(at) is not InvitationStatus.ACCEPTED or found.link_expires_at is None:
        raise NotVisible
    wanted = found.scopes if scopes is None else frozenset(scopes)
    check_confirmation(found, therapist_id, wanted, consent_text_version == CONSENT_TEXT_VERSION)
    link = CareLink(
        id=found.id,
        therapist_id=therapist_id,
        scopes=wanted,
        purpose=found.purpose or "",
        consent_text_version=consent_text_version,
        granted_at=at,
        expires_at=found.link_expires_at,
        clinic_id=found.clinic_id,
    )
    invitations.update_invitation(db, found.id, confirmed_at=at)
    return grant_access(db, patient.account_id, link, patient.device_id), True


def withdraw(db: Session, invitation_id: UUID, who: Actor, at: datetime) -> None:
    """Take an invitation back, or decline it; again changes nothing. Raises NotVisible."""
    found = _held(db, invitation_id, who)
    if found.status(at) in (InvitationStatus.OPEN, InvitationStatus.ACCEPTED):
        invitations.update_invitation(db, found.id, withdrawn_at=at)


def read_invitation(db: Session, invitation_id: UUID, who: Actor, at: datetime) -> ToldInvitation:
    """Return an invitation that somebody made or accepted; raise NotVisible."""
    return _told(db, [_held(db, invitation_id, who)], at)[0]


def invitations_of(db: Session, who: Actor, before: UUID | None, limit: int, at: datetime) -> list[ToldInvitation]:
    """Return the invitations that somebody made or accepted, the latest first."""
    return _told(db, invitations.find_invitations(db, who.account_id, before, limit), at)


def _held(db: Session, invitation_id: UUID, who: Actor) -> Invitation:
    found = invitations.lock_invitation(db, invitation_id, who.account_id)
    if found is None:
        raise NotVisible
    return found


def _told(db: Session, found: Sequence[Invitation], at: datetime) -> list[ToldInvitation]:
    people = accounts.people_of(db, {one.therapist_id for one in found if one.therapist_id is not None})
    named = clinics.find_clinics(db, {one.clinic_id for one in found if one.clinic_id is not None})
    return [
        ToldInvitation(
            invitation=one,
            status=one.status(at),
            therapist=people[one.therapist_id] if one.therapist_id is not None else None,
            clinic_name=named[one.clinic_id].name if one.clinic_id is not None else None,
            patient_id=one.patient_id if one.confirmed_at is not None and one.kind is InvitationKind.CARE else None,
        )
        for one in found
    ]
