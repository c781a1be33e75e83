"""Look into questions, claims and articles, review them, and put some there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from app.kernel.errors import NotVisible
from app.library.domain.catalogue import Reference
from app.library.domain.changes import LoadReport, compare, revision_of
from app.library.domain.evidence import Article, Claim, Kept, Question, Review, check_step, status_after_load
from app.library.domain.grounds import check_articles, check_claims, check_questions
from app.library.domain.questions import ClaimFilter
from app.library.domain.wholeness import is_slug
from app.library.models import ArticleRow, ClaimRow, QuestionRow
from app.library.repository import evidence, reading, stream
from app.library.repository.evidence import ARTICLES as ARTICLES
from app.library.repository.evidence import CLAIMS as CLAIMS

E = TypeVar("E", Claim, Article)


def list_questions(db: Session) -> list[tuple[Question, list[Kept]]]:
    """Return every question with its claims side by side, in their order."""
    questions = evidence.find_questions(db)
    return _side_by_side(db, questions)


def read_question(db: Session, slug: str) -> tuple[Question, list[Kept]]:
    """Return a question with its claims; raise NotVisible for an unknown one."""
    found = evidence.find_questions(db, slug) if is_slug(slug) else []
    if not found:
        raise NotVisible
    return _side_by_side(db, found)[0]


def _side_by_side(db: Session, questions: list[Question]) -> list[tuple[Question, list[Kept]]]:
    claims = evidence.find_claims_of(db, [question.slug for question in questions])
    return [(asked, [one for one in claims if one.question == asked.slug]) for asked in questions]


def list_claims(db: Session, wanted: ClaimFilter, after: str | None, limit: int) -> list[Kept]:
    """Return the wanted claims behind `after`, by slug; retired ones are left out."""
    return evidence.find_claims(db, wanted, after, limit)


def list_articles(db: Session) -> list[Kept]:
    """Return the articles in their order; retired ones are left out."""
    return evidence.find_articles(db)


def read_entry(db: Session, collection: str, slug: str) -> tuple[Kept, list[Review]]:
    """Return a claim or an article and the steps of its review; raise NotVisible for an unknown one."""
    found = evidence.find(db, collection, [slug]) if is_slug(slug) else {}
    if slug not in found:
        raise NotVisible
    return found[slug], evidence.find_reviews(db, collection, slug)


def references_of(db: Session, entries: Iterable[Claim | Article]) -> dict[str, Reference]:
    """Return the references that claims or articles rest on, by key, in one statement."""
    return reading.find_references_by_key(db, {key for entry in entries for key in entry.references})


def claims_of(db: Session, articles: Iterable[Article]) -> dict[str, Kept]:
    """Return the claims that articles name, by slug, in one statement."""
    named = {slug for article in articles for paragraph in article.paragraphs for slug in paragraph.claims}
    return evidence.find(db, CLAIMS, named)


def review_entry(db: Session, collection: str, slug: str, revision: str, review: Review) -> tuple[Kept, list[Review]]:
    """Take a step in the review of words that were read; raise NotVisible, WordsChanged or NoSuchStep.

    `review.from_status` is set to where the entry stands; phones are told of the step.
    """
    kept = evidence.find(db, collection, [slug], lock=True).get(slug) if is_slug(slug) else None
    if kept is None:
        raise NotVisible
    check_step(kept, revision, review.to_status)
    evidence.store_review(db, collection, slug, replace(review, from_status=kept.entry.review_status))
    moved = replace(kept.entry, review_status=review.to_status)
    stream.number_changes(db, collection, {slug: moved}, (), review.at)
    return read_entry(db, collection, slug)


def put_evidence(
    db: Session, questions: Sequence[Question], claims: Sequence[Claim], articles: Sequence[Article], at: datetime
) -> LoadReport:
    """Make these the questions, claims and articles there are; raise BrokenLibrary and store nothing.

    What stays as it was keeps where its review stands; new words of what was reviewed here are submitted again.
    """
    living = {key for key, revision in reading.reference_revisions(db).items() if revision is not None}
    check_questions(questions, claims)
    check_claims(claims, {question.slug for question in questions}, living)
    check_articles(articles, {claim.slug for claim in claims}, living)
    report = _put_questions(db, questions, at)
    return (
        report + _put_entries(db, CLAIMS, ClaimRow, claims, at) + _put_entries(db, ARTICLES, ArticleRow, articles, at)
    )


def _put_questions(db: Session, questions: Sequence[Question], at: datetime) -> LoadReport:
    given = {question.slug: revision_of(question) for question in questions}
    changes = compare(given, evidence.revisions(db, QuestionRow))
    written = {found.slug: found for found in questions if found.slug in changes.created | changes.changed}
    evidence.write_questions(db, list(written.values()), at)
    evidence.retire(db, QuestionRow, changes.removed, at)
    stream.number_changes(db, "evidence_questions", written, changes.removed, at)
    return changes.report


def _put_entries(
    db: Session, collection: str, row: type[ClaimRow] | type[ArticleRow], entries: Sequence[E], at: datetime
) -> LoadReport:
    given = {entry.slug: revision_of(entry) for entry in entries}
    changes = compare(given, evidence.revisions(db, row))
    written = [entry for entry in entries if entry.slug in changes.created | changes.changed]
    reviewed = evidence.reviewed(db, collection) if written else set()
    stand = {one.slug: status_after_load(one.review_status, was_reviewed=one.slug in reviewed) for one in written}
    evidence.write_entries(db, row, written, stand, at)
    evidence.retire(db, row, changes.removed, at)
    told = {one.slug: replace(one, review_status=stand[one.slug]) for one in written}
    stream.number_changes(db, collection, told, changes.removed, at)
    return changes.report


def approved_sources(db: Session) -> frozenset[str]:
    """Return the keys of the references and the slugs of the claims that may drive a rule."""
    return frozenset(evidence.approved(db))
