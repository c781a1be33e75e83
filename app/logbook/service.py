"""Log what was done and felt, correct it, take it back; each time whoever listens is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.synced import lock_stream
from app.kernel.clock import day_in_zone
from app.kernel.errors import Conflict, NotVisible
from app.logbook import repository
from app.logbook.domain import MOST_A_DAY, MOST_IN_ALL, Entry, Skip, flags_of
from app.logbook.facts import DoneSession, Facts, LoggedDays, RedFlagClock
from app.logbook.kept import CaughtUp, KeptFacts, Place
from app.logbook.kinds import E, Kind, PainAnswers, Stored
from app.logbook.writing import Writing


class IdInUse(Conflict):
    """The id belongs to another entry of this patient, or to one that was deleted."""

    code = "id_in_use"
    title = "There is an entry with this id and other content"


class LogbookFull(Conflict):
    """More entries than a person can mean."""

    code = "logbook_full"
    title = "There are too many entries"


def log_entry(writing: Writing, kind: Kind[E], entry: E) -> tuple[Stored[E], bool]:
    """Store an entry and return it with True; the same entry sent again is returned with False.

    Raises ContradictoryEntry, IdInUse or LogbookFull; nothing is stored then.
    """
    kind.check(entry)
    head = lock_stream(writing.db, writing.patient_id)
    found = repository.find(writing.db, writing.patient_id, kind, entry.id)
    if found is not None:
        return _same_again(found, entry), False
    _check_room(writing, kind, entry, head)
    stored = _store(writing, kind, entry)
    writing.listener(writing, [stored.entry])
    return stored, True


def correct_entry(
    writing: Writing, kind: Kind[E], entry_id: UUID, changes: Mapping[str, Any], check: Callable[[str], None]
) -> Stored[E]:
    """Change parts of an entry; `check` is called with the current version under the lock and may raise."""
    lock_stream(writing.db, writing.patient_id)
    found = read_entry(writing.db, writing.patient_id, kind, entry_id)
    check(str(found.ver))
    entry = replace(found.entry, **changes)
    kind.check(entry)
    if entry == found.entry and entry.performed_at.utcoffset() == found.entry.performed_at.utcoffset():
        return found
    stored = _store(writing, kind, entry)
    writing.listener(writing, [found.entry, stored.entry])
    return stored


def delete_entry(writing: Writing, kind: Kind[E], entry_id: UUID, check: Callable[[str], None]) -> Stored[E]:
    """Make an entry a tombstone, which devices are told of; `check` as in correct_entry."""
    lock_stream(writing.db, writing.patient_id)
    found = read_entry(writing.db, writing.patient_id, kind, entry_id)
    check(str(found.ver))
    stored = _store(writing, kind, found.entry, deleted=True)
    writing.listener(writing, [found.entry, stored.entry])
    return stored


def read_entry(db: Session, patient_id: UUID, kind: Kind[E], entry_id: UUID) -> Stored[E]:
    """Return a living entry; raise NotVisible."""
    found = repository.find(db, patient_id, kind, entry_id)
    if found is None or found.deleted_at is not None:
        raise NotVisible
    return found


def list_entries(
    db: Session,
    patient_id: UUID,
    kind: Kind[E],
    *,
    since: datetime | None,
    until: datetime | None,
    wanted: Mapping[str, Any],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Stored[E]]:
    """Return living entries performed in [since, until), oldest first, with these values where one is wanted."""
    return repository.list_between(
        db, patient_id, kind, since=since, until=until, wanted=wanted, after=after, limit=limit
    )


def _store(writing: Writing, kind: Kind[E], entry: E, *, deleted: bool = False) -> Stored[E]:
    return repository.store_entry(
        writing.db,
        writing.patient_id,
        kind,
        entry,
        flags=flags_of(entry, writing.at),
        device_id=writing.device_id,
        at=writing.at,
        deleted=deleted,
    )


def _same_again(found: Stored[E], entry: Entry) -> Stored[E]:
    """Return what is stored when a client repeats itself after a lost answer; raise IdInUse for anything else."""
    if found.deleted_at is not None or found.entry != entry:
        raise IdInUse
    return found


def _check_room(writing: Writing, kind: Kind[Any], entry: Entry, head: int) -> None:
    if head >= MOST_IN_ALL:
        raise LogbookFull
    day = day_in_zone(entry.performed_at, entry.zone)
    if count_by_day(writing.db, writing.patient_id, [kind], [day])[kind.name].get(day, 0) >= MOST_A_DAY:
        raise LogbookFull(f"at most {MOST_A_DAY} of a kind for one day")


def is_any_after(db: Session, patient_id: UUID, at: datetime, answers: PainAnswers | None = None) -> bool:
    """Was any entry that the rules read performed after an instant, so that its day or its clock is in question?"""
    return repository.is_any_after(db, patient_id, at, answers)


def facts_since(
    db: Session,
    patient_id: UUID,
    since: date,
    deleted_since: datetime,
    at: datetime,
    answers: PainAnswers | None = None,
) -> Facts:
    """Return what the rules read of the days from `since` on, in one statement; answers are among the scores.

    What was deleted from `deleted_since` on is there too, and marked; so is what lies ahead of `at`.
    """
    return repository.read_facts(db, patient_id, since, deleted_since, at, answers).facts


def keep_facts(
    db: Session, patient_id: UUID, since: date, deleted_since: datetime, at: datetime, answers: PainAnswers
) -> KeptFacts:
    """Return the same in a form that can be brought up to date."""
    return repository.read_facts(db, patient_id, since, deleted_since, at, answers)


def catch_up(
    db: Session, patient_id: UUID, kept: KeptFacts, place: Place, at: datetime, answers: PainAnswers
) -> CaughtUp | None:
    """Return what keep_facts would return now, by reading what was stored since; None where all has to be read."""
    return repository.catch_up(db, patient_id, kept, place, at, answers)


def entries_between(db: Session, patient_id: UUID, kind: Kind[E], since: datetime, until: datetime) -> list[E]:
    """Return the living entries of a kind performed in [since, until), oldest first."""
    found = repository.list_between(db, patient_id, kind, since=since, until=until)
    return [stored.entry for stored in found]


def sessions_done(db: Session, patient_id: UUID, first: date, last: date) -> list[DoneSession]:
    """Return the living sessions of the days from one to another, by their own zones, the oldest first."""
    return repository.read_sessions(db, patient_id, first, last)


def skips_due(db: Session, patient_id: UUID, first: date, last: date) -> list[Skip]:
    """Return the living skips of what was due from one day to another, in the order they were told."""
    return [stored.entry for stored in repository.list_skips_due(db, patient_id, first, last)]


def days_logged(db: Session, patient_id: UUID, since: date, until: date, at: datetime) -> LoggedDays:
    """Return what was done on the days from `since` to `until`, without what lies ahead of `at`."""
    return repository.read_days(db, patient_id, since, until, at)


def efforts_told(db: Session, patient_id: UUID, entries: Collection[UUID]) -> dict[tuple[bool, UUID], datetime]:
    """Return when the efforts of these runs (True) and sessions were told, of those whose versions are kept."""
    return repository.read_told(db, patient_id, entries)


def red_flag_clock(db: Session, patient_id: UUID, until: date, at: datetime, severe_min: float) -> RedFlagClock:
    """Return when each question was last answered, and when pain from `severe_min` on and a limp were last told."""
    return repository.read_clock(db, patient_id, until, at, severe_min)


def count_by_day(
    db: Session, patient_id: UUID, kinds: Collection[Kind[Any]], days: Collection[date]
) -> dict[str, dict[date, int]]:
    """Return for each kind how many living entries lie on these days, in one statement; no day without any."""
    return repository.count_by_day(db, patient_id, kinds, days)
