"""Clients that take their time: they say nothing, or a letter at a time, or take nothing of their answer."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from types import TracebackType

LETTER_EVERY_S = 1.0
SMALLEST_BUFFER_BYTES = 2048
_HEAD = b"POST /v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
KINDS: dict[str, tuple[bytes, bytes]] = {
    "says nothing": (b"", b""),
    "a head a letter at a time": (b"G", b"ET /v1/exercises HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 8000),
    "a body a letter at a time": (_HEAD + b"Content-Length: 2000\r\n\r\n", b"x" * 2000),
    "chunks a letter at a time": (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000),
    "takes no answer": (b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b""),
}
"""What each kind sends at once, and what of it a letter at a time."""


class SlowClients:
    """So many at a time, of each kind as many; whoever is sent away comes again."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.count = port, count
        self.connected = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._are_there, self._end = threading.Event(), asyncio.Event()

    def __enter__(self) -> SlowClients:
        self._thread.start()
        assert self._are_there.wait(60), "they were not let in at all"
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
        self._loop.close()

    def _work(self) -> None:
        self._loop.run_until_complete(self._all())

    async def _all(self) -> None:
        kinds = list(KINDS.values())
        clients = [asyncio.create_task(self._client(*kinds[number % len(kinds)])) for number in range(self.count)]
        await self._end.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, at_once: bytes, slowly: bytes) -> None:
        while True:
            with suppress(OSError):
                await self._connection(at_once, slowly)
            await asyncio.sleep(0.05)

    async def _connection(self, at_once: bytes, slowly: bytes) -> None:
        with socket.socket() as connection:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER_BYTES)
            await self._loop.sock_connect(connection, ("127.0.0.1", self.port))
            self.connected += 1
            if self.connected >= self.count:
                self._are_there.set()
            await self._loop.sock_sendall(connection, at_once)
            for letter in slowly:
                await asyncio.sleep(LETTER_EVERY_S)
                await self._loop.sock_sendall(connection, bytes([letter]))
            await asyncio.sleep(60)
