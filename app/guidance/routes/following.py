"""The operations that need both plan and log: what is due, adherence, dose proposals, stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.consent.domain import Scope
from app.guidance import service
from app.guidance.domain.criterion import Criterion
from app.guidance.domain.dose import DoseOption
from app.guidance.domain.due import DueExercise
from app.guidance.domain.ruleset.numbers import HIP_TO_KNEE, RETEST_AFTER_DAYS, STUCK_AFTER_DAYS
from app.guidance.schemas.following import (
    AdherenceSchema,
    AsOfSchema,
    DoseProposalListSchema,
    DueSchema,
    OnSchema,
    StageDecisionSchema,
    StageProposalListSchema,
    StageProposalSchema,
    StageStateSchema,
)
from app.guidance.schemas.shown import criteria_named, register
from app.guidance.service import doses, due, stages
from app.guidance.service.stages import as_told
from app.guidance.values import StageProposal
from app.guidance.words import book_of
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.programmes.domain.calendar import is_counted_in_seconds
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from app.web.answers import answer
from app.web.auth import actor
from app.web.feature import Feature
from app.web.languages import in_language, language
from app.web.transaction import db

plan = Feature("plan", "What is due, how it is followed, and how it goes on.")

PATIENT = "/v1/patients/<id:patient_id>"
PROGRAMMES = f"{PATIENT}/programmes"
PROPOSALS = f"{PATIENT}/stage-proposals"


@plan.operation("GET", f"{PROGRAMMES}/due", permission=Permission.DUE_READ, query=OnSchema, answers={200: DueSchema})
def get_due(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read what is due on a day, and what became of it."""
    asked = service.day_asked(db(), patient_id, query["on"], now())
    return in_language(answer(_due(due.due_list(db(), patient_id, asked, now()))), language())


@plan.operation(
    "GET", f"{PATIENT}/adherence", permission=Permission.DUE_READ, query=AsOfSchema, answers={200: AdherenceSchema}
)
def get_adherence(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read how much of what was due was done, over 7, 14 and 28 days, and how the cues were kept."""
    asked = service.day_asked(db(), patient_id, query["as_of"], now())
    found = due.how_followed(db(), patient_id, asked, now())
    told = [{"days": days, **asdict(window)} for days, window in found.windows.items()]
    return answer({"as_of": asked.on, "windows": told, "retraining": [asdict(one) for one in found.retraining]})


@plan.operation(
    "GET",
    f"{PROGRAMMES}/dose-proposals",
    permission=Permission.DOSE_READ,
    query=AsOfSchema,
    answers={200: DoseProposalListSchema},
)
def list_dose_proposals(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List how the dose of each exercise may go on."""
    asked = service.day_asked(db(), patient_id, query["as_of"], now())
    proposed = doses.dose_proposals(db(), patient_id, asked, now())
    items = [
        {
            "id": exercise.id,
            "exercise": exercise.exercise,
            "side": exercise.side,
            "direction": proposal.direction,
            "reasons": _named(proposal.reasons),
            "options": [_option(one) for one in proposal.options],
        }
        for exercise, proposal in proposed
    ]
    return in_language(answer({"as_of": asked.on, "items": items}), language())


@plan.operation(
    "GET",
    f"{PROGRAMMES}/stage",
    permission=Permission.ADVICE_READ,
    query=AsOfSchema,
    answers={200: StageStateSchema},
    writes=True,
)
def get_stage(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read how the programme stands in its stage; with as_of only look."""
    told = _stage(service.stage_state(db(), patient_id, query["as_of"], now()))
    return in_language(answer(told), language())


@plan.operation("GET", PROPOSALS, permission=Permission.ADVICE_READ, answers={200: StageProposalListSchema})
def list_stage_proposals(patient_id: UUID) -> Response:
    """List stage proposals, decided ones as well."""
    told = {"items": [_proposal(patient_id, one) for one in stages.list_proposals(db(), patient_id)]}
    return in_language(answer(told), language())


@plan.operation(
    "POST",
    f"{PROPOSALS}/<id:proposal_id>/decision",
    permission=Permission.PLAN_WRITE,
    body=StageDecisionSchema,
    answers={201: StageProposalSchema},
)
def decide_stage_proposal(patient_id: UUID, proposal_id: UUID, body: dict[str, Any]) -> Response:
    """Accept a step up, which makes a revision, or decline it."""
    who = Author(id=actor().account_id, role=AuthorRole.THERAPIST, device_id=actor().device_id)
    accepted = body["decision"] == "accept"
    decided = stages.decide_proposal(db(), patient_id, proposal_id, accepted, body["note"], who, now())
    told = {**asdict(decided), "criteria": criteria_named(decided.criteria)}
    return in_language(answer(told, 201), language())


def _due(found: due.DueList) -> dict[str, Any]:
    revision, hip, knee = found.revision, *found.hip_and_knee
    told = found.hip_first
    return {
        "on": found.on,
        "zone": found.zone,
        "stage": revision.stage if revision else None,
        "status": revision.status if revision else None,
        "items": [_item(one, found) for one in found.items],
        "hip_first": {
            "on": found.is_hip_first,
            "by_therapist": revision is not None and revision.plan.hip_first is not None,
            "conditions": _named(told.conditions),
            "off": _named([told.off])[0],
            "hip_exercises": hip,
            "knee_exercises": knee,
            "hip_to_knee_wanted": HIP_TO_KNEE,
            "ratio_holds": hip >= HIP_TO_KNEE * knee,
            "retest_after_days": RETEST_AFTER_DAYS,
        },
        "pauses": [{"id": one.id, "rule": one.rule, "opened_on": one.opened_on} for one in found.pauses],
        "tune_up": {"due_on": found.tune_up_on, "is_due": found.tune_up_on == found.on} if found.tune_up_on else None,
    }


def _item(one: DueExercise, found: due.DueList) -> dict[str, Any]:
    session = found.retraining.get(one.exercise.exercise)
    return {
        "id": one.exercise.id,
        "exercise": one.exercise.exercise,
        "side": one.exercise.side,
        "dosage": asdict(one.exercise.dosage),
        "instruction": one.exercise.instruction,
        "state": one.state,
        "unit": "seconds" if is_counted_in_seconds(one.exercise.dosage) else "repetitions",
        "work": one.work,
        "done": one.done,
        "skip_reason": one.skip.reason if one.skip else None,
        "replaced_by": one.skip.replaced_by if one.skip else None,
        "hidden_because": one.hidden_because,
        "retraining": asdict(session) if session else None,
    }


def _option(one: DoseOption) -> dict[str, Any]:
    return {"step": one.step, "exercise": one.exercise, "sets": one.sets, "load_kg": one.load_kg}


def _stage(state: stages.StageState) -> dict[str, Any]:
    verdict, newest = state.verdict, state.programme.newest
    return {
        "as_of": state.as_of,
        "programme_id": state.programme.id,
        "stage": verdict.stage,
        "status": newest.status,
        "stage_since_on": newest.stage_since_on,
        "days_in_stage": state.days_in_stage,
        "move": verdict.move,
        "to_stage": verdict.to_stage,
        **{name: _named(getattr(verdict, name)) for name in ("must", "should", "reasons")},
        "therapist_signs": verdict.therapist_signs,
        "stuck": state.is_stuck,
        "stuck_after_days": STUCK_AFTER_DAYS,
        "disclaimer": book_of(language()).disclaimer.to(register()),
    }


def _proposal(patient_id: UUID, proposal: StageProposal) -> dict[str, Any]:
    """Return a proposal on the wire; the note only for the patient and for those who may read it."""
    hidden = not actor().is_patient(patient_id) and Scope.NOTES_READ not in actor().scopes
    told = {**asdict(proposal), "criteria": criteria_named(proposal.criteria)}
    return {**told, **({"note": None} if hidden else {})}


def _named(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    return criteria_named([as_told(one) for one in criteria])
