"""The OpenAPI 3.1 document, generated from the schemas and the operations' own declarations."""

from __future__ import annotations

import re
import threading
from typing import Any

import flask_smorest
from flask import Flask
from marshmallow import Schema, fields

from app.kernel.permissions import Permission
from app.web.app_age import HEADER
from app.web.feature import Declared, Feature, IdConverter
from app.web.fields import Choice, Count, Day, Flag, Id, Instant, Number, Pain, Text, Whole, Zone
from app.web.problems import PROBLEM, ProblemSchema

VERSION = "1.0.0"

_DESCRIPTION = (
    "Offline-first backend for rehabilitation of runner's knee. Decision support: confirm with a clinician. "
    "Times are UTC instants with the person's offset and IANA zone, units stand in the names, unknown members "
    "are refused, every error is application/problem+json with a stable code."
)

_PATH_PART = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_PHRASES = {
    400: "The request cannot be read",
    401: "Log in first",
    403: "Not for this role",
    404: "There is nothing here, or not for you",
    409: "Does not fit what is stored",
    410: "Gone; start again without it",
    412: "Changed since you read it",
    413: "Too large",
    415: "Not a content type or encoding that is read here",
    422: "The input is not valid; each fault is named",
    426: "The app is older than the oldest that is served",
    428: "Send If-Match",
    429: "Too many tries; Retry-After says how long to wait",
    503: "Not available just now; Retry-After says when to try again",
}


class _Api(flask_smorest.Api):  # type: ignore[misc]
    """Serves the features' operations; their document is written when it is first asked for, not at each start."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, **options: Any) -> None:
        self._written: dict[str, Any] | None = None
        self._writing = threading.Lock()
        self._served: list[Any] = []
        super().__init__(app, **options)

    def register_blueprint(self, blp: Any) -> None:
        """Serve a feature's operations."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._served.append(blp)

    def serves(self, endpoint: str) -> bool:
        """Is this one of the features' operations? The console's pages are none."""
        return endpoint.partition(".")[0] in self._app.extensions["flask-smorest"]["blp_name_to_api"]

    def written(self) -> dict[str, Any]:
        """Return the document of all that is served; written once."""
        with self._writing:
            if self._written is None:
                for blp in self._served:
                    blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                    self.spec.tag({"name": blp.name, "description": blp.description})
                self._written = _document(self._app, self)
        return self._written

    def _register_error_handlers(self) -> None:
        """Leave errors to web/problems."""


def register_operations(app: Flask, features: list[Feature]) -> None:
    """Add the features' operations to the application and to the document."""
    app.url_map.converters["id"] = IdConverter
    app.url_map.merge_slashes = False
    app.config.update(API_TITLE="Trochlea", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = _Api(app, spec_kwargs={"info": {"description": _DESCRIPTION, "license": {"name": "Apache-2.0"}}})
    _teach_fields(api)
    for feature in features:
        api.register_blueprint(feature.blueprint)
    app.extensions["trochlea.api"] = api


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    api: _Api = app.extensions["trochlea.api"]
    return api.written()


def declared(app: Flask, endpoint: str) -> Declared | None:
    """Return what the operation behind an endpoint declared, or None where nothing did."""
    return getattr(app.view_functions[endpoint], "declared", None)


def _teach_fields(api: Any) -> None:
    api.register_converter(IdConverter, lambda _: {"type": "string", "format": "uuid", "pattern": "^[0-9a-f-]{36}$"})
    for field, kind, form in [
        (Id, "string", "uuid"),
        (Instant, "string", "date-time"),
        (Day, "string", "date"),
        (Text, "string", None),
        (Zone, "string", None),
        (Choice, "string", None),
        (Whole, "integer", None),
        (Count, "integer", None),
        (Number, "number", None),
        (Pain, "number", None),
        (Flag, "boolean", None),
    ]:
        api.register_field(field, kind, form)


def _document(app: Flask, api: Any) -> dict[str, Any]:
    spec = api.spec
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for status, phrase in _PHRASES.items():
        content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        spec.components.response(f"Problem{status}", {"description": phrase, "content": content})
    written: dict[str, Any] = spec.to_dict()
    for rule in app.url_map.iter_rules():
        said = declared(app, rule.endpoint)
        if said is not None and api.serves(rule.endpoint):
            path = written["paths"][_openapi_path(rule.rule)]
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                _complete(path[method.lower()], said, method, has_path="<" in rule.rule)
    _used_responses_only(written)
    _words_or_null(written)
    return written


def _words_or_null(found: Any, name: str = "") -> None:
    """Write each closed list of words that may be null as the list or null, under the name of its member.

    As one enum that holds null as well, generators make a type of it for each way to read that.
    """
    if isinstance(found, list):
        for held in found:
            _words_or_null(held, name)
    elif isinstance(found, dict):
        for key, held in found.items():
            _words_or_null(held, str(found["name"]) if key == "schema" and "in" in found else str(key))
    if isinstance(found, dict) and isinstance(found.get("enum"), list) and None in found["enum"]:
        words = [word for word in found.pop("enum") if word is not None]
        del found["type"]
        found["anyOf"] = [{"type": "string", "enum": words, "title": name}, {"type": "null"}]


def _openapi_path(rule: str) -> str:
    return _PATH_PART.sub(r"{\1}", rule)


def _complete(operation: dict[str, Any], said: Declared, method: str, *, has_path: bool) -> None:
    """Add what every operation of its kind has: name, security, permission, the errors it can answer with."""
    operation["operationId"] = said.name
    operation["x-permission"] = said.permission.value
    operation["security"] = [] if said.permission is Permission.PUBLIC else [{"bearer": []}]
    if headers := _headers(said):
        operation.setdefault("parameters", []).extend(headers)
    responses = operation["responses"]
    responses.pop("default", None)
    if said.deprecated is not None:
        operation["deprecated"] = True
        operation["x-deprecation"] = said.deprecated.as_document()
        for answered in responses.values():
            answered.setdefault("headers", {}).update(said.deprecated.headers_in_document())
    for kind in said.media:
        responses["200"].setdefault("content", {})[kind] = {"schema": {"type": "string", "contentMediaType": kind}}
    refusals = {int(status) for status in responses if int(status) >= 400}
    for status in sorted(refusals | _errors(said, method, has_path=has_path)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _headers(said: Declared) -> list[dict[str, Any]]:
    text, headers = {"in": "header", "schema": {"type": "string"}}, []
    if said.conditional:
        what = "the entity tag that was read; without it 428, with an old one 412"
        headers.append({**text, "name": "If-Match", "required": True, "description": what})
    if said.translated:
        what = "en or de; en for any other. The answer says Content-Language"
        headers.append({**text, "name": "Accept-Language", "description": what})
    if said.refuses_old_apps:
        what = "the app's own version, like 2.14.1; below the oldest that is served 426"
        headers.append({**text, "name": HEADER, "description": what})
    return headers


def _errors(said: Declared, method: str, *, has_path: bool) -> set[int]:
    chosen = {422, 429, 503}
    if said.permission is not Permission.PUBLIC:
        chosen |= {401, 403}
    if has_path:
        chosen |= {404}
    if said.takes_body:
        chosen |= {400, 413, 415}
    if said.takes_query:
        chosen |= {400}
    if method != "GET":
        chosen |= {409, 413, 415}
    if said.conditional:
        chosen |= {412, 428}
    if said.refuses_old_apps:
        chosen |= {426}
    return chosen


def _used_responses_only(written: dict[str, Any]) -> None:
    """Leave out the responses that flask-smorest adds for every status there is."""
    responses = written.get("components", {}).get("responses", {})
    for name in [name for name in responses if not name.startswith("Problem")]:
        del responses[name]


class Identified(Schema):
    """What every stored thing of a patient carries besides its own content and its id."""

    patient_id = fields.UUID(required=True)
    seq = fields.Integer(required=True, metadata={"description": "number in the patient's stream"})
    ver = fields.UUID(required=True, metadata={"description": "version; also the entity tag"})
    received_at = fields.DateTime(required=True, metadata={"description": "when the server received it, UTC"})
    flags = fields.List(fields.String(), required=True)
