"""The ruleset, for a clinician to read from top to bottom: nothing in it is a program.

settings   the numbers that a therapist may set, with their limits
numbers    the numbers that nobody sets
table      the rules in their order, and what each asks for
Beside it: presets (published pain rules as settings) and red_flags (urgent signs). A number stands in one place only,
with unit, meaning and source; tests/architecture holds that. A changed number is a new version.
"""

from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.ruleset.numbers import FOUR_WEEKS_DAYS, PAUSE_PCT, VALID_FOR_HOURS, WEEK_DAYS
from app.guidance.domain.ruleset.table import ORDER, RULES, RuleRow

__all__ = [
    "FOUR_WEEKS_DAYS",
    "ORDER",
    "PAUSE_PCT",
    "RED_FLAGS",
    "RULES",
    "RULESET_VERSION",
    "VALID_FOR_HOURS",
    "WEEK_DAYS",
    "RuleRow",
]

RULESET_VERSION = "2026.11.4"
