"""When claims and articles stand on something: every link leads somewhere, no text is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.library.domain.evidence import Article, Claim, Question
from app.library.domain.texts import Told
from app.library.domain.wholeness import BrokenLibrary, Fault, name_faults, refuse_twins, twin_faults

LONGEST_TEXT = 4000


def check_questions(questions: Sequence[Question], claims: Sequence[Claim]) -> None:
    """Raise BrokenLibrary for a question that is wrong in itself, or to which there are no two answers."""
    refuse_twins([question.slug for question in questions])
    answered = [claim.question for claim in claims]
    for question in questions:
        for field, fault in (*name_faults("slug", question.slug), *_text_faults("title", question.title)):
            raise BrokenLibrary(question.slug, field, fault)
        if answered.count(question.slug) < 2:
            raise BrokenLibrary(question.slug, "claims", "a question has two answers at least")


def check_claims(claims: Sequence[Claim], questions: Collection[str], references: Collection[str]) -> None:
    """Raise BrokenLibrary for the first claim that is wrong in itself or points to nothing."""
    refuse_twins([claim.slug for claim in claims])
    for claim in claims:
        for field, fault in _claim_faults(claim, questions, references):
            raise BrokenLibrary(claim.slug, field, fault)


def check_articles(articles: Sequence[Article], claims: Collection[str], references: Collection[str]) -> None:
    """Raise BrokenLibrary for the first article that is wrong in itself or points to nothing."""
    refuse_twins([article.slug for article in articles])
    for article in articles:
        for field, fault in _article_faults(article, claims, references):
            raise BrokenLibrary(article.slug, field, fault)


def _claim_faults(claim: Claim, questions: Collection[str], references: Collection[str]) -> Iterator[Fault]:
    yield from name_faults("slug", claim.slug)
    yield from _text_faults("statement", claim.statement)
    if claim.question not in questions:
        yield "question", f"there is no question {claim.question}"
    if not claim.references:
        yield "references", "is empty"
    yield from _link_faults("references", claim.references, references)


def _article_faults(article: Article, claims: Collection[str], references: Collection[str]) -> Iterator[Fault]:
    yield from name_faults("slug", article.slug)
    yield from _text_faults("title", article.title)
    if not article.paragraphs:
        yield "paragraphs", "is empty"
    for place, paragraph in enumerate(article.paragraphs):
        field = f"paragraphs.{place}"
        yield from _text_faults(f"{field}.text", paragraph.text)
        if not paragraph.references and not paragraph.claims:
            yield field, "rests on no reference and on no claim"
        yield from _link_faults(f"{field}.references", paragraph.references, references)
        yield from _link_faults(f"{field}.claims", paragraph.claims, claims)


def _link_faults(field: str, keys: Sequence[str], known: Collection[str]) -> Iterator[Fault]:
    yield from twin_faults(field, keys)
    for key in keys:
        if key not in known:
            yield field, f"there is no {key}"


def _text_faults(field: str, told: Told) -> Iterator[Fault]:
    for version, text in told.versions():
        if not 1 <= len(text.strip()) <= LONGEST_TEXT:
            yield f"{field}.{version}", f"has not 1 to {LONGEST_TEXT} characters"
