"""The console's session: cookie, second factor, idle time, forms that only this browser can send; words as words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.domain.second_factor import RECOVERY_CODES
from app.accounts.models import AccountRow
from app.console import words
from app.console.browser import FormExpired
from app.console.rendering import HERE, POLICY
from app.console.words import LANGUAGES
from app.db.engine import Database
from app.db.trail import TrailRow
from app.factory import create_app
from app.settings import Mode, Settings
from tests.api.test_second_factor import registered
from tests.builders.browsers import Browser, logged_in
from tests.builders.care import let_in
from tests.builders.people import PASSWORD, People

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def log_in(browser: Browser, email: str, password: str = PASSWORD) -> TestResponse:
    """Fill in the form of the log-in."""
    browser.get("/login")
    return browser.send("/login", {"email": email, "password": password})


@pytest.fixture
def email(app: Flask) -> str:
    """The address of a therapist who has registered."""
    return registered(app).email


@pytest.fixture
def secure(settings: Settings, database: Database) -> Flask:
    """The application as it is served over TLS, in earnest."""
    earnest = dataclasses.replace(settings, mode=Mode.PRODUCTION, external_url="https://knee.example")
    return create_app(earnest, database)


def test_whoever_is_not_logged_in_is_led_to_the_log_in_and_back(app: Flask, email: str) -> None:
    browser = Browser(app.test_client())
    led = browser.get("/settings")
    assert (led.status_code, led.headers["Location"]) == (303, "/console/login?next=%2Fconsole%2Fsettings")
    page = browser.client.get(led.headers["Location"])
    browser.token = re.findall(r'name="form_token" value="([^"]*)"', page.text)[0]
    done = browser.send("/login", {"email": email, "password": PASSWORD, "next": "/console/settings"})
    assert done.headers["Location"] == "/console/settings"
    assert browser.get("/settings").status_code == 200


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "/console/../v1/me//x", "/console/\\evil", "/console\n/"]
)
def test_the_way_back_leads_nowhere_else(app: Flask, email: str, next_page: str) -> None:
    browser = Browser(app.test_client())
    browser.get("/login")
    done = browser.send("/login", {"email": email, "password": PASSWORD, "next": next_page})
    assert done.headers["Location"] == "/console/caseload"


def test_the_cookie_is_bound_to_this_host_over_tls_and_to_no_script(secure: Flask) -> None:
    someone = registered(secure)
    browser = Browser(secure.test_client())
    base = "https://knee.example"
    page = browser.get("/login", base_url=base)
    assert "__Host-trochlea-form=" in page.headers["Set-Cookie"]
    done = browser.send("/login", {"email": someone.email, "password": PASSWORD}, base_url=base)
    cookie = next(one for one in done.headers.getlist("Set-Cookie") if one.startswith("__Host-trochlea="))
    parts = {part.strip().split("=")[0] for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "SameSite", "Path"} <= parts
    assert "Domain" not in parts
    assert "SameSite=Strict" in cookie
    # Nothing but the own account before the second factor is set up.
    led = browser.get("/caseload", base_url=base)
    assert led.headers["Location"] == "/console/settings/second-factor"
    assert browser.get("/settings/second-factor", base_url=base).status_code == 200


def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours_of_it(app: Flask, email: str) -> None:
    browser = Browser(app.test_client())
    log_in(browser, email)
    at = NOON
    while at < NOON + timedelta(hours=11, minutes=30):
        at += timedelta(minutes=25)
        with time_machine.travel(at, tick=False):
            assert browser.get("/settings").status_code == 200, at
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        assert browser.get("/settings").status_code == 303
    log_in(browser, email)
    with time_machine.travel(NOON + timedelta(minutes=29), tick=False):
        assert browser.get("/settings").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=29 + 31), tick=False):
        assert browser.get("/settings").status_code == 303


def test_revoking_the_device_ends_the_browser_at_once(app: Flask) -> None:
    ines = People(app).therapist()
    browser = logged_in(app, ines)
    assert browser.get("/caseload").status_code == 200
    assert ines.send("DELETE", f"/v1/me/devices/{ines.device_id}").status_code == 204
    assert browser.get("/caseload").status_code == 303


def test_logging_out_ends_it_for_a_copy_of_the_cookie_as_well(app: Flask) -> None:
    browser = logged_in(app, People(app).therapist())
    assert browser.send("/logout").headers["Location"] == "/console/login?done=logged_out"
    assert browser.get("/caseload").status_code == 303


def test_the_cookie_opens_nothing_of_the_api_and_a_token_nothing_of_the_console(app: Flask) -> None:
    ines = People(app).therapist()
    browser = logged_in(app, ines)
    assert browser.client.get("/v1/caseload").status_code == 401
    assert browser.cookie is not None
    answer = app.test_client().post("/v1/auth/token", json={"refresh_token": browser.cookie})
    assert answer.status_code == 401
    assert ines.get("/console/caseload").status_code == 303
    assert browser.get("/caseload").status_code == 200


def test_a_form_of_another_browser_does_nothing(app: Flask) -> None:
    ines, rival, ada = People(app).therapist(), People(app).therapist(), People(app).patient()
    let_in(ada, ines)
    mine, other = logged_in(app, ines), logged_in(app, rival)
    mine.get(f"/patients/{ada.id}/override")
    path, order = f"/patients/{ada.id}/override", {"decision": "hold", "reason": "x", "ends_on": "2026-11-25"}
    for token in ("", "x" * 64, other.token):
        refused = Browser(mine.client, token, mine.cookie).send(path, order)
        assert (refused.status_code, FormExpired.code in refused.text or "expired" in refused.text) == (403, True)
    refused = mine.send(path, order, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert ada.get("/v1/patients/{me}/guidance/overrides").json["items"] == []
    assert mine.send(path, order, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert len(ada.get("/v1/patients/{me}/guidance/overrides").json["items"]) == 1


def test_a_log_in_without_the_form_s_own_token_is_refused(app: Flask, email: str) -> None:
    browser = Browser(app.test_client())
    assert browser.send("/login", {"email": email, "password": PASSWORD}).status_code == 403
    browser.get("/login")
    assert Browser(app.test_client(), browser.token).send("/login", {"email": email}).status_code == 403


def test_a_wrong_password_says_so_and_keeps_the_address(app: Flask, email: str) -> None:
    answer = log_in(Browser(app.test_client()), email, "not this one at all")
    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in answer.text
    assert f'value="{email}"' in answer.text
    assert "not this one at all" not in answer.text


def test_a_patient_is_told_of_the_app(app: Flask) -> None:
    ada = registered(app, "patient")
    browser = Browser(app.test_client())
    answer = log_in(browser, ada.email)
    assert answer.status_code == 403
    assert "use the app" in answer.text
    assert browser.get("/settings").status_code == 303


def test_a_second_factor_is_set_up_and_asked_for(app: Flask, email: str) -> None:
    browser = Browser(app.test_client())
    log_in(browser, email)
    browser.get("/settings/second-factor")
    assert browser.send("/settings/second-factor", {"password": PASSWORD}).status_code == 303
    page = browser.get("/settings/second-factor")
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page.text)[0]
    assert page.text.count("<svg xmlns") == 1
    shown = browser.send("/settings/second-factor/confirmation", {"code": pyotp.TOTP(secret).at(NOON)})
    codes = re.findall(r"<li><code>([a-z2-7-]+)</code>", shown.text)
    assert len(codes) == RECOVERY_CODES
    assert not any(code in browser.get("/settings/second-factor").text for code in codes)

    fresh = Browser(app.test_client())
    assert log_in(fresh, email).headers["Location"].startswith("/console/login/code")
    assert fresh.get("/caseload").status_code == 303
    fresh.get("/login/code")
    wrong = fresh.send("/login/code", {"code": "000000"})
    assert (wrong.status_code, "The code is wrong" in wrong.text) == (401, True)
    assert fresh.send("/login/code", {"code": codes[0]}).headers["Location"] == "/console/caseload"
    assert fresh.get("/caseload").status_code == 200


def test_the_code_cannot_be_sent_without_the_password_before_it(app: Flask, email: str) -> None:
    browser = Browser(app.test_client())
    browser.get("/login")
    answer = browser.send("/login/code", {"code": "000000"})
    assert (answer.status_code, answer.headers.get("Location", "")[:14]) == (303, "/console/login")
    log_in(browser, email)
    with time_machine.travel(NOON + timedelta(minutes=6), tick=False):
        browser.client.delete_cookie("trochlea")
        assert browser.get("/login/code").status_code == 303


def test_every_page_carries_the_strict_policy_and_is_never_kept(app: Flask) -> None:
    browser = logged_in(app, People(app).therapist())
    for path in ("/login", "/caseload", "/settings", "/clinics", "/nothing", "/invitations/new"):
        answer = browser.get(path)
        assert answer.headers["Content-Security-Policy"] == POLICY, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "<style" not in answer.text
        assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", answer.text), path
    assert "unsafe" not in POLICY


def test_nothing_in_the_templates_goes_round_the_escaping() -> None:
    found = {
        file.name: text
        for file in Path(HERE / "templates").rglob("*.html")
        if re.search(r"\|\s*safe|autoescape|<script(?! src)|style=", text := file.read_text())
    }
    assert found == {}
    marked = [file.name for file in HERE.rglob("*.py") if "Markup(" in file.read_text()]
    assert marked == ["rendering.py"]


def test_both_languages_say_the_same_things() -> None:
    assert _shape(LANGUAGES["en"]) == _shape(LANGUAGES["de"])
    assert words.words_of("fr") is LANGUAGES["en"]


def _shape(said: object) -> object:
    if isinstance(said, dict):
        return {key: _shape(value) for key, value in said.items()}
    return len(said) if isinstance(said, tuple) else type(said).__name__


def test_a_german_browser_reads_german(app: Flask) -> None:
    browser = logged_in(app, People(app).therapist())
    answer = browser.get("/caseload", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert '<html lang="de">' in answer.text
    assert "Betreute" in answer.text
    assert answer.headers["Content-Language"] == "de"


def test_acts_on_an_account_in_the_console_are_lines_of_the_trail(app: Flask, database: Database, email: str) -> None:
    browser = Browser(app.test_client())
    assert log_in(browser, email, "not this one, surely").status_code != 303
    assert log_in(browser, email).status_code == 303
    browser.get("/settings")
    assert browser.send("/logout", {}).status_code == 303
    with database.reading() as db:
        who = db.scalar(select(AccountRow.id).where(AccountRow.email == email))
        of_them = select(TrailRow.action).where(TrailRow.actor_id == who).order_by(TrailRow.at, TrailRow.number)
        actions = list(db.scalars(of_them))
    assert [one for one in actions if one.startswith("console_")] == ["console_log_in", "console_log_out"]
