"""The wire forms of guidance."""

from __future__ import annotations

from app.guidance.schemas.advice import AdviceSchema
from app.guidance.schemas.shown import shown_advice

__all__ = ["AdviceSchema", "shown_advice"]
