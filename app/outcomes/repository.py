"""The queries on outcomes; those about a patient take the patient first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.meeting import inserting
from app.outcomes.domain.bending import BENDING_TESTS
from app.outcomes.models import InstrumentTextsRow, MeasurementRow, QuestionnaireResponseRow

_RESPONSES, _MEASUREMENTS = table_of(QuestionnaireResponseRow), table_of(MeasurementRow)
_TEXTS = table_of(InstrumentTextsRow)

_SERIES_OF: dict[Table, tuple[str, ...]] = {
    _RESPONSES: ("instrument", "instrument_version", "side"),
    _MEASUREMENTS: ("test", "contraction", "muscle", "knee_flexion_deg", "side"),
}
"""What scores share that stand in one series."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The wording of an instrument in one language, and which revision of it."""

    instrument: str
    language: str
    texts: dict[str, Any]
    revision: UUID


def series_of_responses(
    db: Session, patient_id: UUID, *, instrument: str | None, since: date | None, most: int
) -> list[Any]:
    """Return of each series the first scored response and the newest `most`, oldest first."""
    return _series(db, patient_id, _RESPONSES, "score", instrument, since, most)


def series_of_measurements(
    db: Session, patient_id: UUID, *, test: str | None, since: date | None, most: int
) -> list[Any]:
    """Return of each series the first measurement and the newest `most`, oldest first."""
    return _series(db, patient_id, _MEASUREMENTS, "value", test, since, most)


def _series(
    db: Session, patient_id: UUID, table: Table, score: str, instrument: str | None, since: date | None, most: int
) -> list[Any]:
    asked = {"patient": patient_id, "since": since or date.min, "most": most}
    statement = _series_statement(table, score)
    if instrument is not None:
        kept = statement.selected_columns[_SERIES_OF[table][0]] == instrument
        statement = statement.where(kept)
    return list(db.connection().execute(statement, asked).mappings())


@lru_cache
def _series_statement(table: Table, score: str) -> Select[Any]:
    c = table.c
    keys = [c[name] for name in _SERIES_OF[table]]
    first = func.row_number().over(partition_by=[*keys, c[score].is_(None)], order_by=[c.performed_at, c.id])
    newest = func.row_number().over(partition_by=keys, order_by=[c.performed_at.desc(), c.id.desc()])
    ranked = (
        select(table, first.label("from_first"), newest.label("from_newest"))
        .where(c.patient_id == bindparam("patient"), c.deleted_at.is_(None), c.performed_on >= bindparam("since"))
        .subquery()
    )
    kept = (ranked.c.from_newest <= bindparam("most")) | (ranked.c.from_first == 1)
    return select(ranked).where(kept).order_by(ranked.c.performed_at, ranked.c.id)


def newest_days(db: Session, patient_id: UUID, as_of: date, at: datetime) -> list[tuple[str, str | None, date]]:
    """Return of each instrument or test and side the newest day with a score, up to a day; none that lies ahead."""
    asked = {"patient": patient_id, "as_of": as_of, "at": at}
    return [
        (row[0], row[1], row[2])
        for table, score in ((_RESPONSES, "score"), (_MEASUREMENTS, "value"))
        for row in db.connection().execute(_newest_statement(table, score), asked)
    ]


@lru_cache
def _newest_statement(table: Table, score: str) -> Select[Any]:
    c = table.c
    instrument = c[_SERIES_OF[table][0]]
    return (
        select(instrument, c.side, func.max(c.performed_on))
        .where(
            c.patient_id == bindparam("patient"),
            c.deleted_at.is_(None),
            c.performed_on <= bindparam("as_of"),
            c.performed_at <= bindparam("at"),
            c[score].is_not(None),
        )
        .group_by(instrument, c.side)
    )


def newest_bending_tests(db: Session, patient_id: UUID, at: datetime) -> list[tuple[str, int | None, float]]:
    """Return test, bend in degrees and value of the newest test of each bend and side, none that lies ahead."""
    asked = {"patient": patient_id, "at": at}
    return [(row[0], row[1], row[2]) for row in db.connection().execute(_bending_tests(), asked)]


@lru_cache
def _bending_tests() -> Select[Any]:
    c = _MEASUREMENTS.c
    order = func.row_number().over(
        partition_by=[c.test, c.knee_flexion_deg, c.side], order_by=[c.performed_at.desc(), c.id.desc()]
    )
    ranked = (
        select(c.test, c.knee_flexion_deg, c.value, order.label("place"))
        .where(
            c.patient_id == bindparam("patient"),
            c.test.in_(BENDING_TESTS),
            c.deleted_at.is_(None),
            c.performed_at <= bindparam("at"),
            c.value.is_not(None),
        )
        .subquery()
    )
    return select(ranked.c.test, ranked.c.knee_flexion_deg, ranked.c.value).where(ranked.c.place == 1)


def find_texts(db: Session, instrument: str, language: str, *, lock: bool = False) -> Texts | None:
    """Return the texts of an instrument in one language."""
    statement = select(_TEXTS).where(_TEXTS.c.instrument == instrument, _TEXTS.c.language == language)
    row = db.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return Texts(row["instrument"], row["language"], row["texts"], row["revision"]) if row else None


def languages_loaded(db: Session) -> dict[str, list[str]]:
    """Return by instrument the languages that texts were loaded in, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for instrument, language in db.execute(select(_TEXTS.c.instrument, _TEXTS.c.language)):
        found.setdefault(instrument, []).append(language)
    return {instrument: sorted(languages) for instrument, languages in found.items()}


def add_texts(db: Session, texts: Texts, account_id: UUID, at: datetime) -> bool:
    """Store the first texts of an instrument in one language; False where somebody else was quicker."""
    row = {"instrument": texts.instrument, "language": texts.language, **_written(texts, account_id, at)}
    stored = db.execute(inserting(db, _TEXTS).values(row).on_conflict_do_nothing().returning(_TEXTS.c.instrument))
    return stored.first() is not None


def change_texts(db: Session, texts: Texts, account_id: UUID, at: datetime) -> None:
    """Store texts in the place of those that are held."""
    held = _TEXTS.c.instrument == texts.instrument, _TEXTS.c.language == texts.language
    db.execute(update(_TEXTS).where(*held).values(**_written(texts, account_id, at)))


def _written(texts: Texts, account_id: UUID, at: datetime) -> dict[str, Any]:
    return {"texts": texts.texts, "revision": texts.revision, "updated_at": at, "updated_by": account_id}


def remove_texts(db: Session, instrument: str, language: str) -> None:
    """Remove the texts of an instrument in one language."""
    db.execute(delete(_TEXTS).where(_TEXTS.c.instrument == instrument, _TEXTS.c.language == language))
