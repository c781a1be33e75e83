"""Grant and revoke access, and answer the one question every route asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent import repository
from app.consent.domain import NOTHING, TABLE, CareLink, Verdict, check_end, may
from app.consent.models import CARE_LINKS
from app.db.synced import lock_stream
from app.kernel.clock import now
from app.kernel.errors import Denied, Invalid, NotVisible
from app.kernel.permissions import Actor, Permission, Role

COLLECTIONS = (CARE_LINKS,)
"""What devices read of consent."""


SYNC = frozenset({Permission.SYNC_READ, Permission.SYNC_WRITE})


class ConsentRevoked(Denied):
    """The link was withdrawn or has ended: the local copy is to be deleted."""

    code = "consent_revoked"
    title = "The consent has ended; delete the local copy"


class ReadOnly(Denied):
    """This stream is only read by this person."""

    code = "read_only"
    title = "You only read this stream"


class NoSuchStream(NotVisible):
    """There is no stream of that patient, or not for this person."""

    code = "no_such_stream"


class NoSuchTherapist(Invalid):
    """There is no therapist with this id."""

    code = "no_such_therapist"
    title = "There is no therapist with this id"


def permits(db: Session, account_id: UUID, device_id: UUID, permission: Permission, patient_id: UUID | None) -> Actor:
    """Return who asks; raise Unauthenticated, Denied, or NotVisible for what must look as if it did not exist."""
    actor = accounts.actor_of(db, account_id, device_id, now())
    return admit_to(db, actor, permission, patient_id)


def admit_to(db: Session, actor: Actor, permission: Permission, patient_id: UUID | None) -> Actor:
    """Return somebody known with the scopes they hold for a patient; raise Denied or NotVisible."""
    grant = None
    if patient_id is not None and actor.role is Role.THERAPIST:
        grant = repository.find_grant(db, patient_id, actor.account_id, now())
    verdict = may(actor, permission, patient_id, grant.scopes if grant else None)
    if verdict is Verdict.HIDDEN:
        raise _hidden(db, actor, permission, patient_id)
    if verdict is Verdict.DENIED:
        raise ReadOnly if permission is Permission.SYNC_WRITE else Denied
    held = grant or NOTHING
    return replace(actor, scopes=held.scopes, consent_version=held.version)


def _hidden(db: Session, actor: Actor, permission: Permission, patient_id: UUID | None) -> Denied | NotVisible:
    """Return what somebody without access is told: to drop a copy they once might have, else nothing at all."""
    if permission not in SYNC or patient_id is None:
        return NotVisible()
    if actor.role is Role.THERAPIST and repository.was_ever_linked(db, patient_id, actor.account_id):
        return ConsentRevoked(extra={"purge": True})
    return NoSuchStream()


def patients_of(db: Session, reader: Actor, at: datetime) -> list[tuple[UUID, bool]]:
    """Return the patients whose stream a person may read (True) or could once (False)."""
    if reader.role is Role.PATIENT:
        return [(reader.account_id, True)]
    return repository.linked_patients(db, reader.account_id, at)


def grant_access(db: Session, patient_id: UUID, link: CareLink, device_id: UUID) -> CareLink:
    """Let a therapist see what the scopes say until the link ends; raise NoSuchTherapist or LinkTooLong."""
    check_end(link)
    try:
        therapist = accounts.account_of(db, link.therapist_id)
    except NotVisible:
        raise NoSuchTherapist from None
    if therapist.role is not Role.THERAPIST:
        raise NoSuchTherapist
    lock_stream(db, patient_id)
    repository.store_link(db, patient_id, link, device_id, link.granted_at)
    return link


def revoke_access(db: Session, patient_id: UUID, link_id: UUID, device_id: UUID, at: datetime) -> None:
    """End a care link at once; doing it again changes nothing. Raises NotVisible for an unknown one."""
    lock_stream(db, patient_id)
    found = repository.find_links(db, patient_id, link_id)
    if not found:
        raise NotVisible
    if found[0].revoked_at is None:
        repository.store_link(db, patient_id, replace(found[0], revoked_at=at), device_id, at)


def links_of(db: Session, patient_id: UUID) -> list[CareLink]:
    """Return a patient's care links, ended ones as well, newest first."""
    return repository.find_links(db, patient_id)


def has_therapist(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Is any therapist in active care of this patient?"""
    return repository.has_active_link(db, patient_id, at)


def therapists_of(db: Session, patient_id: UUID, at: datetime) -> list[UUID]:
    """Return the therapists in active care of a patient."""
    return repository.active_therapists(db, patient_id, at)


def is_complete() -> bool:
    """Does the table say of every permission but the public one who holds it?"""
    return set(TABLE) == set(Permission) - {Permission.PUBLIC}
