"""A patient and a therapist over twelve weeks: what is due, answered offline, measured in the clinic, and shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask import Flask

from app.outcomes.domain.questionnaires import AKPS_OPTIONS
from tests.builders.devices import Phone, an_id, put
from tests.builders.people import People, Person
from tests.sync.test_push import linked

BEGIN = datetime(2026, 8, 31, 16, tzinfo=UTC)
WEEK = timedelta(weeks=1)
OUTCOMES = "/v1/patients/{}/outcomes"


def an_akps(at: datetime, pain: int) -> dict[str, Any]:
    """Return an AKPS in which all is well but the pain."""
    best = {item: max(scores) for item, scores in AKPS_OPTIONS.items()}
    return {
        "performed_at": at.isoformat(),
        "zone": "Europe/Berlin",
        "instrument": "akps",
        "instrument_version": "13_items_1993",
        "side": "left",
        "items": {**best, "pain": pain, "running": pain},
    }


def a_hop(at: datetime, side: str, *attempts_cm: float) -> dict[str, Any]:
    """Return a hop test."""
    told = {"test": "single_leg_hop", "side": side, "attempts_cm": attempts_cm}
    return {"id": an_id(), "performed_at": at.isoformat(), "zone": "Europe/Berlin", **told}


def due(person: Person, patient: Person) -> dict[str, str]:
    """Return why each instrument is due today."""
    found = person.get(f"{OUTCOMES.format(patient.id)}/due").json
    return {told["instrument"]: told["why"] for told in found["items"]}


def test_twelve_weeks_of_outcomes(app: Flask) -> None:
    people = People(app)
    with time_machine.travel(BEGIN, tick=False):
        patient, therapist = people.patient(), people.therapist()
        assert due(patient, patient)["akps"] == "week_0"
        Phone(patient).push(put("questionnaire_responses", an_akps(BEGIN, pain=3)))
        assert "akps" not in due(patient, patient)

    with time_machine.travel(BEGIN + 6 * WEEK, tick=False):
        patient, therapist = people.again(patient), people.again(therapist)
        phone = Phone(patient)
        # The answer of week four was given offline, in time, and arrives only now.
        assert due(patient, patient)["akps"] == "week_4"
        phone.push(put("questionnaire_responses", an_akps(BEGIN + 4 * WEEK, pain=6)))
        assert "akps" not in due(patient, patient)
        expires = {"expires_at": (BEGIN + 30 * WEEK).isoformat()}
        link = {"therapist_id": str(therapist.id), "scopes": ["pain.read", "plan.write"], "purpose": "knee", **expires}
        assert patient.post("/v1/patients/{me}/care-links", link).status_code == 201
        assert due(therapist, patient)["single_leg_hop"] == "week_6"
        score = {"performed_at": (BEGIN + 6 * WEEK).isoformat(), "zone": "Europe/Berlin", "score": 2, "moment": "worst"}
        phone.push(put("pain_scores", {**score, "side": "left"}))
        for hop in (a_hop(BEGIN + 6 * WEEK, "left", 98, 108), a_hop(BEGIN + 6 * WEEK, "right", 126, 120)):
            answer = therapist.post(f"/v1/patients/{patient.id}/measurements", hop)
            assert answer.status_code == 201, answer.json
        assert "single_leg_hop" not in due(therapist, patient)

    with time_machine.travel(BEGIN + 12 * WEEK, tick=False):
        patient, therapist = people.again(patient), people.again(therapist)
        assert due(therapist, patient)["akps"] == "week_12"
        Phone(patient).push(put("questionnaire_responses", an_akps(BEGIN + 12 * WEEK, pain=10)))
        found = therapist.get(OUTCOMES.format(patient.id)).json
        akps = next(told for told in found["series"] if told["instrument"] == "akps")
        assert [point["score"] for point in akps["points"]] == [86.0, 92.0, 100.0]
        assert (akps["change"], akps["is_important"], akps["towards"]) == (14.0, True, "better")
        # Six weeks later nobody knows any more which knee is sore.
        assert [told["caution"] for told in found["symmetry"]] == ["sore_side_unknown"]
        held = {change["id"] for change in Phone(patient).pull()["changes"]}
        assert {point["id"] for told in found["series"] for point in told["points"]} <= held


def test_a_therapist_who_only_reads_pain_measures_nothing(app: Flask) -> None:
    people = People(app)
    patient, therapist = people.patient(), people.therapist()
    linked(Phone(patient), therapist, "pain.read")
    answer = therapist.post(f"/v1/patients/{patient.id}/measurements", a_hop(datetime.now(UTC), "left", 100))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
