"""The operations that look back and ahead and store nothing: replay, load, questions, ladder, notices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.guidance.climbing import as_plain
from app.guidance.domain.ladder import Gate
from app.guidance.domain.questions import Question
from app.guidance.replay import ReplayedDay
from app.guidance.routes.feature import GUIDANCE, PATIENT, guidance
from app.guidance.schemas.looks import (
    FindingsSchema,
    LadderAnswerSchema,
    LadderQuerySchema,
    LoadQuerySchema,
    LoadSchema,
    NoticesQuerySchema,
    NoticesSchema,
    OrthosisTestsSchema,
    QuestionsQuerySchema,
    QuestionsSchema,
    ReplayQuestionSchema,
    ReplaySchema,
)
from app.guidance.schemas.shown import notices_shown, opened_of, register
from app.guidance.service import Told, findings_today, ladder_today, load_of, notices_on, questions_due, replay_days
from app.guidance.service.treatments import orthosis_tests
from app.guidance.values import HypotheticalRun, ReplayQuestion
from app.guidance.words import book_of, effort_in_words, preset_cautions, session_in_words
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer
from app.web.languages import in_language, language
from app.web.transaction import db

_OF_ADVICE = ("rule", "change_percent", "session_cap_km", "week_cap_km", "session_cap_min", "week_cap_min")


@guidance.operation(
    "POST",
    f"{GUIDANCE}/replay",
    permission=Permission.ADVICE_READ,
    body=ReplayQuestionSchema,
    answers={200: ReplaySchema},
    writes=False,
)
def replay_guidance(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Decide stored days again: another policy, other days, runs that were never run. Nothing is stored."""
    runs = tuple(HypotheticalRun(**run) for run in body.pop("runs"))
    days = replay_days(db(), patient_id, ReplayQuestion(**body, runs=runs), now())
    told = {
        "days": [_day(day) for day in days],
        "differing": sum(day.differs is True for day in days),
        "cautions": preset_cautions({day.preset for day in days}, language(), register()),
    }
    return in_language(answer(told), language())


@guidance.operation(
    "GET",
    f"{PATIENT}/load",
    permission=Permission.SESSIONS_READ,
    query=LoadQuerySchema,
    answers={200: LoadSchema},
)
def get_load(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read the load of some weeks: distance, time, effort, spikes; ratios are shown and never used."""
    found = load_of(db(), patient_id, query["until"], query["days"], query["rest_confirmed"], now())
    summary = found.summary
    told = {
        "until": found.until,
        "week_distance_km": asdict(summary.distance_km),
        "week_duration_min": asdict(summary.duration_min),
        "session_load": asdict(summary.session_load),
        "acwr_hidden": summary.acwr_hidden,
        "days": [asdict(day) for day in found.days],
        "runs": [
            {
                "id": run.id,
                "on": run.on,
                "distance_km": run.distance_km,
                "ratio": run.spike.ratio,
                "spike_class": run.spike.name,
            }
            for run in found.runs
        ],
        "efforts_left_out": [
            {**asdict(one), "text": effort_in_words(one.because, language(), register())} for one in found.left_out
        ],
    }
    return in_language(answer(told), language())


@guidance.operation(
    "GET",
    f"{GUIDANCE}/red-flag-questions",
    permission=Permission.PAIN_READ,
    query=QuestionsQuerySchema,
    answers={200: QuestionsSchema},
)
def list_red_flag_questions(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List the questions about urgent signs: which are due, and why."""
    as_of, found = questions_due(db(), patient_id, query["as_of"], now())
    told = {
        "as_of": as_of,
        "due": sum(question.due for question in found),
        "items": [_question(question) for question in found],
    }
    return in_language(answer(told), language())


@guidance.operation(
    "GET",
    f"{GUIDANCE}/ladder",
    permission=Permission.ADVICE_READ,
    query=LadderQuerySchema,
    answers={200: LadderAnswerSchema},
)
def get_ladder(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read where one stands on the run-walk ladder, and the next session; until the gate is open, walking."""
    irritability = query.pop("irritability")
    judgement, ladder = ladder_today(db(), patient_id, Gate(**query), irritability, now())
    plain = as_plain(ladder)
    told = {
        "as_of": judgement.as_of,
        "decision": judgement.advice.decision.value,
        "ladder": plain,
        "text": None if plain is None else session_in_words(plain["session"], language(), register()),
    }
    return in_language(answer(told), language())


@guidance.operation("GET", f"{GUIDANCE}/findings", permission=Permission.FINDINGS_READ, answers={200: FindingsSchema})
def get_findings(patient_id: UUID) -> Response:
    """Read what stands out of load, hip, knee, ankle and mind: findings, not a diagnosis."""
    found = findings_today(db(), patient_id, now())
    told = {
        "as_of": found.as_of,
        **asdict(found.pattern),
        "measured": found.measured,
        "not_measured": found.not_measured,
        "onset_on": found.onset_on,
        "text": book_of(language()).findings.to(register()),
    }
    return in_language(answer(told), language())


@guidance.operation(
    "GET",
    f"{GUIDANCE}/notices",
    permission=Permission.ADVICE_READ,
    query=NoticesQuerySchema,
    answers={200: NoticesSchema},
)
def list_notices(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List what is worth knowing beside the advice; no notice is ever a cap."""
    as_of = query.pop("as_of")
    found = notices_on(db(), patient_id, as_of, Told(**query), now(), opened_of(patient_id))
    told = {
        "items": notices_shown(found),
        "holds_progression": any(notice.holds_progression for notice in found),
    }
    return in_language(answer(told), language())


@guidance.operation(
    "GET",
    f"{GUIDANCE}/orthosis-tests",
    permission=Permission.SESSIONS_READ,
    answers={200: OrthosisTestsSchema},
)
def list_orthosis_tests(patient_id: UUID) -> Response:
    """List how an orthosis changed the pain of an activity at once, newest first: a record, never an advice."""
    book = book_of(language())
    told = [
        {**asdict(found), "text": book.beside.orthosis[found.response].to(register())}
        for found in orthosis_tests(db(), patient_id)
    ]
    return in_language(answer({"items": told}), language())


def _question(question: Question) -> dict[str, Any]:
    book = book_of(language())
    return {
        "code": question.code,
        "text": book.questions[question.code],
        "level": question.level.value,
        "due": question.due,
        "because": question.because,
        "because_text": book.because_asked[question.because] if question.because is not None else None,
        "answered_at": question.answered_at,
    }


def _day(day: ReplayedDay) -> dict[str, Any]:
    advice = day.advice
    return {
        "on": day.on,
        "preset": day.preset,
        "decision": advice.decision.value,
        "refer": advice.refer.value,
        **{name: getattr(advice, name) for name in _OF_ADVICE},
        "rules_alone": {"decision": day.engine.decision.value, "rule": day.engine.rule},
        "given": asdict(day.given) if day.given is not None else None,
        "differs": day.differs,
    }
