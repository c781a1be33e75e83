"""Replay stored days under another policy or with other runs; nothing is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance import repository
from app.guidance.domain.policy import resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET
from app.guidance.domain.ruleset.numbers import REPLAY_MAX_DAYS
from app.guidance.judgement import Consultation
from app.guidance.policies import InForce, PolicyBook, constant
from app.guidance.replay import ReplayedDay, replay, with_runs
from app.guidance.service.advice import consult
from app.guidance.values import ReplayQuestion
from app.kernel.errors import FieldFault, Invalid


class ReplayWindow(Invalid):
    """A replay looks at one day up to a year of days, in order."""

    code = "replay_window"
    title = "Give a window of 1 to 366 days, its first day first"


class RunWithoutLoad(Invalid):
    """A run has a distance, a duration, or both."""

    code = "contradictory_entry"
    title = "Parts of this entry contradict each other"


def replay_days(db: Session, patient_id: UUID, question: ReplayQuestion, at: datetime) -> list[ReplayedDay]:
    """Decide each day of the window again; raise ReplayWindow, RunWithoutLoad, PolicyError or InputError."""
    count = (question.until - question.since).days + 1
    if not 1 <= count <= REPLAY_MAX_DAYS:
        raise ReplayWindow(faults=[FieldFault("/until", "out_of_range", f"1 to {REPLAY_MAX_DAYS} days.")])
    _check_runs(question)
    zone = accounts.account_of(db, patient_id).zone
    asking = consult(db, patient_id, question.since, at, zone, _book(question))
    asking = Consultation(with_runs(asking.facts, question.runs), asking.policies)
    given = repository.decisions_between(db, patient_id, question.since, question.until)
    days = [question.since + timedelta(days=place) for place in range(count)]
    return replay(asking, repository.list_pauses(db, patient_id), days, given, zone, at)


def _book(question: ReplayQuestion) -> PolicyBook | None:
    """Return the policy to replay under; None is the patient's own."""
    if question.preset is None and not question.policy_overrides:
        return None
    preset = question.preset or DEFAULT_PRESET
    return constant(InForce(preset, resolve_policy(preset, question.policy_overrides)))


def _check_runs(question: ReplayQuestion) -> None:
    faults = [
        FieldFault(f"/runs/{place}/distance_m", "required", "Give a distance, a duration, or both.")
        for place, run in enumerate(question.runs)
        if run.distance_m is None and run.duration_s is None
    ]
    if faults:
        raise RunWithoutLoad(faults=faults)
