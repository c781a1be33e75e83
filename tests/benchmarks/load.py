"""A closed loop of clients over keep-alive connections, light enough not to measure itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import orjson

CONNECTIONS = 8
_TIMEOUT_S = 30
BUSY, COME_AGAIN_S = 503, 0.02
"""Who is told to come again does so sooner than told, and what was waited counts as time of the errand."""


class UnexpectedAnswer(Exception):
    """A request was answered with another status than the benchmark is about."""


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request as bytes, and the status it must be answered with."""

    raw: bytes
    status: int


Errand = Sequence[Request]
"""Requests that are sent one after the other over one connection, and timed as one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: errands a second, and how long each took, in milliseconds."""

    per_s: float
    took_ms: list[float]


def request(method: str, path: str, status: int, body: object = None, **headers: str) -> Request:
    """Return a request ready to be sent."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return Request("\r\n".join([*lines, "", ""]).encode() + content, status)


def measure(port: int, errands: Sequence[Errand], connections: int = CONNECTIONS) -> Sample:
    """Run the errands over so many connections, each waiting for every answer; raise UnexpectedAnswer."""
    shares = [errands[number::connections] for number in range(connections)]
    took: list[float] = []
    failures: list[Exception] = []
    began: list[float] = []
    begin = threading.Barrier(connections, action=lambda: began.append(time.perf_counter()))

    def client(share: Sequence[Errand]) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                begin.wait(_TIMEOUT_S)
                took.extend([_run(connection, errand) for errand in share])
        except Exception as error:
            failures.append(error)
            begin.abort()

    threads = [threading.Thread(target=client, args=(share,), daemon=True) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = time.perf_counter()
    if failures:
        raise failures[0]
    return Sample(len(errands) / (ended - began[0]), took)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(samples: Sequence[Sample]) -> float:
    """Return the median of the errands a second."""
    return median(sample.per_s for sample in samples)


def times_of(samples: Sequence[Sample]) -> list[float]:
    """Return how long each errand of all the samples took, in milliseconds."""
    return [ms for sample in samples for ms in sample.took_ms]


def _run(connection: socket.socket, errand: Errand) -> float:
    began = time.perf_counter()
    for one in errand:
        _exchange(connection, one)
    return (time.perf_counter() - began) * 1000


def _exchange(connection: socket.socket, one: Request) -> None:
    """Send a request, again after a moment where the server is busy, and read its answer; give up after a while."""
    until = time.perf_counter() + _TIMEOUT_S
    while (status := _answered(connection, one)) == BUSY and time.perf_counter() < until:
        time.sleep(COME_AGAIN_S)
    if status != one.status:
        raise UnexpectedAnswer(f"{status} for {one.raw[:120]!r}")


def _answered(connection: socket.socket, one: Request) -> int:
    connection.sendall(one.raw)
    head, _, rest = _read_head(connection)
    missing = _content_length(head) - len(rest)
    while missing > 0:
        missing -= len(_received(connection))
    return int(head[9:12])


def _read_head(connection: socket.socket) -> tuple[bytes, bytes, bytes]:
    read = b""
    while b"\r\n\r\n" not in read:
        read += _received(connection)
    return read.partition(b"\r\n\r\n")


def _received(connection: socket.socket) -> bytes:
    if not (chunk := connection.recv(65536)):
        raise UnexpectedAnswer("the server closed the connection")
    return chunk


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
