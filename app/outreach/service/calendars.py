"""A calendar of the days with exercises, for a patient's own calendar app: days and one word, nothing else."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance.domain.due import DueState
from app.guidance.service.advice import day_asked
from app.guidance.service.following import read_following
from app.guidance.values import DayAsked
from app.kernel.clock import day_in_zone
from app.kernel.errors import NotVisible
from app.kernel.ids import parse_id
from app.outreach.repository import calendars as repository
from app.outreach.words import EXERCISES

TOKEN_BYTES = 32
DAYS_AHEAD = 28
_DAY = timedelta(days=1)
_STANDING = frozenset({DueState.HIDDEN, DueState.PAUSED})


def open_calendar(db: Session, patient_id: UUID, at: datetime) -> str:
    """Return a new secret name of a patient's calendar; the one before is good no more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    repository.put_calendar(db, patient_id, _hash(token), at)
    return f"{patient_id}.{token}"


def close_calendar(db: Session, patient_id: UUID) -> None:
    """Have a patient's calendar be read no more."""
    repository.delete_calendar(db, patient_id)


def opened_at(db: Session, patient_id: UUID) -> datetime | None:
    """Return when a patient's calendar was opened; None where it is not."""
    return repository.find_calendar(db, patient_id)


def calendar_of(db: Session, name: str, language: str, at: datetime) -> str:
    """Return the calendar with a secret name, as iCalendar; raise NotVisible for any other name."""
    patient, _, token = name.partition(".")
    patient_id = parse_id(patient)
    if patient_id is None or not repository.find_patient(db, patient_id, _hash(token)):
        raise NotVisible
    days = due_days(db, patient_id, at)
    return "".join(f"{line}\r\n" for line in _lines(patient_id, days, EXERCISES[language], at))


def due_days(db: Session, patient_id: UUID, at: datetime) -> list[date]:
    """Return the days from today on, four weeks, on which something is due that is neither hidden nor paused."""
    today = day_in_zone(at, accounts.account_of(db, patient_id).zone)
    asked = day_asked(db, patient_id, today, at)
    last = today + (DAYS_AHEAD - 1) * _DAY
    following = read_following(db, patient_id, today, DayAsked(last, asked.zone, asked.policy), at)
    days = [today + ahead * _DAY for ahead in range(DAYS_AHEAD)]
    return [day for day in days if any(one.state not in _STANDING for one in following.due_on(day))]


def _lines(patient_id: UUID, days: list[date], title: str, at: datetime) -> Iterator[str]:
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Trochlea//EN", "METHOD:PUBLISH")
    for day in days:
        yield from ("BEGIN:VEVENT", f"UID:{uuid5(patient_id, day.isoformat())}", f"DTSTAMP:{stamp}")
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + _DAY:%Y%m%d}"
        yield from (f"SUMMARY:{title}", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT")
    yield "END:VCALENDAR"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
