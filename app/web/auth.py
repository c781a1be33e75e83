"""Who asks, and may they: a signed token names the device session, one look-up decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from flask import Flask, Response, current_app, g
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, get_jwt_header, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from sqlalchemy.orm import Session

from app.db.trail import Line, append
from app.kernel.clock import now
from app.kernel.errors import Denied, Unauthenticated
from app.kernel.ids import new_id, parse_id
from app.kernel.permissions import Actor, Look, Permission
from app.settings import Settings
from app.web.asked import asked, kept
from app.web.keyring import KeyRing, Keys
from app.web.transaction import looking, note_place, write_or_refuse
from app.web.verified import Named, Proven

Permits = Callable[[Session, UUID, UUID, Permission, UUID | None, UUID | None], Actor]
"""(db, account, its device session, permission, patient, clinic) -> the actor, or one of the refusals raised."""
Witness = Callable[[Session, Actor, Sequence[Look], str, datetime], None]
"""(db, actor, what they used of other people's, operation, when): writes it down."""

LEEWAY_S = 30
MULTIPLE_CHOICES = 300
"""From here on an answer holds nothing of what was asked for."""


def init_auth(app: Flask, settings: Settings, keys: Keys, permits: Permits, witness: Witness) -> None:
    """Set up the tokens' form; hand over the one question, may this device session do that, and who writes it down."""
    app.config.update(
        JWT_ALGORITHM="EdDSA",
        JWT_DECODE_ALGORITHMS=["EdDSA"],
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_s),
        JWT_ENCODE_ISSUER=settings.external_url,
        JWT_DECODE_ISSUER=settings.external_url,
        JWT_ENCODE_AUDIENCE=settings.token_audience,
        JWT_DECODE_AUDIENCE=settings.token_audience,
        JWT_DECODE_LEEWAY=LEEWAY_S,
    )
    manager = JWTManager(app)
    manager.encode_key_loader(lambda _identity: _ring().signing_key)
    manager.decode_key_loader(lambda header, _claims: _checking_key(_ring(), header))
    app.extensions["trochlea.keys"] = keys
    app.extensions["trochlea.permits"] = permits
    app.extensions["trochlea.witness"] = witness
    app.extensions["trochlea.proven"] = Proven()


def issue_access_token(
    account_id: UUID,
    device_id: UUID,
    logged_in_at: datetime,
    *,
    has_second_factor: bool = False,
    token_epoch: int = 0,
) -> str:
    """Return a token of ten minutes that names the account and its device session, and nothing about health."""
    token: str = create_access_token(
        identity=str(account_id),
        additional_claims={
            "sid": str(device_id),
            "jti": str(new_id()),
            "auth_time": int(logged_in_at.timestamp()),
            "amr": ["pwd", "otp"] if has_second_factor else ["pwd"],
            "epoch": token_epoch,
        },
        additional_headers={"kid": _ring().signing_kid, "typ": "at+jwt"},
    )
    return token


def hand_out(token: str) -> str:
    """Return a token that was just issued here, and remember whom it names.

    The next requests of a phone come over the same connection, to this process: it need not prove what it signed.
    """
    proven: Proven = current_app.extensions["trochlea.proven"]
    claims = jwt.decode(token, options={"verify_signature": False})
    proven.remember(f"Bearer {token}", _named_by(claims, jwt.get_unverified_header(token)["kid"]))
    return token


def admit(permission: Permission, patient_id: UUID | None, clinic_id: UUID | None = None) -> None:
    """Note who asks, or raise Unauthenticated, Denied or NotVisible; reads the device session each time."""
    if permission is Permission.PUBLIC:
        return
    named = _named()
    admit_as(named.account_id, named.device_id, permission, patient_id, clinic_id)
    if named.token_epoch != actor().token_epoch:
        raise Unauthenticated


def admit_as(
    account_id: UUID, device_id: UUID, permission: Permission, patient_id: UUID | None, clinic_id: UUID | None = None
) -> None:
    """Note that this account's device session asks, or raise as `admit` does; for a door with another key to it."""
    permits: Permits = current_app.extensions["trochlea.permits"]
    with looking() as session:
        kept().actor = permits(session, account_id, device_id, permission, patient_id, clinic_id)
        note_place(session, patient_id)
    if patient_id is not None:
        note_look(permission, patient_id)


def note_look(permission: Permission, patient_id: UUID) -> None:
    """Remember that whoever asks uses this of a patient's; their own is nobody else's business."""
    if not actor().is_patient(patient_id):
        g.setdefault("looks", []).append(Look(patient_id, permission))


def log_looks(response: Response, operation: str) -> None:
    """Write down whose things this answer shows or changes, before it is given; raise NotLogged where that fails.

    A refusal shows nothing, and 304 only says that nothing is new since what was written down before.
    """
    if response.status_code < MULTIPLE_CHOICES:
        log_acts(operation)


def log_acts(operation: str) -> None:
    """Write down whose things this request shows or changes, whatever its answer is; raise NotLogged."""
    if looks := kept().pop("looks", ()):
        witness: Witness = current_app.extensions["trochlea.witness"]
        write_or_refuse(lambda session: witness(session, actor(), looks, operation, now()))


def note_act(account_id: UUID, device_id: UUID | None, action: str | None = None) -> None:
    """Remember whose act this is where no token says so; with an `action` of its own it is written down when refused.

    (A refresh token that was used before ends the session that it belongs to.)
    """
    g.act = (account_id, device_id, action)


def log_act(response: Response, operation: str, named: Mapping[str, Any]) -> None:
    """Write down who did this, with what it changes; raise NotLogged where that fails. `named` is what its path names.

    A refusal that changes nothing leaves no line here; it is in the server's log.
    """
    who, device, action = g.pop("act", None) or (_asking() if "actor" in g else (None, None, None))
    if who is None or (action is None and response.status_code >= MULTIPLE_CHOICES):
        return
    about = next((found for found in named.values() if isinstance(found, UUID)), who)
    line = Line(at=now(), actor_id=who, device_id=device, action=action or operation, about_id=about)
    write_or_refuse(lambda session: append(session, [line]))


def _asking() -> tuple[UUID, UUID, None]:
    return actor().account_id, actor().device_id, None


def actor() -> Actor:
    """Return who asks."""
    found: Actor = kept().actor
    return found


def own_patient_id() -> UUID:
    """Return the patient who asks; raise Denied for anybody else."""
    who = actor()
    if not who.is_patient(who.account_id):
        raise Denied
    return who.account_id


def _named() -> Named:
    """Return whom the request's token names; raise Unauthenticated unless every claim is there and holds."""
    proven: Proven = current_app.extensions["trochlea.proven"]
    sent = asked().headers.get("Authorization", "")
    named = proven.find(sent, now())
    if named is None or not _ring().accepts(named.kid):
        named = _prove()
        proven.remember(sent, named)
    return named


def _prove() -> Named:
    """Return whom the request's token names, looked at whole; raise Unauthenticated."""
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError, ValueError, TypeError):
        raise Unauthenticated from None
    return _named_by(get_jwt(), get_jwt_header()["kid"])


def _named_by(claims: Mapping[str, Any], kid: str) -> Named:
    """Return whom claims name that are known to be ours; raise Unauthenticated unless all that is needed is there."""
    # PyJWT checks the times that are there; a token without an end would be good for ever.
    if claims.get("type") != "access" or claims.get("exp") is None or claims.get("jti") is None:
        raise Unauthenticated
    account, device, epoch = _id(claims.get("sub")), _id(claims.get("sid")), claims.get("epoch")
    if account is None or device is None or type(epoch) is not int:
        raise Unauthenticated
    try:
        begins_s = max(int(claims.get(name) or 0) for name in ("nbf", "iat"))
        since, until = (
            datetime.fromtimestamp(seconds, UTC) for seconds in (begins_s - LEEWAY_S, int(claims["exp"]) + LEEWAY_S)
        )
    except (OverflowError, OSError, ValueError):  # a time that no calendar has
        raise Unauthenticated from None
    return Named(account, device, kid, since, until, epoch)


def _ring() -> KeyRing:
    """Return the keys as this request found them: one that is rotated meanwhile does not meet another's id."""
    held = kept()
    if "ring" not in held:
        keys: Keys | KeyRing = current_app.extensions["trochlea.keys"]
        held.ring = keys.ring()
    ring: KeyRing = held.ring
    return ring


def _id(claim: object) -> UUID | None:
    return parse_id(claim) if isinstance(claim, str) else None


def _checking_key(keys: KeyRing, header: Mapping[str, Any]) -> Any:
    kid = header.get("kid")
    key = keys.public(kid) if isinstance(kid, str) else None
    if key is None or header.get("typ") != "at+jwt" or "crit" in header:
        raise Unauthenticated
    return key
