"""Many streams at once: a therapist's app lists them and pulls them, at a price that does not grow with each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.devices import Json, Phone, a_check_in, a_run, a_score, a_session, an_id, fold, put
from tests.builders.people import People, Person
from tests.sync.conftest import Counted
from tests.sync.test_pull import filled
from tests.sync.test_push import linked

MEBIBYTE = 1 << 20


@pytest.fixture
def therapist(people: People) -> Person:
    """A therapist."""
    return people.therapist()


def patients(people: People, therapist: Person, count: int) -> list[Phone]:
    """Return the phones of new patients who let the therapist see all but free text."""
    phones = [Phone(people.patient()) for _ in range(count)]
    for phone in phones:
        linked(phone, therapist, "sessions.read", "pain.read", "advice.read")
    return phones


def large(phone: Phone, count: int) -> None:
    """Push sessions of which some forty fill a mebibyte."""
    sets = [{"exercise": "e" * 80, "repetitions": 1} for _ in range(200)]
    for start in range(0, count, 20):
        phone.push(*(put("sessions", a_session(start + day, sets=sets)) for day in range(20)))


def bulk(therapist: Person, phones: list[Phone], cursors: dict[str, str] | None = None, limit: int = 1000) -> Any:
    """Pull the streams at once, each from where its cursor is, and return the answer."""
    known = cursors or {}
    asked = [{"patient_id": str(phone.person.id), "cursor": known.get(str(phone.person.id))} for phone in phones]
    answer = therapist.post("/v1/sync/pull", {"streams": asked, "limit": limit})
    assert answer.status_code == 200, answer.json
    return answer


def pages_of(answer: Any) -> dict[str, Json]:
    """Return the page of each stream."""
    return {item["patient_id"]: item["page"] for item in answer.json["items"]}


def follow(therapist: Person, phones: list[Phone], limit: int = 1000) -> list[Any]:
    """Pull the streams at once until none has more; return the answers."""
    answers, left, cursors = [], phones, {}
    for _ in range(100):
        answers.append(bulk(therapist, left, cursors, limit))
        pages = pages_of(answers[-1])
        cursors |= {patient: page["cursor"] for patient, page in pages.items()}
        left = [phone for phone in left if pages[str(phone.person.id)]["has_more"]]
        if not left:
            return answers
    raise AssertionError("the pages do not end")


def assert_whole(therapist: Person, phones: list[Phone], answers: list[Any]) -> None:
    """Raise where what was pulled at once is not what each stream says by itself."""
    for phone in phones:
        patient = str(phone.person.id)
        pages = [found[patient] for answer in answers if patient in (found := pages_of(answer))]
        assert fold(pages) == fold(Phone(therapist, phone.person.id).pages(limit=1000))


def test_streams_are_listed_with_their_heads_and_what_was_withdrawn(
    phone: Phone, therapist: Person, people: People
) -> None:
    other = Phone(people.patient())
    linked(phone, therapist, "sessions.read")
    link = linked(other, therapist, "pain.read")
    other.person.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}")
    listed = {item["patient_id"]: item for item in therapist.get("/v1/sync/streams").json["items"]}
    told = phone.pull()
    assert listed[str(phone.person.id)] == {
        "patient_id": str(phone.person.id),
        "withdrawn": False,
        "epoch": told["epoch"],
        "head": told["head"],
    }
    assert listed[str(other.person.id)] == {"patient_id": str(other.person.id), "withdrawn": True}
    (own,) = phone.person.get("/v1/sync/streams").json["items"]
    assert (own["patient_id"], own["head"]) == (str(phone.person.id), told["head"])


def test_many_streams_are_pulled_at_once_each_with_its_own_answer(
    phone: Phone, therapist: Person, people: People
) -> None:
    filled(phone)
    gone, foreign = Phone(people.patient()), Phone(people.patient())
    linked(phone, therapist, "sessions.read")
    link = linked(gone, therapist, "pain.read")
    gone.person.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}")
    asked = [{"patient_id": str(one.person.id)} for one in (gone, phone, foreign)]
    asked += [{"patient_id": an_id()}, {"patient_id": str(phone.person.id), "cursor": "x"}]
    answer = therapist.post("/v1/sync/pull", {"streams": asked, "limit": 5})
    assert answer.status_code == 200, answer.json
    revoked, page, hidden, unknown, bad = answer.json["items"]
    assert (revoked["problem"]["code"], revoked["purge"]) == ("consent_revoked", True)
    assert hidden["problem"] == unknown["problem"]
    assert (hidden["problem"]["code"], bad["problem"]["code"]) == ("no_such_stream", "bad_cursor")
    theirs = Phone(therapist, phone.person.id)
    assert page["page"]["changes"] == theirs.pull(limit=5)["changes"]
    assert theirs.pull(cursor=page["page"]["cursor"])["changes"] == theirs.pages()[0]["changes"][5:]


def test_a_bulk_pull_holds_no_more_rows_than_a_page_of_one_stream(people: People, therapist: Person) -> None:
    makers = {"sessions": a_session, "runs": a_run, "pain_scores": a_score, "check_ins": a_check_in}
    phones = patients(people, therapist, 3)
    for phone in phones:
        phone.push(*(put(name, make(day)) for day in range(100) for name, make in makers.items()))
    answers = follow(therapist, phones)
    rows = [sum(len(page["changes"]) for page in pages_of(answer).values()) for answer in answers]
    assert rows[0] == 1000
    assert max(rows) == 1000
    assert len(rows) == 2
    assert_whole(therapist, phones, answers)


def test_a_bulk_pull_never_grows_beyond_a_mebibyte(people: People, therapist: Person) -> None:
    phones = patients(people, therapist, 3)
    for phone in phones:
        large(phone, 20)
    answers = follow(therapist, phones)
    assert len(answers) > 1
    assert max(len(answer.data) for answer in answers) <= MEBIBYTE
    assert_whole(therapist, phones, answers)


def test_a_stream_that_got_no_room_is_where_it_was_and_has_more(people: People, therapist: Person) -> None:
    phones = patients(people, therapist, 3)
    for phone in phones[:2]:
        large(phone, 40)
    first, second, empty = pages_of(bulk(therapist, phones)).values()
    assert (first["changes"][0]["collection"], first["has_more"]) == ("sessions", True)
    assert (second["changes"], second["has_more"], second["through"]) == ([], True, 0)
    assert (empty["changes"], empty["has_more"]) == ([], False)
    theirs = Phone(therapist, phones[1].person.id)
    assert fold(theirs.pages(second["cursor"])) == fold(theirs.pages())
    again = bulk(therapist, phones[:2], {str(phones[1].person.id): second["cursor"]})
    assert pages_of(again)[str(phones[1].person.id)]["through"] == 0


@pytest.mark.parametrize("limit", [1, 7])
def test_each_stream_of_a_bulk_pull_has_pages_of_the_size_that_was_asked(
    people: People, therapist: Person, limit: int
) -> None:
    phones = patients(people, therapist, 2)
    for phone in phones:
        filled(phone, days=3)
    answers = follow(therapist, phones, limit)
    assert all(len(page["changes"]) <= limit for answer in answers for page in pages_of(answer).values())
    assert_whole(therapist, phones, answers)


def test_no_more_streams_are_pulled_at_once_than_the_limits_say(therapist: Person) -> None:
    most = therapist.get("/v1/sync/config").json["limits"]["streams"]
    for count, status in ((most, 200), (most + 1, 422)):
        asked = [{"patient_id": an_id()} for _ in range(count)]
        assert therapist.post("/v1/sync/pull", {"streams": asked}).status_code == status


def test_listing_takes_as_many_statements_for_nine_streams_as_for_one(
    people: People, therapist: Person, counted: Counted
) -> None:
    taken = []
    for count in (1, 8):
        patients(people, therapist, count)
        with counted() as sent:
            listed = therapist.get("/v1/sync/streams").json["items"]
        taken.append((len(listed), len(sent)))
    assert [count for count, _ in taken] == [1, 9]
    assert taken[0][1] == taken[1][1]
