"""How long a door takes does not tell whether somebody has an account (G10)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import service
from tests.api.test_accounts import registered
from tests.builders.people import PASSWORD, People
from tests.faults.figures import tell

EACH = 150
PLANTED_EACH = 30
LEAST, MOST = 0.35, 0.65
SEED = 20_261_121

BACKENDS_APART = pytest.mark.parametrize(
    "backend",
    [
        pytest.param("sqlite", marks=[pytest.mark.deep, pytest.mark.measured]),
        pytest.param("postgresql", marks=pytest.mark.torture),
    ],
    indirect=True,
)
"""What is measured are mostly hashes, which no database makes."""
Ask = Callable[[FlaskClient, str], object]


def log_in(client: FlaskClient, email: str) -> object:
    """Try a wrong password."""
    body = {"email": email, "password": "three other ducks", "device_name": "phone"}
    return client.post("/v1/auth/login", json=body).status_code


def reset(client: FlaskClient, email: str) -> object:
    """Ask for a new password."""
    return client.post("/v1/auth/reset", json={"email": email}).status_code


def register(client: FlaskClient, email: str) -> object:
    """Register an address."""
    told = {"email": email, "password": PASSWORD, "zone": "UTC", "display_name": "Ada"}
    return client.post("/v1/accounts", json=told).status_code


def known_to(app: Flask, ask: Ask, client: FlaskClient, count: int) -> list[str]:
    """Return so many addresses that have an account; for a reset each another one.

    What was asked for before lies there until it ends: the hundredth reset of one account finds ninety-nine. A stranger
    may ask five times an hour, and would not see that.
    """
    if ask is reset:
        return [People(app).patient().email for _ in range(count)]
    return [registered(client)["email"]] * count


def area(ask: Ask, client: FlaskClient, known: Sequence[str]) -> float:
    """Return how likely somebody known takes longer than somebody unknown: 0.5 says that time tells nothing.

    Known and unknown take turns by chance, so that whatever else this machine does falls on both alike.
    """
    each, waiting = len(known), list(known)
    turns = [True, False] * each
    random.Random(SEED).shuffle(turns)
    times: dict[bool, list[float]] = {True: [], False: []}
    ask(client, known[0])
    for is_known in turns:
        email = waiting.pop() if is_known else f"{uuid4().hex}@example.org"
        began = time.perf_counter()
        ask(client, email)
        times[is_known].append(time.perf_counter() - began)
    longer = sum((one > other) + (one == other) / 2 for one in times[True] for other in times[False])
    return longer / (each * each)


@BACKENDS_APART
@pytest.mark.parametrize("ask", [log_in, reset, register])
def test_time_does_not_tell_who_has_an_account(app: Flask, client: FlaskClient, ask: Ask, backend: str) -> None:
    found = area(ask, client, known_to(app, ask, client, EACH))
    tell(f"equal times, {ask.__name__} on {backend}: area {found:.2f}")
    assert LEAST <= found <= MOST


@BACKENDS_APART
def test_a_hash_that_is_left_out_is_seen(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: for an address that nobody has no password is hashed."""
    honest = service.is_password
    monkeypatch.setattr(service, "is_password", lambda word, kept: kept is not None and honest(word, kept))
    assert area(log_in, client, known_to(app, log_in, client, PLANTED_EACH)) > MOST
