"""An operation that will end says so in each of its answers and in the document, and long enough before."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask, Response

from app.kernel.permissions import Permission
from app.web.deprecation import Deprecation
from app.web.feature import Feature
from app.web.openapi import document, register_operations
from app.web.problems import register_problems

ENDS = Deprecation(date(2026, 1, 1), date(2026, 12, 31), "/v2/things")


def an_app() -> Flask:
    """Return an application of one operation that will end and one that will not."""
    app = Flask("planted", static_folder=None)
    feature = Feature("things", "Things.")

    @feature.operation("GET", "/v1/things", permission=Permission.PUBLIC, answers={200: None}, deprecated=ENDS)
    def list_things() -> Response:
        """List things."""
        return Response("[]")

    @feature.operation("GET", "/v2/things", permission=Permission.PUBLIC, answers={200: None})
    def list_newer_things() -> Response:
        """List newer things."""
        return Response("[]")

    register_problems(app)
    register_operations(app, [feature])
    return app


def test_each_answer_says_when_the_operation_ends_and_what_comes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.feature.admit", lambda *_: None)
    monkeypatch.setattr("app.web.feature.log_looks", lambda *_: None)
    client = an_app().test_client()
    for answer in (client.get("/v1/things"), client.get("/v1/things?unknown=1")):
        assert answer.headers["Deprecation"] == "@1767225600"
        assert answer.headers["Sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT"
        assert answer.headers["Link"] == '</v2/things>; rel="successor-version"'
    assert "Deprecation" not in client.get("/v2/things").headers


def test_the_document_says_it_too() -> None:
    paths = document(an_app())["paths"]
    ending = paths["/v1/things"]["get"]
    assert ending["deprecated"] is True
    assert ending["x-deprecation"] == {"since": "2026-01-01", "sunset": "2026-12-31", "instead": "/v2/things"}
    assert set(ending["responses"]["200"]["headers"]) == {"Deprecation", "Sunset", "Link"}
    assert "deprecated" not in paths["/v2/things"]["get"]


def test_nobody_is_given_less_than_half_a_year() -> None:
    with pytest.raises(ValueError, match="180 days"):
        Deprecation(date(2026, 1, 1), date(2026, 6, 1), "/v2/things")
