"""Chains of requests made from the document: what was made is found, what was deleted is gone, nobody gets in unasked.

schemathesis infers which answer tells the next request its ids. All of its checks are asked, of each answer of a chain.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Flaky
from schemathesis.core.errors import NoLinksFound
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.test import Client

from app.db.engine import Database
from app.web.openapi import document
from tests.builders.people import People
from tests.contract.attacks import Side
from tests.contract.operations import Operation, operations
from tests.faults.figures import tell
from tests.levels import SQLITE_FIRST

SEED = int(os.environ.get("TROCHLEA_TEST_SEED", "20261122"))
"""Another seed makes up other chains: TROCHLEA_TEST_SEED=7."""
CHAINS, DEEP_CHAINS, STEPS = 3, 3, 20
RUNS = "/v1/patients/{patient_id}/runs"
LEAST_LINKED = {"patient": 100, "therapist": 50}
NOTHING_LEADS_ON = ("/docs", "/fhir/")
"""What is below was not made there."""
HOLDER = "00000000-0000-4000-8000-00000000000a"
"""Stands in paths for the patient of the chain, so that every chain can begin at an operation of that patient's."""
LEFT_OUT = {
    "log_out": "with the session over every later answer would be a 401",
    "delete_device": "it logs out the device that the chain is sent from",
    "get_docs_file": "sends an open file, which schemathesis never closes",
}
EXCLUDED = [positive_data_acceptance]
"""What no schema can say is refused with 422, and the document says so."""

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Chain:
    """The people of one chain, and the application as they reach it."""

    def __init__(self, app: Flask, database: Database, role: str) -> None:
        self.app, self.role, self.people = app, role, People(app)
        self.first = Side(app, database, self.people.patient(), self.people.therapist(), self.people.admin())
        self.by_place = {(one.method, _placed(one.path)): one for one in operations(app)}
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []
        self.linked, self.begun = 0, 0
        self.begin()

    def begin(self) -> None:
        """Begin with people who have nothing yet."""
        self.side = replace(self.first, therapist=self.people.therapist()).anew()
        if self.role == "therapist":
            self.side.let_in()
        self.sender = getattr(self.side, "person" if self.role == "patient" else self.role)
        self.turn = 0
        self.begun += 1

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer as the application does, for this chain's patient."""
        environ["PATH_INFO"] = environ["PATH_INFO"].replace(HOLDER, str(self.side.person.id))
        return self.app(environ, start)

    def mend(self, case: Any) -> None:
        """Give a case that may succeed what no schema can make up: a body that makes sense, the tag that was read."""
        is_broken = case.meta is not None and any(case.meta.is_negative_at(place) for place in ParameterLocation)
        operation = self.by_place[case.operation.method.upper(), case.path]
        self.turn += 1
        if is_broken:
            return
        if operation.json_schema is not None and self.turn % 3:
            case.body = self._good(operation)
        if "If-Match" in operation.header_names:
            url = case.formatted_path.replace(HOLDER, str(self.side.person.id))
            case.headers["If-Match"] = self.sender.get(url).headers.get("ETag", '"none"')

    def _good(self, operation: Operation) -> Any:
        body = self.side.good(operation, self.turn)
        if "id" in body:
            body["id"] = str(uuid5(NAMESPACE_OID, f"{operation.name} {self.side.person.id} {self.turn}"))
        return body


def _placed(path: str) -> str:
    return path.replace("{patient_id}", HOLDER)


def machine(chain: Chain, reached: App, only: str = "") -> type[APIStateMachine]:
    """Return schemathesis's machine for the operations whose path holds `only`, told who sends and what is checked."""
    said = json.loads(json.dumps(document(chain.app)))
    said["paths"] = dict(_own_paths(said["paths"], only))
    schema = schemathesis.openapi.from_dict(said)
    schema.app = reached
    base: Any = schema.as_state_machine()

    class Requests(base):  # type: ignore[misc]
        def setup(self) -> None:
            chain.begin()

        def before_call(self, case: Any) -> None:
            chain.mend(case)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            # Over WSGI schemathesis asks for gzip and does not read it.
            headers = {"Authorization": f"Bearer {chain.sender.token}", "Accept-Encoding": "identity"}
            return {"headers": headers, "session": Client(reached)}

        def step(self, input: Any) -> Any:  # noqa: A002 - its name in schemathesis
            output = super().step(input)
            chain.sent[input.case.operation.label] += 1
            chain.statuses[output.response.status_code] += 1
            chain.linked += input.transition is not None and output.response.status_code < 300
            return output

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
            try:
                case.validate_response(
                    response,
                    headers=kwargs["headers"],
                    transport_kwargs=kwargs,
                    recorder=self.recorder,
                    excluded_checks=EXCLUDED,
                )
            except FailureGroup as failures:
                chain.faults.extend(f"{case.operation.label}: {one}" for one in failures.exceptions)
                raise

    made: type[APIStateMachine] = Requests
    return made


def _own_paths(paths: dict[str, Any], only: str) -> Iterator[tuple[str, Any]]:
    for path, item in paths.items():
        if only not in path:
            continue
        kept = {name: one for name, one in item.items() if name == "parameters" or one["operationId"] not in LEFT_OUT}
        if "parameters" in kept:
            kept["parameters"] = [one for one in item["parameters"] if one["name"] != "patient_id"]
        if set(kept) - {"parameters"}:
            yield _placed(path), kept


def run(chain: Chain, only: str, chains: int, reached: App | None = None) -> bool:
    """Send so many chains; what was wrong is in the chain's `faults`. False where nothing leads from one to the next.

    A server remembers, so a chain that hypothesis sends twice may go on otherwise the second time. That is nobody's
    fault: it goes on with the next seed.
    """
    made, seed = machine(chain, reached or chain, only), SEED
    while chain.begun <= chains and not chain.faults:
        told = hypothesis.settings(
            max_examples=chains - chain.begun + 1,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        )
        with suppress(Flaky, FailureGroup):
            try:
                hypothesis.seed(seed)(made).run(settings=told)
            except NoLinksFound:
                return False
        seed += 1
    return True


def collections(app: Flask) -> list[str]:
    """Return the paths that things are made at and found below: chains about one of them meet what they made."""
    paths = document(app)["paths"]
    above = {path.rsplit("/", 1)[0] for path in paths if path.endswith("}")}
    return sorted(path for path in above & set(paths) if any("{" in other[len(path) :] for other in paths))


def send(chain: Chain, paths: list[str], chains: int) -> None:
    """Send so many chains about each of these, and tell what came of them."""
    began = time.process_time()
    for path in paths:
        chain.begun = 1
        assert run(chain, path, chains), f"nothing leads on from {path}"
    sent, took_s = sum(chain.sent.values()), time.process_time() - began
    rate = f"{sent / took_s:.0f} requests a second of CPU, {chain.linked} led on to by others"
    tell(f"stateful, {chain.role}: {sent} requests, seed {SEED}, {rate}, {dict(sorted(chain.statuses.items()))}")


@SQLITE_FIRST
def test_a_run_that_is_made_is_found_and_one_that_is_deleted_is_gone(app: Flask, database: Database) -> None:
    chain = Chain(app, database, "patient")
    send(chain, [RUNS], CHAINS)
    assert chain.faults == []
    assert chain.linked > 0


@pytest.mark.deep
@pytest.mark.parametrize("role", ["patient", "therapist"])
def test_chains_of_requests_are_answered_as_the_document_says(app: Flask, database: Database, role: str) -> None:
    chain = Chain(app, database, role)
    paths = [path for path in collections(app) if not path.startswith(NOTHING_LEADS_ON)]
    send(chain, paths, DEEP_CHAINS)
    assert chain.faults == []
    assert chain.linked >= LEAST_LINKED[role]


@pytest.mark.deep
@pytest.mark.parametrize(
    ("plant", "seen"), [("kept", "previously deleted"), ("open", "without authentication"), ("broken", "Server error")]
)
def test_what_is_planted_between_server_and_chain_is_seen(
    app: Flask, database: Database, plant: str, seen: str
) -> None:
    """Planted: what was deleted is still shown; nobody is asked who they are; an answer is a failure."""
    chain = Chain(app, database, "patient")
    run(chain, RUNS, 20 * CHAINS, Planted(chain, plant))
    assert any(seen.casefold() in fault.casefold() for fault in chain.faults), chain.faults


class Planted:
    """The application with one thing wrong."""

    def __init__(self, chain: Chain, plant: str) -> None:
        self.chain, self.plant = chain, plant
        self.kept: dict[str, bytes] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer wrongly, where it is this one's turn."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if self.plant == "open":
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.chain.sender.token}"
        if self.plant == "broken" and method == "PATCH":
            start("500 INTERNAL SERVER ERROR", [("Content-Type", "application/problem+json")])
            return [b"{}"]
        if self.plant == "kept" and method == "DELETE":
            found = self.chain.sender.get(path.replace(HOLDER, str(self.chain.side.person.id)))
            if found.status_code == 200:
                self.kept[path] = found.data
        is_asked_rightly = environ.get("HTTP_AUTHORIZATION") == f"Bearer {self.chain.sender.token}"
        if method == "GET" and path in self.kept and is_asked_rightly:
            start("200 OK", [("Content-Type", "application/json")])
            return [self.kept[path]]
        return self.chain(environ, start)
