"""Reminders and notices: what people asked for, once, outside their quiet hours, without a word of health."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from app.db.outbox import tell
from app.kernel.notices import NoticeKind
from app.outreach.carriers import Recorder
from app.outreach.domain import LEASE, MOST_TRIES, Reminders
from app.outreach.service import sweep
from app.outreach.service.sending import work_once
from app.outreach.words import text_of
from tests.builders.care import let_in
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.devices import an_id
from tests.builders.outboxes import Dying, House, a_house
from tests.builders.people import Person
from tests.builders.plans import a_plan, an_exercise, prescribed
from tests.levels import SQLITE_FIRST

Json = dict[str, Any]
NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)  # 18:00 in Berlin
NIGHT = NOON + timedelta(hours=11)  # 23:00 in Berlin
MORNING = NOON + timedelta(hours=20, minutes=30)  # 08:30 on the next day
REMINDER = "Trochlea has something for you. Open the app to see what."


@pytest.fixture(scope="module")
def own_house(backend: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An application whose outbox holds nobody else's notices."""
    url = empty_database(backend, new_folder(), f"outreach_{worker_id}")
    prepare(url)
    with a_house(url, tmp_path_factory.mktemp("var")) as house:
        yield house


@pytest.fixture
def house(own_house: House) -> Iterator[House]:
    """The application with an empty outbox, at noon."""
    own_house.empty()
    own_house.forget()
    with time_machine.travel(NOON, tick=False):
        yield own_house


def wishes(**changes: Any) -> Json:
    """Return what somebody wants to be reminded of."""
    wants = dict.fromkeys(("session_due", "morning_score_missing", "review_due"), False)
    quiet = {"quiet_from": "21:00", "quiet_until": "08:00"}
    return {**wants, "remind_at": "17:00", **quiet, "language": "en", **changes}


def asks_for(person: Person, **changes: Any) -> None:
    """Have a person say what they want."""
    tag = person.get("/v1/me/reminders").headers["ETag"]
    answer = person.send("PUT", "/v1/me/reminders", wishes(**changes), {"If-Match": tag})
    assert answer.status_code == 200, answer.json


def told(person: Person, path: str, at: datetime, **body: Any) -> None:
    """Have a person log an entry of a time."""
    sent = {"id": an_id(), "performed_at": at.isoformat(), "zone": "Europe/Berlin", **body}
    answer = person.post(f"/v1/patients/{{me}}/{path}", sent)
    assert answer.status_code == 201, answer.json


def with_programme(house: House) -> tuple[Person, Person]:
    """Return a patient with an exercise due today, and their therapist."""
    patient, therapist = house.people.patient(), house.people.therapist()
    let_in(patient, therapist)
    prescribed(therapist, patient, plan=a_plan(an_exercise("clamshell", "left")))
    house.empty()
    return patient, therapist


def test_whoever_said_nothing_is_reminded_of_nothing(house: House) -> None:
    patient, _ = with_programme(house)
    assert patient.get("/v1/me/reminders").json == wishes()
    assert house.work(EVENING) == []


def test_what_is_still_to_be_done_is_told_once_from_the_chosen_hour_on_without_saying_what(house: House) -> None:
    patient, _ = with_programme(house)
    asks_for(patient, session_due=True)
    assert house.work(EVENING - timedelta(hours=1, minutes=1)) == [], "16:59"
    (letter,) = house.work(EVENING - timedelta(hours=1))
    assert (letter.to, letter.subject, letter.text) == (patient.email, "Trochlea", REMINDER)
    assert house.work(EVENING) == []
    asks_for(patient, session_due=True, remind_at="17:30")
    assert house.work(EVENING) == [], "another hour does not remind of the same day again"


def test_what_was_done_is_not_told_of(house: House) -> None:
    patient, _ = with_programme(house)
    asks_for(patient, session_due=True)
    done = [{"exercise": "clamshell", "side": "left", "repetitions": 15}] * 3
    told(patient, "sessions", NOON, sets=done)
    assert house.work(EVENING) == []


@pytest.mark.parametrize("has_score", [False, True])
def test_a_missing_score_of_the_next_morning_is_asked_for(house: House, has_score: bool) -> None:
    patient = house.people.patient()
    asks_for(patient, morning_score_missing=True, remind_at="11:00")
    told(patient, "runs", NOON - timedelta(days=1), distance_m=5000)
    if has_score:
        told(patient, "pain-scores", NOON - timedelta(hours=3), moment="next_morning", score=0)
    assert len(house.work(NOON)) == (0 if has_score else 1)


def test_a_therapist_hears_that_a_review_is_due_and_of_nobody_they_may_not_see(house: House) -> None:
    patient, therapist = house.people.patient(), house.people.therapist()
    link = let_in(patient, therapist)
    asks_for(therapist, review_due=True)
    tomorrow = (NOON + timedelta(days=1)).date().isoformat()
    signed = therapist.post(f"/v1/patients/{patient.id}/reviews", {"id": an_id(), "next_on": tomorrow})
    assert signed.status_code == 201
    house.empty()
    assert house.work(EVENING) == []
    (letter,) = house.work(EVENING + timedelta(days=1))
    assert (letter.to, letter.text) == (therapist.email, REMINDER)
    with time_machine.travel(NOON + timedelta(days=2)):
        later = house.people.again(patient)
        assert later.send("DELETE", f"/v1/patients/{patient.id}/care-links/{link}").status_code == 204
    assert [one.to for one in house.work(EVENING + timedelta(days=2))] == [patient.email], "of the care, not of it"


def test_a_defect_met_in_one_person_s_records_silences_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = [with_programme(house)[0] for _ in range(3)]
    for patient in patients:
        asks_for(patient, session_due=True)
    sound, unlucky = sweep.due_list, sorted(patients, key=lambda one: one.id)[0]

    def planted(db: Any, patient_id: Any, *more: Any) -> Any:
        if patient_id == unlucky.id:
            raise ZeroDivisionError
        return sound(db, patient_id, *more)

    monkeypatch.setattr(sweep, "due_list", planted)
    assert {one.to for one in house.work(EVENING)} == {one.email for one in patients if one is not unlucky}
    monkeypatch.undo()
    assert unlucky.email in {one.to for one in house.work(EVENING + timedelta(days=1))}


def test_quiet_hours_hold_a_reminder_back_and_what_is_too_late_is_not_told(house: House) -> None:
    patient, _ = with_programme(house)
    asks_for(patient, session_due=True, remind_at="12:00", quiet_from="10:00", quiet_until="14:00")
    assert house.work(NOON) == []
    assert house.work(NOON + timedelta(minutes=59)) == []
    assert len(house.work(NOON + timedelta(hours=2))) == 1
    other, _ = with_programme(house)
    asks_for(other, session_due=True, remind_at="22:30")
    assert house.work(NIGHT) == []
    assert house.work(MORNING) == [], "yesterday's exercises are no news in the morning"
    assert house.fates(other)[-1] == ("session_due", "too_late")


def test_who_changes_their_mind_before_it_is_sent_is_left_alone(house: House) -> None:
    patient, _ = with_programme(house)
    asks_for(patient, session_due=True)
    house.carrier.is_broken = True
    assert house.work(EVENING) == []
    asks_for(patient)
    house.carrier.is_broken = False
    assert house.work(EVENING + timedelta(minutes=5)) == []
    assert house.fates(patient)[-1] == ("session_due", "not_wanted")


def test_each_grant_and_each_end_of_care_is_told_to_the_patient_at_once_and_to_nobody_else(house: House) -> None:
    patient, therapist = house.people.patient(), house.people.therapist()
    link = let_in(patient, therapist)
    (granted,) = house.work(NIGHT)
    assert (granted.to, granted.text) == (patient.email, text_of(NoticeKind.CARE_CHANGED, None))
    assert therapist.send("DELETE", f"/v1/patients/{patient.id}/care").status_code == 204
    (ended,) = house.work(NIGHT)
    assert ended.to == patient.email
    assert ended.id != granted.id
    assert patient.send("DELETE", f"/v1/patients/{patient.id}/care-links/{link}").status_code == 204
    assert house.work(NIGHT) == [], "ending what has ended is nothing new"


def test_no_text_says_more_than_that_there_is_something(house: House) -> None:
    words = {word for kind in NoticeKind for language in ("en", "de", None) for word in text_of(kind, language).split()}
    assert not {"pain", "knee", "score", "run", "session", "Schmerz", "Knie", "therapist", "review"} & words


def test_what_is_not_stored_is_not_told_and_a_fact_is_told_once(house: House) -> None:
    patient = house.people.patient()
    with house.database.writing() as db:
        tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", NOON)
        db.rollback()
    assert house.work() == []
    for _ in range(2):
        with house.database.writing.begin() as db:
            tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", NOON)
    assert len(house.work()) == 1


def test_a_carrier_that_fails_is_tried_again_ever_later_and_given_up_in_the_end(house: House) -> None:
    patient = house.people.patient()
    with house.database.writing.begin() as db:
        tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", NOON)
    house.carrier.is_broken = True
    at, tries = NOON, 0
    while house.fates(patient) == [("care_changed", None)]:
        assert tries < MOST_TRIES
        assert house.work(at) == []
        assert house.work(at + timedelta(seconds=59)) == [], "not before the pause is over"
        at, tries = at + timedelta(hours=6), tries + 1
    assert (tries, house.fates(patient)) == (MOST_TRIES, [("care_changed", "given_up")])


def test_workers_side_by_side_send_each_notice_once(house: House) -> None:
    patients = [house.people.patient() for _ in range(12)]
    with house.database.writing.begin() as db:
        for patient in patients:
            tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", NOON)

    def run() -> None:
        work_once(house.database.writing.begin, house.carrier)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.to for one in house.carrier.letters) == sorted(patient.email for patient in patients)


def _work_and_die(url: str, folder: str, is_after: bool) -> None:
    """Run a worker that is killed at its first letter; in a process of its own."""
    with a_house(url, Path(folder) / "var") as house, time_machine.travel(NOON, tick=False):
        work_once(house.database.writing.begin, Dying(Recorder(Path(folder)), is_after))


@pytest.mark.parametrize("is_after", [False, True])
@SQLITE_FIRST
def test_a_killed_worker_loses_nothing_and_what_is_sent_twice_has_one_id(
    house: House, tmp_path: Path, is_after: bool
) -> None:
    """Killed before handing over: sent once. Killed between handing over and marking: twice, under the same id."""
    patients = [house.people.patient() for _ in range(3)]
    with house.database.writing.begin() as db:
        for patient in patients:
            tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", NOON)
    url = house.app.config["TROCHLEA_SETTINGS"].database_url
    doomed = multiprocessing.get_context("spawn").Process(target=_work_and_die, args=(url, str(tmp_path), is_after))
    doomed.start()
    doomed.join(180)
    assert doomed.exitcode == -9
    recorder = Recorder(tmp_path)
    work_once(house.database.writing.begin, recorder)
    assert len(list(tmp_path.glob("*.eml"))) == (3 if is_after else 2), "who died holds its one for the lease"
    with time_machine.travel(NOON + LEASE, tick=False):
        work_once(house.database.writing.begin, recorder)
        work_once(house.database.writing.begin, recorder)
    copies = sorted(file.read_text().count("Message-ID:") for file in tmp_path.glob("*.eml"))
    assert copies == ([1, 1, 2] if is_after else [1, 1, 1])
    assert {tuple(house.fates(patient)) for patient in patients} == {(("care_changed", "sent"),)}


def test_wishes_are_changed_on_top_of_what_was_read_and_only_whole(house: House) -> None:
    patient = house.people.patient()
    first = patient.get("/v1/me/reminders").headers["ETag"]
    put = {"If-Match": first}
    assert patient.send("PUT", "/v1/me/reminders", wishes()).status_code == 428
    done = patient.send("PUT", "/v1/me/reminders", wishes(language="de", remind_at="06:05"), put)
    assert (done.status_code, done.json) == (200, wishes(language="de", remind_at="06:05"))
    assert patient.send("PUT", "/v1/me/reminders", wishes(), put).status_code == 412
    assert patient.get("/v1/me/reminders", **{"If-None-Match": done.headers["ETag"]}).status_code == 304
    for wrong in ({"remind_at": "24:00"}, {"remind_at": "7:00"}, {"language": "fr"}, {"sms": True}, {"quiet_from": 8}):
        answer = patient.send("PUT", "/v1/me/reminders", {**wishes(), **wrong}, {"If-Match": done.headers["ETag"]})
        assert answer.status_code == 422, wrong
    assert patient.send("PUT", "/v1/me/reminders", {"language": "en"}, {"If-Match": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [(("21:00", "08:00"), {*range(21, 24), *range(8)}), (("12:00", "14:00"), {12, 13}), (("08:00", "08:00"), set())],
)
def test_quiet_hours_may_go_over_midnight(quiet: tuple[str, str], hours: set[int]) -> None:
    first, last = (time.fromisoformat(one) for one in quiet)
    wanted = Reminders(quiet_from=first, quiet_until=last)
    day = datetime(2027, 3, 1, tzinfo=UTC)
    assert {hour for hour in range(24) if wanted.is_quiet(day + timedelta(hours=hour), "UTC")} == hours
    for hour in hours:
        end = wanted.end_of_quiet(day + timedelta(hours=hour), "UTC")
        assert end.hour == last.hour
        assert timedelta() < end - (day + timedelta(hours=hour)) <= timedelta(hours=11)
