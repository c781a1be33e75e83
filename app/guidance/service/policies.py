"""Set a patient's policy: append-only revisions, each whole, from a day on, and the advice that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.synced import lock_stream
from app.guidance import repository
from app.guidance.domain.policy import resolve_policy
from app.guidance.domain.ruleset.numbers import MINOR_UNTIL_YEARS, POLICY_AHEAD_MAX_DAYS
from app.guidance.policies import PolicyBook
from app.guidance.service.advice import current_advice
from app.guidance.values import PolicyProposal, PolicyRevision
from app.kernel.clock import EARLIEST, LATEST, day_in_zone
from app.kernel.errors import FieldFault, Invalid
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.logbook import service as logbook
from app.logbook.kinds import INTAKE

UNSET = "default"
"""The version of a patient's policy before any was set."""


class PolicyStart(Invalid):
    """A policy begins today or later, within a year: what was advised before is not judged anew by it."""

    code = "policy_start"
    title = "A policy starts today or within a year"


def policy_book(db: Session, patient_id: UUID) -> PolicyBook:
    """Return a patient's policies by day."""
    return PolicyBook(repository.list_policies(db, patient_id))


def may_be_under_18(db: Session, patient_id: UUID, book: PolicyBook, on: date) -> bool:
    """May the patient be under 18 on a day, by a therapist's word or by the year of birth told last?

    A year alone does not tell the birthday: whoever turns 18 in it may still be 17 (E).
    """
    newest = max(book.revisions, key=lambda revision: revision.seq, default=None)
    told = [one.birth_year for one in logbook.entries_between(db, patient_id, INTAKE, EARLIEST, LATEST)]
    years = [year for year in told if year is not None]
    return bool(newest and newest.under_18) or bool(years and on.year - years[-1] <= MINOR_UNTIL_YEARS)


def version_of(book: PolicyBook) -> str:
    """Return the version that a change of policy says it began from."""
    newest = max(book.revisions, key=lambda revision: revision.seq, default=None)
    return str(newest.id) if newest is not None else UNSET


def set_policy(
    db: Session, patient_id: UUID, proposal: PolicyProposal, setter: Actor, at: datetime, check: Callable[[str], None]
) -> PolicyBook:
    """Store a policy as the newest revision and advise anew; the ones before are kept as they are.

    `check` is called with the current version under the lock and may raise. Raises PolicyError or InputError
    for a policy nobody may set, PolicyStart for one that begins in the past.
    """
    lock_stream(db, patient_id)
    check(version_of(policy_book(db, patient_id)))
    resolved = resolve_policy(proposal.preset, proposal.policy_overrides)
    revision = PolicyRevision(
        id=new_id(),
        preset=proposal.preset,
        overrides=proposal.policy_overrides,
        policy=asdict(resolved),
        starts_on=_start(proposal.starts_on, today_at_home(db, patient_id, at)),
        reason=proposal.reason,
        under_18=proposal.under_18,
        set_by=setter.account_id,
        set_at=at,
    )
    repository.store_policy(db, patient_id, revision, at, setter.device_id)
    current_advice(db, patient_id, at)
    return policy_book(db, patient_id)


def today_at_home(db: Session, patient_id: UUID, at: datetime) -> date:
    """Return the day it is where the patient lives."""
    return day_in_zone(at, accounts.account_of(db, patient_id).zone)


def _start(asked: date | None, today: date) -> date:
    start = asked or today
    if not today <= start <= today + timedelta(days=POLICY_AHEAD_MAX_DAYS):
        raise PolicyStart(faults=[FieldFault("/starts_on", "out_of_range", "Today or later, within a year.")])
    return start
