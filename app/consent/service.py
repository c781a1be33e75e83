"""Grant and revoke access, and answer the one question every route asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent import repository
from app.consent.domain import TABLE, CareLink, Verdict, check_end, may
from app.db.synced import lock_stream
from app.kernel.clock import now
from app.kernel.errors import Denied, Invalid, NotVisible
from app.kernel.permissions import Actor, Permission, Role


class NoSuchTherapist(Invalid):
    """There is no therapist with this id."""

    code = "no_such_therapist"
    title = "There is no therapist with this id"


def permits(db: Session, account_id: UUID, device_id: UUID, permission: Permission, patient_id: UUID | None) -> Actor:
    """Return who asks; raise Unauthenticated, Denied, or NotVisible for what must look as if it did not exist."""
    at = now()
    actor = accounts.actor_of(db, account_id, device_id, at)
    scopes = None
    if patient_id is not None and actor.role is Role.THERAPIST:
        scopes = repository.active_scopes(db, patient_id, actor.account_id, at)
    verdict = may(actor, permission, patient_id, scopes)
    if verdict is Verdict.HIDDEN:
        raise NotVisible
    if verdict is Verdict.DENIED:
        raise Denied
    return replace(actor, scopes=frozenset(scopes or ()))


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


def is_complete() -> bool:
    """Does the table say of every permission but the public one who holds it?"""
    return set(TABLE) == set(Permission) - {Permission.PUBLIC}
