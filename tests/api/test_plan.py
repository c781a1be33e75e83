"""What is due, how it is followed, how dose and stage go on, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from app.accounts import service as accounts
from app.guidance.service import stages
from app.kernel.clock import now
from app.web.auth import issue_access_token
from app.web.transaction import database
from tests.api.test_programmes import ALL, cared_for, path
from tests.builders.people import People, Person
from tests.builders.plans import a_plan, an_exercise, as_ordered, prescribed, revise
from tests.journeys.runners import grant
from tests.levels import SQLITE_FIRST

ZONE = "Europe/Berlin"
START = datetime(2027, 3, 1, 9, tzinfo=UTC)


def on_day(day: int, hour: int = 12) -> Any:
    """Travel to an hour of a day since the programme began."""
    return time_machine.travel(START.replace(hour=hour) + timedelta(days=day), tick=False)


def day_of(day: int) -> str:
    """Return a day since the programme began."""
    return (START.date() + timedelta(days=day)).isoformat()


def log(person: Person, collection: str, day: int, hour: int = 10, **members: Any) -> dict[str, Any]:
    """Log an entry of a day, told at that time."""
    at = datetime.combine(START.date() + timedelta(days=day), time(hour), ZoneInfo(ZONE))
    body = {"id": str(uuid4()), "performed_at": at.isoformat(), "zone": ZONE, **members}
    answer = person.post(f"/v1/patients/{{me}}/{collection}", body)
    assert answer.status_code == 201, answer.json
    stored: dict[str, Any] = answer.json
    return stored


def sets(exercise: str, side: str | None, count: int = 3, **members: Any) -> list[dict[str, Any]]:
    """Return sets of ten."""
    return [{"exercise": exercise, "side": side, "repetitions": 10, **members}] * count


def due(person: Person, patient: Person, day: int) -> dict[str, Any]:
    """Read what is due on a day."""
    answer = person.get(f"{path(patient)}/due?on={day_of(day)}")
    assert answer.status_code == 200, answer.json
    read: dict[str, Any] = answer.json
    return read


def states(person: Person, day: int) -> dict[tuple[str, str | None], str]:
    """Return what became of each due exercise."""
    return {(one["exercise"], one["side"]): one["state"] for one in due(person, person, day)["items"]}


def percents(person: Person, day: int) -> list[float | None]:
    """Return adherence over 7, 14 and 28 days."""
    read = person.get(f"/v1/patients/{{me}}/adherence?as_of={day_of(day)}").json
    return [one["percent"] for one in read["windows"]]


def begun(people: People, *exercises: dict[str, Any], **changes: Any) -> tuple[Person, Person, dict[str, Any]]:
    """Return a patient with a programme since the first day, their therapist, and the programme."""
    patient, therapist = cared_for(people)
    return patient, therapist, prescribed(therapist, patient, plan=a_plan(*exercises), **changes)


@pytest.fixture(autouse=True)
def _begin(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin on the first day; whoever asks days later logs in anew."""
    send, logged_in = Person.send, {}

    def fresh(self: Person, *asked: Any, **more: Any) -> Any:
        if logged_in.get(self.id) != now():
            logged_in[self.id] = now()
            with app.app_context(), database().writing.begin() as db:
                done = accounts.log_in(db, accounts.account_of(db, self.id), "test phone", now())
                self.token = issue_access_token(self.id, done.device.id, now())
        return send(self, *asked, **more)

    monkeypatch.setattr(Person, "send", fresh)
    with on_day(0):
        yield


def test_due_exercises_are_done_partly_skipped_or_replaced_each_side_alone(people: People) -> None:
    raises = [an_exercise("straight_leg_raise", side) for side in ("left", "right")]
    patient, _, _ = begun(people, *raises, an_exercise("clamshell", "left"), an_exercise("bird_dog", None))
    log(patient, "sessions", 0, sets=sets("straight_leg_raise", "left") + sets("straight_leg_raise", "right", 1))
    log(patient, "sessions", 0, sets=sets("dead_bug", None))
    log(patient, "skips", 0, exercise="clamshell", due_on=day_of(0), reason="time")
    log(patient, "skips", 0, exercise="bird_dog", due_on=day_of(0), reason="equipment", replaced_by="dead_bug")
    assert states(patient, 0) == {
        ("straight_leg_raise", "left"): "done",
        ("straight_leg_raise", "right"): "partly",
        ("clamshell", "left"): "skipped",
        ("bird_dog", None): "replaced",
    }
    with on_day(4):
        assert percents(patient, 0) == pytest.approx([100 * (1 + 1 / 3 + 0 + 1) / 4] * 3, abs=0.05)


def test_a_session_logged_late_and_out_of_order_still_counts_for_its_own_day(people: People) -> None:
    patient, _, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(9):
        assert percents(patient, 8)[0] == 0
        log(patient, "sessions", 5, sets=sets("clamshell", "left"))
        log(patient, "sessions", 3, sets=sets("clamshell", "left"))
        assert states(patient, 3) == {("clamshell", "left"): "done"}
        assert percents(patient, 6)[0] == pytest.approx(100 * 2 / 6, abs=0.05)


def test_illness_is_left_out_and_where_nothing_is_left_there_is_no_figure(people: People) -> None:
    patient, _, _ = begun(people, an_exercise("clamshell", "left"))
    assert percents(patient, 0) == [None, None, None]
    log(patient, "skips", 0, exercise="clamshell", due_on=day_of(0), reason="illness")
    with on_day(3):
        assert percents(patient, 0) == [None, None, None]


@pytest.mark.parametrize("reason", ["lazy", "", None, "ILLNESS"])
def test_a_skip_has_one_of_the_reasons(people: People, reason: Any) -> None:
    body = {"id": str(uuid4()), "performed_at": START.isoformat(), "zone": ZONE, "exercise": "clamshell"}
    body |= {"due_on": day_of(0), "reason": reason}
    assert people.patient().post("/v1/patients/{me}/skips", body).status_code == 422


def test_another_reason_is_told_in_a_note_and_an_exercise_does_not_replace_itself(people: People) -> None:
    patient = people.patient()
    body = {"performed_at": START.isoformat(), "zone": ZONE, "exercise": "clamshell", "due_on": day_of(0)}
    for wrong in ({"reason": "other"}, {"reason": "time", "replaced_by": "clamshell"}):
        answer = patient.post("/v1/patients/{me}/skips", {"id": str(uuid4()), **body, **wrong})
        assert (answer.status_code, answer.json["code"]) == (422, "contradictory_entry")
    log(patient, "skips", 0, exercise="clamshell", due_on=day_of(0), reason="other", note="moved house")


def test_what_was_due_on_a_past_day_is_what_was_prescribed_then(people: People) -> None:
    patient, therapist, programme = begun(people, an_exercise("clamshell", "left"))
    with on_day(5):
        assert revise(therapist, programme, plan=a_plan(an_exercise("bird_dog", None))).status_code == 200
    assert [list(states(patient, day)) for day in (4, 5)] == [[("clamshell", "left")], [("bird_dog", None)]]


def test_nothing_is_due_before_the_programme_after_its_end_or_while_it_is_stopped(people: People) -> None:
    patient, therapist, programme = begun(people, an_exercise())
    with on_day(2):
        stopped = revise(therapist, programme, status="stopped").json
    with on_day(4):
        opened = revise(therapist, stopped, status="active").json
    with on_day(6):
        assert revise(therapist, opened, status="ended").status_code == 200
    assert [len(states(patient, day)) for day in range(-1, 8)] == [0, 1, 1, 0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])
def test_a_programme_begins_on_the_patients_own_day(people: People, zone: str) -> None:
    patient, therapist = people.patient(zone), people.therapist()
    with time_machine.travel(datetime(2027, 3, 27, 23, 30, tzinfo=UTC), tick=False):
        grant(patient, therapist, *ALL)
        programme = prescribed(therapist, patient, plan=a_plan(an_exercise()))
        here = datetime(2027, 3, 27, 23, 30, tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        assert programme["started_on"] == here.isoformat()
        assert patient.get(f"{path(patient)}/due").json["on"] == here.isoformat()


def test_over_the_change_of_clocks_each_day_is_due_once(people: People) -> None:
    patient, _, _ = begun(people, an_exercise(days_per_week=7))
    changing = (date(2027, 3, 28) - START.date()).days
    for day in range(changing - 2, changing + 3):
        log(patient, "sessions", day, hour=1, sets=sets("straight_leg_raise", "left"))
    assert [set(states(patient, day).values()) for day in range(changing - 2, changing + 3)] == [{"done"}] * 5


@pytest.mark.parametrize(("bends", "on"), [((45, 90), False), ((44, 90), True), ((90, 44), True)])
def test_a_loaded_bend_below_45_degrees_puts_the_hip_first_and_the_worse_side_counts(
    people: People, bends: tuple[int, int], on: bool
) -> None:
    patient, _, _ = begun(people, an_exercise("box_squat_60", None), an_exercise("clamshell", "left"))
    with on_day(2):
        log(patient, "measurements", 0, test="loaded_bend", side="left", tolerated_bend_deg=10)
        for side, bend in zip(("left", "right"), bends, strict=True):
            log(patient, "measurements", 1, test="loaded_bend", side=side, tolerated_bend_deg=bend)
        first = due(patient, patient, 2)["hip_first"]
    assert first["on"] is on
    told = {one["code"]: one for one in first["conditions"]}["tolerated_loaded_bend_deg"]
    assert (told["facts"]["value"], told["verdict"]) == (min(bends), "met" if on else "not_met")


def test_a_sore_squat_puts_the_hip_first_and_says_what_is_hidden_and_why(people: People) -> None:
    exercises = [
        an_exercise("box_squat_60", None),
        an_exercise("clamshell", "left"),
        an_exercise("mini_squat_45", None),
    ]
    patient, therapist, programme = begun(people, *exercises)
    log(patient, "pain-scores", 0, score=3.1, moment="squat", side="left")
    read = due(patient, patient, 1)
    hidden = {one["exercise"]: one["hidden_because"] for one in read["items"]}
    assert hidden == {"box_squat_60": ["pfj_load", "loaded_bend"], "clamshell": [], "mini_squat_45": []}
    first = read["hip_first"]
    assert (first["on"], first["by_therapist"], first["hip_exercises"], first["knee_exercises"]) == (True, False, 1, 1)
    assert (first["hip_to_knee_wanted"], first["ratio_holds"]) == (2, False)
    assert [one["verdict"] for one in first["conditions"]] == ["unknown", "unknown", "unknown"] or first["off"]
    plan = {**as_ordered(programme["plan"]), "hip_first": False}
    with on_day(1):
        assert revise(therapist, programme, plan=plan).status_code == 200
    told = due(patient, patient, 1)["hip_first"]
    assert (told["on"], told["by_therapist"]) == (False, True)


def test_what_needs_plan_and_log_needs_both_scopes(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise())
    for scopes in (("plan.write",), ("sessions.read",), ("pain.read", "advice.read")):
        other = people.therapist()
        grant(patient, other, *scopes)
        answers = [other.get(f"{path(patient)}/due"), other.get(f"/v1/patients/{patient.id}/adherence")]
        assert [answer.status_code for answer in answers] == [403, 403]
    both = people.therapist()
    grant(patient, both, "plan.write", "sessions.read")
    assert both.get(f"{path(patient)}/due").status_code == 200
    assert both.get(f"{path(patient)}/dose-proposals").status_code == 403
    assert therapist.get(f"{path(patient)}/dose-proposals").status_code == 200
    assert people.therapist().get(f"{path(patient)}/due").status_code == 404


def test_two_good_sessions_propose_more_for_the_side_they_were_done_with(people: People) -> None:
    sides = ("left", "right")
    patient, _, _ = begun(people, *(an_exercise("clamshell", side, load_kg=None) for side in sides))
    with on_day(5):
        for day in (1, 3):
            done = log(patient, "sessions", day, sets=sets("clamshell", "left"))
            log(patient, "pain-scores", day, 11, score=1, moment="during", side="left", session_id=done["id"])
            log(patient, "check-ins", day, 7, morning_pain=0, side="left")
            log(patient, "check-ins", day + 1, 7, morning_pain=0, side="left")
        read = patient.get(f"{path(patient)}/dose-proposals").json["items"]
    assert [(one["side"], one["direction"]) for one in read] == [("left", "progress"), ("right", "hold")]
    assert [one["step"] for one in read[0]["options"]] == ["next_exercise", "next_exercise", "more_sets"]
    assert [one["facts"]["pain"] for one in read[0]["reasons"]] == [1.0, 1.0]


def test_the_same_sessions_without_a_score_propose_nothing(people: People) -> None:
    patient, _, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(5):
        for day in (1, 3):
            log(patient, "sessions", day, sets=sets("clamshell", "left"))
            log(patient, "check-ins", day + 1, 7, morning_pain=0)
        (only,) = patient.get(f"{path(patient)}/dose-proposals").json["items"]
    assert (only["direction"], only["options"]) == ("hold", [])


def stage(person: Person, day: int | None = None) -> dict[str, Any]:
    """Read how the programme stands."""
    query = "" if day is None else f"?as_of={day_of(day)}"
    answer = person.get(f"{path(person)}/stage{query}")
    assert answer.status_code == 200, answer.json
    read: dict[str, Any] = answer.json
    return read


def revisions(person: Person, programme: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return who made each revision, and its stage and status."""
    items = person.get(path(person, programme["id"], "revisions")).json["items"]
    return [(one["made_by_role"], one["stage"], one["status"]) for one in items]


def a_run(person: Person, day: int, during: float | None, morning: float | None = 0, **members: Any) -> None:
    """Log a run of half an hour with its pain and the morning after."""
    run = log(person, "runs", day, 8, distance_m=5000, duration_s=1800, **members)
    if during is not None:
        log(person, "pain-scores", day, 9, score=during, moment="during", side="left", run_id=run["id"])
    if morning is not None:
        log(person, "pain-scores", day + 1, 7, score=morning, moment="next_morning", side="left", run_id=run["id"])


def test_two_runs_over_the_limit_step_down_at_once_and_only_once(people: People) -> None:
    patient, _, programme = begun(people, an_exercise(), stage="elevate")
    with on_day(6):
        a_run(patient, 3, 4)
        a_run(patient, 5, 4)
        assert revisions(patient, programme) == [("therapist", "elevate", "active"), ("engine", "restore", "active")]
        current = patient.get(path(patient, programme["id"])).json
        assert "over_runs_7_days" in current["reason"]
        assert current["made_by"] is None
        for spoken, said in (
            ("en", "More than one run of the last 7 days was over the limit."),
            ("de", "Mehr als ein Lauf der letzten 7 Tage lag über der Grenze."),
        ):
            asked = {"Accept-Language": spoken}
            for suffix in ((programme["id"],), (programme["id"], "revisions/2")):
                answer = patient.get(path(patient, *suffix), **asked)
                assert said in answer.json["reason_text"]
                assert answer.headers["Content-Language"] == spoken
            steps = patient.get(f"/v1/patients/{{me}}/progress?since={day_of(0)}&until={day_of(6)}", **asked).json
            assert said in steps["stages"][-1]["reason_text"]
        log(patient, "check-ins", 6, 7, morning_pain=1, worst_pain=2)
        stage(patient)
    with on_day(7):
        stage(patient)
    assert len(revisions(patient, programme)) == 2


def verdicts(person: Person, day: int | None = None) -> dict[str, str]:
    """Return what became of each question of the stage that a test or a questionnaire answers."""
    return {one["code"]: one["verdict"] for one in stage(person, day)["should"]}


def test_what_was_measured_is_asked_by_the_stage_and_the_worse_side_counts(people: People) -> None:
    patient, _, _ = begun(people, an_exercise())
    with on_day(3):
        assert verdicts(patient)["squat_45_pain"] == "unknown"
        for side, pain in (("left", 1), ("right", 3)):
            log(patient, "measurements", 2, test="squat_pain", side=side, pain=pain, knee_flexion_deg=45)
        log(
            patient,
            "questionnaire-responses",
            2,
            instrument="global_change",
            instrument_version="11_points",
            items={"score": 2},
        )
        then, early = verdicts(patient), verdicts(patient, 1)
    assert (then["squat_45_pain"], then["global_change"]) == ("not_met", "met")
    assert (early["squat_45_pain"], early["global_change"]) == ("unknown", "unknown")


def test_a_very_painful_run_stops_the_programme_until_a_therapist_reopens_it(people: People) -> None:
    patient, therapist, programme = begun(people, an_exercise(stage="restore"), stage="restore")
    with on_day(2):
        a_run(patient, 1, 9)
        assert revisions(patient, programme)[-1] == ("engine", "restore", "stopped")
        assert due(patient, patient, 2)["items"] == []
        current = patient.get(path(patient, programme["id"])).json
        assert revise(patient, current, status="active").status_code == 403
        assert revise(therapist, current, status="active", reason="seen").status_code == 200
        stage(patient)
        assert revisions(patient, programme)[-1] == ("therapist", "restore", "active")
        assert {one["state"] for one in due(patient, patient, 2)["items"]} == {"paused"}


def finished(people: People) -> tuple[Person, Person, dict[str, Any]]:
    """Return somebody who has been at the target volume for four weeks, without a run over."""
    maintenance = [
        an_exercise("maintenance_trio", None, stage=one, days_per_week=2) for one in ("elevate", "self_managed")
    ]
    patient, therapist = cared_for(people)
    plan = a_plan(*maintenance, target_week_distance_m=10_000)
    programme = prescribed(therapist, patient, plan=plan, stage="elevate")
    with on_day(32):
        grant(patient, therapist, *ALL)  # the first link ended after thirty days
        for day in range(32):
            if day % 3 == 0:
                a_run(patient, day, 1, 0)
            log(patient, "sessions", day, sets=sets("maintenance_trio", None))
    return patient, therapist, programme


def test_a_step_up_waits_for_a_therapist_and_then_is_a_revision(people: People) -> None:
    patient, therapist, programme = finished(people)
    with on_day(32):
        state = stage(patient)
        assert (state["move"], state["to_stage"]) == ("step_up", "self_managed"), state
        assert len(revisions(patient, programme)) == 1
        url = f"/v1/patients/{patient.id}/stage-proposals"
        (waiting,) = patient.get(url).json["items"]
        assert (waiting["status"], {one["verdict"] for one in waiting["criteria"]}) == ("waiting", {"met"})
        (in_german,) = patient.get(url, **{"Accept-Language": "de"}).json["items"]
        volume, kept_up = in_german["criteria"]
        assert (volume["text"], kept_up["names"]["at_least"]) == ("Zielumfang ohne Lauf über der Grenze", "mindestens")
        assert volume["names"]["over_runs_28_days"] == "Läufe über der Grenze, 28 Tage"
        say = {"decision": "accept", "note": "well done"}
        assert patient.post(f"{url}/{waiting['id']}/decision", say).status_code == 403
        reader = people.therapist()
        grant(patient, reader, "advice.read")
        assert reader.get(url).json["items"][0]["id"] == waiting["id"]
        assert reader.post(f"{url}/{waiting['id']}/decision", say).status_code == 403
        answer = therapist.post(f"{url}/{waiting['id']}/decision", say)
        assert (answer.status_code, answer.json["status"]) == (201, "accepted")
        again = therapist.post(f"{url}/{waiting['id']}/decision", say)
        assert (again.status_code, again.json["code"]) == (409, "proposal_decided")
        assert revisions(patient, programme)[-1] == ("therapist", "self_managed", "active")
        read = due(patient, patient, 32)
        assert (read["stage"], read["tune_up"]["is_due"]) == ("self_managed", False)
        tune_up = date.fromisoformat(read["tune_up"]["due_on"])
        assert due(patient, patient, (tune_up - START.date()).days)["tune_up"]["is_due"]


def test_a_declined_step_is_not_proposed_again_for_a_week(people: People) -> None:
    patient, therapist, _ = finished(people)
    url = f"/v1/patients/{patient.id}/stage-proposals"
    with on_day(32):
        stage(patient)
        (waiting,) = patient.get(url).json["items"]
        therapist.post(f"{url}/{waiting['id']}/decision", {"decision": "decline", "note": "not yet"})
        stage(patient)
        assert [one["status"] for one in patient.get(url).json["items"]] == ["declined"]


def test_a_proposal_that_no_longer_fits_is_withdrawn(people: People) -> None:
    patient, therapist, _ = finished(people)
    url = f"/v1/patients/{patient.id}/stage-proposals"
    with on_day(32):
        stage(patient)
        a_run(patient, 32, 4, None)
        (withdrawn,) = patient.get(url).json["items"]
        assert withdrawn["status"] == "withdrawn"
        late = therapist.post(f"{url}/{withdrawn['id']}/decision", {"decision": "accept", "note": "late"})
        assert (late.status_code, late.json["code"]) == (409, "proposal_decided")


def test_a_run_without_a_score_proposes_no_step_up(people: People) -> None:
    patient, _, _ = finished(people)
    with on_day(33):
        a_run(patient, 32, None, None)
        assert stage(patient)["move"] == "stay"


def test_a_stage_without_a_length_is_told_to_be_stuck(people: People) -> None:
    patient, _, _ = begun(people, an_exercise())
    with on_day(27):
        assert stage(patient)["stuck"] is False
    with on_day(60):
        state = stage(patient)
        assert (state["stuck"], state["stuck_after_days"], state["days_in_stage"]) == (True, 28, 60)


def test_looking_back_changes_nothing(people: People) -> None:
    patient, _, programme = finished(people)
    with on_day(32):
        before = patient.get(f"/v1/patients/{patient.id}/stage-proposals").json["items"]
        assert stage(patient, 31)["as_of"] == day_of(31)
        assert patient.get(f"/v1/patients/{patient.id}/stage-proposals").json["items"] == before
        assert len(revisions(patient, programme)) == 1


def test_without_a_programme_nothing_is_due_and_there_is_no_stage(people: People) -> None:
    patient = people.patient()
    read = due(patient, patient, 0)
    assert (read["items"], read["stage"], read["tune_up"]) == ([], None, None)
    assert percents(patient, 0) == [None, None, None]
    assert patient.get(f"{path(patient)}/stage").status_code == 404


def test_retraining_sessions_come_with_their_number_and_fade(people: People) -> None:
    running = an_exercise("mirror_feedback_running", None, stage="restore", sets=1, repetitions=1)
    retraining = {"stage": "restore", "exercise": "mirror_feedback_running", "setting": "mirror", "sessions": 8}
    retraining |= {"cues": ["knees_apart", "kneecaps_ahead"], "first_minutes": 15, "last_minutes": 30, "evidence": []}
    patient, therapist = cared_for(people)
    prescribed(therapist, patient, plan=a_plan(running, retraining=[retraining]), stage="restore")
    with on_day(9):
        seen = []
        for day in range(8):
            (item,) = due(patient, patient, day)["items"]
            seen.append((item["retraining"]["number"], item["retraining"]["feedback_percent"]))
            log(patient, "sessions", day, sets=[{"exercise": "mirror_feedback_running", "repetitions": 1}])
        assert seen == list(zip(range(1, 9), [100, 100, 100, 100, 75, 50, 25, 0], strict=True))
        assert due(patient, patient, 8)["items"][0]["retraining"] is None


def proposals(person: Person) -> list[tuple[str, str, str, str]]:
    """Return each stage proposal: from, to, when, and what became of it."""
    items = person.get("/v1/patients/{me}/stage-proposals").json["items"]
    return [(one["from_stage"], one["to_stage"], one["proposed_on"], one["status"]) for one in items]


def months_of_rehabilitation(people: People) -> tuple[Any, Any]:
    """Live through a step down, a proposal that is withdrawn and one that waits; return revisions and proposals."""
    patient, _, programme = finished(people)
    with on_day(33):
        a_run(patient, 32, 4, None)
        a_run(patient, 33, 4, None)
    with on_day(60):
        log(patient, "check-ins", 60, 7, morning_pain=0, worst_pain=1, swelling=False)
    return revisions(patient, programme), proposals(patient)


@SQLITE_FIRST
def test_judging_the_stage_when_needed_does_what_judging_it_always_does(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    when_needed = months_of_rehabilitation(people)
    assert ("engine", "restore", "active") in when_needed[0]
    assert [status for *_, status in when_needed[1]] == ["withdrawn"]
    monkeypatch.setattr(stages, "could_step_up", lambda _verdict: True)
    assert months_of_rehabilitation(people) == when_needed


def calm_days(patient: Person, first: int, last: int) -> None:
    """Tell all that leaving the first stage asks, but for the sessions that were done."""
    for day in range(first, last + 1):
        for moment in ("stairs", "walking"):
            log(patient, "pain-scores", day, score=1, moment=moment, side="left")
        log(patient, "check-ins", day, 7, morning_pain=0, worst_pain=1, swelling=False, side="left")
    log(patient, "measurements", last, test="squat_pain", pain=1, knee_flexion_deg=45)
    form = {"instrument": "global_change", "instrument_version": "11_points", "items": {"score": 2}}
    log(patient, "questionnaire-responses", last, **form)


def exercised_days(patient: Person, first: int, last: int) -> None:
    """Do what was prescribed on each of these days."""
    for day in range(first, last + 1):
        log(patient, "sessions", day, sets=sets("maintenance_trio", None))


def test_the_session_that_completes_the_criteria_proposes_the_step_in_the_same_request(people: People) -> None:
    patient, _, _ = begun(people, an_exercise("maintenance_trio", None))
    with on_day(10):
        calm_days(patient, 0, 10)
        assert proposals(patient) == []
        exercised_days(patient, 0, 10)
        assert proposals(patient) == [("relieve", "restore", day_of(10), "waiting")]


def test_a_new_day_that_completes_the_criteria_proposes_the_step_with_its_advice(people: People) -> None:
    patient, _, _ = begun(people, an_exercise("maintenance_trio", None))
    with on_day(6):
        calm_days(patient, 0, 6)
        exercised_days(patient, 0, 6)
        assert proposals(patient) == []
    with on_day(7):
        assert patient.get("/v1/patients/{me}/guidance/advice").status_code == 200
        assert proposals(patient) == [("relieve", "restore", day_of(7), "waiting")]
