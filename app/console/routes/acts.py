"""What a therapist does about one patient: sign off, close a pause, override, decide a step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from app.console.door import console
from app.console.forms import read_form
from app.console.opened import head_of, require, scopes
from app.console.rendering import go_to, render
from app.console.routes.patient import PATIENT
from app.guidance import service as guidance
from app.guidance.domain.decision import Decision
from app.guidance.domain.ruleset.numbers import OVERRIDE_MAX_DAYS
from app.guidance.schemas.advice import ClosingSchema
from app.guidance.schemas.following import StageDecisionSchema
from app.guidance.schemas.plan import OverrideOrderSchema, WithdrawalSchema
from app.guidance.service import stages
from app.guidance.values import Closing, Order
from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from app.review.schemas.reviews import ReviewSigningSchema
from app.review.service.progress import progress_of
from app.review.service.reviews import sign_review
from app.web.answers import PreconditionFailed
from app.web.auth import actor
from app.web.transaction import db, looking

CAPS = ("session_cap_km", "week_cap_km", "session_cap_min", "week_cap_min")
USUAL_REVIEW = timedelta(days=14)
USUAL_OVERRIDE = timedelta(days=7)


# A review


@console.page(f"{PATIENT}/review", permission=Permission.REVIEW_SIGN)
def review_page(patient_id: UUID) -> Response:
    """Show the form that signs off a review."""
    head = head_of(patient_id, None)
    return render("acts/review.html", head=head, fresh_id=new_id(), next_on=head["today"] + USUAL_REVIEW)


@console.act(f"{PATIENT}/review", permission=Permission.REVIEW_SIGN, again=review_page)
def sign_off(patient_id: UUID) -> Response:
    """Sign off a review."""
    told = read_form(ReviewSigningSchema)
    sign_review(db(), patient_id, told["id"], told["next_on"], told["note"], actor(), now())
    return go_to(f"/patients/{patient_id}", "review_signed")


# A pause


@console.page(f"{PATIENT}/pauses/<id:pause_id>", permission=Permission.PAUSE_CLOSE)
def pause_page(patient_id: UUID, pause_id: UUID) -> Response:
    """Show the form that closes a pause."""
    pause = _found(patient_id, "pauses", pause_id)
    return render("acts/pause.html", head=head_of(patient_id, None), pause=pause)


@console.act(f"{PATIENT}/pauses/<id:pause_id>", permission=Permission.PAUSE_CLOSE, again=pause_page)
def close_pause(patient_id: UUID, pause_id: UUID) -> Response:
    """Close a pause, with a note."""
    guidance.close_pause(db(), patient_id, pause_id, Closing(**read_form(ClosingSchema)), actor(), now())
    return go_to(f"/patients/{patient_id}", "pause_closed")


# An override


@console.page(f"{PATIENT}/override", permission=Permission.PLAN_WRITE)
def override_page(patient_id: UUID) -> Response:
    """Show the form that sets an override beside the advice."""
    head = head_of(patient_id, None)
    last = head["today"] + timedelta(days=OVERRIDE_MAX_DAYS)
    return render(
        "acts/override.html", head=head, decisions=list(Decision), ends_on=head["today"] + USUAL_OVERRIDE, last_on=last
    )


@console.act(f"{PATIENT}/override", permission=Permission.PLAN_WRITE, again=override_page)
def set_override(patient_id: UUID) -> Response:
    """Set an override."""
    order = Order(**read_form(OverrideOrderSchema, numbers=CAPS))
    guidance.set_override(db(), patient_id, order, actor(), now())
    return go_to(f"/patients/{patient_id}", "override_set")


@console.page(f"{PATIENT}/overrides/<id:override_id>", permission=Permission.PLAN_WRITE)
def override_end_page(patient_id: UUID, override_id: UUID) -> Response:
    """Show the form that ends an override before its time."""
    override = _found(patient_id, "overrides", override_id)
    return render("acts/override_end.html", head=head_of(patient_id, None), override=override)


@console.act(f"{PATIENT}/overrides/<id:override_id>", permission=Permission.PLAN_WRITE, again=override_end_page)
def end_override(patient_id: UUID, override_id: UUID) -> Response:
    """End an override before its time."""
    because = read_form(WithdrawalSchema)["because"]
    guidance.withdraw_override(db(), patient_id, override_id, because, actor(), now())
    return go_to(f"/patients/{patient_id}", "override_ended")


# A step of the stage


@console.page(f"{PATIENT}/proposals/<id:proposal_id>", permission=Permission.PLAN_WRITE)
def proposal_page(patient_id: UUID, proposal_id: UUID) -> Response:
    """Show the form that confirms or declines a step up."""
    require(Permission.ADVICE_READ, patient_id)
    with looking() as session:
        found = next((one for one in stages.list_proposals(session, patient_id) if one.id == proposal_id), None)
    if found is None:
        raise NotVisible
    return render("acts/proposal.html", head=head_of(patient_id, None), proposal=found)


@console.act(f"{PATIENT}/proposals/<id:proposal_id>", permission=Permission.PLAN_WRITE, again=proposal_page)
def decide_step(patient_id: UUID, proposal_id: UUID) -> Response:
    """Confirm or decline a step up."""
    told = read_form(StageDecisionSchema)
    is_accepted = told["decision"] == "accept"
    stages.decide_proposal(db(), patient_id, proposal_id, is_accepted, told["note"], author(), now())
    return go_to(f"/patients/{patient_id}", "step_confirmed" if is_accepted else "step_declined")


def author() -> Author:
    """Return who prescribes in this request."""
    return Author(id=actor().account_id, role=AuthorRole.THERAPIST, device_id=actor().device_id)


def same_as(version: str) -> Any:
    """Return a check that the version is still the one that the form was made for; it raises PreconditionFailed."""

    def check(current: str) -> None:
        if current != version:
            raise PreconditionFailed

    return check


def _found(patient_id: UUID, section: str, wanted: UUID) -> dict[str, Any]:
    """Return a pause or an override as the scopes open it; raise NotVisible."""
    with looking() as session:
        progress = progress_of(session, patient_id, scopes(), None, None, now(), only=frozenset({section}))
    found: dict[str, Any] | None = next((one for one in progress.sections[section] or [] if one["id"] == wanted), None)
    if found is None:
        raise NotVisible
    return found
