"""The questions asked of claims and articles, and how they and their reviews are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Text, cast, insert, or_, select, union_all, update
from sqlalchemy.orm import Session

from app.db.meeting import put_by
from app.kernel.ids import new_id
from app.library.domain.changes import folded, revision_of, search_text
from app.library.domain.evidence import Article, Claim, Kept, Paragraph, Question, Review
from app.library.domain.questions import ClaimFilter
from app.library.domain.texts import Registers, Told
from app.library.domain.words import ReviewStatus
from app.library.models import ArticleRow, ClaimRow, QuestionRow, ReferenceRow, ReviewRow

Row = type[QuestionRow] | type[ClaimRow] | type[ArticleRow]
CLAIMS, ARTICLES = "claims", "articles"
_TABLES: dict[str, type[ClaimRow] | type[ArticleRow]] = {CLAIMS: ClaimRow, ARTICLES: ArticleRow}


def find_questions(db: Session, slug: str | None = None) -> list[Question]:
    """Return the questions that are not retired, in their order; or the one of this name, retired or not."""
    chosen = QuestionRow.retired_at.is_(None) if slug is None else QuestionRow.slug == slug
    statement = select(QuestionRow.__table__).where(chosen).order_by(QuestionRow.position, QuestionRow.slug)
    return [_question(row) for row in db.execute(statement).mappings()]


def find_claims(db: Session, wanted: ClaimFilter, after: str | None, limit: int) -> list[Kept]:
    """Return the wanted claims that are not retired, by slug, those behind `after`."""
    statement = select(ClaimRow.__table__).where(ClaimRow.retired_at.is_(None), *_conditions(wanted))
    if after is not None:
        statement = statement.where(ClaimRow.slug > after)
    return [_kept_claim(row) for row in db.execute(statement.order_by(ClaimRow.slug).limit(limit)).mappings()]


def find_claims_of(db: Session, questions: Collection[str]) -> list[Kept]:
    """Return the claims of some questions in their order, retired ones left out."""
    statement = select(ClaimRow.__table__).where(ClaimRow.question.in_(questions), ClaimRow.retired_at.is_(None))
    return [_kept_claim(row) for row in db.execute(statement.order_by(ClaimRow.position, ClaimRow.slug)).mappings()]


def find_articles(db: Session) -> list[Kept]:
    """Return the articles that are not retired, in their order."""
    statement = select(ArticleRow.__table__).where(ArticleRow.retired_at.is_(None))
    ordered = statement.order_by(ArticleRow.position, ArticleRow.slug)
    return [_kept_article(row) for row in db.execute(ordered).mappings()]


def find(db: Session, collection: str, slugs: Collection[str], *, lock: bool = False) -> dict[str, Kept]:
    """Return claims or articles, retired ones as well, by slug; with `lock` until the transaction ends."""
    table = _TABLES[collection]
    statement = select(table.__table__).where(table.slug.in_(slugs)).order_by(table.slug)
    made = _kept_claim if collection == CLAIMS else _kept_article
    rows = db.execute(statement.with_for_update() if lock else statement).mappings()
    return {row["slug"]: made(row) for row in rows}


def find_reviews(db: Session, collection: str, slug: str) -> list[Review]:
    """Return the steps of a review, oldest first."""
    names = [getattr(ReviewRow, name) for name in Review.__dataclass_fields__]
    statement = select(*names).where(ReviewRow.collection == collection, ReviewRow.entry == slug)
    return [_review(row) for row in db.execute(statement.order_by(ReviewRow.at, ReviewRow.id)).mappings()]


def reviewed(db: Session, collection: str) -> set[str]:
    """Return the slugs of the entries that anybody has reviewed here."""
    return set(db.execute(select(ReviewRow.entry).where(ReviewRow.collection == collection).distinct()).scalars())


def store_review(db: Session, collection: str, slug: str, review: Review) -> None:
    """Note a step of a review, and where the entry stands now."""
    db.execute(insert(ReviewRow), {"id": new_id(), "collection": collection, "entry": slug, **asdict(review)})
    table = _TABLES[collection]
    moved = update(table).where(table.slug == slug).values(review_status=review.to_status, updated_at=review.at)
    db.execute(moved)


def revisions(db: Session, row: Row) -> dict[str, str | None]:
    """Return what each stored entry says, by slug; None for a retired one."""
    found = db.execute(select(row.slug, row.revision, row.retired_at))
    return {slug: revision if retired_at is None else None for slug, revision, retired_at in found}


def approved(db: Session) -> list[str]:
    """Return the keys of approved references and the slugs of approved claims, retired ones left out."""
    rows = ((ReferenceRow.key, ReferenceRow), (ClaimRow.slug, ClaimRow))
    parts = [
        select(key).where(row.review_status == ReviewStatus.APPROVED, row.retired_at.is_(None)) for key, row in rows
    ]
    return list(db.execute(union_all(*parts)).scalars())


def write_questions(db: Session, questions: Sequence[Question], at: datetime) -> None:
    """Store new and changed questions."""
    rows = [{**asdict(one), "revision": revision_of(one), "updated_at": at} for one in questions]
    put_by(db, QuestionRow, ["slug"], rows)


def write_entries(
    db: Session, row: Row, entries: Sequence[Claim] | Sequence[Article], stand: Mapping[str, ReviewStatus], at: datetime
) -> None:
    """Store new and changed claims or articles; `stand` says where the review of each is now."""
    rows = [_columns(entry, at) | {"review_status": stand[entry.slug]} for entry in entries]
    put_by(db, row, ["slug"], rows)


def retire(db: Session, row: Row, slugs: Collection[str], at: datetime) -> None:
    """Take entries out of the lists."""
    if slugs:
        db.execute(update(row).where(row.slug.in_(slugs)).values(retired_at=at, updated_at=at))


def _conditions(wanted: ClaimFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.question:
        yield ClaimRow.question.in_(wanted.question)
    if wanted.review_status:
        yield ClaimRow.review_status.in_(wanted.review_status)
    if wanted.reference:
        listed = cast(ClaimRow.references, Text)
        yield or_(*(listed.contains(f'"{key}"', autoescape=True) for key in wanted.reference))
    if wanted.q is not None:
        yield ClaimRow.search_text.contains(folded(wanted.q), autoescape=True)


def _columns(entry: Claim | Article, at: datetime) -> dict[str, Any]:
    found = {"search_text": search_text(entry), "revision": revision_of(entry), "updated_at": at}
    return {**asdict(entry), **found}


def _question(row: RowMapping) -> Question:
    return Question(slug=row["slug"], position=row["position"], title=_told(row["title"]), retired_at=row["retired_at"])


def _kept_claim(row: RowMapping) -> Kept:
    claim = Claim(
        slug=row["slug"],
        question=row["question"],
        position=row["position"],
        statement=_told(row["statement"]),
        references=tuple(row["references"]),
        review_status=ReviewStatus(row["review_status"]),
        retired_at=row["retired_at"],
    )
    return Kept(claim, row["revision"])


def _kept_article(row: RowMapping) -> Kept:
    article = Article(
        slug=row["slug"],
        position=row["position"],
        title=_told(row["title"]),
        paragraphs=tuple(_paragraph(told) for told in row["paragraphs"]),
        review_status=ReviewStatus(row["review_status"]),
        retired_at=row["retired_at"],
    )
    return Kept(article, row["revision"])


def _paragraph(told: Mapping[str, Any]) -> Paragraph:
    return Paragraph(_told(told["text"]), tuple(told["references"]), tuple(told["claims"]))


def _told(told: Mapping[str, Any]) -> Told:
    return Told(en=Registers(**told["en"]), de=Registers(**told["de"]))


def _review(row: RowMapping) -> Review:
    steps = {name: ReviewStatus(row[name]) for name in ("from_status", "to_status")}
    return Review(**{**row, **steps})
