"""The operations on the logbook: the same five for each of its kinds of entry."""

from __future__ import annotations

from functools import partial

from app.kernel.permissions import Permission
from app.logbook.kinds import CHECK_IN, INTAKE, PAIN_SCORE, RED_FLAG, RUN, SESSION, SKIP, TREATMENT
from app.logbook.offering import offer_entries
from app.logbook.schemas import (
    CheckInSchema,
    IntakeSchema,
    PainScoreSchema,
    RedFlagAnswerSchema,
    RunSchema,
    SessionSchema,
    SkipSchema,
    StoredCheckInSchema,
    StoredIntakeSchema,
    StoredPainScoreSchema,
    StoredRedFlagAnswerSchema,
    StoredRunSchema,
    StoredSessionSchema,
    StoredSkipSchema,
    StoredTreatmentSchema,
    TreatmentSchema,
)
from app.web.feature import Feature

logbook = Feature("logbook", "What was done and felt.")

_offer = partial(offer_entries, logbook)

_SESSIONS = (Permission.SESSIONS_READ, Permission.SESSIONS_WRITE)
_PAIN = (Permission.PAIN_READ, Permission.PAIN_WRITE)

_offer(SESSION, "sessions", SessionSchema, StoredSessionSchema, *_SESSIONS)
_offer(RUN, "runs", RunSchema, StoredRunSchema, *_SESSIONS)
_offer(PAIN_SCORE, "pain_scores", PainScoreSchema, StoredPainScoreSchema, *_PAIN)
_offer(CHECK_IN, "check_ins", CheckInSchema, StoredCheckInSchema, *_SESSIONS)
_offer(TREATMENT, "treatments", TreatmentSchema, StoredTreatmentSchema, *_SESSIONS)
_offer(SKIP, "skips", SkipSchema, StoredSkipSchema, *_SESSIONS)
_offer(INTAKE, "intakes", IntakeSchema, StoredIntakeSchema, *_SESSIONS)
_offer(RED_FLAG, "red_flags", RedFlagAnswerSchema, StoredRedFlagAnswerSchema, *_PAIN)
