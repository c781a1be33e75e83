"""The second factor over HTTP: set up, asked for at log-in, good once, and needed by whoever sees patients."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.authenticator import step_of
from app.accounts.domain.second_factor import RECOVERY_CODES
from app.accounts.models.second_factor import RecoveryCodeRow, SecondFactorRow
from app.accounts.repository import second_factor as repository
from app.accounts.sealing import seal, unseal
from app.accounts.service import second_factor as service
from app.db.engine import Database
from app.factory import create_app
from app.settings import Mode, Settings
from tests.builders.people import PASSWORD, People
from tests.builders.people import Person as Someone

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
FACTOR = "/v1/me/second-factor"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@dataclasses.dataclass
class Ines:
    """A therapist with a password, her devices, and the app that makes her codes."""

    client: FlaskClient
    email: str
    token: str = ""
    secret: str = ""

    def log_in(self, **more: Any) -> TestResponse:
        """Log in and keep the token."""
        body = {"email": self.email, "password": PASSWORD, "device_name": "desk", **more}
        answer = self.client.post("/v1/auth/login", json=body)
        if answer.status_code == 200:
            self.token = answer.json["access_token"]
        return answer

    def send(self, method: str, path: str, body: Any = None, token: str | None = None) -> TestResponse:
        """Send a request."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.open(path, method=method, headers=headers, **({} if body is None else {"json": body}))

    def code(self, at: datetime = NOON) -> str:
        """Return what the app shows at an instant."""
        return pyotp.TOTP(self.secret).at(at)

    def set_up(self) -> list[str]:
        """Set up a second factor at noon and return the recovery codes."""
        begun = self.send("POST", FACTOR, {"password": PASSWORD})
        assert begun.status_code == 201, begun.json
        self.secret = begun.json["secret"]
        confirmed = self.send("POST", f"{FACTOR}/confirmation", {"code": self.code()})
        assert confirmed.status_code == 200, confirmed.json
        return list(confirmed.json["recovery_codes"])


def registered(app: Flask, role: str = "therapist") -> Ines:
    """Return somebody who has registered and logged in."""
    client = app.test_client()
    email = f"{uuid4().hex}@example.org"
    body = {"email": email, "password": PASSWORD, "display_name": "Ines", "zone": "Europe/Berlin", "role": role}
    profession = {"professional_role": "physiotherapist"} if role == "therapist" else {}
    assert client.post("/v1/accounts", json={**body, **profession}).status_code < 300
    found = Ines(client, email)
    assert found.log_in().status_code == 200
    return found


@pytest.fixture
def ines(app: Flask) -> Ines:
    """A therapist who has registered and logged in."""
    return registered(app)


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json["code"]


def test_a_code_is_asked_for_once_a_second_factor_is_confirmed(ines: Ines) -> None:
    assert ines.send("GET", FACTOR).json["state"] == "off"
    ines.set_up()
    told = ines.send("GET", FACTOR).json
    assert (told["state"], told["recovery_codes_left"], told["required"]) == ("on", RECOVERY_CODES, False)
    assert code_of(ines.log_in()) == (401, "second_factor_required")
    assert code_of(ines.log_in(second_factor_code="000000")) == (401, "wrong_second_factor")
    with time_machine.travel(NOON + STEP, tick=False):
        assert ines.log_in(second_factor_code=ines.code(NOON + STEP)).status_code == 200


def test_one_that_is_only_begun_asks_for_nothing(ines: Ines) -> None:
    assert ines.send("POST", FACTOR, {"password": PASSWORD}).status_code == 201
    assert ines.send("GET", FACTOR).json["state"] == "pending"
    assert ines.log_in().status_code == 200


def test_the_wrong_password_is_told_before_any_code(ines: Ines) -> None:
    ines.set_up()
    answer = ines.log_in(password="not this one at all", second_factor_code=ines.code())
    assert code_of(answer) == (401, "wrong_credentials")


def test_a_code_is_never_accepted_twice(ines: Ines) -> None:
    ines.set_up()
    # The code of noon confirmed it; it is used up, though its time has not passed.
    assert code_of(ines.log_in(second_factor_code=ines.code())) == (401, "wrong_second_factor")
    later = NOON + STEP
    with time_machine.travel(later, tick=False):
        assert ines.log_in(second_factor_code=ines.code(later)).status_code == 200
        assert code_of(ines.log_in(second_factor_code=ines.code(later))) == (401, "wrong_second_factor")
        assert code_of(ines.log_in(second_factor_code=ines.code())) == (401, "wrong_second_factor")


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_half_a_minute_and_no_more(steps: int, is_good: bool) -> None:
    secret = "JBSWY3DPEHPK3PXP" * 2
    code = pyotp.TOTP(secret).at(NOON + steps * STEP)
    assert (step_of(secret, code, -1, NOON) is not None) == is_good


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "12345a", "\uff11\uff12\uff13\uff14\uff15\uff16", "-12345", "  "]
)
def test_what_is_no_code_of_an_app_belongs_to_no_step(code: str) -> None:
    assert step_of("JBSWY3DPEHPK3PXP" * 2, code, -1, NOON) is None


def test_each_recovery_code_is_good_once(ines: Ines) -> None:
    codes = ines.set_up()
    assert len(set(codes)) == RECOVERY_CODES
    assert all(len(base64.b32decode(code.replace("-", "").upper())) * 8 >= 112 for code in codes)
    written = codes[0].replace("-", " ").upper()
    assert ines.log_in(second_factor_code=written).status_code == 200
    assert code_of(ines.log_in(second_factor_code=codes[0])) == (401, "wrong_second_factor")
    assert ines.send("GET", FACTOR).json["recovery_codes_left"] == RECOVERY_CODES - 1
    assert ines.log_in(second_factor_code=codes[1]).status_code == 200


def test_fresh_recovery_codes_take_the_place_of_those_before(ines: Ines) -> None:
    old = ines.set_up()
    answer = ines.send("POST", f"{FACTOR}/recovery-codes", {"code": old[0]})
    assert answer.status_code == 200
    fresh = answer.json["recovery_codes"]
    assert code_of(ines.log_in(second_factor_code=old[1])) == (401, "wrong_second_factor")
    assert ines.log_in(second_factor_code=fresh[0]).status_code == 200


def let_in(one: Ines, code: str) -> int:
    """Log in with a code, coming again while every turn at hashing is taken; return the answer's status."""
    for _ in range(100):
        if (status := one.log_in(second_factor_code=code).status_code) != 503:
            return int(status)
    raise AssertionError("no turn at hashing in a hundred tries")


def test_of_two_who_send_the_same_code_at_once_one_gets_in(app: Flask, ines: Ines) -> None:
    codes = ines.set_up()
    for code in (ines.code(NOON + STEP), codes[0]):
        sends = [Ines(app.test_client(), ines.email) for _ in range(6)]
        with time_machine.travel(NOON + STEP, tick=False), ThreadPoolExecutor(len(sends)) as pool:
            statuses = sorted(pool.map(lambda one, code=code: let_in(one, code), sends))
        assert statuses == [200, 401, 401, 401, 401, 401]


def test_confirming_logs_out_every_device_that_has_not_proven_it(ines: Ines) -> None:
    before = ines.token
    ines.log_in()
    ines.set_up()
    assert ines.send("GET", "/v1/me").status_code == 200
    assert ines.send("GET", "/v1/me", token=before).status_code == 401


def test_a_confirmed_one_is_not_replaced_but_taken_off_by_a_code(ines: Ines) -> None:
    codes = ines.set_up()
    assert code_of(ines.send("POST", FACTOR, {"password": PASSWORD})) == (409, "second_factor_on")
    assert code_of(ines.send("POST", f"{FACTOR}/removal", {"code": "000000"})) == (401, "wrong_second_factor")
    assert ines.send("POST", f"{FACTOR}/removal", {"code": codes[0]}).status_code == 204
    assert ines.log_in().status_code == 200
    assert code_of(ines.send("POST", f"{FACTOR}/removal", {"code": codes[1]})) == (409, "nothing_enrolled")


def test_setting_one_up_asks_for_the_password_again(ines: Ines) -> None:
    answer = ines.send("POST", FACTOR, {"password": "not this one at all"})
    assert code_of(answer) == (401, "wrong_credentials")
    assert code_of(ines.send("POST", f"{FACTOR}/confirmation", {"code": "000000"})) == (409, "nothing_enrolled")


def test_the_picture_holds_what_the_app_needs_and_nothing_that_runs(ines: Ines) -> None:
    told = ines.send("POST", FACTOR, {"password": PASSWORD}).json
    assert f"secret={told['secret']}" in told["uri"]
    drawn = ElementTree.fromstring(told["picture_svg"])
    assert {one.tag.rpartition("}")[2] for one in drawn.iter()} == {"svg", "g", "path"}
    assert not any("style" in one.attrib for one in drawn.iter())


def test_the_database_holds_neither_the_secret_nor_a_recovery_code(ines: Ines, database: Database) -> None:
    codes = ines.set_up()
    with database.reading() as db:
        sealed = [bytes(row) for row in db.scalars(select(SecondFactorRow.sealed_secret))]
        hashes = [bytes(row) for row in db.scalars(select(RecoveryCodeRow.hash))]
    assert sealed
    assert not any(ines.secret.encode() in one for one in sealed)
    assert not {code.encode() for code in codes} & set(hashes)


def test_a_sealed_secret_opens_with_its_own_key_only() -> None:
    sealed = seal("a secret of this installation", "JBSWY3DP")
    assert unseal("a secret of this installation", sealed) == "JBSWY3DP"
    assert unseal("another", sealed) is None


def test_guessing_codes_is_stopped(settings: Settings, database: Database, ines: Ines) -> None:
    codes = ines.set_up()
    limited = create_app(dataclasses.replace(settings, rate_limits=True), database)
    guesser = Ines(limited.test_client(), ines.email)
    told = [code_of(guesser.log_in(second_factor_code="000000"))[1] for _ in range(10)]
    assert told == ["wrong_second_factor"] * 10
    assert guesser.log_in(second_factor_code=codes[0]).status_code == 429


# In production


@pytest.fixture
def production(settings: Settings, database: Database, app: Flask) -> Flask:
    """The same application as it is run in earnest."""
    earnest = dataclasses.replace(settings, mode=Mode.PRODUCTION, external_url="https://knee.example")
    return create_app(earnest, database)


def test_in_production_a_therapist_sees_nothing_before_the_second_factor(production: Flask, app: Flask) -> None:
    ines = registered(production)
    ada = People(app).patient()
    link = {"therapist_id": ines.send("GET", "/v1/me").json["id"], "scopes": ["pain.read"], "purpose": "knee"}
    expires_at = (NOON + timedelta(days=30)).isoformat()
    assert ada.post("/v1/patients/{me}/care-links", {**link, "expires_at": expires_at}).status_code == 201
    paths = ["/v1/caseload", f"/v1/patients/{ada.id}/progress", f"/v1/patients/{ines_id(link)}/progress"]
    assert {code_of(ines.send("GET", path)) for path in paths} == {(403, "second_factor_missing")}
    assert ines.send("GET", FACTOR).json["required"] is True
    ines.set_up()
    assert [ines.send("GET", path).status_code for path in paths] == [200, 200, 404]


def ines_id(link: dict[str, Any]) -> str:
    """Return an id that is no patient's."""
    return str(link["therapist_id"])


def test_in_production_taking_it_off_closes_every_session_of_a_therapist(production: Flask) -> None:
    ines = registered(production)
    codes = ines.set_up()
    assert ines.send("GET", "/v1/caseload").status_code == 200
    assert ines.send("POST", f"{FACTOR}/removal", {"code": codes[0]}).status_code == 204
    assert code_of(ines.send("GET", "/v1/caseload")) == (403, "second_factor_missing")


def test_in_production_a_patient_needs_none(production: Flask) -> None:
    ada = registered(production, "patient")
    assert ada.send("GET", "/v1/me/access-log").status_code == 200


def test_a_refreshed_session_keeps_its_second_factor(production: Flask) -> None:
    ines = registered(production)
    ines.set_up()
    with time_machine.travel(NOON + STEP, tick=False):
        logged_in = ines.log_in(second_factor_code=ines.code(NOON + STEP)).json
        fresh = ines.client.post("/v1/auth/token", json={"refresh_token": logged_in["refresh_token"]}).json
        assert ines.send("GET", "/v1/caseload", token=fresh["access_token"]).status_code == 200


def test_a_second_factor_that_forgets_its_last_step_is_seen(ines: Ines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: without the note of the last step the same code would be good twice, as the test above sees."""
    ines.set_up()
    monkeypatch.setattr(service, "step_of", lambda secret, code, _, at: step_of(secret, code, -1, at))
    monkeypatch.setattr(repository, "use_step", lambda *_: True)
    assert ines.log_in(second_factor_code=ines.code()).status_code == 200


def test_an_account_of_another_stays_untouched(app: Flask, ines: Ines) -> None:
    other: Someone = People(app).therapist()
    ines.set_up()
    assert other.get(FACTOR).json["state"] == "off"
    assert other.get("/v1/caseload").status_code == 200
