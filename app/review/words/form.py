"""The form of a language: the same sentences in every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.review.domain.attention import ReasonCode, Urgency


@dataclass(frozen=True, slots=True)
class Book:
    """All that the review says in one language, by code; `point` divides a number's whole from its parts."""

    reasons: Mapping[ReasonCode, str]
    never_any_data: str
    levels: Mapping[Urgency, str]
    red_flags: Mapping[str, str]
    stages: Mapping[str, str]
    point: str

    def number(self, value: float) -> str:
        """Return a number with at most one decimal, as it is written in the language."""
        return f"{value:.1f}".removesuffix(".0").replace(".", self.point)
