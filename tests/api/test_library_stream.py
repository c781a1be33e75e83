"""The library's own stream: the same for everybody, pulled like a patient's."""

from __future__ import annotations

from typing import Any

from tests.builders.people import People, Person

CHANGES = "/v1/sync/library/changes"


def pull_all(reader: Person, limit: int) -> tuple[list[dict[str, Any]], str]:
    """Return every change, page by page, and the last cursor."""
    changes: list[dict[str, Any]] = []
    page = reader.get(f"{CHANGES}?limit={limit}").json
    while True:
        changes += page["changes"]
        if not page["has_more"]:
            return changes, page["cursor"]
        page = reader.get(f"{CHANGES}?limit={limit}&cursor={page['cursor']}").json


def reader_of(people: People) -> Person:
    """Return somebody who reads the same over REST."""
    return people.patient()


def test_a_first_sync_brings_every_exercise_and_reference_once_in_order(people: People) -> None:
    changes, _ = pull_all(people.patient(), 50)
    assert [change["seq"] for change in changes] == sorted({change["seq"] for change in changes})
    by_collection = [change["collection"] for change in changes]
    assert (by_collection.count("exercises"), by_collection.count("references")) == (87, 98)
    (protocol,) = [change["data"] for change in changes if change["collection"] == "protocols"]
    assert protocol == reader_of(people).get("/v1/protocols/runners_knee_standard").json
    raised = next(change for change in changes if change["id"] == "straight_leg_raise")
    assert raised["data"]["dosage"]["repetitions"] == 10


def test_nothing_new_is_an_empty_page_and_then_a_304(people: People) -> None:
    reader = people.patient()
    _, cursor = pull_all(reader, 1000)
    again = reader.get(f"{CHANGES}?cursor={cursor}")
    assert again.json["changes"] == []
    assert reader.get(f"{CHANGES}?cursor={cursor}", **{"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_a_cursor_of_another_person_is_refused(people: People) -> None:
    _, cursor = pull_all(people.patient(), 1000)
    answer = people.patient().get(f"{CHANGES}?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")
