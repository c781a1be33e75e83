"""A server whose turns wait for no client: whole requests get one, slow ones take none, and each answer arrives."""

from __future__ import annotations

import hashlib
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest

from tests.builders.databases import prepare
from tests.builders.people import Person
from tests.builders.servers import SECRET, Server, await_server, product_environment, spawn, start_server
from tests.faults.phones import patients
from tests.integration.test_crash import run_body

THREADS, SLOW = 40, 8
WITHIN_S = 10.0
LONG = 6_000_000
ECHO = """
import hashlib
from app.web.admission import Admission
from app.web.whole import WholeBodies

def answer(environ, start):
    if environ["PATH_INFO"] == "/long":
        body = b"a" * 6_000_000
    else:
        read, digest = environ["wsgi.input"].read, hashlib.sha256()
        while piece := read(65536):
            digest.update(piece)
        body = digest.hexdigest().encode()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]

reads_in_turn = Admission(answer, 2, lambda: None)
app = WholeBodies(reads_in_turn)
"""


@contextmanager
def serving(folder: Path, program: str) -> Iterator[Server]:
    """Serve a small program that tells what it was sent."""
    (folder / "echo.py").write_text(ECHO)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        options = [f"--bind=fd://{bound.fileno()}", "--workers=1", f"--threads={THREADS}", "--keep-alive=20"]
        command = [sys.executable, "-m", "gunicorn", *options, "--worker-class=gthread", f"echo:{program}"]
        server = spawn(command, {"PYTHONPATH": str(folder)}, folder, bound.getsockname()[1], [bound.fileno()])
    await_server(server, "/health/live")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("echo"), "app") as found:
        yield found


class Client:
    """A connection, and what came back over it."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN_S)
        self._read = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def line_of_head(self) -> str:
        return self._until(b"\r\n\r\n").split(b"\r\n")[0].decode()

    def answer(self) -> tuple[int, bytes]:
        """Return the next answer: its status and its body."""
        return self.whole_answer()[1:]

    def whole_answer(self, *, has_body: bool = True) -> tuple[bytes, int, bytes]:
        """Return the next answer: its head in small letters, its status and its body."""
        head = self._until(b"\r\n\r\n").lower() + b"\r\n"
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]) if has_body else 0
        while len(self._read) < length:
            self._read += self._received()
        body, self._read = self._read[:length], self._read[length:]
        return head, int(head.split(b" ")[1]), body

    def is_closed(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _until(self, end: bytes) -> bytes:
        while end not in self._read:
            self._read += self._received()
        found, _, self._read = self._read.partition(end)
        return found

    def _received(self) -> bytes:
        if piece := self.socket.recv(65536):
            return piece
        raise ConnectionResetError


def digest(body: bytes) -> bytes:
    """Return what the program answers to a body."""
    return hashlib.sha256(body).hexdigest().encode()


def post(body: bytes, *more: str, path: str = "/") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
BEGIN_OF_ANSWER = b"HTTP/1.1 200"
BEGUN = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHos",
    "half a body": post(b"x" * 100)[:-50],
    "half a chunk": b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nxxx",
    "takes no answer": b"GET /long HTTP/1.1\r\nHost: here\r\n\r\n",
}


@contextmanager
def slow(server: Server, begun: bytes) -> Iterator[list[Client]]:
    """Have more clients than are worked on at once, all of which have got as far as that."""
    with ExitStack() as held:
        clients = [held.enter_context(Client(server)) for _ in range(SLOW)]
        for client in clients:
            client.send(begun)
            if begun == BEGUN["takes no answer"]:  # one after the other: there is room for each to be worked on
                assert client.socket.recv(len(BEGIN_OF_ANSWER), socket.MSG_PEEK) == BEGIN_OF_ANSWER
        yield clients


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_who_is_slow_takes_no_turn_from_the_others(server: Server, begun: bytes) -> None:
    with slow(server, begun), Client(server) as other:
        for _ in range(3):
            other.send(GET)
            assert other.answer() == (200, digest(b""))


def test_turns_that_wait_for_their_clients_are_seen(tmp_path: Path) -> None:
    """Planted: a body is read by who has the turn."""
    with serving(tmp_path, "reads_in_turn") as server, slow(server, BEGUN["half a body"]), Client(server) as other:
        other.send(GET)
        assert other.answer()[0] == 503


CHUNKED = "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = bytes(range(256)) * 8192
WAYS: dict[str, tuple[Callable[[], list[bytes]], bytes]] = {
    "at once": (lambda: [post(b"hello")], b"hello"),
    "without a body": (lambda: [GET], b""),
    "a letter at a time": (lambda: [bytes([one]) for one in post(b"hello")], b"hello"),
    "two megabytes": (lambda: [post(LARGE)], LARGE),
    "in chunks": (lambda: [CHUNKED.encode(), b"5\r\nhel", b"lo\r\n6;x=y\r\n world\r", b"\n0\r\n\r\n"], b"hello world"),
    "with a trailer": (lambda: [f"{CHUNKED}1\r\nx\r\n0\r\nX-More: 1\r\n".encode(), b"\r\n"], b"x"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_arrives_whole_in_whatever_pieces(server: Server, way: str) -> None:
    pieces, body = WAYS[way]
    with Client(server) as client:
        for _ in range(2):
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.send(*pieces())
            assert client.answer() == (200, digest(body))


def test_requests_sent_one_behind_the_other_are_answered_in_order(server: Server) -> None:
    with Client(server) as client:
        client.send(post(b"one") + post(b"two") + GET + post(b"three")[:-2])
        client.send(b"ee")
        answers = [client.answer() for _ in range(4)]
    assert answers == [(200, digest(body)) for body in (b"one", b"two", b"", b"three")]


def test_who_asks_whether_to_go_on_is_told_so(server: Server) -> None:
    with Client(server) as client:
        client.send(post(b"x" * 5, "Expect: 100-continue")[:-5])
        assert client.line_of_head() == "HTTP/1.1 100 Continue"
        client.send(b"hello")
        while (line := client.line_of_head()) == "HTTP/1.1 100 Continue":
            pass
    assert line == "HTTP/1.1 200 OK"


def test_a_long_answer_arrives_whole_and_the_connection_stays(server: Server) -> None:
    with Client(server) as client:
        client.send(BEGUN["takes no answer"] + GET)
        assert client.answer() == (200, b"a" * LONG)
        assert client.answer() == (200, digest(b""))


@pytest.mark.deep
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_entry_that_comes_slowly_holds_up_nobody_who_writes(fresh_database_url: str, tmp_path: Path) -> None:
    """This server works on one request at a time."""
    prepare(fresh_database_url)
    slow_one, other = patients(fresh_database_url, tmp_path, 2)
    environment = product_environment(fresh_database_url, tmp_path / "var", SECRET)
    server = start_server(environment, tmp_path, workers=1, threads=1)
    try:
        with Client(server) as slowly, Client(server) as quick:
            raw = _logging(slow_one, 0)
            slowly.send(raw[:-20])
            for number in range(3):
                quick.send(_logging(other, number))
                assert quick.answer()[0] == 201
            slowly.send(raw[-20:])
            assert slowly.answer()[0] == 201
    finally:
        server.stop()


def _logging(person: Person, number: int) -> bytes:
    headers = ("Content-Type: application/json", f"Authorization: Bearer {person.token}")
    return post(orjson.dumps(run_body(number)), *headers, path=f"/v1/patients/{person.id}/runs")
