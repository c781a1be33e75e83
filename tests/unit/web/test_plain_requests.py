"""What the loop answers by itself is one whole request, by the eyes of the parser that reads all others."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.errors import NoMoreData, ParseException
from hypothesis import given
from hypothesis import strategies as st

from app.web.gatekeeper import is_plain

GET = b"GET /v1/me HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /v1/sync/streams/x/ops HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
NOT_PLAIN = {
    "nothing": b"",
    "half a head": GET[:-2],
    "half a body": POST[:-1],
    "a second one behind": GET + GET,
    "more than its body": POST + b"x",
    "a head alone": GET.replace(b"GET", b"HEAD"),
    "what may be done": GET.replace(b"GET", b"OPTIONS"),
    "an older version": GET.replace(b"1.1", b"1.0"),
    "the beginning of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "chunks": POST.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "chunks and a length": POST.replace(b"Host: here", b"transfer-encoding: chunked"),
    "two lengths": POST.replace(b"Host: here", b"content-length: 5"),
    "a length that is none": POST.replace(b": 5", b": +5"),
    "a length on two lines": POST.replace(b"Length: 5", b"Length:\r\n 5"),
    "asks whether to go on": POST.replace(b"Host: here", b"Expect: 100-continue"),
    "wants another protocol": GET.replace(b"Host: here", b"Upgrade: h2c"),
    "wants to end": GET.replace(b"Host: here", b"Connection: close"),
    "lines that end otherwise": GET.replace(b"\r\n", b"\n"),
    "a space before the colon": POST.replace(b"Length:", b"Length :"),
    "the whole address": GET.replace(b"/v1/me", b"http://here/v1/me"),
    "whether it lives": GET.replace(b"/v1/me", b"/health/live"),
    "figures": GET.replace(b"/v1/me", b"/metrics"),
}
LINES = [
    b"Host: here",
    b"Content-Length: 5",
    b"Content-Length: 0",
    b"content-length:5",
    b"Content-Length: 05",
    b"Content-Length: 5, 5",
    b"Content-Length : 5",
    b"X-Content-Length: 7",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding : chunked",
    b"Connection: keep-alive",
    b"Connection: Keep-Alive, Upgrade",
    b"Upgrade: h2c",
    b"Expect: 100-continue",
    b" folded: 5",
    b"no colon",
    b"",
    b"X: \xff",
    b"X: a\rContent-Length: 5",
]
FIRSTS = [
    b"GET / HTTP/1.1",
    b"POST /a?b=c HTTP/1.1",
    b"HEAD / HTTP/1.1",
    b"GET / HTTP/1.0",
    b"GET  / HTTP/1.1",
    b"PUT * HTTP/1.1",
]
ENDS = [b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]
said = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)), max_size=4)
begun = st.tuples(st.sampled_from(FIRSTS), st.sampled_from(ENDS[:4]))
rest = st.sampled_from([b"", b"hello", b"hell", b"hellohello", b"0\r\n\r\n", GET])


@pytest.mark.parametrize("seen", [GET, POST, GET.replace(b"Host", b"Connection: keep-alive\r\nHost")])
def test_what_phones_send_is_plain(seen: bytes) -> None:
    assert is_plain(seen)


@pytest.mark.parametrize("seen", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_anything_else_is_left_to_the_parser(seen: bytes) -> None:
    assert not is_plain(seen)


def what_is_read(seen: bytes) -> tuple[int, bytes]:
    """Return how many requests the server's parser reads of this, and the body of the first."""
    parser, bodies = RequestParser(Config(), iter([seen]), ("127.0.0.1", 9)), []
    try:
        for one in parser:
            bodies.append(one.body.read())
    except (NoMoreData, StopIteration):
        pass
    return len(bodies), bodies[0]


@pytest.mark.generated
@given(begun, said, rest)
def test_what_is_plain_is_one_request_to_the_parser_too(
    first: tuple[bytes, bytes], lines: list[tuple[bytes, bytes]], body: bytes
) -> None:
    seen = b"".join([*first, *(part for line in lines for part in line), b"\r\n", body])
    if is_plain(seen):
        try:
            count, read = what_is_read(seen)
        except ParseException as refused:
            pytest.fail(f"plain, and refused by the parser: {refused!r}")
        assert count == 1
        assert seen.endswith(read)
        assert seen[: len(seen) - len(read)].endswith(b"\r\n\r\n")
