"""A server that has no room answers whole requests from its loop, and everything else as it always does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest

from app.web.admission import WAITING_EACH, WRITERS_EACH, threads_for
from tests.builders.servers import Server, start_server
from tests.integration.test_slow_bodies import GET, Client, digest, post
from tests.unit.web.test_plain_requests import NOT_PLAIN

PROGRAM = """
import hashlib, sys, threading
from app.web.admission import Admission
from app.web.whole import WholeBodies

may_end = threading.Event()

def answer(environ, start):
    path = environ["PATH_INFO"]
    if path.endswith("/held"):
        may_end.wait(60)
        body = b"held"
    elif path == "/health/fill":
        may_end.clear()
        body = b"true"
    elif path == "/health/release":
        may_end.set()
        body = b"true"
    elif path == "/health/turn":
        body = str(sys.getswitchinterval()).encode()
    elif path == "/health/threads":
        body = str(threading.active_count()).encode()
    elif path == "/health/full":
        body = b"true" if admission.is_full else b"false"
    else:
        body = hashlib.sha256(environ["wsgi.input"].read()).hexdigest().encode()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]

admission = Admission(answer, 1, lambda: None, longest_wait_s=60, one_writes=WRITES)

class Program:
    def __init__(self, extensions):
        self.extensions, self.answer = extensions, WholeBodies(admission)

    def __call__(self, environ, start):
        return self.answer(environ, start)

app = Program({"trochlea.admission": admission})
plain = Program({})
"""


@contextmanager
def serving(folder: Path, program: str, *, one_writes: bool = False) -> Iterator[Server]:
    """Serve a small program with one turn, where as many wait as for each."""
    (folder / "held.py").write_text(PROGRAM.replace("WRITES", str(one_writes)))
    server = start_server({"PYTHONPATH": str(folder)}, folder, application=f"held:{program}", workers=1, threads=1)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("held"), "app") as found:
        yield found


def say(server: Server, path: str) -> bytes:
    """Return what the program says of itself."""
    with Client(server) as client:
        client.send(GET.replace(b"/ ", path.encode() + b" "))
        return client.answer()[1]


@contextmanager
def full(
    server: Server, with_: bytes = GET.replace(b"/ ", b"/held "), places: int = 1 + WAITING_EACH
) -> Iterator[Callable[[], None]]:
    """Fill every place, and yield what empties them."""
    say(server, "/health/fill")

    def empty() -> None:
        say(server, "/health/release")
        for client in held:
            assert client.answer() == (200, b"held")
        held.clear()

    with ExitStack() as clients:
        held = [clients.enter_context(Client(server)) for _ in range(places)]
        for client in held:
            client.send(with_)
        while say(server, "/health/full") != b"true":
            pass
        yield empty
        empty()


def refused(client: Client) -> bool:
    """Check that the next answer is a refusal that says when to come; return whether the loop gave it.

    gunicorn's threads name the server.
    """
    head, status, body = client.whole_answer()
    assert status == 503
    assert b"\r\nretry-after: 2\r\n" in head
    told = orjson.loads(body)
    assert (told["code"], told["status"]) == ("busy", 503)
    assert told["request_id"].encode() in head
    return b"\r\nserver:" not in head


@pytest.mark.parametrize("asked", [GET, post(b"hello"), post(b"x" * 40_000)], ids=["get", "post", "a long one"])
def test_a_whole_request_is_refused_from_the_loop_again_and_again_and_served_later(
    server: Server, asked: bytes
) -> None:
    with Client(server) as before:
        before.send(GET)
        assert before.answer() == (200, digest(b""))
        with full(server) as empty, Client(server) as new:
            for client in (before, new):
                for _ in range(3):
                    client.send(asked)
                    assert refused(client)
            empty()
            for client in (before, new):
                client.send(asked)
                assert client.answer() == (200, digest(asked.partition(b"\r\n\r\n")[2]))


def test_who_writes_is_refused_from_the_loop_where_only_those_are_too_many(tmp_path: Path) -> None:
    writes, log_in = post(b"x", path="/v1/patients/held"), post(b"x", path="/v1/auth/login?now")
    with serving(tmp_path, "app", one_writes=True) as server, Client(server) as reads, Client(server) as logs_in:
        with full(server, writes, WRITERS_EACH) as empty, Client(server) as another:
            another.send(writes)
            assert refused(another)
            for client, raw in ((reads, GET), (logs_in, log_in)):
                client.send(raw)
            empty()
        assert reads.answer() == (200, digest(b""))
        assert logs_in.answer() == (200, digest(b"x"))


def test_without_an_admission_a_thread_refuses_and_that_is_seen(tmp_path: Path) -> None:
    """Planted: the worker does not know how full it is."""
    with serving(tmp_path, "plain") as server, full(server), Client(server) as client:
        client.send(GET)
        assert not refused(client)


ANSWERED = {
    name: raw
    for name, raw in NOT_PLAIN.items()
    if raw.endswith((b"\r\n\r\n", b"hello")) and b"/health" not in raw and b"/metrics" not in raw
    if name not in {"the beginning of HTTP/2", "chunks", "asks whether to go on"}
}
"""Those of which the server waits for nothing more."""


@pytest.mark.parametrize("seen", ANSWERED.values(), ids=ANSWERED)
def test_what_is_not_plain_is_answered_as_by_a_server_that_has_room(server: Server, seen: bytes) -> None:
    """Whether it is refused for what it is, or because there is no room; and nothing is taken for a request twice."""
    with_room = answers_to(server, seen)
    with full(server):
        told = answers_to(server, seen)
    assert [status for _, status, _ in told] == [503 if status == 200 else status for _, status, _ in with_room]
    assert all(status != 503 or b"\r\nserver:" in head for head, status, _ in told)


def answers_to(server: Server, seen: bytes) -> list[tuple[bytes, int, bytes]]:
    """Return the answer to each request in this, head, status and body."""
    with Client(server) as client:
        client.send(seen)
        return [client.whole_answer(has_body=not seen.startswith(b"HEAD")) for _ in range(seen.count(b" HTTP/1."))]


def test_whether_it_lives_is_answered_while_there_is_no_room(server: Server) -> None:
    with full(server), Client(server) as client:
        for _ in range(3):
            client.send(GET.replace(b"/ ", b"/health/live "))
            assert client.answer()[0] == 200


def test_all_threads_are_there_from_the_first_request_on(tmp_path: Path) -> None:
    with serving(tmp_path, "app") as fresh:
        assert int(say(fresh, "/health/threads")) == 1 + threads_for(1)


def test_who_connects_and_speaks_later_is_heard(server: Server) -> None:
    with full(server) as empty, Client(server) as first, Client(server) as second:
        assert say(server, "/health/full") == b"true"  # both are connected by now, and have said nothing
        first.send(GET[:10])
        second.send(GET)
        assert refused(second)
        first.send(GET[10:])
        refused(first)
        empty()
        second.send(GET)
        assert second.answer()[0] == 200


def test_who_comes_in_pieces_or_goes_away_holds_up_nobody(server: Server) -> None:
    with full(server) as empty, Client(server) as slow:
        slow.send(post(b"hello")[:-3])
        for _ in range(5):
            with Client(server) as gone:
                gone.send(GET)
        with Client(server) as client:
            client.send(GET)
            assert refused(client)
        empty()
        slow.send(b"llo")
        assert slow.answer() == (200, digest(b"hello"))


def test_a_thread_that_computes_is_left_to_it_for_twenty_milliseconds(server: Server) -> None:
    """The threads of this process have Python's own five."""
    assert float(say(server, "/health/turn")) == pytest.approx(0.02) != sys.getswitchinterval()
