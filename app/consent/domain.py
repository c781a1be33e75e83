"""The one table of who may do what, and what a care link is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Invalid
from app.kernel.permissions import Actor, Permission, Role

CONSENT_TEXT_VERSION = "2026-11"
LONGEST_LINK = timedelta(days=366)
"""A care link lasts twelve months at most (SECURITY 4.3)."""


class Scope(StrEnum):
    """What a patient may open to a therapist; there is no scope for everything."""

    SESSIONS_READ = "sessions.read"
    PAIN_READ = "pain.read"
    NOTES_READ = "notes.read"
    ADVICE_READ = "advice.read"
    PLAN_WRITE = "plan.write"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Access:
    """Who holds a permission: roles for what belongs to no patient; else the patient, and linked therapists.

    With `any_scope` a therapist needs some scope, and the answer holds what that scope opens; with `also` a
    therapist needs these scopes besides the one.
    """

    roles: frozenset[Role] = frozenset()
    patient: bool = False
    scope: Scope | None = None
    any_scope: bool = False
    also: frozenset[Scope] = frozenset()


EVERYONE = frozenset(Role)
PATIENTS = frozenset({Role.PATIENT})
REVIEWERS = frozenset({Role.THERAPIST, Role.ADMIN})

TABLE: dict[Permission, Access] = {
    Permission.OWN_ACCOUNT: Access(roles=EVERYONE),
    Permission.LIBRARY_READ: Access(roles=EVERYONE),
    Permission.EXERCISES_OWN: Access(roles=frozenset({Role.THERAPIST})),
    Permission.EVIDENCE_REVIEW: Access(roles=REVIEWERS),
    Permission.GUIDANCE_EVALUATE: Access(roles=EVERYONE),
    Permission.RUNS_IMPORT: Access(roles=PATIENTS),
    Permission.SESSIONS_READ: Access(patient=True, scope=Scope.SESSIONS_READ),
    Permission.SESSIONS_WRITE: Access(patient=True),
    Permission.PAIN_READ: Access(patient=True, scope=Scope.PAIN_READ),
    Permission.PAIN_WRITE: Access(patient=True),
    Permission.MEASUREMENTS_WRITE: Access(patient=True, scope=Scope.PLAN_WRITE, also=frozenset({Scope.PAIN_READ})),
    Permission.INSTRUMENT_TEXTS_WRITE: Access(roles=frozenset({Role.ADMIN})),
    Permission.ADVICE_READ: Access(patient=True, scope=Scope.ADVICE_READ),
    Permission.FINDINGS_READ: Access(patient=True, scope=Scope.PAIN_READ, also=frozenset({Scope.SESSIONS_READ})),
    Permission.PAUSE_CLOSE: Access(patient=True, scope=Scope.PLAN_WRITE),
    Permission.PLAN_WRITE: Access(scope=Scope.PLAN_WRITE),
    Permission.SYNC_USE: Access(roles=EVERYONE),
    Permission.SYNC_READ: Access(patient=True, any_scope=True),
    Permission.SYNC_WRITE: Access(patient=True),
    Permission.PLAN_READ: Access(patient=True, scope=Scope.PLAN_WRITE),
    Permission.PLAN_START: Access(patient=True, scope=Scope.PLAN_WRITE),
    Permission.DUE_READ: Access(patient=True, scope=Scope.PLAN_WRITE, also=frozenset({Scope.SESSIONS_READ})),
    Permission.DOSE_READ: Access(
        patient=True, scope=Scope.PLAN_WRITE, also=frozenset({Scope.SESSIONS_READ, Scope.PAIN_READ})
    ),
    Permission.CARE_LINKS_MANAGE: Access(patient=True),
    Permission.CASELOAD_READ: Access(roles=frozenset({Role.THERAPIST})),
    Permission.PROGRESS_READ: Access(patient=True, any_scope=True),
    Permission.REVIEWS_READ: Access(patient=True, scope=Scope.ADVICE_READ),
    Permission.REVIEW_SIGN: Access(scope=Scope.ADVICE_READ),
}
"""Permission.PUBLIC is not here: it asks nobody."""


class Verdict(StrEnum):
    """May they? `HIDDEN` is answered like something that does not exist."""

    GRANTED = "granted"
    DENIED = "denied"
    HIDDEN = "hidden"


def may(actor: Actor, permission: Permission, patient_id: UUID | None, scopes: frozenset[Scope] | None) -> Verdict:
    """May the actor do that, with these scopes of an active link to the patient (None: no link)?"""
    access = TABLE[permission]
    if patient_id is None:
        return Verdict.GRANTED if actor.role in access.roles else Verdict.DENIED
    if actor.is_patient(patient_id):
        return Verdict.GRANTED if access.patient else Verdict.DENIED
    if actor.role is not Role.THERAPIST or scopes is None:
        return Verdict.HIDDEN
    opens = access.any_scope or (access.scope is not None and {access.scope, *access.also} <= scopes)
    return Verdict.GRANTED if opens else Verdict.DENIED


class LinkTooLong(Invalid):
    """A care link ends after twelve months at most, and not in the past."""

    code = "care_link_end"
    title = "The end must lie in the future and within twelve months"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLink:
    """A patient's permission for one therapist, for a purpose and a time."""

    id: UUID
    therapist_id: UUID
    scopes: frozenset[Scope]
    purpose: str
    consent_text_version: str
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a therapist holds for a patient at one moment.

    `version` is the number of the newest change of a link between the two, and one more for each link whose time
    is over: it grows with every change of what the therapist may see, an end by the clock included.
    """

    scopes: frozenset[Scope]
    version: int


NOTHING = Grant(frozenset(), 0)


def check_end(link: CareLink) -> None:
    """Raise LinkTooLong unless the link ends within twelve months from its grant."""
    if not link.granted_at < link.expires_at <= link.granted_at + LONGEST_LINK:
        raise LinkTooLong
