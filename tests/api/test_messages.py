"""Messages: both ways, once, as they were sent, taken back by their author; and the therapist sees what waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.test_caseload import case_of, reasons
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.devices import Phone, a_message, an_id, erase, patch, put
from tests.builders.people import People, Person


def written(sender: Person, patient: Person, text: str = "May I run on Sunday?", **told: Any) -> TestResponse:
    """Write a message."""
    return sender.post(f"/v1/patients/{patient.id}/messages", {"id": an_id(), "text": text, **told})


def listed(reader: Person, patient: Person, **query: Any) -> Any:
    """Return a page of messages."""
    answer = reader.client.get(
        f"/v1/patients/{patient.id}/messages",
        query_string=query,
        headers={"Authorization": f"Bearer {reader.token}"},
    )
    assert answer.status_code == 200, answer.json
    return answer.json


def marked(reader: Person, patient: Person, message_id: str) -> TestResponse:
    """Say that a message was read."""
    return reader.send("PUT", f"/v1/patients/{patient.id}/messages/mark", {"message_id": message_id})


def of(changes: list[dict[str, Any]], collection: str) -> list[dict[str, Any]]:
    """Return the changes of one collection."""
    return [one for one in changes if one["collection"] == collection]


def test_what_a_therapist_writes_reaches_the_phone_and_what_the_phone_pushed_reaches_the_therapist(
    people: People,
) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist, "message")
    phone = Phone(patient)
    phone.push(put("messages", a_message(text="It hurt on the stairs.")))
    assert written(therapist, patient, "Rest for a day.").status_code == 201
    pulled = [one["data"] for one in of(phone.pull()["changes"], "messages")]
    assert [one["text"] for one in pulled] == ["It hurt on the stairs.", "Rest for a day."]
    assert [one["therapist_id"] for one in pulled] == [None, str(therapist.id)]
    assert pulled[1]["therapist_name"] == "Test Person"
    shown = listed(therapist, patient)["items"]
    assert [(one["text"], one["therapist_id"]) for one in shown] == [
        ("Rest for a day.", str(therapist.id)),
        ("It hurt on the stairs.", None),
    ]


def test_a_message_sent_again_is_the_same_one_and_another_with_its_id_is_refused(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    name = an_id()
    first, again = (written(therapist, patient, "Rest.", id=name) for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    for answer in (written(therapist, patient, "Run.", id=name), written(patient, patient, "Rest.", id=name)):
        assert (answer.status_code, answer.json["code"]) == (409, "id_in_use")
    assert [one["text"] for one in listed(patient, patient)["items"]] == ["Rest."]


def test_no_device_changes_what_was_sent_nor_takes_back_what_another_wrote(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    phone = Phone(patient)
    mine = put("messages", a_message(text="mine"))
    phone.push(mine)
    theirs = written(therapist, patient, "theirs").json["id"]
    (found,) = (one for one in of(phone.pull()["changes"], "messages") if one["id"] == theirs)
    changed, erased, forged = phone.send(
        [
            patch("messages", {"text": "changed"}, mine["id"], mine["op_id"]),
            erase("messages", theirs, found["ver"]),
            put("messages", a_message(therapist_name="Dr. Nobody", therapist_id=str(therapist.id))),
        ]
    ).json["results"]
    assert (changed["status"], changed["problem"]["code"]) == ("rejected", "sent")
    assert (erased["status"], erased["problem"]["code"]) == ("rejected", "not_the_author")
    assert forged["status"] == "applied"
    assert (forged["record"]["data"]["therapist_id"], forged["record"]["data"]["therapist_name"]) == (None, None)
    assert {one["text"] for one in listed(therapist, patient)["items"]} >= {"mine", "theirs"}


def test_a_message_taken_back_is_gone_for_everybody_and_does_not_come_back(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    phone = Phone(patient)
    mine = put("messages", a_message(text="mine"))
    phone.push(mine)
    theirs = written(therapist, patient, "theirs").json["id"]
    path = f"/v1/patients/{patient.id}/messages"
    assert therapist.send("DELETE", f"{path}/{mine['id']}").json["code"] == "not_the_author"
    assert patient.send("DELETE", f"{path}/{theirs}").json["code"] == "not_the_author"
    assert therapist.send("DELETE", f"{path}/{theirs}").status_code == 204
    gone = erase("messages", mine["id"], mine["op_id"])
    (taken,) = phone.send([gone]).json["results"]
    assert taken["status"] == "applied"
    assert listed(patient, patient)["items"] == listed(therapist, patient)["items"] == []
    (back,) = phone.send([put("messages", a_message(text="mine"), mine["id"], gone["op_id"])]).json["results"]
    assert (back["status"], back["problem"]["code"]) == ("rejected", "sent")
    assert therapist.send("DELETE", f"{path}/{theirs}").status_code == 404
    assert written(therapist, patient, "theirs", id=theirs).status_code == 409


def test_unread_messages_are_a_reason_to_look_until_that_therapist_has_read_them(people: People) -> None:
    patient, therapist, colleague = people.patient(), people.therapist(), people.therapist()
    let_in(patient, therapist, "message")
    let_in(patient, colleague, "message")
    assert "unread_message" not in reasons(case_of(therapist, patient))
    ids = [written(patient, patient, text).json["id"] for text in ("one", "two")]
    told = reasons(case_of(therapist, patient))["unread_message"]
    assert (told["urgency"], told["facts"]["messages"]) == ("soon", 2)
    assert told["text"] == "Messages that you have not read: 2."
    marked(therapist, patient, ids[0])
    assert reasons(case_of(therapist, patient))["unread_message"]["facts"]["messages"] == 1
    marked(therapist, patient, ids[1])
    written(therapist, patient, "my own answer is nothing that I have to read")
    assert "unread_message" not in reasons(case_of(therapist, patient))
    assert reasons(case_of(colleague, patient))["unread_message"]["facts"]["messages"] == 2
    assert written(patient, patient, "three").status_code == 201
    assert reasons(case_of(therapist, patient))["unread_message"]["facts"]["messages"] == 1


def test_a_read_mark_never_goes_back_and_reaches_the_phone_and_the_other_side(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    one, two = (written(patient, patient, text).json for text in ("one", "two"))
    newest = marked(therapist, patient, two["id"])
    assert (newest.status_code, newest.json["up_to_seq"]) == (200, two["seq"])
    assert marked(therapist, patient, one["id"]).json == newest.json
    assert listed(patient, patient)["marks"] == [newest.json]
    (pulled,) = of(Phone(patient).pull()["changes"], "message_marks")
    assert pulled["id"] == str(therapist.id)
    assert pulled["data"]["message_id"] == two["id"]
    assert marked(therapist, patient, an_id()).status_code == 404


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_only_the_scope_for_messages_opens_them_whichever_way_one_asks(people: People, scope: str) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist, scope)
    name = written(patient, patient).json["id"]
    expected = 200 if scope == "message" else 403
    answers = [therapist.get(f"/v1/patients/{patient.id}/messages"), marked(therapist, patient, name)]
    assert [one.status_code for one in answers] == [expected, expected]
    assert written(therapist, patient).status_code == (201 if scope == "message" else 403)
    pulled = {one["collection"] for one in Phone(therapist, patient.id).pull()["changes"]}
    assert ("messages" in pulled) is (scope == "message")
    assert ("unread_message" in reasons(case_of(therapist, patient))) is False
    written(patient, patient, "another")
    assert ("unread_message" in reasons(case_of(therapist, patient))) is (scope == "message")


def test_the_patient_reads_who_looked_at_the_messages(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    listed(therapist, patient)
    written(therapist, patient)
    seen = patient.get("/v1/me/access-log").json["items"]
    assert [one["what"] for one in seen[:2]] == ["wrote a message or took one back", "messages"]


@pytest.mark.parametrize("text", ["", "x" * 4001, "a\0b", "\ud800", None, 7])
def test_a_text_that_nobody_can_mean_is_refused(people: People, text: Any) -> None:
    patient = people.patient()
    assert written(patient, patient, text).status_code in (400, 422)
    assert listed(patient, patient)["items"] == []


def test_pages_of_messages_hold_each_once_the_newest_first(people: People) -> None:
    patient = people.patient()
    ids = [written(patient, patient, str(number)).json["id"] for number in range(3)]
    first = listed(patient, patient, limit=2)
    second = listed(patient, patient, limit=2, cursor=first["next_cursor"])
    assert [one["id"] for one in (*first["items"], *second["items"])] == ids[::-1]
    assert second["next_cursor"] is None


def test_nobody_writes_more_than_fifty_messages_a_day(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    answers = [written(therapist, patient, "x").status_code for _ in range(51)]
    assert answers == [201] * 50 + [409]
    today = datetime.now(UTC).isoformat()
    pushed = [put("messages", a_message(performed_at=today)) for _ in range(51)]
    results = Phone(patient).send(pushed).json["results"]
    assert [one["status"] for one in results] == ["applied"] * 50 + ["rejected"], "what others write takes no room"
    assert written(patient, patient, "x").json["code"] == "too_many_messages"
