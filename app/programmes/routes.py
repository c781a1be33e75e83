"""The operations on protocols and programmes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from flask import Response, current_app

from app.kernel.clock import now
from app.kernel.errors import FieldFault, Invalid
from app.kernel.permissions import Permission, Role
from app.programmes import service
from app.programmes.domain.plan import Plan, as_plain, plan_from
from app.programmes.domain.programme import Author, Programme, ProgrammeRevision
from app.programmes.domain.words import AuthorRole
from app.programmes.schemas import (
    OrderSchema,
    ProgrammeListSchema,
    ProgrammeSchema,
    ProtocolListSchema,
    ProtocolSchema,
    RevisionListSchema,
    RevisionOrderSchema,
    RevisionSchema,
)
from app.programmes.service import protocols
from app.web.answers import answer, require_match
from app.web.auth import actor
from app.web.feature import Feature
from app.web.languages import LANGUAGES, in_language, language
from app.web.transaction import db

programmes = Feature("programmes", "What was prescribed.")

PROGRAMMES = "/v1/patients/<id:patient_id>/programmes"
ONE = f"{PROGRAMMES}/<id:programme_id>"


class ProtocolOrPlan(Invalid):
    """An order names a protocol or brings a plan, and not both."""

    code = "protocol_or_plan"
    title = "Name a protocol, or send a plan"


@programmes.operation(
    "GET",
    "/v1/protocols",
    permission=Permission.LIBRARY_READ,
    answers={200: ProtocolListSchema, 304: None},
    replica=True,
)
def list_protocols() -> Response:
    """List the protocols."""
    return _tagged({"items": [asdict(protocol) for protocol in protocols.list_protocols(db())]})


@programmes.operation(
    "GET",
    "/v1/protocols/<slug>",
    permission=Permission.LIBRARY_READ,
    answers={200: ProtocolSchema, 304: None},
    replica=True,
)
def get_protocol(slug: str) -> Response:
    """Read a protocol."""
    return _tagged(asdict(protocols.read_protocol(db(), slug)))


@programmes.operation(
    "POST",
    PROGRAMMES,
    permission=Permission.PLAN_START,
    body=OrderSchema,
    answers={201: ProgrammeSchema, 200: ProgrammeSchema},
)
def prescribe_programme(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Prescribe a programme; sent again it is the same one."""
    if (body["protocol"] is None) == (body["plan"] is None):
        raise ProtocolOrPlan(faults=[FieldFault("/protocol", "one_of"), FieldFault("/plan", "one_of")])
    order = service.Order(**{**body, "plan": _plan(body["plan"]), "sides": tuple(body["sides"])})
    programme, created = service.prescribe(db(), patient_id, order, author(patient_id), now())
    return _answered(programme, 201 if created else 200)


@programmes.operation("GET", PROGRAMMES, permission=Permission.PLAN_READ, answers={200: ProgrammeListSchema})
def list_programmes(patient_id: UUID) -> Response:
    """List programmes, ended ones as well."""
    told = {"items": [shown(programme) for programme in service.list_programmes(db(), patient_id)]}
    return in_language(answer(told), language())


@programmes.operation("GET", ONE, permission=Permission.PLAN_READ, answers={200: ProgrammeSchema, 304: None})
def get_programme(patient_id: UUID, programme_id: UUID) -> Response:
    """Read a programme as its newest revision says."""
    programme = service.read_programme(db(), patient_id, programme_id)
    return _answered(programme)


@programmes.operation(
    "PUT",
    ONE,
    permission=Permission.PLAN_WRITE,
    body=RevisionOrderSchema,
    answers={200: ProgrammeSchema},
    conditional=True,
)
def revise_programme(patient_id: UUID, programme_id: UUID, body: dict[str, Any]) -> Response:
    """Add a revision; the ones before stay as they are."""
    change = service.Change(**{**body, "plan": _plan(body["plan"])})
    programme = service.revise(db(), patient_id, programme_id, change, author(patient_id), now(), _require_match)
    return _answered(programme)


@programmes.operation("GET", f"{ONE}/revisions", permission=Permission.PLAN_READ, answers={200: RevisionListSchema})
def list_programme_revisions(patient_id: UUID, programme_id: UUID) -> Response:
    """List the revisions of a programme, each as it was made."""
    found = service.revisions_of(db(), patient_id, programme_id)
    return in_language(answer({"items": [_revision(revision) for revision in found]}), language())


@programmes.operation(
    "GET", f"{ONE}/revisions/<int(max=1000000):number>", permission=Permission.PLAN_READ, answers={200: RevisionSchema}
)
def get_programme_revision(patient_id: UUID, programme_id: UUID, number: int) -> Response:
    """Read one revision as it was made."""
    told = _revision(service.read_revision(db(), patient_id, programme_id, number))
    return in_language(answer(told), language())


def author(patient_id: UUID) -> Author:
    """Return who prescribes in this request."""
    role = AuthorRole.PATIENT if actor().is_patient(patient_id) else AuthorRole.THERAPIST
    return Author(id=actor().account_id, role=role, device_id=actor().device_id)


def shown(programme: Programme) -> dict[str, Any]:
    """Return a programme on the wire."""
    own = ("id", "patient_id", "protocol", "started_on", "seq", "ver")
    return {**_revision(programme.newest), **{name: getattr(programme, name) for name in own}}


def _revision(revision: ProgrammeRevision) -> dict[str, Any]:
    told = {name: getattr(revision, name) for name in ProgrammeRevision.__slots__}
    said = current_app.extensions["trochlea.step_words"]
    is_patient = actor().role is Role.PATIENT
    words = said(revision.reason, revision.made_by_role, language(), is_patient)
    return {**told, "reason_text": words, "plan": as_plain(revision.plan)}


def _answered(programme: Programme, status: int = 200) -> Response:
    """Answer with a programme; its tag depends on the words of its reason, which are another person's others."""
    register = "patient" if actor().role is Role.PATIENT else "clinician"
    tag = f"{programme.ver}-{language()}-{register}"
    return in_language(answer(shown(programme), status, etag=tag), language())


def _require_match(ver: str) -> None:
    """Raise unless If-Match names this version, in whatever words it was read, or by the version alone."""
    tags = (f"{ver}-{spoken}-{register}" for spoken in LANGUAGES for register in ("patient", "clinician"))
    require_match(ver, *tags)


def _plan(raw: dict[str, Any] | None) -> Plan | None:
    return None if raw is None else plan_from(raw)


def _tagged(body: dict[str, Any]) -> Response:
    """Answer with a strong entity tag: the same bytes, the same tag."""
    return answer(body, etag=hashlib.sha256(orjson.dumps(body)).hexdigest()[:32])
