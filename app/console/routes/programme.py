"""What is prescribed to one patient: the programme as it stands, how it came about, prescribing and revising."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.console.door import console
from app.console.forms import load, number_of
from app.console.opened import head_of
from app.console.rendering import go_to, render
from app.console.routes.acts import author, same_as
from app.console.routes.patient import PATIENT
from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.kernel.sides import Side
from app.library import service as library
from app.library.domain.own import Origin
from app.library.domain.questions import ExerciseFilter, Order, Window
from app.programmes import service
from app.programmes.domain.plan import Plan, as_plain, plan_from
from app.programmes.domain.programme import Programme
from app.programmes.domain.words import STAGES, Status
from app.programmes.schemas import OrderSchema, RevisionOrderSchema
from app.programmes.service import protocols
from app.web.auth import actor
from app.web.languages import language
from app.web.transaction import db, looking

MOST_EXERCISES = 300
BY_NAME = Order.of("name")
KM = 1000  # metres
DOSED = ("sets", "repetitions", "hold_seconds", "load_kg", "rest_seconds", "days_per_week")


@console.page(f"{PATIENT}/programme", permission=Permission.PLAN_READ)
def programme(patient_id: UUID) -> Response:
    """Show the programme as it stands, stage by stage, and its revisions."""
    head = head_of(patient_id, "plan")
    with looking() as session:
        listed = service.list_programmes(session, patient_id)
        found = next((one for one in listed if one.is_open), None)
        revisions = service.revisions_of(session, patient_id, found.id) if found else ()
        names = _names({one.exercise for one in found.newest.plan.exercises} if found else set())
    return render(
        "programme.html",
        head=head,
        programme=found,
        before=[one for one in listed if not one.is_open],
        revisions=list(reversed(revisions)),
        names=names,
        stages=STAGES,
    )


@console.page(f"{PATIENT}/programme/new", permission=Permission.PLAN_START)
def prescribe_page(patient_id: UUID) -> Response:
    """Show the form that prescribes a programme after a protocol."""
    head = head_of(patient_id, "plan")
    with looking() as session:
        found = service.open_programme(session, patient_id)
        offered = protocols.list_protocols(session)
    return render(
        "acts/prescribe.html",
        head=head,
        before=found,
        protocols=offered,
        stages=STAGES,
        sides=list(Side),
        fresh_id=new_id(),
    )


@console.act(f"{PATIENT}/programme/new", permission=Permission.PLAN_START, again=prescribe_page)
def prescribe(patient_id: UUID) -> Response:
    """Prescribe a programme."""
    form = request.form
    told = {
        name: form[name] for name in ("id", "protocol", "stage", "reason", "replaces") if form.get(name, "").strip()
    }
    told_sides = {"sides": form.getlist("sides")} if form.getlist("sides") else {}
    order = service.Order(**_sided(load(OrderSchema, {**told, **told_sides, **_target()})))
    service.prescribe(db(), patient_id, order, author(), now())
    return go_to(f"/patients/{patient_id}/programme", "prescribed")


@console.page(f"{PATIENT}/programme/<id:programme_id>/revision", permission=Permission.PLAN_WRITE)
def revise_page(patient_id: UUID, programme_id: UUID) -> Response:
    """Show the form that revises a programme."""
    head = head_of(patient_id, "plan")
    with looking() as session:
        found = service.read_programme(session, patient_id, programme_id)
        if not found.is_open:
            raise NotVisible
        authors = library.authors_for(session, actor(), now())
        wanted = library.list_exercises(
            session, ExerciseFilter(origin=tuple(Origin)), Window(BY_NAME, None, MOST_EXERCISES), authors
        ).items
        names = _names({one.exercise for one in found.newest.plan.exercises})
    return render(
        "acts/revise.html",
        head=head,
        programme=found,
        names=names,
        stages=STAGES,
        statuses=list(Status),
        sides=list(Side),
        library=sorted(((_name(one), one.slug) for one in wanted), key=lambda one: one[0].casefold()),
    )


@console.act(f"{PATIENT}/programme/<id:programme_id>/revision", permission=Permission.PLAN_WRITE, again=revise_page)
def revise(patient_id: UUID, programme_id: UUID) -> Response:
    """Add a revision to a programme."""
    with looking() as session:
        found = service.read_programme(session, patient_id, programme_id)
    told = {name: request.form[name] for name in ("reason", "stage", "status") if request.form.get(name, "").strip()}
    changed = load(RevisionOrderSchema, {**told, "plan": _plan(found)})
    plan: Plan = plan_from(changed["plan"])
    change = service.Change(**{**changed, "plan": plan})
    check = same_as(request.form.get("version", ""))
    service.revise(db(), patient_id, programme_id, change, author(), now(), check)
    return go_to(f"/patients/{patient_id}/programme", "revised")


def _plan(found: Programme) -> dict[str, Any]:
    """Return the plan with the exercises as the form has them: changed, left out, and one added."""
    form, plan = request.form, as_plain(found.newest.plan)
    kept = [one for one in plan["exercises"] if form.get(f"{one['id']}-out") != "on"]
    exercises = [_dosed(one, str(one["id"])) for one in kept]
    if form.get("new-exercise"):
        exercises.append(_added())
    for one in exercises:
        one.pop("since_on", None)
    target = _target() if "target_week_km" in form else {"target_week_distance_m": plan["target_week_distance_m"]}
    return {**plan, "exercises": exercises, "target_week_distance_m": None, **target}


def _dosed(one: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a prescribed exercise with the dosage of its row."""
    dosage = {**one["dosage"], **_dosage(key)}
    instruction = request.form.get(f"{key}-instruction", one["instruction"] or "").strip()
    return {**one, "dosage": dosage, "instruction": instruction or None}


def _dosage(key: str) -> dict[str, Any]:
    filled = {name: request.form[f"{key}-{name}"] for name in DOSED if f"{key}-{name}" in request.form}
    return {name: number_of(value) if value.strip() else None for name, value in filled.items()}


def _added() -> dict[str, Any]:
    form = request.form
    return {
        "id": str(new_id()),
        "stage": form.get("new-stage", ""),
        "exercise": form["new-exercise"],
        "side": form.get("new-side") or None,
        "dosage": {"tempo": None, **_dosage("new")},
        "instruction": form.get("new-instruction", "").strip() or None,
    }


def _target() -> dict[str, Any]:
    """Return the wanted distance of a week in metres; the form asks in kilometres."""
    told = request.form.get("target_week_km", "").strip()
    if not told:
        return {}
    km = number_of(told)
    return {"target_week_distance_m": told if isinstance(km, str) else round(km * KM)}


def _sided(order: dict[str, Any]) -> dict[str, Any]:
    return {**order, "sides": tuple(order["sides"])}


def _names(slugs: set[str]) -> dict[str, str]:
    with looking() as session:
        return {slug: _name(one) for slug, one in library.exercises_of(session, slugs).items()}


def _name(one: Any) -> str:
    return one.german.name if language() == "de" and one.german is not None else str(one.name)
