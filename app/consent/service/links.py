"""Let a therapist in and out: what becomes of care links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.consent import repository
from app.consent.domain import (
    MOST_LINKS,
    CareLink,
    Ended,
    LinkTooLong,
    NothingToConfirm,
    TooManyLinks,
    check_end,
)
from app.consent.repository import clinics
from app.db.synced import lock_stream
from app.kernel.errors import Invalid, NotVisible
from app.kernel.permissions import Actor, Role


class NoSuchTherapist(Invalid):
    """There is no therapist with this id."""

    code = "no_such_therapist"
    title = "There is no therapist with this id"


@dataclass(frozen=True, slots=True)
class ToldLink:
    """A care link with whom it lets in (None: the account is gone), and the name of the clinic it was given in."""

    link: CareLink
    therapist: Account | None
    clinic_name: str | None


def patients_of(db: Session, reader: Actor, at: datetime) -> list[tuple[UUID, bool]]:
    """Return the patients whose stream a person may read (True) or could once (False)."""
    if reader.role is Role.PATIENT:
        return [(reader.account_id, True)]
    return repository.linked_patients(db, reader.account_id, at)


def treated_by(db: Session, therapist_id: UUID, at: datetime) -> list[UUID]:
    """Return the patients with a link to a therapist that is in force."""
    return [patient_id for patient_id, is_open in repository.linked_patients(db, therapist_id, at) if is_open]


def grant_access(db: Session, patient_id: UUID, link: CareLink, device_id: UUID) -> CareLink:
    """Let a therapist see what the scopes say until the link ends.

    Raises LinkTooLong, TooManyLinks, or NoSuchTherapist, also where they have no part in the clinic named.
    """
    check_end(link)
    if not _is_therapist(db, link.therapist_id) or not _is_in_clinic(db, link):
        raise NoSuchTherapist
    lock_stream(db, patient_id)
    if repository.count_active(db, patient_id, link.granted_at) >= MOST_LINKS:
        raise TooManyLinks
    repository.store_link(db, patient_id, link, device_id, link.granted_at)
    return link


def revoke_access(db: Session, patient_id: UUID, link_id: UUID, device_id: UUID, at: datetime) -> None:
    """End a care link at once; doing it again changes nothing. Raises NotVisible for an unknown one."""
    lock_stream(db, patient_id)
    found = read_link(db, patient_id, link_id)
    if found.revoked_at is None:
        repository.store_link(db, patient_id, found.ended(at, Ended.BY_PATIENT), device_id, at)


def keep_link(
    db: Session, patient_id: UUID, link_id: UUID, expires_at: datetime, device_id: UUID, at: datetime
) -> CareLink:
    """Let a link stay that the patient was asked about, with a new end.

    Raises NotVisible, NothingToConfirm or LinkTooLong.
    """
    lock_stream(db, patient_id)
    found = read_link(db, patient_id, link_id)
    if found.asked_because is None or not found.is_open(at):
        raise NothingToConfirm
    kept = replace(found, expires_at=expires_at, asked_because=None)
    check_end(kept)
    if expires_at <= at:
        raise LinkTooLong
    repository.store_link(db, patient_id, kept, device_id, at)
    return kept


def end_care(db: Session, patient_id: UUID, therapist_id: UUID, device_id: UUID | None, at: datetime) -> None:
    """End all that a therapist holds for a patient, as the therapist wishes."""
    lock_stream(db, patient_id)
    for link in repository.find_links(db, patient_id):
        if link.therapist_id == therapist_id and link.is_open(at):
            repository.store_link(db, patient_id, link.ended(at, Ended.BY_THERAPIST), device_id, at)


def read_link(db: Session, patient_id: UUID, link_id: UUID) -> CareLink:
    """Return one of a patient's links; raise NotVisible."""
    found = repository.find_links(db, patient_id, link_id)
    if not found:
        raise NotVisible
    return found[0]


def _is_therapist(db: Session, account_id: UUID) -> bool:
    try:
        return accounts.account_of(db, account_id).role is Role.THERAPIST
    except NotVisible:
        return False


def _is_in_clinic(db: Session, link: CareLink) -> bool:
    return link.clinic_id is None or clinics.find_membership(db, link.clinic_id, link.therapist_id) is not None


def links_of(db: Session, patient_id: UUID) -> list[CareLink]:
    """Return a patient's care links, ended ones as well, newest first."""
    return repository.find_links(db, patient_id)


def told_of(db: Session, links: Sequence[CareLink]) -> list[ToldLink]:
    """Return links with the names of therapists and clinics, as a patient reads them."""
    people = accounts.people_of(db, {link.therapist_id for link in links})
    named = clinics.find_clinics(db, {link.clinic_id for link in links if link.clinic_id is not None})
    return [
        ToldLink(
            link, people.get(link.therapist_id), named[link.clinic_id].name if link.clinic_id is not None else None
        )
        for link in links
    ]


def has_therapist(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Is any therapist in active care of this patient?"""
    return repository.has_active_link(db, patient_id, at)


def therapists_of(db: Session, patient_id: UUID, at: datetime) -> list[UUID]:
    """Return the therapists in active care of a patient."""
    return repository.active_therapists(db, patient_id, at)
