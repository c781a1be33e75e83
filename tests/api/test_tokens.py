"""Forged access tokens open nothing, and none of them breaks anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from app.kernel.clock import now
from app.kernel.errors import Unauthenticated
from app.kernel.ids import new_id
from app.web import auth
from app.web.keyring import KeyRing
from app.web.verified import Named, Proven
from tests.builders.people import People, Person

ENDPOINTS = [("GET", "/v1/me"), ("GET", "/v1/patients/{me}/care-links"), ("POST", "/v1/auth/logout")]
STRANGERS_KEY = Ed25519PrivateKey.generate()
RSA_KEY = generate_private_key(public_exponent=65537, key_size=2048)


class Forge:
    """Makes tokens that are almost right; it holds the true key, to show that the key alone is not enough."""

    def __init__(self, app: Flask, person: Person, other: Person) -> None:
        self.keys: KeyRing = app.extensions["trochlea.keys"].ring()
        self.person, self.other, self.token = person, other, person.token
        self.header = jwt.get_unverified_header(person.token)
        self.claims = jwt.decode(person.token, options={"verify_signature": False})
        key = self.keys.public(self.keys.signing_kid)
        assert key is not None
        self.public_raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def signed(self, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token signed with the true key; a claim or header of None is left out."""
        said = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        head = {name: value for name, value in {**self.header, **(header or {})}.items() if value is not None}
        return self.raw(head, json.dumps(said).encode(), key or self.keys.signing_key)

    def raw(self, header: Any, payload: bytes, key: Any = None) -> str:
        """Return a token of any header and payload, signed with an Ed25519 key."""
        head = header if isinstance(header, bytes) else json.dumps(header).encode()
        message = part(head) + "." + part(payload)
        return message + "." + part((key or self.keys.signing_key).sign(message.encode()))

    def hmac(self, secret: bytes, alg: str = "HS256") -> str:
        """Return a token whose HMAC is keyed with something public."""
        message = part(json.dumps({**self.header, "alg": alg}).encode()) + "." + part(json.dumps(self.claims).encode())
        return message + "." + part(hmac.new(secret, message.encode(), hashlib.sha256).digest())

    def unsigned(self, alg: str, signature: str = "") -> str:
        """Return a token that says it needs no signature."""
        head, payload = {**self.header, "alg": alg}, json.dumps(self.claims).encode()
        return f"{part(json.dumps(head).encode())}.{part(payload)}.{signature}"

    def rsa(self) -> str:
        """Return a token signed with a key of another kind."""
        return jwt.encode(self.claims, RSA_KEY, "RS256", {**self.header, "alg": "RS256"})

    def swapped(self) -> str:
        """Return the payload of another person under this person's signature."""
        head, _, signature = self.token.split(".")
        return f"{head}.{self.other.token.split('.')[1]}.{signature}"


def part(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def at(minutes: float) -> int:
    """Return a time in minutes from now, in seconds."""
    return int((now() + timedelta(minutes=minutes)).timestamp())


FORGERIES: dict[str, Callable[[Forge], str]] = {
    "alg none": lambda f: f.unsigned("none"),
    "alg None": lambda f: f.unsigned("None"),
    "alg NONE with a signature": lambda f: f.unsigned("NONE", f.token.split(".")[2]),
    "alg empty": lambda f: f.unsigned(""),
    "no alg": lambda f: f.signed(header={"alg": None}),
    "alg a number": lambda f: f.raw({**f.header, "alg": 1}, json.dumps(f.claims).encode()),
    "alg a list": lambda f: f.raw({**f.header, "alg": ["EdDSA"]}, json.dumps(f.claims).encode()),
    "alg unknown": lambda f: f.signed(header={"alg": "XX999"}),
    "alg with other case": lambda f: f.signed(header={"alg": "eddsa"}),
    "alg Ed448": lambda f: f.signed(header={"alg": "Ed448"}),
    "HS256 with the raw public key": lambda f: f.hmac(f.public_raw),
    "HS256 with the public key's PEM": lambda f: f.hmac(f.public_pem),
    "HS256 with the key's id": lambda f: f.hmac(f.keys.signing_kid.encode()),
    "HS256 with nothing": lambda f: f.hmac(b""),
    "HS512": lambda f: f.hmac(f.public_raw, "HS512"),
    "RS256": lambda f: f.rsa(),
    "a stranger's key": lambda f: f.signed(key=STRANGERS_KEY),
    "a stranger's key brought along": lambda f: f.signed(
        key=STRANGERS_KEY,
        header={"jwk": {"kty": "OKP", "crv": "Ed25519", "x": part(STRANGERS_KEY.public_key().public_bytes_raw())}},
    ),
    "a stranger's key to be fetched": lambda f: f.signed(key=STRANGERS_KEY, header={"jku": "https://evil.example/k"}),
    "a stranger's certificate": lambda f: f.signed(key=STRANGERS_KEY, header={"x5u": "https://evil.example/c"}),
    "tampered payload": lambda f: f.swapped(),
    "tampered signature": lambda f: f.token[:-8] + ("A" if f.token[-8] != "A" else "B") + f.token[-7:],
    "no signature": lambda f: f.token.rpartition(".")[0] + ".",
    "two parts": lambda f: f.token.rpartition(".")[0],
    "four parts": lambda f: f.token + ".x",
    "signature twice": lambda f: f.token + f.token.rpartition(".")[2],
    "kid unknown": lambda f: f.signed(header={"kid": str(new_id())}),
    "no kid": lambda f: f.signed(header={"kid": None}),
    "kid a path": lambda f: f.signed(header={"kid": "../../etc/passwd"}),
    "kid an injection": lambda f: f.signed(header={"kid": "' OR 1=1 --"}),
    "kid a number": lambda f: f.raw({**f.header, "kid": 7}, json.dumps(f.claims).encode()),
    "kid a list": lambda f: f.raw({**f.header, "kid": [f.keys.signing_kid]}, json.dumps(f.claims).encode()),
    "typ JWT": lambda f: f.signed(header={"typ": "JWT"}),
    "no typ": lambda f: f.signed(header={"typ": None}),
    "typ of a refresh token": lambda f: f.signed(header={"typ": "rt+jwt"}),
    "crit unknown": lambda f: f.signed(header={"crit": ["exp"]}),
    "crit empty": lambda f: f.signed(header={"crit": []}),
    "crit b64": lambda f: f.signed(header={"crit": ["b64"], "b64": False}),
    "b64 false": lambda f: f.signed(header={"b64": False}),
    "expired": lambda f: f.signed(exp=at(-1)),
    "no exp": lambda f: f.signed(exp=None),
    "exp a text": lambda f: f.signed(exp="tomorrow"),
    "exp far too large": lambda f: f.raw(
        f.header, json.dumps({**f.claims, "exp": 0}).replace('"exp": 0', '"exp": 1e999').encode()
    ),
    "exp a list": lambda f: f.signed(exp=[at(5)]),
    "nbf in the future": lambda f: f.signed(nbf=at(5)),
    "iat in the future": lambda f: f.signed(iat=at(5), nbf=at(5)),
    "another audience": lambda f: f.signed(aud="another"),
    "no audience": lambda f: f.signed(aud=None),
    "audience a number": lambda f: f.signed(aud=7),
    "another issuer": lambda f: f.signed(iss="https://evil.example"),
    "no issuer": lambda f: f.signed(iss=None),
    "issuer a list": lambda f: f.signed(iss=["http://127.0.0.1:8000"]),
    "no sid": lambda f: f.signed(sid=None),
    "sid unknown": lambda f: f.signed(sid=str(new_id())),
    "sid of another person": lambda f: f.signed(sid=str(f.other.device_id)),
    "sid in capitals": lambda f: f.signed(sid=f.claims["sid"].upper()),
    "sid with braces": lambda f: f.signed(sid="{" + f.claims["sid"] + "}"),
    "sid a number": lambda f: f.signed(sid=7),
    "sid a list": lambda f: f.signed(sid=[f.claims["sid"]]),
    "sid with NUL": lambda f: f.signed(sid=f.claims["sid"] + "\0"),
    "no sub": lambda f: f.signed(sub=None),
    "sub of another person": lambda f: f.signed(sub=str(f.other.id)),
    "sub a number": lambda f: f.signed(sub=7),
    "type refresh": lambda f: f.signed(type="refresh"),
    "type a list": lambda f: f.signed(type=["access"]),
    "no jti": lambda f: f.signed(jti=None),
    "a refresh token": lambda f: f.person.refresh_token,
    "payload a list": lambda f: f.raw(f.header, b"[]"),
    "payload a number": lambda f: f.raw(f.header, b"7"),
    "payload null": lambda f: f.raw(f.header, b"null"),
    "payload empty": lambda f: f.raw(f.header, b""),
    "payload not UTF-8": lambda f: f.raw(f.header, b"\xff\xfe"),
    "payload nested deep": lambda f: f.raw(f.header, b"[" * 5000),
    "payload a long number": lambda f: f.raw(f.header, b'{"exp":' + b"9" * 5000 + b"}"),
    "header nested deep": lambda f: f.raw(b"[" * 5000, b"{}"),
    "header a list": lambda f: f.raw(b"[]", b"{}"),
    "header not JSON": lambda f: f.raw(b"{", b"{}"),
    "header with a lone surrogate": lambda f: f.raw(b'{"alg":"EdDSA","typ":"at+jwt","kid":"\\ud800"}', b"{}"),
    "garbage": lambda f: "garbage",
    "dots": lambda f: "..",
    "non-ASCII": lambda f: "t\xf6ken.\xfc.\xe4",
    "a token of non-ASCII letters": lambda f: f.token[:-1] + "\xe9",
    "percent signs": lambda f: "%00%0a",
    "very long": lambda f: "a" * 100_000,
}


@pytest.fixture
def forge(app: Flask, people: People) -> Forge:
    """A forge for a patient's token."""
    return Forge(app, people.patient(), people.patient())


def test_the_forge_s_untouched_token_opens_everything(forge: Forge) -> None:
    forge.person.token = forge.signed()
    assert [forge.person.send(method, path).status_code for method, path in ENDPOINTS] == [200, 200, 204]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_nothing(forge: Forge, forgery: str) -> None:
    forge.person.token = FORGERIES[forgery](forge)
    for method, path in ENDPOINTS:
        answer = forge.person.send(method, path)
        assert answer.status_code == 401, (method, path)
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["code"] == "unauthenticated"


HEADERS = ["", "Bearer", "Bearer ", "Basic YTpi", "bearer", "Bearer a b", "Token {token}", "{token}", "{token} Bearer"]
HEADERS += ["Bearer {token}, Bearer {token}", "Bearer: {token}", "Bearer {token} x"]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_of_another_form_opens_nothing(forge: Forge, header: str) -> None:
    client = forge.person.client
    for method, path in ENDPOINTS:
        sent = {"Authorization": header.replace("{token}", forge.token)}
        answer = client.open(path.replace("{me}", str(forge.person.id)), method=method, headers=sent)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("place", ["query", "cookie", "body"])
def test_a_token_anywhere_but_in_the_header_opens_nothing(forge: Forge, place: str) -> None:
    client = forge.person.client
    if place == "cookie":
        client.set_cookie("access_token_cookie", forge.token)
    query = {"jwt": forge.token} if place == "query" else None
    body = {"access_token": forge.token} if place == "body" else None
    answer = client.post("/v1/auth/logout", query_string=query, json=body)
    assert answer.status_code in {401, 422}
    assert forge.person.get("/v1/me").status_code == 200


def test_an_access_token_is_no_refresh_token(forge: Forge) -> None:
    answer = forge.person.client.post("/v1/auth/token", json={"refresh_token": forge.token[:200]})
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_grant")


def test_an_access_token_is_good_for_ten_minutes_and_the_leeway(people: People) -> None:
    start = now()
    with time_machine.travel(start, tick=False):
        ada = people.patient()
    with time_machine.travel(start + timedelta(seconds=600 + 29), tick=False):
        assert ada.get("/v1/me").status_code == 200
    with time_machine.travel(start + timedelta(seconds=600 + 31), tick=False):
        assert ada.get("/v1/me").status_code == 401


def test_a_token_is_proven_once_and_its_session_asked_for_each_time(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.patient()
    proofs: list[int] = []
    prove = auth._prove
    monkeypatch.setattr(auth, "_prove", lambda: (proofs.append(1), prove())[1])
    assert [ada.get("/v1/me").status_code for _ in range(3)] == [200, 200, 200]
    assert len(proofs) == 1
    assert ada.post("/v1/auth/logout").status_code == 204
    assert ada.get("/v1/me").status_code == 401


def test_a_token_is_proven_anew_once_its_key_is_gone(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.patient()
    assert ada.get("/v1/me").status_code == 200
    monkeypatch.setattr(auth, "_prove", refuse)
    assert ada.get("/v1/me").status_code == 200
    another = KeyRing("another", {"another": Ed25519PrivateKey.generate()})
    monkeypatch.setitem(app.extensions, "trochlea.keys", another)
    assert ada.get("/v1/me").status_code == 401


def refuse() -> Named:
    """Prove nothing."""
    raise Unauthenticated


def test_what_was_not_proven_is_not_remembered_and_what_was_makes_room() -> None:
    proven, at = Proven(most=2), now()
    ada, ben, eve = (Named(new_id(), new_id(), "kid", at, at + timedelta(seconds=1)) for _ in range(3))
    proven.remember("Bearer a", ada)
    proven.remember("Bearer b", ben)
    assert proven.find("Bearer a", at) == ada
    proven.remember("Bearer e", eve)
    assert [proven.find(f"Bearer {name}", at) for name in "abe"] == [ada, None, eve]
    assert proven.find("Bearer a ", at) is None
    assert [proven.find("Bearer a", at + timedelta(seconds=shift)) for shift in (-1, 1)] == [None, None]


def test_there_are_as_many_forgeries_as_the_goal_asks_for() -> None:
    assert len(FORGERIES) >= 40
