"""Web push to the console's own browser: switched on by a form, listed, switched off, and nobody else's to touch."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from app.console.routes import settings as page
from app.console.words import words_of
from app.outreach.domain import MOST_SUBSCRIPTIONS
from app.outreach.pushkey import NoPushKey
from tests.builders.browsers import Browser, logged_in
from tests.builders.people import People, Person
from tests.builders.subscribers import Browser as Subscriber

ON, PUSHES = "/settings/push-subscriptions", "/v1/me/push-subscriptions"
SAID = words_of("en")


def form_of(subscriber: Subscriber) -> dict[str, str]:
    """Return what the page's script fills in."""
    order = subscriber.order()
    return {"endpoint": order["endpoint"], **order["keys"]}


def a_subscriber() -> Subscriber:
    return Subscriber("https://push.example.org/send/of-a-console")


def subscribed(browser: Browser, person: Person) -> str:
    """Switch it on, and return the subscription's id as the API tells it."""
    done = browser.send(ON, form_of(a_subscriber()))
    assert done.headers["Location"] == "/console/settings?done=push_on"
    (told,) = person.get(PUSHES).json["items"]
    assert (told["device_id"], told["service"]) == (str(person.device_id), "push.example.org")
    return str(told["id"])


def test_a_browser_is_switched_on_listed_and_switched_off_again(app: Flask, people: People) -> None:
    ines = people.therapist()
    browser = logged_in(app, ines)
    before = browser.get("/settings").text
    assert f'data-key="{ines.get("/v1/me/push-key").json["public_key"]}"' in before
    assert "data-subscription" not in before
    push_id = subscribed(browser, ines)
    shown = browser.get("/settings?done=push_on").text
    assert SAID["done"]["push_on"] in shown
    assert f'data-subscription="{push_id}"' in shown
    assert sha256(form_of(a_subscriber())["endpoint"].encode()).hexdigest() in shown
    assert "push.example.org" in shown
    assert "of-a-console" not in shown  # neither the address nor the keys are shown again
    off = browser.send(f"{ON}/{push_id}")
    assert off.headers["Location"] == "/console/settings?done=push_off"
    assert ines.get(PUSHES).json["items"] == []
    assert "push.example.org" not in browser.get("/settings").text


def test_another_s_browser_is_not_switched_off_nor_shown(app: Flask, people: People) -> None:
    ines, kim = people.therapist(), people.therapist()
    push_id = subscribed(logged_in(app, ines), ines)
    browser = logged_in(app, kim)
    assert "push.example.org" not in browser.get("/settings").text
    assert browser.send(f"{ON}/{push_id}").status_code == 404
    assert len(ines.get(PUSHES).json["items"]) == 1


def test_without_the_form_s_token_nothing_is_switched(app: Flask, people: People) -> None:
    ines = people.therapist()
    answer = logged_in(app, ines).send(ON, {**form_of(a_subscriber()), "form_token": "another's"})
    assert answer.status_code == 403
    assert ines.get(PUSHES).json["items"] == []


NOT_MEANT = (
    ({"endpoint": "https://127.0.0.1/send"}, "push_endpoint"),
    ({"endpoint": "http://push.example.org/send"}, "push_endpoint"),
    ({"p256dh": "A" * 87}, "push_keys"),
    ({"auth": "short"}, "form_invalid"),
    ({"endpoint": ""}, "form_invalid"),
)


def test_what_is_no_subscription_is_refused_in_words(app: Flask, people: People) -> None:
    ines = people.therapist()
    browser = logged_in(app, ines)
    (version,) = re.findall(r'name="version" value="([^"]+)"', browser.get("/settings").text)
    wanted = {"remind_at": "18:00", "quiet_from": "20:30", "quiet_until": "07:15", "language": "en", "version": version}
    assert browser.send("/settings/reminders", {**wanted, "review_due": "on"}).status_code == 303
    for change, said in NOT_MEANT:
        answer = browser.send(ON, {**form_of(a_subscriber()), **change})
        assert answer.status_code == 422, change
        assert SAID["refusals"][said] in answer.text
        assert 'name="review_due" checked' in answer.text  # the other form says what stands
    assert ines.get(PUSHES).json["items"] == []


def test_so_many_browsers_are_enough(app: Flask, people: People) -> None:
    ines = people.therapist()
    for _ in range(MOST_SUBSCRIPTIONS):
        more = people.again(ines)
        assert (
            more.post(PUSHES, Subscriber(f"https://push.example.org/send/{more.device_id}").order()).status_code == 201
        )
    answer = logged_in(app, ines).send(ON, form_of(a_subscriber()))
    assert answer.status_code == 409
    assert SAID["refusals"]["too_many_push_subscriptions"] in answer.text


def test_without_a_key_the_page_says_so_and_offers_nothing(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: Path) -> None:
        raise NoPushKey("key.pem")

    monkeypatch.setattr(page, "push_key", none)
    shown = logged_in(app, people.therapist()).get("/settings").text
    assert SAID["push_without_key"] in shown
    assert "data-subscribe" not in shown
    assert "push.js" not in shown


def test_without_a_script_the_page_says_so(app: Flask, people: People) -> None:
    shown = logged_in(app, people.therapist()).get("/settings").text
    (told,) = re.findall(r"<noscript><p>(.*?)</p></noscript>", shown)
    assert told == SAID["push_without_script"]
    assert re.search(r"<form [^>]*data-subscribe hidden>", shown)


def test_the_worker_is_served_for_its_own_folder_alone(app: Flask) -> None:
    answer = app.test_client().get("/console/static/push-worker.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers
    assert 'addEventListener("fetch"' not in answer.text  # it stands between no page and this server
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"


def moved(endpoint: str = "https://elsewhere.example.org/send/again") -> dict[str, str]:
    """Return what a browser sends that was given another address."""
    return form_of(Subscriber(endpoint))


def test_a_browser_with_another_address_or_another_log_in_stays_the_one_that_was_switched_on(
    app: Flask, people: People
) -> None:
    ines = people.therapist()
    push_id = subscribed(logged_in(app, ines), ines)
    again = people.again(ines)
    browser = logged_in(app, again)
    for fields, service in ((form_of(a_subscriber()), "push.example.org"), (moved(), "elsewhere.example.org")):
        answer = browser.send(f"{ON}/{push_id}/renewal", fields)
        assert (answer.status_code, answer.data) == (204, b"")
        (told,) = ines.get(PUSHES).json["items"]
        assert (told["id"], told["device_id"], told["service"]) == (push_id, str(again.device_id), service)


def test_what_was_switched_off_or_is_another_s_is_not_renewed(app: Flask, people: People) -> None:
    ines, kim = people.therapist(), people.therapist()
    browser = logged_in(app, ines)
    push_id = subscribed(browser, ines)
    assert logged_in(app, kim).send(f"{ON}/{push_id}/renewal", moved()).status_code == 404
    assert kim.get(PUSHES).json["items"] == []
    assert [one["id"] for one in ines.get(PUSHES).json["items"]] == [push_id]
    for change, status in (({"form_token": "another's"}, 403), ({"endpoint": "https://127.0.0.1/send"}, 422)):
        assert browser.send(f"{ON}/{push_id}/renewal", {**moved(), **change}).status_code == status
    assert [one["service"] for one in ines.get(PUSHES).json["items"]] == ["push.example.org"]
    assert ines.send("DELETE", f"{PUSHES}/{push_id}").status_code == 204
    assert browser.send(f"{ON}/{push_id}/renewal", moved()).status_code == 404
    assert ines.get(PUSHES).json["items"] == []
