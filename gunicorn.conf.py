"""What gunicorn does before it opens its socket: in production it starts only where nothing is in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_address
from typing import Any

UNSAFE = 3


def on_starting(server: Any) -> None:
    """Refuse to start, with a sentence for each reason; called before any socket is made."""
    if os.environ.get("TROCHLEA_MODE") == "production":
        allowed = os.environ.get("TROCHLEA_ALLOW_INSECURE") == "1" and all(map(_is_loopback, server.cfg.address))
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "check"]
        asked = [*command, *(["--allow-insecure"] if allowed else [])]
        code = subprocess.run(asked, check=False).returncode  # noqa: S603 - our own command
        if code:
            raise SystemExit(code)
    os.environ["TROCHLEA_CHECKED_BY"] = str(os.getpid())


def _is_loopback(address: Any) -> bool:
    """Can nobody but this machine reach this address? Of a handed-over socket nobody knows."""
    if isinstance(address, str):
        return address.startswith("/")
    try:
        return isinstance(address, tuple) and (address[0] == "localhost" or ip_address(address[0]).is_loopback)
    except ValueError:
        return False
