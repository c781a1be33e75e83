"""How easily the knee is stirred up and how slowly it settles."""

from __future__ import annotations

from app.guidance.domain.ruleset.numbers import (
    HIGH_SIGNS,
    LOW_SETTLE_MAX_HOURS,
    LOW_WORST_MAX,
    SETTLE_MAX_HOURS,
    SIGN_SETTLE_ABOVE_HOURS,
    SIGN_WORST_MIN,
)
from app.outcomes.domain.numbers import NRS_MAX
from app.outcomes.domain.strict import flag, number


def irritability(worst: object, settle_hours: object, low_load_provokes: object, rest_or_night_pain: object) -> str:
    """Return low, moderate or high from worst pain (NRS), hours to settle and two signs."""
    pain = number(worst, 0, NRS_MAX, "/worst")
    hours = number(settle_hours, 0, SETTLE_MAX_HOURS, "/settle_hours")
    told = [flag(low_load_provokes, "/low_load_provokes"), flag(rest_or_night_pain, "/rest_or_night_pain")]
    signs = sum([pain >= SIGN_WORST_MIN, hours > SIGN_SETTLE_ABOVE_HOURS, *told])
    if signs >= HIGH_SIGNS:
        return "high"
    quiet = signs == 0 and pain <= LOW_WORST_MAX and hours <= LOW_SETTLE_MAX_HOURS
    return "low" if quiet else "moderate"
