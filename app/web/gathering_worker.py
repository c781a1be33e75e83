"""A gunicorn worker whose threads never wait for a client: a request gets one once it is whole, and leaves its answer.

What is slow is waited for by the loop that all connections share, for as long as it goes on at a pace that any phone
reaches. Where the worker has as much to do as it can, the same loop tells whoever comes so, without a thread.
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.web.admission import Admission
from app.web.gathering import Gathered, Source
from app.web.outgoing import Outgoing

SILENT_S = 10.0
"""So long may a client say nothing, or take nothing of its answer."""
LEAST_BYTES_PER_S = 2048
"""As slow as that may the rest come or go, on the whole."""
PARTING_S = 2.0
"""So long is waited for a client to take its last answer and close."""
HELD_MOST_BYTES = 128 * 1024 * 1024
"""More than that is not gathered at once by one worker: who began first goes."""
READ_BYTES = 256 * 1024
REFUSED_AT_THE_DOOR = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Wait:
    """A connection that the loop waits for: until when, what of its request is there, and what it is watched for."""

    def __init__(self, conn: TConn, longest_s: float, gathered: Gathered | None = None) -> None:
        self.conn, self.gathered = conn, gathered
        self.until_s = time.monotonic() + longest_s
        self.watched: int = 0

    def went_on(self, count: int) -> None:
        """Give it as much longer as so many bytes may take."""
        self.until_s += count / LEAST_BYTES_PER_S

    @property
    def held(self) -> int:
        """Return how many bytes are gathered."""
        return self.gathered.received if self.gathered else 0


class GatheringWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker with threads, and before them the loop that waits for clients."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._waits: dict[int, Wait] = {}
        self._held = self._at_work = 0
        self.cfg.set("sendfile", False)

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection in and begin to gather; with TLS of its own gunicorn goes its own way."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as problem:
            if problem.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._drop_first()
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, Outgoing(client), address, listener.getsockname())
        conn.source = Source(client)
        conn.parser = http.get_parser(self.cfg, conn.source, address)
        conn.initialized = conn.data_ready = True
        if self.nr_conns >= self.worker_connections:
            self._drop_first()
        self._gather(conn)

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """Gather the next request of a connection that was kept."""
        if not hasattr(conn, "source"):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def enqueue_req(self, conn: TConn) -> None:
        """Give a request to a thread."""
        self._at_work += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Send what is left of the answer, and keep the connection or part with it."""
        self._at_work -= 1
        if not hasattr(conn, "source"):
            super().finish_request(conn, fs)
            return
        stays = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        if conn.sock.has_rest:
            wait = Wait(conn, SILENT_S)
            self._add(wait)
            self._send_more(wait, stays, conn.sock)
        else:
            self._answered(conn, stays)

    def murder_pending(self) -> None:
        """Close whoever takes longer than they may; called at least once a second."""
        super().murder_pending()
        at_s = time.monotonic()
        for wait in [one for one in self._waits.values() if at_s > one.until_s]:
            self._drop(wait)
        if not self.alive:  # a worker that ends waits for nobody who has said nothing
            for wait in [one for one in self._waits.values() if one.gathered is not None and not one.held]:
                self._drop(wait)

    # The request

    def _gather(self, conn: TConn, piece: bytes = b"") -> None:
        gathered = Gathered()
        wait = Wait(conn, SILENT_S, gathered)
        self._add(wait)
        self._more(wait, gathered, piece)

    def _on_more(self, wait: Wait, gathered: Gathered, _: Any) -> None:
        self._more(wait, gathered, b"")

    def _more(self, wait: Wait, gathered: Gathered, piece: bytes) -> None:
        """Take in what is there; hand it over once it is whole."""
        try:
            piece = piece or wait.conn.sock.recv(READ_BYTES)
        except BlockingIOError:
            self._watch(wait, EVENT_READ, partial(self._on_more, wait, gathered))
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(wait)
            return
        was_without_head = gathered.head is None
        try:
            gathered.add(piece)
        except OSError:  # no room on the disk, or no more files may be open
            self._drop(wait)
            return
        self._held += len(piece)
        wait.went_on(len(piece))
        if gathered.is_whole:
            self._hand_over(wait, gathered)
            return
        if was_without_head and gathered.expects_word and not _sent(wait.conn, _GO_ON):
            self._drop(wait)
            return
        self._watch(wait, EVENT_READ, partial(self._on_more, wait, gathered))
        if self._held > HELD_MOST_BYTES:
            self._drop_first()

    def _hand_over(self, wait: Wait, gathered: Gathered) -> None:
        self._remove(wait)
        conn = wait.conn
        refused = self._refused(gathered)
        if refused is None:
            conn.source.give(gathered)
            self.enqueue_req(conn)
            return
        gathered.forget()
        self._answered(conn, _sent(conn, refused) and gathered.may_stay)

    def _refused(self, gathered: Gathered) -> bytes | None:
        """Return the refusal of a request for which there is no room; None where it may go on to a thread."""
        door, (method, target) = getattr(self.wsgi, "wsgi_app", None), gathered.target
        if not isinstance(door, Admission) or method not in REFUSED_AT_THE_DOOR:
            return None
        return (
            door.refused_as_bytes(stays=gathered.may_stay) if door.would_refuse(method, target, self._at_work) else None
        )

    # The answer

    def _send_more(self, wait: Wait, stays: bool, _: Any) -> None:
        conn = wait.conn
        before = conn.sock.taken
        try:
            is_all = conn.sock.flush()
        except OSError:
            self._drop(wait)
            return
        if is_all:
            self._remove(wait)
            self._answered(conn, stays)
            return
        wait.went_on(conn.sock.taken - before)
        self._watch(wait, EVENT_WRITE, partial(self._send_more, wait, stays))

    def _answered(self, conn: TConn, stays: bool) -> None:
        """Keep the connection, or say that nothing more is sent and wait for the client to close."""
        rest = conn.parser.unreader.take_buffered() + conn.source.rest()
        conn.sock.setblocking(False)
        if stays and rest:
            self._gather(conn, rest)
        elif stays:
            kept: Future[bool] = Future()
            kept.set_result(True)
            super().finish_request(conn, kept)  # puts it to those that are kept
        else:
            wait = Wait(conn, PARTING_S)
            self._add(wait)
            try:
                conn.sock.shutdown(socket.SHUT_WR)
            except OSError:
                self._drop(wait)
                return
            self._part(wait, conn.sock)

    def _part(self, wait: Wait, _: Any) -> None:
        try:
            more = wait.conn.sock.recv(READ_BYTES)
        except BlockingIOError:
            more = b"later"
        except OSError:
            more = b""
        if more:
            self._watch(wait, EVENT_READ, partial(self._part, wait))
        else:
            self._drop(wait)

    # Who is waited for

    def _add(self, wait: Wait) -> None:
        self._waits[id(wait.conn)] = wait

    def _watch(self, wait: Wait, events: int, call: Callable[[Any], None]) -> None:
        if wait.watched != events:
            self.poller.register(wait.conn.sock, events, call)
            wait.watched = events

    def _remove(self, wait: Wait) -> None:
        del self._waits[id(wait.conn)]
        self._held -= wait.held
        if wait.watched:
            self.poller.unregister(wait.conn.sock)
            wait.watched = 0

    def _drop(self, wait: Wait) -> None:
        self._remove(wait)
        if wait.gathered is not None:
            wait.gathered.forget()
        self.nr_conns -= 1
        wait.conn.close()

    def _drop_first(self) -> None:
        if self._waits:
            self._drop(next(iter(self._waits.values())))


def _sent(conn: TConn, answer: bytes) -> bool:
    """Send a few bytes without waiting; False where they are not taken at once."""
    try:
        return bool(conn.sock.send(answer) == len(answer))
    except OSError:
        return False
