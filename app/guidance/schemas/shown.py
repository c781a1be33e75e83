"""How an advice is shown: with the words for whoever asks, and a therapist's override beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from app.guidance.domain.decision import Decision
from app.guidance.values import GivenAdvice, Override
from app.guidance.words import told
from app.guidance.words.names import criterion_named, names_in
from app.kernel.permissions import Role
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


def criteria_named(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return criteria with their words in the language of whoever asks."""
    return [criterion_named(one, language()) for one in told]


def _beside(override: Override | None, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the override beside an advice; while that pauses, an override is shown and lets nobody run."""
    if override is None:
        return None
    told_of = asdict(override)
    held_back = body["decision"] == Decision.PAUSE_AND_REFER.value
    return {**{name: told_of[name] for name in _OF_OVERRIDE}, "in_effect": not held_back}
