"""How an advice is shown: with the words for whoever asks, and a therapist's override beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from app.consent.domain import Scope, Verdict, may
from app.guidance.domain.decision import Decision
from app.guidance.domain.notices import FOR_THERAPISTS, Notice
from app.guidance.values import CLOSING_WORDS, GivenAdvice, Opened, Override, Pause
from app.guidance.words import book_of, told
from app.guidance.words.names import criterion_named, names_in
from app.kernel.permissions import Permission, Role
from app.web.auth import actor
from app.web.languages import language

_KEPT = ("id", "given_at", "supersedes", "superseded_at", "superseded_by")
_OF_OVERRIDE = (
    "id", "decision", "session_cap_km", "week_cap_km", "session_cap_min", "week_cap_min", "reason",
    "starts_on", "ends_on", "set_by", "set_at",
)  # fmt: skip


def register() -> str:
    """Return the register of whoever asks: a patient is told as a patient, everybody else as a clinician."""
    return "patient" if actor().role is Role.PATIENT else "clinician"


def shown_advice(given: GivenAdvice, override: Override | None) -> dict[str, Any]:
    """Return an advice as it was given, with what has superseded it."""
    body = {"preset": given.preset, **given.body}  # a body from before kept it beside
    return {**shown_body(body, override), **{name: getattr(given, name) for name in _KEPT}}


def shown_body(body: Mapping[str, Any], override: Override | None) -> dict[str, Any]:
    """Return the body of an advice in the language and the register of whoever asks."""
    kept = {name: value for name, value in body.items() if name != "words"}
    named = names_in(body, language())
    return {**kept, **told(body, language(), register()), "names": named, "override": _beside(override, body)}


def shown_pause(patient_id: UUID, pause: Pause) -> dict[str, Any]:
    """Return a pause; the words of its closing only for the patient, for who closed it, and with notes.read."""
    who, shown = actor(), asdict(pause)
    del shown["cause"]
    may_read = who.is_patient(patient_id) or pause.closed_by == who.account_id or Scope.NOTES_READ in who.scopes
    return shown if may_read else {**shown, **dict.fromkeys(CLOSING_WORDS)}


def criteria_named(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return criteria with their words in the language of whoever asks."""
    return [criterion_named(one, language()) for one in told]


def opened_of(patient_id: UUID) -> Opened:
    """Return what of a patient the notices may be made of, for whoever asks; the prognosis is for therapists."""
    who = actor()
    held = frozenset(Scope(scope) for scope in who.scopes)

    def is_open(permission: Permission) -> bool:
        return may(who, permission, patient_id, held) is Verdict.GRANTED

    return Opened(
        following=is_open(Permission.DUE_READ),
        findings=is_open(Permission.FINDINGS_READ),
        scores=not who.is_patient(patient_id) and Scope.PAIN_READ in held,
    )


def notices_shown(found: Iterable[Notice]) -> list[dict[str, Any]]:
    """Return notices with their words for whoever asks; what is for therapists is told to nobody else."""
    said, told_as = book_of(language()).notices, register()
    shown = (one for one in found if told_as == "clinician" or one.code not in FOR_THERAPISTS)
    return [{**asdict(one), "text": said[one.code].to(told_as)} for one in shown]


def _beside(override: Override | None, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the override beside an advice; while that pauses, an override is shown and lets nobody run."""
    if override is None:
        return None
    told_of = asdict(override)
    held_back = body["decision"] == Decision.PAUSE_AND_REFER.value
    return {**{name: told_of[name] for name in _OF_OVERRIDE}, "in_effect": not held_back}
