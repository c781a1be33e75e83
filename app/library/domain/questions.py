"""What can be asked of the library: filters, orders, and parts of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from app.library.domain.own import Origin
from app.library.domain.texts import Language
from app.library.domain.words import (
    Basis,
    Chain,
    Grade,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFilter:
    """Which exercises are wanted: any of the words of one member, and every member that says something."""

    group: tuple[Group, ...] = ()
    target: tuple[Target, ...] = ()
    stage: tuple[Stage, ...] = ()
    chain: tuple[Chain, ...] = ()
    weight_bearing: tuple[WeightBearing, ...] = ()
    pfj_load: tuple[PfjLoad, ...] = ()
    load_basis: tuple[LoadBasis, ...] = ()
    dosage_basis: tuple[Basis, ...] = ()
    review_status: tuple[ReviewStatus, ...] = ()
    equipment: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    progression_of: tuple[str, ...] = ()
    regression_of: tuple[str, ...] = ()
    days_per_week: tuple[int, ...] = ()
    origin: tuple[Origin, ...] = (Origin.LIBRARY,)
    min_peak_knee_flexion_deg: int | None = None
    max_peak_knee_flexion_deg: int | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFilter:
    """Which references are wanted."""

    grade: tuple[Grade, ...] = ()
    basis: tuple[Basis, ...] = ()
    review_status: tuple[ReviewStatus, ...] = ()
    min_year: int | None = None
    max_year: int | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """Which claims are wanted."""

    question: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    review_status: tuple[ReviewStatus, ...] = ()
    q: str | None = None


EXERCISE_ORDERS = ("name", "slug", "group", "pfj_load", "peak_knee_flexion_deg")
REFERENCE_ORDERS = ("year", "key")

Position = tuple[int | str, str]
"""Where a page ended: the value it was sorted by, and the key."""


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is sorted, names in which language; equals follow by their key."""

    by: str
    descending: bool
    language: Language = Language.EN

    @classmethod
    def of(cls, word: str, language: Language = Language.EN) -> Order:
        """Return the order that a word stands for: name ascending, -name descending."""
        return cls(word.removeprefix("-"), word.startswith("-"), language)


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a sorted list is wanted."""

    order: Order
    after: Position | None
    limit: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and where the next one begins; None when there is none."""

    items: tuple[T, ...]
    following: Position | None
