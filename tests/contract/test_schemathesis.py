"""Requests made from the document: whatever fits it or breaks it is answered as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders.people import People, Person
from tests.contract.operations import operations

FEW, MANY = 8, 150
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


@pytest.fixture(params=["patient", "therapist"])
def person(request: pytest.FixtureRequest, people: People) -> Iterator[Person]:
    """Who sends the requests."""
    return getattr(people, request.param)()


def run(app: Flask, person: Person, shard: int, examples: int) -> int:
    """Send generated requests to a share of the operations and check each answer; return how many were sent."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    sent = 0
    for operation in [one for one in operations(app) if one.name not in LEFT_OUT][shard::SHARDS]:
        sent += _send(schema[operation.path][operation.method], person, examples)
    return sent


def _send(operation: Any, person: Person, examples: int) -> int:
    sent = 0
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
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
        sent += 1
        checks = [*CHECKS, negative_data_rejection]
        if own and "patient_id" in (case.path_parameters or {}):
            # The deeper code is behind one's own id; it may mend just what was broken on purpose.
            case.path_parameters["patient_id"] = str(person.id)
            checks = CHECKS
        if any(value in ([], {}) for value in (case.query or {}).values()):
            # An empty list has no form in a URL: the part that was broken is not sent, and the rest is good.
            checks = CHECKS
        # Over WSGI schemathesis asks for gzip and does not read it.
        headers = {"Authorization": f"Bearer {person.token}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, checks=checks)

    check()
    return sent


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_program_answers_as_its_document_says(app: Flask, person: Person, shard: int) -> None:
    assert run(app, person, shard, FEW) > 0


@pytest.mark.deep
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_program_answers_as_its_document_says_at_length(app: Flask, person: Person, shard: int) -> None:
    assert run(app, person, shard, MANY) > 0
