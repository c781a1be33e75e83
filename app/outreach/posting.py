"""Posts to somebody else's server: resolves its name once, connects to that very address, and reads one line.

It follows no redirect, knows no proxy, and is over after a fixed time, whatever the other side does; how long a
name takes is the resolver's to bound. Written on the
socket: a client library would resolve the name again, and bounds the wait for each byte and not for all of them.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping
from ipaddress import ip_address

from app.outreach.addresses import HTTPS, Target, is_public

MOST_S = 10.0
"""Seconds for all that follows the name: connection, TLS, request and the first line of the answer."""
_MOST_LINE = 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")


class NotPosted(Exception):
    """It did not arrive; the text is one of our own codes."""


def post(target: Target, body: bytes, headers: Mapping[str, str], *, to_loopback: bool = False) -> int:
    """Post JSON and return the status of the answer, of which nothing else is read; raise NotPosted."""
    address = _resolved(target, to_loopback=to_loopback)
    until = time.monotonic() + MOST_S
    try:
        with socket.create_connection((address, target.port), timeout=_left(until)) as plain:
            if target.scheme != HTTPS:
                return _asked(plain, _request(target, body, headers), until)
            plain.settimeout(_left(until))
            with ssl.create_default_context().wrap_socket(plain, server_hostname=target.host) as secured:
                return _asked(secured, _request(target, body, headers), until)
    except TimeoutError:
        raise NotPosted("timeout") from None
    except ssl.SSLError:
        raise NotPosted("tls") from None
    except OSError:
        raise NotPosted("no_connection") from None


def _resolved(target: Target, *, to_loopback: bool) -> str:
    """Return the one address to connect to; if any that the name has is not public, there is none."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPosted("no_such_host") from None
    addresses = [ip_address(one[4][0]) for one in found]
    is_good = all(is_public(one) or (to_loopback and one.is_loopback) for one in addresses)
    if not addresses or not is_good:
        raise NotPosted("not_public")
    return str(addresses[0])


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    told = {"Host": target.authority, "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {target.path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode("ascii") + body


def _asked(connection: socket.socket, request: bytes, until: float) -> int:
    connection.settimeout(_left(until))
    connection.sendall(request)
    line = b""
    while b"\n" not in line:
        connection.settimeout(_left(until))
        read = connection.recv(_MOST_LINE - len(line))
        if not read:
            break
        line += read
    status = _STATUS.match(line)
    if status is None:
        raise NotPosted("no_http")
    return int(status.group(1))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
