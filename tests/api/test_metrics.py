"""Figures for the operator: by route template, for whoever holds the token, and nothing of anybody (G43)."""

from __future__ import annotations

import dataclasses
import http.client
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import exc as database_errors

from app.accounts import service as accounts
from app.db.engine import Database
from app.factory import create_app
from app.settings import Mode, Settings
from app.web.logs import ALLOWED, configure_logs
from app.web.metrics import NO_ROUTE
from tests.builders.databases import empty_database, prepare
from tests.builders.people import People, Person
from tests.builders.servers import product_environment, start_server
from tests.contract.operations import Operation, operations

CANARY = "kestrel4711"
LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture(scope="module")
def own(settings: Settings, database: Database) -> Flask:
    """An application whose counters nobody else moves."""
    return create_app(settings, database)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, from the least event on."""
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    configure_logs("debug")
    yield told
    configure_logs("critical")


def figures(app: Flask, **options: Any) -> str:
    """Return the figures as they are read."""
    answer = app.test_client().get("/metrics", environ_overrides=LOCAL, **options)
    assert answer.status_code == 200
    return answer.text


def samples(told: str) -> dict[tuple[str, ...], float]:
    """Return each figure by its name and the values of its labels."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(told)
        for one in family.samples
    }


def test_requests_are_counted_by_route_template_method_and_status(own: Flask) -> None:
    ada = People(own).patient()
    before = samples(figures(own))
    ada.get("/v1/me")
    ada.get("/v1/me")
    ada.get("/v1/patients/{me}/care-links")
    own.test_client().get("/v1/me")
    own.test_client().open(f"/{CANARY}", method=CANARY)
    after = samples(figures(own))
    moved = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name)}
    assert moved["trochlea_requests_total", "GET", "/v1/me", "200"] == 2
    assert moved["trochlea_requests_total", "GET", "/v1/me", "401"] == 1
    assert moved["trochlea_requests_total", "GET", "/v1/patients/<id:patient_id>/care-links", "200"] == 1
    assert moved["trochlea_requests_total", "other", NO_ROUTE, "404"] == 1
    assert moved["trochlea_refusals_total", "unauthenticated"] == 1
    assert moved["trochlea_request_seconds_count", "/v1/me"] == 3
    assert str(ada.id) not in figures(own)


@pytest.mark.parametrize(
    ("token", "sent", "mode", "address", "status"),
    [
        (None, None, Mode.TEST, "127.0.0.1", 200),
        (None, None, Mode.TEST, "::1", 200),
        (None, None, Mode.TEST, "203.0.113.7", 404),
        (None, None, Mode.TEST, "garbage", 404),
        (None, None, Mode.PRODUCTION, "127.0.0.1", 404),
        ("figures", "Bearer figures", Mode.PRODUCTION, "203.0.113.7", 200),
        ("figures", "Bearer figure", Mode.PRODUCTION, "203.0.113.7", 404),
        ("figures", None, Mode.TEST, "127.0.0.1", 404),
        ("figures", "Bearer \udce4", Mode.TEST, "127.0.0.1", 404),
    ],
)
def test_who_may_read_them(
    own: Flask, token: str | None, sent: str | None, mode: Mode, address: str, status: int
) -> None:
    told = own.config["TROCHLEA_SETTINGS"]
    own.config["TROCHLEA_SETTINGS"] = dataclasses.replace(told, metrics_token=token, mode=mode)
    try:
        overrides = {"REMOTE_ADDR": address, **({"HTTP_AUTHORIZATION": sent} if sent else {})}
        assert own.test_client().get("/metrics", environ_overrides=overrides).status_code == status
    finally:
        own.config["TROCHLEA_SETTINGS"] = told


def planted(value: Any) -> Any:
    """Return a body with the canary in the place of every text."""
    if isinstance(value, dict):
        return {name: planted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [planted(one) for one in value]
    return f"{CANARY}\r\n{CANARY}" if isinstance(value, str) else value


def attempts(operation: Operation, person: Person) -> Iterator[dict[str, Any]]:
    """Yield requests of one operation that carry the canary in their path, query, headers, body and file name."""
    path, body = operation.url(person.id), operation.body()
    headers = {"User-Agent": CANARY, "Referer": f"https://{CANARY}.example/", "X-Request-Id": f"{CANARY} {CANARY}"}
    headers |= {"App-Version": CANARY, "If-Match": f'"{CANARY}"', "Accept-Language": CANARY, "Cookie": f"a={CANARY}"}
    told = {"json": body} if body is not None else {}
    yield {"path": path, "headers": headers, **({"json": planted(body)} if body is not None else {})}
    yield {"path": operation.url(CANARY, **dict.fromkeys(operation.path_names, CANARY)), "headers": headers, **told}
    yield {"path": path, "query_string": dict.fromkeys(operation.query_names, CANARY), **told}
    # A name that is refused is told to whoever sent it, and to nobody else.
    yield {"path": path, "query_string": {CANARY: CANARY}, "named": True}
    if operation.is_form:
        yield {"path": path, "data": {"file": (io.BytesIO(CANARY.encode()), f"{CANARY}.gpx"), "note": CANARY}}


def test_no_operation_lets_a_word_of_anybody_into_logs_figures_or_refusals(own: Flask, log: io.StringIO) -> None:
    ada, sent, hits = People(own).patient(), 0, []
    for operation in operations(own):
        if operation.name == "log_out":
            continue
        for attempt in attempts(operation, ada):
            named = attempt.pop("named", False)
            headers = {"Authorization": f"Bearer {ada.token}", **attempt.pop("headers", {})}
            answer = ada.client.open(method=operation.method.upper(), headers=headers, **attempt)
            sent += 1
            if answer.status_code >= 400 and not named and CANARY in f"{answer.headers} {answer.text}".casefold():
                hits.append(operation.name)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert sent > 300
    assert hits == []
    assert CANARY not in log.getvalue().casefold()
    assert CANARY not in figures(own).casefold()
    assert sum(line["event"] == "request" for line in lines) == sent
    assert [set(line) - ALLOWED for line in lines if not set(line) <= ALLOWED] == []


FAILURES = {
    "a disconnect": database_errors.OperationalError(CANARY, {CANARY: CANARY}, Exception(CANARY)),
    "a value": database_errors.DataError(CANARY, {CANARY: CANARY}, Exception(CANARY)),
    "a key": database_errors.IntegrityError(CANARY, {CANARY: CANARY}, Exception(CANARY)),
    "a bug": RuntimeError(CANARY),
    "a bug with a cause": KeyError(CANARY),
    "no letter": UnicodeEncodeError("utf-8", CANARY, 0, 1, CANARY),
    "too deep": RecursionError(CANARY),
    "no room": OSError(28, CANARY, CANARY),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_no_failure_lets_a_word_of_anybody_into_logs_figures_or_answers(
    own: Flask, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    ada = People(own).patient()

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(accounts, "account_of", fail)
    answer = ada.get("/v1/me", **{"X-Canary": CANARY})
    assert answer.status_code >= 400
    for told in (answer.text, str(answer.headers), log.getvalue(), figures(own)):
        assert CANARY not in told.casefold()
    assert [line["event"] for line in map(json.loads, log.getvalue().splitlines())][-2:-1] == ["request"]


def test_the_workers_of_a_server_add_their_figures_up(tmp_path: Path) -> None:
    url = empty_database("sqlite", tmp_path, "")
    prepare(url)
    environment = product_environment(url, tmp_path / "var", "a secret of the metrics' own test")
    server = start_server(environment, tmp_path, workers=2)
    try:
        for _ in range(40):
            fetch(server.port, "/v1/me")
        counted = samples(fetch(server.port, "/metrics"))
    finally:
        server.stop()
    assert counted["trochlea_requests_total", "GET", "/v1/me", "401"] == 40
    assert list((tmp_path / "var" / "metrics").iterdir()) == []


def fetch(port: int, path: str) -> str:
    """Return the body of an answer; each request has a connection of its own, so that all workers get some."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()
