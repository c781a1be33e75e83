"""The numbers of the pain rule: a published rule, the therapist's own numbers in it, and what stands in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request

from app.console.door import console
from app.console.forms import load, number_of
from app.console.opened import head_of
from app.console.rendering import go_to, render
from app.console.routes.acts import same_as
from app.console.routes.patient import PATIENT
from app.console.words import words_of
from app.guidance import service as guidance
from app.guidance.domain.policy import SETTINGS, resolve_policy
from app.guidance.domain.presets import PRESETS
from app.guidance.domain.ruleset.settings import Setting
from app.guidance.schemas.plan import PolicyProposalSchema
from app.guidance.values import PolicyProposal, PolicyRevision
from app.guidance.words import preset_caution
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.auth import actor
from app.web.languages import language
from app.web.transaction import db, looking

GROUPS: Mapping[str, tuple[str, ...]] = {
    "in_the_run": ("progress_max", "acceptable_max", "high_max", "pause_min", "upper_inclusive"),
    "after_the_run": ("after_window_min", "after_tolerance", "after_abs_max", "after_action", "after_required"),
    "next_morning": ("morning_tolerance", "morning_large"),
    "from_week_to_week": ("trend_tolerance", "trend_large", "trend_min_points"),
    "adding_load": ("progress_after_clean", "progress_pct", "cycle_progress_pct", "repeat_window_days"),
    "cutting_load": ("reduce_pct", "reduce_more_pct", "rest_pct", "rest_more_pct", "rest_days", "rest_days_more"),
    "long_runs": ("lookback_days", "session_spike_ratio", "week_spike_ratio", "cadence_ceiling"),
    "days_off": ("gap_hold_days", "gap_reduce_days", "gap_restart_days", "gap_reduce_pct", "gap_restart_pct"),
}
"""Every setting of the policy, under the question that it answers."""
YES, NO, NONE = "yes", "no", "none"


@console.page(f"{PATIENT}/policy", permission=Permission.PLAN_WRITE)
def policy_page(patient_id: UUID) -> Response:
    """Show every number of the pain rule as it is in force, as a preset has it, and as the therapist may set it."""
    head, spoken = head_of(patient_id, None), language()
    with looking() as session:
        book = guidance.policy_book(session, patient_id)
    in_force, revision = book.on(head["today"]), book.revision_on(head["today"])
    preset = _chosen(in_force.preset)
    own = _own_numbers(revision, preset)
    return render(
        "acts/policy.html",
        head=head,
        in_force=in_force,
        preset=preset,
        given=asdict(resolve_policy(preset, {})),
        now_set=in_force.plain,
        own=own,
        left_behind=_left_behind(revision, preset),
        revision=revision,
        upcoming=[one for one in book.revisions if one.starts_on > head["today"]],
        version=guidance.version_of(book),
        presets=list(PRESETS),
        cautions={one: preset_caution(one, spoken, "clinician") for one in PRESETS},
        groups=GROUPS,
        settings=SETTINGS,
    )


@console.act(f"{PATIENT}/policy", permission=Permission.PLAN_WRITE, again=policy_page)
def set_policy(patient_id: UUID) -> Response:
    """Set the policy from a day on."""
    version = request.form.get("version", "")
    told = {name: value for name in ("preset", "reason", "starts_on") if (value := request.form.get(name, "").strip())}
    is_young = request.form.get("under_18") == "on"
    asked = {**told, "under_18": is_young, "policy_overrides": _sent_numbers()}
    proposal = PolicyProposal(**load(PolicyProposalSchema, asked))
    guidance.set_policy(db(), patient_id, proposal, actor(), now(), same_as(version))
    return go_to(f"/patients/{patient_id}", "policy_set")


def _chosen(standing: str) -> str:
    """Return the preset that the page is about: the one sent, the one asked for, or the one in force."""
    wanted = request.form.get("preset") or request.args.get("preset", "")
    return wanted if wanted in PRESETS else standing


def _own_numbers(revision: PolicyRevision | None, preset: str) -> dict[str, str]:
    """Return what stands in the fields: what was sent, else the own numbers in force that belong to the preset."""
    if request.form:
        return {name: request.form.get(name, "") for name in SETTINGS}
    if revision is None or revision.preset != preset:
        return dict.fromkeys(SETTINGS, "")
    return {name: _written(revision.overrides[name]) if name in revision.overrides else "" for name in SETTINGS}


def _left_behind(revision: PolicyRevision | None, preset: str) -> dict[str, Any]:
    """Return the own numbers in force that another preset does not take along."""
    return dict(revision.overrides) if revision is not None and revision.preset != preset else {}


def _sent_numbers() -> dict[str, Any]:
    """Return the own numbers that the form holds; what is empty is as the preset says."""
    sent = {name: request.form.get(name, "").strip() for name in SETTINGS}
    return {name: _read(value, SETTINGS[name]) for name, value in sent.items() if value}


def _read(value: str, setting: Setting) -> Any:
    if setting.nullable and value.casefold() in (NONE, words_of(language())["none_given"]):
        return None
    if setting.unit == "flag" and value in (YES, NO):
        return value == YES
    return value if setting.choices else number_of(value)


def _written(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return YES if value else NO
    told = f"{value:g}" if isinstance(value, int | float) else str(value)
    return told.replace(".", ",") if language() == "de" else told
