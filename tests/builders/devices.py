"""Devices that speak the sync protocol: operations by hand, and a small honest reference client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import xor
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from app.kernel.ids import new_id
from tests.builders.people import Person

WRITTEN = (
    "sessions",
    "runs",
    "pain_scores",
    "check_ins",
    "treatments",
    "skips",
    "red_flags",
    "intakes",
    "questionnaire_responses",
    "measurements",
    "messages",
)
MOST_ROUNDS = 500

Json = dict[str, Any]
Key = tuple[str, str]


def an_id() -> str:
    """Return a new id as a device makes it."""
    return str(new_id())


def a_day(days_ago: int) -> str:
    """Return a time so many days ago, as a phone in Berlin writes it."""
    at = datetime.now(UTC).replace(hour=5, minute=30, second=0, microsecond=0) - timedelta(days=days_ago + 1)
    return at.isoformat()


def a_run(days_ago: int = 0, **changes: Any) -> Json:
    """Return a run."""
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "distance_m": 5020, "duration_s": 1810, **changes}


def a_check_in(days_ago: int = 0, **changes: Any) -> Json:
    """Return a check-in."""
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "morning_pain": 1, "worst_pain": 2, **changes}


def a_score(days_ago: int = 0, **changes: Any) -> Json:
    """Return a pain score."""
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "score": 1.5, "moment": "during", **changes}


def a_session(days_ago: int = 0, **changes: Any) -> Json:
    """Return a session of one set."""
    sets = [{"exercise": "squat", "side": "left", "repetitions": 10}]
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "sets": sets, **changes}


def a_response(days_ago: int = 0, **changes: Any) -> Json:
    """Return the worst pain, asked as an outcome."""
    told = {"instrument": "nrs_worst", "instrument_version": "0_to_10", "side": "left", "items": {"score": 4}}
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", **told, **changes}


def a_measurement(days_ago: int = 0, **changes: Any) -> Json:
    """Return a knee-to-wall test of the left ankle."""
    told = {"test": "knee_to_wall", "side": "left", "distance_cm": 9.5}
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", **told, **changes}


def a_treatment(days_ago: int = 0, **changes: Any) -> Json:
    """Return a treatment."""
    told = {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "treatment": "taping", "given_by": "self"}
    return {**told, "side": "left", **changes}


def a_skip(days_ago: int = 0, **changes: Any) -> Json:
    """Return a skip."""
    told = {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "due_on": a_day(days_ago)[:10]}
    return {**told, "exercise": "clamshell", "side": "left", "reason": "time", **changes}


def a_red_flag(days_ago: int = 0, **changes: Any) -> Json:
    """Return a question about an urgent sign, answered with no."""
    told = {"code": "locked_knee", "present": False, "asked_because": "monthly"}
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", **told, **changes}


def an_intake(days_ago: int = 0, **changes: Any) -> Json:
    """Return what a runner tells at the start."""
    told = {"birth_year": 1985, "declared_longest_m": 8000}
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", **told, **changes}


def a_message(days_ago: int = 0, **changes: Any) -> Json:
    """Return a message to those who treat the person."""
    return {"performed_at": a_day(days_ago), "zone": "Europe/Berlin", "text": "May I run on Sunday?", **changes}


def put(collection: str, data: Json, record_id: str | None = None, base: Any = None, op_id: str | None = None) -> Json:
    """Return an operation that writes a whole record."""
    named = {"op_id": op_id or an_id(), "collection": collection, "id": record_id or an_id()}
    return {**named, "action": "put", "base": _base(base), "data": data}


def patch(collection: str, data: Json, record_id: str, base: Any = None) -> Json:
    """Return an operation that writes some fields."""
    return {**put(collection, data, record_id, base), "action": "patch"}


def erase(collection: str, record_id: str, base: Any = None) -> Json:
    """Return an operation that deletes a record."""
    op = {**put(collection, {}, record_id, base), "action": "delete"}
    del op["data"]
    return op


def _base(base: Any) -> Any:
    return {"ver": base} if isinstance(base, str) else base


class Phone:
    """A person's phone at the sync door, without a memory of its own."""

    def __init__(self, person: Person, patient_id: UUID | None = None) -> None:
        self.person = person
        self.path = f"/v1/sync/streams/{patient_id or person.id}"

    def ask(self, **query: Any) -> TestResponse:
        """Send a pull and return the answer as it came."""
        schema = query.pop("schema", None)
        headers = {"Sync-Schema": str(schema)} if schema is not None else {}
        headers |= {"If-None-Match": query.pop("etag")} if "etag" in query else {}
        sent = {"Authorization": f"Bearer {self.person.token}", **headers}
        return self.person.client.get(f"{self.path}/changes", headers=sent, query_string=query)

    def pull(self, **query: Any) -> Json:
        """Return one page."""
        answer = self.ask(**query)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def pages(self, cursor: str | None = None, **query: Any) -> list[Json]:
        """Return all pages from a cursor to the end."""
        found: list[Json] = []
        for _ in range(MOST_ROUNDS):
            found.append(self.pull(**query, **({"cursor": cursor} if cursor else {})))
            cursor = found[-1]["cursor"]
            if not found[-1]["has_more"]:
                return found
        raise AssertionError("the pages do not end")

    def send(self, ops: list[Any], *, schema: Any = None, epoch: str | None = None, **members: Any) -> TestResponse:
        """Send a push and return the answer as it came."""
        body = {"epoch": epoch or self.pull(limit=1)["epoch"], "ops": ops, **members}
        headers = {"Sync-Schema": str(schema)} if schema is not None else {}
        return self.person.send("POST", f"{self.path}/ops", body, headers)

    def push(self, *ops: Any, **kwargs: Any) -> list[Json]:
        """Push and return the results."""
        answer = self.send(list(ops), **kwargs)
        assert answer.status_code == 200, answer.json
        results: list[Json] = answer.json["results"]
        assert len(results) == len(ops)
        return results

    def digest(self) -> Json:
        """Return the server's digest of each collection."""
        answer = self.person.get(f"{self.path}/digest")
        assert answer.status_code == 200, answer.json
        return dict(answer.json["collections"])

    def parked(self) -> list[Json]:
        """Return what is parked and waits."""
        answer = self.person.get(f"{self.path}/parked?limit=1000")
        assert answer.status_code == 200, answer.json
        items: list[Json] = answer.json["items"]
        return items


def fold(pages: Iterable[Json], state: Mapping[Key, Json] | None = None) -> dict[Key, Json]:
    """Return what a client holds after it has applied these pages; null is a value like any other."""
    held = dict(state or {})
    for page in pages:
        for told in page["directives"]:
            assert told["type"] == "drop_collection"
            held = {key: row for key, row in held.items() if key[0] != told["collection"]}
        for change in page["changes"]:
            key = (change["collection"], change["id"])
            if change["deleted"]:
                held.pop(key, None)
            else:
                held[key] = {"ver": change["ver"], "data": change["data"]}
    return held


def digest_of(state: Mapping[Key, Json], collections: Iterable[str]) -> Json:
    """Return the digest that a client computes from what it holds."""
    told = {}
    for name in collections:
        marks = [
            int.from_bytes(sha256(f"{key[0]}\0{key[1]}\0{row['ver']}".encode()).digest()[:8])
            for key, row in state.items()
            if key[0] == name
        ]
        told[name] = {"count": len(marks), "xor": f"{reduce(xor, marks, 0):016x}"}
    return told


class Lost(Exception):
    """A request or its answer did not arrive."""


Wire = Callable[[str, str, Any], tuple[int, Json]]
"""(method, path below the stream, body) -> status and answer; raises Lost."""


@dataclass
class Device:
    """A reference client that follows the rules for app developers, on a wire that may lose and double.

    `rows` is what the person sees; `server` what the server last told of each row; the outbox holds
    operations in the order they were made, each with an id of its own.
    """

    wire: Wire
    rows: dict[Key, Json] = field(default_factory=dict)
    server: dict[Key, Json] = field(default_factory=dict)
    outbox: list[Json] = field(default_factory=list)
    attention: list[Json] = field(default_factory=list)
    acknowledged: list[Json] = field(default_factory=list)
    cursor: str | None = None
    epoch: str | None = None
    snapshot: set[Key] | None = field(default_factory=set)
    graves: dict[Key, str] = field(default_factory=dict)

    # What the person does

    def write(self, collection: str, record_id: str, data: Json, *, as_patch: bool = False) -> Json:
        """Create or edit a record locally."""
        key = (collection, record_id)
        before = self.rows.get(key)
        known = before["ver"] if before else self.graves.get(key)
        if as_patch and before is not None:
            op = patch(collection, data, record_id, before["ver"])
        else:
            op = put(collection, {**(before["data"] if before else {}), **data}, record_id, known)
        self.rows[key] = {"ver": op["op_id"], "data": {**(before["data"] if before else {}), **data}}
        self.outbox.append(op)
        return op

    def delete(self, collection: str, record_id: str) -> Json:
        """Delete a record locally."""
        before = self.rows.pop((collection, record_id))
        op = erase(collection, record_id, before["ver"])
        self.graves[collection, record_id] = op["op_id"]
        self.outbox.append(op)
        return op

    # What the device does when it has a connection; each may raise Lost at any time

    def push(self, most: int = 50) -> None:
        """Send the oldest operations and deal with what became of them."""
        if not self.outbox or self.epoch is None:
            return
        sent = list(self.outbox[:most])
        status, told = self.wire("POST", "ops", {"epoch": self.epoch, "ops": sent})
        if status == 409:
            self._start_again()
            return
        assert status == 200, told
        results = {result["op_id"]: result for result in told["results"]}
        for op in sent:
            if op in self.outbox:
                self.outbox.remove(op)
                self._settle(op, results[op["op_id"]])

    def _settle(self, op: Json, result: Json) -> None:
        key = (op["collection"], op["id"])
        if result["status"] in ("conflict", "rejected"):
            self.attention.append({"op": op, "result": result})
        else:
            self.acknowledged.append({"op": op, "result": result})
        self._server_says(key, op, result)
        if not self._waits(key):
            self._show(key)

    def _server_says(self, key: Key, op: Json, result: Json) -> None:
        record = result.get("record")
        if record is not None:
            self._keep(key, record["seq"], record["ver"], record["data"])
        elif result["status"] == "applied":
            data = None if op["action"] == "delete" else op["data"]
            self._keep(key, result["seq"], result["ver"], data)

    def _keep(self, key: Key, seq: int, ver: str, data: Json | None) -> None:
        """Keep the newest word of the server; an answer that was overtaken by a pull changes nothing."""
        held = self.server.get(key)
        if held is None or held["seq"] <= seq:
            self.server[key] = {"seq": seq, "ver": ver, "data": data}

    def _waits(self, key: Key) -> bool:
        return any((op["collection"], op["id"]) == key for op in self.outbox)

    def _show(self, key: Key) -> None:
        told = self.server.get(key)
        if told is None or told["data"] is None:
            self.rows.pop(key, None)
            self.graves |= {key: told["ver"]} if told else {}
        else:
            self.rows[key] = {"ver": told["ver"], "data": told["data"]}

    def pull(self, limit: int) -> bool:
        """Fetch and apply one page; return whether there is more."""
        asked = f"changes?limit={limit}" + (f"&cursor={self.cursor}" if self.cursor else "")
        status, page = self.wire("GET", asked, None)
        if status == 410:
            self._start_again()
            return True
        assert status == 200, page
        for change in page["changes"]:
            key = (change["collection"], change["id"])
            if self.snapshot is not None:
                self.snapshot.add(key)
            self._keep(key, change["seq"], change["ver"], change["data"])
            if not self._waits(key):
                self._show(key)
        self.cursor, self.epoch = page["cursor"], page["epoch"]
        if self.snapshot is not None and not page["has_more"]:
            self._sweep(self.snapshot)
            self.snapshot = None
        return bool(page["has_more"])

    def _start_again(self) -> None:
        """Forget the cursor, keep the outbox; what is not in the next snapshot goes when that is whole."""
        self.cursor, self.epoch, self.snapshot = None, None, set()

    def _sweep(self, snapshot: set[Key]) -> None:
        for key in [key for key in self.server if key not in snapshot]:
            if self.server[key]["data"] is not None:
                del self.server[key]
                if not self._waits(key):
                    self.rows.pop(key, None)

    def sync(self, limit: int = 1000) -> None:
        """Pull and push until there is nothing left to say."""
        for _ in range(MOST_ROUNDS):
            while self.pull(limit):
                pass
            if not self.outbox:
                return
            self.push()
        raise AssertionError("the device never comes to rest")
