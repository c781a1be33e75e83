"""What a runner has told at the start of care: of each part the newest word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.guidance.domain.ruleset.numbers import METRES_PER_KM
from app.kernel.clock import day_in_zone
from app.logbook.domain import TOLD_AT_INTAKE, Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAtIntake:
    """Each part as it was told last; None was not told."""

    birth_year: int | None = None
    declared_longest_m: int | None = None
    pain_began_on: date | None = None
    terrain_or_shoe_change: bool | None = None
    avoids_activity_from_fear: bool | None = None

    @property
    def declared_longest_km(self) -> float | None:
        """Return the longest run that was declared, in km."""
        return None if self.declared_longest_m is None else self.declared_longest_m / METRES_PER_KM


def newest_words(intakes: Iterable[Intake], as_of: date) -> ToldAtIntake:
    """Return the newest word of each part up to a day, of intakes with the oldest first."""
    words: dict[str, Any] = {}
    for one in intakes:
        if day_in_zone(one.performed_at, one.zone) <= as_of:
            words |= {name: value for name in TOLD_AT_INTAKE if (value := getattr(one, name)) is not None}
    return ToldAtIntake(**words)
