"""Claims and articles as seeds: complete in every language, every number on record; and what rules may rest on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.db.engine import Database
from app.guidance.domain.policy import SETTINGS
from app.guidance.domain.ruleset import RULES
from app.kernel.clock import now
from app.library import service
from app.library.domain.evidence import Article, Review, unapproved_sources
from app.library.domain.texts import CAUTION, GROUP_TITLES_IN, Told
from app.library.domain.wholeness import BrokenLibrary
from app.library.domain.words import Group, ReviewStatus
from seeds.evidence import check_evidence, read_articles, read_claims
from seeds.load import LIBRARY, load
from seeds.reading import seeds_of
from tests.builders.people import People
from tests.integration.test_seeds import change, folder, own

__all__ = ["folder", "own"]

QUESTIONS, LISTED = read_claims(LIBRARY / "claims.toml")
ARTICLES = read_articles(LIBRARY / "articles")
REFERENCES = tomllib.loads((LIBRARY / "references.toml").read_text(encoding="utf-8"))
NUMBERS = tomllib.loads((LIBRARY / "numbers.toml").read_text(encoding="utf-8"))
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def rule_sources() -> set[str]:
    """Return everything that a rule or a number of the policy names as its source."""
    named = {source for row in RULES.values() for source in row.sources}
    return named | {source for setting in SETTINGS.values() for source in setting.source.split(", ")}


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, written the English way."""
    return {found.replace(",", ".") for found in _NUMBER.findall(text)}


def on_record(article: Article) -> Iterator[set[str]]:
    """Return for each paragraph the numbers that its references say, or that the clinical text is on record for."""
    claims = {claim.slug: claim for claim in LISTED}
    allowed = {number for number, articles in NUMBERS.items() if article.slug in articles}
    for paragraph in article.paragraphs:
        keys = {*paragraph.references, *(key for slug in paragraph.claims for key in claims[slug].references)}
        yield allowed | numbers(" ".join(str(REFERENCES[key]) for key in keys))


def strange_numbers(article: Article) -> list[tuple[int, str, str]]:
    """Return every number of an article that nothing is on record for."""
    return [
        (place, version, number)
        for place, (paragraph, known) in enumerate(zip(article.paragraphs, on_record(article), strict=True))
        for version, text in paragraph.text.versions()
        for number in sorted(numbers(text) - known)
    ]


def test_no_rule_rests_on_what_nobody_approved(database: Database) -> None:
    with database.reading() as db:
        assert unapproved_sources(rule_sources(), service.approved_sources(db)) == []


@pytest.mark.parametrize("planted", ["thomee1997", "pain_limit_five", "hearsay"])
def test_a_planted_source_that_nobody_approved_is_seen(database: Database, planted: str) -> None:
    with database.reading() as db:
        assert unapproved_sources(rule_sources() | {planted}, service.approved_sources(db)) == [planted]


def test_a_number_of_our_own_is_marked_as_such_and_passes() -> None:
    assert unapproved_sources({"E", "a"}, {"a"}) == []


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)
def test_every_number_of_an_article_is_on_record(article: Article) -> None:
    assert strange_numbers(article) == []


def test_a_planted_number_is_seen() -> None:
    article = ARTICLES[0]
    first = article.paragraphs[0]
    planted = replace(first, text=replace(first.text, en=replace(first.text.en, patient="Run 17 km.")))
    found = strange_numbers(replace(article, paragraphs=(planted, *article.paragraphs[1:])))
    assert found == [(0, "en.patient", "17")]


def test_both_languages_name_the_same_numbers() -> None:
    texts = [(one.slug, one.statement) for one in LISTED]
    texts += [(one.slug, paragraph.text) for one in ARTICLES for paragraph in one.paragraphs]
    differ = [
        (slug, register)
        for slug, told in texts
        for register in ("patient", "clinician")
        if numbers(getattr(told.en, register)) != numbers(getattr(told.de, register))
    ]
    assert differ == []


def texts() -> Iterator[tuple[str, Told]]:
    """Return every text of claims and articles, and what stands beside them."""
    yield "caution", CAUTION
    yield from ((one.slug, one.title) for one in (*QUESTIONS, *ARTICLES))
    yield from ((one.slug, one.statement) for one in LISTED)
    yield from ((one.slug, paragraph.text) for one in ARTICLES for paragraph in one.paragraphs)


def test_no_text_is_missing_in_any_language_or_register() -> None:
    assert [(slug, version) for slug, told in texts() for version, text in told.versions() if not text.strip()] == []
    assert [slug for slug, told in texts() if told.en == told.de] == []
    assert all(set(titles) == set(Group) for titles in GROUP_TITLES_IN.values())
    exercises = tomllib.loads((LIBRARY / "exercises.toml").read_text(encoding="utf-8"))
    told = {seed.key: seed.left for seed in seeds_of(LIBRARY / "exercise_texts.toml")}
    assert told.keys() == exercises.keys()
    for slug, said in told.items():
        assert {"patient", "name_de", "patient_de"} <= said.keys(), slug
        assert ("note_de" in said) == ("note" in exercises[slug]), slug


BROKEN = [
    (
        "claims.toml",
        'references = ["rabelo2018"]',
        'references = ["rumour"]',
        "hip_weakness_follows: references: .*rumour",
    ),
    ("claims.toml", 'references = ["rabelo2018"]', "references = []", "hip_weakness_follows: references: is empty"),
    ("claims.toml", 'slug = "vmo_comes_late"', 'slug = "VMO"', "VMO: slug: has not"),
    ("claims.toml", 'slug = "vmo_comes_late"', 'slug = "pain_limit_two"', "pain_limit_two: slug: stands 2 times"),
    ("claims.toml", 'title_de = "Hilft Nadeln?"', "", "dry_needling: title_de: is missing"),
    ("articles/01_causes.toml", "claims = []", 'claims = ["rumour"]', "causes: paragraphs.0.claims: .*rumour"),
    ("articles/01_causes.toml", 'review_status = "submitted"', 'review_status = "true"', "causes: review_status"),
    ("exercise_texts.toml", 'name_de = "Muschel"', "", "clamshell: name_de: is missing"),
    ("exercise_texts.toml", 'note_de = "Becken ruhig halten, kleine Bewegung."', "", "clamshell: german.note"),
]


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BROKEN, ids=[row[3][:40] for row in BROKEN])
def test_broken_evidence_is_refused_by_name(
    database: Database, folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    with database.writing() as db, pytest.raises(BrokenLibrary, match=complaint):
        load(db, change(folder, old, new, file))


def test_a_question_needs_two_answers() -> None:
    one = [claim for claim in LISTED if claim.slug != "subgroups_unproven"]
    with pytest.raises(BrokenLibrary, match="subgroups: claims"):
        check_evidence(QUESTIONS, one, [], REFERENCES)


def test_new_words_of_what_was_reviewed_here_are_to_be_reviewed_again(
    database: Database, people: People, folder: Path
) -> None:
    ines, slug = people.therapist(), "vmo_comes_late"
    for status in (ReviewStatus.UNDER_REVIEW, ReviewStatus.APPROVED):
        step(database, slug, status, ines.id)
    with database.writing.begin() as db:
        assert load(db).changed == 0
    assert standing(database, slug) is ReviewStatus.APPROVED
    changed = change(folder, "A trend towards later VMO onset", "A tendency to later VMO onset", "claims.toml")
    with database.writing.begin() as db:
        assert load(db, changed).changed == 1
    assert standing(database, slug) is ReviewStatus.SUBMITTED
    with database.writing.begin() as db:
        load(db)


def step(database: Database, slug: str, status: ReviewStatus, reviewer: Any) -> None:
    """Take a step in the review of a claim."""
    taken = Review(
        from_status=ReviewStatus.SUBMITTED,
        to_status=status,
        reviewer_id=reviewer,
        reviewer_name="Ines",
        reason="read",
        at=now(),
    )
    with database.writing.begin() as db:
        revision = service.read_entry(db, service.CLAIMS, slug)[0].revision
        service.review_entry(db, service.CLAIMS, slug, revision, taken)


def standing(database: Database, slug: str) -> ReviewStatus:
    """Return where the review of a claim stands."""
    with database.reading() as db:
        return service.read_entry(db, service.CLAIMS, slug)[0].entry.review_status
