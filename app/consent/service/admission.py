"""The one question every route asks: may this person do that, to this patient or in this clinic?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain.second_factor import SecondFactorMissing
from app.consent import repository
from app.consent.domain import NOTHING, TABLE, Verdict, may, may_in_clinic
from app.consent.repository import clinics, purges
from app.kernel.clock import now
from app.kernel.errors import Denied, NotVisible
from app.kernel.permissions import Actor, Permission, Role

JUST_LOGGED_IN = timedelta(minutes=5)
"""So long after a log-in members of a clinic may be changed (SECURITY 4.2)."""
SYNC = frozenset({Permission.SYNC_READ, Permission.SYNC_WRITE})


class ConsentRevoked(Denied):
    """The link was withdrawn or has ended: the local copy is to be deleted."""

    code = "consent_revoked"
    title = "The consent has ended; delete the local copy"


class ReadOnly(Denied):
    """This stream is only read by this person."""

    code = "read_only"
    title = "You only read this stream"


class LogInAgain(Denied):
    """Who may be in a clinic is changed by somebody who has just said who they are, not by a session left open."""

    code = "log_in_again"
    title = "Log in again; this is only done soon after it"


class NoSuchStream(NotVisible):
    """There is no stream of that patient, or not for this person."""

    code = "no_such_stream"


def permits(
    db: Session,
    account_id: UUID,
    device_id: UUID,
    permission: Permission,
    patient_id: UUID | None,
    clinic_id: UUID | None = None,
    *,
    asks_second_factor: bool = False,
) -> Actor:
    """Return who asks; raise Unauthenticated, Denied, or NotVisible for what must look as if it did not exist.

    With `asks_second_factor` a therapist's or admin's session without one reaches only their own account, where it is
    set up; nothing else tells such a session apart from another.
    """
    actor = accounts.actor_of(db, account_id, device_id, now())
    lacks_factor = asks_second_factor and actor.role is not Role.PATIENT and not actor.has_second_factor
    if lacks_factor and permission is not Permission.OWN_ACCOUNT:
        raise SecondFactorMissing
    if clinic_id is not None:
        return _admit_to_clinic(db, actor, permission, clinic_id)
    return admit_to(db, actor, permission, patient_id)


def _admit_to_clinic(db: Session, actor: Actor, permission: Permission, clinic_id: UUID) -> Actor:
    """Return somebody with a part in a clinic; to others there is no such clinic."""
    held = clinics.find_membership(db, clinic_id, actor.account_id)
    verdict = may_in_clinic(permission, held.clinic_role if held else None)
    if verdict is not Verdict.GRANTED:
        raise NotVisible if verdict is Verdict.HIDDEN else Denied
    if permission is Permission.CLINIC_MANAGE and not _has_just_logged_in(actor):
        raise LogInAgain
    return actor


def _has_just_logged_in(actor: Actor) -> bool:
    return actor.logged_in_at is not None and now() - actor.logged_in_at <= JUST_LOGGED_IN


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
    if (actor.scopes, actor.consent_version) == (held.scopes, held.version):
        return actor
    return replace(actor, scopes=held.scopes, consent_version=held.version)


def _hidden(db: Session, actor: Actor, permission: Permission, patient_id: UUID | None) -> Denied | NotVisible:
    """Return what somebody without access is told: to drop a copy they once might have, else nothing at all."""
    if permission not in SYNC or patient_id is None:
        return NotVisible()
    if actor.role is Role.THERAPIST and _once_read(db, patient_id, actor.account_id):
        return ConsentRevoked(extra={"purge": True})
    return NoSuchStream()


def _once_read(db: Session, patient_id: UUID, therapist_id: UUID) -> bool:
    """Did the patient ever let this therapist in, were it that nobody knows the patient any more?"""
    linked = repository.was_ever_linked(db, patient_id, therapist_id)
    return linked or purges.is_marked(db, patient_id, therapist_id)


def remember_readers(db: Session, patient_id: UUID) -> None:
    """Let those who ever read a patient still hear that their copy is to be deleted, once the patient is erased."""
    purges.keep_marks(db, patient_id)


def is_complete() -> bool:
    """Does the table say of every permission but the public one who holds it?"""
    return set(TABLE) == set(Permission) - {Permission.PUBLIC}
