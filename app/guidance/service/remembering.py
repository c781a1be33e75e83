"""What an advice was made from, kept in this process until the next one: so a write reads only what came since.

Nothing is believed that was not stored. What is kept is named by the place of the advice that was made from it: its
number in the stream, and the id of that version, which this process made and nobody can guess. Whoever holds the
stream's lock and finds that very version in the ledger knows that all before it is as it was; what came after it is
read and put in its place. Other processes may have written in between; what one of them wrote is among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.guidance import repository
from app.guidance.histories import Histories
from app.guidance.judgement import Consultation
from app.guidance.models import OVERRIDES
from app.guidance.policies import PolicyBook
from app.guidance.repository import NewestAdvice
from app.guidance.repository.standing import UNREAD
from app.guidance.span import BEFORE_BREAK_DAYS, to_read
from app.guidance.values import Pause
from app.kernel.clock import day_in_zone
from app.kernel.memory import Memory
from app.logbook.facts import Facts
from app.logbook.kept import KeptFacts, Place
from app.outcomes import service as outcomes

FACTS = frozenset({"runs", "pain_scores", "check_ins", "red_flags", "intakes", "questionnaire_responses"})
HARMLESS = (frozenset(UNREAD) | FACTS) - {"advice"}
"""What may come after an advice without a reason to read everything anew: facts, which are caught up with, and what
the engine never reads."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """What an advice is made from: the facts with the policies, the pauses, and the advice before it.

    `has_programme` is None where nobody has looked. `has_overrides` says whether there ever was one.
    """

    asking: Consultation
    kept: KeptFacts
    pauses: list[Pause]
    newest: NewestAdvice | None
    has_overrides: bool
    has_programme: bool | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Remembered:
    place: Place
    zone: str
    kept: KeptFacts
    book: PolicyBook
    pauses: list[Pause]
    newest: NewestAdvice
    has_overrides: bool
    has_programme: bool
    histories: Histories


MEMORY: Memory[UUID, _Remembered] = Memory()
"""The patients who were advised last; an entry is health data, and gone some minutes after it was made."""


def recollect(db: Session, patient_id: UUID, earliest: date | None, at: datetime, zone: str) -> Recollection:
    """Return all that an advice is made from, for days from `earliest` on; called under the stream's lock."""
    known = MEMORY.find(patient_id)
    found = None if known is None else _caught_up(db, patient_id, known, earliest, at, zone)
    return found or read_all(db, patient_id, earliest, at, zone)


def read_all(db: Session, patient_id: UUID, earliest: date | None, at: datetime, zone: str) -> Recollection:
    """Return the same without anything that was kept."""
    before = repository.what_was_before(db, patient_id)
    book = None if before.has_policies else PolicyBook()
    kept, book, is_whole = read_facts(db, patient_id, earliest, at, zone, book)
    pauses = repository.list_pauses(db, patient_id) if before.has_pauses else []
    asking = Consultation(kept.facts, book)
    return Recollection(asking, kept, pauses, before.newest, before.has_overrides, is_whole=is_whole)


def remember(
    patient_id: UUID, known: Recollection, place: Place, given: NewestAdvice, zone: str, *, has_programme: bool
) -> None:
    """Keep what an advice was made from, which was stored at a place, of somebody who writes for the second time.

    Nothing that changes by itself is kept.
    """
    if not MEMORY.comes_again(patient_id) or not known.is_whole or known.kept.is_ahead:
        MEMORY.forget(patient_id)
        return
    asking = known.asking
    kept = (place, zone, known.kept, asking.policies, known.pauses, given, known.has_overrides, has_programme)
    MEMORY.keep(patient_id, _Remembered(*kept, asking.histories))


def read_facts(
    db: Session, patient_id: UUID, earliest: date | None, at: datetime, zone: str, book: PolicyBook | None
) -> tuple[KeptFacts, PolicyBook, bool]:
    """Return the facts that can matter from `earliest` on, the policies (or these), and whether one reading did."""
    first, midnight = _first_and_midnight(earliest, at, zone)
    book = book or PolicyBook(repository.list_policies(db, patient_id))
    kept = outcomes.keep_facts(db, patient_id, to_read(first, book), midnight, at)
    if _is_long_ago(kept.facts, first) and kept.run_before is not None:
        # Whoever has not run for long still has a last run, and it is not the same as none.
        since = kept.run_before - timedelta(days=BEFORE_BREAK_DAYS)
        return outcomes.keep_facts(db, patient_id, since, midnight, at), book, False
    return kept, book, True


def _caught_up(
    db: Session, patient_id: UUID, known: _Remembered, earliest: date | None, at: datetime, zone: str
) -> Recollection | None:
    """Return what read_all would return, from what was kept and what came since; None where that is not sure."""
    first, midnight = _first_and_midnight(earliest, at, zone)
    since = to_read(first, known.book)
    kept = known.kept
    if zone != known.zone or midnight != kept.deleted_since or at < kept.at or since < kept.since:
        return None
    caught_up = outcomes.catch_up(db, patient_id, kept, known.place, at)
    if caught_up is None or not caught_up.collections <= HARMLESS or caught_up.kept.is_ahead:
        return None
    kept = caught_up.kept.from_day(since)
    facts = kept.facts
    if _is_long_ago(facts, first) and kept.run_before is not None:
        return None
    asking = Consultation(facts, known.book, known.histories)
    has_overrides = known.has_overrides or OVERRIDES.name in caught_up.collections
    return Recollection(asking, kept, known.pauses, known.newest, has_overrides, known.has_programme)


def _first_and_midnight(earliest: date | None, at: datetime, zone: str) -> tuple[date, datetime]:
    """Return the first day that is asked about, and when today began."""
    today = day_in_zone(at, zone)
    return min(earliest or today, today), datetime.combine(today, time(), ZoneInfo(zone))


def _is_long_ago(facts: Facts, first: date) -> bool:
    """Is there no run up to the first day among what was read?"""
    return not any(run.on <= first and not run.ahead and not run.deleted for run in facts.runs)
