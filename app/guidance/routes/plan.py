"""The operations on what therapists set: policies, and overrides beside the advice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response

from app.guidance import repository
from app.guidance.domain.presets import PRESETS, STRICT_PRESET
from app.guidance.policies import PolicyBook
from app.guidance.routes.feature import GUIDANCE, guidance
from app.guidance.schemas.plan import (
    OverrideListSchema,
    OverrideOrderSchema,
    OverrideSchema,
    PolicyPageSchema,
    PolicyProposalSchema,
    PolicyQuerySchema,
    PolicySchema,
    WithdrawalSchema,
)
from app.guidance.schemas.shown import register
from app.guidance.service import overrides, policies, set_override, set_policy
from app.guidance.values import Order, PolicyProposal, PolicyRevision
from app.guidance.words import preset_cautions
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer, require_match
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import db

POLICY = f"{GUIDANCE}/policy"
OVERRIDES = f"{GUIDANCE}/overrides"


@guidance.operation(
    "GET",
    POLICY,
    permission=Permission.ADVICE_READ,
    query=PolicyQuerySchema,
    answers={200: PolicySchema, 304: None},
)
def get_policy(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read the policy in force, with those that begin later; its tag is what a change begins from."""
    today = policies.today_at_home(db(), patient_id, now())
    return _policy(patient_id, policies.policy_book(db(), patient_id), query["as_of"] or today)


@guidance.operation(
    "PUT",
    POLICY,
    permission=Permission.PLAN_WRITE,
    body=PolicyProposalSchema,
    answers={200: PolicySchema},
    conditional=True,
)
def put_policy(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Set the policy from a day on; what was set before is kept, and advice follows at once."""
    book = set_policy(db(), patient_id, PolicyProposal(**body), actor(), now(), require_match)
    return _policy(patient_id, book, policies.today_at_home(db(), patient_id, now()))


@guidance.operation("GET", f"{POLICY}/history", permission=Permission.ADVICE_READ, answers={200: PolicyPageSchema})
def list_policies(patient_id: UUID) -> Response:
    """List the policies as they were set, newest first."""
    found = reversed(repository.list_policies(db(), patient_id))
    return answer({"items": [_revision(revision) for revision in found]})


@guidance.operation("GET", OVERRIDES, permission=Permission.ADVICE_READ, answers={200: OverrideListSchema})
def list_overrides(patient_id: UUID) -> Response:
    """List overrides, ended and withdrawn ones as well."""
    return answer({"items": [asdict(found) for found in repository.list_overrides(db(), patient_id)]})


@guidance.operation(
    "POST",
    OVERRIDES,
    permission=Permission.PLAN_WRITE,
    body=OverrideOrderSchema,
    answers={201: OverrideSchema},
)
def create_override(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Set an override beside the advice; it never stands in for a pause that is open."""
    return answer(asdict(set_override(db(), patient_id, Order(**body), actor(), now())), 201)


@guidance.operation(
    "POST",
    f"{OVERRIDES}/<id:override_id>/withdrawal",
    permission=Permission.PLAN_WRITE,
    body=WithdrawalSchema,
    answers={201: OverrideSchema},
)
def withdraw_override(patient_id: UUID, override_id: UUID, body: dict[str, Any]) -> Response:
    """End an override before its time."""
    ended = overrides.withdraw_override(db(), patient_id, override_id, body["because"], actor(), now())
    return answer(asdict(ended), 201)


def _policy(patient_id: UUID, book: PolicyBook, as_of: date) -> Response:
    is_young = policies.may_be_under_18(db(), patient_id, book, as_of)
    spoken, reader = language(), register()
    cautions = preset_cautions(PRESETS, spoken, reader)
    found, in_force = book.revision_on(as_of), book.on(as_of)
    told = {
        "as_of": as_of,
        "preset": in_force.preset,
        "policy": in_force.plain,
        "revision": _revision(found) if found is not None else None,
        "upcoming": [_revision(revision) for revision in book.revisions if revision.starts_on > as_of],
        "offered": [{"preset": STRICT_PRESET, "because": "under_18"}] if is_young else [],
        "presets": list(PRESETS),
        "caution": cautions.get(in_force.preset),
        "cautions": cautions,
    }
    return in_language(answer(told, etag=policies.version_of(book)), spoken)


def _revision(revision: PolicyRevision) -> dict[str, Any]:
    told = asdict(revision)
    del told["seq"]
    return told
