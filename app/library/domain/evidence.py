"""What is claimed about runner's knee, on what grounds, and how a claim comes to be approved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.errors import Conflict
from app.library.domain.catalogue import Reference
from app.library.domain.texts import Told
from app.library.domain.words import Basis, Grade, ReviewStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something on which sources differ; its claims stand side by side, and none of them wins by itself."""

    slug: str
    position: int
    title: Told
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One answer to a question, with the references it rests on."""

    slug: str
    question: str
    position: int
    statement: Told
    references: tuple[str, ...]
    review_status: ReviewStatus
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an article, with the references and the claims behind it; either may be empty, not both."""

    text: Told
    references: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text on the condition."""

    slug: str
    position: int
    title: Told
    paragraphs: tuple[Paragraph, ...]
    review_status: ReviewStatus
    retired_at: datetime | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """Return the keys of all references that its paragraphs name, each once."""
        return tuple(dict.fromkeys(key for paragraph in self.paragraphs for key in paragraph.references))


@dataclass(frozen=True, slots=True)
class Kept:
    """A claim or an article as it is stored, with the revision of its words."""

    entry: Claim | Article
    revision: str

    @property
    def question(self) -> str | None:
        """Return the question that a claim answers; None for an article."""
        return self.entry.question if isinstance(self.entry, Claim) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One step of a review: from where to where, who took it, when, and why."""

    from_status: ReviewStatus
    to_status: ReviewStatus
    reviewer_id: UUID
    reviewer_name: str
    reason: str
    at: datetime


NEXT_STEPS: dict[ReviewStatus, frozenset[ReviewStatus]] = {
    ReviewStatus.SUBMITTED: frozenset({ReviewStatus.UNDER_REVIEW}),
    ReviewStatus.UNDER_REVIEW: frozenset({ReviewStatus.APPROVED, ReviewStatus.SUBMITTED}),
    ReviewStatus.APPROVED: frozenset({ReviewStatus.UNDER_REVIEW}),
}
"""Nothing is approved that was not under review; what was approved can be opened again."""


class NoSuchStep(Conflict):
    """A review does not lead there from here."""

    code = "no_such_step"
    title = "A review does not lead there from where it stands"


class WordsChanged(Conflict):
    """The words are not those that were read: read them again, then decide."""

    code = "words_changed"
    title = "The words have changed since you read them"


def check_step(kept: Kept, revision: str, to_status: ReviewStatus) -> None:
    """Raise WordsChanged or NoSuchStep unless these words can take this step."""
    if kept.revision != revision:
        raise WordsChanged
    if to_status not in NEXT_STEPS[kept.entry.review_status]:
        raise NoSuchStep(f"from {kept.entry.review_status} to {to_status}")


def status_after_load(seeded: ReviewStatus, *, was_reviewed: bool) -> ReviewStatus:
    """Return where new words stand: as seeded, but whoever was reviewed here before is to be reviewed again."""
    return ReviewStatus.SUBMITTED if was_reviewed else seeded


def strongest(references: Iterable[Reference]) -> Grade | None:
    """Return the best grade among references, A before D; None where none has one."""
    return min((found.grade for found in references if found.grade is not None), default=None)


def weakest_basis(references: Iterable[Reference]) -> Basis:
    """Were all the references read? One from memory makes the whole rest on memory."""
    return Basis.READ if all(found.basis is Basis.READ for found in references) else Basis.MEMORY


ENGINEERING = "E"
"""What a rule names as its source where a number is a choice of ours, shown to clinicians as such."""


def unapproved_sources(sources: Collection[str], approved: Collection[str]) -> list[str]:
    """Return the sources of rules that are neither approved references or claims nor marked as our own choice."""
    return sorted(set(sources) - set(approved) - {ENGINEERING})
