"""gunicorn's worker with threads, whose loop itself tells those that there is no room for to come again.

A request that nobody has room for (`admission.py`) needs no thread and no parser: the loop that takes connections in
sees it whole, answers in one step, and goes on. In a thread of its own it would take the interpreter six times from
those who work, and five times of what the server can do would halve what it does (0046). Only what is plainly one whole
request is answered so; everything else goes the usual way, where it is read with care and refused as well.
"""

from __future__ import annotations

import re
import socket
import sys
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

from app.web.admission import ALWAYS_LET_IN, Admission
from app.web.threads import Threads

SEEN_BYTES = 64 * 1024
"""What is longer goes the usual way."""
TURN_OF_THE_INTERPRETER_S = 0.02
"""For so long may a thread compute before another one that waits may. A request takes less: with Python's 5 ms it is
interrupted in the middle, on SQLite with the only write lock in its hand."""
_PLAIN = re.compile(
    rb"(?:GET|POST|PUT|PATCH|DELETE) (?P<path>/[!-~]*) HTTP/1\.1\r\n(?P<fields>(?:[!-9;-~]+:[ -~\t]*\r\n)*)\r\n"
)
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,9})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
_TELLING = re.compile(
    rb"^(?:transfer-encoding:|expect:|upgrade:|connection:(?![ \t]*keep-alive[ \t]*\r$)|content-length:)",
    re.IGNORECASE | re.MULTILINE,
)
"""What changes how a request is read, or what becomes of its connection."""


class Gatekeeper(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers those that there is no room for from its loop."""

    def init_process(self) -> None:
        """Begin to work."""
        sys.setswitchinterval(TURN_OF_THE_INTERPRETER_S)
        super().init_process()

    def get_thread_pool(self) -> Threads:
        """Return the threads, all of them begun."""
        return Threads(self.cfg.threads)

    def enqueue_req(self, conn: Any) -> None:
        """Give a connection that has something to say to a thread; or answer it, where there is no room for it."""
        admission = self._admission()
        if admission is None or not admission.is_full or not self.alive or _has_read_ahead(conn):
            super().enqueue_req(conn)
            return
        seen = _seen(conn.sock)
        if seen is None:
            self._await_word(conn)
        elif is_plain(seen) and admission.is_full_for(*_asked(seen)):
            conn.sock.recv(len(seen))
            self._send_away(conn, admission)
        else:
            super().enqueue_req(conn)

    def _admission(self) -> Admission | None:
        found: Admission | None = getattr(self.wsgi, "extensions", {}).get("trochlea.admission")
        return found

    def _await_word(self, conn: Any) -> None:
        """Wait for the first word of a new connection without a thread."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + DEFAULT_WORKER_DATA_TIMEOUT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _send_away(self, conn: Any, admission: Admission) -> None:
        """Answer a request that was read; the connection stays for the next one."""
        answer = admission.refusal().as_bytes()
        conn.sock.setblocking(False)
        try:
            sent = conn.sock.send(answer)
        except OSError:
            sent = 0
        if sent < len(answer):  # gone, or does not take what it is told
            self.nr_conns -= 1
            conn.close()
            return
        conn.data_ready = False
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_client_socket_readable, conn))


def is_plain(seen: bytes) -> bool:
    """Is this one whole request, no less and no more, with nothing in its head that changes how it is to be read?

    Health and figures are always answered, and never here.
    """
    head = _PLAIN.match(seen)
    if head is None or head["path"].startswith(tuple(map(str.encode, ALWAYS_LET_IN))):
        return False
    fields = head["fields"]
    lengths = _LENGTH.findall(fields)
    if len(lengths) > 1 or len(_TELLING.findall(fields)) != len(lengths):
        return False
    return len(seen) == head.end() + (int(lengths[0]) if lengths else 0)


def _asked(seen: bytes) -> tuple[str, str]:
    """Return the method and the path of a plain request, without what is asked after a question mark."""
    method, target, _ = seen.split(b" ", 2)
    return method.decode(), target.partition(b"?")[0].decode()


def _seen(sock: Any) -> bytes | None:
    """Return what has come, and leave it there; None where nothing has yet. Of an end or a fault it is empty."""
    try:
        found: bytes = sock.recv(SEEN_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except (OSError, ValueError):  # a socket with TLS has no such look
        return b""
    return found


def _has_read_ahead(conn: Any) -> bool:
    """Has the parser read some of the next request already? What is left of it would say something else."""
    return conn.parser is not None and (conn.is_http2 or bool(conn.parser.unreader.buf.getvalue()))
