"""The console in a real browser: worked by keyboard alone, read by a screen reader's rules, and never run by words."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import update

from app.accounts.models import AccountRow
from app.console.rendering import POLICY
from app.web.transaction import database
from tests.access.world import an_invitation
from tests.api.test_second_factor import registered
from tests.browser.conftest import Seen, Site
from tests.browser.payloads import PAYLOADS
from tests.browser.visits import in_days, log_in_as, told_everything
from tests.builders.care import let_in, logged
from tests.builders.devices import a_check_in
from tests.builders.people import PASSWORD, Person

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
WHOLE = "axe.run(document, {resultTypes: ['violations']})"
CONTRAST = "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"
MOST_TABS = 120
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def people_of(site: Site) -> tuple[Person, Person]:
    """A patient with something of everything, and her therapist."""
    return told_everything(site)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without any cookie."""
    made = chromium.new_context(viewport=WIDE, locale="en-GB", reduced_motion="reduce")
    yield made
    made.close()


def message_by_therapist(ada: Person) -> str:
    """Return the newest message that a therapist wrote to a patient."""
    listed = ada.get("/v1/patients/{me}/messages").json["items"]
    return str(next(one["id"] for one in listed if one["therapist_id"]))


def pages_of(ada: Person) -> dict[str, str]:
    """Return every kind of page by name."""
    at = f"/console/patients/{ada.id}"
    pause = ada.get("/v1/patients/{me}/pauses").json["items"][0]["id"]
    programme = ada.get("/v1/patients/{me}/programmes").json["items"][0]["id"]
    return {
        "caseload": "/console/caseload",
        "now": at,
        "record": f"{at}/record",
        "programme": f"{at}/programme",
        "review": f"{at}/review",
        "settings": "/console/settings",
        "course": f"{at}/course",
        "revise": f"{at}/programme/{programme}/revision",
        "prescribe": f"{at}/programme/new",
        "pause": f"{at}/pauses/{pause}",
        "override": f"{at}/override",
        "policy": f"{at}/policy",
        "messages": f"{at}/messages",
        "taking back": f"{at}/messages/{message_by_therapist(ada)}",
        "second factor": "/console/settings/second-factor",
        "clinics": "/console/clinics",
        "invite": "/console/invitations/new",
        "nothing": "/console/nothing",
    }


OFTEN = ("caseload", "now")


def violations(page: Page, question: str) -> list[str]:
    """Return what axe finds on a page."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(f"async () => (await {question}).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
    return [f"{name}: {nodes[:3]}" for name, nodes in found]


def faults_of(page: Page, url: str) -> list[str]:
    """Return what axe finds on a page, light and dark, wide and narrow."""
    page.emulate_media(color_scheme="light")
    page.goto(url)
    for one in page.query_selector_all("details"):
        one.evaluate("element => { element.open = true }")
    found = violations(page, WHOLE)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in violations(page, CONTRAST)]
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(WIDE)
    return found + ([f"{wide} pixels on a narrow screen"] if wide > NARROW["width"] else [])


def focus_on(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus; it has to come within reach."""
    for _ in range(MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def write(page: Page, selector: str, text: str) -> None:
    """Type into a field that the keyboard leads to."""
    focus_on(page, selector)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_a_therapist_triages_reads_prescribes_and_signs_off_by_keyboard_alone(
    site: Site, context: BrowserContext
) -> None:
    ines = registered(site.app)
    therapist_id = ines.send("GET", "/v1/me").json["id"]
    ada, calm = site.people.patient(), site.people.patient()
    for patient in (ada, calm):
        let_in(patient, Person(therapist_id, "", therapist_id, "", "", ines.client))
    told_everything(site, patient=ada)
    page = context.new_page()
    seen = Seen([])
    seen.watch(page)

    page.goto(f"{site.url}/console/caseload")
    write(page, "#email", ines.email)
    write(page, "#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/caseload")
    # The most urgent stands first; the arrow goes to it.
    page.keyboard.press("ArrowDown")
    assert str(ada.id) in page.evaluate("document.activeElement.href")
    row = page.evaluate("document.activeElement.closest('tr').innerText")
    assert "Urgent" in row
    assert "locked knee" in row
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/patients/{ada.id}")

    # The chart's figures are a table that the keyboard opens.
    focus_on(page, "#content .chart summary")
    page.keyboard.press("Enter")
    head = page.locator(".chart table thead").inner_text()
    assert "worst pain left" in head
    assert page.locator(".chart table tbody tr").count() == 12

    focus_on(page, "a[href$='/programme']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/programme")
    focus_on(page, "a[href$='/programme/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/programme/new")
    write(page, "#reason", "Begin anew, gently.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/programme?done=prescribed")
    assert "The programme is prescribed." in page.inner_text("[role=status]")

    focus_on(page, "a[href$='/review']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    write(page, "#note", "Rest, and see a physician.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=review_signed")
    (signed,) = ada.get("/v1/patients/{me}/reviews").json["items"]
    assert signed["note"] == "Rest, and see a physician."
    programmes = ada.get("/v1/patients/{me}/programmes").json["items"]
    assert [one["reason"] for one in programmes if one["status"] == "active"] == ["Begin anew, gently."]
    assert in_days(13) <= signed["next_on"] <= in_days(15)
    assert seen.said == []


@pytest.mark.parametrize("name", OFTEN)
def test_axe_finds_nothing_light_or_dark(
    site: Site, context: BrowserContext, people_of: tuple[Person, Person], name: str
) -> None:
    ada, ines = people_of
    log_in_as(site, context, ines)
    assert faults_of(context.new_page(), site.url + pages_of(ada)[name]) == []


@pytest.mark.deep
def test_axe_finds_nothing_on_any_page(site: Site, context: BrowserContext, people_of: tuple[Person, Person]) -> None:
    ada, ines = people_of
    page = context.new_page()
    found = {"login": faults_of(page, f"{site.url}/console/login")}
    log_in_as(site, context, ines)
    found |= {name: faults_of(page, site.url + path) for name, path in pages_of(ada).items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_axe_sees_a_planted_fault(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/console/login")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('.quiet').style.color = '#ddd'")
    found = violations(page, WHOLE)
    assert {one.split(":")[0] for one in found} >= {"label", "color-contrast"}


def test_nothing_that_a_patient_wrote_ever_runs(site: Site, context: BrowserContext) -> None:
    assert len(set(PAYLOADS)) == 50
    ada, ines = told_everything(site, PAYLOADS, closed_alone(site))
    invited(site, ines)
    written = f"messages/{message_by_therapist(ada)}"
    for payload in PAYLOADS[1:]:
        patient = site.people.patient()
        _rename(site, patient, payload)
        let_in(patient, ines)
    _rename(site, ada, PAYLOADS[0])
    log_in_as(site, context, ines)
    page, seen, policies = context.new_page(), Seen([]), set()
    seen.watch(page)
    page.on(
        "response",
        lambda answer: (
            policies.add(answer.headers.get("content-security-policy"))
            if answer.request.resource_type == "document"
            else None
        ),
    )
    at = f"{site.url}/console/patients/{ada.id}"
    parts = ("record", "course", "programme", "review", written)
    waiting = f"{site.url}/console/invitations/new"
    for path in (f"{site.url}/console/caseload", waiting, at, *(f"{at}/{part}" for part in parts)):
        assert page.goto(path).status == 200
        assert page.evaluate("window.ran") is None, path
        assert page.locator("main script, main iframe, main img, main object, main embed").count() == 0
    assert seen.said == []
    assert policies == {POLICY}
    for path, place in (
        (f"{at}/record?weeks=26", "[aria-labelledby=notes]"),
        (f"{at}/messages", ".thread"),
        (waiting, "[aria-labelledby=waiting]"),
    ):
        page.goto(path)
        shown = page.inner_text(place).replace("\t", " ")
        assert [one for one in PAYLOADS if one.replace("\t", " ") not in shown] == [], path
        assert page.evaluate("window.ran") is None
    assert page.locator("main script, main iframe, main img, main object, main embed").count() == 0
    assert seen.said == []


def closed_alone(site: Site) -> Person:
    """Return a patient who closed a pause before anybody treated her, in such words."""
    patient = site.people.patient()
    logged(patient, check_ins=[a_check_in(3, red_flags=["locked_knee"])])
    (pause,) = patient.get("/v1/patients/{me}/pauses").json["items"]
    words = {"note": PAYLOADS[12], "seen_whom": PAYLOADS[20], "cleared_by": PAYLOADS[0], "seen_on": in_days(0)}
    assert patient.post(f"/v1/patients/{{me}}/pauses/{pause['id']}/closure", words).status_code == 201
    return patient


def invited(site: Site, ines: Person) -> None:
    """Have a patient invite her for each purpose that is none, and use the codes."""
    patient = site.people.patient()
    for payload in PAYLOADS:
        code = patient.post("/v1/invitations", an_invitation(purpose=payload)).json["code"]
        assert ines.post("/v1/invitations/acceptance", {"code": code}).status_code == 200


def test_words_taken_for_markup_would_be_seen(site: Site, context: BrowserContext) -> None:
    """Planted: the same words put into a page as markup, without a policy, do run."""
    page = context.new_page()
    page.set_content("".join(f"<p>{one}</p>" for one in PAYLOADS[12:20]))
    page.wait_for_function("window.ran === 1", timeout=5000)


def _rename(site: Site, person: Person, name: str) -> None:
    with site.app.app_context(), database().writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == person.id).values(display_name=name))
