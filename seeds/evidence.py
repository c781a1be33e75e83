"""Reads the seeds of questions, claims and articles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from app.library.domain.evidence import Article, Claim, Paragraph, Question
from app.library.domain.grounds import check_articles, check_claims, check_questions
from app.library.domain.texts import Registers, Told
from app.library.domain.words import ReviewStatus
from seeds.reading import Seed, seeds_of


def read_claims(file: Path) -> tuple[list[Question], list[Claim]]:
    """Return the questions of a file and their claims, each in the order in which it stands there."""
    questions, claims = [], []
    for place, seed in enumerate(seeds_of(file)):
        questions.append(Question(slug=seed.key, position=place, title=_same_for_both(seed, "title")))
        claims += [_claim(seed.key, number, told) for number, told in enumerate(seed.tables("claims"))]
        seed.finish()
    return questions, claims


def read_articles(folder: Path) -> list[Article]:
    """Return the articles of a folder; the files' names begin with their place."""
    return [_article(place, file) for place, file in enumerate(sorted(folder.glob("*.toml")))]


def check_evidence(
    questions: Sequence[Question], claims: Sequence[Claim], articles: Sequence[Article], references: Collection[str]
) -> None:
    """Raise BrokenLibrary for the first of them that is not whole."""
    check_questions(questions, claims)
    check_claims(claims, {question.slug for question in questions}, references)
    check_articles(articles, {claim.slug for claim in claims}, references)


def _claim(question: str, position: int, seed: Seed) -> Claim:
    slug = seed.text("slug")
    claim = Claim(
        slug=slug,
        question=question,
        position=position,
        statement=_told(seed),
        references=seed.texts("references"),
        review_status=seed.word("review_status", ReviewStatus),
    )
    seed.finish()
    return claim


def _article(place: int, file: Path) -> Article:
    slug = file.stem.split("_", 1)[1]
    (seed,) = seeds_of(file)
    article = Article(
        slug=slug,
        position=place,
        title=_same_for_both(seed, "title"),
        paragraphs=tuple(_paragraph(told) for told in seed.tables("paragraphs")),
        review_status=seed.word("review_status", ReviewStatus),
    )
    seed.finish()
    return article


def _paragraph(seed: Seed) -> Paragraph:
    paragraph = Paragraph(_told(seed), seed.texts("references"), seed.texts("claims"))
    seed.finish()
    return paragraph


def _told(seed: Seed) -> Told:
    english = Registers(seed.text("patient"), seed.text("clinician"))
    return Told(english, Registers(seed.text("patient_de"), seed.text("clinician_de")))


def _same_for_both(seed: Seed, field: str) -> Told:
    """Return a text that is the same in both registers."""
    english, german = seed.text(field), seed.text(f"{field}_de")
    return Told(Registers(english, english), Registers(german, german))
