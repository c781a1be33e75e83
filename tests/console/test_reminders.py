"""A therapist's reminders, said in the console: kept as over the API, and never over a word that came between."""

from __future__ import annotations

import re

from flask import Flask

from app.console.words import words_of
from app.web.languages import LANGUAGES
from tests.builders.browsers import logged_in
from tests.builders.people import People

AT_SIX = {"remind_at": "18:00", "quiet_from": "20:30", "quiet_until": "07:15", "language": "de"}


def test_reminders_are_kept_and_shown_and_a_form_of_before_is_refused(app: Flask, people: People) -> None:
    ines = people.therapist()
    browser = logged_in(app, ines)
    page = browser.get("/settings").text
    (version,) = re.findall(r'name="version" value="([^"]+)"', page)
    assert 'name="review_due">' in page
    wanted = {**AT_SIX, "version": version, "review_due": "on"}
    done = browser.send("/settings/reminders", wanted)
    assert done.headers["Location"] == "/console/settings?done=reminders_changed"
    told = ines.get("/v1/me/reminders").json
    assert told == {**AT_SIX, "review_due": True, "session_due": False, "morning_score_missing": False}
    after = browser.get("/settings").text
    assert 'name="review_due" checked>' in after
    assert 'type="time" value="18:00"' in after
    assert '<option value="de" selected>' in after
    late = browser.send("/settings/reminders", {**wanted, "remind_at": "05:00"})
    assert (late.status_code, "Somebody has changed this" in late.text) == (412, True)
    assert ines.get("/v1/me/reminders").json == told


def test_a_time_that_is_none_is_named_and_what_was_filled_in_stays(app: Flask, people: People) -> None:
    ines = people.therapist()
    browser = logged_in(app, ines)
    (version,) = re.findall(r'name="version" value="([^"]+)"', browser.get("/settings").text)
    answer = browser.send(
        "/settings/reminders", {**AT_SIX, "version": version, "review_due": "on", "remind_at": "late"}
    )
    assert answer.status_code == 422
    assert 'id="remind_at-fault"' in answer.text
    assert 'value="late"' in answer.text
    assert 'name="review_due" checked>' in answer.text
    assert ines.get("/v1/me/reminders").json["review_due"] is False


def test_every_language_of_a_letter_has_its_name_in_every_language() -> None:
    assert {name: set(words_of(name)["languages"]) for name in LANGUAGES} == {
        name: set(LANGUAGES) for name in LANGUAGES
    }
