"""How many requests a worker process works on at once, how many wait for that, and what the others are told.

A server that takes in whatever comes works on what nobody waits for any more. Here so many requests are worked on as
the server was started with threads; twice as many, and no longer than a moment, wait in turn; whoever comes beyond that
is told 503 `busy` at once, by a thread that is there for nothing else, before anything is read or looked up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import orjson
import structlog

from app.web.problems import PROBLEM, problem_body

WAITING_EACH = 2
"""So many wait for each that is worked on."""
DOORMEN = 16
"""So many threads more: each tells one who is not let in so."""
LONGEST_WAIT_S = 1.0
RETRY_AFTER_S = 2
ALWAYS_LET_IN = ("/health/", "/metrics")
"""What is asked to find out whether the server lives has to be answered while it is busy."""
CODE, TITLE = "busy", "The server has as much to do as it can; try again in a moment"

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def threads_for(at_once: int) -> int:
    """Return how many threads a worker needs, so that those who wait or are refused take none from the others."""
    return at_once + at_once * WAITING_EACH + DOORMEN


class Admission:
    """Lets in as many as there is room for; `refused` is called for each that is not let in."""

    def __init__(
        self,
        application: Application,
        at_once: int,
        refused: Callable[[], None],
        *,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._application, self._refused = application, refused
        self._working = threading.BoundedSemaphore(at_once)
        self._room = threading.BoundedSemaphore(at_once * WAITING_EACH)
        self._longest_wait_s = longest_wait_s

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer, or refuse."""
        if environ.get("PATH_INFO", "").startswith(ALWAYS_LET_IN):
            return self._application(environ, start)
        if not self._is_let_in():
            return self._refuse(start)
        try:
            return self._application(environ, start)
        finally:
            self._working.release()

    def _is_let_in(self) -> bool:
        if self._working.acquire(blocking=False):
            return True
        if not self._room.acquire(blocking=False):
            return False
        try:
            return self._working.acquire(timeout=self._longest_wait_s)
        finally:
            self._room.release()

    def _refuse(self, start: Start) -> list[bytes]:
        self._refused()
        request_id = uuid4().hex
        structlog.get_logger().info("request", status=503, request_id=request_id, code=CODE)
        body = orjson.dumps({**problem_body(503, CODE, TITLE), "request_id": request_id})
        headers = [
            ("Content-Type", PROBLEM),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(RETRY_AFTER_S)),
            ("Cache-Control", "no-store"),
            ("X-Request-Id", request_id),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start("503 SERVICE UNAVAILABLE", headers)
        return [body]
