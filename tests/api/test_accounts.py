"""Accounts over HTTP."""

from __future__ import annotations

from tests.builders.people import People


def test_a_person_reads_their_own_account(people: People) -> None:
    ada = people.patient()
    answer = ada.get("/v1/me")
    assert answer.status_code == 200
    assert answer.json["id"] == str(ada.id)
