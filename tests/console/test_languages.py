"""The language of the console: as the browser asks, until somebody chooses; kept by the browser, on every page."""

from __future__ import annotations

import pytest
from flask import Flask

from app.console.routes.policy import GROUPS
from app.console.words import LANGUAGES
from app.guidance.domain.policy import SETTINGS
from app.logbook.domain import SupportiveTreatment
from app.review.report.words import words_of as report_words
from app.review.words import book_of
from tests.builders.browsers import Browser, logged_in
from tests.builders.people import People

GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}


@pytest.fixture
def browser(app: Flask, people: People) -> Browser:
    """A therapist's browser."""
    return logged_in(app, people.therapist())


def test_a_language_that_was_chosen_stays_whatever_the_browser_asks_for(browser: Browser) -> None:
    assert '<html lang="de">' in browser.get("/settings", headers=GERMAN).text
    done = browser.send("/language", {"language": "en", "next": "/console/clinics"}, headers=GERMAN)
    assert (done.status_code, done.headers["Location"]) == (303, "/console/clinics")
    for path in ("/settings", "/caseload", "/nowhere"):
        page = browser.get(path, headers=GERMAN)
        assert '<html lang="en">' in page.text, path
        assert page.headers["Content-Language"] == "en"
    assert 'name="language" value="en" lang="en" aria-current="true"' in browser.get("/settings").text


def test_whoever_is_not_logged_in_chooses_too(app: Flask) -> None:
    browser = logged_in(app, None)
    browser.get("/login")
    done = browser.send("/language", {"language": "de", "next": "/console/login"})
    assert done.status_code == 303
    assert "Anmelden" in browser.get("/login").text


def test_a_choice_leads_nowhere_else_and_is_one_of_ours(browser: Browser) -> None:
    browser.get("/settings")
    for elsewhere in ("https://example.org/", "//example.org/console/", "/console/..//example.org", "javascript:x"):
        done = browser.send("/language", {"language": "de", "next": elsewhere})
        assert done.headers["Location"] == "/console/caseload", elsewhere
    browser.send("/language", {"language": "en"})
    assert browser.send("/language", {"language": "fr"}).status_code == 422
    assert '<html lang="en">' in browser.get("/settings").text
    browser.client.set_cookie("trochlea-language", "../../etc")
    assert '<html lang="de">' in browser.get("/settings", headers=GERMAN).text
    browser.token = "forged"
    assert browser.send("/language", {"language": "de"}).status_code == 403


def test_every_number_of_the_policy_has_a_place_and_words_in_each_language() -> None:
    placed = [name for names in GROUPS.values() for name in names]
    assert sorted(placed) == sorted(SETTINGS)
    for language, words in LANGUAGES.items():
        assert set(words["policy_settings"]) == set(SETTINGS), language
        assert set(words["policy_groups"]) == set(GROUPS), language
        assert set(words["policy_units"]) == {setting.unit for setting in SETTINGS.values()}, language
    english, german = (LANGUAGES[language] for language in ("en", "de"))
    assert set(english) == set(german)
    assert set(english["policy_faults"]) == set(german["policy_faults"])


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_stages_have_one_name_and_treatments_a_name_in_every_language(spoken: str) -> None:
    in_console, elsewhere = LANGUAGES[spoken]["stages"], book_of(spoken).stages
    assert {one: name.casefold() for one, name in in_console.items()} == {
        one: name.casefold() for one, name in elsewhere.items()
    }
    assert set(SupportiveTreatment) <= set(report_words(spoken))
