"""Every refusal and failure as application/problem+json (RFC 9457); the only place that knows status codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g
from marshmallow import INCLUDE, Schema, fields
from sqlalchemy import exc as database_errors
from werkzeug.exceptions import HTTPException

from app.kernel.errors import (
    Conflict,
    Denied,
    FieldFault,
    Gone,
    Invalid,
    NotVisible,
    TrochleaError,
    Unauthenticated,
    Unavailable,
)
from app.web.answers import PreconditionFailed, PreconditionRequired
from app.web.app_age import AppTooOld
from app.web.encodings import UnsupportedEncoding
from app.web.json_input import BadJson, TooManyValues
from app.web.limits import TooMany
from app.web.paging import BadCursor

PROBLEM = "application/problem+json"
MAX_FAULTS = 50
MAX_POINTER = 200

_STATUS: list[tuple[type[TrochleaError], int]] = [
    (TooManyValues, 413),
    (BadJson, 400),
    (BadCursor, 400),
    (TooMany, 429),
    (AppTooOld, 426),
    (PreconditionRequired, 428),
    (PreconditionFailed, 412),
    (UnsupportedEncoding, 415),
    (Invalid, 422),
    (NotVisible, 404),
    (Conflict, 409),
    (Gone, 410),
    (Unauthenticated, 401),
    (Denied, 403),
    (Unavailable, 503),
]

_FAULT_CODES = {
    "Missing data for required field.": "required",
    "Unknown field.": "unknown_field",
    "Field may not be null.": "null",
}

_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    411: "length_required",
    413: "too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    429: "too_many_requests",
    431: "headers_too_large",
}

_PASSING = (
    database_errors.OperationalError,
    database_errors.InterfaceError,
    database_errors.InternalError,
    database_errors.TimeoutError,
)
"""Disconnects, lock and statement time-outs, an exhausted pool: the same request may succeed later."""


class FaultSchema(Schema):
    """One thing that is wrong at one place."""

    pointer = fields.String(metadata={"description": "JSON pointer into the body"})
    parameter = fields.String(metadata={"description": "name of the query parameter or form field"})
    code = fields.String(required=True)
    detail = fields.String()


class ProblemSchema(Schema):
    """The shape of every error; a problem may carry further facts of its own (RFC 9457, 3.2)."""

    class Meta:
        """Open, so that the document allows what `extra` adds."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable, for machines"})
    detail = fields.String()
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    faults: Sequence[Mapping[str, str]] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return one error as problem+json."""
    g.problem_code = code
    body = problem_body(status, code, title, detail=detail, faults=faults)
    told = {**body, "request_id": g.get("request_id", ""), **(extra or {})}
    response = Response(orjson.dumps(told), status, mimetype=PROBLEM)
    response.headers.update(headers or {})
    return response


def problem_body(
    status: int, code: str, title: str, *, detail: str = "", faults: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return the members of a problem, as also one item of a batch is refused with."""
    return {
        "type": f"urn:trochlea:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        **({"detail": detail} if detail else {}),
        **({"errors": list(faults)[:MAX_FAULTS]} if faults else {}),
    }


def status_of(error: TrochleaError) -> int:
    """Return the status that an error of the house is answered with."""
    return next(status for family, status in _STATUS if isinstance(error, family))


def register_problems(app: Flask) -> None:
    """Answer every error of the application as a problem."""
    app.register_error_handler(TrochleaError, refusal)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(database_errors.SQLAlchemyError, _database_error)
    for unstorable in (OverflowError, UnicodeEncodeError):
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(Exception, _bug)


def problem_of(error: Exception) -> Response:
    """Return the problem that any error is answered with, for a door that shows it in a form of its own."""
    match error:
        case TrochleaError():
            return refusal(error)
        case HTTPException():
            return _http_error(error)
        case database_errors.SQLAlchemyError():
            return _database_error(error)
        case OverflowError() | UnicodeEncodeError():
            return _unstorable(error)
        case _:
            return _bug(error)


def refusal(error: TrochleaError) -> Response:
    """Return the answer to an error of the house, for a view that must commit and refuse."""
    status = status_of(error)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | TooMany):
        headers["Retry-After"] = str(error.retry_after_s)
    faults = [_fault(fault) for fault in error.faults[:MAX_FAULTS]]
    return problem(
        status,
        error.code,
        error.title,
        detail=error.detail,
        faults=faults,
        extra=error.extra,
        headers=headers,
    )


def _fault(fault: FieldFault) -> dict[str, str]:
    detail = {"detail": fault.detail} if fault.detail else {}
    return {"pointer": fault.pointer[:MAX_POINTER], "code": fault.code, **detail}


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None and status < 400:
        return Response(status=status, headers=dict(error.response.headers))
    messages = getattr(error, "data", {}).get("messages") if status == 422 else None
    if messages:
        faults = list(_flatten(messages))[:MAX_FAULTS]
        return problem(422, "invalid", "The input is not valid", faults=faults)
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    headers = {name: value for name, value in error.get_headers() if name in kept}
    extra = {"limits": g.limits} if status == 413 and "limits" in g else None
    return problem(status, _HTTP_CODES.get(status, "error"), error.name, headers=headers, extra=extra)


def _flatten(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Turn webargs' messages, by location and field, into faults with pointers."""
    for location, by_field in messages.items():
        if location == "json":
            yield from ({"pointer": pointer, **fault} for pointer, fault in _walk(by_field, ""))
        else:
            yield from ({"parameter": pointer[1:], **fault} for pointer, fault in _walk(by_field, ""))


def faults_of(messages: Any, pointer: str) -> list[dict[str, str]]:
    """Return a schema's messages as faults, their pointers beginning with `pointer`."""
    return [{"pointer": place, **fault} for place, fault in _walk(messages, pointer)][:MAX_FAULTS]


def _walk(node: Any, pointer: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(node, Mapping):
        for key, child in node.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _walk(child, (pointer + step)[:MAX_POINTER])
        return
    for message in node if isinstance(node, list) else [node]:
        yield pointer, {"code": _FAULT_CODES.get(str(message), "invalid"), "detail": str(message)}


def _database_error(error: database_errors.SQLAlchemyError) -> Response:
    """Map what the database says to what a client can do; values in its texts are never shown or logged."""
    cause = getattr(error, "orig", None)
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    structlog.get_logger().warning("database_error", error=type(error).__name__, sqlstate=state)
    if isinstance(error, database_errors.IntegrityError):
        return problem(409, "conflict", Conflict.title)
    if isinstance(error, database_errors.DataError):
        return _unstorable(error)
    if isinstance(error, _PASSING):
        return problem(503, Unavailable.code, Unavailable.title, headers={"Retry-After": "1"})
    return _bug(error)


def _unstorable(error: Exception) -> Response:
    """Answer a value that no field refused and no database can keep; the field should have (SECURITY 4.8)."""
    structlog.get_logger().warning("unstorable", error=type(error).__name__, where=_where(error))
    return problem(422, Invalid.code, Invalid.title)


def _bug(error: Exception) -> Response:
    """Answer a defect of ours: the class goes to the log, no text and no value with it."""
    structlog.get_logger().error("bug", error=type(error).__name__, where=_where(error))
    return problem(500, "internal", "Something broke on our side")


def _where(error: BaseException) -> str:
    """Return file and line of the innermost frame, which name code and never data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
