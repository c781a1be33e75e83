"""Requests made from the document: whatever fits it or breaks it is answered as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import Client

from tests.builders.applications import lent_application
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.people import People, Person
from tests.conftest import BACKENDS
from tests.contract.operations import operations

FEW, MANY = 2, 14
"""So many requests are made up for each operation, and sent four times; with those of test_stateful.py 20,000 in CI."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LEFT_OUT = {
    "log_out": "with the session over every later answer would be a 401; tests/api/test_accounts.py covers it",
    "get_docs_file": "sends an open file, which schemathesis never closes; tests/api/test_problems.py covers it",
}

SHARDS = 4


@dataclass
class Sender:
    """Somebody who sends requests to the application on one of the databases."""

    backend: str
    role: str
    app: Flask
    person: Person
    client: Client


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[dict[str, Flask]]:
    """The application on each of the databases."""
    with ExitStack() as opened:
        yield {backend: _app(backend, tmp_path_factory.mktemp("var"), worker_id, opened) for backend in BACKENDS}


def _app(backend: str, var_dir: Path, worker_id: str, opened: ExitStack) -> Flask:
    url = empty_database(backend, new_folder(), f"schemathesis_{worker_id}")
    prepare(url)
    return opened.enter_context(lent_application(url, var_dir)).app


@pytest.fixture
def senders(apps: dict[str, Flask]) -> list[Sender]:
    """A patient and a therapist on each database: each of them sends every request that is made."""
    return [
        Sender(backend, role, app, getattr(People(app), role)(), Client(app))
        for backend, app in apps.items()
        for role in ("patient", "therapist")
    ]


def run(senders: list[Sender], shard: int, examples: int) -> int:
    """Send generated requests to a share of the operations and check each answer; return how many were sent."""
    app = senders[0].app
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    sent = 0
    for operation in [one for one in operations(app) if one.name not in LEFT_OUT][shard::SHARDS]:
        sent += _send(schema[operation.path][operation.method], senders, examples)
    return sent


def _send(operation: Any, senders: list[Sender], examples: int) -> int:
    sent = 0
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @hypothesis_settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(good, bad), own=st.booleans())
    def check(case: Any, own: bool) -> None:
        nonlocal sent
        for sender in senders:
            sent += 1
            _check(case, own, sender)

    check()
    return sent


def _check(case: Any, own: bool, sender: Sender) -> None:
    checks = [*CHECKS, negative_data_rejection]
    if own and "patient_id" in (case.path_parameters or {}):
        # The deeper code is behind one's own id; it may mend just what was broken on purpose.
        case.path_parameters["patient_id"] = str(sender.person.id)
        checks = CHECKS
    if any(value in ([], {}) for value in (case.query or {}).values()):
        # An empty list has no form in a URL: the part that was broken is not sent, and the rest is good.
        checks = CHECKS
    # Over WSGI schemathesis asks for gzip and does not read it.
    headers = {"Authorization": f"Bearer {sender.person.token}", "Accept-Encoding": "identity"}
    try:
        case.call_and_validate(session=sender.client, headers=headers, checks=checks)
    except BaseException as failure:
        failure.add_note(f"sent by a {sender.role} to {sender.backend}")
        raise


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_program_answers_as_its_document_says(senders: list[Sender], shard: int) -> None:
    assert run(senders, shard, FEW) > 0


@pytest.mark.deep
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_program_answers_as_its_document_says_at_length(senders: list[Sender], shard: int) -> None:
    assert run(senders, shard, MANY) > 0
