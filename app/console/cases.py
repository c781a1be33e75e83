"""A patient of the caseload as the pages show one: the reasons in words, and how soon somebody should look."""

from __future__ import annotations

from typing import Any

from app.review.domain.caseload import Line
from app.review.words import reason_in_words


def case_of(line: Line, spoken: str) -> dict[str, Any]:
    """Return one patient as a row: the reasons in words, the days since when, and how soon."""
    return {
        "id": line.patient_id,
        "name": line.display_name,
        "today": line.today,
        "link_ends_on": line.link_ends_on,
        "last_entry_on": line.last_entry_on,
        "stage": line.stage,
        "urgency": line.urgency,
        "reasons": [
            {
                "code": one.code,
                "urgency": one.urgency,
                "since_on": one.since_on,
                "days": (line.today - one.since_on).days,
                "text": reason_in_words(one, spoken),
            }
            for one in line.reasons
        ],
    }
