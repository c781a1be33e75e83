"""The two knees, and the two legs, that everything prescribed, done and felt can be about."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Which knee, or which leg."""

    LEFT = "left"
    RIGHT = "right"
