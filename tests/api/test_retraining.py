"""Movement retraining: which cues were kept, and how the feedback fades, beside what was asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.kernel.clock import now
from tests.builders.devices import Phone, a_session, put
from tests.builders.people import People, Person
from tests.builders.plans import a_plan, an_exercise, prescribed
from tests.journeys.runners import grant

RUN = "mirror_feedback_running"
ALL = ("sessions.read", "plan.write", "advice.read")


def retrained(people: People, **changes: Any) -> tuple[Person, Person]:
    """Return a patient with four sessions of retraining with a mirror before them, and their therapist."""
    patient, therapist = people.patient(), people.therapist()
    grant(patient, therapist, *ALL)
    cues = ["knees_apart", "kneecaps_ahead", "squeeze_buttocks"]
    asked = {"stage": "relieve", "exercise": RUN, "setting": "mirror", "cues": cues, "sessions": 4}
    asked |= {"first_minutes": 15, "last_minutes": 30, "evidence": [], **changes}
    prescribed(therapist, patient, plan=a_plan(an_exercise(RUN, None), retraining=[asked]))
    return patient, therapist


def session(patient: Person, minutes_ago: int, exercise: str = RUN, **told: Any) -> None:
    """Log a session of today."""
    body = a_session(sets=[{"exercise": exercise, "repetitions": 1}], **told)
    body["performed_at"] = (now() - timedelta(minutes=minutes_ago)).isoformat()
    answer = patient.post("/v1/patients/{me}/sessions", {"id": put("sessions", {})["id"], **body})
    assert answer.status_code == 201, answer.json


def followed(reader: Person, patient: Person) -> dict[str, Any]:
    """Read how the retraining is followed."""
    (found,) = reader.get(f"/v1/patients/{patient.id}/adherence").json["retraining"]
    told: dict[str, Any] = found
    return told


def test_cues_and_feedback_are_shown_beside_what_was_asked(people: People) -> None:
    patient, therapist = retrained(people)
    session(patient, 4, cues_kept=["knees_apart", "kneecaps_ahead", "squeeze_buttocks"], feedback_percent=100)
    session(patient, 3, cues_kept=["knees_apart"], feedback_percent=100)
    session(patient, 2, feedback_percent=80)
    session(patient, 1, "clamshell", cues_kept=[])
    told = followed(therapist, patient)
    assert (told["sessions_done"], told["sessions_asked"], told["cue_percent"]) == (3, 4, 66.7)
    assert [(one["cue"], one["told"], one["kept"]) for one in told["cues"]] == [
        ("knees_apart", 2, 2),
        ("kneecaps_ahead", 2, 1),
        ("squeeze_buttocks", 2, 1),
    ]
    assert [(one["asked_percent"], one["told_percent"]) for one in told["feedback"]] == [
        (100, 100),
        (100, 100),
        (50, 80),
    ]


def test_cues_that_nobody_told_of_are_unknown_and_none_kept_is_nought(people: People) -> None:
    patient, _ = retrained(people)
    assert followed(patient, patient)["cue_percent"] is None
    session(patient, 3)
    assert followed(patient, patient)["cue_percent"] is None
    session(patient, 2, cues_kept=[])
    assert followed(patient, patient)["cue_percent"] == 0.0


@pytest.mark.parametrize("wrong", [{"cues_kept": ["stand_tall"]}, {"feedback_percent": 101}, {"feedback_percent": -1}])
def test_a_cue_is_one_of_the_three_and_feedback_a_percentage(people: People, wrong: dict[str, Any]) -> None:
    body = {"id": put("sessions", {})["id"], **a_session(**wrong)}
    assert people.patient().post("/v1/patients/{me}/sessions", body).status_code == 422


def test_an_older_app_neither_sees_nor_clears_the_cues(people: People) -> None:
    phone = Phone(people.patient())
    made = put("sessions", a_session(cues_kept=["knees_apart"], feedback_percent=50))
    phone.push(made)
    old = {"Sync-Schema": "2"}
    path = f"/v1/sync/streams/{phone.person.id}"
    pulled = phone.person.get(f"{path}/changes?collections=sessions", **old).json
    (row,) = [one for one in pulled["changes"] if one["id"] == made["id"]]
    assert not {"cues_kept", "feedback_percent"} & row["data"].keys()
    again = {**put("sessions", {**a_session(), "note": "tired"}, made["id"]), "base": {"ver": row["ver"]}}
    pushed = phone.person.send("POST", f"{path}/ops", {"epoch": pulled["epoch"], "ops": [again]}, old)
    assert pushed.json["results"][0]["status"] in {"applied", "merged"}, pushed.json
    stored = phone.person.get(f"/v1/patients/{{me}}/sessions/{made['id']}").json
    assert (stored["cues_kept"], stored["feedback_percent"], stored["note"]) == (["knees_apart"], 50, "tired")
