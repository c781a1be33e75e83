"""What loading a library would change, found by comparing what entries say with what is stored."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from app.library.domain.catalogue import Exercise, Reference
from app.library.domain.evidence import Article, Claim, Question
from app.library.domain.texts import Told

Entry = Exercise | Reference | Question | Claim | Article

_BETWEEN = "\x1f"
"""Parts a search text; a control character, which no question may hold, so nothing is found across two parts."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many entries were new, said something else, said the same, or were gone."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )

    def __str__(self) -> str:
        return f"{self.created} created, {self.changed} changed, {self.unchanged} unchanged, {self.removed} removed"


@dataclass(frozen=True, slots=True)
class Changes:
    """The keys of the entries, by what becomes of each."""

    created: frozenset[str]
    changed: frozenset[str]
    unchanged: frozenset[str]
    removed: frozenset[str]

    @property
    def report(self) -> LoadReport:
        """Return how many there are of each."""
        return LoadReport(len(self.created), len(self.changed), len(self.unchanged), len(self.removed))


def compare(given: Mapping[str, str], stored: Mapping[str, str | None]) -> Changes:
    """Return what becomes of each entry; both name revisions by key, a stored None is a retired entry."""
    unchanged = {key for key, revision in given.items() if stored.get(key) == revision}
    created = given.keys() - stored.keys()
    return Changes(
        created=frozenset(created),
        changed=frozenset(given.keys() - created - unchanged),
        unchanged=frozenset(unchanged),
        removed=frozenset(key for key, revision in stored.items() if revision is not None and key not in given),
    )


def revision_of(entry: Entry) -> str:
    """Return a hash of all that an entry says; the same facts always have the same revision."""
    said = json.dumps([asdict(entry), search_text(entry)], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def search_text(entry: Entry) -> str:
    """Return what a text search looks through: of an exercise name, note and slug, in every language."""
    return folded(_BETWEEN.join(_parts(entry)))


def _parts(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Reference):
        return (entry.key, entry.authors, entry.title, entry.journal, entry.claim)
    if isinstance(entry, Exercise):
        german = (entry.german.name, entry.german.note or "", entry.german.instruction) if entry.german else ()
        return (entry.name, entry.note or "", entry.slug, entry.instruction or "", *german)
    if isinstance(entry, Claim):
        return (entry.slug, *_words(entry.statement))
    texts = [paragraph.text for paragraph in entry.paragraphs] if isinstance(entry, Article) else []
    return (entry.slug, *(word for told in (entry.title, *texts) for word in _words(told)))


def _words(told: Told) -> tuple[str, ...]:
    return tuple(text for _, text in told.versions())


def folded(text: str) -> str:
    """Return a text without its case and its ways of writing, so that both databases find the same."""
    return unicodedata.normalize("NFKC", text).casefold()
