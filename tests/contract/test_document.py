"""The OpenAPI document: well formed, complete, and changed only on purpose."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from app.kernel.permissions import Permission
from app.web.openapi import document
from app.web.problems import PROBLEM
from tests.contract.operations import METHODS, Operation, operations

OPEN_BODIES = {"evaluate_guidance": "the engine reads the whole question and refuses what it does not know"}
GOLDEN = Path(__file__).with_name("openapi.json")
UPDATE = "UPDATE_GOLDEN"


@pytest.fixture
def said(app: Flask) -> dict[str, Any]:
    """The document, as a client reads it."""
    return json.loads(json.dumps(document(app)))


def written(said: dict[str, Any]) -> str:
    """Return the document as the golden file holds it."""
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def references(node: Any) -> list[str]:
    """Return every reference in the document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for child in node.values() for found in references(child)]
    return [found for child in node for found in references(child)] if isinstance(node, list) else []


def enums(node: Any) -> list[dict[str, Any]]:
    """Return every schema of the document that lists its values."""
    if isinstance(node, dict):
        own = [node] if isinstance(node.get("enum"), list) else []
        return own + [found for child in node.values() for found in enums(child)]
    return [found for child in node for found in enums(child)] if isinstance(node, list) else []


def faults_of(operation: Operation) -> list[str]:
    """Return what an operation of the document lacks."""
    said = operation.said
    statuses = {int(status) for status in said["responses"]}
    faults = [f"no {name}" for name in ("operationId", "summary", "x-permission", "tags") if not said.get(name)]
    public = said.get("x-permission") == Permission.PUBLIC
    needed = {422, 429, 503}
    needed |= set() if public else {401, 403}
    needed |= {404} if operation.path_names else set()
    needed |= {400, 413, 415} if operation.json_schema is not None or operation.is_form else set()
    faults += [f"{status} is not documented" for status in sorted(needed - statuses)]
    if not any(status < 300 for status in statuses):
        faults.append("no success is documented")
    if "default" in said["responses"]:
        faults.append("a default answer says nothing")
    if public != (said.get("security") == []):
        faults.append("security does not fit the permission")
    declared = set(re.findall(r"\{([^{}]+)\}", operation.path))
    if declared != set(operation.path_names):
        faults.append(f"path parameters {sorted(declared ^ set(operation.path_names))}")
    return faults


def test_the_document_is_the_one_that_was_agreed(said: dict[str, Any]) -> None:
    """Rewrite it with UPDATE_GOLDEN=1 in the environment, and read the difference before committing it."""
    if os.environ.get(UPDATE):
        GOLDEN.write_text(written(said), encoding="utf-8")
    assert written(said) == GOLDEN.read_text(encoding="utf-8")


def test_the_document_is_served_as_it_is(app: Flask, said: dict[str, Any]) -> None:
    found = app.test_client().get("/openapi.json")
    assert found.json == said
    again = app.test_client().get("/openapi.json", headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_document_is_openapi_3_1(said: dict[str, Any]) -> None:
    assert said["openapi"].startswith("3.1")
    assert {"title", "version", "description", "license"} <= set(said["info"])
    for path, item in said["paths"].items():
        assert path.startswith("/")
        assert set(item) <= {*METHODS, "parameters"}


def test_every_reference_leads_somewhere(said: dict[str, Any]) -> None:
    for reference in references(said):
        node = said
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def test_every_schema_is_json_schema(said: dict[str, Any]) -> None:
    for name, schema in said["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema.get("type") == "object", name


def test_words_that_may_be_missing_are_one_list_or_null(said: dict[str, Any]) -> None:
    """Of an enum that holds null, or has two types, generators make several types."""
    lists = enums(said)
    assert len(lists) > 100
    assert [found for found in lists if None in found["enum"] or found.get("type") != "string"] == []
    asked = said["components"]["schemas"]["CareLink"]["properties"]["asked_because"]
    words = {"type": "string", "enum": ["left_clinic"], "title": "asked_because"}
    assert asked["anyOf"] == [words, {"type": "null"}]


def test_every_operation_is_complete(app: Flask) -> None:
    found = {f"{one.method} {one.path}": faults for one in operations(app) if (faults := faults_of(one))}
    assert found == {}


def test_every_operation_has_a_name_of_its_own(app: Flask) -> None:
    names = [one.name for one in operations(app)]
    assert len(set(names)) == len(names)


def test_every_route_is_in_the_document(app: Flask, said: dict[str, Any]) -> None:
    documented = {
        (path, method.upper()) for path, item in said["paths"].items() for method in item if method in METHODS
    }
    assert len(documented) == len(operations(app))
    routes = {rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("console.")}
    assert len(routes) == len(said["paths"])


def test_every_documented_error_is_a_problem(app: Flask, said: dict[str, Any]) -> None:
    for operation in operations(app):
        for status, response in operation.said["responses"].items():
            if int(status) >= 400:
                name = response["$ref"].rsplit("/", 1)[-1]
                assert list(said["components"]["responses"][name]["content"]) == [PROBLEM]


def test_every_object_that_is_taken_refuses_what_it_does_not_name(app: Flask) -> None:
    """What the program does (422 unknown_field) the document must say, or a client would not know."""
    silent = {one.name for one in operations(app) if one.json_schema is not None and not _is_closed(one)}
    assert silent == set(OPEN_BODIES)


def _is_closed(operation: Operation) -> bool:
    schema = operation.json_schema or {}
    if "$ref" in schema:
        schema = operation.components["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema.get("additionalProperties") is False


def test_a_planted_gap_in_an_operation_is_seen(app: Flask) -> None:
    whole = next(one for one in operations(app) if one.name == "grant_care_link")
    gap = {**whole.said, "summary": "", "security": [], "responses": {"404": {}}}
    faults = faults_of(Operation(**{**whole.__dict__, "said": gap}))
    assert {"no summary", "no success is documented", "401 is not documented"} <= set(faults)
    assert "security does not fit the permission" in faults
