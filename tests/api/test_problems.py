"""Every refusal and failure is a problem that says enough to a machine and nothing about anybody."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from sqlalchemy import exc
from werkzeug.test import TestResponse

from app import factory
from app.db.engine import Database, open_database
from app.factory import create_app
from app.kernel.errors import Conflict, FieldFault, Invalid, Unavailable
from app.kernel.permissions import Permission
from app.settings import Settings
from app.web.answers import answer, require_match
from app.web.feature import Feature
from app.web.fields import Text
from app.web.json_input import MAX_DEPTH, MAX_NODES
from app.web.limits import TooMany
from app.web.logs import ALLOWED, configure_logs
from tests.builders.people import People

CANARY = "canary4711"
SMALL = 2000
SHOWN = {"type", "title", "status", "code", "detail", "request_id", "errors", "limits"}


class _Leaf(Schema):
    name = Text(required=True)


class _Tree(Schema):
    items = fields.List(fields.Nested(_Leaf), required=True)


class _FaultyDriver(Exception):
    sqlstate = "08006"


RAISED: dict[str, Callable[[], Exception]] = {
    "bug": lambda: ValueError(CANARY),
    "recursion": lambda: RecursionError(CANARY),
    "key": lambda: KeyError(CANARY),
    "integrity": lambda: exc.IntegrityError(CANARY, None, Exception(CANARY)),
    "operational": lambda: exc.OperationalError(CANARY, None, _FaultyDriver(CANARY)),
    "pool": lambda: exc.TimeoutError(CANARY),
    "data": lambda: exc.DataError(CANARY, None, Exception(CANARY)),
    "overflow": lambda: OverflowError(CANARY),
    "surrogate": lambda: UnicodeEncodeError("utf-8", "\ud800", 0, 1, CANARY),
    "programming": lambda: exc.ProgrammingError(CANARY, None, Exception(CANARY)),
    "invalid": lambda: Invalid("a sentence", faults=[FieldFault("/a/b", "odd", "It is odd.")]),
    "conflict": lambda: Conflict(extra={"current": 7}),
    "unavailable": lambda: Unavailable("later"),
    "too many": lambda: TooMany(42),
}
STATUS = {
    "bug": 500,
    "recursion": 500,
    "key": 500,
    "integrity": 409,
    "operational": 503,
    "pool": 503,
    "data": 422,
    "overflow": 422,
    "surrogate": 422,
    "programming": 500,
    "invalid": 422,
    "conflict": 409,
    "unavailable": 503,
    "too many": 429,
}


def _planted() -> Feature:
    feature = Feature("planted", "Operations that fail in every way there is.")

    @feature.operation("POST", "/v1/planted/tree", permission=Permission.PUBLIC, body=_Tree, answers={200: None})
    def plant_tree(body: dict[str, Any]) -> Response:
        """Take a nested list."""
        return answer(body)

    @feature.operation("GET", "/v1/planted/<name>", permission=Permission.PUBLIC, answers={200: None})
    def plant_failure(name: str) -> Response:
        """Raise."""
        raise RAISED[name]()

    @feature.operation("PUT", "/v1/planted/edit", permission=Permission.PUBLIC, answers={200: None}, conditional=True)
    def plant_edit() -> Response:
        """Edit what has the version seven."""
        require_match("seven")
        return answer({}, etag="eight")

    return feature


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A place to log to, for a test that puts it in the place of standard error."""
    yield io.StringIO()
    configure_logs("critical")


@pytest.fixture(scope="module")
def planted_app(settings: Settings, database: Database) -> Flask:
    """An application with failing operations and small limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "FEATURES", [*factory.FEATURES, _planted()])
        return create_app(dataclasses.replace(settings, json_max_bytes=SMALL), database)


@pytest.fixture
def planted(planted_app: Flask, monkeypatch: pytest.MonkeyPatch, log: io.StringIO) -> FlaskClient:
    """A client of that application, with logs that can be read."""
    monkeypatch.setattr(sys, "stderr", log)
    configure_logs("info")
    return planted_app.test_client()


def problem(found: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem in an answer, after checking all that every problem has."""
    assert found.status_code == status, found.data
    assert found.mimetype == "application/problem+json"
    body: dict[str, Any] = found.json
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:trochlea:problem:{code}")
    assert body["title"]
    assert body["request_id"] == found.headers["X-Request-Id"]
    assert found.headers["Cache-Control"] == "no-store"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    return body


def logged(log: io.StringIO) -> list[dict[str, Any]]:
    """Return the log's lines, each of which must be one JSON object."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


# What a client does wrong


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/v1/me/", "/v1//me", "//v1/me", "/v1/me/%00", "/%ff%fe", "/v1/%2e%2e/me"]
)
def test_a_path_that_does_not_exist_is_404(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize("part", ["x", "%C3%9E", "%00", "01A10000-0000-7000-8000-000000000001", "%0a", "0" * 36])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_id_of_another_form_is_404_also_where_two_methods_share_the_path(
    client: FlaskClient, method: str, part: str
) -> None:
    problem(client.open(f"/v1/patients/{part}/care-links", method=method), 404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE", "PROPFIND", "X" * 5000])
def test_a_method_that_is_not_offered_is_405_and_says_which_are(client: FlaskClient, method: str) -> None:
    found = client.open("/v1/me", method=method)
    problem(found, 405, "method_not_allowed")
    assert {"GET", "HEAD", "OPTIONS"} == set(found.headers["Allow"].replace(" ", "").split(","))


def test_a_body_beyond_the_limit_is_413_and_says_the_limit(planted: FlaskClient) -> None:
    found = planted.post("/v1/planted/tree", json={"items": [{"name": "x" * SMALL}]})
    assert problem(found, 413, "too_large")["limits"] == {"body_bytes": SMALL}


def test_a_body_beyond_the_limit_is_413_also_when_it_never_says_its_length(planted: FlaskClient) -> None:
    found = planted.post(
        "/v1/planted/tree",
        input_stream=io.BytesIO(b'{"items": ["' + b"x" * 10 * SMALL + b'"]}'),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert problem(found, 413, "too_large")["limits"] == {"body_bytes": SMALL}


def test_a_body_of_no_length_within_the_limit_is_read(planted: FlaskClient) -> None:
    found = planted.post(
        "/v1/planted/tree",
        input_stream=io.BytesIO(b'{"items": []}'),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (found.status_code, found.json) == (200, {"items": []})


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_content_type_that_is_not_read_is_415(planted: FlaskClient, kind: str) -> None:
    problem(planted.post("/v1/planted/tree", data=b'{"items": []}', content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["br", "deflate", "identity, gzip", "gzip, gzip", "x", ""])
def test_a_content_encoding_that_is_not_read_is_415(planted: FlaskClient, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    found = planted.post("/v1/planted/tree", data=b"{}", content_type="application/json", headers=headers)
    problem(found, 415, "unsupported_encoding")


def gzipped(client: FlaskClient, body: bytes) -> TestResponse:
    """Send a body that says it is gzip."""
    headers = {"Content-Encoding": "GZip"}
    return client.post("/v1/planted/tree", data=body, content_type="application/json", headers=headers)


def test_a_gzip_body_is_read_as_what_it_holds(planted: FlaskClient) -> None:
    assert gzipped(planted, gzip.compress(b'{"items": [{"name": "a"}]}')).json == {"items": [{"name": "a"}]}


def test_a_gzip_body_that_holds_more_than_the_limit_is_413_however_small_it_is(planted: FlaskClient) -> None:
    bomb = gzip.compress(b'{"items": [' + b" " * 500 * SMALL + b"]}")
    assert len(bomb) < SMALL
    problem(gzipped(planted, bomb), 413, "too_large")


def test_a_gzip_body_of_whole_megabytes_costs_no_memory(client: FlaskClient) -> None:
    bomb = gzip.compress(b" " * 64 * 1024 * 1024)
    headers = {"Content-Encoding": "gzip"}
    tracemalloc.start()
    try:
        found = client.post("/v1/accounts", data=bomb, content_type="application/json", headers=headers)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    problem(found, 413, "too_large")
    assert peak < 20 * 1024 * 1024


BAD_GZIP = {
    "no gzip": b"{}",
    "nothing": b"",
    "cut": gzip.compress(b'{"items": []}')[:-3],
    "with a tail": gzip.compress(b'{"items": []}') + b"x",
    "two members": gzip.compress(b'{"items": []}') * 2,
    "with a wrong sum": gzip.compress(b'{"items": []}')[:-8] + b"\0" * 8,
    "twice": gzip.compress(gzip.compress(b'{"items": []}')),
    "not JSON inside": gzip.compress(b"\xff"),
}


@pytest.mark.parametrize("kind", BAD_GZIP)
def test_a_broken_gzip_body_is_400(planted: FlaskClient, kind: str) -> None:
    problem(gzipped(planted, BAD_GZIP[kind]), 400, "bad_json")


BAD_JSON = {
    "nothing": b"",
    "blank": b"  \n",
    "half": b'{"items": [',
    "two values": b"{} {}",
    "a trailing comma": b'{"items": [],}',
    "single quotes": b"{'items': []}",
    "a comment": b'{"items": [] /* none */}',
    "NaN": b'{"items": NaN}',
    "Infinity": b'{"items": -Infinity}',
    "beyond a double": b'{"items": 1e999}',
    "400 digits": b'{"items": ' + b"7" * 400 + b"}",
    "400 digits behind the point": b'{"items": 0.' + b"7" * 400 + b"}",
    "beyond 2^53": b'{"items": 9007199254740993}',
    "a name twice": b'{"items": [], "items": []}',
    "a name twice, escaped": b'{"items": [], "\\u0069tems": []}',
    "a lone surrogate": b'{"items": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udc00": 1}',
    "not UTF-8": b'{"items": "\xff"}',
    "UTF-16": '{"items": []}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "far too deep": b"[" * 900 + b"]" * 900,
    "never closed": b"[" * 1900,
    "a raw line feed in text": b'{"items": "a\nb"}',
    "a NUL": b"\0",
}


@pytest.mark.parametrize("kind", BAD_JSON)
def test_what_is_no_acceptable_json_is_400(planted: FlaskClient, kind: str) -> None:
    found = planted.post("/v1/planted/tree", data=BAD_JSON[kind], content_type="application/json")
    assert "errors" not in problem(found, 400, "bad_json")


def test_too_many_values_are_413_with_the_limit_so_that_a_client_halves_its_batch(client: FlaskClient) -> None:
    body = b"[" + b"1," * MAX_NODES + b"1]"
    answer = client.post("/v1/accounts", data=body, content_type="application/json")
    problem(answer, 413, "too_large")
    assert answer.json["limits"] == {"values": MAX_NODES}


@pytest.mark.parametrize("depth", [100_000, 1_000_000])
def test_a_hundred_thousand_brackets_are_400(client: FlaskClient, depth: int) -> None:
    for body in (b"[" * depth, b'{"a":' * (depth // 5), b"[" * (depth // 2) + b"]" * (depth // 2)):
        problem(client.post("/v1/accounts", data=body, content_type="application/json"), 400, "bad_json")


@pytest.mark.parametrize("body", [[], "text", 7, 1.5, True, None, [[{}]]])
def test_a_value_that_is_no_object_is_422(planted: FlaskClient, body: Any) -> None:
    found = planted.post("/v1/planted/tree", data=json.dumps(body), content_type="application/json")
    assert problem(found, 422, "invalid")["errors"][0]["pointer"] == ""


def test_a_fault_deep_in_a_list_is_pointed_at(planted: FlaskClient) -> None:
    body = {"items": [{"name": "good"}, {"name": 7}, {"name": "good", "a/b~c": 1}, {}, "x"], "more": 1}
    found = planted.post("/v1/planted/tree", json=body)
    errors = {error["pointer"]: error["code"] for error in problem(found, 422, "invalid")["errors"]}
    assert errors == {
        "/items/1/name": "invalid",
        "/items/2/a~1b~0c": "unknown_field",
        "/items/3/name": "required",
        "/items/4": "invalid",
        "/more": "unknown_field",
    }


def test_a_thousand_faults_are_told_in_part_and_a_long_name_cut(planted: FlaskClient) -> None:
    found = planted.post("/v1/planted/tree", json={"items": [], "n" * 1500: 1})
    assert len(problem(found, 422, "invalid")["errors"][0]["pointer"]) == 200
    found = planted.post("/v1/planted/tree", json={"items": [1] * 500})
    assert len(problem(found, 422, "invalid")["errors"]) == 50


def test_a_parameter_that_is_not_asked_for_is_422_and_named(people: People) -> None:
    found = people.patient().get("/v1/me?verbose=1")
    assert problem(found, 422, "invalid")["errors"] == [
        {"parameter": "verbose", "code": "unknown_field", "detail": "Unknown field."}
    ]


def test_no_value_is_echoed(planted: FlaskClient) -> None:
    body = {"email": CANARY, "password": CANARY, "display_name": {CANARY: 1}, "zone": CANARY, "role": CANARY}
    for found in (
        planted.post("/v1/accounts", json=body),
        planted.post("/v1/auth/login", json={"email": CANARY}),
        planted.get(f"/v1/patients/{CANARY}/care-links"),
        planted.get("/v1/me", headers={"Authorization": f"Bearer {CANARY}"}),
        planted.post("/v1/accounts", data=CANARY.encode(), content_type="application/json"),
        planted.post("/v1/accounts", data=b"{}", content_type=CANARY),
    ):
        assert found.status_code >= 400
        assert CANARY not in found.text


def test_an_edit_names_the_version_it_began_from(planted: FlaskClient) -> None:
    problem(planted.put("/v1/planted/edit"), 428, "precondition_required")
    for other in ('"six"', "*", "garbage", 'W/"seven"', ""):
        problem(planted.put("/v1/planted/edit", headers={"If-Match": other}), 412, "precondition_failed")
    assert planted.put("/v1/planted/edit", headers={"If-Match": '"six", "seven"'}).status_code == 200


# What goes wrong here


@pytest.mark.parametrize("name", RAISED)
def test_a_failure_tells_its_kind_and_nothing_more(planted: FlaskClient, name: str, log: io.StringIO) -> None:
    found = planted.get(f"/v1/planted/{name}")
    body = problem(found, STATUS[name], found.json["code"])
    assert set(body) <= SHOWN | {"current"}
    assert CANARY not in found.text
    lines = logged(log)
    assert lines[-1]["status"] == STATUS[name]
    assert CANARY not in json.dumps(lines)


def test_a_defect_is_logged_with_its_class_and_place_only(planted: FlaskClient, log: io.StringIO) -> None:
    problem(planted.get("/v1/planted/bug"), 500, "internal")
    bug, request = logged(log)
    assert set(bug) == {"event", "error", "where", "level", "ts"}
    assert (bug["event"], bug["error"], bug["level"]) == ("bug", "ValueError", "error")
    assert re.fullmatch(r"test_problems\.py:\d+", bug["where"])
    assert request["code"] == "internal"


def test_what_passes_says_when_to_come_back(planted: FlaskClient) -> None:
    for name, seconds in (("unavailable", "1"), ("operational", "1"), ("too many", "42")):
        assert planted.get(f"/v1/planted/{name}").headers["Retry-After"] == seconds


def test_a_refusal_s_facts_are_in_its_problem(planted: FlaskClient) -> None:
    assert planted.get("/v1/planted/conflict").json["current"] == 7
    body = planted.get("/v1/planted/invalid").json
    assert body["errors"] == [{"pointer": "/a/b", "code": "odd", "detail": "It is odd."}]
    assert body["detail"] == "a sentence"


def test_a_database_that_is_not_there_or_was_never_migrated_is_503(settings: Settings, fresh_database_url: str) -> None:
    database = open_database(fresh_database_url)
    client = create_app(settings, database).test_client()
    assert client.get("/health/live").status_code == 200
    problem(client.get("/health/ready"), 503, "unavailable")
    found = client.post("/v1/auth/token", json={"refresh_token": "x"})
    assert found.status_code in {500, 503}
    database.dispose()


# Request ids, headers, logs


@pytest.mark.parametrize("given", ["abcdefgh", "A-Z_09-" * 9, "0b51cf0e-8f0b-4b1c-9c3a-4a2a5f0d7e11"])
def test_a_good_request_id_is_echoed(client: FlaskClient, given: str) -> None:
    found = client.get("/nothing", headers={"X-Request-Id": given})
    assert problem(found, 404, "not_found")["request_id"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "has a space", "semi;colon", "é" * 9, "٣" * 9, "<script>x"])
def test_a_request_id_of_another_form_is_replaced(client: FlaskClient, given: str) -> None:
    found = client.get("/nothing", headers={"X-Request-Id": given.encode().decode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{32}", problem(found, 404, "not_found")["request_id"])


@pytest.mark.parametrize("path", ["/v1/me", "/nothing", "/openapi.json", "/docs", "/docs/start.js", "/health/live"])
def test_every_answer_keeps_out_of_caches_frames_and_referrers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Cache-Control" in headers
    assert "Set-Cookie" not in headers


def test_the_docs_page_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/docs").text
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    for part in re.findall(r"(?:src|href)=\"(/docs/[^\"]+)\"", page):
        with client.get(part) as found:
            assert found.status_code == 200


@pytest.mark.parametrize("name", ["..%2f..%2fpyproject.toml", "%2e%2e", "index.html", "swagger-ui.css.map", ".", "%00"])
def test_the_docs_page_ships_nothing_but_its_parts(client: FlaskClient, name: str) -> None:
    problem(client.get(f"/docs/{name}"), 404, "not_found")


def test_each_request_is_one_line_of_allowed_fields_and_holds_no_value(planted: FlaskClient, log: io.StringIO) -> None:
    evil = f"%0d%0a{CANARY}%0d%0a"
    email = f"{CANARY}@example.org"
    body = {"email": email, "password": f"{CANARY} on a pond", "display_name": CANARY, "zone": "Europe/Berlin"}
    sent = [
        planted.post("/v1/accounts", json={**body, "email": f"{uuid4().hex}.{email}"}),
        planted.post("/v1/accounts", json={**body, CANARY: 1}),
        planted.post("/v1/auth/login", json={"email": email, "password": CANARY, "device_name": CANARY}),
        planted.post("/v1/auth/token", json={"refresh_token": CANARY}),
        planted.get(f"/v1/{evil}"),
        planted.get(f"/docs/{evil}"),
        planted.get(f"/v1/patients/{evil}/care-links?{evil}={evil}"),
        planted.get(f"/v1/me?{CANARY}={CANARY}"),
        planted.get("/v1/me", headers={"Authorization": f"Bearer {CANARY}", "User-Agent": CANARY, "Cookie": CANARY}),
        planted.get("/v1/me", headers={"X-Request-Id": f"x {CANARY}", "X-Forwarded-For": CANARY, "Host": CANARY}),
        planted.open("/v1/me", method="CANARY"),
        planted.open("/v1/me", method=f"{CANARY} x"),
        planted.get("/v1/planted/bug"),
    ]
    lines = logged(log)
    assert [line["event"] for line in lines if line["event"] != "bug"] == ["request"] * len(sent)
    assert [set(line) - ALLOWED for line in lines] == [set()] * len(lines)
    assert CANARY not in json.dumps(lines).lower()
    assert "canary" not in json.dumps(lines).lower()
    assert [line["status"] for line in lines if line["event"] == "request"] == [one.status_code for one in sent]


def test_a_log_line_names_the_route_and_the_device_session(
    app: Flask, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = People(app).patient()
    monkeypatch.setattr(sys, "stderr", log)
    configure_logs("info")
    ada.get("/v1/patients/{me}/care-links")
    (line,) = logged(log)
    assert line["route"] == "/v1/patients/<id:patient_id>/care-links"
    assert (line["method"], line["status"], line["sid"]) == ("GET", 200, str(ada.device_id))
    assert str(ada.id) not in json.dumps(line)
