"""Advise a patient, keep what was advised, and open pauses when data arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.synced import lock_stream
from app.guidance import repository
from app.guidance.body import body_of
from app.guidance.domain.ruleset import RULESET_VERSION, VALID_FOR_HOURS
from app.guidance.judgement import Consultation, Judgement, judge
from app.guidance.pausing import pauses_due
from app.guidance.policies import PolicyBook
from app.guidance.service import stages
from app.guidance.service.remembering import Recollection, read_facts, recollect, remember
from app.guidance.values import DayAsked, GivenAdvice
from app.guidance.words import told
from app.kernel.clock import day_in_zone
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.logbook.domain import CheckIn, Entry, Intake, PainScore, RedFlagAnswer, Run
from app.logbook.facts import Facts, Key, keys_of
from app.logbook.kept import Place
from app.logbook.writing import Writing
from app.outcomes.domain.responses import QuestionnaireResponse
from app.outcomes.pain import MOMENT_OF


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """The advice as it now is, and whether there may be an override in force instead."""

    given: GivenAdvice
    may_be_overridden: bool


def reconsider(writing: Writing, changed: list[Entry]) -> Reconsidered | None:
    """Open the pauses that arriving data asks for, however late it is, and supersede the advice it changes.

    The logbook's listener: called under the patient's stream lock, in the transaction that stores the data.
    Returns None when nothing that changed is read by the rules.
    """
    db, patient_id, at, zone = writing.db, writing.patient_id, writing.at, writing.zone
    mattering = [entry for entry in changed if _matters(entry)]
    if not mattering:
        if any(stages.is_read_by_a_stage(entry) for entry in changed):
            _reconsider_stage(db, patient_id, zone, at)
        return None
    touched = [day_in_zone(entry.performed_at, entry.zone) for entry in mattering]
    known = recollect(db, patient_id, min(touched), at, zone)
    today = today_of(known.asking.facts, at, zone)
    days = _days_to_judge(known.asking, touched, mattering, today)
    return Reconsidered(_advise(db, patient_id, known, days, today, zone, at, acts=True), known.has_overrides)


def _advise(
    db: Session,
    patient_id: UUID,
    known: Recollection,
    days: Sequence[date],
    today: date,
    zone: str,
    at: datetime,
    *,
    acts: bool,
) -> GivenAdvice:
    """Open the pauses that these days ask for, advise on today, and remember what that was made of.

    The stage is considered where the advice is a new one, and with `acts` in any case.
    """
    asking, pauses = known.asking, known.pauses
    due = pauses_due(asking, pauses, days, today, at)
    repository.store_pauses(db, patient_id, due, at)
    given, place = _give(db, patient_id, known, judge(asking, [*pauses, *due], today, zone), at)
    has_programme = known.has_programme
    if has_programme is not False and (acts or place is not None):
        has_programme = stages.consider(db, patient_id, asking, [*pauses, *due], today, zone, at)
    if place is not None and not due:
        newest = repository.NewestAdvice(given.id, given.inputs_hash, given.valid_until)
        remember(patient_id, known, place, newest, zone, has_programme=has_programme is not False)
    return given


def _reconsider_stage(db: Session, patient_id: UUID, zone: str, at: datetime) -> None:
    """Judge the stage of somebody who has a programme by what no advice is made from."""
    if stages.has_programme(db, patient_id):
        asking = consult(db, patient_id, None, at, zone)
        today = today_of(asking.facts, at, zone)
        stages.consider(db, patient_id, asking, repository.list_pauses(db, patient_id), today, zone, at)


def current_advice(db: Session, patient_id: UUID, at: datetime, zone: str | None = None) -> GivenAdvice:
    """Return the advice for today, where the caller knows it in this zone; a new day makes a new one, which is stored.

    A policy that has begun since may ask for a pause that the one before did not.
    """
    zone = zone or accounts.account_of(db, patient_id).zone
    lock_stream(db, patient_id)
    known = recollect(db, patient_id, None, at, zone)
    today = today_of(known.asking.facts, at, zone)
    return _advise(db, patient_id, known, [today], today, zone, at, acts=False)


def advice_as_of(db: Session, patient_id: UUID, as_of: date, at: datetime) -> dict[str, Any]:
    """Return what the advice of a day is or was by what is known now; nothing is stored."""
    zone = accounts.account_of(db, patient_id).zone
    asking = consult(db, patient_id, as_of, at, zone)
    return body_of(asking, judge(asking, repository.list_pauses(db, patient_id), as_of, zone), at)


def day_asked(db: Session, patient_id: UUID, on: date | None, at: datetime) -> DayAsked:
    """Return a day (None: today) where the patient lives, and the policy of that day. Raises NotVisible."""
    zone = accounts.account_of(db, patient_id).zone
    day = on or day_in_zone(at, zone)
    return DayAsked(day, zone, PolicyBook(repository.list_policies(db, patient_id)).on(day).policy)


def stage_state(db: Session, patient_id: UUID, as_of: date | None, at: datetime) -> stages.StageState:
    """Return how the programme stands in its stage, after acting on it; with `as_of` only look. Raises NotVisible."""
    zone = accounts.account_of(db, patient_id).zone
    if as_of is None:
        lock_stream(db, patient_id)
    asking, pauses = consult(db, patient_id, as_of, at, zone), repository.list_pauses(db, patient_id)
    today = as_of or today_of(asking.facts, at, zone)
    if as_of is None:
        stages.consider(db, patient_id, asking, pauses, today, zone, at)
    return stages.state_of(db, patient_id, asking, pauses, today, zone, at)


def advice_given(db: Session, patient_id: UUID, advice_id: UUID) -> GivenAdvice:
    """Return one advice as it was given; raise NotVisible."""
    found = repository.find_advice(db, patient_id, advice_id)
    if found is None:
        raise NotVisible
    return found


def advice_history(db: Session, patient_id: UUID, before: int | None, limit: int) -> list[GivenAdvice]:
    """Return advice as it was given, newest first, from below a number of the stream on; superseded advice too."""
    return repository.list_advice(db, patient_id, before, limit)


def in_words(given: GivenAdvice, language: str, register: str) -> dict[str, str | None]:
    """Return the sentences that go with an advice: what to do, why, and what all this is."""
    return told({"preset": given.preset, **given.body}, language, register)


def consult(
    db: Session, patient_id: UUID, earliest: date | None, at: datetime, zone: str, book: PolicyBook | None = None
) -> Consultation:
    """Read the facts that can matter from `earliest` on, what was deleted today, and the policies (or take these)."""
    kept, book, _ = read_facts(db, patient_id, earliest, at, zone, book)
    return Consultation(kept.facts, book)


def _matters(entry: Entry) -> bool:
    """Does the engine read this? Runs and scores it does, of the rest what tells of pain, a sign, or the start."""
    match entry:
        case Run() | PainScore() | Intake():
            return True
        case QuestionnaireResponse():
            return entry.instrument in MOMENT_OF
        case CheckIn():
            felt = (entry.morning_pain, entry.worst_pain, entry.settle_hours, entry.low_load_provokes)
            return any(one is not None for one in felt) or bool(entry.red_flags) or bool(entry.early_warning_signs)
        case RedFlagAnswer():
            return entry.present
        case _:
            return False


def today_of(facts: Facts, at: datetime, zone: str) -> date:
    """Return the person's day: where they live, or where the newest entry says they have travelled to."""
    here = day_in_zone(at, zone)
    tomorrow = here + timedelta(days=1)
    if tomorrow not in map(attrgetter("on"), facts):  # nearly never, and this look is the quick one
        return here
    return tomorrow if any(fact.on == tomorrow and not fact.ahead and not fact.deleted for fact in facts) else here


def _days_to_judge(asking: Consultation, touched: Sequence[date], changed: Sequence[Entry], today: date) -> list[date]:
    """Return the days on which what changed can open a pause: each affected run's, and the morning after."""
    facts, linked = asking.facts, _linked_runs(changed)
    days = [*touched, *(run.on for run in facts.runs if run.key in linked)]
    first, last = min(days), max(days) + timedelta(days=asking.policies.furthest("repeat_window_days"))
    affected = {run.on for run in facts.runs if first <= run.on <= last}
    chosen = affected | {day + timedelta(days=1) for day in affected} | set(touched)
    return sorted(day for day in chosen if day <= today)


def _linked_runs(changed: Sequence[Entry]) -> set[Key]:
    """Return the keys of the runs that scores are about."""
    named = {entry.run_id for entry in changed if isinstance(entry, PainScore) and entry.run_id is not None}
    return {key for run_id in named for key in keys_of(run_id)}


def _give(
    db: Session, patient_id: UUID, known: Recollection, judgement: Judgement, at: datetime
) -> tuple[GivenAdvice, Place | None]:
    """Store the judgement as the current advice and return it with its place; the one before is superseded.

    Where it was given already, that one is returned, and no place.
    """
    before = known.newest
    if before is not None and before.inputs_hash == judgement.inputs_hash and at < before.valid_until:
        return advice_given(db, patient_id, before.id), None
    given = GivenAdvice(
        id=new_id(),
        as_of=judgement.as_of,
        given_at=at,
        decision=judgement.advice.decision.value,
        rule=judgement.advice.rule,
        ruleset_version=RULESET_VERSION,
        preset=judgement.in_force.preset,
        policy=judgement.in_force.plain,
        body=body_of(known.asking, judgement, at),
        input_ids=[str(found) for found in judgement.input_ids],
        inputs_hash=judgement.inputs_hash,
        valid_until=at + timedelta(hours=VALID_FOR_HOURS),
        supersedes=before.id if before is not None else None,
    )
    return given, repository.store_advice(db, patient_id, given, at)
