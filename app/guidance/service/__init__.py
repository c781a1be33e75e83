"""What guidance does: advise, pause, set policies and overrides, look back and ahead; nothing here knows the wire."""

from __future__ import annotations

from app.guidance.models import ADVICE, OVERRIDES, PAUSES, POLICIES
from app.guidance.models.stages import STAGE_PROPOSALS
from app.guidance.service.advice import (
    advice_as_of,
    advice_given,
    advice_history,
    current_advice,
    day_asked,
    in_words,
    reconsider,
    stage_state,
)
from app.guidance.service.beside import Told, ladder_today, notices_on
from app.guidance.service.findings import findings_today
from app.guidance.service.load import load_of
from app.guidance.service.overrides import override_on, set_override, withdraw_override
from app.guidance.service.pauses import close_pause
from app.guidance.service.policies import policy_book, set_policy, version_of
from app.guidance.service.questions import questions_due
from app.guidance.service.replay import replay_days
from app.guidance.service.standing import standing_advice

COLLECTIONS = (ADVICE, PAUSES, POLICIES, OVERRIDES, STAGE_PROPOSALS)
"""What devices read of guidance."""

__all__ = [
    "COLLECTIONS",
    "Told",
    "advice_as_of",
    "advice_given",
    "advice_history",
    "close_pause",
    "current_advice",
    "day_asked",
    "findings_today",
    "in_words",
    "ladder_today",
    "load_of",
    "notices_on",
    "override_on",
    "policy_book",
    "questions_due",
    "reconsider",
    "replay_days",
    "set_override",
    "set_policy",
    "stage_state",
    "standing_advice",
    "version_of",
    "withdraw_override",
]
