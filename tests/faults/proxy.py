"""A network that fails: a proxy on loopback that loses answers, resets connections and holds answers back."""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

SHARES = {"lost": 0.10, "reset": 0.05, "delayed": 0.10, "passed": 0.75}
"""What becomes of which share of the answers, each given by the server after its commit."""
LONGEST_DELAY_S = 0.05
_NO_LINGER = struct.pack("ii", 1, 0)


class LossyProxy:
    """Passes requests on to a port of this machine, and not all of the answers back."""

    def __init__(self, port: int, seed: int) -> None:
        self.fates: Counter[str] = Counter()
        self._port, self._chance, self._one = port, random.Random(seed), threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LossyProxy:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def fate(self) -> str:
        """Return what becomes of the next answer."""
        with self._one:
            (name,) = self._chance.choices(tuple(SHARES), tuple(SHARES.values()))
            self.fates[name] += 1
            return name

    def delay_s(self) -> float:
        """Return how long an answer is held back."""
        with self._one:
            return self._chance.uniform(0, LONGEST_DELAY_S)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Pass a request on and return the whole answer: the server has committed by then."""
        upstream = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            upstream.request(method, path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            upstream.close()


class _Handler(BaseHTTPRequestHandler):
    proxy: LossyProxy
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, told = self.proxy.ask(self.command, self.path, dict(self.headers.items()), body)
        self.close_connection = True
        match self.proxy.fate():
            case "lost":
                return
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
                return
            case "delayed":
                threading.Event().wait(self.proxy.delay_s())
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = _pass_on  # noqa: N815 - the library asks for these names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
