"""How a feature offers its operations: one declaration says path, permission, input and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import flask_smorest
from flask import Request, Response, after_this_request, g
from marshmallow import RAISE, Schema, fields
from webargs.flaskparser import FlaskParser, abort
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.routing import BaseConverter, ValidationError

from app.kernel.ids import parse_id
from app.kernel.permissions import Permission
from app.web.answers import JSON
from app.web.app_age import refuse_old_apps
from app.web.asked import asked
from app.web.auth import admit, log_act, log_looks
from app.web.deprecation import Deprecation
from app.web.encodings import UnsupportedEncoding, inflate
from app.web.json_input import parse_json
from app.web.quick_query import QuickQuery
from app.web.transaction import read_where_it_can_be, request_transaction

View = Callable[..., Response]
Answers = Mapping[int, type[Schema] | None]


class NoQuery(Schema):
    """No query parameter at all."""


class IdConverter(BaseConverter):
    """A UUID in a path; anything else is a path that does not exist."""

    # The whole form stands here: a value that to_python alone refuses would be answered 405 where two methods
    # share the path, because werkzeug remembers the other one's rule.
    regex = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def to_python(self, value: str) -> Any:
        """Return the UUID."""
        found = parse_id(value)
        if found is None:
            raise ValidationError
        return found


class Parser(FlaskParser):
    """Reads arguments through the one JSON choke point; unknown members are refused by name everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "form": RAISE,
    }

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the query; a parameter that has one value is given once."""
        repeated = [name for name, values in req.args.lists() if len(values) > 1 and not _takes_many(schema, name)]
        if repeated:
            abort(422, messages={"query": {name: ["Given more than once."] for name in repeated}})
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: Schema) -> Any:
        """Return the fields and the files of a form together."""
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)

    def _raw_load_json(self, req: Request) -> Any:
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        raw = req.get_data(cache=True)
        _refuse_cut_bodies(req, raw)
        return parse_json(raw)


def _takes_many(schema: Schema, name: str) -> bool:
    return isinstance(schema.fields.get(name), fields.List)


class _Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = Parser()


@dataclass(frozen=True, slots=True)
class Declared:
    """What an operation said of itself, for the start-up check and for the document."""

    permission: Permission
    name: str
    takes_body: bool
    takes_query: bool
    conditional: bool
    translated: bool
    refuses_old_apps: bool
    media: tuple[str, ...] = ()
    deprecated: Deprecation | None = None
    replica: bool = False


class Feature:
    """One feature's operations, gathered into a blueprint."""

    def __init__(self, name: str, description: str, *, writes_down: bool = False) -> None:
        """Name it; with `writes_down` each of its acts (all but GET) leaves a line in the trail."""
        self.blueprint = _Blueprint(name, name, description=description)
        self._writes_down = writes_down

    def operation(
        self,
        method: str,
        path: str,
        *,
        permission: Permission,
        answers: Answers,
        query: type[Schema] = NoQuery,
        body: type[Schema] | Schema | None = None,
        form: type[Schema] | None = None,
        writes: bool | None = None,
        max_bytes: int | None = None,
        conditional: bool = False,
        translated: bool = False,
        refuses_old_apps: bool = False,
        media: tuple[str, ...] = (JSON,),
        deprecated: Deprecation | None = None,
        replica: bool = False,
    ) -> Callable[[View], View]:
        """Declare a view: who may call it, what it takes (`query=`, `body=`, `form=`), what it answers and as what.

        `media` names the content types of the answer: the first is that of the schemas, where there are any; the others
        a 200 can have besides, or in place of it. `deprecated` says since when, until when, and what to use instead.
        With `replica` the view, which only reads, may be answered by the standby, and again by the primary.
        """

        def declare(view: View) -> View:
            taken = _taken(query, body, form)
            wrapped = _with_input(view, taken)
            may_write = method != "GET" if writes is None else writes
            if self._writes_down and method != "GET":
                wrapped = _written_down(wrapped, view.__name__)
            if replica:
                wrapped = _where_it_can_be_read(wrapped)
            guarded = _guarded(
                wrapped, view.__name__, permission, may_write, max_bytes, refuses_old_apps, deprecated, replica
            )
            guarded.declared = Declared(  # type: ignore[attr-defined]
                permission,
                name=view.__name__,
                takes_body=body is not None or form is not None,
                takes_query=query is not NoQuery,
                conditional=conditional,
                translated=translated,
                refuses_old_apps=refuses_old_apps,
                media=media[1:] if any(answers.values()) else tuple(one for one in media if one != JSON),
                deprecated=deprecated,
                replica=replica,
            )
            guarded._apidoc = self._documented(view, answers, media[0], taken)  # type: ignore[attr-defined]
            self.blueprint.route(path, methods=[method])(guarded)
            return view

        return declare

    def _documented(self, view: View, answers: Answers, media_type: str, taken: Sequence[_Taken]) -> Any:
        """Return what the document says of an operation: flask-smorest notes it on a view, here on one never called."""
        for status, schema in answers.items():
            given = {"content_type": media_type} if schema is not None else {}
            view = self.blueprint.alt_response(status, schema=schema, success=True, **given)(view)
        for one in reversed(taken):
            given = {"content_type": "multipart/form-data"} if one.name == "form" else {}
            view = self.blueprint.arguments(one.schema, location=one.location, arg_name=one.name, **given)(view)
        return view._apidoc  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Taken:
    """One thing that an operation takes: the view's name for it, where in the request it is, what it has to be."""

    name: str
    location: str
    schema: Any


def _taken(query: Any, body: Any, form: Any) -> list[_Taken]:
    """Return what an operation takes, in the order that it is read in."""
    found = [("form", "form", form), ("body", "json", body), ("query", "query", None if query is NoQuery else query)]
    return [_Taken(name, location, _made(schema)) for name, location, schema in found if schema is not None]


def _made(schema: Any) -> Any:
    """Return a schema made once, here: webargs makes a class anew at each request, with a copy of each field."""
    return schema() if isinstance(schema, type) else schema


def _with_input(view: View, taken: Sequence[_Taken]) -> View:
    parser = Parser()
    bodies = [one for one in taken if one.name != "query"]
    query = next((one.schema for one in taken if one.name == "query"), NoQuery())
    takes_query, quick = not isinstance(query, NoQuery), QuickQuery(query)

    @wraps(view)
    def given(**arguments: Any) -> Response:
        req = asked()
        for one in bodies:
            arguments[one.name] = parser.parse(one.schema, req, location=one.location)
        if takes_query or req.args:
            told = quick.read(req.args)
            told = parser.parse(query, req, location="query") if told is None else told
            if takes_query:
                arguments["query"] = told
        return view(**arguments)

    return given


def _written_down(view: View, name: str) -> View:
    @wraps(view)
    def written_down(**path: Any) -> Response:
        response = view(**path)
        log_act(response, name, path)
        return response

    return written_down


def _where_it_can_be_read(view: View) -> View:
    @wraps(view)
    def read(**path: Any) -> Response:
        return read_where_it_can_be(partial(view, **path))

    return read


def _guarded(
    view: View,
    name: str,
    permission: Permission,
    writes: bool,
    max_bytes: int | None,
    refuses_old_apps: bool,
    deprecated: Deprecation | None,
    replica: bool,
) -> View:
    @wraps(view)
    def guarded(**path: Any) -> Response:
        req = asked()
        if deprecated is not None:
            after_this_request(deprecated.tell)
        if refuses_old_apps:
            refuse_old_apps()
        if max_bytes is not None:
            req.max_content_length = max_bytes
        if req.method != "GET" or req.content_length is not None or "Content-Encoding" in req.headers:
            _refuse_unreadable_bodies(req)
        with request_transaction(writes=writes, may_be_replica=replica):
            admit(permission, path.get("patient_id"), path.get("clinic_id"))
            response = view(**path)
            log_looks(response, name)
            return response

    return guarded


def _refuse_cut_bodies(req: Request, raw: bytes) -> None:
    """Refuse a body of unknown length that werkzeug stopped reading at the limit without a word."""
    if req.content_length is None and req.max_content_length is not None and len(raw) >= req.max_content_length:
        raise RequestEntityTooLarge


def _refuse_unreadable_bodies(req: Request) -> None:
    limit = req.max_content_length
    g.limits = {"body_bytes": limit}
    if limit is not None and (req.content_length or 0) > limit:
        raise RequestEntityTooLarge
    match req.headers.get("Content-Encoding", "identity").lower():
        case "identity":
            return
        case "gzip":
            inflate(req, limit or req.content_length or 0)
        case _:
            raise UnsupportedEncoding
