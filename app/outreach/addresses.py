"""Where a webhook may go: to public addresses over https, and to nothing else, however it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.kernel.errors import FieldFault, Invalid

LONGEST_URL = 500
HTTPS, HTTP = "https", "http"
_PORTS = {HTTPS: 443, HTTP: 80}
_PRINTABLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NATIVE_IPV6 = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
"""The special-purpose ranges of RFC 6890 and its registries; of IPv6 all that is outside 2000::/3 besides."""


class NotAPublicAddress(Invalid):
    """A webhook goes to a public https address."""

    code = "webhook_address"
    title = "A webhook goes to a public https address"


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address in its parts; the host is a name in ASCII, or an address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return host and port as they are written in a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, *, to_loopback: bool = False) -> Target:
    """Return the parts of an address; raise NotAPublicAddress for whatever cannot be one.

    With `to_loopback` http to this machine is good as well: for tests and development.
    """
    try:
        parsed = urlsplit(url)
        host, port = (parsed.hostname or "").lower(), parsed.port
    except ValueError:
        raise _refused() from None
    strange = parsed.username is not None or parsed.password is not None or parsed.fragment or "\\" in url
    if strange or len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url) or parsed.scheme not in _PORTS or port == 0:
        raise _refused()
    target = Target(parsed.scheme, host, port or _PORTS[parsed.scheme], _path(parsed.path, parsed.query))
    literal = _literal(host)
    is_own = to_loopback and literal is not None and literal.is_loopback
    if (target.scheme == HTTP and not is_own) or (literal is None and not _NAME.fullmatch(host)):
        raise _refused()
    if literal is not None and not is_own and not is_public(literal):
        raise _refused()
    return target


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Is this an address of the public net? Those that only carry an IPv4 address inside are not."""
    if isinstance(address, IPv6Address) and (address not in _NATIVE_IPV6 or address.scope_id is not None):
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _refused() -> NotAPublicAddress:
    return NotAPublicAddress(faults=[FieldFault("/url", "not_public", "https, and a public host.")])
