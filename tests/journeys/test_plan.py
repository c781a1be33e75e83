"""What a therapist sets for a patient: a policy from a day on, and an override beside the advice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.builders.devices import Phone
from tests.builders.people import People, Person
from tests.journeys.runners import (
    CALM_DAYS,
    advice,
    calm_runs,
    check_in,
    close,
    decision,
    grant,
    history,
    pauses,
    run,
)

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
STRICT = {"preset": "esculier_2018", "reason": "sore for months"}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def ada(people: People) -> Person:
    return people.patient()


@pytest.fixture
def ines(people: People, ada: Person) -> Person:
    """A physiotherapist who may plan for Ada."""
    therapist = people.therapist()
    grant(ada, therapist, "plan.write", "advice.read")
    return therapist


def policy(person: Person, ada: Person) -> Any:
    return person.get(f"/v1/patients/{ada.id}/guidance/policy")


def put_policy(person: Person, ada: Person, tag: str | None = None, **body: Any) -> Any:
    tag = tag or policy(ada, ada).headers["ETag"]
    return person.send("PUT", f"/v1/patients/{ada.id}/guidance/policy", body, {"If-Match": tag})


def ladder_step(ada: Person) -> int:
    answer = ada.get("/v1/patients/{me}/guidance/ladder?walk_pain=0&stairs_pain=0")
    return int(answer.json["ladder"]["step"])


def override(person: Person, ada: Person, **body: Any) -> Any:
    told = {"reason": "a race on Sunday", "ends_on": (TODAY + timedelta(days=10)).isoformat(), **body}
    return person.post(f"/v1/patients/{ada.id}/guidance/overrides", told)


def sore_run(ada: Person, during: float) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    run(ada, 1, during)


# Policies


def test_a_stricter_policy_supersedes_the_advice_in_the_same_request(ada: Person, ines: Person) -> None:
    sore_run(ada, 3)
    before = advice(ada)
    assert before["rule"] == "PAIN_HOLD"
    answer = put_policy(ines, ada, **STRICT)
    assert answer.status_code == 200, answer.json
    newest = history(ada)[0]
    assert (newest["supersedes"], newest["rule"]) == (before["id"], "PAIN_AMBER")
    assert (newest["policy"]["acceptable_max"], before["policy"]["acceptable_max"]) == (2.0, 3.0)
    assert advice(ada)["id"] == newest["id"]


def test_own_numbers_stand_in_the_preset_and_the_whole_is_kept(ada: Person, ines: Person) -> None:
    told = put_policy(ines, ada, preset="running_pain_3_of_10", policy_overrides={"acceptable_max": 4}, reason="x").json
    assert (told["policy"]["acceptable_max"], told["policy"]["pause_min"]) == (4, 8.0)
    assert told["revision"]["overrides"] == {"acceptable_max": 4}
    assert (told["revision"]["reason"], told["revision"]["set_by"]) == ("x", str(ines.id))


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ({"acceptable_max": 1}, "PolicyError"),
        ({"pause_min": 11}, "PolicyError"),
        ({"vmo": 1}, "PolicyError"),
        ({"acceptable_max": "three"}, "InputError"),
        ({"acceptable_max": None}, "InputError"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused_and_nothing_changes(
    ada: Person, ines: Person, numbers: dict[str, Any], code: str
) -> None:
    refused = put_policy(ines, ada, preset="running_pain_3_of_10", policy_overrides=numbers, reason="x")
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert policy(ada, ada).json["revision"] is None


def test_a_policy_that_starts_later_is_not_used_before(ada: Person, ines: Person) -> None:
    sore_run(ada, 3)
    put_policy(ines, ada, **STRICT, starts_on=(TODAY + timedelta(days=1)).isoformat())
    assert decision(ada) == ("hold", "PAIN_HOLD")
    assert decision(ada, TODAY.isoformat()) == ("hold", "PAIN_HOLD")
    assert decision(ada, (TODAY + timedelta(days=1)).isoformat()) == ("reduce", "PAIN_AMBER")
    told = policy(ada, ada).json
    assert (told["revision"], [found["preset"] for found in told["upcoming"]]) == (None, ["esculier_2018"])
    with time_machine.travel(NOON + timedelta(minutes=8)):
        assert decision(ada) == ("hold", "PAIN_HOLD")


def test_a_policy_set_today_does_not_judge_yesterday(ada: Person, ines: Person) -> None:
    sore_run(ada, 3)
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    before = advice(ada, yesterday)
    put_policy(ines, ada, **STRICT)
    after = advice(ada, yesterday)
    assert {name for name in after if after[name] != before[name]} <= {"valid_until"}


@pytest.mark.parametrize("start", ["2026-11-19", "1900-01-01", "2028-01-01"])
def test_a_policy_begins_today_or_within_a_year(ada: Person, ines: Person, start: str) -> None:
    refused = put_policy(ines, ada, **STRICT, starts_on=start)
    assert (refused.status_code, refused.json["code"]) == (422, "policy_start")


def test_two_therapists_at_once_do_not_overwrite_each_other(ada: Person, ines: Person) -> None:
    tag = policy(ada, ada).headers["ETag"]
    assert put_policy(ines, ada, tag, **STRICT).status_code == 200
    assert put_policy(ines, ada, tag, **STRICT).status_code == 412
    missing = ines.send("PUT", f"/v1/patients/{ada.id}/guidance/policy", STRICT)
    assert (missing.status_code, missing.json["code"]) == (428, "precondition_required")


def test_a_longer_or_shorter_step_in_the_policy_is_so_on_the_ladder_too(ada: Person, ines: Person) -> None:
    run(ada, 60)
    for days_ago in (20, 18, 16, 14, 12, 10, 8, 6):
        run(ada, days_ago, 0, 0, distance_m=3000, duration_s=36 * 60)
    assert ladder_step(ada) == 1  # 36 minutes are no session of 30, where a tenth more is allowed
    for ratio, step in ((1.2, 4), (1.19, 1)):
        own = {"session_spike_ratio": ratio}
        put_policy(ines, ada, preset="running_pain_3_of_10", policy_overrides=own, reason="on the ladder")
        assert ladder_step(ada) == step, ratio


def test_every_policy_ever_set_stays_readable(ada: Person, ines: Person) -> None:
    put_policy(ines, ada, **STRICT)
    put_policy(ines, ada, preset="vincent_2017", reason="calmer now")
    listed = ada.get("/v1/patients/{me}/guidance/policy/history").json["items"]
    assert [(found["preset"], found["reason"]) for found in listed] == [
        ("vincent_2017", "calmer now"),
        ("esculier_2018", "sore for months"),
    ]
    assert policy(ada, ada).json["preset"] == "vincent_2017"


def test_a_policy_under_which_the_last_run_pauses_opens_the_pause(ada: Person, ines: Person) -> None:
    sore_run(ada, 6)
    assert pauses(ada) == []
    put_policy(ines, ada, preset="running_pain_3_of_10", policy_overrides={"pause_min": 6}, reason="careful")
    assert [found["rule"] for found in pauses(ada)] == ["PAIN_PAUSE"]
    assert decision(ada) == ("pause_and_refer", "PAIN_PAUSE")


def test_under_eighteen_the_strict_preset_is_offered_and_not_forced(ada: Person, ines: Person) -> None:
    told = put_policy(ines, ada, preset="running_pain_3_of_10", reason="sixteen", under_18=True).json
    assert told["offered"] == [{"preset": "ladder_pain_free", "because": "under_18"}]
    assert told["preset"] == "running_pain_3_of_10"


def test_only_a_therapist_with_the_scope_plans(ada: Person, people: People) -> None:
    reader = people.therapist()
    assert put_policy(reader, ada, **STRICT).status_code == 404
    grant(ada, reader, "advice.read", "pain.read", "sessions.read")
    for person in (ada, reader):
        assert put_policy(person, ada, **STRICT).status_code == 403
        assert override(person, ada, decision="hold").status_code == 403


# Overrides


def test_an_override_stands_beside_the_advice_and_never_in_its_place(ada: Person, ines: Person) -> None:
    calm_runs(ada)
    before = advice(ada)
    assert override(ines, ada, decision="hold", session_cap_km=4.5).status_code == 201
    after = advice(ada)
    assert (after["decision"], after["id"]) == ("progress", before["id"])
    beside = after["override"]
    assert (beside["decision"], beside["session_cap_km"], beside["in_effect"]) == ("hold", 4.5, True)
    assert (before["override"], beside["set_by"]) == (None, str(ines.id))


def test_an_override_ends_by_itself(ada: Person, ines: Person) -> None:
    calm_runs(ada)
    override(ines, ada, decision="hold")
    last = TODAY + timedelta(days=10)
    assert advice(ada, last.isoformat())["override"] is not None
    assert advice(ada, (last + timedelta(days=1)).isoformat())["override"] is None
    assert advice(ada, (TODAY - timedelta(days=1)).isoformat())["override"] is None


def test_an_override_is_withdrawn_with_a_reason_and_once(ada: Person, ines: Person) -> None:
    made = override(ines, ada, decision="hold").json
    path = f"/v1/patients/{ada.id}/guidance/overrides/{made['id']}/withdrawal"
    ended = ines.post(path, {"because": "the race is off"})
    assert (ended.status_code, ended.json["withdrawn_because"]) == (201, "the race is off")
    assert advice(ada)["override"] is None
    assert ines.post(path, {"because": "again"}).json["code"] == "override_ended"
    assert override(ines, ada, decision="hold").status_code == 201


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({}, 422, "override_empty"),
        ({"decision": "hold", "ends_on": "2027-02-19"}, 422, "override_days"),
        ({"decision": "hold", "ends_on": "2026-11-19"}, 422, "override_days"),
        ({"decision": "hold", "starts_on": "2026-11-19"}, 422, "override_days"),
        ({"decision": "run"}, 422, "invalid"),
    ],
)
def test_an_override_says_what_and_until_when(
    ada: Person, ines: Person, order: dict[str, Any], status: int, code: str
) -> None:
    refused = override(ines, ada, **order)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_the_ninetieth_day_is_the_last_an_override_may_end(ada: Person, ines: Person) -> None:
    assert override(ines, ada, decision="hold", ends_on="2027-02-18").status_code == 201


def test_two_overrides_do_not_stand_at_once(ada: Person, ines: Person) -> None:
    override(ines, ada, decision="hold")
    assert override(ines, ada, decision="reduce").json["code"] == "override_in_force"


@pytest.mark.parametrize("order", [{"decision": "progress"}, {"decision": "reduce"}, {"session_cap_km": 2}])
@pytest.mark.parametrize("cause", ["a nine", "a red flag"])
def test_no_override_lets_anybody_run_past_an_open_pause(
    ada: Person, ines: Person, order: dict[str, Any], cause: str
) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    if cause == "a nine":
        run(ada, 1, 9)
    else:
        check_in(ada, red_flags=["locked_knee"])
    refused = override(ines, ada, **order)
    assert (refused.status_code, refused.json["code"]) == (409, "pause_open")
    assert override(ines, ada, decision="pause_and_refer").status_code == 201
    assert close(ines, ada.id, pauses(ada)[0]["id"])[0] == 201


def test_an_override_is_held_back_by_a_pause_that_opens_later(ada: Person, ines: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    override(ines, ada, decision="progress")
    run(ada, 0, 9)
    told = advice(ada)
    assert (told["decision"], told["override"]["decision"]) == ("pause_and_refer", "progress")
    assert told["override"]["in_effect"] is False


# Both reach the phone


def test_what_a_therapist_sets_reaches_the_phone(ada: Person, ines: Person) -> None:
    phone = Phone(ada)
    cursor = phone.pages()[-1]["cursor"]
    put_policy(ines, ada, **STRICT)
    override(ines, ada, decision="hold")
    changes = [change for page in phone.pages(cursor) for change in page["changes"]]
    by_name = {change["collection"]: change["data"] for change in changes}
    assert by_name["policies"]["policy"]["acceptable_max"] == 2.0
    assert (by_name["overrides"]["decision"], by_name["overrides"]["withdrawn_at"]) == ("hold", None)
    assert by_name["advice"]["preset"] == "esculier_2018"


@pytest.mark.parametrize("collection", ["policies", "overrides"])
def test_a_phone_only_reads_what_a_therapist_sets(ada: Person, collection: str) -> None:
    op = {"op_id": str(ada.device_id), "collection": collection, "id": str(ada.id), "action": "put", "data": {}}
    assert Phone(ada).push(op)[0]["problem"]["code"] == "read_only"


def test_the_words_are_those_of_whoever_asks(ada: Person, ines: Person) -> None:
    sore_run(ada, 4)
    path = f"/v1/patients/{ada.id}/guidance/advice"
    english = ada.get(path)
    german = ada.get(path, **{"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"})
    clinician = ines.get(path, **{"Accept-Language": "de"})
    assert english.json["because"] == "The pain during your last run was above the limit."
    assert german.json["because"] == "Der Schmerz bei Ihrem letzten Lauf lag über der Grenze."
    assert clinician.json["because"] == "Schmerz beim letzten Lauf über der akzeptierten Grenze."
    assert (german.headers["Content-Language"], english.headers["Content-Language"]) == ("de", "en")
    assert len({answer.headers["ETag"] for answer in (english, german, clinician)}) == 3
    assert ada.get(path, **{"Accept-Language": "fr"}).json["text"] == english.json["text"]
