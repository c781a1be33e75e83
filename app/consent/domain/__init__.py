"""The one table of who may do what, and what a care link is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.consent.domain.clinics import ClinicRole
from app.kernel.errors import Conflict, Invalid
from app.kernel.permissions import Actor, Permission, Role

CONSENT_TEXT_VERSION = "2026-11"
LONGEST_LINK = timedelta(days=366)
"""A care link lasts twelve months at most (SECURITY 4.3)."""
MOST_LINKS = 20
"""So many links of one patient are in force at once (SECURITY 4.9)."""
TIME_TO_CONFIRM = timedelta(days=14)
"""How long a link stays in force that the patient is asked about."""


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
    therapist needs these scopes besides the one. With `clinic` it is a clinic's own, for whoever has at least that
    part in it; it never opens anything of a patient.
    """

    roles: frozenset[Role] = frozenset()
    patient: bool = False
    scope: Scope | None = None
    any_scope: bool = False
    also: frozenset[Scope] = frozenset()
    clinic: ClinicRole | None = None

    @property
    def is_of_a_patient(self) -> bool:
        """Is it asked about one patient?"""
        return self.patient or self.any_scope or self.scope is not None


EVERYONE = frozenset(Role)
PATIENTS = frozenset({Role.PATIENT})
THERAPISTS = frozenset({Role.THERAPIST})
REVIEWERS = frozenset({Role.THERAPIST, Role.ADMIN})

TABLE: dict[Permission, Access] = {
    Permission.OWN_ACCOUNT: Access(roles=EVERYONE),
    Permission.LIBRARY_READ: Access(roles=EVERYONE),
    Permission.EXERCISES_OWN: Access(roles=THERAPISTS),
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
    Permission.CARE_END: Access(any_scope=True),
    Permission.CONSENT_TEXT_READ: Access(roles=EVERYONE),
    Permission.INVITATIONS_USE: Access(roles=PATIENTS | THERAPISTS),
    Permission.INVITATIONS_CONFIRM: Access(roles=PATIENTS),
    Permission.CLINICS_USE: Access(roles=THERAPISTS),
    Permission.CLINIC_READ: Access(clinic=ClinicRole.MEMBER),
    Permission.CLINIC_MANAGE: Access(clinic=ClinicRole.ADMIN),
    Permission.ACCESS_LOG_READ: Access(roles=PATIENTS),
    Permission.CASELOAD_READ: Access(roles=frozenset({Role.THERAPIST})),
    Permission.PROGRESS_READ: Access(patient=True, any_scope=True),
    Permission.REVIEWS_READ: Access(patient=True, scope=Scope.ADVICE_READ),
    Permission.REVIEW_SIGN: Access(scope=Scope.ADVICE_READ),
    Permission.CALENDAR_USE: Access(roles=PATIENTS),
    Permission.WEBHOOKS_USE: Access(roles=THERAPISTS),
    Permission.MESSAGES_READ: Access(patient=True, scope=Scope.MESSAGE),
    Permission.MESSAGES_WRITE: Access(patient=True, scope=Scope.MESSAGE),
    Permission.FHIR_USE: Access(roles=PATIENTS | THERAPISTS),
    Permission.FHIR_READ: Access(patient=True, any_scope=True),
    Permission.RECORD_OWN: Access(roles=PATIENTS | THERAPISTS),
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


def may_in_clinic(permission: Permission, held: ClinicRole | None) -> Verdict:
    """May somebody with this part in a clinic do that there (None: no part in it)?"""
    needed = TABLE[permission].clinic
    if needed is None:
        return Verdict.DENIED
    if held is None:
        return Verdict.HIDDEN
    return Verdict.GRANTED if held in (needed, ClinicRole.ADMIN) else Verdict.DENIED


class TooManyLinks(Conflict):
    """So many people see this patient that one of them has to go first."""

    code = "too_many_care_links"
    title = f"At most {MOST_LINKS} care links are in force at once"


class NothingToConfirm(Conflict):
    """The patient is not asked about this link, or it has ended."""

    code = "nothing_to_confirm"
    title = "Nothing is asked about this link"


class LinkTooLong(Invalid):
    """A care link ends after twelve months at most, and not in the past."""

    code = "care_link_end"
    title = "The end must lie in the future and within twelve months"


class Ended(StrEnum):
    """Why a link ended before its time."""

    BY_PATIENT = "by_patient"
    BY_THERAPIST = "by_therapist"
    LEFT_CLINIC = "left_clinic"


class Asked(StrEnum):
    """Why a patient is asked whether a link shall stay."""

    LEFT_CLINIC = "left_clinic"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLink:
    """A patient's permission for one therapist, for a purpose and a time.

    With a clinic it was given to the therapist as a member of it, and ends with the membership. While something
    is asked about it, it ends when `TIME_TO_CONFIRM` has passed without an answer.
    """

    id: UUID
    therapist_id: UUID
    scopes: frozenset[Scope]
    purpose: str
    consent_text_version: str
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    clinic_id: UUID | None = None
    ended_because: Ended | None = None
    asked_because: Asked | None = None

    def is_open(self, at: datetime) -> bool:
        """Was it neither ended nor outlived at that instant?"""
        return self.revoked_at is None and at < self.expires_at

    def ended(self, at: datetime, why: Ended) -> CareLink:
        """Return the link as it is once it was ended."""
        return replace(self, revoked_at=at, ended_because=why, asked_because=None)

    def questioned(self, at: datetime, why: Asked) -> CareLink:
        """Return the link as it is once the patient is asked about it: it ends soon, unless they say that it stays."""
        return replace(self, expires_at=min(self.expires_at, at + TIME_TO_CONFIRM), asked_because=why)


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
