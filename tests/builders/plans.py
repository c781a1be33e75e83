"""Orders of programmes, with only what a test is about."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from app.kernel.ids import new_id
from app.kernel.sides import Side
from app.programmes import service as programmes
from app.programmes.domain.words import Stage
from tests.builders.people import Person

Json = dict[str, Any]
STANDARD = "runners_knee_standard"


def a_dosage(**changes: Any) -> Json:
    """Return a dosage."""
    usual = {"sets": 3, "repetitions": 10, "hold_seconds": 0, "rest_seconds": 60, "days_per_week": 7}
    return {**usual, **changes}


def an_exercise(slug: str = "straight_leg_raise", side: str | None = "left", **changes: Any) -> Json:
    """Return a prescribed exercise; what belongs to the dosage goes there."""
    own = {name: changes.pop(name) for name in ("id", "stage", "instruction") if name in changes}
    return {
        "id": str(uuid4()),
        "stage": "relieve",
        "exercise": slug,
        "side": side,
        **own,
        "dosage": a_dosage(**changes),
    }


def a_plan(*exercises: Json, **changes: Any) -> Json:
    """Return a plan of these exercises."""
    return {"phases": [], "exercises": list(exercises or [an_exercise()]), "retraining": [], **changes}


def an_order(**changes: Any) -> Json:
    """Return an order: the standard protocol, unless a plan is given."""
    own = {"protocol": STANDARD} if "plan" not in changes else {}
    return {"id": str(uuid4()), "reason": "to begin with", **own, **changes}


def prescribed(prescriber: Person, patient: Person, **changes: Any) -> Json:
    """Prescribe a programme and return it."""
    answer = prescriber.post(f"/v1/patients/{patient.id}/programmes", an_order(**changes))
    assert answer.status_code == 201, answer.json
    made: Json = answer.json
    return made


def revise(therapist: Person, programme: Json, ver: str | None = None, **changes: Any) -> Any:
    """Send a revision of a programme as it was read, or of another version; return the answer."""
    path = f"/v1/patients/{programme['patient_id']}/programmes/{programme['id']}"
    body = {"reason": "goes well", **changes}
    return therapist.send("PUT", path, body, {"If-Match": f'"{ver or programme["ver"]}"'})


def as_ordered(plan: Json) -> Json:
    """Return a plan that was read in the form it is sent."""
    exercises = [{name: value for name, value in one.items() if name != "since_on"} for one in plan["exercises"]]
    return {**plan, "exercises": exercises}


def standard_order() -> programmes.Order:
    """Return an order of the standard protocol for the left knee, from its first stage."""
    return programmes.Order(
        id=new_id(),
        protocol=STANDARD,
        plan=None,
        sides=(Side.LEFT,),
        stage=Stage.RELIEVE,
        reason="to begin with",
        replaces=None,
        target_week_distance_m=None,
    )
