"""A patient's programme: a row of revisions, each whole, each with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.programmes.domain.plan import Plan
from app.programmes.domain.words import AuthorRole, Stage, Status

MOST_PROGRAMMES = 50
"""How many programmes a patient can have had (E)."""
MOST_REVISIONS = 1000
"""How many revisions a programme can have (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a revision, and through which device; the engine is nobody."""

    id: UUID | None
    role: AuthorRole
    device_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRevision:
    """One state of a programme, never edited; it holds from `effective_on`, a day in the patient's zone.

    `cause` names what made the engine act, so that nothing makes it act twice.
    """

    number: int
    made_at: datetime
    effective_on: date
    made_by: UUID | None
    made_by_role: AuthorRole
    reason: str
    cause: str | None
    stage: Stage
    stage_since_on: date
    status: Status
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme as it now is: its newest revision, and what never changes."""

    id: UUID
    patient_id: UUID
    protocol: str | None
    started_on: date
    seq: int
    ver: UUID
    newest: ProgrammeRevision

    @property
    def is_open(self) -> bool:
        """Is it still to be followed, now or after somebody re-opens it?"""
        return self.newest.status is not Status.ENDED


@dataclass(frozen=True, slots=True)
class ProgrammeHistory:
    """A programme's revisions over some time, the oldest first."""

    id: UUID
    started_on: date
    revisions: tuple[ProgrammeRevision, ...]

    def on(self, day: date) -> ProgrammeRevision | None:
        """Return the revision that stands on a day: the newest of those made up to it; None before the first."""
        return next((made for made in reversed(self.revisions) if made.effective_on <= day), None)
