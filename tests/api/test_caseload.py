"""The caseload: who needs attention, why, since when, how urgent; and nothing that a link does not open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.care import ALL_SCOPES, let_in, logged
from tests.builders.devices import a_check_in, a_day, a_red_flag, a_run, a_score, an_id
from tests.builders.people import People, Person
from tests.builders.plans import an_order

Json = dict[str, Any]
CASELOAD = "/v1/caseload"


def caseload(therapist: Person, query: str = "", language: str = "en") -> Json:
    """Return one page of a therapist's caseload."""
    answer = therapist.send("GET", CASELOAD + query, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.json
    told: Json = answer.json
    return told


def case_of(therapist: Person, patient: Person, query: str = "", language: str = "en") -> Json:
    """Return a patient's line."""
    (found,) = [one for one in caseload(therapist, query, language)["items"] if one["patient_id"] == str(patient.id)]
    return dict(found)


def reasons(case: Json) -> dict[str, Json]:
    """Return the reasons of a line by code."""
    return {one["code"]: one for one in case["reasons"]}


def on(days_ago: int) -> str:
    """Return the day that builders put an entry of so many days ago on."""
    return a_day(days_ago)[:10]


def runs(patient: Person, *days: tuple[int, float]) -> None:
    """Log runs of so many days ago, with the pain during each."""
    logged(
        patient,
        runs=[a_run(ago) for ago, _ in days],
        pain_scores=[a_score(ago, score=during) for ago, during in days],
    )


def test_a_patient_who_does_well_is_listed_and_needs_nothing(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    logged(patient, check_ins=[a_check_in(0, morning_pain=0, worst_pain=0)])
    found = case_of(therapist, patient)
    assert (found["urgency"], found["reasons"], found["display_name"]) == (None, [], "Test Person")
    assert found["last_entry_on"] == on(0)
    assert found["scopes"] == sorted(ALL_SCOPES)


def test_an_urgent_sign_comes_with_its_own_level_and_day(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    logged(patient, red_flags=[a_red_flag(3, code="locked_knee", present=True)], check_ins=[a_check_in(0)])
    told = reasons(case_of(therapist, patient))["red_flag"]
    assert (told["urgency"], told["since_on"], told["facts"]["red_flag"]) == ("urgent", on(3), "locked_knee")
    assert told["text"] == "Red flag (urgent: within 24 to 72 hours): locked knee."
    german = reasons(case_of(therapist, patient, language="de"))["red_flag"]
    assert german["text"] == "Warnzeichen (dringend: in 24 bis 72 Stunden): blockiertes Knie."


def test_an_open_pause_waits_until_somebody_closes_it(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    runs(patient, (2, 9))
    told = reasons(case_of(therapist, patient))["pause"]
    assert (told["urgency"], told["since_on"], told["facts"]["rule"]) == ("urgent", on(2), "PAIN_PAUSE")
    (pause,) = therapist.get(f"/v1/patients/{patient.id}/pauses").json["items"]
    closed = therapist.post(f"/v1/patients/{patient.id}/pauses/{pause['id']}/closure", {"note": "seen, may walk"})
    assert closed.status_code == 201, closed.json
    assert "pause" not in reasons(case_of(therapist, patient))


def test_a_run_over_the_limit_is_told_with_the_rules_that_say_so(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    runs(patient, (1, 4))
    told = reasons(case_of(therapist, patient))["over_limit"]
    assert (told["urgency"], told["facts"]["rules"]) == ("soon", ["PAIN_AMBER"])


def test_a_bad_next_morning_is_told(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    run_id = an_id()
    score = {"moment": "next_morning", "score": 5, "run_id": run_id}
    answer = patient.post("/v1/patients/{me}/runs", {**a_run(2), "id": run_id})
    assert answer.status_code == 201, answer.json
    logged(
        patient,
        pain_scores=[
            a_score(2, score=1, run_id=run_id, moment="before"),
            a_score(2, run_id=run_id),
            a_score(1, **score),
        ],
    )
    found = reasons(case_of(therapist, patient))
    assert found["morning_rise"]["facts"]["rules"] == ["MORNING_LARGE"]
    assert "over_limit" not in found


@pytest.mark.parametrize(("days", "is_told"), [(6, False), (7, True)])
def test_silence_is_told_from_the_chosen_day_on(people: People, days: int, is_told: bool) -> None:
    patient, therapist = people.patient("UTC"), people.therapist()
    let_in(patient, therapist)
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    logged(patient, check_ins=[a_check_in(performed_at=at, zone="UTC", morning_pain=0, worst_pain=0)])
    found = reasons(case_of(therapist, patient))
    assert ("no_data" in found) == is_told
    if is_told:
        assert found["no_data"]["facts"]["days"] == 7
        assert found["no_data"]["facts"]["last_entry_on"] == at[:10]
    assert "no_data" in reasons(case_of(therapist, patient, "?no_data_days=6"))


def test_silence_is_about_what_the_link_opens(people: People) -> None:
    patient, whole, pain_only = people.patient(), people.therapist(), people.therapist()
    let_in(patient, whole)
    let_in(patient, pain_only, "pain.read")
    logged(patient, check_ins=[a_check_in(0)], pain_scores=[a_score(20, moment="worst")])
    assert case_of(whole, patient)["last_entry_on"] == on(0)
    found = case_of(pain_only, patient)
    assert found["last_entry_on"] == on(20)
    assert reasons(found)["no_data"]["facts"]["about"] == ["pain_scores"]


def test_a_therapist_sees_their_own_patients_alone(people: People) -> None:
    mine, others, therapist, other = people.patient(), people.patient(), people.therapist(), people.therapist()
    let_in(mine, therapist)
    let_in(others, other)
    assert [one["patient_id"] for one in caseload(therapist)["items"]] == [str(mine.id)]


def test_a_revoked_link_takes_the_patient_off_the_list(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    link = let_in(patient, therapist)
    assert caseload(therapist)["totals"]["patients"] == 1
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    assert caseload(therapist)["items"] == []


@pytest.mark.parametrize("who", ["patient", "admin"])
def test_nobody_else_has_a_caseload(people: People, who: str) -> None:
    answer = getattr(people, who)().get(CASELOAD)
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


SCOPES_OF = {
    "red_flag": [("advice.read",), ("plan.write",), ("pain.read",)],
    "pause": [("advice.read",), ("plan.write",)],
    "programme_stopped": [("plan.write",)],
}
"""Which scopes alone open a reason; every other scope alone must not."""


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_a_link_tells_only_the_reasons_that_its_scope_opens(people: People, scope: str) -> None:
    """A sign that was answered, a pause from a run, a run over the limit, and a programme stopped by it."""
    patient, whole, narrow = people.patient(), people.therapist(), people.therapist()
    let_in(patient, whole)
    let_in(patient, narrow, scope)
    assert whole.post(f"/v1/patients/{patient.id}/programmes", an_order()).status_code == 201
    runs(patient, (2, 9))
    assert set(reasons(case_of(whole, patient))) >= {"pause", "programme_stopped"}
    told = set(reasons(case_of(narrow, patient)))
    logged(patient, red_flags=[a_red_flag(1, code="locked_knee", present=True)])
    assert "red_flag" in reasons(case_of(whole, patient))
    told |= set(reasons(case_of(narrow, patient)))
    opened = {code for code, needed in SCOPES_OF.items() if (scope,) in needed}
    assert told & set(SCOPES_OF) == opened
    assert (case_of(narrow, patient)["stage"] is None) == (scope != "plan.write")


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_only_whoever_reads_advice_hears_of_the_limit(people: People, scope: str) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist, scope)
    runs(patient, (1, 4))
    assert ("over_limit" in reasons(case_of(therapist, patient))) == (scope == "advice.read")


def test_a_sign_that_was_answered_with_no_since_is_not_told_to_whom_pauses_are_closed(people: People) -> None:
    patient, therapist, at_the_runs = people.patient(), people.therapist(), people.therapist()
    let_in(patient, therapist, "pain.read")
    let_in(patient, at_the_runs, "sessions.read")
    logged(patient, red_flags=[a_red_flag(5, code="locked_knee", present=True)])
    told = reasons(case_of(therapist, patient))["red_flag"]
    assert (told["urgency"], told["since_on"]) == ("urgent", on(5))
    assert "red_flag" not in reasons(case_of(at_the_runs, patient))
    logged(patient, red_flags=[a_red_flag(1, code="locked_knee", present=False)])
    assert "red_flag" not in reasons(case_of(therapist, patient))
    logged(patient, check_ins=[a_check_in(0, red_flags=["lump_or_mass"])])
    assert reasons(case_of(at_the_runs, patient))["red_flag"]["facts"]["red_flag"] == "lump_or_mass"


def test_two_links_to_one_therapist_are_one_line_with_what_both_open(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist, "pain.read", days=10)
    let_in(patient, therapist, "advice.read", days=40)
    found = case_of(therapist, patient)
    assert found["scopes"] == ["advice.read", "pain.read"]
    assert "access_ends" not in reasons(found)


def test_an_end_of_the_consent_is_told_two_weeks_before(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist, "message", days=13)
    found = reasons(case_of(therapist, patient))
    assert list(found) == ["access_ends"]
    assert found["access_ends"]["facts"]["days"] == 13


@pytest.fixture
def ward(people: People) -> tuple[Person, dict[str, Person]]:
    """A therapist with four patients: one with a red flag, one paused, one silent, one well."""
    therapist = people.therapist()
    patients = {name: people.patient() for name in ("flagged", "paused", "silent", "well")}
    for patient in patients.values():
        let_in(patient, therapist)
    logged(patients["flagged"], red_flags=[a_red_flag(1, code="numb_cold_or_pale_foot", present=True)])
    logged(patients["flagged"], check_ins=[a_check_in(0)])
    runs(patients["paused"], (2, 9))
    logged(patients["silent"], check_ins=[a_check_in(30, morning_pain=0, worst_pain=0)])
    logged(patients["well"], check_ins=[a_check_in(0, morning_pain=0, worst_pain=0)])
    return therapist, patients


def names(ward: tuple[Person, dict[str, Person]], query: str = "") -> list[str]:
    """Return the names of the patients on a page, in its order."""
    therapist, patients = ward
    known = {str(patient.id): name for name, patient in patients.items()}
    return [known[one["patient_id"]] for one in caseload(therapist, query)["items"]]


def test_the_most_urgent_come_first(ward: tuple[Person, dict[str, Person]]) -> None:
    assert names(ward) == ["flagged", "paused", "silent", "well"]
    assert names(ward, "?sort=silence")[0] == "silent"


def test_filters_leave_the_totals_as_they_are(ward: tuple[Person, dict[str, Person]]) -> None:
    assert names(ward, "?urgency=urgent") == ["flagged", "paused"]
    assert names(ward, "?reason=pause&reason=no_data") == ["paused", "silent"]
    assert names(ward, "?name=nobody") == []
    assert len(names(ward, "?name=TEST%20per")) == 4
    totals = caseload(ward[0], "?reason=pause")["totals"]
    assert totals["patients"] == 4
    assert (totals["by_urgency"]["emergency"], totals["by_urgency"]["urgent"]) == (1, 1)
    assert (totals["by_reason"]["pause"], totals["by_reason"]["red_flag"], totals["by_reason"]["no_data"]) == (1, 1, 1)


@pytest.mark.parametrize("sort", ["urgency", "name", "silence"])
def test_pages_hold_every_patient_once(ward: tuple[Person, dict[str, Person]], sort: str) -> None:
    whole = [one["patient_id"] for one in caseload(ward[0], f"?sort={sort}")["items"]]
    found, cursor = [], ""
    for _ in range(4):
        page = caseload(ward[0], f"?sort={sort}&limit=1{cursor}")
        found += [one["patient_id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole
    assert page["next_cursor"] is None


def test_a_cursor_belongs_to_its_therapist_and_its_question(
    people: People, ward: tuple[Person, dict[str, Person]]
) -> None:
    cursor = caseload(ward[0], "?limit=1")["next_cursor"]
    for asker, query in ((ward[0], f"?sort=name&cursor={cursor}"), (people.therapist(), f"?cursor={cursor}")):
        answer = asker.get(CASELOAD + query)
        assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("query", ["?reason=tired", "?urgency=now", "?sort=age", "?no_data_days=0", "?who=me"])
def test_a_question_that_cannot_be_meant_is_refused(people: People, query: str) -> None:
    assert people.therapist().get(CASELOAD + query).status_code == 422
