"""Web push in a real browser: switched on by keyboard, shown by the worker without a word of health, switched off.

What the browser's maker does, to give out an address and to deliver, is played: no push service is reached from here.
Everything of ours is as it is shipped: the page under its policy, its script, the form, and the worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.outreach.words import push_text
from tests.browser.conftest import Seen, Site
from tests.browser.test_console import faults_of, focus_on
from tests.browser.visits import log_in_as
from tests.builders.people import Person
from tests.builders.subscribers import Browser as Subscriber

SETTINGS = "/console/settings"
SCOPE = "/console/static/"
ON = "[data-subscribe] button"
SHOWN = """
async () => (await (await navigator.serviceWorker.getRegistration("/console/static/")).getNotifications())
  .map(({title, body, tag}) => ({title, body, tag}))
"""
PLAYED = """
(() => {
  const held = () => JSON.parse(localStorage.getItem("played"));
  const shown = (order) => order && {
    endpoint: order.endpoint,
    toJSON: () => order,
    unsubscribe: async () => { localStorage.removeItem("played"); return true; },
  };
  PushManager.prototype.getSubscription = async () => shown(held());
  PushManager.prototype.subscribe = async function (asked) {
    if (localStorage.getItem("refuses")) throw new DOMException("no", "AbortError");
    localStorage.setItem("played", JSON.stringify(%s));
    return shown(held());
  };
})();
"""
"""What the browser's maker does: it gives out an address, keeps it, and may change it by itself."""
MOVED = """
(endpoint) => localStorage.setItem("played", JSON.stringify({...JSON.parse(localStorage.getItem("played")), endpoint}))
"""
CHANGED = """
async () => {
  const asked = [];
  PushManager.prototype.subscribe = async (options) => { asked.push(options); };
  for (const newSubscription of [null, {}]) {
    const event = new ExtendableEvent("pushsubscriptionchange");
    const done = [];
    const waitUntil = (one) => done.push(one);
    Object.assign(event, {oldSubscription: {options: "as before"}, newSubscription, waitUntil});
    self.dispatchEvent(event);
    await Promise.all(done);
  }
  return asked;
}
"""


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser whose owner lets pages of this site tell of something."""
    made = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")
    made.grant_permissions(["notifications"], origin=site.url)
    yield made
    made.close()


@pytest.fixture
def ines(site: Site, context: BrowserContext) -> Person:
    """A therapist who is logged in there."""
    found = site.people.therapist()
    log_in_as(site, context, found)
    return found


def watched(page: Page) -> Seen:
    seen = Seen([])
    seen.watch(page)
    return seen


def state_of(page: Page) -> str | None:
    """Return which of the sentences on this browser the page shows, once it does."""
    page.wait_for_selector("[data-state]:not([hidden])")
    return page.locator("[data-state]:not([hidden])").get_attribute("data-state")


def subscriptions(ines: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ines.get("/v1/me/push-subscriptions").json["items"]
    return found


def test_a_therapist_switches_it_on_and_off_by_keyboard(site: Site, context: BrowserContext, ines: Person) -> None:
    order = Subscriber("https://push.example.org/send/of-chromium").order()
    context.add_init_script(PLAYED % json.dumps({"endpoint": order["endpoint"], "keys": order["keys"]}))
    page = context.new_page()
    seen = watched(page)
    page.goto(site.url + SETTINGS)
    assert state_of(page) == "off"
    focus_on(page, ON)
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings?done=push_on")
    (told,) = subscriptions(ines)
    assert (told["device_id"], told["service"]) == (str(ines.device_id), "push.example.org")
    assert state_of(page) == "on"
    # A browser that lets it go and gives none anew is said so; what the server knows can be taken back all the same.
    page.evaluate("localStorage.removeItem('played'); localStorage.setItem('refuses', 'yes')")
    page.goto(site.url + SETTINGS)
    assert state_of(page) == "lost"
    focus_on(page, "[data-here]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings?done=push_off")
    assert subscriptions(ines) == []
    assert state_of(page) == "off"
    assert seen.said == []


def test_another_address_and_another_log_in_are_told_by_the_next_page_and_what_was_switched_off_stays_off(
    site: Site, context: BrowserContext, ines: Person
) -> None:
    order = Subscriber("https://push.example.org/send/first").order()
    context.add_init_script(PLAYED % json.dumps({"endpoint": order["endpoint"], "keys": order["keys"]}))
    page = context.new_page()
    seen = watched(page)
    page.goto(site.url + SETTINGS)
    page.click(ON)
    page.wait_for_url("**/settings?done=push_on")
    assert state_of(page) == "on"
    (first,) = subscriptions(ines)

    page.evaluate(MOVED, "https://moved.example.org/send/second")
    page.goto(f"{site.url}/console/clinics")
    assert until(page, lambda: subscriptions(ines)[0]["service"] == "moved.example.org")
    page.evaluate(MOVED, "https://again.example.org/send/third")
    page.goto(site.url + SETTINGS)
    assert until(page, lambda: subscriptions(ines)[0]["service"] == "again.example.org")
    assert state_of(page) == "on"

    later = site.people.again(ines)
    log_in_as(site, context, later)
    page.goto(f"{site.url}/console/caseload")
    assert until(page, lambda: subscriptions(ines)[0]["device_id"] == str(later.device_id))
    assert [one["id"] for one in subscriptions(ines)] == [first["id"]]
    assert seen.said == []

    assert ines.send("DELETE", f"/v1/me/push-subscriptions/{first['id']}").status_code == 204
    log_in_as(site, context, site.people.again(ines))
    with context.expect_event("response", lambda answer: answer.url.endswith("/renewal")) as refused:
        page.goto(f"{site.url}/console/caseload")
    assert refused.value.status == 404
    assert subscriptions(ines) == []
    page.goto(site.url + SETTINGS)
    assert state_of(page) == "off"

    (worker,) = context.service_workers
    assert worker.evaluate(CHANGED) == ["as before"], "asked for anew where the browser has not done so"


def until(page: Page, is_so: Callable[[], bool]) -> bool:
    """Look again and again whether it is so, for as long as a browser may take."""
    for _ in range(500):
        if is_so():
            return True
        page.wait_for_timeout(20)
    return False


def test_the_worker_shows_the_sentence_and_nothing_else_and_a_second_copy_once(
    site: Site, context: BrowserContext, ines: Person
) -> None:
    page = context.new_page()
    seen = watched(page)
    page.goto(site.url + SETTINGS)
    page.evaluate("navigator.serviceWorker.register('/console/static/push-worker.js')")
    page.wait_for_function(
        f"async () => (await navigator.serviceWorker.getRegistration('{SCOPE}'))?.active?.state === 'activated'"
    )
    assert page.evaluate("navigator.serviceWorker.controller") is None
    text = push_text("en")
    for told in ({"id": "one", "title": "Trochlea", "text": text}, {"id": "one", "title": "Trochlea", "text": text}):
        deliver(context, page, site, json.dumps(told))
    deliver(context, page, site, "no JSON")
    page.wait_for_function(f"async () => (await ({SHOWN})()).length === 2")
    shown = sorted(page.evaluate(SHOWN), key=lambda one: str(one["tag"]))
    assert shown == [
        {"title": "Trochlea", "body": "", "tag": ""},
        {"title": "Trochlea", "body": text, "tag": "one"},
    ]
    assert seen.said == []


def deliver(context: BrowserContext, page: Page, site: Site, data: str) -> None:
    """Hand a push to the worker, as the browser does once its maker's service has brought it."""
    session = context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    for _ in range(100):
        if known:
            break
        page.wait_for_timeout(20)
    number = next(one["registrationId"] for one in known if one["scopeURL"] == f"{site.url}{SCOPE}")
    session.send("ServiceWorker.deliverPushMessage", {"origin": site.url, "registrationId": number, "data": data})
    session.detach()


@pytest.mark.deep
def test_a_browser_that_may_not_or_cannot_is_told_so(
    site: Site, chromium: Browser, context: BrowserContext, ines: Person
) -> None:
    page = context.new_page()
    page.goto(site.url + SETTINGS)
    page.click(ON)  # no push service is reached from here
    page.wait_for_selector("[data-state=failed]:not([hidden])")
    assert page.locator(ON).is_enabled()
    context.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")
    page.goto(site.url + SETTINGS)
    assert state_of(page) == "denied"
    assert not page.locator(ON).is_visible()
    context.add_init_script("delete window.PushManager")
    page.goto(site.url + SETTINGS)
    assert state_of(page) == "unsupported"
    assert not page.locator(ON).is_visible()
    plain = chromium.new_context(java_script_enabled=False, locale="de-DE")
    log_in_as(site, plain, ines)
    without = plain.new_page()
    without.goto(site.url + SETTINGS)
    assert "nur mit einem Skript" in without.inner_text("[aria-labelledby=push]")
    assert not without.locator(ON).is_visible()
    plain.close()
    assert subscriptions(ines) == []


@pytest.mark.deep
def test_axe_finds_nothing_on_settings_with_a_browser_listed(site: Site, context: BrowserContext, ines: Person) -> None:
    order = Subscriber("https://push.example.org/send/of-axe").order()
    assert ines.post("/v1/me/push-subscriptions", order).status_code == 201
    page = context.new_page()
    assert faults_of(page, site.url + SETTINGS) == []
    assert page.locator("[aria-labelledby=push] .log li").count() == 1
