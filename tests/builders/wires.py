"""People whose requests go over HTTP to a real server, in the place of the application's own test client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from app.db.engine import Database
from tests.builders.applications import DAY_S, lent_application
from tests.builders.databases import prepare
from tests.builders.people import People, Person
from tests.builders.servers import Server, start_patiently

BUSY_S, MOST_TRIES = 0.1, 200


@dataclass(frozen=True)
class Told:
    """An answer, with what the tests read of one."""

    status_code: int
    headers: httpx.Headers
    data: bytes
    json: Any


class Wire:
    """Sends requests as a test client does; where the server is too busy to begin, it comes again as it is told to."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def open(self, path: str, method: str, **options: Any) -> Told:
        """Send a request."""
        options = {"params" if name == "query_string" else name: value for name, value in options.items()}
        for _ in range(MOST_TRIES):
            answer = self._client.request(method, path, **options)
            if answer.status_code != 503 or answer.json()["code"] not in ("busy", "unavailable"):
                break
            threading.Event().wait(BUSY_S)
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Told(answer.status_code, answer.headers, answer.content, answer.json() if is_json else None)

    def get(self, path: str, **options: Any) -> Told:
        """GET."""
        return self.open(path, "GET", **options)

    def post(self, path: str, **options: Any) -> Told:
        """POST."""
        return self.open(path, "POST", **options)


@dataclass
class Product:
    """A database of its own, people made in it, and the servers that are started on it."""

    database: Database
    people: People
    url: str
    folder: Path
    wires: ExitStack

    def wired(self, server: Server) -> Callable[[Person], Person]:
        """Return how somebody comes to speak over HTTP; many may at once, each then has a connection of their own."""
        wire = Wire(server.url)
        self.wires.callback(wire.close)

        def over(person: Person) -> Person:
            return replace(person, client=wire)  # type: ignore[arg-type]

        return over

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Yield a server; it is ended in the end."""
        server = self.start()
        try:
            yield server
        finally:
            server.kill()

    def start(self) -> Server:
        """Start a server with two worker processes."""
        return start_patiently(self.url, self.folder)


@contextmanager
def product(url: str, folder: Path) -> Iterator[Product]:
    """Yield a product on an empty database."""
    prepare(url)
    with lent_application(url, folder / "var", pool_size=2, access_token_s=DAY_S) as made, ExitStack() as wires:
        yield Product(made.database, made.people, url, folder, wires)
