"""Where a request ends is found in whatever pieces it comes; what is not understood counts as whole, for gunicorn."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from app.web.gathering import IN_MEMORY_BYTES, MOST_BODY_BYTES, MOST_HEAD_BYTES, Gathered, Source
from app.web.outgoing import Outgoing

HEAD = "POST /v1/runs HTTP/1.1\r\nHost: here\r\n{}\r\n\r\n"
CHUNKED = HEAD.format("Transfer-Encoding: chunked").encode()


def with_length(length: int) -> bytes:
    return HEAD.format(f"Content-Length: {length}").encode()


WHOLE = {
    "no body": HEAD.format("Accept: */*").encode(),
    "a body": with_length(5) + b"hello",
    "chunks": CHUNKED + b"5\r\nhello\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
    "chunks of something else": CHUNKED.replace(b" chunked", b" gzip, chunked") + b"1\r\nx\r\n0\r\n\r\n",
    "a trailer": CHUNKED + b"1\r\nx\r\n0\r\nX-More: yes\r\n\r\n",
}


@pytest.fixture
def gathered() -> Iterator[Gathered]:
    made = Gathered()
    yield made
    made.forget()


@pytest.mark.parametrize("raw", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_request_is_whole_with_its_last_byte(gathered: Gathered, raw: bytes, size: int) -> None:
    for first in range(0, len(raw), size):
        assert not gathered.is_whole
        gathered.add(raw[first : first + size])
    assert gathered.is_whole
    assert gathered.target == ("POST", "/v1/runs")
    assert gathered.take().read() == raw


@pytest.mark.parametrize(
    "raw",
    [
        CHUNKED + b"no size\r\n",
        with_length(MOST_BODY_BYTES * 2),
        b"x" * (MOST_HEAD_BYTES + 1),
        HEAD.format("Content-Length: many").encode(),
        b"\r\n\r\n",
    ],
    ids=["no chunk", "too long", "no head", "no length", "nothing"],
)
def test_what_is_not_understood_is_not_waited_for(gathered: Gathered, raw: bytes) -> None:
    gathered.add(raw)
    assert gathered.is_whole


@pytest.mark.parametrize(
    ("raw", "stays"),
    [
        (WHOLE["a body"], True),
        (WHOLE["a body"] + b"GET", False),
        (WHOLE["chunks"], False),
        (HEAD.format("Connection: close").encode(), False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
    ],
)
def test_a_connection_stays_after_a_refusal_where_the_next_request_is_sure_to_begin(
    gathered: Gathered, raw: bytes, stays: bool
) -> None:
    gathered.add(raw)
    assert gathered.may_stay is stays


def test_what_was_gathered_is_read_before_what_comes_after_it(gathered: Gathered) -> None:
    near, far = socket.socketpair()
    with near, far:
        source = Source(near)
        gathered.add(b"gathered")
        source.give(gathered)
        far.sendall(b" and more")
        assert b"".join(source.recv(5) for _ in range(3)) == b"gathered and "
        assert source.recv(100) == b"more"
        source.settimeout(0.01)
        assert source.recv(100) == b"", "a thread waits for a silent client"


def test_an_answer_that_is_not_taken_is_kept_in_order_and_sent_later() -> None:
    near, far = socket.socketpair()
    answer = bytes(range(256)) * (IN_MEMORY_BYTES // 32)
    with near, far:
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        out = Outgoing(near)
        for first in range(0, len(answer), 100_000):
            out.sendall(answer[first : first + 100_000])
        assert out.has_rest
        taken = b""
        while not out.flush():
            taken += far.recv(65536)
        while len(taken) < len(answer):
            taken += far.recv(65536)
        assert taken == answer
        assert not out.has_rest
