"""Sends the same request to the program on both databases, and judges what the two do."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, NoReturn
from urllib.parse import quote
from uuid import NAMESPACE_OID, uuid5

from flask import Flask
from sqlalchemy import TextClause, select, text
from werkzeug.test import TestResponse

from app.consent.domain import TABLE
from app.db.base import Base
from app.db.engine import Database
from app.db.synced import SyncStream
from app.kernel.clock import now
from app.kernel.permissions import Permission
from tests.builders.people import People, Person
from tests.contract.hostile import BODIES, FRAGMENTS, HEADERS, PARTS, QUERIES
from tests.contract.operations import SOME_ID, Operation

ALWAYS = (b"null", b"[{}]", b"[null]", b'"\\u0000"')
"""Of these every member is tried with two in every run, whichever share of the others it gets."""

PLACES = {"instrument": "psfs", "language_tag": "fr", "name": "outcomes", "form": "json"}
"""What stands in a path besides ids, so that there is something there."""
OF_ADMINS = {"instrument_texts.write"}
"""What a patient may not, and an admin may."""
BY_THERAPIST = frozenset({"prescribe_programme", "revise_programme", "decide_stage_proposal"})
"""What a patient may do in part, and a therapist whom the patient has let in does wholly."""
THERAPISTS_ALONE = {
    *(str(name) for name, access in TABLE.items() if access.is_of_a_patient and not access.patient),
    *(str(name) for name in (Permission.CLINICS_USE, Permission.CLINIC_READ, Permission.CLINIC_MANAGE)),
}

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclasses.dataclass
class Side:
    """One of the two installations, the patient who attacks it, and a therapist to be let in."""

    app: Flask
    database: Database
    person: Person
    therapist: Person
    admin: Person
    etags: dict[str, str] = dataclasses.field(default_factory=dict)
    running: list[str | None] = dataclasses.field(default_factory=list)
    """The programme that runs (None: there is none), as long as nothing was written since it was asked for."""

    def anew(self) -> Side:
        """Return the same installation with a patient who has nothing yet."""
        patient = People(self.app).patient()
        link = {
            "therapist_id": str(self.therapist.id),
            "scopes": ["plan.write", "advice.read"],
            "purpose": "x",
            "expires_at": _soon(),
        }
        patient.post("/v1/patients/{me}/care-links", link)
        return dataclasses.replace(self, person=patient, etags={}, running=[])

    def let_in(self) -> None:
        """Let the therapist in, with all there is."""
        scopes = ["sessions.read", "pain.read", "notes.read", "advice.read", "plan.write", "message"]
        link = {"therapist_id": str(self.therapist.id), "scopes": scopes, "purpose": "x", "expires_at": _soon()}
        assert self.person.post("/v1/patients/{me}/care-links", link).status_code == 201

    def rows(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        with self.database.reading() as db:
            return dict(map(tuple, db.execute(_counts())))

    def written(self) -> None:
        """Forget what was read of the patient: it may be another by now."""
        self.etags.clear()
        self.running.clear()

    def open(
        self, operation: Operation, headers: dict[str, str], parts: dict[str, str], **options: Any
    ) -> TestResponse:
        """Send one request as somebody who may do all that the operation does."""
        url = operation.url(self.person.id, **{**PLACES, **parts})
        sent = {"Authorization": f"Bearer {self._sender(operation).token}", **headers}
        return self.person.client.open(url, method=operation.method, headers=sent, **options)

    def _sender(self, operation: Operation) -> Person:
        """Return who may do all that the operation does."""
        permission = operation.said["x-permission"]
        if permission in OF_ADMINS:
            return self.admin
        by_therapist = operation.name in BY_THERAPIST or permission in THERAPISTS_ALONE
        return self.therapist if by_therapist else self.person

    def good(self, operation: Operation, turn: int) -> dict[str, Any]:
        """Return a body that the operation accepts; of two turns it is about two things."""
        body = operation.body()
        if "id" in body:
            body["id"] = str(uuid5(NAMESPACE_OID, f"{operation.name} {turn}"))
        body |= _dated(operation.name)
        match operation.name:
            case "register_account":
                person = {"email": f"{self.person.id.hex}.{turn}@example.org", "password": "three ducks on a pond"}
                body |= {**person, "professional_role": None}
            case "grant_care_link":
                body |= {"therapist_id": str(self.therapist.id), "expires_at": _soon(), "clinic_id": None}
            case "create_invitation":
                body |= {"link_expires_at": _soon(), "clinic_id": None}
            case "create_pain_score" | "correct_pain_score":
                body |= {"run_id": None, "session_id": None}
            case "push_operations":
                body |= {"epoch": self._epoch(), "ops": [], "base_cursor": None}
        return body | _of_outcomes(operation.name, body) | self._about_programmes(operation.name, turn)

    def _about_programmes(self, name: str, turn: int) -> dict[str, Any]:
        """Return what an operation about programmes takes instead of the sample."""
        if name == "prescribe_programme":
            return {"protocol": "runners_knee_standard", "plan": None, "replaces": self._programme()}
        if name == "revise_programme":
            return {"plan": _plan(turn), "status": None}
        return {"exercise": "clamshell", "replaced_by": "bird_dog"} if name.endswith("_skip") else {}

    def _programme(self) -> str | None:
        """Return the programme that runs, None where there is none."""
        if not self.running:
            found = self.person.get("/v1/patients/{me}/programmes").json["items"]
            self.running.append(next((one["id"] for one in found if one["status"] != "ended"), None))
        return self.running[0]

    def _epoch(self) -> str:
        with self.database.reading() as db:
            statement = select(SyncStream.epoch).where(SyncStream.patient_id == self.person.id)
            return str(db.execute(statement).scalar_one())

    def place(self, operation: Operation, siblings: list[Operation]) -> dict[str, str]:
        """Return the headers with which the thing at SOME_ID can be edited; it is made on the way."""
        if "If-Match" not in operation.header_names:
            return {}
        path = operation.path
        if path not in self.etags:
            if not self._etag(operation):
                maker = next(one for one in siblings if one.method == "POST" and path.startswith(one.path + "/"))
                self.open(maker, {}, {}, json={**self.good(maker, 0), "id": SOME_ID})
            self.etags[path] = self._etag(operation)
        return {"If-Match": self.etags[path]}

    def _etag(self, operation: Operation) -> str:
        found = self.person.get(operation.url(self.person.id, **PLACES))
        return found.headers.get("ETag", "")


@cache
def _counts() -> TextClause:
    """Return the statement that counts each table, written once: it is asked after every refused request."""
    counts = [f"SELECT '{name}', count(*) FROM {table.fullname}" for name, table in Base.metadata.tables.items()]
    return text(" UNION ALL ".join(counts))


def _of_outcomes(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a sample fit the instrument that it is about."""
    match name:
        case "create_questionnaire_response" | "correct_questionnaire_response":
            told = {"instrument": "nrs_worst", "instrument_version": "0_to_10"}
            return {**told, "items": {"score": 3}, "activity_names": None}
        case "create_measurement" | "correct_measurement":
            kept = {"id", "performed_at", "zone", "recorded_at", "note", "side"}
            return {**dict.fromkeys(set(body) - kept), "test": "knee_to_wall", "distance_cm": 9.5}
        case "put_instrument_texts":
            return {"items": [{"item": "1", "text": "an activity", "options": []}]}
        case _:
            return {}


def _plan(turn: int) -> dict[str, Any]:
    """Return a plan as a therapist sends it."""
    dosage = {"sets": 3, "repetitions": 10, "hold_seconds": 0, "rest_seconds": 60, "days_per_week": 3}
    exercise = {"id": str(uuid5(NAMESPACE_OID, f"exercise {turn}")), "stage": "relieve", "exercise": "clamshell"}
    return {"phases": [], "exercises": [{**exercise, "side": "left", "dosage": dosage}], "retraining": []}


def _dated(name: str) -> dict[str, Any]:
    """Return the days that an operation takes today and would not take tomorrow."""
    days: dict[str, dict[str, Any]] = {
        "put_policy": {"starts_on": None},
        "sign_review": {"next_on": _soon()[:10]},
        "create_override": {"starts_on": None, "ends_on": _soon()[:10], "decision": "hold"},
        "replay_guidance": {"since": "2026-11-01", "until": "2026-11-20", "preset": None},
    }
    return days.get(name, {})


def _soon() -> str:
    return (now() + timedelta(days=30)).isoformat(timespec="seconds")


def shown(found: TestResponse) -> Any:
    """Return an answer's body without what may differ: the ids that each side made."""
    text = _ID.sub("ID", found.text)
    body = json.loads(text, parse_constant=_refuse) if text and "json" in found.mimetype else text[:200]
    return {**body, "request_id": ""} if isinstance(body, dict) else body


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} in an answer")


class Attack:
    """Attacks one operation, and notes every failure, every difference, and every trace of what was refused."""

    def __init__(self, sides: list[Side], operation: Operation, all_of_them: list[Operation]) -> None:
        self.sides = [side.anew() for side in sides]
        if operation.name in BY_THERAPIST:
            for side in self.sides:
                side.let_in()
        self.operation, self.all_of_them = operation, all_of_them
        self.sent, self.accepted = 0, 0
        self.faults: list[tuple[str, str, str, Any]] = []
        self.rows = self._ready()

    def _ready(self) -> dict[str, int]:
        """Make what the operation is about, and return what is stored then."""
        for side in self.sides:
            side.place(self.operation, self.all_of_them)
        return self.sides[0].rows()

    def send(self, what: str, *, broken: Any = None, raw: bytes | None = None, **place: Any) -> None:
        """Send a good request with one thing broken: a member, the whole body, or another place."""
        self.sent += 1
        query, kind = place.pop("query", None), place.pop("content_type", "application/json")
        parts, headers = place.pop("parts", {}), place.pop("headers", {})
        answers = []
        for side in self.sides:
            edit = side.place(self.operation, self.all_of_them)
            options: dict[str, Any] = {"query_string": _query(query)}
            if raw is not None or self.operation.json_schema is not None:
                data = raw if raw is not None else self._body(side, broken)
                options |= {"data": data, "content_type": kind}
            with side.open(self.operation, {**edit, **headers}, parts, **options) as found:
                answers.append((found.status_code, shown(found) if found.status_code >= 400 else None))
        self.judge(what, answers)

    def _body(self, side: Side, broken: tuple[str, bytes] | None) -> bytes:
        body = side.good(self.operation, self.sent)
        if broken is None:
            return json.dumps(body).encode()
        name, fragment = broken
        others = json.dumps({key: value for key, value in body.items() if key != name}).encode()[1:-1]
        return b"{" + b", ".join(part for part in (others, json.dumps(name).encode() + b":" + fragment) if part) + b"}"

    def judge(self, what: str, answers: list[tuple[int, Any]]) -> None:
        """Compare the two answers, and what is stored now with what was."""
        statuses = [status for status, _ in answers]
        if max(statuses) >= 500 or answers[0] != answers[1]:
            self._fault(what, answers)
        if self.operation.method == "GET":
            return
        # What is written is the same on both (compared by status), and SQLite counts in no time.
        if statuses[0] >= 400:
            before, self.rows = self.rows, self.sides[0].rows()
            if self.rows != before:
                self._fault(what, "left something behind")
            return
        if statuses[0] < 300:
            self.accepted += 1
            for side in self.sides:
                side.written()
        self.rows = self._ready()

    def _fault(self, what: str, seen: Any) -> None:
        self.faults.append((self.operation.method, self.operation.path, what[:120], seen))


def _query(query: dict[str, str] | None) -> str | None:
    if query is None:
        return None
    return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}" for name, value in query.items())


def attack(sides: list[Side], operation: Operation, all_of_them: list[Operation], every: int) -> Attack:
    """Attack each place of an operation: path, query, headers, body as a whole, and each member alone."""
    made = Attack(sides, operation, all_of_them)
    for what, place in _places(operation, every):
        made.send(what, **place)
    if operation.json_schema is not None:
        _attack_body(made, every)
    if operation.is_form:
        _attack_form(made)
    if operation.name == "push_operations":
        _attack_pushed_data(made, 1 if every == 1 else 2 * every + 1)
    return made


def _places(operation: Operation, every: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield hostile values of each place outside the body."""
    step, turn = -(-every // 3), len(operation.path) + len(operation.method)
    for name in operation.path_names:
        yield from ((f"path {name}={part}", {"parts": {name: part}}) for part in PARTS[turn % step :: step])
    for number, name in enumerate((*operation.query_names, "not_asked_for"), turn):
        yield from ((f"query {name}={value!r}", {"query": {name: value}}) for value in QUERIES[number % step :: step])
    for number, name in enumerate((*operation.header_names, "If-None-Match", "X-Request-Id"), turn):
        yield from (
            (f"header {name}={value!r}", {"headers": {name: value}}) for value in HEADERS[number % step :: step]
        )


def _attack_body(made: Attack, every: int) -> None:
    bodies, alike, turn = -(-every // 6), -(-every // 4), len(made.operation.name)
    for raw in BODIES[turn % bodies :: bodies]:
        made.send(f"body {raw[:40]!r}", raw=raw)
    for fragment in FRAGMENTS[turn % alike :: alike]:
        members = b",".join(json.dumps(name).encode() + b":" + fragment for name in made.operation.members())
        made.send(f"all members {fragment[:60]!r}", raw=b"{" + members + b"}")
    for place, name in enumerate(made.operation.members()):
        for fragment in [*ALWAYS[place % 2 :: 2], *FRAGMENTS[place % every :: every]]:
            made.send(f"{name}: {fragment[:60]!r}", broken=(name, fragment))


def _attack_pushed_data(made: Attack, every: int) -> None:
    """A pushed operation carries what a POST takes; each member of each kind of thing is attacked inside it."""
    makers = {"sessions": "create_session", "runs": "create_run", "pain_scores": "create_pain_score"}
    makers |= {"check_ins": "create_check_in", "measurements": "create_measurement"}
    makers |= {"questionnaire_responses": "create_questionnaire_response", "treatments": "create_treatment"}
    makers |= {"skips": "create_skip", "red_flags": "create_red_flag", "intakes": "create_intake"}
    for collection, maker in makers.items():
        operation = next(one for one in made.all_of_them if one.name == maker)
        for place, name in enumerate(operation.members()):
            for number in range(place % every, len(FRAGMENTS), every):
                made.send(
                    f"{collection}.{name}: {FRAGMENTS[number][:60]!r}",
                    broken=("ops", _pushed(made, operation, collection, name, FRAGMENTS[number])),
                )


def _pushed(made: Attack, operation: Operation, collection: str, name: str, fragment: bytes) -> bytes:
    body = made.sides[0].good(operation, made.sent)
    op = {"op_id": str(uuid5(NAMESPACE_OID, f"op {made.sent}")), "collection": collection, "id": body.pop("id")}
    op |= {"action": "put", "base": None}
    body.pop(name, None)
    member = json.dumps(name).encode() + b":" + fragment
    data = b"{" + b",".join(part for part in (json.dumps(body).encode()[1:-1], member) if part) + b"}"
    return b"[" + json.dumps(op).encode()[:-1] + b',"data":' + data + b"}]"


def _attack_form(made: Attack) -> None:
    kinds = ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 3000]
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
    for kind in [*kinds, "application/json", "text/xml", "application/x-www-form-urlencoded"]:
        for raw in [b"", b"--x", b"--x--\r\n", part + b'a.gpx"\r\n\r\n\0\xff\r\n--x--\r\n', part * 50, b"\0" * 1000]:
            made.send(f"form {kind[:60]} {raw[:40]!r}", raw=raw, content_type=kind)
