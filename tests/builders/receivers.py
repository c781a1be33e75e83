"""A server on this machine that hears webhooks, answers as it is told to, and counts who ever connected."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any


class Receiver:
    """Listens on loopback of IPv4 (and of IPv6, where there is one) at one port."""

    def __init__(
        self, answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n", context: ssl.SSLContext | None = None
    ) -> None:
        self.answer, self.context = answer, context
        self.connections = 0
        self.heard: list[bytes] = []
        self._first = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.port = self._first.getsockname()[1]
        self._listeners = [self._first]
        with suppress(OSError):
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6, backlog=32))
        self._threads = [threading.Thread(target=self._listen, args=(one,), daemon=True) for one in self._listeners]
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        """Return its address on this machine."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/hook?from=trochlea"

    def told(self) -> list[dict[str, Any]]:
        """Return what it was told, oldest first."""
        return [json.loads(one.partition(b"\r\n\r\n")[2]) for one in self.heard]

    def headers(self, number: int = -1) -> dict[str, str]:
        """Return the headers of a message."""
        head = self.heard[number].partition(b"\r\n\r\n")[0].decode()
        return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])

    def close(self) -> None:
        """Stop listening."""
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join(10)

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with plain, suppress(OSError):
                plain.settimeout(10)
                if self.context is None:
                    self._talk(plain)
                else:
                    with self.context.wrap_socket(plain, server_side=True) as secured:
                        self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        told = b""
        while not self._is_whole(told):
            read = connection.recv(65536)
            if not read:
                break
            told += read
        self.heard.append(told)
        connection.sendall(self.answer)

    @staticmethod
    def _is_whole(told: bytes) -> bool:
        head, middle, body = told.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        ]
        return bool(middle) and len(body) >= sum(lengths)
