"""The names of what one may do, and of who asks; which role may do what stands in consent/domain.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What kind of person an account belongs to."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route needs; every route names exactly one."""

    PUBLIC = "public"
    OWN_ACCOUNT = "account.own"
    LIBRARY_READ = "library.read"
    EXERCISES_OWN = "exercises.own"
    EVIDENCE_REVIEW = "evidence.review"
    GUIDANCE_EVALUATE = "guidance.evaluate"
    SESSIONS_READ = "sessions.read"
    SESSIONS_WRITE = "sessions.write"
    PAIN_READ = "pain.read"
    PAIN_WRITE = "pain.write"
    MEASUREMENTS_WRITE = "measurements.write"
    INSTRUMENT_TEXTS_WRITE = "instrument_texts.write"
    ADVICE_READ = "advice.read"
    FINDINGS_READ = "findings.read"
    PAUSE_CLOSE = "pause.close"
    PLAN_WRITE = "plan.write"
    RUNS_IMPORT = "runs.import"
    SYNC_READ = "sync.read"
    SYNC_WRITE = "sync.write"
    SYNC_USE = "sync.use"
    PLAN_READ = "plan.read"
    PLAN_START = "plan.start"
    DUE_READ = "due.read"
    DOSE_READ = "dose.read"
    CARE_LINKS_MANAGE = "care_links.manage"
    CARE_END = "care.end"
    CONSENT_TEXT_READ = "consent_text.read"
    INVITATIONS_USE = "invitations.use"
    INVITATIONS_CONFIRM = "invitations.confirm"
    CLINICS_USE = "clinics.use"
    CLINIC_READ = "clinic.read"
    CLINIC_MANAGE = "clinic.manage"
    ACCESS_LOG_READ = "access_log.read"
    CASELOAD_READ = "caseload.read"
    PROGRESS_READ = "progress.read"
    REVIEWS_READ = "reviews.read"
    REVIEW_SIGN = "review.sign"
    MESSAGES_READ = "messages.read"
    MESSAGES_WRITE = "messages.write"
    WEBHOOKS_USE = "webhooks.use"
    CALENDAR_USE = "calendar.use"
    FHIR_USE = "fhir.use"
    FHIR_READ = "fhir.read"
    RECORD_OWN = "record.own"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the account, its role, the device session the request came with, and the person's zone.

    With `has_second_factor` that session was logged in with one; it was begun at `logged_in_at`.
    Of a patient in question: the scopes that a therapist
    holds, and a number that grows with every change of them. A token of another epoch than the account's is not good
    any more.
    """

    account_id: UUID
    role: Role
    device_id: UUID
    zone: str
    professional_role: str | None = None
    scopes: frozenset[str] = frozenset()
    consent_version: int = 0
    token_epoch: int = 0
    has_second_factor: bool = False
    logged_in_at: datetime | None = None

    def is_patient(self, patient_id: UUID) -> bool:
        """Is the actor the patient in question?"""
        return self.role is Role.PATIENT and self.account_id == patient_id


@dataclass(frozen=True, slots=True)
class Look:
    """One use of a permission on what is another person's: it is written down before anything is answered."""

    patient_id: UUID
    permission: Permission
