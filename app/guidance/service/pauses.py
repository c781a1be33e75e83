"""Close a pause: who may, what they have to say, and the advice after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.domain import CLINICIANS, ProfessionalRole
from app.consent import service as consent
from app.db.synced import lock_stream
from app.guidance import repository
from app.guidance.service.advice import current_advice
from app.guidance.values import Closing, Pause
from app.kernel.clock import day_in_zone
from app.kernel.errors import Conflict, Denied, FieldFault, Invalid, NotVisible
from app.kernel.permissions import Actor

URGENT = frozenset({"emergency", "urgent"})


class PauseClosed(Conflict):
    """The pause was closed before."""

    code = "pause_closed"
    title = "This pause is closed already"


class TherapistCloses(Denied):
    """A patient in a therapist's care does not close a pause alone."""

    code = "therapist_closes"
    title = "Your therapist closes this pause"


class ClinicianCloses(Denied):
    """What an urgent sign opened is closed by a clinician."""

    code = "clinician_closes"
    title = "A physician or physiotherapist closes this pause"


class StatementIncomplete(Invalid):
    """Whoever closes a pause alone says who was seen and when."""

    code = "statement_incomplete"
    title = "Say who was seen, and when"


def close_pause(db: Session, patient_id: UUID, pause_id: UUID, closing: Closing, closer: Actor, at: datetime) -> Pause:
    """Close a pause and advise anew.

    A therapist closes it with a note, what an urgent sign opened only as a clinician; a patient without an
    active care link by saying who was seen and when. Raises PauseClosed, TherapistCloses, ClinicianCloses,
    StatementIncomplete or NotVisible.
    """
    lock_stream(db, patient_id)
    pause = next((found for found in repository.list_pauses(db, patient_id) if found.id == pause_id), None)
    if pause is None:
        raise NotVisible
    if not pause.is_open:
        raise PauseClosed
    _check_closer(db, patient_id, pause, closing, closer, at)
    closed = replace(
        pause,
        closed_at=at,
        closed_by=closer.account_id,
        closed_by_role=closer.role.value,
        note=closing.note,
        seen_whom=closing.seen_whom,
        seen_on=closing.seen_on,
        cleared_by=closing.cleared_by,
    )
    repository.store_pauses(db, patient_id, [closed], at, closer.device_id)
    current_advice(db, patient_id, at)
    return closed


def _check_closer(db: Session, patient_id: UUID, pause: Pause, closing: Closing, closer: Actor, at: datetime) -> None:
    if not closer.is_patient(patient_id):
        profession = closer.professional_role
        if pause.refer in URGENT and (profession is None or ProfessionalRole(profession) not in CLINICIANS):
            raise ClinicianCloses
        return
    if consent.has_therapist(db, patient_id, at):
        raise TherapistCloses
    _check_statement(pause, closing, day_in_zone(at, closer.zone))


def _check_statement(pause: Pause, closing: Closing, today: date) -> None:
    needed = {"seen_whom": closing.seen_whom, "seen_on": closing.seen_on}
    if pause.refer in URGENT:
        needed["cleared_by"] = closing.cleared_by
    faults = [FieldFault(f"/{name}", "required") for name, said in needed.items() if said is None]
    if closing.seen_on is not None and not pause.opened_on <= closing.seen_on <= today:
        faults.append(FieldFault("/seen_on", "out_of_range", "On or after the day of the pause, not in the future."))
    if faults:
        raise StatementIncomplete(faults=faults)
