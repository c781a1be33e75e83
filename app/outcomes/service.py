"""Show what outcomes have changed and what is due, and keep the texts that a clinic has licensed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.kernel.clock import CLOCK_TOLERANCE, day_in_zone
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.logbook import service as logbook
from app.logbook.domain import Side
from app.logbook.facts import Facts
from app.logbook.kept import CaughtUp, KeptFacts, Place
from app.logbook.kinds import PainAnswers
from app.outcomes import repository
from app.outcomes.domain.bending import Bending, bending_of
from app.outcomes.domain.instruments import INSTRUMENTS, Instrument
from app.outcomes.domain.numbers import SORE_DAYS
from app.outcomes.domain.schedule import Due, what_is_due
from app.outcomes.domain.texts import NO_REVISION, check_texts
from app.outcomes.models import RESPONSES
from app.outcomes.overview import (
    Overview,
    ankle_difference,
    hips_beside_expected,
    pelvic_drops,
    series_of,
    symmetries,
)
from app.outcomes.pain import MOMENT_OF, PainPoint, pain_points, severities, sore_sides
from app.outcomes.repository import Texts
from app.programmes import service as programmes

PAIN_ANSWERS = PainAnswers(RESPONSES, tuple(MOMENT_OF.items()))
"""Answers to the pain questions, which are pain scores to every rule (CLINICAL 1.2, 4)."""
MOST_POINTS = 200
"""How many scores of one series are shown; older ones are read page by page."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a caller has read already: where the person lives, and the facts of the last four weeks or more."""

    zone: str
    facts: Facts


def overview(
    db: Session,
    patient_id: UUID,
    instrument: str | None,
    since: date | None,
    at: datetime,
    known: Known | None = None,
) -> Overview:
    """Return what the outcomes show today; scores of a clock that ran ahead are there and count for nothing."""
    responses = repository.series_of_responses(db, patient_id, instrument=instrument, since=since, most=MOST_POINTS)
    measured = repository.series_of_measurements(db, patient_id, test=instrument, since=since, most=MOST_POINTS)
    zone = known.zone if known is not None else accounts.account_of(db, patient_id).zone
    today = day_in_zone(at, zone)
    pain = _pain_of(db, patient_id, today, at, known.facts if known is not None else None)
    series, sore = series_of(responses, measured, at), sore_sides(pain)
    return Overview(
        as_of=today,
        series=series,
        symmetry=symmetries(series, sore),
        difference=ankle_difference(series),
        beside_expected=hips_beside_expected(measured, at),
        pain=severities(pain, today),
        sore=sore,
        pelvic_drop=pelvic_drops(measured, at),
    )


def bending(db: Session, patient_id: UUID, at: datetime) -> Bending:
    """Return how the knees bore bending under load when that was tested last."""
    return bending_of(repository.newest_bending_tests(db, patient_id, at + CLOCK_TOLERANCE))


def due(db: Session, patient_id: UUID, as_of: date | None, at: datetime) -> tuple[date, date, list[Due]]:
    """Return the day, the day that care began, and what is due on that day by what is known now."""
    account = accounts.account_of(db, patient_id)
    day, start = as_of or day_in_zone(at, account.zone), started_on(db, account)
    if day < start:
        return day, start, []
    done: dict[str, dict[Side | None, list[date]]] = {}
    for instrument, side, on in repository.newest_days(db, patient_id, day, at + CLOCK_TOLERANCE):
        done.setdefault(instrument, {})[Side(side) if side else None] = [on]
    daily = {point.on for point in _pain_of(db, patient_id, day, at) if point.is_daily}
    return day, start, what_is_due(start, day, done, daily)


def started_on(db: Session, account: Account) -> date:
    """Return the day that care began, where the person lives: that of the first programme, before one the account's."""
    first = min((found.started_on for found in programmes.list_programmes(db, account.id)), default=None)
    return first or day_in_zone(account.created_at, account.zone)


def _pain_of(db: Session, patient_id: UUID, as_of: date, at: datetime, facts: Facts | None = None) -> list[PainPoint]:
    """Return the pain of the four weeks up to a day."""
    first = as_of - timedelta(days=SORE_DAYS - 1)
    if facts is None:
        facts = facts_since(db, patient_id, first, at, at)
    return pain_points(facts, first, as_of)


def facts_since(db: Session, patient_id: UUID, since: date, deleted_since: datetime, at: datetime) -> Facts:
    """Return what the rules read of the logbook, and among the scores the answers to the pain questions.

    As logbook.facts_since: what was deleted from `deleted_since` on, and what lies ahead of `at`, is there and marked.
    """
    return logbook.facts_since(db, patient_id, since, deleted_since, at, PAIN_ANSWERS)


def keep_facts(db: Session, patient_id: UUID, since: date, deleted_since: datetime, at: datetime) -> KeptFacts:
    """Return the same in a form that can be brought up to date."""
    return logbook.keep_facts(db, patient_id, since, deleted_since, at, PAIN_ANSWERS)


def catch_up(db: Session, patient_id: UUID, kept: KeptFacts, place: Place, at: datetime) -> CaughtUp | None:
    """Return what keep_facts would return now, by reading what was stored since; None where all has to be read."""
    return logbook.catch_up(db, patient_id, kept, place, at, PAIN_ANSWERS)


def is_any_after(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Was anything that the rules read performed after an instant, so that its day or its clock is in question?"""
    return logbook.is_any_after(db, patient_id, at, PAIN_ANSWERS)


def read_instrument(name: str) -> Instrument:
    """Return an instrument; raise NotVisible."""
    if name not in INSTRUMENTS:
        raise NotVisible
    return INSTRUMENTS[name]


def languages_loaded(db: Session) -> dict[str, list[str]]:
    """Return by instrument the languages that a clinic has loaded texts in."""
    return repository.languages_loaded(db)


def read_texts(db: Session, instrument: str, language: str) -> Texts | None:
    """Return the texts of an instrument in one language, None where none were loaded; raise NotVisible."""
    return repository.find_texts(db, read_instrument(instrument).id.value, language)


def put_texts(
    db: Session,
    instrument: str,
    language: str,
    texts: Mapping[str, Any],
    account_id: UUID,
    at: datetime,
    check: Callable[[str], None],
) -> Texts:
    """Store licensed texts; `check` is called with the current revision and may raise; raise TextsUnfit, NotVisible."""
    check_texts(read_instrument(instrument), texts)
    found = repository.find_texts(db, instrument, language, lock=True)
    check(str(found.revision) if found else NO_REVISION)
    made = Texts(instrument, language, dict(texts), new_id())
    if found is not None:
        repository.change_texts(db, made, account_id, at)
    elif not repository.add_texts(db, made, account_id, at):  # it is theirs, loaded just now, that the check is about
        return put_texts(db, instrument, language, texts, account_id, at, check)
    return made


def remove_texts(db: Session, instrument: str, language: str, check: Callable[[str], None]) -> None:
    """Remove licensed texts, as when a licence ends; raise NotVisible where there are none."""
    found = repository.find_texts(db, read_instrument(instrument).id.value, language, lock=True)
    if found is None:
        raise NotVisible
    check(str(found.revision))
    repository.remove_texts(db, instrument, language)
