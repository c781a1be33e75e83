"""What advice can say and whom it sends to, both ordered by caution."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering


@total_ordering
class _Ordered(Enum):
    """Members compare by the order they are written in, the last one being the most cautious."""

    def __init__(self, _: str) -> None:
        self.caution = len(type(self).__members__)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.caution < other.caution


class Decision(_Ordered):
    """What to do with the load."""

    PROGRESS = "progress"
    HOLD = "hold"
    REDUCE = "reduce"
    REST_DAY = "rest_day"
    PAUSE_AND_REFER = "pause_and_refer"


class Referral(_Ordered):
    """Who should look at it, and how soon: soon 2 weeks, urgent 24-72 h, emergency now (E)."""

    NONE = "none"
    THERAPIST = "therapist"
    SOON = "soon"
    URGENT = "urgent"
    EMERGENCY = "emergency"
