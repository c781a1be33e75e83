"""The operations on questions, claims and articles, and on their review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema

from app.accounts import service as accounts
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.library import service
from app.library.domain.evidence import Article, Review
from app.library.domain.questions import ClaimFilter
from app.library.domain.words import ReviewStatus
from app.library.routes.door import library, tagged
from app.library.schemas.evidence import (
    ArticleListSchema,
    ArticleSchema,
    ClaimInFullSchema,
    ClaimPageSchema,
    ClaimQuerySchema,
    EvidenceQuestionListSchema,
    EvidenceQuestionSchema,
    EvidenceReviewSchema,
    shown_article,
    shown_article_card,
    shown_claim,
    shown_question,
    shown_reviews,
)
from app.library.schemas.reader import Reader, RegisterSchema, reader_of
from app.web.auth import actor
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

READ = Permission.LIBRARY_READ
Show = Callable[[str, Reader], tuple[dict[str, Any], Reader]]


@library.operation(
    "GET",
    "/v1/evidence-questions",
    permission=READ,
    query=RegisterSchema,
    answers={200: EvidenceQuestionListSchema, 304: None},
    translated=True,
    replica=True,
)
def list_evidence_questions(query: dict[str, Any]) -> Response:
    """List what sources differ on, with the competing claims side by side."""
    reader, asked = reader_of(query), service.list_questions(db())
    references = service.references_of(db(), (kept.entry for _, claims in asked for kept in claims))
    items = [shown_question(question, claims, references, reader) for question, claims in asked]
    return tagged({"items": items}, reader)


@library.operation(
    "GET",
    "/v1/evidence-questions/<slug>",
    permission=READ,
    query=RegisterSchema,
    answers={200: EvidenceQuestionSchema, 304: None},
    translated=True,
    replica=True,
)
def get_evidence_question(slug: str, query: dict[str, Any]) -> Response:
    """Read one question with its claims."""
    reader, (question, claims) = reader_of(query), service.read_question(db(), slug)
    references = service.references_of(db(), (kept.entry for kept in claims))
    return tagged(shown_question(question, claims, references, reader), reader)


@library.operation(
    "GET",
    "/v1/claims",
    permission=READ,
    query=ClaimQuerySchema,
    answers={200: ClaimPageSchema, 304: None},
    translated=True,
    replica=True,
)
def list_claims(query: dict[str, Any]) -> Response:
    """Search and filter the claims, by slug."""
    reader, limit, cursor = reader_of(query), query.pop("limit"), query.pop("cursor")
    wanted = ClaimFilter(**{name: _unordered(value) for name, value in query.items()})
    position = read_cursor(cursor, "claims", wanted)
    found = service.list_claims(db(), wanted, position[0] if position else None, limit + 1)
    items, more = found[:limit], len(found) > limit
    references = service.references_of(db(), (kept.entry for kept in items))
    following = make_cursor([items[-1].entry.slug], "claims", wanted) if more else None
    shown = [shown_claim(kept, references, reader) for kept in items]
    return tagged({"items": shown, "next_cursor": following}, reader)


@library.operation(
    "GET",
    "/v1/articles",
    permission=READ,
    query=RegisterSchema,
    answers={200: ArticleListSchema, 304: None},
    translated=True,
    replica=True,
)
def list_articles(query: dict[str, Any]) -> Response:
    """List the articles in the order in which they are read."""
    reader = reader_of(query)
    items = [shown_article_card(kept.entry, reader) for kept in service.list_articles(db())]
    return tagged({"items": items}, reader)


def _offer_review(name: str, reading: str, reviewing: str, collection: str, schema: type[Schema], show: Show) -> None:
    """Declare reading one claim or article, and the step of its review; `show` tells it with what it rests on."""
    one = f"/v1/{collection}/<slug>"

    def read(slug: str, query: dict[str, Any]) -> Response:
        return tagged(*show(slug, reader_of(query)))

    def review(slug: str, query: dict[str, Any], body: dict[str, Any]) -> Response:
        service.review_entry(db(), collection, slug, body["revision"], _step(body))
        return tagged(*show(slug, reader_of(query)))

    read.__name__, read.__doc__ = f"get_{name}", reading
    review.__name__, review.__doc__ = f"review_{name}", reviewing
    library.operation(
        "GET",
        one,
        permission=READ,
        query=RegisterSchema,
        answers={200: schema, 304: None},
        translated=True,
        replica=True,
    )(read)
    library.operation(
        "POST",
        f"{one}/review",
        permission=Permission.EVIDENCE_REVIEW,
        query=RegisterSchema,
        body=EvidenceReviewSchema,
        answers={200: schema},
        translated=True,
    )(review)


def _step(body: dict[str, Any]) -> Review:
    return Review(
        from_status=ReviewStatus.SUBMITTED,
        to_status=body["status"],
        reviewer_id=actor().account_id,
        reviewer_name=accounts.account_of(db(), actor().account_id).display_name,
        reason=body["reason"],
        at=now(),
    )


def _claim(slug: str, reader: Reader) -> tuple[dict[str, Any], Reader]:
    kept, reviews = service.read_entry(db(), service.CLAIMS, slug)
    references = service.references_of(db(), [kept.entry])
    return {**shown_claim(kept, references, reader), "reviews": shown_reviews(reviews)}, reader


def _article(slug: str, reader: Reader) -> tuple[dict[str, Any], Reader]:
    kept, reviews = service.read_entry(db(), service.ARTICLES, slug)
    article = kept.entry
    assert isinstance(article, Article)  # read_entry was asked for one
    references, claims = service.references_of(db(), [article]), service.claims_of(db(), [article])
    return {**shown_article(kept, references, claims, reader), "reviews": shown_reviews(reviews)}, reader


def _unordered(value: Any) -> Any:
    return tuple(sorted(set(value))) if isinstance(value, list | tuple) else value


_REVIEWING = "Take {} under review, approve it, or send it back; who, when and why is kept."
_offer_review(
    "claim",
    "Read a claim with its references and the steps of its review.",
    _REVIEWING.format("a claim"),
    service.CLAIMS,
    ClaimInFullSchema,
    _claim,
)
_offer_review(
    "article",
    "Read an article, each paragraph with what it rests on.",
    _REVIEWING.format("an article"),
    service.ARTICLES,
    ArticleSchema,
    _article,
)
