"""How many requests a worker process works on at once, how many wait for that, and what the others are told.

A server that takes in whatever comes works on what nobody waits for any more. Here so many requests are worked on as
the server was started with threads; three times as many, and no longer than a moment, wait in turn; whoever comes
beyond that is told 503 `busy` at once, by a thread that is there for nothing else, before anything is looked up.
Whoever logs in has no more than half of the turns: a flood of log-ins, which wait for each other's hashes, leaves the
other half to those who are logged in.

Whoever logs something has half of the turns as well; where one write at a time is all that the database does (SQLite),
only one: of two, the one that holds the lock would give the interpreter to the other at each of its statements (0050).
Where no more of them may wait, two phones pull for each of them that is done, and no more: else who reads would have
the larger share of the interpreter, and who writes would wait for long (0052).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import structlog

from app.web.problems import PROBLEM, problem_body

WAITING_EACH = 3
"""So many wait for each that is worked on."""
WRITERS_EACH = 2
"""For each turn there is so many that log something are let in: one or half of them is worked on, the others wait."""
PULLS_EACH = 2
"""So many phones pull for each that has logged something, while no more may wait to log."""
DOORMEN = 240
"""So many threads more: each waits for the body of somebody slow (`whole.py`), or tells one who is not let in so."""
LONGEST_WAIT_S = 1.0
LONGEST_WAIT_TO_HASH_S = 0.25
RETRY_AFTER_S = 2
ALWAYS_LET_IN = ("/health/", "/metrics")
"""What is asked to find out whether the server lives has to be answered while it is busy."""
HASHES = frozenset(
    {
        ("POST", "/v1/accounts"),
        ("POST", "/v1/auth/login"),
        ("POST", "/v1/auth/reset/completion"),
        ("POST", "/console/login"),
    }
)
"""What strangers may ask for and a password is hashed for."""
STATUS, _STATUS_LINE = 503, "503 SERVICE UNAVAILABLE"
CODE, TITLE = "busy", "The server has as much to do as it can; try again in a moment"

READING = frozenset({"GET", "HEAD", "OPTIONS"})
STREAMS = "/v1/sync/streams/"
LOGGING, THINKING = (STREAMS, "/v1/patients/"), "/replay"
"""Where phones and therapists write, much and each time little; and what is asked there that writes nothing. Elsewhere
whoever writes is seldom, and may be at it for long: an export, a file, a password."""

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def threads_for(at_once: int) -> int:
    """Return how many threads a worker needs, so that those who wait or are refused take none from the others."""
    return at_once + at_once * WAITING_EACH + DOORMEN


class Turns:
    """So many at once, in the order they came in: a semaphore lets whoever comes just then pass those who wait."""

    def __init__(self, at_once: int, room: int) -> None:
        self._lock = threading.Lock()
        self._free, self._room = at_once, room
        self._waiting: deque[threading.Lock] = deque()

    @property
    def is_full(self) -> bool:
        """Is nothing free, and nobody more may wait? It may be otherwise the next moment."""
        return not self._free and len(self._waiting) >= self._room

    def take(self, longest_wait_s: float) -> bool:
        """Wait for a turn; False where nobody more may wait, or the wait was too long."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if len(self._waiting) >= self._room:
                return False
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=longest_wait_s):
            return True
        with self._lock:
            if mine not in self._waiting:  # given at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def give_back(self) -> None:
        """Give a turn to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class Beside:
    """Lets pass, where others crowd, so many for each of those that is done; where they do not, everybody."""

    def __init__(self, crowd: Turns, each: int) -> None:
        self._crowd, self._each, self._left, self._lock = crowd, each, each, threading.Lock()

    @property
    def is_full(self) -> bool:
        """May nobody pass just now?"""
        return self._left <= 0 and self._crowd.is_full

    def take(self) -> bool:
        """Pass, or not."""
        with self._lock:
            if not self._crowd.is_full:
                return True
            self._left -= 1
            return self._left >= 0

    def one_is_done(self) -> None:
        """Let so many pass again."""
        with self._lock:
            self._left = self._each


class Admission:
    """Lets in as many as there is room for; `refused` is called for each that is not let in.

    With `one_writes` only one of those who log something is worked on at once, else half as many as there are turns.
    """

    def __init__(
        self,
        application: Application,
        at_once: int,
        refused: Callable[[], None],
        *,
        one_writes: bool = False,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._application, self._refused = application, refused
        self._turns = Turns(at_once, at_once * WAITING_EACH)
        self._hashing = Turns(max(1, at_once // 2), at_once * WAITING_EACH)
        writing = 1 if one_writes else max(1, at_once // 2)
        self._writing = Turns(writing, at_once * WRITERS_EACH - writing)
        self._pulling = Beside(self._writing, PULLS_EACH)
        self._every = [self._turns, self._hashing, self._writing]
        self._longest_wait_s = longest_wait_s

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer, or refuse."""
        method, path = environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        if path.startswith(ALWAYS_LET_IN):
            return self._application(environ, start)
        if pulls(method, path):
            return self._in_turn(environ, start) if self._pulling.take() else self._refuse(start)
        own = self._own_turns(method, path)
        if own is None:
            return self._in_turn(environ, start)
        longest_s = LONGEST_WAIT_TO_HASH_S if own is self._hashing else LONGEST_WAIT_S
        return self._with(own, min(longest_s, self._longest_wait_s), self._in_turn, environ, start)

    def _in_turn(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        return self._with(self._turns, self._longest_wait_s, self._application, environ, start)

    def _with(
        self, turns: Turns, longest_wait_s: float, answer: Application, environ: dict[str, Any], start: Start
    ) -> Iterable[bytes]:
        """Answer with one of these turns in hand; refuse where none is to be had in time."""
        if not turns.take(longest_wait_s):
            return self._refuse(start)
        try:
            return answer(environ, start)
        finally:
            turns.give_back()
            if turns is self._writing:
                self._pulling.one_is_done()

    @property
    def is_full(self) -> bool:
        """Is every turn taken, of all or of some, and nobody more may wait?"""
        return any(turns.is_full for turns in self._every)

    def is_full_for(self, method: str, path: str) -> bool:
        """Is there no room for such a request?"""
        own = self._pulling if pulls(method, path) else self._own_turns(method, path)
        return self._turns.is_full or (own is not None and own.is_full)

    def _own_turns(self, method: str, path: str) -> Turns | None:
        """Return the turns of which such a request takes one before it takes one of all."""
        if (method, path) in HASHES:
            return self._hashing
        return self._writing if logs(method, path) else None

    def refusal(self) -> Refusal:
        """Count one who is not let in, write the line of the log, and return what to tell."""
        self._refused()
        request_id = uuid4().hex
        structlog.get_logger().info("request", status=STATUS, request_id=request_id, code=CODE)
        return Refusal(request_id, orjson.dumps({**problem_body(STATUS, CODE, TITLE), "request_id": request_id}))

    def _refuse(self, start: Start) -> list[bytes]:
        told = self.refusal()
        start(_STATUS_LINE, told.headers)
        return [told.body]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody is told who is not let in: a problem, and when to come again."""

    request_id: str
    body: bytes

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Return the headers."""
        return [
            ("Content-Type", PROBLEM),
            ("Content-Length", str(len(self.body))),
            ("Retry-After", str(RETRY_AFTER_S)),
            ("Cache-Control", "no-store"),
            ("X-Request-Id", self.request_id),
            ("X-Content-Type-Options", "nosniff"),
        ]

    def as_bytes(self) -> bytes:
        """Return the whole answer as it goes over a connection that stays open."""
        fields = "".join(f"{name}: {said}\r\n" for name, said in self.headers)
        return f"HTTP/1.1 {_STATUS_LINE}\r\nConnection: keep-alive\r\n{fields}\r\n".encode() + self.body


def pulls(method: str, path: str) -> bool:
    """Does a phone ask for what is new in a stream?"""
    return method in READING and path.startswith(STREAMS)


def logs(method: str, path: str) -> bool:
    """Does such a request log something, or say something about what is logged?"""
    return method not in READING and path.startswith(LOGGING) and not path.endswith(THINKING)
