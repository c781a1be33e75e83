"""Each act of the console reaches the phone by sync, and stands in the history that colleagues read."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.kernel.clock import now
from tests.api.test_plan import _begin, finished, on_day, stage  # noqa: F401 - begins each test on the first day
from tests.builders.browsers import Browser, logged_in
from tests.builders.care import let_in, logged
from tests.builders.devices import Json, Phone, a_check_in, an_id, fold
from tests.builders.people import People, Person

ORDER = {"protocol": "runners_knee_standard", "sides": ["left"], "stage": "relieve"}
CLOSED = {"note": "Walks well.", "seen_whom": "Dr Weber", "cleared_by": "Dr Weber, casualty"}


def synced(reader: Person, patient: Person) -> dict[str, list[Json]]:
    """Return what a device holds of a patient once it has synced, by collection."""
    held: dict[str, list[Json]] = defaultdict(list)
    for (collection, _), row in fold(Phone(reader, patient.id).pages()).items():
        held[collection].append(row["data"])
    return held


def in_days(days: int) -> str:
    """Return a day so many ahead."""
    return (now() + timedelta(days=days)).date().isoformat()


def version_on(page: str) -> str:
    """Return the version that a form was made for."""
    return re.findall(r'name="version" value="([^"]+)"', page)[0]


def closed_alone(patient: Person) -> None:
    """Open a pause and close it as one may whom nobody treats."""
    logged(patient, check_ins=[a_check_in(2, red_flags=["locked_knee"])])
    (pause,) = patient.get("/v1/patients/{me}/pauses").json["items"]
    closing = {**CLOSED, "seen_on": now().date().isoformat()}
    assert patient.post(f"/v1/patients/{{me}}/pauses/{pause['id']}/closure", closing).status_code == 201


def acts_on(browser: Browser, ada: Person) -> None:
    """Sign off, write, close, override and end that, change the limits, prescribe and revise."""
    at = f"/patients/{ada.id}"
    logged(ada, check_ins=[a_check_in(1, red_flags=["locked_knee"])])
    pause = re.findall(rf'href="/console({at}/pauses/[0-9a-f-]+)"', browser.get(at).text)[0]
    _done(browser, pause, note="Seen: no locking.")
    _done(browser, f"{at}/review", id=an_id(), next_on=in_days(14), note="Go on like this.")
    _done(browser, f"{at}/messages", id=an_id(), text="Rest for a day.")
    _done(browser, f"{at}/override", decision="hold", reason="Travel", ends_on=in_days(5))
    (override,) = ada.get("/v1/patients/{me}/guidance/overrides").json["items"]
    _done(browser, f"{at}/overrides/{override['id']}", because="Back home")
    limits = {"preset": "esculier_2018", "reason": "Slow mornings"}
    _done(browser, f"{at}/policy", version=version_on(browser.get(f"{at}/policy").text), **limits)
    _done(browser, f"{at}/programme/new", id=an_id(), reason="First visit", **ORDER)
    (programme,) = ada.get("/v1/patients/{me}/programmes").json["items"]
    first, revision = programme["plan"]["exercises"][0]["id"], f"{at}/programme/{programme['id']}/revision"
    change = {"version": version_on(browser.get(revision).text), "reason": "Stronger now", f"{first}-sets": "4"}
    _done(browser, revision, **change)


def _done(browser: Browser, path: str, **fields: Any) -> None:
    answer = browser.send(path, fields)
    assert answer.status_code == 303, (path, answer.text)


def test_each_act_reaches_the_phone_by_sync_and_stands_in_the_record(app: Flask, people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    let_in(ada, ines)
    browser = logged_in(app, ines)
    acts_on(browser, ada)
    phone = synced(ada, ada)
    (pause,) = phone["pauses"]
    assert (pause["note"], pause["closed_by_role"]) == ("Seen: no locking.", "therapist")
    assert [one["note"] for one in phone["reviews"]] == ["Go on like this."]
    assert [one["text"] for one in phone["messages"]] == ["Rest for a day."]
    (override,) = phone["overrides"]
    assert (override["reason"], override["withdrawn_because"]) == ("Travel", "Back home")
    assert [(one["preset"], one["reason"]) for one in phone["policies"]] == [("esculier_2018", "Slow mornings")]
    assert "Stronger now" in {one["reason"] for one in phone["programmes"]}
    assert 4 in {one["sets"] for one in phone["prescribed_exercises"]}
    colleague = people.therapist()
    let_in(ada, colleague)
    theirs = logged_in(app, colleague)
    record = theirs.get(f"/patients/{ada.id}/record").text
    said = ("Seen: no locking.", "by a therapist", "Go on like this.", "Travel", "Back home", "Slow mornings")
    assert [one for one in (*said, "First visit") if one not in record] == []
    assert "Stronger now" in theirs.get(f"/patients/{ada.id}/programme").text
    assert "Rest for a day." in theirs.get(f"/patients/{ada.id}/messages").text


@pytest.mark.deep
def test_a_step_up_is_made_by_the_therapist_s_word_alone(app: Flask, people: People) -> None:
    ada, ines, _ = finished(people)
    with on_day(32):
        stage(ada)
        browser = logged_in(app, people.again(ines))
        page = browser.get(f"/patients/{ada.id}").text
        path = re.findall(rf'href="/console(/patients/{ada.id}/proposals/[0-9a-f-]+)"', page)[0]
        assert "Elevate" in browser.get(path).text
        _done(browser, path, decision="accept", note="Well done.")
        phone = synced(ada, ada)
        (proposal,) = phone["stage_proposals"]
        assert (proposal["status"], proposal["note"]) == ("accepted", "Well done.")
        assert "self_managed" in {one["stage"] for one in phone["programmes"]}
        record = browser.get(f"/patients/{ada.id}/record").text
        assert "Self-managed" in record.split('id="stages"')[1].split("</section>")[0]
        assert browser.send(path, {"decision": "decline", "note": "No."}).status_code == 409


@pytest.mark.parametrize("scopes", [("advice.read",), ("plan.write",), ("advice.read", "notes.read")], ids="+".join)
def test_what_a_patient_said_to_close_a_pause_takes_the_scope_for_notes(
    app: Flask, people: People, scopes: tuple[str, ...]
) -> None:
    ada, ines = people.patient(), people.therapist()
    closed_alone(ada)
    let_in(ada, ines, *scopes)
    shown = {name: words if "notes.read" in scopes else None for name, words in CLOSED.items()}
    (told,) = ines.get(f"/v1/patients/{ada.id}/progress").json["pauses"]
    assert {name: told[name] for name in CLOSED} == shown
    assert told["closed_by_role"] == "patient"
    (held,) = synced(ines, ada)["pauses"]
    assert {name: held[name] for name in CLOSED} == shown
    if "advice.read" in scopes:
        (listed,) = ines.get(f"/v1/patients/{ada.id}/pauses").json["items"]
        assert {name: listed[name] for name in CLOSED} == shown
    record = logged_in(app, ines).get(f"/patients/{ada.id}/record").text
    assert {words in record for words in CLOSED.values()} == {"notes.read" in scopes}
    assert "by the patient" in record
