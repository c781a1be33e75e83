"""The first session of a runner, from registering to a pause and out of it, and what may never happen on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.domain import CLINICIANS, ProfessionalRole
from app.db.engine import Database
from app.db.synced import SyncChange
from app.kernel.clock import now
from app.web.auth import issue_access_token
from tests.builders.people import PASSWORD, People, Person
from tests.builders.servers import ROOT
from tests.journeys.runners import (
    CALM_DAYS,
    advice,
    calm_runs,
    check_in,
    clock,
    close,
    decision,
    grant,
    history,
    log,
    pauses,
    run,
    score,
)

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SAMPLE = ROOT / "seeds" / "demo" / "activity-small-fenix2-run.fit"
GROUPS = ("vmo_quadriceps", "hip_abductor_external_rotator", "ankle_mobility_calf")
SEEN = {"seen_whom": "Dr Test", "seen_on": "2026-11-20"}
PAUSED = "pause_and_refer"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """It is about noon, so that no test runs over midnight."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def ada(people: People) -> Person:
    """A patient who has logged nothing yet."""
    return people.patient()


def newcomer(client: FlaskClient) -> Person:
    """Register and log in as the README says."""
    email = f"{uuid4().hex}@example.org"
    body = {"email": email, "password": PASSWORD, "display_name": "Ada", "zone": "Europe/Berlin"}
    assert client.post("/v1/accounts", json=body).status_code == 202
    login = {"email": email, "password": PASSWORD, "device_name": "phone"}
    told = client.post("/v1/auth/login", json=login).json
    ids = UUID(told["account_id"]), email, UUID(told["device_id"])
    return Person(*ids, told["refresh_token"], told["access_token"], client)


def import_sample(person: Person, file: Path = SAMPLE) -> Any:
    """Send the run file with a pain score of 4."""
    with file.open("rb") as opened:
        form = {"file": (opened, file.name), "pain_during": "4"}
        sent = {"Authorization": f"Bearer {person.token}"}
        return person.client.post("/v1/runs/import", data=form, headers=sent, content_type="multipart/form-data")


def run_on(person: Person, day: str, next_day: str | None, during: float) -> None:
    """Log a run of 6 km on a day, the pain during it, and none on the morning after."""
    done = log(person, "runs", datetime.fromisoformat(f"{day}T17:00:00+02:00"), distance_m=6000, duration_s=2100)
    score(person, done, datetime.fromisoformat(f"{day}T17:40:00+02:00"), "during", during)
    if next_day is not None:
        score(person, done, datetime.fromisoformat(f"{next_day}T07:00:00+02:00"), "next_morning", 0)


def stored_versions(database: Database, person: Person) -> int:
    """Return how many versions the patient's stream holds."""
    statement = select(func.count()).where(SyncChange.patient_id == person.id)
    with database.reading() as db:
        return int(db.execute(statement).scalar_one())


# The story of the README


def test_a_newcomer_looks_at_the_three_groups_of_exercises(client: FlaskClient) -> None:
    ada = newcomer(client)
    for group in GROUPS:
        page = ada.get(f"/v1/exercises?group={group}")
        assert page.status_code == 200, page.json
        assert {exercise["group"] for exercise in page.json["items"]} == {group}
    assert ada.get("/v1/exercises", **{"If-None-Match": ada.get("/v1/exercises").headers["ETag"]}).status_code == 304


def test_a_newcomer_s_run_file_with_a_four_reduces_with_its_reasons(client: FlaskClient) -> None:
    ada = newcomer(client)
    imported = import_sample(ada)
    assert imported.status_code == 201, imported.json
    assert imported.json["run"]["distance_m"] == 9008
    assert imported.json["pain_score"]["score"] == 4
    read = advice(ada, "2015-08-16")
    assert (read["decision"], read["change_percent"], read["rule"]) == ("reduce", -20, "PAIN_AMBER")
    [cause] = [found for found in read["trace"] if found["rule"] == "PAIN_AMBER"]
    assert cause["facts"]["pain_during"] == 4
    assert 3 in cause["thresholds"].values()
    assert "acupuncture_pfps_page" in cause["sources"]
    assert (read["session_cap_km"], read["week_cap_km"]) == (7.2, 7.2)
    assert {"shorter_more_often", "slower_10_20", "avoid_downhill"} <= set(read["modifications"])
    assert read["ruleset_version"]
    assert "clinician" in read["disclaimer"]


def test_the_same_file_twice_is_one_run(client: FlaskClient) -> None:
    ada = newcomer(client)
    first, again = import_sample(ada), import_sample(ada)
    assert (again.status_code, again.json["duplicate"]) == (200, True)
    assert again.json["run"] == first.json["run"]
    assert len(ada.get("/v1/patients/{me}/runs").json["items"]) == 1


def test_two_calm_runs_progress_and_a_nine_pauses_until_it_is_closed(client: FlaskClient) -> None:
    ada = newcomer(client)
    import_sample(ada)
    run_on(ada, "2015-08-16", "2015-08-17", 2)
    run_on(ada, "2015-08-17", "2015-08-18", 2)
    assert decision(ada, "2015-08-18") == ("progress", "CLEAN")
    run_on(ada, "2015-08-19", None, 9)
    for as_of in ("2015-08-19", "2015-08-20", "2015-09-20", None):
        assert decision(ada, as_of) == (PAUSED, "PAIN_PAUSE"), as_of
    [pause] = pauses(ada)
    assert (pause["opened_on"], pause["closed_at"]) == ("2015-08-19", None)
    assert close(ada, ada.id, pause["id"])[0] == 422
    status, closed = close(ada, ada.id, pause["id"], **SEEN)
    assert status == 201, closed
    assert (closed["closed_by_role"], closed["seen_whom"], closed["note"]) == ("patient", "Dr Test", "seen and talked")
    assert decision(ada)[0] != PAUSED
    assert decision(ada, "2015-09-20")[0] == PAUSED
    assert close(ada, ada.id, pause["id"], **SEEN)[1]["code"] == "pause_closed"


# The rules, as a phone meets them


@pytest.mark.parametrize(
    ("during", "expected"),
    [
        (0, ("progress", "CLEAN")),
        (2.0, ("progress", "CLEAN")),
        (2.1, ("hold", "PAIN_HOLD")),
        (3.0, ("hold", "PAIN_HOLD")),
        (3.1, ("reduce", "PAIN_AMBER")),
        (5.0, ("reduce", "PAIN_AMBER")),
        (5.1, ("rest_day", "PAIN_RED")),
        (7.9, ("rest_day", "PAIN_RED")),
        (8.0, (PAUSED, "PAIN_PAUSE")),
    ],
)
def test_three_holds_and_anything_above_it_reduces(ada: Person, during: float, expected: tuple[str, str]) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    run(ada, 1, during)
    assert decision(ada) == expected


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ({"during": None}, "MISSING_DURING"),
        ({"morning": None}, "MISSING_MORNING"),
        ({"during": None, "morning": None}, "MISSING_DURING"),
        ({"distance_m": None, "duration_s": 1500}, "CLEAN"),
        ({"distance_m": 5000, "duration_s": None}, "CLEAN"),
    ],
)
def test_what_is_missing_never_progresses(ada: Person, missing: dict[str, Any], rule: str) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    run(ada, 1, **missing)
    # Other runs hold both km and minutes, so that one unit of load is known of all.
    assert decision(ada) == ("progress" if rule == "CLEAN" else "hold", rule)


def test_a_load_that_is_neither_all_distance_nor_all_time_never_progresses(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    run(ada, 3, distance_m=None)
    run(ada, 1, duration_s=None)
    assert decision(ada) == ("hold", "MISSING_LOAD")


@pytest.mark.parametrize("days_ago", [28, 199, 201, 400])
def test_a_run_of_long_ago_is_a_run_to_restart_from(ada: Person, days_ago: int) -> None:
    run(ada, days_ago)
    assert decision(ada) == ("reduce", "GAP_RESTART")


@pytest.mark.parametrize("newer", ["ahead", "deleted", "after the day asked about"])
def test_a_run_of_long_ago_is_found_behind_a_newer_one_that_does_not_count(ada: Person, newer: str) -> None:
    run(ada, 400)
    as_of = clock(150).date().isoformat() if newer.startswith("after") else None
    if newer == "ahead":
        log(ada, "runs", NOON + timedelta(minutes=30), distance_m=5000)
    else:
        last = log(ada, "runs", clock(1), distance_m=5000)
        if newer == "deleted":
            path = f"/v1/patients/{{me}}/runs/{last['id']}"
            assert ada.send("DELETE", path, headers={"If-Match": f'"{last["ver"]}"'}).status_code == 204
    assert decision(ada, as_of) == ("reduce", "GAP_RESTART")


def test_nothing_logged_never_progresses(ada: Person) -> None:
    assert decision(ada) == ("hold", "NO_HISTORY")


@pytest.mark.parametrize("collection", ["runs", "pain-scores", "check-ins"])
def test_an_entry_from_the_future_is_kept_marked_and_blocks_progress_until_it_is_corrected(
    ada: Person, collection: str
) -> None:
    calm_runs(ada)
    assert decision(ada)[0] == "progress"
    own: dict[str, Any] = {
        "runs": {"distance_m": 4000, "duration_s": 1500},
        "pain-scores": {"score": 0, "moment": "worst"},
        "check-ins": {"morning_pain": 0, "worst_pain": 0},
    }[collection]
    stored = log(ada, collection, NOON + timedelta(minutes=30), **own)
    assert stored["flags"] == ["clock_suspect"]
    assert decision(ada) == ("hold", "FUTURE_DATED")
    corrected = ada.send(
        "PATCH",
        f"/v1/patients/{{me}}/{collection}/{stored['id']}",
        {"performed_at": clock(15, 8).isoformat()},
        {"If-Match": f'"{stored["ver"]}"'},
    )
    assert (corrected.status_code, corrected.json["flags"]) == (200, [])
    assert decision(ada)[0] == "progress"


def test_an_entry_from_the_future_stops_blocking_when_its_time_is_past(people: People) -> None:
    ada = people.patient()
    calm_runs(ada)
    log(ada, "pain-scores", NOON + timedelta(minutes=12), score=0, moment="worst")
    with time_machine.travel(NOON + timedelta(minutes=9)):
        assert decision(ada) == ("hold", "FUTURE_DATED")
    with time_machine.travel(NOON + timedelta(minutes=13)):
        with people.app.app_context():
            ada.token = issue_access_token(ada.id, ada.device_id, now())
        assert decision(ada) == ("progress", "CLEAN")


def test_a_clock_a_few_minutes_ahead_is_no_future(ada: Person) -> None:
    calm_runs(ada)
    assert log(ada, "pain-scores", NOON + timedelta(minutes=9), score=0, moment="worst")["flags"] == []
    assert decision(ada)[0] == "progress"


def test_deleting_a_score_does_not_relax_the_advice_of_the_same_day(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    sore = run(ada, 1, None)
    told = score(ada, sore, clock(1, 9), "during", 4)
    assert decision(ada) == ("reduce", "PAIN_AMBER")
    path = f"/v1/patients/{{me}}/pain-scores/{told['id']}"
    assert ada.send("DELETE", path, headers={"If-Match": f'"{told["ver"]}"'}).status_code == 204
    assert decision(ada) == ("reduce", "PAIN_AMBER")
    assert history(ada)[0]["decision"] == "reduce"


def test_deleting_a_nine_keeps_its_pause(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    sore = run(ada, 1, None)
    told = score(ada, sore, clock(1, 9), "during", 9)
    path = f"/v1/patients/{{me}}/pain-scores/{told['id']}"
    assert ada.send("DELETE", path, headers={"If-Match": f'"{told["ver"]}"'}).status_code == 204
    assert decision(ada)[0] == PAUSED


# Late and out of order


@pytest.mark.parametrize("linked", [True, False], ids=["about its run", "about no run"])
@pytest.mark.parametrize("days_late", [16, 31, 150])
def test_a_nine_that_comes_late_opens_its_pause_although_newer_runs_were_calm(
    ada: Person, days_late: int, linked: bool
) -> None:
    old = run(ada, days_late, None, None)
    calm_runs(ada)
    assert decision(ada)[0] == "progress"
    about = {"run_id": old["id"]} if linked else {}
    log(ada, "pain-scores", clock(days_late, 9), score=9, moment="during", side="left", **about)
    assert [(found["rule"], found["opened_on"]) for found in pauses(ada)] == [
        ("PAIN_PAUSE", clock(days_late).date().isoformat())
    ]
    assert history(ada)[0]["decision"] == PAUSED
    assert decision(ada) == (PAUSED, "PAIN_PAUSE")


def test_a_run_with_a_nine_that_comes_late_as_a_whole_opens_its_pause(ada: Person) -> None:
    calm_runs(ada)
    run(ada, 31, 9)
    assert decision(ada) == (PAUSED, "PAIN_PAUSE")


def test_a_late_score_supersedes_the_advice_in_its_own_request_and_the_old_stays_readable(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    last = run(ada, 1, 1, None)
    before = advice(ada)
    assert before["rule"] == "MISSING_MORNING"
    score(ada, last, clock(0, 7), "next_morning", 4)
    newest, old = history(ada)[:2]
    assert (newest["supersedes"], newest["superseded_by"]) == (before["id"], None)
    assert newest["rule"] != before["rule"]
    assert (old["id"], old["superseded_by"]) == (before["id"], newest["id"])
    kept = {name: value for name, value in old.items() if not name.startswith("superseded")}
    assert kept == {name: value for name, value in before.items() if not name.startswith("superseded")}
    assert ada.get(f"/v1/patients/{{me}}/guidance/advice/{before['id']}").json == old
    assert advice(ada)["id"] == newest["id"]


def test_requests_whose_clocks_cross_leave_one_chain_of_advice(ada: Person) -> None:
    """Two devices at once: who took the time first may get the lock last."""
    calm_runs(ada)
    for seconds in (10, 5, 20, 15, 30):
        with time_machine.travel(NOON + timedelta(seconds=100 + seconds), tick=False):
            log(ada, "pain-scores", clock(2 + seconds, 12), score=1, moment="worst")
    given = history(ada)
    assert [key for key, times in Counter(item["id"] for item in given).items() if times > 1] == []
    superseded = Counter(item["supersedes"] for item in given)
    assert [key for key, times in superseded.items() if times > 1] == []
    assert [item["id"] for item in given if item["superseded_by"] is None] == [given[0]["id"]]


def test_a_look_as_of_a_day_stores_nothing(ada: Person, database: Database) -> None:
    calm_runs(ada)
    advice(ada)
    before = stored_versions(database, ada)
    for as_of in ("2015-08-16", "2026-11-01", "2026-11-20", "2026-11-21", "2027-01-01"):
        assert "id" not in advice(ada, as_of)
    assert stored_versions(database, ada) == before


def test_equal_advice_is_not_stored_again(ada: Person, database: Database) -> None:
    calm_runs(ada)
    first, before = advice(ada), stored_versions(database, ada)
    assert advice(ada)["id"] == first["id"]
    assert stored_versions(database, ada) == before


# Red flags, and who closes what


def test_a_red_flag_says_where_to_go_and_nothing_about_load(ada: Person) -> None:
    calm_runs(ada)
    check_in(ada, red_flags=["locked_knee"], worst_pain=7)
    read = advice(ada)
    assert (read["decision"], read["rule"], read["refer"]) == (PAUSED, "RED_FLAG", "urgent")
    assert (read["modifications"], read["flags"], read["knees"], read["rules_all"]) == ([], [], [], ["RED_FLAG"])
    assert "clinician" in read["text"]
    assert not any(word in read["text"].lower() for word in ("%", "reduce", "add up", "keep the load"))
    assert {read[f"{span}_cap_{unit}"] for span in ("session", "week") for unit in ("km", "min")} <= {0, None}


@pytest.mark.parametrize("flag", ["chest_pain_or_collapse_on_exertion", "locked_knee"])
def test_an_urgent_pause_closes_only_when_the_patient_says_who_cleared_it(ada: Person, flag: str) -> None:
    calm_runs(ada)
    check_in(ada, red_flags=[flag])
    [pause] = pauses(ada)
    status, refused = close(ada, ada.id, pause["id"], **SEEN)
    assert (status, refused["code"], refused["errors"][0]["pointer"]) == (422, "statement_incomplete", "/cleared_by")
    assert decision(ada) == (PAUSED, "RED_FLAG")
    assert close(ada, ada.id, pause["id"], cleared_by="Dr Test, casualty", **SEEN)[0] == 201
    assert decision(ada)[1] != "RED_FLAG"
    assert [found["red_flag"] for found in pauses(ada)] == [flag]


@pytest.mark.parametrize("seen_on", ["2026-11-21", "2026-11-19", "2015-01-01"])
def test_a_visit_before_the_pause_or_in_the_future_closes_nothing(ada: Person, seen_on: str) -> None:
    run(ada, 0, 9)
    [pause] = pauses(ada)
    assert close(ada, ada.id, pause["id"], seen_whom="Dr Test", seen_on=seen_on)[0] == 422


def test_a_patient_in_care_leaves_the_closing_to_the_therapist(ada: Person, people: People) -> None:
    therapist = people.therapist()
    calm_runs(ada)
    run(ada, 0, 9)
    [pause] = pauses(ada)
    assert close(therapist, ada.id, pause["id"])[0] == 404
    grant(ada, therapist, "advice.read")
    assert close(therapist, ada.id, pause["id"])[0] == 403
    status, refused = close(ada, ada.id, pause["id"], **SEEN)
    assert (status, refused["code"]) == (403, "therapist_closes")
    assert decision(ada)[0] == PAUSED
    grant(ada, therapist, "plan.write")
    status, closed = close(therapist, ada.id, pause["id"])
    assert (status, closed["closed_by_role"], closed["closed_by"]) == (201, "therapist", str(therapist.id))
    assert decision(ada) == ("rest_day", "PAIN_RED")


@pytest.mark.parametrize("profession", list(ProfessionalRole))
def test_what_an_urgent_sign_opened_is_closed_by_a_clinician(
    ada: Person, people: People, profession: ProfessionalRole
) -> None:
    therapist = people.therapist(profession)
    grant(ada, therapist, "plan.write", "advice.read")
    check_in(ada, red_flags=["locked_knee"])
    status, told = close(therapist, ada.id, pauses(ada)[0]["id"])
    if profession in CLINICIANS:
        assert status == 201
    else:
        assert (status, told["code"]) == (403, "clinician_closes")
        assert decision(ada) == (PAUSED, "RED_FLAG")
