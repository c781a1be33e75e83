"""Sends every operation as every kind of person, about one's own, another's and nobody's, and judges the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from app.kernel.ids import new_id
from tests.access.table import (
    ADMIN,
    ANY,
    HAD_A_LINK,
    PATIENT,
    PURGES,
    ROWS,
    THERAPIST,
    OfClinic,
    OfPatient,
    OfRole,
    Public,
    Row,
)
from tests.access.world import ALIKE, CANARY, Patient, World
from tests.contract.operations import Operation

PATIENTS = frozenset({"patient", "second_device", "other_patient"})
OWNER = {"patient": "ada", "second_device": "ada", "other_patient": "bea"}
UNAUTHENTICATED, DENIED, HIDDEN = 401, 403, 404
NAMELESS = ("X-Request-Id", "Date")
NOTES = frozenset({"patient", "second_device", "other_patient", "all_scopes", "notes_only"})
"""Who may meet the patients' own words."""


@dataclass(frozen=True)
class Case:
    """One request: which operation, who sends it, about whom."""

    operation: Operation
    actor: str
    about: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.operation.name} as {self.actor} about {self.about}"


def without_rows(operations: Iterable[Operation]) -> list[str]:
    """Return the operations that the table says nothing of."""
    return [operation.name for operation in operations if operation.name not in ROWS]


def faults(world: World, operations: Iterable[Operation], actors: Iterable[str] | None = None) -> tuple[int, list[str]]:
    """Return how many requests were sent, and every answer that was not what the table says."""
    sent, found = 0, []
    for operation in operations:
        row = ROWS[operation.name]
        for actor in actors or world.actors:
            for about, faulty in _judged(world, operation, row, actor):
                sent += 1
                found += [f"{Case(operation, actor, about)}: {fault}" for fault in faulty]
    return sent, found


def _judged(world: World, operation: Operation, row: Row, actor: str) -> Iterator[tuple[str, list[str]]]:
    match row:
        case OfPatient():
            yield from _of_patient(world, operation, row, actor)
        case OfRole():
            yield from _of_role(world, operation, row, actor)
        case OfClinic():
            yield from _of_clinic(world, operation, row, actor)
        case Public():
            is_open = operation.said["security"] == []
            yield "nobody", [] if is_open else ["not public"]


# What is a patient's


def _of_patient(world: World, operation: Operation, row: OfPatient, actor: str) -> Iterator[tuple[str, list[str]]]:
    if actor in ALIKE:
        found = _send_about(world, operation, row, actor, world.patients["ada"])
        yield "ada", _differs(found, _expected(operation, row, actor, world, "ada")) + _leaks(world, actor, found)
        return
    nobody = _send_about(world, operation, row, actor, None)
    yield "nobody", _differs(nobody, _expected(operation, row, actor, world, None)) + _leaks(world, actor, nobody)
    for about, patient in world.patients.items():
        expected = _expected(operation, row, actor, world, about)
        found = _send_about(world, operation, row, actor, patient)
        faulty = _differs(found, expected) + _leaks(world, actor, found)
        if expected == HIDDEN and actor not in row.unless:
            faulty += _told_apart(found, nobody)
        yield about, faulty
        if row.ids and expected < 300:
            yield from _nested(world, operation, row, actor, about)


def _nested(
    world: World, operation: Operation, row: OfPatient, actor: str, about: str
) -> Iterator[tuple[str, list[str]]]:
    """Ask whoever may for another patient's thing under this patient's path: it is as good as none."""
    patient, other = world.patients[about], world.patients["bea" if about == "ada" else "ada"]
    foreign = _send(world, operation, row, actor, patient, _parts(row, patient.person.id, other.ids))
    missing = _send(world, operation, row, actor, patient, _parts(row, patient.person.id, {}))
    fixed = all(value.startswith("=") for value in row.ids.values())
    yield f"{about} with another's id", [] if fixed else _told_apart(foreign, missing) + _differs(foreign, HIDDEN)


def _expected(operation: Operation, row: OfPatient, actor: str, world: World, about: str | None) -> int:
    """Return the status that the table asks for; 200 stands for every success."""
    if world.actors[actor] is None or actor == "disabled":
        return UNAUTHENTICATED
    if about is None:
        return HIDDEN
    if actor in PATIENTS:
        if OWNER[actor] != about:
            return HIDDEN
        return row.unless.get(actor, 200) if row.patient else DENIED
    if about == "ada" and actor in world.scopes:
        held = {str(scope) for scope in world.scopes[actor]}
        opens = bool(held) if row.needs == ANY else bool(row.needs) and row.needs <= held
        return row.unless.get(actor, 200) if opens else DENIED
    if about == "ada" and operation.name in PURGES and actor in HAD_A_LINK:
        return DENIED
    return HIDDEN


def _send_about(
    world: World, operation: Operation, row: OfPatient, actor: str, patient: Patient | None
) -> TestResponse:
    subject = patient or world.patients["ada"]
    parts = _parts(row, patient.person.id if patient else new_id(), patient.ids if patient else {})
    return _send(world, operation, row, actor, subject, parts)


def _parts(row: OfPatient, patient_id: Any, ids: dict[str, str]) -> dict[str, str]:
    named = {name: key[1:] if key.startswith("=") else ids.get(key, str(new_id())) for name, key in row.ids.items()}
    return {"patient_id": str(patient_id), **named}


# What is no patient's


def _of_role(world: World, operation: Operation, row: OfRole, actor: str) -> Iterator[tuple[str, list[str]]]:
    expected, subject = _expected_of_role(world, row, actor), world.patients["ada"]
    own = {name: subject.ids[key[4:]] if key.startswith("ada.") else world.ids[key] for name, key in row.ids.items()}
    found = _send(world, operation, row, actor, subject, own)
    missing = _send(world, operation, row, actor, subject, dict.fromkeys(row.ids, str(new_id()))) if row.ids else found
    faulty = _differs(found, expected) + _leaks(world, actor, found)
    if row.ids and expected == HIDDEN:
        faulty += _told_apart(found, missing)
    yield "what belongs to one" if row.ids else "no patient", faulty


def _expected_of_role(world: World, row: OfRole, actor: str) -> int:
    if world.actors[actor] is None or actor == "disabled":
        return UNAUTHENTICATED
    role = PATIENT if actor in PATIENTS else ADMIN if actor == "operator" else THERAPIST
    if role not in row.roles:
        return DENIED
    if row.belongs_to is not None and actor not in row.belongs_to:
        return HIDDEN
    return row.unless.get(role, 200)


def _of_clinic(world: World, operation: Operation, row: OfClinic, actor: str) -> Iterator[tuple[str, list[str]]]:
    subject = world.patients["ada"]
    ids = {name: world.ids[key] for name, key in row.ids.items()}
    nobody = _send(world, operation, row, actor, subject, {**ids, "clinic_id": str(new_id())})
    found = _send(world, operation, row, actor, subject, {**ids, "clinic_id": world.ids["clinic_id"]})
    expected = _expected_of_clinic(world, row, actor)
    faulty = _differs(found, expected) + _leaks(world, actor, found)
    yield "the clinic", faulty + (_told_apart(found, nobody) if expected == HIDDEN else [])
    yield "no clinic", _differs(nobody, UNAUTHENTICATED if expected == UNAUTHENTICATED else HIDDEN)


def _expected_of_clinic(world: World, row: OfClinic, actor: str) -> int:
    if world.actors[actor] is None or actor == "disabled":
        return UNAUTHENTICATED
    if actor == "clinic_admin":
        return row.unless.get(actor, 200)
    if actor == "same_clinic":
        return DENIED if row.admins_only else 200
    return HIDDEN


# Sending and judging


def _send(
    world: World, operation: Operation, row: Any, actor: str, subject: Patient, parts: dict[str, str]
) -> TestResponse:
    person = world.actors[actor]
    headers = {} if person is None else {"Authorization": f"Bearer {person.token}"}
    tag = getattr(row, "tag", None)
    if "If-Match" in operation.header_names:
        headers["If-Match"] = {**world.tags, **subject.tags}.get(tag or "", '"none"')
    body = row.body(world, subject) if row.body is not None else None
    options: dict[str, Any] = {} if body is None else {"json": body}
    if operation.is_form:
        options = {"data": {"zone": "Europe/Berlin"}, "content_type": "multipart/form-data"}
    client = world.patients["ada"].person.client
    path = operation.path
    for name in operation.path_names:
        path = path.replace("{" + name + "}", parts.get(name, "unknown"))
    return client.open(path, method=operation.method, headers=headers, **options)


def _differs(found: TestResponse, expected: int) -> list[str]:
    status = found.status_code
    fits = 200 <= status < 300 if expected == 200 else status == expected
    return [] if fits else [f"{status} {_code(found)} instead of {expected}"]


def _code(found: TestResponse) -> str:
    return str(found.json.get("code", "")) if found.is_json and isinstance(found.json, dict) else ""


def _told_apart(first: TestResponse, second: TestResponse) -> list[str]:
    """Return how a client can tell two answers apart: by status, by body, by any header and its value."""
    found = []
    if first.status_code != second.status_code:
        found.append(f"status {first.status_code} and {second.status_code}")
    bodies = [{**answer.json, "request_id": ""} if answer.is_json else answer.data for answer in (first, second)]
    if bodies[0] != bodies[1]:
        found.append(f"bodies {bodies}")
    headers = [[(n, v) for n, v in answer.headers.items() if n not in NAMELESS] for answer in (first, second)]
    if headers[0] != headers[1]:
        found.append(f"headers {set(headers[0]) ^ set(headers[1])}")
    return [f"told apart by {one}" for one in found]


def _leaks(world: World, actor: str, found: TestResponse) -> list[str]:
    """Return what an answer holds that this person may not see: a patient's words, or the id of anything of theirs."""
    told = found.get_data() + repr(list(found.headers)).encode()
    leaks = ["a patient's words"] if actor not in NOTES and CANARY.encode() in told else []
    if found.status_code >= 300:
        ids = {value for patient in world.patients.values() for value in patient.ids.values()}
        leaks += [f"the id {one}" for one in ids if one.encode() in told]
    return leaks
