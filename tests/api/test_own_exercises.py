"""A therapist's own exercises beside the library, and everybody's favourites."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.db.engine import Database
from seeds.load import load
from tests.api.test_library import statements
from tests.builders.people import People, Person
from tests.journeys.runners import clock, grant, log

OWN = "/v1/own-exercises"
FAVOURITES = "/v1/me/favourites"


def an_exercise(**changes: Any) -> dict[str, Any]:
    """Return a new own exercise as it is sent."""
    return {
        "id": str(uuid4()),
        "name": "Slow stair walk",
        "group": "vmo_quadriceps",
        "targets": ["quadriceps"],
        "stages": ["restore"],
        "chain": "closed",
        "weight_bearing": "single",
        "peak_knee_flexion_deg": 60,
        "pfj_load": "moderate",
        "dosage": {"sets": 3, "repetitions": 8, "days_per_week": 3},
        "progressions": ["step_up_15"],
        "evidence": ["powers2014"],
        "note": "For our stairs.",
        "instruction": "Walk down slowly.",
        **changes,
    }


def added(therapist: Person, **changes: Any) -> dict[str, Any]:
    """Add an own exercise and return it as it was stored."""
    answer = therapist.post(OWN, an_exercise(**changes))
    assert answer.status_code == 201, answer.json
    stored: dict[str, Any] = answer.json
    return stored


def slugs(person: Person, query: str = "origin=own") -> list[str]:
    """Return the slugs of the exercises that a question finds."""
    return [one["slug"] for one in person.get(f"/v1/exercises?limit=1000&{query}").json["items"]]


def edit(person: Person, method: str, own: dict[str, Any], body: Any = None, tag: str | None = None) -> Any:
    """Send an edit of an own exercise with the tag it has now, or another."""
    path = f"{OWN}/{own['id']}"
    return person.send(method, path, body, {"If-Match": tag or person.get(path).headers.get("ETag", '"none"')})


@pytest.fixture
def ines(people: People) -> Person:
    """A therapist."""
    return people.therapist()


def test_an_own_exercise_stands_beside_the_library_when_asked_for(ines: Person) -> None:
    own = added(ines)
    assert own["slug"].startswith("own_")
    assert slugs(ines) == [own["slug"]]
    assert own["slug"] not in slugs(ines, "")
    both = slugs(ines, "origin=own&origin=library")
    assert len(both) == 88
    assert own["slug"] in both
    shown = ines.get(f"/v1/exercises/{own['slug']}").json
    assert (shown["origin"], shown["review_status"], shown["dosage"]["tempo"]) == ("own", "submitted", "controlled")
    assert shown["progressions"][0]["slug"] == "step_up_15"
    patient_words = ines.get(f"/v1/exercises/{own['slug']}?register=patient", **{"Accept-Language": "de"}).json
    assert (patient_words["name"], patient_words["note"]) == ("Slow stair walk", "Walk down slowly.")


def test_the_filters_of_the_library_find_own_exercises_too(ines: Person) -> None:
    own = added(ines, name="Zigzag descent")
    for query in ("q=zigzag", "group=vmo_quadriceps", "pfj_load=moderate", "evidence=powers2014", "stage=restore"):
        assert slugs(ines, f"origin=own&{query}") == [own["slug"]]
    assert slugs(ines, "origin=own&stage=relieve") == []


def test_sent_again_it_is_the_same_one_and_with_other_content_refused(ines: Person) -> None:
    body = an_exercise()
    assert ines.post(OWN, body).status_code == 201
    assert ines.post(OWN, body).status_code == 200
    refused = ines.post(OWN, {**body, "name": "Other"})
    assert (refused.status_code, refused.json["code"]) == (409, "id_in_use")


def test_another_therapist_s_exercise_looks_like_one_that_does_not_exist(people: People, ines: Person) -> None:
    own, other = added(ines), people.therapist()
    for path in (f"{OWN}/{own['id']}", f"/v1/exercises/{own['slug']}"):
        unknown = path.replace(own["id"], str(uuid4())).replace(own["slug"], "own_" + uuid4().hex)
        said = [{**other.get(one).json, "request_id": ""} for one in (path, unknown)]
        assert said[0] == said[1]
        assert said[0]["status"] == 404
    assert slugs(other) == []
    for method, body in (("PATCH", {"name": "Mine now"}), ("DELETE", None)):
        assert edit(other, method, own, body, '"*"').status_code == 404
    assert other.send("PUT", f"{FAVOURITES}/{own['slug']}").status_code == 404
    # The same id is free for somebody else, and tells nothing.
    assert other.post(OWN, an_exercise(id=own["id"], name="Another")).status_code == 201
    assert ines.get(f"{OWN}/{own['id']}").json["name"] == "Slow stair walk"


def test_patients_see_the_exercises_of_the_therapists_in_their_care_and_no_longer(people: People, ines: Person) -> None:
    ada, own = people.patient(), added(ines)
    assert slugs(ada) == []
    grant(ada, ines, "sessions.read")
    assert slugs(ada) == [own["slug"]]
    assert ada.get(f"/v1/exercises/{own['slug']}").status_code == 200
    log(ada, "sessions", clock(1), sets=[{"exercise": own["slug"], "repetitions": 8}])
    assert ada.get(f"{OWN}/{own['id']}").status_code == 403
    link = ada.get("/v1/patients/{me}/care-links").json["items"][0]["id"]
    assert ada.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    assert slugs(ada) == []
    assert ada.get(f"/v1/exercises/{own['slug']}").status_code == 404


def test_an_edit_names_the_version_it_began_from(ines: Person) -> None:
    own = added(ines)
    tag = ines.get(f"{OWN}/{own['id']}").headers["ETag"]
    assert ines.send("PATCH", f"{OWN}/{own['id']}", {"name": "x"}).status_code == 428
    changed = edit(ines, "PATCH", own, {"name": "Slower", "targets": ["gluteals"]}, tag)
    assert (changed.status_code, changed.json["name"], changed.json["note"]) == (200, "Slower", "For our stairs.")
    assert edit(ines, "PATCH", own, {"name": "Lost"}, tag).status_code == 412
    assert ines.get(f"/v1/exercises/{own['slug']}").json["targets"] == ["gluteals"]


def test_a_retired_exercise_leaves_the_lists_and_can_still_be_read(people: People, ines: Person) -> None:
    ada, own = people.patient(), added(ines)
    grant(ada, ines, "sessions.read")
    assert edit(ines, "DELETE", own).status_code == 204
    assert slugs(ada) == slugs(ines) == []
    assert ada.get(f"/v1/exercises/{own['slug']}").json["retired_at"] is not None
    assert ines.get(f"{OWN}/{own['id']}").status_code == 404


def test_loading_the_library_leaves_own_exercises_alone(ines: Person, database: Database) -> None:
    own = added(ines)
    with database.writing.begin() as db:
        assert load(db).removed == 0
    assert slugs(ines) == [own["slug"]]
    changes = ines.get("/v1/sync/library/changes?limit=1000").json["changes"]
    assert own["slug"] not in {change["id"] for change in changes}
    counts = ines.get("/v1/exercise-groups").json["items"]
    assert sum(group["exercise_count"] for group in counts) == 87
    assert own["slug"] not in {one["slug"] for one in ines.get("/v1/references/powers2014").json["exercises"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"progressions": ["nowhere"]},
        {"evidence": ["rumour"]},
        {"targets": []},
        {"stages": ["restore", "restore"]},
        {"name": ""},
        {"slug": "bird_dog"},
        {"peak_knee_flexion_deg": 181},
        {"dosage": {"sets": 0, "repetitions": 1, "days_per_week": 1}},
        {"dosage": {"sets": 1}},
        {"review_status": "approved"},
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(ines: Person, wrong: dict[str, Any]) -> None:
    assert ines.post(OWN, an_exercise(**wrong)).status_code == 422
    assert slugs(ines) == []


def test_only_therapists_have_own_exercises(people: People) -> None:
    for person in (people.patient(), people.admin()):
        assert person.post(OWN, an_exercise()).status_code == 403


# Favourites


def test_favourites_are_kept_for_each_account_the_latest_first(people: People) -> None:
    ada, bea = people.patient(), people.patient()
    for slug in ("clamshell", "bird_dog", "clamshell"):
        assert ada.send("PUT", f"{FAVOURITES}/{slug}").status_code == 204
    listed = ada.get(FAVOURITES, **{"Accept-Language": "de"}).json["items"]
    assert [one["slug"] for one in listed] == ["bird_dog", "clamshell"]
    assert listed[1]["name"] == "Muschel"
    assert bea.get(FAVOURITES).json["items"] == []
    for _ in range(2):
        assert ada.send("DELETE", f"{FAVOURITES}/clamshell").status_code == 204
    assert [one["slug"] for one in ada.get(FAVOURITES).json["items"]] == ["bird_dog"]


@pytest.mark.parametrize("slug", ["nobody", "own_" + "0" * 32, "Bird_Dog", "%00"])
def test_what_does_not_exist_is_no_favourite(people: People, slug: str) -> None:
    ada = people.patient()
    assert ada.send("PUT", f"{FAVOURITES}/{slug}").status_code == 404
    assert ada.send("DELETE", f"{FAVOURITES}/{slug}").status_code == 204


def test_a_favourite_is_hidden_when_the_care_ends(people: People, ines: Person) -> None:
    ada, own = people.patient(), added(ines)
    grant(ada, ines, "sessions.read")
    assert ada.send("PUT", f"{FAVOURITES}/{own['slug']}").status_code == 204
    assert [one["slug"] for one in ada.get(FAVOURITES).json["items"]] == [own["slug"]]
    link = ada.get("/v1/patients/{me}/care-links").json["items"][0]["id"]
    ada.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}")
    assert ada.get(FAVOURITES).json["items"] == []


def test_lists_take_as_many_statements_for_many_as_for_one(ines: Person, database: Database) -> None:
    taken: dict[str, list[int]] = {"/v1/exercises?origin=own": [], FAVOURITES: []}
    for count in (1, 6):
        for number in range(count):
            own = added(ines, name=f"Exercise {number}")
            ines.send("PUT", f"{FAVOURITES}/{own['slug']}")
        for path, counts in taken.items():
            with statements(database) as said:
                ines.get(path)
            counts.append(len(said))
    assert all(counts[0] == counts[1] for counts in taken.values()), taken
