"""Web push: encrypted for one device (RFC 8291), signed as ours (RFC 8292), and posted as webhooks are.

The push service reads neither text nor kind; it learns that there is something for a browser, and when.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from app.kernel.clock import now
from app.kernel.errors import FieldFault, Invalid
from app.outreach.addresses import NotAPublicAddress, Target, target_of
from app.outreach.carriers import NobodyThere, NotCarried, Push
from app.outreach.posting import NotPosted, post

POINT_BYTES, AUTH_BYTES = 65, 16
SALT_BYTES = 16
SIGNED_FOR = timedelta(hours=12)
"""So long the signature is good; push services allow a day."""
_OK, _REDIRECT, _NOT_FOUND, _GONE = 200, 300, 404, 410


class NotAPushService(Invalid):
    """A push goes to a public https address with a name."""

    code = "push_endpoint"
    title = "A push goes to a public https address"


class NotADevicesKey(Invalid):
    """What was sent is no key that something can be encrypted for."""

    code = "push_keys"
    title = "These are not the keys of a subscription"


def service_of(endpoint: str, *, to_loopback: bool) -> Target:
    """Return the parts of a push service's address, by the rules for webhooks; raise NotAPushService."""
    try:
        target = target_of(endpoint, to_loopback=to_loopback)
    except NotAPublicAddress:
        raise _not_a_service() from None
    if ":" in target.host:
        raise _not_a_service()
    return target


def check_key(public_key: bytes) -> None:
    """Raise NotADevicesKey unless these bytes are a point on P-256."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError:
        raise NotADevicesKey(faults=[FieldFault("/keys/p256dh", "not_a_point", "A point on P-256.")]) from None


@dataclass(frozen=True, slots=True)
class PushServices:
    """Hands pushes to the services that the browsers named."""

    key: ec.EllipticCurvePrivateKey
    sender: str
    to_loopback: bool = False

    def carry(self, letter: Push) -> None:
        """Encrypt a push for its device and post it; raise NotCarried, or NobodyThere for 404 and 410."""
        try:
            target = service_of(letter.to.endpoint, to_loopback=self.to_loopback)
            told = encrypted(letter.payload, letter.to.public_key, letter.to.auth)
            status = post(target, told, self._headers(target, letter), to_loopback=self.to_loopback)
        except (NotPosted, NotAPushService) as error:
            raise NotCarried(str(error) if isinstance(error, NotPosted) else error.code) from None
        if status in (_NOT_FOUND, _GONE):
            raise NobodyThere(str(status))
        if not _OK <= status < _REDIRECT:
            raise NotCarried(str(status))

    def _headers(self, target: Target, push: Push) -> dict[str, str]:
        claims = {
            "aud": f"{target.scheme}://{target.authority}",
            "sub": f"mailto:{parseaddr(self.sender)[1]}",
            "exp": int((now() + SIGNED_FOR).timestamp()),
        }
        return {
            **Vapid02(self.key, {"no-strict": True}).sign(claims),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(push.good_s),
            "Topic": topic_of(push.id),
            "User-Agent": "Trochlea",
        }


def topic_of(push_id: str) -> str:
    """Return what a second copy takes the place of the first by, while the service still holds it: 22 letters."""
    return urlsafe_b64encode(UUID(push_id).bytes).decode().rstrip("=")


def encrypted(payload: bytes, public_key: bytes, auth: bytes) -> bytes:
    """Return one record of aes128gcm, under a key of its own, that the device alone can read."""
    once = ec.generate_private_key(ec.SECP256R1())
    told: bytes = http_ece.encrypt(
        payload, salt=secrets.token_bytes(SALT_BYTES), private_key=once, dh=public_key, auth_secret=auth
    )
    return told


def _not_a_service() -> NotAPushService:
    return NotAPushService(faults=[FieldFault("/endpoint", "not_public", "https, and a public host with a name.")])
