"""What guidance does: advise, pause, close; nothing here knows the wire."""

from __future__ import annotations

from app.guidance.service.advice import (
    COLLECTIONS,
    advice_as_of,
    advice_given,
    close_pause,
    current_advice,
    reconsider,
    stage_state,
)

__all__ = [
    "COLLECTIONS",
    "advice_as_of",
    "advice_given",
    "close_pause",
    "current_advice",
    "reconsider",
    "stage_state",
]
