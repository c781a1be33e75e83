"""The console's pages and acts as every kind of person: what the API would not give them, it does not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.consent.domain import TABLE, Access, Scope
from app.db.engine import Database
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.openapi import declared
from tests.access.matrix import NOTES
from tests.access.world import CANARY, World, forgetting, world_of
from tests.builders.browsers import Browser, logged_in
from tests.builders.papers import text_of
from tests.builders.people import People
from tests.levels import SQLITE_FIRST

PATIENT = "/patients/<id:patient_id>"
CLINIC = "/clinics/<id:clinic_id>"
SESSIONS, PAIN, NOTED = Scope.SESSIONS_READ, Scope.PAIN_READ, Scope.NOTES_READ
ADVICE, PLAN, MESSAGE = Scope.ADVICE_READ, Scope.PLAN_WRITE, Scope.MESSAGE
ANY = frozenset(Scope)
"""A page that opens with any one of these."""


@dataclass(frozen=True)
class OfPatient:
    """A page or act about a patient: any of these scopes opens it, and what it needs of ids."""

    opened_by: frozenset[Scope]
    also: frozenset[Scope] = frozenset()
    names: str | None = None
    opened: int = 200
    """What it is answered with to whom it is open: the world has no step that waits, and no therapist's message."""


def _one(*scopes: Scope) -> frozenset[Scope]:
    return frozenset(scopes)


PAGES: dict[str, OfPatient] = {
    PATIENT: OfPatient(ANY),
    f"{PATIENT}/course": OfPatient(ANY),
    f"{PATIENT}/record": OfPatient(ANY),
    f"{PATIENT}/programme": OfPatient(_one(PLAN)),
    f"{PATIENT}/programme/new": OfPatient(_one(PLAN)),
    f"{PATIENT}/programme/<id:programme_id>/revision": OfPatient(_one(PLAN), names="programme_id"),
    f"{PATIENT}/review": OfPatient(_one(ADVICE)),
    f"{PATIENT}/pauses/<id:pause_id>": OfPatient(_one(PLAN), names="pause_id"),
    f"{PATIENT}/override": OfPatient(_one(PLAN)),
    f"{PATIENT}/overrides/<id:override_id>": OfPatient(_one(PLAN), names="override_id"),
    f"{PATIENT}/policy": OfPatient(_one(PLAN)),
    f"{PATIENT}/proposals/<id:proposal_id>": OfPatient(_one(PLAN), also=_one(ADVICE), names="proposal_id", opened=404),
    f"{PATIENT}/messages": OfPatient(_one(MESSAGE)),
    f"{PATIENT}/messages/<id:message_id>": OfPatient(_one(MESSAGE), names="message_id", opened=403),
    f"{PATIENT}/report.pdf": OfPatient(_one(SESSIONS, PAIN, ADVICE, PLAN)),
}
"""Every page about a patient; each that is not read only is a form that sends to the same place."""
FULLY = frozenset(
    {
        PATIENT,
        f"{PATIENT}/record",
        f"{PATIENT}/programme",
        f"{PATIENT}/pauses/<id:pause_id>",
        f"{PATIENT}/messages",
        f"{PATIENT}/report.pdf",
    }
)
"""Where a refusal is held beside that of a patient whom there is not; the other pages are refused by the same words."""
OF_BEA = frozenset({"patient", "other_patient", "all_scopes", "revoked", "anonymous"})
"""Who is tried with the other patient as well: to the rest Bea is what she is to these."""
SOME = ("patient", "all_scopes", "never_linked", "operator", "clinic_admin", "same_clinic", "disabled", "anonymous")
"""Of each kind that is told apart where there is no patient, one."""
READ_ONLY = frozenset(
    {PATIENT, f"{PATIENT}/course", f"{PATIENT}/record", f"{PATIENT}/programme", f"{PATIENT}/report.pdf"}
)
OTHERS: dict[tuple[str, str], str] = {
    ("GET", "/console"): "public",
    ("GET", "/login"): "public",
    ("POST", "/login"): "public",
    ("GET", "/login/code"): "public",
    ("POST", "/login/code"): "public",
    ("GET", "/static/<name>"): "public",
    ("GET", "/<path:rest>"): "public",
    ("POST", "/language"): "public",
    ("POST", "/logout"): "professionals",
    ("GET", "/settings"): "professionals",
    ("POST", "/settings/devices/<id:device_id>"): "professionals",
    ("POST", "/settings/reminders"): "professionals",
    ("POST", "/settings/push-subscriptions"): "professionals",
    ("POST", "/settings/push-subscriptions/<id:push_id>"): "professionals",
    ("POST", "/settings/push-subscriptions/<id:push_id>/renewal"): "professionals",
    ("GET", "/settings/second-factor"): "professionals",
    ("POST", "/settings/second-factor"): "professionals",
    ("POST", "/settings/second-factor/confirmation"): "professionals",
    ("POST", "/settings/second-factor/recovery-codes"): "professionals",
    ("POST", "/settings/second-factor/removal"): "professionals",
    ("GET", "/caseload"): "therapists",
    ("GET", "/invitations/new"): "therapists",
    ("POST", "/invitations/new"): "therapists",
    ("POST", "/invitations/acceptance"): "therapists",
    ("POST", "/invitations/<id:invitation_id>/withdrawal"): "therapists",
    ("GET", "/clinics"): "therapists",
    ("POST", "/clinics"): "therapists",
    ("POST", "/clinics/joining"): "therapists",
    ("GET", CLINIC): "members",
    ("POST", f"{CLINIC}/leaving"): "members",
    ("POST", f"{CLINIC}/invitations"): "clinic admins",
    ("POST", f"{CLINIC}/members/<id:account_id>"): "clinic admins",
    ("POST", f"{CLINIC}/admins/<id:account_id>"): "clinic admins",
}
PATIENTS = frozenset({"patient", "second_device", "other_patient"})
THERAPISTS_ONLY = "therapists"


@pytest.fixture(scope="module")
def world(app: Flask, database: Database) -> Iterator[World]:
    """The world, as it is before each request."""
    made = world_of(People(app), database)
    with forgetting(app, database):
        yield made


@pytest.fixture(scope="module")
def browsers(app: Flask, world: World, database: Database) -> dict[str, Browser]:
    """A logged-in browser of each kind of person, and one of nobody."""
    kept = app.extensions["trochlea.database"]
    app.extensions["trochlea.database"] = database
    try:
        return {name: logged_in(app, person) for name, person in world.actors.items()}
    finally:
        app.extensions["trochlea.database"] = kept


def routes(app: Flask) -> set[tuple[str, str]]:
    """Return every page and act of the console."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            path = rule.rule.removeprefix("/console") or rule.rule
            found |= {(method, path) for method in (rule.methods or set()) & {"GET", "POST"}}
    return found


def listed() -> set[tuple[str, str]]:
    """Return every page and act that this file says something of."""
    of_patients = {("GET", path) for path in PAGES} | {("POST", path) for path in set(PAGES) - READ_ONLY}
    return of_patients | set(OTHERS)


def path_of(world: World, path: str, about: str | None, page: OfPatient) -> str:
    """Return the path about a patient, with that patient's own thing."""
    patient = world.patients["ada" if about is None else about]
    filled = path.replace("<id:patient_id>", str(patient.person.id if about else new_id()))
    if page.names is not None:
        own = patient.ids.get(page.names) if about else None
        filled = filled.replace(f"<id:{page.names}>", own or str(new_id()))
    return filled


def expected(world: World, actor: str, about: str | None, page: OfPatient) -> int:
    """Return what the API would answer: 303 is the way to the log-in."""
    if world.actors[actor] is None or actor == "disabled":
        return 303
    if about is not None and actor in PATIENTS:
        return 403 if (actor == "other_patient") == (about == "bea") else 404
    if about != "ada" or actor not in world.scopes:
        return 404
    held = world.scopes[actor]
    return 200 if held & page.opened_by and page.also <= held else 403


def leaks(world: World, actor: str, answer: TestResponse) -> list[str]:
    """Return what a page shows that this person may not see."""
    told = text_of(answer.data) if answer.mimetype == "application/pdf" else answer.text
    found = ["a patient's words"] if actor not in NOTES and CANARY in told else []
    # The way to the log-in repeats what was asked for, and nothing else.
    if answer.status_code not in (200, 303):
        ids = {one for patient in world.patients.values() for one in patient.ids.values()}
        found += [f"the id {one}" for one in ids if one in told]
    return found


def told_apart(first: TestResponse, second: TestResponse) -> list[str]:
    """Return how two refusals differ."""
    names = ("X-Request-Id", "Date")
    headers = [[(n, v) for n, v in one.headers.items() if n not in names] for one in (first, second)]
    same = (first.status_code, first.data, headers[0]) == (second.status_code, second.data, headers[1])
    return [] if same else ["told apart from one who does not exist"]


def faults(world: World, browsers: dict[str, Browser], paths: dict[str, OfPatient]) -> list[str]:
    """Load each page as each kind of person about either patient and nobody, and return what was not meant."""
    found = []
    for path, page in paths.items():
        for actor, browser in browsers.items():
            nobody = browser.get(path_of(world, path, None, page)) if path in FULLY else None
            for about in ("ada", "bea") if actor in OF_BEA else ("ada",):
                answer = browser.get(path_of(world, path, about, page))
                wanted = expected(world, actor, about, page)
                wanted = page.opened if wanted == 200 else wanted
                faulty = [] if answer.status_code == wanted else [str(answer.status_code)]
                faulty += leaks(world, actor, answer)
                if answer.status_code == 404 and nobody is not None:
                    faulty += told_apart(answer, nobody)
                found += [f"{path} as {actor} about {about}: {one}" for one in faulty]
    return found


def test_this_table_lists_every_page_and_act(app: Flask) -> None:
    assert routes(app) == listed()


def test_no_page_is_in_the_document(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").json
    assert [path for path in document["paths"] if path.startswith("/console")] == []


def test_every_page_declares_the_permission_of_the_table(app: Flask) -> None:
    said = {
        (method, rule.rule.removeprefix("/console") or rule.rule): declared(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    for (method, path), who in OTHERS.items():
        found = said[method, path]
        assert found is not None
        assert (found.permission is Permission.PUBLIC) == (who == "public"), (method, path)


@SQLITE_FIRST
def test_nobody_is_shown_what_the_patient_did_not_open_to_them(world: World, browsers: dict[str, Browser]) -> None:
    assert len(browsers) >= 15
    assert faults(world, browsers, PAGES) == []


@SQLITE_FIRST
def test_no_act_is_done_for_whom_it_is_not_open(world: World, browsers: dict[str, Browser]) -> None:
    found = []
    for path in sorted(set(PAGES) - READ_ONLY):
        page = PAGES[path]
        for actor, browser in browsers.items():
            for about in ("ada", None):
                wanted = expected(world, actor, about, page)
                if wanted != 200:
                    answer = browser.send(path_of(world, path, about, page), {"note": "x", "reason": "x"})
                    found += [] if answer.status_code == wanted else [f"{path} {actor} {about} {answer.status_code}"]
                    found += [f"{path} {actor} {one}" for one in leaks(world, actor, answer)]
    assert found == []


@SQLITE_FIRST
def test_what_is_no_patient_s_is_for_its_own_people(world: World, browsers: dict[str, Browser]) -> None:
    found = []
    for (method, path), who in OTHERS.items():
        if who == "public":
            continue
        filled = path.replace("<id:clinic_id>", world.ids["clinic_id"])
        filled = filled.replace("<id:account_id>", str(new_id())).replace("<id:device_id>", str(new_id()))
        filled = filled.replace("<id:push_id>", str(new_id())).replace("<id:invitation_id>", str(new_id()))
        for actor in SOME:
            browser = browsers[actor]
            answer = browser.get(filled) if method == "GET" else browser.send(filled)
            is_let_in = answer.status_code not in (303, 403, 404) or _went_on(answer)
            if not _may(actor, who):
                found += [f"{method} {path} as {actor}: {answer.status_code}"] if is_let_in else []
            elif method == "GET" and answer.status_code != 200:
                found.append(f"{method} {path} as {actor}: {answer.status_code}")
            found += leaks(world, actor, answer) if answer.status_code >= 300 else []
    assert found == []


def _went_on(answer: TestResponse) -> bool:
    return answer.status_code == 303 and not answer.headers["Location"].startswith("/console/login")


def _may(actor: str, who: str) -> bool:
    if actor in PATIENTS or actor in ("anonymous", "disabled"):
        return False
    match who:
        case "clinic admins":
            return actor == "clinic_admin"
        case "members":
            return actor in ("clinic_admin", "same_clinic")
        case "therapists":
            return actor != "operator"
        case _:
            return True


# Planted, and seen


def test_a_page_without_its_scope_is_seen(
    world: World, browsers: dict[str, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLE, Permission.PLAN_READ, Access(patient=True, any_scope=True))
    path = f"{PATIENT}/programme"
    some = {name: browsers[name] for name in ("pain_only", "never_linked", "plan_only")}
    assert faults(world, some, {path: PAGES[path]}) == [f"{path} as pain_only about ada: 200"]


def test_a_page_that_shows_words_without_their_scope_is_seen(
    world: World, browsers: dict[str, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.review.service.progress.notes_open", lambda _: ["runs", "sessions", "check_ins"])
    monkeypatch.setattr("app.review.service.progress.is_open", lambda *_: True)
    path = f"{PATIENT}/record"
    found = faults(world, {"sessions_only": browsers["sessions_only"]}, {path: PAGES[path]})
    assert found == [f"{path} as sessions_only about ada: a patient's words"]
