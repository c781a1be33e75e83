"""The wire forms of questions, claims and articles, and of a step of their review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.library.domain.catalogue import Reference
from app.library.domain.evidence import Article, Claim, Kept, Question, Review, strongest, weakest_basis
from app.library.domain.texts import caution_of
from app.library.domain.words import Basis, Grade, ReviewStatus
from app.library.schemas.catalogue import REFERENCE_BASIS, RETIRED, SEARCH, AnyOf, slugs
from app.library.schemas.reader import Reader, RegisterSchema
from app.web.fields import Choice, Text
from app.web.paging import Paged

CAUTION = "what is to be said beside a text that is not approved; null beside one that is"
REVISION = "names these words; a review says which words it is about"


class ClaimQuerySchema(RegisterSchema, Paged):
    """Which claims; different filters must all hold."""

    q = Text(load_default=None, metadata={"description": f"{SEARCH}; looks through every language"})
    question = slugs("slug of the question it answers")
    reference = slugs("key of a reference it rests on")
    review_status = AnyOf(Choice(ReviewStatus), "how far it has been reviewed")


class ReferenceCardSchema(Schema):
    """A reference in short, with its own grade and how far it was read."""

    key = fields.String(required=True)
    authors = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    evidence_grade = fields.String(required=True)
    grade = Choice(Grade, required=True, allow_none=True)
    basis = Choice(Basis, required=True, metadata={"description": REFERENCE_BASIS})
    review_status = Choice(ReviewStatus, required=True)


class ClaimSchema(Schema):
    """One answer to a question; others stand beside it."""

    slug = fields.String(required=True)
    question = fields.String(required=True, metadata={"description": "slug of the question it answers"})
    statement = fields.String(required=True)
    grade = Choice(Grade, required=True, allow_none=True, metadata={"description": "best grade of its references"})
    basis = Choice(Basis, required=True, metadata={"description": "memory, where one of its references was not read"})
    references = fields.List(fields.Nested(ReferenceCardSchema), required=True)
    review_status = Choice(ReviewStatus, required=True)
    caution = fields.String(required=True, allow_none=True, metadata={"description": CAUTION})
    revision = fields.String(required=True, metadata={"description": REVISION})
    retired_at = fields.DateTime(required=True, allow_none=True, metadata={"description": RETIRED})


class EvidenceReviewStepSchema(Schema):
    """One step of a review: who, when, and why."""

    from_status = Choice(ReviewStatus, required=True)
    to_status = Choice(ReviewStatus, required=True)
    reviewer_name = fields.String(required=True)
    reason = fields.String(required=True)
    at = fields.DateTime(required=True)


class ClaimInFullSchema(ClaimSchema):
    """A claim with the steps of its review, oldest first."""

    reviews = fields.List(fields.Nested(EvidenceReviewStepSchema), required=True)


class ClaimPageSchema(Schema):
    """Part of the list of claims."""

    items = fields.List(fields.Nested(ClaimSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class EvidenceQuestionSchema(Schema):
    """Something on which sources differ, with its answers side by side."""

    slug = fields.String(required=True)
    title = fields.String(required=True)
    claims = fields.List(fields.Nested(ClaimSchema), required=True)


class EvidenceQuestionListSchema(Schema):
    """All questions."""

    items = fields.List(fields.Nested(EvidenceQuestionSchema), required=True)


class ClaimCardSchema(Schema):
    """A claim in short, where an article rests on it."""

    slug = fields.String(required=True)
    question = fields.String(required=True)
    review_status = Choice(ReviewStatus, required=True)


class ParagraphSchema(Schema):
    """A paragraph and what it rests on."""

    text = fields.String(required=True)
    references = fields.List(fields.Nested(ReferenceCardSchema), required=True)
    claims = fields.List(fields.Nested(ClaimCardSchema), required=True)


class ArticleCardSchema(Schema):
    """An article in short."""

    slug = fields.String(required=True)
    title = fields.String(required=True)
    review_status = Choice(ReviewStatus, required=True)
    caution = fields.String(required=True, allow_none=True, metadata={"description": CAUTION})


class ArticleSchema(ArticleCardSchema):
    """An article with the steps of its review, oldest first."""

    paragraphs = fields.List(fields.Nested(ParagraphSchema), required=True)
    revision = fields.String(required=True, metadata={"description": REVISION})
    retired_at = fields.DateTime(required=True, allow_none=True, metadata={"description": RETIRED})
    reviews = fields.List(fields.Nested(EvidenceReviewStepSchema), required=True)


class ArticleListSchema(Schema):
    """All articles, in the order in which they are read."""

    items = fields.List(fields.Nested(ArticleCardSchema), required=True)


class EvidenceReviewSchema(Schema):
    """A step of a review, about the words of one revision."""

    revision = Text(required=True, longest=64, metadata={"description": "of the words that were read"})
    status = Choice(ReviewStatus, required=True, metadata={"description": "where they are to stand"})
    reason = Text(required=True, longest=1000, validate=[validate.Regexp(r"(?s).*\S", error="Say why.")])


def shown_claim(kept: Kept, references: Mapping[str, Reference], reader: Reader) -> dict[str, Any]:
    """Return a claim on the wire."""
    claim = kept.entry
    assert isinstance(claim, Claim)  # the caller has asked for claims
    cited = [references[key] for key in claim.references]
    return {
        "slug": claim.slug,
        "question": claim.question,
        "statement": claim.statement.to(reader.language, reader.register),
        "grade": strongest(cited),
        "basis": weakest_basis(cited),
        "references": [_reference_card(found) for found in cited],
        "review_status": claim.review_status,
        "caution": caution_of(claim.review_status, reader.language, reader.register),
        "revision": kept.revision,
        "retired_at": claim.retired_at,
    }


def shown_question(
    question: Question, claims: Iterable[Kept], references: Mapping[str, Reference], reader: Reader
) -> dict[str, Any]:
    """Return a question with its claims on the wire."""
    return {
        "slug": question.slug,
        "title": question.title.to(reader.language, reader.register),
        "claims": [shown_claim(kept, references, reader) for kept in claims],
    }


def shown_article_card(article: Article | Claim, reader: Reader) -> dict[str, Any]:
    """Return an article in short."""
    assert isinstance(article, Article)  # the caller has asked for articles
    return {
        "slug": article.slug,
        "title": article.title.to(reader.language, reader.register),
        "review_status": article.review_status,
        "caution": caution_of(article.review_status, reader.language, reader.register),
    }


def shown_article(
    kept: Kept, references: Mapping[str, Reference], claims: Mapping[str, Kept], reader: Reader
) -> dict[str, Any]:
    """Return an article on the wire, without its reviews."""
    article = kept.entry
    assert isinstance(article, Article)  # the caller has asked for articles
    paragraphs = [
        {
            "text": paragraph.text.to(reader.language, reader.register),
            "references": [_reference_card(references[key]) for key in paragraph.references],
            "claims": [_claim_card(claims[slug]) for slug in paragraph.claims],
        }
        for paragraph in article.paragraphs
    ]
    own = {"paragraphs": paragraphs, "revision": kept.revision, "retired_at": article.retired_at}
    return {**shown_article_card(article, reader), **own}


def shown_reviews(reviews: Iterable[Review]) -> list[dict[str, Any]]:
    """Return the steps of a review on the wire."""
    names = ("from_status", "to_status", "reviewer_name", "reason", "at")
    return [{name: getattr(step, name) for name in names} for step in reviews]


def _reference_card(found: Reference) -> dict[str, Any]:
    names = ("key", "authors", "year", "evidence_grade", "grade", "basis", "review_status")
    return {name: getattr(found, name) for name in names}


def _claim_card(kept: Kept) -> dict[str, Any]:
    return {"slug": kept.entry.slug, "question": kept.question, "review_status": kept.entry.review_status}
