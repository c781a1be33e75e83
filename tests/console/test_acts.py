"""What a therapist does in the console reaches the patient as over the API, is written down, and can be refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.guidance.domain.policy import SETTINGS
from app.kernel.clock import now
from tests.builders.browsers import Browser, logged_in
from tests.builders.care import let_in, logged
from tests.builders.devices import a_check_in, a_run, an_id
from tests.builders.people import People, Person
from tests.builders.plans import prescribed


@pytest.fixture
def ada(people: People) -> Person:
    """A patient."""
    return people.patient()


@pytest.fixture
def ines(people: People, ada: Person) -> Person:
    """Her therapist."""
    therapist = people.therapist()
    let_in(ada, therapist)
    return therapist


@pytest.fixture
def browser(app: Flask, ines: Person) -> Browser:
    """The therapist's browser."""
    return logged_in(app, ines)


def in_days(days: int) -> str:
    """Return a day so many ahead."""
    return (now() + timedelta(days=days)).date().isoformat()


def operations_of(ada: Person) -> list[str]:
    """Return what the patient reads of who looked, newest first."""
    return [one["operation"] for one in ada.get("/v1/me/access-log").json["items"]]


def test_each_page_is_written_down_for_the_patient_before_it_is_shown(browser: Browser, ada: Person) -> None:
    browser.get("/caseload")
    browser.get(f"/patients/{ada.id}")
    told = operations_of(ada)
    assert "console_caseload" in told
    permissions = [
        one["permission"] for one in ada.get("/v1/me/access-log").json["items"] if one["operation"] == "console_patient"
    ]
    assert sorted(permissions) == ["advice.read", "caseload.read", "progress.read", "reviews.read"]


def test_a_look_that_cannot_be_written_down_is_not_shown(
    app: Flask, browser: Browser, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def broken(*_: object) -> None:
        raise OperationalError("no", {}, Exception())

    monkeypatch.setitem(app.extensions, "trochlea.witness", broken)
    answer = browser.get(f"/patients/{ada.id}")
    assert answer.status_code == 503
    assert "Advice now" not in answer.text
    review = {"id": an_id(), "next_on": in_days(14)}
    assert browser.send(f"/patients/{ada.id}/review", review).status_code == 503
    monkeypatch.undo()
    assert ada.get("/v1/patients/{me}/reviews").json["items"] == []


def test_a_review_is_signed_off_with_the_next_day(browser: Browser, ada: Person) -> None:
    browser.get(f"/patients/{ada.id}/review")
    review = {"id": an_id(), "next_on": in_days(14), "note": "Go on <b>like this</b>."}
    done = browser.send(f"/patients/{ada.id}/review", review)
    assert done.headers["Location"] == f"/console/patients/{ada.id}?done=review_signed"
    (signed,) = ada.get("/v1/patients/{me}/reviews").json["items"]
    assert (signed["next_on"], signed["note"]) == (in_days(14), "Go on <b>like this</b>.")
    page = browser.get(f"/patients/{ada.id}?done=review_signed").text
    assert "The review is signed off." in page
    assert "Go on &lt;b&gt;like this&lt;/b&gt;." in page
    assert operations_of(ada).count("console_sign_off") == 1


def test_a_refused_form_keeps_what_was_filled_in_and_stores_nothing(browser: Browser, ada: Person) -> None:
    browser.get(f"/patients/{ada.id}/review")
    answer = browser.send(f"/patients/{ada.id}/review", {"id": an_id(), "next_on": in_days(-1), "note": "Kept words"})
    assert answer.status_code == 422
    assert "The next review lies after today and within a year." in answer.text
    assert "Kept words" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert ada.get("/v1/patients/{me}/reviews").json["items"] == []


def test_an_empty_reason_is_named_at_its_field(browser: Browser, ada: Person) -> None:
    answer = browser.send(f"/patients/{ada.id}/override", {"decision": "hold", "ends_on": in_days(3)})
    assert answer.status_code == 422
    assert re.search(r'id="reason-fault">Please fill this in', answer.text)


def test_a_pause_is_closed_with_a_note(browser: Browser, ada: Person) -> None:
    logged(ada, check_ins=[a_check_in(1, red_flags=["locked_knee"])])
    page = browser.get(f"/patients/{ada.id}").text
    assert "Pause and refer" in page
    path = re.findall(rf'href="/console(/patients/{ada.id}/pauses/[0-9a-f-]+)"', page)[0]
    assert "locked knee" in browser.get(path).text
    assert browser.send(path, {"note": "Seen, cleared."}).status_code == 303
    (pause,) = ada.get("/v1/patients/{me}/pauses").json["items"]
    assert (pause["note"], pause["closed_by_role"]) == ("Seen, cleared.", "therapist")
    again = browser.send(path, {"note": "Again."})
    assert again.status_code == 409


def test_an_override_is_set_and_ended(browser: Browser, ada: Person) -> None:
    order = {"decision": "hold", "week_cap_km": "12,5", "reason": "Travel", "ends_on": in_days(5)}
    assert browser.send(f"/patients/{ada.id}/override", order).status_code == 303
    (override,) = ada.get("/v1/patients/{me}/guidance/overrides").json["items"]
    assert (override["decision"], override["week_cap_km"]) == ("hold", 12.5)
    path = f"/patients/{ada.id}/overrides/{override['id']}"
    assert "Travel" in browser.get(path).text
    assert browser.send(path, {"because": "Back home"}).status_code == 303
    (ended,) = ada.get("/v1/patients/{me}/guidance/overrides").json["items"]
    assert ended["withdrawn_because"] == "Back home"


def test_the_limits_are_changed_from_the_version_that_was_seen(browser: Browser, ada: Person) -> None:
    page = browser.get(f"/patients/{ada.id}/policy").text
    version = re.findall(r'name="version" value="([^"]+)"', page)[0]
    change = {"version": version, "preset": "esculier_2018", "reason": "Slow mornings"}
    assert browser.send(f"/patients/{ada.id}/policy", change).status_code == 303
    assert ada.get("/v1/patients/{me}/guidance/policy").json["preset"] == "esculier_2018"
    late = browser.send(f"/patients/{ada.id}/policy", {**change, "preset": "thomee_1997"})
    assert late.status_code == 412
    assert "Somebody has changed this" in late.text
    assert ada.get("/v1/patients/{me}/guidance/policy").json["preset"] == "esculier_2018"


def policy_of(ada: Person) -> dict[str, Any]:
    """Return the policy in force, as the patient's phone reads it."""
    return dict(ada.get("/v1/patients/{me}/guidance/policy").json)


def test_everything_that_a_policy_may_set_is_set_and_shown(browser: Browser, ada: Person) -> None:
    path = f"/patients/{ada.id}/policy"
    page = browser.get(f"{path}?preset=thomee_1997").text
    assert {name for name in SETTINGS if f'name="{name}"' in page} == set(SETTINGS)
    assert 'href="?preset=thomee_1997" aria-current="true"' in page
    version = re.findall(r'name="version" value="([^"]+)"', page)[0]
    own = {"acceptable_max": "4,5", "after_abs_max": "none", "upper_inclusive": "no", "after_action": "hold"}
    change = {"version": version, "preset": "thomee_1997", "reason": "As agreed", **own, "rest_days": "3"}
    done = browser.send(path, change)
    assert done.status_code == 303, done.text
    stored = policy_of(ada)
    expected = {"acceptable_max": 4.5, "after_abs_max": None, "upper_inclusive": False, "after_action": "hold"}
    assert stored["revision"]["overrides"] == {**expected, "rest_days": 3}
    assert stored["policy"]["trend_tolerance"] == 0, "what was left empty is as the rule says"
    again = browser.get(path).text
    for name, written in (("acceptable_max", "4.5"), ("after_abs_max", "none"), ("rest_days", "3")):
        assert re.search(rf'name="{name}" value="{written}"', again), name
    assert '<option value="no" selected>' in again
    other = browser.get(f"{path}?preset=vincent_2017").text
    assert "These own numbers end with the change:" in other
    assert re.search(r'name="acceptable_max" value=""', other)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"progress_max": "4"}, "These do not go together"),
        ({"pause_min": "11"}, "This lies outside of what may be set."),
        ({"rest_days": "2,5"}, "A whole number is needed."),
        ({"rest_days": "two"}, "A number is needed."),
        ({"after_action": "dance"}, "There is no such choice."),
        ({"upper_inclusive": "perhaps"}, "There is no such choice."),
        ({"rest_days": "none"}, "A number is needed."),
    ],
)
def test_numbers_that_do_not_fit_are_refused_in_words_and_what_was_filled_in_stays(
    browser: Browser, ada: Person, wrong: dict[str, str], words: str
) -> None:
    path = f"/patients/{ada.id}/policy"
    version = re.findall(r'name="version" value="([^"]+)"', browser.get(path).text)[0]
    change = {"version": version, "preset": "vincent_2017", "reason": "As agreed", "rest_days_more": "4"}
    answer = browser.send(path, {**change, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="?preset=vincent_2017" aria-current="true"' in answer.text
    assert re.search(r'name="rest_days_more" value="4"', answer.text)
    assert "As agreed" in answer.text
    assert policy_of(ada)["revision"] is None


def test_a_form_that_is_only_opened_is_written_down_as_read(browser: Browser, ada: Person) -> None:
    for page in ("policy", "override", "programme/new"):
        assert browser.get(f"/patients/{ada.id}/{page}").status_code == 200
    assert browser.get(f"/patients/{ada.id}/review").status_code == 200
    assert browser.send(f"/patients/{ada.id}/override", {"reason": "no more"}).status_code == 422
    noted = {one["permission"] for one in ada.get("/v1/me/access-log").json["items"]}
    assert noted == {"plan.read", "reviews.read", "caseload.read"}
    browser.send(f"/patients/{ada.id}/review", {"id": an_id(), "next_on": in_days(14)})
    assert "review.sign" in {one["permission"] for one in ada.get("/v1/me/access-log").json["items"]}


def test_what_speaks_against_a_preset_stands_beside_the_advice_and_the_limits(browser: Browser, ada: Person) -> None:
    page = browser.get(f"/patients/{ada.id}/policy").text
    version = re.findall(r'name="version" value="([^"]+)"', page)[0]
    caution = "Other tissue: the trial is of the Achilles tendon"
    assert caution not in browser.get(f"/patients/{ada.id}").text
    change = {"version": version, "preset": "silbernagel_2007", "reason": "Wanted by the runner"}
    assert browser.send(f"/patients/{ada.id}/policy", change).status_code == 303
    assert caution in browser.get(f"/patients/{ada.id}").text
    assert caution in browser.get(f"/patients/{ada.id}/record").text


def test_what_a_rule_saw_is_told_in_the_reader_s_language(browser: Browser, ada: Person) -> None:
    logged(ada, runs=[a_run(1)])
    text = browser.get(f"/patients/{ada.id}", headers={"Accept-Language": "de"}).text
    assert "Schmerz beim Lauf" in text
    assert not re.search(r'class="fact">[a-z]+_[a-z]', text)
    assert "pain during the run" in browser.get(f"/patients/{ada.id}").text


def test_what_is_worth_knowing_stands_beside_the_advice_but_not_beside_a_red_flag(
    browser: Browser, ada: Person
) -> None:
    page = f"/patients/{ada.id}"
    assert "Worth knowing" not in browser.get(page).text
    logged(ada, check_ins=[a_check_in(0, worst_pain=7)])
    assert "Severity by worst NRS of 7 days: severe." in browser.get(page).text
    assert "Gut zu wissen" in browser.get(page, headers={"Accept-Language": "de"}).text
    logged(ada, check_ins=[a_check_in(0, red_flags=["locked_knee"])])
    assert "Worth knowing" not in browser.get(page).text


def test_why_the_engine_stopped_a_programme_is_told_in_the_reader_s_language(
    browser: Browser, ada: Person, ines: Person
) -> None:
    prescribed(ines, ada, reason="Stopped: by hand")
    logged(ada, check_ins=[a_check_in(0, red_flags=["locked_knee"])])
    stopped = ada.get("/v1/patients/{me}/programmes").json["items"][0]
    assert (stopped["status"], stopped["reason"]) == ("stopped", "Stopped: RED_FLAG. A therapist re-opens it.")
    for page in ("programme", "record"):
        text = browser.get(f"/patients/{ada.id}/{page}", headers={"Accept-Language": "de"}).text
        assert "Programm gestoppt; die Therapie gibt es wieder frei." in text
        assert "RED_FLAG" not in text
        assert "Stopped: by hand" in text, "a person's own words stay as they are"
        assert "Programme stopped" in browser.get(f"/patients/{ada.id}/{page}").text


def test_a_programme_is_prescribed_and_revised(browser: Browser, ada: Person) -> None:
    path = f"/patients/{ada.id}/programme"
    assert "Nothing is prescribed." in browser.get(path).text
    order = {"id": an_id(), "protocol": "runners_knee_standard", "sides": ["left"], "stage": "relieve"}
    done = browser.send(f"{path}/new", {**order, "target_week_km": "20,5", "reason": "First visit"})
    assert done.status_code == 303, done.text
    (programme,) = ada.get("/v1/patients/{me}/programmes").json["items"]
    assert programme["plan"]["target_week_distance_m"] == 20500
    first, second = programme["plan"]["exercises"][:2]
    page = browser.get(f"{path}/{programme['id']}/revision").text
    version = re.findall(r'name="version" value="([^"]+)"', page)[0]
    change = {
        "version": version,
        "reason": "Stronger now",
        "target_week_km": "20.5",
        f"{first['id']}-sets": "4",
        f"{first['id']}-load_kg": "2,5",
        f"{second['id']}-out": "on",
        "new-exercise": "split_squat",
        "new-stage": "restore",
        "new-side": "left",
        "new-sets": "3",
        "new-repetitions": "8",
        "new-hold_seconds": "0",
        "new-rest_seconds": "60",
        "new-days_per_week": "3",
    }
    refused = browser.send(f"{path}/{programme['id']}/revision", {**change, f"{first['id']}-sets": "many"})
    assert refused.status_code == 422
    assert 'value="many"' in refused.text
    done = browser.send(f"{path}/{programme['id']}/revision", change)
    assert done.status_code == 303, done.text
    revised = ada.get("/v1/patients/{me}/programmes").json["items"][0]
    exercises = {one["id"]: one for one in revised["plan"]["exercises"]}
    assert (exercises[first["id"]]["dosage"]["sets"], exercises[first["id"]]["dosage"]["load_kg"]) == (4, 2.5)
    assert second["id"] not in exercises
    assert [one["exercise"] for one in exercises.values()].count("split_squat") == 1 + sum(
        one["exercise"] == "split_squat" for one in programme["plan"]["exercises"]
    )
    assert len(revised["plan"]["phases"]) == len(programme["plan"]["phases"])
    assert revised["plan"]["target_week_distance_m"] == 20500
    late = browser.send(f"{path}/{programme['id']}/revision", change)
    assert late.status_code == 412


def test_a_therapist_with_one_scope_sees_that_and_is_told_what_is_not_shared(app: Flask, people: People) -> None:
    ada, guest = people.patient(), people.therapist()
    let_in(ada, guest, "pain.read")
    logged(ada, runs=[a_run(2, note="kestrel")])
    page = logged_in(app, guest).get(f"/patients/{ada.id}").text
    assert "Not shared" in page
    assert "The patient has not shared this with you." in page
    assert "Sign off a review" not in page


def test_a_patient_is_invited_with_a_code_to_scan(browser: Browser, people: People) -> None:
    page = browser.get("/invitations/new").text
    assert "see your pain scores" in page
    order = {"scopes": ["pain.read", "advice.read"], "purpose": "left knee", "ends_on": in_days(90)}
    shown = browser.send("/invitations/new", order)
    code = re.findall(r'<p class="bigcode"><code>([^<]+)</code>', shown.text)[0]
    bea = people.patient()
    asked = bea.post("/v1/invitations/acceptance", {"code": code}).json
    assert (asked["scopes"], asked["purpose"]) == (["advice.read", "pain.read"], "left knee")


def test_a_clinic_is_founded_joined_and_managed(app: Flask, browser: Browser, people: People) -> None:
    clinic_id = an_id()
    assert browser.send("/clinics", {"id": clinic_id, "name": "Knee house"}).status_code == 303
    code = re.findall(r"<code>([^<]+)</code>", browser.send(f"/clinics/{clinic_id}/invitations").text)[0]
    kim = people.therapist()
    other = logged_in(app, kim)
    assert other.send("/clinics/joining", {"code": code}).status_code == 303
    assert "Knee house" in other.get(f"/clinics/{clinic_id}").text
    assert other.send(f"/clinics/{clinic_id}/admins/{kim.id}", {"part": "admin"}).status_code == 403
    assert browser.send(f"/clinics/{clinic_id}/admins/{kim.id}", {"part": "admin"}).status_code == 303
    assert browser.send(f"/clinics/{clinic_id}/members/{kim.id}").status_code == 303
    assert other.get(f"/clinics/{clinic_id}").status_code == 303
