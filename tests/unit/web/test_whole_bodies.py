"""A body is taken in before anything else is asked for: whole, cut off, too long, or from somebody who falls silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from app.web import whole
from app.web.whole import WholeBodies

KNOWN = {"HTTP_AUTHORIZATION": "Bearer x"}


class Source:
    """A body as a server gives it: what is left of it tells how much was taken in."""

    def __init__(self, body: bytes, *, falls_silent: bool = False) -> None:
        self.rest, self._falls_silent = BytesIO(body), falls_silent

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self.rest.read(size)
        if self._falls_silent and not piece:
            raise TimeoutError
        return piece


class Program:
    """Remembers what it was given, and how much had been taken in by then."""

    def __init__(self, at_once: int = 1000) -> None:
        self.read, self.waiting, self._at_once = b"", -1, at_once

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Read all there is."""
        self.waiting = len(environ["source"].rest.read()) if "source" in environ else 0
        while piece := environ["wsgi.input"].read(self._at_once):
            self.read += piece
        start("200 OK", [])
        return [b"done"]


def ask(body: bytes, *, length: int | None, falls_silent: bool = False, **more: str) -> Program:
    """Send a body; without a length it comes in chunks."""
    program, source = Program(), Source(body, falls_silent=falls_silent)
    environ: dict[str, Any] = {"wsgi.input": source, "source": source, **more}
    if length is None:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    else:
        environ["CONTENT_LENGTH"] = str(length)
    WholeBodies(program)(environ, lambda *_: None)
    return program


@pytest.mark.parametrize("length", [200_000, None], ids=["with a length", "in chunks"])
def test_the_program_is_asked_when_the_body_is_there(length: int | None) -> None:
    program = ask(b"x" * 200_000, length=length)
    assert (program.read, program.waiting) == (b"x" * 200_000, 0)


def test_what_was_cut_off_is_left_for_the_program_to_refuse() -> None:
    assert ask(b"half", length=8).read == b"half"


def test_who_falls_silent_is_parted_with_before_anybody_is_asked() -> None:
    with pytest.raises(ConnectionResetError):
        ask(b"half", length=8, falls_silent=True)


@pytest.mark.parametrize(("more", "is_taken_in"), [({}, False), (KNOWN, True)], ids=["a stranger", "somebody"])
def test_of_strangers_nothing_long_is_taken_in(more: dict[str, str], is_taken_in: bool) -> None:
    length = whole.MOST_OF_STRANGERS_BYTES + 1
    assert (ask(b"x" * 10, length=length, **more).waiting == 0) is is_taken_in


@pytest.mark.parametrize("at_once", [1000, -1], ids=["in pieces", "all"])
def test_what_is_longer_goes_on_behind_what_was_taken_in(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(whole, "MOST_OF_STRANGERS_BYTES", 100_000)
    program = Program(at_once)
    environ = {"wsgi.input": Source(bytes(range(250)) * 1000), "HTTP_TRANSFER_ENCODING": "chunked"}
    WholeBodies(program)(environ, lambda *_: None)
    assert program.read == bytes(range(250)) * 1000


def test_no_more_is_put_aside_than_there_is_room_for_and_the_room_is_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole, "HELD_MOST_BYTES", 100_000)
    program = Program()
    door = WholeBodies(program)
    for _ in range(3):
        source = Source(b"x" * 300_000)
        environ = {"wsgi.input": source, "source": source, "CONTENT_LENGTH": "300000", **KNOWN}
        door(environ, lambda *_: None)
        assert 0 < program.waiting < 300_000 - 100_000
