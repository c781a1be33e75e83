"""What of a patient is open to whoever asks: the API's one table decides, and each use of it is noted as a look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g

from app.consent.domain import Scope, Verdict, may
from app.console.cases import case_of
from app.kernel.clock import now
from app.kernel.errors import Denied, NotVisible
from app.kernel.permissions import Look, Permission
from app.review.domain.attention import NO_DATA_DAYS, ReasonCode
from app.review.service.caseload import caseload_of
from app.review.service.report import opens_report
from app.review.words import book_of
from app.web.auth import actor, note_look
from app.web.languages import language
from app.web.transaction import showing


def scopes() -> frozenset[Scope]:
    """Return the scopes that whoever asks holds for the patient in question."""
    return frozenset(Scope(scope) for scope in actor().scopes)


def may_use(permission: Permission, patient_id: UUID) -> bool:
    """May whoever asks do that with this patient? Showing a way to it is no look yet."""
    return may(actor(), permission, patient_id, scopes()) is Verdict.GRANTED


def opens(permission: Permission, patient_id: UUID) -> bool:
    """Is that open to whoever asks? If so it is noted that it was looked at: the caller shows it."""
    is_open = may_use(permission, patient_id)
    if is_open and Look(patient_id, permission) not in g.get("looks", []):
        note_look(permission, patient_id)
    return is_open


def require(permission: Permission, patient_id: UUID) -> None:
    """Note that something is looked at besides what the page is for; raise Denied where it is not open."""
    if not opens(permission, patient_id):
        raise Denied


def head_of(patient_id: UUID, tab: str | None) -> dict[str, Any]:
    """Return what stands at the top of every page about a patient; raise NotVisible without a link in force.

    It is the patient's line of the caseload, which tells no more than the scopes open.
    """
    spoken = language()
    with showing() as session:
        lines = caseload_of(session, actor().account_id, NO_DATA_DAYS, now())
    line = next((one for one in lines if one.patient_id == patient_id), None)
    if line is None:
        raise NotVisible
    note_look(Permission.CASELOAD_READ, patient_id)
    asked = {
        "plan": Permission.PLAN_READ,
        "sign": Permission.REVIEW_SIGN,
        "override": Permission.PLAN_WRITE,
        "close": Permission.PAUSE_CLOSE,
        "start": Permission.PLAN_START,
        "messages": Permission.MESSAGES_READ,
    }
    return {
        **case_of(line, spoken),
        "tab": tab,
        "stage_name": book_of(spoken).stages[line.stage] if line.stage else None,
        "held": line.scopes,
        "missing": [scope for scope in Scope if scope not in line.scopes],
        "may": {name: may_use(permission, patient_id) for name, permission in asked.items()},
        "has_report": opens_report(line.scopes),
        "unread": next((one.facts["messages"] for one in line.reasons if one.code is ReasonCode.UNREAD_MESSAGE), 0),
        "at": f"/patients/{patient_id}",
    }
