"""Found a clinic, join it, manage its members and leave it; none of it opens anything of a patient."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.consent import repository
from app.consent.domain import Asked, CareLink, Ended
from app.consent.domain.clinics import (
    MOST_CLINICS,
    AlreadyMember,
    Clinic,
    ClinicIdInUse,
    ClinicRole,
    LastAdmin,
    Membership,
    TooManyClinics,
    check_somebody_manages,
)
from app.consent.repository import clinics
from app.db.synced import lock_stream
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's part in a clinic, and who they are."""

    membership: Membership
    account: Account


def found_clinic(db: Session, clinic: Clinic, founder_id: UUID) -> tuple[Clinic, bool]:
    """Store a clinic with its founder as its admin and return it with True; sent again it is returned with False.

    Raises ClinicIdInUse or TooManyClinics.
    """
    known = clinics.find_clinic(db, clinic.id)
    if known is not None:
        if known.name != clinic.name or clinics.find_membership(db, clinic.id, founder_id) is None:
            raise ClinicIdInUse
        return known, False
    clinics.insert_clinic(db, clinic)
    _begin(db, clinic.id, founder_id, ClinicRole.ADMIN, clinic.founded_at)
    return clinic, True


def join(db: Session, clinic_id: UUID, account_id: UUID, at: datetime) -> None:
    """Make somebody a member who was invited; raise NotVisible for a closed clinic, AlreadyMember, TooManyClinics."""
    clinics.lock_clinic(db, clinic_id)
    clinic = clinics.find_clinic(db, clinic_id)
    if clinic is None or clinic.closed_at is not None:
        raise NotVisible
    if clinics.find_membership(db, clinic_id, account_id) is not None:
        raise AlreadyMember
    _begin(db, clinic_id, account_id, ClinicRole.MEMBER, at)


def _begin(db: Session, clinic_id: UUID, account_id: UUID, role: ClinicRole, at: datetime) -> None:
    if len(clinics.find_memberships_of(db, account_id)) >= MOST_CLINICS:
        raise TooManyClinics
    begun = Membership(id=new_id(), clinic_id=clinic_id, account_id=account_id, clinic_role=role, started_at=at)
    clinics.insert_membership(db, begun)


def change_part(db: Session, clinic_id: UUID, account_id: UUID, role: ClinicRole) -> None:
    """Give a member another part; raise NotVisible for nobody of this clinic, LastAdmin."""
    clinics.lock_clinic(db, clinic_id)
    member = _member(db, clinic_id, account_id)
    clinics.update_membership(db, member.id, clinic_role=role)
    check_somebody_manages(clinics.find_members(db, clinic_id))


def leave(db: Session, clinic_id: UUID, account_id: UUID, device_id: UUID | None, at: datetime) -> None:
    """End somebody's part in a clinic, all links given to them in it, and all their sessions, at once.

    A link that a patient gave them personally while they were a member stays for now, and the patient is asked.
    The clinic closes behind its last member. Raises NotVisible for nobody of this clinic, LastAdmin.
    """
    clinics.lock_clinic(db, clinic_id)
    member = _member(db, clinic_id, account_id)
    clinics.update_membership(db, member.id, ended_at=at)
    remaining = clinics.find_members(db, clinic_id)
    check_somebody_manages(remaining)
    if not remaining:
        clinics.close_clinic(db, clinic_id, at)
    _part_from_patients(db, member, device_id, at)
    accounts.end_sessions(db, account_id, at, "left_clinic")


def leave_clinics(db: Session, account_id: UUID, at: datetime, *, even_last_admin: bool = False) -> None:
    """End somebody's part in each clinic of theirs; raise LastAdmin unless that does not matter any more."""
    for part in clinics.find_memberships_of(db, account_id):
        with suppress(LastAdmin) if even_last_admin else nullcontext():
            leave(db, part.clinic_id, account_id, None, at)


def _part_from_patients(db: Session, member: Membership, device_id: UUID | None, at: datetime) -> None:
    """Change each link under its patient's lock, as it is by then: what was ended meanwhile stays ended."""
    for patient_id, link_id in repository.find_open_links_of(db, member.account_id, at):
        lock_stream(db, patient_id)
        (link,) = repository.find_links(db, patient_id, link_id)
        changed = _after_leaving(link, member, at) if link.is_open(at) else None
        if changed is not None:
            repository.store_link(db, patient_id, changed, device_id, at)


def _after_leaving(link: CareLink, member: Membership, at: datetime) -> CareLink | None:
    """Return what becomes of a link when its therapist leaves a clinic; None where it is not touched by that."""
    if link.clinic_id == member.clinic_id:
        return link.ended(at, Ended.LEFT_CLINIC)
    if link.clinic_id is None and link.granted_at >= member.started_at and link.asked_because is None:
        return link.questioned(at, Asked.LEFT_CLINIC)
    return None


def members_of(db: Session, clinic_id: UUID, after: UUID | None, limit: int) -> list[Member]:
    """Return a clinic's members, in the order of their accounts."""
    found = clinics.find_members(db, clinic_id, after, limit)
    people = accounts.people_of(db, {one.account_id for one in found})
    return [Member(one, people[one.account_id]) for one in found]


def clinics_of(db: Session, account_id: UUID) -> list[tuple[Clinic, ClinicRole]]:
    """Return the clinics that somebody has a part in, with that part."""
    parts = clinics.find_memberships_of(db, account_id)
    named = clinics.find_clinics(db, {part.clinic_id for part in parts})
    return [(named[part.clinic_id], part.clinic_role) for part in parts]


def works_in(db: Session, account_id: UUID, clinic_id: UUID) -> bool:
    """Has somebody a part in this clinic just now?"""
    return clinics.find_membership(db, clinic_id, account_id) is not None


def circle_of(db: Session, reader: Actor, at: datetime) -> frozenset[UUID]:
    """Return the therapists and clinics whose own exercises somebody sees.

    A therapist: themselves and their clinics; a patient: the therapists who treat them, and the clinics they do it in.
    """
    if reader.role is Role.PATIENT:
        return frozenset(repository.active_circle(db, reader.account_id, at))
    if reader.role is not Role.THERAPIST:
        return frozenset()
    parts = clinics.find_memberships_of(db, reader.account_id)
    return frozenset({reader.account_id, *(part.clinic_id for part in parts)})


def _member(db: Session, clinic_id: UUID, account_id: UUID) -> Membership:
    found = clinics.find_membership(db, clinic_id, account_id)
    if found is None:
        raise NotVisible
    return found
