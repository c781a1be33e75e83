"""The questions asked of the library; a page takes the same few statements whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.library.domain.catalogue import Dosage, Exercise, ExerciseCard, Reference
from app.library.domain.changes import folded
from app.library.domain.own import Origin
from app.library.domain.questions import ExerciseFilter, Order, Page, Position, ReferenceFilter, Window
from app.library.domain.texts import Language, Translation
from app.library.domain.words import (
    Basis,
    Chain,
    Grade,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)
from app.library.models import EvidenceRow, ExerciseRow, LinkRow, ReferenceRow, SharedExerciseRow, TagRow

Row = type[ExerciseRow] | type[ReferenceRow]
Lists = Mapping[str, tuple[str, ...]]
"""The lists of one exercise, by the name of the member."""

_PLAIN_FILTERS = (
    "group",
    "chain",
    "weight_bearing",
    "pfj_load",
    "load_basis",
    "dosage_basis",
    "review_status",
    "days_per_week",
)
_TEXT_LISTS = ("equipment", "progressions", "regressions", "evidence")
_COMPOSED = {"dosage", "targets", "stages", "german", *_TEXT_LISTS}
_PLAIN = tuple(field.name for field in fields(Exercise) if field.name not in _COMPOSED)
_DOSAGE = tuple(field.name for field in fields(Dosage))
_WORDS: dict[str, type[Any]] = {
    "group": Group,
    "chain": Chain,
    "weight_bearing": WeightBearing,
    "pfj_load": PfjLoad,
    "load_basis": LoadBasis,
    "dosage_basis": Basis,
    "basis": Basis,
    "grade": Grade,
    "review_status": ReviewStatus,
}
_LISTED = union_all(
    select(TagRow.slug, TagRow.kind, TagRow.value, TagRow.position),
    select(LinkRow.slug, LinkRow.kind, LinkRow.to_slug, LinkRow.position),
    select(EvidenceRow.slug, literal("evidence"), EvidenceRow.reference_key, EvidenceRow.position),
).subquery()
_IN_LIBRARY = and_(ExerciseRow.author_id.is_(None), ExerciseRow.retired_at.is_(None))
_HEAVIEST_LAST = case({str(load): rank for rank, load in enumerate(PfjLoad)}, value=ExerciseRow.pfj_load)
_NO_YEAR_LAST = {False: 9999, True: 0}
"""What stands for the year of an undated reference, by whether the order is descending."""


def visible_to(authors: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition that an exercise is the library's, or the own one of these authors, or of these clinics."""
    if not authors:
        return ExerciseRow.author_id.is_(None)
    of_clinics = select(SharedExerciseRow.slug).where(SharedExerciseRow.clinic_id.in_(authors))
    return or_(ExerciseRow.author_id.is_(None), ExerciseRow.author_id.in_(authors), ExerciseRow.slug.in_(of_clinics))


def find_exercises(
    db: Session, wanted: ExerciseFilter, window: Window, authors: Collection[UUID] = ()
) -> Page[Exercise]:
    """Return the wanted exercises that are not retired, of the library and of these authors."""
    statement = select(ExerciseRow.__table__).where(
        ExerciseRow.retired_at.is_(None), visible_to(authors), *_exercise_conditions(wanted)
    )
    rows, following = _part(db, statement, _exercise_order(window.order), ExerciseRow.slug, window)
    lists = _lists(db, [row["slug"] for row in rows])
    return Page(tuple(_exercise(row, lists[row["slug"]]) for row in rows), following)


def find_exercise(db: Session, slug: str, authors: Collection[UUID] = ()) -> Exercise | None:
    """Return the exercise of this name, of the library or of these authors, a retired one as well."""
    statement = select(ExerciseRow.__table__).where(ExerciseRow.slug == slug, visible_to(authors))
    row = db.execute(statement).mappings().one_or_none()
    return _exercise(row, _lists(db, [slug])[slug]) if row else None


def find_exercises_by_slug(db: Session, slugs: Collection[str]) -> dict[str, Exercise]:
    """Return these exercises, retired ones as well, by slug."""
    rows = db.execute(select(ExerciseRow.__table__).where(ExerciseRow.slug.in_(slugs))).mappings().all()
    lists = _lists(db, [row["slug"] for row in rows])
    return {row["slug"]: _exercise(row, lists[row["slug"]]) for row in rows}


def find_cards(db: Session, slugs: Collection[str]) -> dict[str, ExerciseCard]:
    """Return these exercises in short, by slug."""
    statement = _cards().where(ExerciseRow.slug.in_(slugs))
    return {row.slug: _card(row) for row in db.execute(statement)}


def find_citing(db: Session, key: str) -> tuple[ExerciseCard, ...]:
    """Return the exercises, retired ones left out, that rest on a reference, by name."""
    citing = select(EvidenceRow.slug).where(EvidenceRow.reference_key == key)
    statement = _cards().where(ExerciseRow.slug.in_(citing), _IN_LIBRARY)
    return tuple(_card(row) for row in db.execute(statement.order_by(ExerciseRow.sort_name, ExerciseRow.slug)))


def count_by_group(db: Session) -> dict[str, int]:
    """Return how many exercises each group has, retired ones left out."""
    statement = select(ExerciseRow.group, func.count()).where(_IN_LIBRARY)
    return dict(db.execute(statement.group_by(ExerciseRow.group)).all())


def find_references(db: Session, wanted: ReferenceFilter, window: Window) -> Page[Reference]:
    """Return the wanted references that are not retired."""
    statement = select(ReferenceRow.__table__).where(ReferenceRow.retired_at.is_(None), *_reference_conditions(wanted))
    rows, following = _part(db, statement, _reference_order(window.order), ReferenceRow.key, window)
    return Page(tuple(_reference(row) for row in rows), following)


def find_references_by_key(db: Session, keys: Collection[str]) -> dict[str, Reference]:
    """Return these references, retired ones as well, by key."""
    statement = select(ReferenceRow.__table__).where(ReferenceRow.key.in_(keys))
    return {row["key"]: _reference(row) for row in db.execute(statement).mappings()}


def exercise_revisions(db: Session) -> dict[str, str | None]:
    """Return what each stored exercise says, by slug; None for a retired one."""
    return _revisions(db, ExerciseRow.slug, ExerciseRow, ExerciseRow.author_id.is_(None))


def reference_revisions(db: Session) -> dict[str, str | None]:
    """Return what each stored reference says, by key; None for a retired one."""
    return _revisions(db, ReferenceRow.key, ReferenceRow)


def _exercise_conditions(wanted: ExerciseFilter) -> Iterator[ColumnElement[bool]]:
    yield from _any_of(wanted, ExerciseRow, _PLAIN_FILTERS)
    for kind, words in [("targets", wanted.target), ("stages", wanted.stage), ("equipment", wanted.equipment)]:
        if words:
            yield ExerciseRow.slug.in_(select(TagRow.slug).where(TagRow.kind == kind, TagRow.value.in_(words)))
    for kind, slugs in [("progressions", wanted.progression_of), ("regressions", wanted.regression_of)]:
        if slugs:
            yield ExerciseRow.slug.in_(select(LinkRow.to_slug).where(LinkRow.kind == kind, LinkRow.slug.in_(slugs)))
    if wanted.evidence:
        citing = select(EvidenceRow.slug).where(EvidenceRow.reference_key.in_(wanted.evidence))
        yield ExerciseRow.slug.in_(citing)
    if wanted.origin and set(wanted.origin) != set(Origin):
        own = ExerciseRow.author_id.is_not(None)
        yield own if Origin.OWN in wanted.origin else ~own
    flexion = ExerciseRow.peak_knee_flexion_deg
    yield from _between(flexion, wanted.min_peak_knee_flexion_deg, wanted.max_peak_knee_flexion_deg)
    yield from _found(ExerciseRow, wanted.q)


def _reference_conditions(wanted: ReferenceFilter) -> Iterator[ColumnElement[bool]]:
    yield from _any_of(wanted, ReferenceRow, ("grade", "basis", "review_status"))
    yield from _between(ReferenceRow.year, wanted.min_year, wanted.max_year)
    yield from _found(ReferenceRow, wanted.q)


def _any_of(wanted: Any, row: Row, names: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    for name in names:
        if words := getattr(wanted, name):
            yield getattr(row, name).in_(words)


def _between(column: Any, least: int | None, most: int | None) -> Iterator[ColumnElement[bool]]:
    if least is not None:
        yield column >= least
    if most is not None:
        yield column <= most


def _found(row: Row, q: str | None) -> Iterator[ColumnElement[bool]]:
    if q is not None:
        yield row.search_text.contains(folded(q), autoescape=True)


def _exercise_order(order: Order) -> Any:
    german = func.coalesce(ExerciseRow.sort_name_de, ExerciseRow.sort_name)
    by_name = german if order.language is Language.DE else ExerciseRow.sort_name
    named = {"name": by_name, "pfj_load": _HEAVIEST_LAST}
    return named[order.by] if order.by in named else getattr(ExerciseRow, order.by)


def _reference_order(order: Order) -> Any:
    if order.by == "key":
        return ReferenceRow.key
    return func.coalesce(ReferenceRow.year, _NO_YEAR_LAST[order.descending])


def _part(
    db: Session, statement: Select[Any], by: Any, key: Any, window: Window
) -> tuple[Sequence[RowMapping], Position | None]:
    """Return the rows of one part of the sorted list, and where the next one begins."""
    descending = window.order.descending
    if window.after is not None:
        value, last = window.after
        beyond = by < value if descending else by > value
        statement = statement.where(or_(beyond, and_(by == value, key > last)))
    statement = statement.add_columns(by.label("sorted_by")).order_by(by.desc() if descending else by, key)
    found = db.execute(statement.limit(window.limit + 1)).mappings().all()
    rows, more = found[: window.limit], len(found) > window.limit
    return rows, (rows[-1]["sorted_by"], rows[-1][key.key]) if more else None


def _lists(db: Session, slugs: Collection[str]) -> Mapping[str, Lists]:
    statement = select(_LISTED).where(_LISTED.c.slug.in_(slugs)).order_by(_LISTED.c.position)
    lists: dict[str, dict[str, tuple[str, ...]]] = defaultdict(lambda: defaultdict(tuple))
    for slug, kind, value, _ in db.execute(statement):
        lists[slug][kind] += (value,)
    return lists


def _exercise(row: RowMapping, lists: Lists) -> Exercise:
    facts: dict[str, Any] = {name: _word(name, row[name]) for name in _PLAIN}
    facts["targets"] = tuple(Target(word) for word in lists["targets"])
    facts["stages"] = tuple(Stage(word) for word in lists["stages"])
    for name in _TEXT_LISTS:
        facts[name] = lists[name]
    return Exercise(**facts, german=_german(row), dosage=Dosage(**{name: row[name] for name in _DOSAGE}))


def _german(row: RowMapping) -> Translation | None:
    name, instruction = row["name_de"], row["instruction_de"]
    return None if name is None else Translation(name, row["note_de"], instruction)


def _reference(row: RowMapping) -> Reference:
    return Reference(**{field.name: _word(field.name, row[field.name]) for field in fields(Reference)})


def _word(name: str, value: Any) -> Any:
    return _WORDS[name](value) if name in _WORDS and value is not None else value


def card_of() -> tuple[Any, ...]:
    """Return the columns that make an exercise in short."""
    return ExerciseRow.slug, ExerciseRow.name, ExerciseRow.name_de, ExerciseRow.pfj_load


def _cards() -> Select[Any]:
    return select(*card_of())


def _card(row: Any) -> ExerciseCard:
    return ExerciseCard(row.slug, row.name, row.name_de, PfjLoad(row.pfj_load))


def _revisions(db: Session, key: Any, row: Row, *conditions: ColumnElement[bool]) -> dict[str, str | None]:
    found = db.execute(select(key, row.revision, row.retired_at).where(*conditions))
    return {name: revision if retired_at is None else None for name, revision, retired_at in found}
