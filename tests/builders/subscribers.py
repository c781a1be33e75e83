"""Browsers that subscribe to web push, and read what is pushed to them with the key that never left them."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.builders.devices import an_id


def base64url(octets: bytes) -> str:
    """Return bytes as browsers write them."""
    return urlsafe_b64encode(octets).decode().rstrip("=")


@dataclass
class Browser:
    """One browser's subscription, with its private key."""

    endpoint: str
    id: str = field(default_factory=an_id)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def order(self) -> dict[str, Any]:
        """Return what the browser sends to subscribe."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self.auth)}
        return {"id": self.id, "endpoint": self.endpoint, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """Return what was pushed, in clear; raise ECEException where it was not for this browser."""
        return dict(json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)))


def a_subscription() -> dict[str, Any]:
    """Return what a browser of nobody in particular sends."""
    return Browser("https://push.example.org/send/" + secrets.token_hex(8)).order()


def claims_of(authorization: str, public_key: str) -> dict[str, Any]:
    """Return what a push service reads in the header, once the signature is found to be of this key."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", public_key)
    assert Vapid02.verify(authorization)
    told = parts["t"].split(".")[1]
    return dict(json.loads(urlsafe_b64decode(told + "=" * (-len(told) % 4))))
