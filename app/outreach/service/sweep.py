"""Finds what people are to be reminded of, once a day at the hour they chose, and writes it into the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.db.outbox import tell
from app.guidance.domain.due import DueState
from app.guidance.service.advice import day_asked
from app.guidance.service.due import due_list
from app.kernel.clock import day_in_zone
from app.kernel.notices import NoticeKind
from app.kernel.permissions import Role
from app.logbook import service as logbook
from app.logbook.domain import PainMoment
from app.logbook.kinds import PAIN_SCORE, RUN
from app.outreach.domain import Reminders, end_of_day
from app.outreach.repository import wishes as repository
from app.review.domain.attention import NO_DATA_DAYS, ReasonCode
from app.review.service.caseload import caseload_of

TO_DO = frozenset({DueState.OPEN, DueState.PARTLY})
_DAY = timedelta(days=1)


def due_people(db: Session, at: datetime) -> list[tuple[Account, Reminders, date]]:
    """Return whose day is to be looked at now, and that day where they live: once a day, from their hour on."""
    wanted = repository.list_wanted(db)
    people = accounts.people_of(db, {one.account_id for one in wanted})
    found = []
    for one in wanted:
        account = people[one.account_id]
        today = day_in_zone(at, account.zone)
        if one.swept_on != today and one.reminders.is_time(at, account.zone):
            found.append((account, one.reminders, today))
    return found


def remind(db: Session, account: Account, reminders: Reminders, today: date, at: datetime) -> None:
    """Write down what one person is to be reminded of today; in one transaction with that it was looked at."""
    for kind, reference in _due(db, account, reminders, today, at):
        tell(db, account.id, kind, reference, at, good_until=end_of_day(today, account.zone))
    repository.note_swept(db, account.id, today)


def _due(
    db: Session, account: Account, reminders: Reminders, today: date, at: datetime
) -> Iterator[tuple[NoticeKind, str]]:
    if account.role is Role.THERAPIST:
        if reminders.review_due and _is_review_due(db, account.id, at):
            yield NoticeKind.REVIEW_DUE, today.isoformat()
        return
    if account.role is not Role.PATIENT:
        return
    if reminders.session_due and _is_session_due(db, account.id, at):
        yield NoticeKind.SESSION_DUE, today.isoformat()
    if reminders.morning_score_missing and _is_score_missing(db, account, today):
        yield NoticeKind.MORNING_SCORE_MISSING, today.isoformat()


def _is_session_due(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Is something of today still to be done?"""
    due = due_list(db, patient_id, day_asked(db, patient_id, None, at), at)
    return any(one.state in TO_DO for one in due.items)


def _is_score_missing(db: Session, account: Account, today: date) -> bool:
    """Was there a run yesterday, and is there no score of the morning after it?"""
    yesterday, this_morning, tonight = (
        end_of_day(today - ago * _DAY, account.zone) for ago in (2, 1, 0)
    )  # the ends of the days before yesterday, of yesterday, of today
    ran = logbook.entries_between(db, account.id, RUN, yesterday, this_morning)
    if not ran:
        return False
    scores = logbook.entries_between(db, account.id, PAIN_SCORE, this_morning, tonight)
    return all(one.moment is not PainMoment.NEXT_MORNING for one in scores)


def _is_review_due(db: Session, therapist_id: UUID, at: datetime) -> bool:
    """Is the review of any patient due whom the therapist may still see?"""
    lines = caseload_of(db, therapist_id, NO_DATA_DAYS, at)
    return any(reason.code is ReasonCode.REVIEW_DUE for line in lines for reason in line.reasons)
