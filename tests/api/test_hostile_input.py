"""Hostile values at every place of every operation: never a failure, the same refusal on both databases, no trace."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, literal_column, select, union_all
from werkzeug.test import TestResponse

from app.db.base import Base
from app.db.engine import Database, open_database
from app.factory import create_app
from app.settings import Mode, Settings
from tests.builders.people import People, Person
from tests.conftest import BACKENDS, _new_database
from tests.contract.operations import Operation, operations

SHARDS = 6
OFTEN = 11
"""In the usual run each place is tried with every so-many-th value, another share each; all of them in the deep run."""

TIMES = ["2026-02-30T06:30:00Z", "2026-11-20T24:00:00Z", "2016-12-31T23:59:60Z", "0001-01-01T00:00:00+14:00"]
TIMES += ["9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1899-12-31T23:59:59Z"]
TIMES += ["2101-01-01T00:00:00Z", "2026-11-20T06:30:00", "2026-11-20 06:30:00Z", "2026-11-20T06:30:00+15:00"]
TIMES += [
    "2026-11-20T06:30:00-12:01",
    "2026-11-20T06:30:00+25:00",
    "2026-11-20T06:30:00.1234567Z",
    "-2026-11-20T06:30:00Z",
]
TIMES += [
    "\u0662\u0660\u0662\u0666-11-20T06:30:00Z",
    "2026-11-20T06:30:00+01:00[Europe/Berlin]",
    "2026-W47-5",
    "20261120T063000Z",
    "2026-13-01",
]
TIMES += ["1900-01-01T00:00:00+14:00", "2100-12-31T23:59:59-12:00", "2026-02-29", "0001-01-01", "9999-12-31"]

TEXTS = [
    "",
    " ",
    "nul\0nul",
    "\0",
    "bell\a",
    "\x1b[31mred",
    "cr\r\nlf",
    "del\x7f",
    "x" * 201,
    "x" * 4001,
    "x" * 100_000,
]
TEXTS += [
    "\u202eright to left\u202c",
    "\u200fنص",
    "\ufeffbom",
    "\U0001f986" * 300,
    "e\u0301" * 150,
    "\uffff\ufffe",
    "\U0010ffff",
]
TEXTS += [
    "'; DROP TABLE accounts; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "%00",
    "../../etc/passwd",
]
TEXTS += [
    "=1+1",
    "NaN",
    "Infinity",
    "null",
    "true",
    "0x10",
    "1e3",
    "\u0663",
    "\u0663.\u0665",
    "-0",
    "00",
    "1_000",
    " 1",
    "1 ",
]
TEXTS += [
    "{01a10000-0000-7000-8000-000000000001}",
    "01A10000-0000-7000-8000-000000000001",
    "01a10000000070008000000000000001",
]
TEXTS += [
    "urn:uuid:01a10000-0000-7000-8000-000000000001",
    "\u06601a10000-0000-7000-8000-000000000001",
    "Europe/berlin",
    "../UTC",
]

NUMBERS = [
    "0",
    "-0",
    "-0.0",
    "-1",
    "0.1",
    "3.14",
    "1e2",
    "11",
    "1e15",
    "1e16",
    "1e300",
    "1e999",
    "-1e999",
    "1e-400",
    "7" * 400,
]
NUMBERS += ["9007199254740992", "9007199254740993", "-9007199254740993", "9223372036854775808", "2147483648", "5e-324"]
NUMBERS += ["0." + "3" * 63, "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "0x10"]

OTHERS = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    '[""]',
    '{"":null}',
    '{"$ref":"#"}',
    '{"a":1,"a":2}',
]
OTHERS += ['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '{"\\ud800":1}', '{"__proto__":{}}', "[" * 31 + "]" * 31]
OTHERS += ["[" * 33 + "]" * 33, "[" * 5000, '{"a":' * 1000, "[" + "1," * 999 + "1]", "undefined", "'x'", ""]

FRAGMENTS: list[bytes] = [
    *(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass") for text in TIMES + TEXTS),
    *(fragment.encode() for fragment in NUMBERS + OTHERS),
    b'"\xff\xfe"',
    b'"\xc0\x80"',
    b'"\xed\xa0\x80"',
]

BODIES: list[bytes] = [
    *(
        b"",
        b" ",
        b"\0",
        b"{",
        b"}",
        b"[]",
        b'"text"',
        b"7",
        b"-1.5",
        b"true",
        b"null",
        b"NaN",
        b"[{}]",
        b"[[[]]]",
        b"{}{}",
    ),
    *(b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\xff", b"{}\0", b"7" * 400, b"1e999", b'{"a":1,"a":1}', b'{"\\ud800":1}'),
    *(b"[" * 20_000, b'{"a":' * 5_000, b"[" * 5_000 + b"]" * 5_000, b"[" + b"0," * 5_000 + b"0]"),
    *(b'{"' + b"k" * 20_000 + b'":1}', b'{"__proto__":{"role":"admin"}}'),
    b"{" + b",".join(b'"k%d":1' % number for number in range(500)) + b"}",
]

QUERIES = [
    "",
    "-1",
    "0",
    "1e3",
    "٣",
    "٣٣",
    "1.5",
    " 1",
    "+1",
    "01",
    "99999999999",
    "7" * 400,
    "NaN",
    "true",
    "null",
    "\0",
    "a\0b",
]
QUERIES += [
    "\r\n",
    "\ud800",
    "\x1b",
    "\u202e",
    "'",
    '"',
    "%",
    "%00",
    "_",
    "\\",
    "(",
    "*",
    "a*",
    "NEAR(",
    '"a',
    "a OR",
    ":",
    "-a",
]
QUERIES += ["x" * 5000, "é" * 500, "[]", "{}", "a,b", ",", "2026-02-30", *TIMES[:12], *TEXTS[-7:]]

PARTS = [
    "",
    "0",
    "x",
    "%00",
    "%0d%0a",
    "%ff",
    "%2e%2e",
    "%2f",
    "01A10000-0000-7000-8000-000000000001",
    "x" * 3000,
    "%D9%A3",
]
PARTS += [
    "{01a10000-0000-7000-8000-000000000001}",
    "01a10000000070008000000000000001",
    "01a10000-0000-7000-8000-00000000000g",
]
PARTS += [
    "01a10000-0000-7000-8000-0000000000011",
    "-1",
    "99999999999999999999",
    "null",
    "%F0%9F%A6%86",
    "%ED%A0%80",
    ";",
    "%25",
]
PARTS += [
    "01a10000-0000-7000-8000-000000000001%0a",
    "%2001a10000-0000-7000-8000-000000000001",
    "*",
    "'",
    "%5c",
    "a.b",
    "~",
]

HEADERS = [
    "",
    '""',
    '"',
    "*",
    "W/",
    'W/"x"',
    "garbage",
    '"a", "b"',
    "x" * 4000,
    '"\xff"',
    "null",
    ",",
    '"\x7f"',
    '""x""',
]


@dataclasses.dataclass
class Side:
    """One of the two installations, and the patient who attacks it."""

    app: Flask
    database: Database
    person: Person

    def rows(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        counts = [
            select(literal_column(f"'{name}'"), func.count()).select_from(table)
            for name, table in Base.metadata.tables.items()
        ]
        with self.database.reading() as db:
            return dict(map(tuple, db.execute(union_all(*counts))))


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[list[Side]]:
    """The same program on both databases."""
    made = []
    for backend in BACKENDS:
        folder = tmp_path_factory.mktemp("hostile")
        url = _new_database(backend, folder, f"hostile_{worker_id}")
        settings = Settings(
            mode=Mode.TEST,
            database_url=url,
            var_dir=folder,
            secret_key="a secret of the tests, thirty-two long",
            log_level="critical",
            rate_limits=False,
        )
        database = open_database(url)
        app = create_app(settings, database)
        made.append(Side(app, database, People(app).patient()))
    yield made
    for side in made:
        side.database.dispose()


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def shown(found: TestResponse) -> Any:
    """Return an answer's body without what may differ: the ids that each side made."""
    text = _ID.sub("ID", found.text)
    body = json.loads(text, parse_constant=_refuse) if text and "json" in found.mimetype else text[:200]
    return {**body, "request_id": ""} if isinstance(body, dict) else body


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} in an answer")


class Attack:
    """Sends one request to both sides and compares what they do."""

    def __init__(self, sides: list[Side], operation: Operation) -> None:
        self.sides, self.operation, self.sent, self.faults = sides, operation, 0, []
        self.rows = self._rows()

    def send(self, what: str, query: dict[str, str] | None = None, **options: Any) -> None:
        """Send it, and note every difference, failure and trace."""
        self.sent += 1
        parts, headers = options.pop("parts", {}), options.pop("headers", {})
        answers = []
        for side in self.sides:
            sent = {"Authorization": f"Bearer {side.person.token}", **headers}
            with side.person.client.open(
                self.operation.url(side.person.id, **parts),
                method=self.operation.method,
                headers=sent,
                query_string=_query(query),
                **options,
            ) as found:
                answers.append((found.status_code, shown(found) if found.status_code >= 400 else None))
        self._judge(what, answers)

    def _judge(self, what: str, answers: list[tuple[int, Any]]) -> None:
        statuses = [status for status, _ in answers]
        if max(statuses) >= 500 or answers[0] != answers[1]:
            self.faults.append((self.operation.method, self.operation.path, what[:120], answers))
        if self.operation.method == "GET":
            return
        rows = self._rows()
        if statuses[0] >= 400 and rows != self.rows:
            self.faults.append((self.operation.method, self.operation.path, what[:120], "left something behind"))
        self.rows = rows

    def _rows(self) -> dict[str, int]:
        # What is written is the same on both (compared by status), and SQLite counts in no time.
        return self.sides[0].rows()


def _query(query: dict[str, str] | None) -> str | None:
    if query is None:
        return None
    return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}" for name, value in query.items())


def attack(sides: list[Side], operation: Operation, every: int) -> Attack:
    """Attack each place of an operation: path, query, headers, body as a whole, and each member alone."""
    made = Attack(sides, operation)
    for what, place in _places(operation, every):
        good = {} if operation.json_schema is None else {"json": operation.body()}
        made.send(what, **place, **good)
    if operation.json_schema is not None:
        _attack_body(made, every)
    if operation.is_form:
        _attack_form(made)
    return made


def _places(operation: Operation, every: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield hostile values of each place outside the body."""
    step, turn = min(every, 4), len(operation.path) + len(operation.method)
    for name in operation.path_names:
        yield from ((f"path {name}={part}", {"parts": {name: part}}) for part in PARTS[turn % step :: step])
    for number, name in enumerate((*operation.query_names, "not_asked_for"), turn):
        yield from ((f"query {name}={value!r}", {"query": {name: value}}) for value in QUERIES[number % step :: step])
    for number, name in enumerate((*operation.header_names, "If-None-Match", "X-Request-Id"), turn):
        yield from (
            (f"header {name}={value!r}", {"headers": {name: value}}) for value in HEADERS[number % step :: step]
        )


def _attack_body(made: Attack, every: int) -> None:
    operation, body = made.operation, made.operation.body()
    for raw in BODIES[:: min(every, 2)]:
        made.send(f"body {raw[:40]!r}", data=raw, content_type="application/json")
    for fragment in FRAGMENTS[:: min(every, 2)]:
        every_member = b",".join(json.dumps(name).encode() + b":" + fragment for name in operation.members())
        made.send(f"all members {fragment[:60]!r}", data=b"{" + every_member + b"}", content_type="application/json")
    for place, name in enumerate(operation.members()):
        for fragment in FRAGMENTS[place % every :: every]:
            others = {key: value for key, value in body.items() if key != name}
            raw = (
                json.dumps(others).encode()[:-1]
                + (b"," if others else b"")
                + json.dumps(name).encode()
                + b":"
                + fragment
            )
            made.send(f"{name}: {fragment[:60]!r}", data=raw + b"}", content_type="application/json")


def _attack_form(made: Attack) -> None:
    kinds = ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 3000]
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
    for kind in [*kinds, "application/json", "text/xml", "application/x-www-form-urlencoded"]:
        for raw in [b"", b"--x", b"--x--\r\n", part + b'a.gpx"\r\n\r\n\0\xff\r\n--x--\r\n', part * 50, b"\0" * 1000]:
            made.send(f"form {kind[:60]} {raw[:40]!r}", data=raw, content_type=kind)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_hostile_value_breaks_or_divides_the_databases_or_leaves_a_trace(sides: list[Side], shard: int) -> None:
    done = [attack(sides, operation, OFTEN) for operation in operations(sides[0].app)[shard::SHARDS]]
    assert sum(made.sent for made in done) > 300
    assert [fault for made in done for fault in made.faults] == []


@pytest.mark.deep
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_hostile_value_at_every_member_alone(sides: list[Side], shard: int) -> None:
    done = [attack(sides, operation, 1) for operation in operations(sides[0].app)[shard::SHARDS]]
    assert [fault for made in done for fault in made.faults] == []


def test_there_are_as_many_hostile_values_as_the_goal_asks_for() -> None:
    assert len(set(FRAGMENTS)) >= 60
    assert len(set(BODIES)) >= 25


def test_an_answer_that_differs_between_the_databases_is_seen(sides: list[Side]) -> None:
    made = Attack(sides, operations(sides[0].app)[0])
    made._judge("planted", [(422, {"code": "a"}), (422, {"code": "b"})])
    made._judge("planted", [(422, None), (400, None)])
    made._judge("planted", [(500, None), (500, None)])
    assert len(made.faults) == 3


def test_a_row_that_a_refused_request_leaves_is_seen(sides: list[Side]) -> None:
    made = Attack(sides, next(one for one in operations(sides[0].app) if one.name == "log_in"))
    People(sides[0].app).patient()
    made._judge("planted", [(422, None), (422, None)])
    assert made.faults[0][-1] == "left something behind"


def test_right_to_left_text_and_every_plane_of_unicode_is_kept_as_it_is(sides: list[Side]) -> None:
    for side in sides:
        name = "\u200fنص \U0001f986\U0010ffff\te\u0301\nx"
        body = {"email": f"{side.person.id.hex}@example.org", "password": "x" * 20, "display_name": name, "zone": "UTC"}
        answer = side.app.test_client().post("/v1/accounts", json=body)
        assert (answer.status_code, answer.json["display_name"]) == (201, name)
