"""How easily the knee is stirred up and how slowly it settles, and how severe its pain is."""

from __future__ import annotations

from app.guidance.domain.history import NRS_MAX
from app.outcomes.domain.strict import flag, number

SETTLE_MAX_HOURS = 10_000  # hours
SIGN_WORST_MIN = 7  # NRS, worst pain that is a sign (E)
SIGN_SETTLE_ABOVE_HOURS = 24  # hours, longer is a sign (E)
HIGH_SIGNS = 2  # signs that make it high (E)
LOW_WORST_MAX = 3  # NRS (E)
LOW_SETTLE_MAX_HOURS = 1  # hours (E)
MILD_MAX = 3  # NRS, worst pain of 7 days (E)
MODERATE_MAX = 6  # NRS, worst pain of 7 days (E)


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


def severity(worst: object) -> str:
    """Return mild, moderate or severe from the worst pain of 7 days (NRS)."""
    pain = number(worst, 0, NRS_MAX, "/worst")
    if pain <= MILD_MAX:
        return "mild"
    return "moderate" if pain <= MODERATE_MAX else "severe"
