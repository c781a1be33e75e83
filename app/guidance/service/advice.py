"""Advise a patient, keep what was advised, open pauses when data arrives, and let a person close them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import CLINICIANS, ProfessionalRole
from app.consent import service as consent
from app.db.synced import lock_stream
from app.guidance import repository
from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET
from app.guidance.domain.ruleset import RULESET_VERSION, VALID_FOR_HOURS
from app.guidance.judgement import Consultation, Judgement, as_plain, body_of, judge, pauses_due
from app.guidance.models import ADVICE, PAUSES
from app.guidance.models.stages import STAGE_PROPOSALS
from app.guidance.service import stages
from app.guidance.values import Closing, GivenAdvice, Pause
from app.kernel.clock import day_in_zone
from app.kernel.errors import Conflict, Denied, FieldFault, Invalid, NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.logbook import service as logbook
from app.logbook.domain import CheckIn, Entry, PainScore, Run
from app.logbook.facts import Facts, as_id
from app.logbook.writing import Writing

HISTORY_DAYS = 200
"""How far back the engine looks: 84 days of cycles and the rest before them, with room (CLINICAL 5.5)."""
REPEAT_DAYS = 28
"""How long an arriving run can make later runs count as a row (repeat_window_days of the default policy)."""
COLLECTIONS = (ADVICE, PAUSES, STAGE_PROPOSALS)
"""What devices read of guidance."""
URGENT = frozenset({"emergency", "urgent"})
POLICY: Policy = resolve_policy(DEFAULT_PRESET, {})
POLICY_AS_PLAIN = as_plain(POLICY)


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


def reconsider(writing: Writing, changed: list[Entry]) -> GivenAdvice | None:
    """Open the pauses that arriving data asks for, however late it is, and supersede the advice it changes.

    The logbook's listener: called under the patient's stream lock, in the transaction that stores the data.
    Returns the advice as it now is, or None when nothing that changed is read by the rules.
    """
    mattering = [entry for entry in changed if _matters(entry)]
    if not mattering:
        return None
    db, patient_id, at, zone = writing.db, writing.patient_id, writing.at, writing.zone
    touched = [day_in_zone(entry.performed_at, entry.zone) for entry in mattering]
    asking = _consult(db, patient_id, min(touched), at, zone)
    today = _today(asking.facts, at, zone)
    pauses = repository.list_pauses(db, patient_id)
    due = pauses_due(asking, pauses, _days_to_judge(asking.facts, touched, mattering, today), at)
    repository.store_pauses(db, patient_id, due, at)
    given = _give(db, patient_id, judge(asking, [*pauses, *due], today, zone), at)
    stages.consider(db, patient_id, asking, [*pauses, *due], today, zone, at)
    return given


def current_advice(db: Session, patient_id: UUID, at: datetime) -> GivenAdvice:
    """Return the advice for today; a new day makes a new one, which is stored as it is given."""
    zone = accounts.account_of(db, patient_id).zone
    lock_stream(db, patient_id)
    asking = _consult(db, patient_id, None, at, zone)
    pauses = repository.list_pauses(db, patient_id)
    return _give(db, patient_id, judge(asking, pauses, _today(asking.facts, at, zone), zone), at)


def advice_as_of(db: Session, patient_id: UUID, as_of: date, at: datetime) -> dict[str, Any]:
    """Return what the advice of a day is or was by what is known now; nothing is stored."""
    zone = accounts.account_of(db, patient_id).zone
    asking = _consult(db, patient_id, as_of, at, zone)
    pauses = repository.list_pauses(db, patient_id)
    return body_of(judge(asking, pauses, as_of, zone), POLICY_AS_PLAIN, at)


def policy_of(_db: Session, _patient_id: UUID) -> Policy:
    """Return the policy a patient is judged by; where policies become each patient's own, they are found here."""
    return POLICY


def stage_state(db: Session, patient_id: UUID, as_of: date | None, at: datetime) -> stages.StageState:
    """Return how the programme stands in its stage, after acting on it; with `as_of` only look. Raises NotVisible."""
    zone = accounts.account_of(db, patient_id).zone
    if as_of is None:
        lock_stream(db, patient_id)
    asking, pauses = _consult(db, patient_id, as_of, at, zone), repository.list_pauses(db, patient_id)
    today = as_of or _today(asking.facts, at, zone)
    if as_of is None:
        stages.consider(db, patient_id, asking, pauses, today, zone, at)
    return stages.state_of(db, patient_id, asking, pauses, today, zone, at)


def advice_given(db: Session, patient_id: UUID, advice_id: UUID) -> GivenAdvice:
    """Return one advice as it was given; raise NotVisible."""
    found = repository.find_advice(db, patient_id, advice_id)
    if found is None:
        raise NotVisible
    return found


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


def _matters(entry: Entry) -> bool:
    """Does the engine read this? Only runs, pain scores, and check-ins with a score or a sign."""
    if isinstance(entry, CheckIn):
        return bool(entry.red_flags) or entry.morning_pain is not None or entry.worst_pain is not None
    return isinstance(entry, Run | PainScore)


def _consult(db: Session, patient_id: UUID, earliest: date | None, at: datetime, zone: str) -> Consultation:
    """Read the facts that can matter from `earliest` on, and what was deleted today."""
    today = day_in_zone(at, zone)
    first = min(earliest or today, today)
    midnight = datetime.combine(today, time(), ZoneInfo(zone))
    facts = logbook.facts_since(db, patient_id, first - timedelta(days=HISTORY_DAYS), midnight, at)
    if not any(run.on <= first and not run.ahead and not run.deleted for run in facts.runs):
        # Whoever has not run for long still has a last run, and it is not the same as none.
        before = logbook.last_run_before(db, patient_id, first)
        if before is not None:
            facts = logbook.facts_since(db, patient_id, before - timedelta(days=HISTORY_DAYS), midnight, at)
    return Consultation(facts, POLICY)


def _today(facts: Facts, at: datetime, zone: str) -> date:
    """Return the person's day: where they live, or where the newest entry says they have travelled to."""
    here = day_in_zone(at, zone)
    tomorrow = here + timedelta(days=1)
    return tomorrow if any(fact.on == tomorrow and not fact.ahead and not fact.deleted for fact in facts) else here


def _days_to_judge(facts: Facts, touched: Sequence[date], changed: Sequence[Entry], today: date) -> list[date]:
    """Return the days on which what changed can open a pause: each affected run's, and the morning after."""
    linked = _linked_runs(changed)
    days = [*touched, *(run.on for run in facts.runs if linked and as_id(run.key) in linked)]
    first, last = min(days), max(days) + timedelta(days=REPEAT_DAYS)
    affected = {run.on for run in facts.runs if first <= run.on <= last}
    chosen = affected | {day + timedelta(days=1) for day in affected} | set(touched)
    return sorted(day for day in chosen if day <= today)


def _linked_runs(changed: Sequence[Entry]) -> set[UUID]:
    return {entry.run_id for entry in changed if isinstance(entry, PainScore) and entry.run_id is not None}


def _give(db: Session, patient_id: UUID, judgement: Judgement, at: datetime) -> GivenAdvice:
    """Store the judgement as the current advice, unless it is given already; the one before is superseded."""
    before = repository.newest_advice(db, patient_id)
    if before is not None and before.inputs_hash == judgement.inputs_hash and at < before.valid_until:
        return advice_given(db, patient_id, before.id)
    given = GivenAdvice(
        id=new_id(),
        as_of=judgement.as_of,
        given_at=at,
        decision=judgement.advice.decision.value,
        rule=judgement.advice.rule,
        ruleset_version=RULESET_VERSION,
        preset=DEFAULT_PRESET,
        policy=POLICY_AS_PLAIN,
        body=body_of(judgement, POLICY_AS_PLAIN, at),
        input_ids=[str(found) for found in judgement.input_ids],
        inputs_hash=judgement.inputs_hash,
        valid_until=at + timedelta(hours=VALID_FOR_HOURS),
        supersedes=before.id if before is not None else None,
    )
    repository.store_advice(db, patient_id, given, at)
    return given
