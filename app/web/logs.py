"""Structured logs without health data: one JSON line an event, only fields that are on the list."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from secrets import token_hex
from typing import Any

import orjson
import structlog
from flask import Flask, Response

from app.web.asked import asked, kept

ALLOWED = frozenset(
    [
        "ts",
        "level",
        "event",
        "route",
        "method",
        "status",
        "ms",
        "request_id",
        "sid",
        "code",
        "error",
        "sqlstate",
        "where",
        "mode",
        "database",
        "count",
        "heads",
    ]
)
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
"""Any other is the client's own word, and not logged."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


def configure_logs(level: str) -> None:
    """Write events at or above the level to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", key="ts"),
            _only_allowed,
            structlog.processors.JSONRenderer(_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _as_json(event: MutableMapping[str, Any], **how: Any) -> str:
    return orjson.dumps(event, **how).decode()


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return event if ALLOWED.issuperset(event) else {name: event[name] for name in event if name in ALLOWED}


def log_requests(app: Flask) -> None:
    """Give each request an id and write one line for it: the route's template, never its values."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    held, given = kept(), asked().headers.get("X-Request-Id", "")
    held.request_id = given if given and _REQUEST_ID.fullmatch(given) else token_hex(16)
    held.began = time.perf_counter()


def _end(response: Response) -> Response:
    known, req, ended = kept().get, asked(), time.perf_counter()
    request_id, actor = known("request_id", ""), known("actor")
    response.headers["X-Request-Id"] = request_id
    structlog.get_logger().info(
        "request",
        route=req.url_rule.rule if req.url_rule else "",
        method=req.method if req.method in METHODS else "",
        status=response.status_code,
        ms=round((ended - known("began", ended)) * 1000, 1),
        request_id=request_id,
        sid=None if actor is None else str(actor.device_id),
        code=known("problem_code"),
    )
    return response
