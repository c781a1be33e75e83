"""What a report is made of: figures, paragraphs, pictures and tables; never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Register(StrEnum):
    """Whom a report speaks to."""

    CLINICIAN = "clinician"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to see at a glance: what it is, how much, and what it was before."""

    label: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a heading: what calls for care, text, a picture with its alternative, or a table."""

    title: str
    paragraphs: Sequence[str] = ()
    picture: str | None = None
    alternative: str = ""
    width_percent: int = 100
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `pictures` holds the SVG of each picture by the name that its section calls it."""

    language: str
    title: str
    name: str
    window: str
    footer: str
    page: str
    figures: Sequence[Figure]
    sections: Sequence[Section]
    pictures: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return all but the pictures as values of JSON."""
        values = asdict(self)
        del values["pictures"]
        return values
