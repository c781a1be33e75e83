"""Connections of many clients in one thread, without a task for each: asking costs little beside answering.

Client and server share a machine here; what the clients take, the server cannot do.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_S = 30.0
"""How long a client waits for an answer before it gives up."""
LOOKED_FOR_EVERY_S = 1.0
READ_AT_ONCE = 1 << 18
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Line:
    """One connection, and the question that is open on it."""

    socket: socket.socket
    number: int = -1
    asked_s: float = 0.0
    heard: bytearray = field(default_factory=bytearray)
    raw: bytes = b""
    unsaid: bytes = b""
    was_used: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a question: its number, the whole answer (empty: none came), and after how many seconds."""

    number: int
    answer: bytes
    took_s: float

    @property
    def status(self) -> int:
        """Return the status; 0 where no answer came."""
        return int(self.answer[9:12] or 0)

    @property
    def head(self) -> bytes:
        """Return the head in small letters."""
        return self.answer.partition(_END)[0].lower()

    @property
    def body(self) -> bytes:
        """Return what follows the head."""
        return self.answer.partition(_END)[2]


class Lines:
    """The connections to one port; `told` is called with each answer."""

    def __init__(self, port: int, told: Callable[[Answered], None]) -> None:
        self._port, self._told = port, told
        self._poll = select.epoll()
        self._open: dict[int, Line] = {}
        self._free: deque[Line] = deque()
        self._looked_s = time.perf_counter()

    @property
    def waiting(self) -> int:
        """Return how many questions are open."""
        return len(self._open) - len(self._free)

    def ask(self, number: int, raw: bytes) -> None:
        """Send a question over a connection that is free, or a new one."""
        asked_s = time.perf_counter()
        self._ask(self._free.pop() if self._free else self._connected(), number, raw, asked_s)

    def _ask(self, line: Line, number: int, raw: bytes, asked_s: float) -> None:
        line.number, line.asked_s, line.raw, line.unsaid = number, asked_s, raw, raw
        self._say(line)

    def listen(self, longest_s: float) -> None:
        """Take what has come, and wait for it at most so long."""
        for descriptor, event in self._poll.poll(max(longest_s, 0)):
            line = self._open.get(descriptor)
            if line is not None and event & ~select.EPOLLOUT:
                self._hear(line)
            elif line is not None:
                self._say(line)
        self._give_up_on_the_silent()

    def close(self) -> None:
        """Close every connection."""
        for line in list(self._open.values()):
            self._drop(line)
        self._free.clear()
        self._poll.close()

    def _connected(self) -> Line:
        line = Line(socket.socket())
        line.socket.setblocking(False)
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.socket.connect_ex(("127.0.0.1", self._port))
        self._open[line.socket.fileno()] = line
        self._poll.register(line.socket.fileno(), select.EPOLLIN)
        return line

    def _say(self, line: Line) -> None:
        """Send what can be sent now; the rest waits until the connection takes more, or is there at all."""
        try:
            line.unsaid = line.unsaid[line.socket.send(line.unsaid) :]
        except BlockingIOError:
            pass
        except OSError:
            self._end(line)
            return
        self._poll.modify(line.socket.fileno(), select.EPOLLIN | (select.EPOLLOUT if line.unsaid else 0))

    def _hear(self, line: Line) -> None:
        try:
            came = line.socket.recv(READ_AT_ONCE)
        except OSError:
            came = b""
        if not came:
            self._end(line)
            return
        line.heard += came
        if line.number >= 0 and _is_whole(line.heard):
            self._answered(line)

    def _answered(self, line: Line) -> None:
        answered = Answered(line.number, bytes(line.heard), time.perf_counter() - line.asked_s)
        line.number, line.heard, line.was_used = -1, bytearray(), True
        if b"connection: close" in answered.head:
            self._drop(line)
        else:
            self._free.append(line)
        self._told(answered)

    def _end(self, line: Line) -> None:
        """The server has ended a connection: of a question that is open on it nothing more will come.

        Servers end connections that were used and are idle, and a question may meet that: as any client does, it is
        asked once more, over a new one.
        """
        if line.number < 0:
            self._free.remove(line)
        self._drop(line)
        if line.number >= 0 and line.was_used and not line.heard:
            self._ask(self._connected(), line.number, line.raw, line.asked_s)
        elif line.number >= 0:
            self._told(Answered(line.number, b"", time.perf_counter() - line.asked_s))

    def _drop(self, line: Line) -> None:
        del self._open[line.socket.fileno()]
        self._poll.unregister(line.socket.fileno())
        line.socket.close()

    def _give_up_on_the_silent(self) -> None:
        at_s = time.perf_counter()
        if at_s - self._looked_s < LOOKED_FOR_EVERY_S:
            return
        self._looked_s = at_s
        for line in list(self._open.values()):
            if line.number >= 0 and at_s - line.asked_s > PATIENCE_S:
                line.was_used = False
                self._end(line)


def _is_whole(heard: bytearray) -> bool:
    head, end, body = heard.partition(_END)
    if not end:
        return False
    _, named, rest = head.lower().partition(b"\r\ncontent-length:")
    return len(body) >= (int(rest.partition(b"\r\n")[0]) if named else 0)
