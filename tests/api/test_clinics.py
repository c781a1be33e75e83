"""A clinic has members and admins; it opens nothing of a patient, and whoever leaves takes nothing along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from app.consent import repository
from tests.access.world import joined, let_in
from tests.api.test_consent import told_apart
from tests.api.test_invitations import accept, confirm, invited
from tests.api.test_own_exercises import OWN, added, edit, slugs
from tests.builders.devices import Phone
from tests.builders.people import People, Person

Json = dict[str, Any]
LINKS = "/v1/patients/{me}/care-links"


def founded(founder: Person, name: str = "Knee house") -> str:
    """Found a clinic and return its id."""
    answer = founder.post("/v1/clinics", {"id": str(uuid4()), "name": name})
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def members(person: Person, clinic: str) -> dict[str, str]:
    """Return who has which part in a clinic."""
    items = person.get(f"/v1/clinics/{clinic}/members").json["items"]
    return {one["account_id"]: one["clinic_role"] for one in items}


def sees(therapist: Person, patient: Person) -> int:
    """Return what a therapist is answered who asks for a patient's pain."""
    return therapist.get(f"/v1/patients/{patient.id}/pain-scores").status_code


def links(patient: Person) -> list[Json]:
    """Return a patient's links."""
    return list(patient.get(LINKS).json["items"])


@pytest.fixture
def admin(people: People) -> Person:
    return people.therapist()


@pytest.fixture
def clinic(admin: Person) -> str:
    return founded(admin)


def test_whoever_founds_a_clinic_manages_it(admin: Person, clinic: str) -> None:
    assert members(admin, clinic) == {str(admin.id): "admin"}
    (own,) = admin.get("/v1/clinics").json["items"]
    assert (own["id"], own["name"], own["clinic_role"]) == (clinic, "Knee house", "admin")
    assert admin.post("/v1/clinics", {"id": clinic, "name": "Knee house"}).status_code == 200
    assert admin.post("/v1/clinics", {"id": clinic, "name": "Hip house"}).json["code"] == "id_in_use"


def test_a_therapist_joins_by_invitation_and_a_patient_cannot(people: People, admin: Person, clinic: str) -> None:
    code = admin.post(f"/v1/clinics/{clinic}/invitations").json["code"]
    assert accept(people.patient(), code).status_code == 404
    ines = people.therapist()
    told = accept(ines, code).json
    assert (told["kind"], told["status"], told["clinic_name"]) == ("membership", "confirmed", "Knee house")
    assert members(ines, clinic) == {str(admin.id): "admin", str(ines.id): "member"}
    assert accept(people.therapist(), code).status_code == 404


def test_an_invitation_of_an_admin_who_left_is_not_good(people: People, admin: Person, clinic: str) -> None:
    heir = people.therapist()
    joined(admin, clinic, heir)
    code = admin.post(f"/v1/clinics/{clinic}/invitations").json["code"]
    assert admin.send("PUT", f"/v1/clinics/{clinic}/admins/{heir.id}").status_code == 204
    assert admin.send("DELETE", f"/v1/clinics/{clinic}/membership").status_code == 204
    assert accept(people.therapist(), code).status_code == 404


def test_an_invitation_of_somebody_who_is_no_admin_any_more_is_not_good(
    people: People, admin: Person, clinic: str
) -> None:
    heir = people.therapist()
    joined(admin, clinic, heir)
    admin.send("PUT", f"/v1/clinics/{clinic}/admins/{heir.id}")
    code = heir.post(f"/v1/clinics/{clinic}/invitations").json["code"]
    assert admin.send("DELETE", f"/v1/clinics/{clinic}/admins/{heir.id}").status_code == 204
    newcomer = people.therapist()
    assert accept(newcomer, code).status_code == 404
    assert newcomer.get("/v1/clinics").json["items"] == []


def test_whoever_left_the_clinic_after_inviting_in_it_is_not_let_in(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    told = accept(ada, invited(ines, clinic_id=clinic, link_expires_at=_month())["code"]).json
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    refused = confirm(ada, told)
    assert (refused.status_code, refused.json["code"]) == (422, "no_such_therapist")
    assert sees(people.again(ines), ada) == 404


def test_a_membership_opens_nothing_of_a_patient(people: People, admin: Person, clinic: str) -> None:
    ada, ines, colleague = people.patient(), people.therapist(), people.therapist()
    joined(admin, clinic, ines, colleague)
    let_in(ada, ines, "pain.read", clinic_id=clinic)
    assert [sees(one, ada) for one in (ines, colleague, admin)] == [200, 404, 404]


def test_a_stranger_learns_nothing_of_a_clinic(people: People, admin: Person, clinic: str) -> None:
    for stranger in (people.therapist(), people.patient(), people.admin()):
        for method, path in [("GET", "members"), ("POST", "invitations"), ("DELETE", "membership")]:
            foreign = stranger.send(method, f"/v1/clinics/{clinic}/{path}")
            assert foreign.status_code == 404
            assert not told_apart(foreign, stranger.send(method, f"/v1/clinics/{uuid4()}/{path}"))


def test_only_admins_manage(people: People, admin: Person, clinic: str) -> None:
    ines, other = people.therapist(), people.therapist()
    joined(admin, clinic, ines, other)
    for method, path in [
        ("POST", "invitations"),
        ("DELETE", f"members/{other.id}"),
        ("PUT", f"admins/{ines.id}"),
        ("DELETE", f"admins/{admin.id}"),
    ]:
        assert ines.send(method, f"/v1/clinics/{clinic}/{path}").status_code == 403
    assert admin.send("PUT", f"/v1/clinics/{clinic}/admins/{people.therapist().id}").status_code == 404


def test_a_clinic_with_members_keeps_an_admin(people: People, admin: Person, clinic: str) -> None:
    ines = people.therapist()
    joined(admin, clinic, ines)
    for method, path in [
        ("DELETE", "membership"),
        ("DELETE", f"admins/{admin.id}"),
        ("DELETE", f"members/{admin.id}"),
    ]:
        refused = admin.send(method, f"/v1/clinics/{clinic}/{path}")
        assert (refused.status_code, refused.json["code"]) == (409, "last_admin")
    assert members(admin, clinic)[str(admin.id)] == "admin"


def test_a_clinic_closes_behind_its_last_member(people: People, admin: Person, clinic: str) -> None:
    code = admin.post(f"/v1/clinics/{clinic}/invitations").json["code"]
    assert admin.send("DELETE", f"/v1/clinics/{clinic}/membership").status_code == 204
    assert accept(people.therapist(), code).status_code == 404
    assert people.again(admin).get(f"/v1/clinics/{clinic}/members").status_code == 404


def test_a_link_names_a_clinic_that_the_therapist_belongs_to(people: People, clinic: str) -> None:
    ada, stranger = people.patient(), people.therapist()
    end = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    link = {"therapist_id": str(stranger.id), "scopes": ["pain.read"], "purpose": "x", "expires_at": end}
    for one in (clinic, str(uuid4())):
        refused = ada.post(LINKS, {**link, "clinic_id": one})
        assert (refused.status_code, refused.json["code"]) == (422, "no_such_therapist")


def test_an_invitation_of_a_clinic_s_therapist_says_so_and_leads_to_a_link_of_the_clinic(
    people: People, admin: Person, clinic: str
) -> None:
    ada = people.patient()
    told = accept(ada, invited(admin, clinic_id=clinic, link_expires_at=_month())["code"]).json
    assert told["clinic_name"] == "Knee house"
    link = confirm(ada, told).json
    assert (link["clinic_id"], link["clinic_name"]) == (clinic, "Knee house")


# Leaving


def test_leaving_ends_the_clinic_s_links_and_all_sessions_at_once(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    tablet = people.again(ines)
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read", clinic_id=clinic)
    assert sees(ines, ada) == 200
    assert ines.send("DELETE", f"/v1/clinics/{clinic}/membership").status_code == 204
    assert [sees(one, ada) for one in (ines, tablet, people.again(ines))] == [401, 401, 404]
    (ended,) = links(ada)
    assert (ended["ended_because"], ended["revoked_at"] is not None) == ("left_clinic", True)
    (told,) = [one["data"] for one in Phone(ada).pull(collections="care_links")["changes"]]
    assert told["ended_because"] == "left_clinic"


def test_coming_back_brings_no_link_back(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read", clinic_id=clinic)
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    back = people.again(ines)
    joined(admin, clinic, back)
    assert sees(back, ada) == 404


def test_even_a_link_that_was_missed_on_leaving_opens_nothing(
    people: People, admin: Person, clinic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it was given while the therapist left: the predicate asks for the membership it was given in."""
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read", clinic_id=clinic)
    monkeypatch.setattr(repository, "find_open_links_of", lambda *_: [])
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    back = people.again(ines)
    assert sees(back, ada) == 404
    joined(admin, clinic, back)
    assert sees(back, ada) == 404
    assert back.get("/v1/sync/streams").json["items"] == [{"patient_id": str(ada.id), "withdrawn": True}]


def test_links_elsewhere_are_not_touched(people: People, admin: Person, clinic: str) -> None:
    ada, bea, ines = people.patient(), people.patient(), people.therapist()
    let_in(ada, ines, "pain.read")
    other = founded(ines)
    let_in(bea, ines, "pain.read", clinic_id=other)
    joined(admin, clinic, ines)
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    assert [one["asked_because"] for one in links(ada) + links(bea)] == [None, None]
    assert [sees(people.again(ines), one) for one in (ada, bea)] == [200, 200]


def test_a_patient_is_asked_whether_a_personal_link_shall_stay(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read")
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    (asked,) = links(ada)
    assert asked["asked_because"] == "left_clinic"
    assert asked["expires_at"] < (datetime.now(UTC) + timedelta(days=15)).isoformat()
    assert sees(people.again(ines), ada) == 200
    kept = ada.post(f"{LINKS}/{asked['id']}/confirmation", {"expires_at": _month()})
    assert (kept.status_code, kept.json["asked_because"]) == (200, None)
    again = ada.post(f"{LINKS}/{asked['id']}/confirmation", {"expires_at": _month()})
    assert (again.status_code, again.json["code"]) == (409, "nothing_to_confirm")


def test_without_an_answer_the_personal_link_ends_after_two_weeks(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read")
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    (asked,) = links(ada)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=14), tick=False):
        assert sees(people.again(ines), ada) == 404
        late = people.again(ada).post(f"{LINKS}/{asked['id']}/confirmation", {"expires_at": _month()})
        assert late.status_code == 409


@pytest.mark.parametrize("days", [-1, 400])
def test_a_link_that_stays_ends_within_twelve_months_of_its_grant(
    people: People, admin: Person, clinic: str, days: int
) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    let_in(ada, ines, "pain.read")
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    (asked,) = links(ada)
    end = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    refused = ada.post(f"{LINKS}/{asked['id']}/confirmation", {"expires_at": end})
    assert (refused.status_code, refused.json["code"]) == (422, "care_link_end")


def test_a_revoked_link_is_not_asked_about(people: People, admin: Person, clinic: str) -> None:
    ada, ines = people.patient(), people.therapist()
    joined(admin, clinic, ines)
    link = let_in(ada, ines, "pain.read")
    ada.send("DELETE", f"{LINKS}/{link['id']}")
    admin.send("DELETE", f"/v1/clinics/{clinic}/members/{ines.id}")
    (ended,) = links(ada)
    assert (ended["ended_because"], ended["asked_because"]) == ("by_patient", None)


# A therapist ends the care


def test_a_therapist_ends_their_care_of_a_patient_and_no_one_else_s(people: People) -> None:
    ada, ines, other = people.patient(), people.therapist(), people.therapist()
    for one in (ines, ines, other):
        let_in(ada, one, "pain.read")
    assert ines.send("DELETE", f"/v1/patients/{ada.id}/care").status_code == 204
    assert [sees(one, ada) for one in (ines, other)] == [404, 200]
    assert sorted(one["ended_because"] or "" for one in links(ada)) == ["", "by_therapist", "by_therapist"]


def test_a_patient_has_at_most_twenty_links_in_force(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    made = [let_in(ada, ines, "pain.read")["id"] for _ in range(20)]
    link = {"therapist_id": str(ines.id), "scopes": ["pain.read"], "purpose": "x", "expires_at": _month()}
    refused = ada.post(LINKS, link)
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_care_links")
    ada.send("DELETE", f"{LINKS}/{made[0]}")
    assert ada.post(LINKS, link).status_code == 201


# A clinic's own


def test_a_clinic_s_exercise_is_seen_by_its_members_and_by_the_patients_treated_there(people: People) -> None:
    ines, colleague, stranger = people.therapist(), people.therapist(), people.therapist()
    clinic = founded(ines)
    joined(ines, clinic, colleague)
    here, elsewhere = people.patient(), people.patient()
    let_in(here, colleague, "plan.write", clinic_id=clinic)
    let_in(elsewhere, colleague, "plan.write")
    own, path = added(ines), ""
    path = f"{OWN}/{own['id']}/clinics/{clinic}"
    everybody = (ines, colleague, here, elsewhere, stranger)
    assert [slugs(one) for one in everybody] == [[own["slug"]], [], [], [], []]
    for _ in range(2):
        assert ines.send("PUT", path).status_code == 204
    assert [slugs(one) for one in everybody] == [[own["slug"]], [own["slug"]], [own["slug"]], [], []]
    assert colleague.get(f"/v1/exercises/{own['slug']}").status_code == 200
    assert edit(colleague, "PATCH", own, {"name": "Mine now"}, '"x"').status_code == 404
    assert ines.send("DELETE", path).status_code == 204
    assert [slugs(one) for one in everybody] == [[own["slug"]], [], [], [], []]


def test_whoever_leaves_the_clinic_no_longer_sees_what_is_the_clinic_s(people: People) -> None:
    ines, colleague, ada = people.therapist(), people.therapist(), people.patient()
    clinic = founded(ines)
    joined(ines, clinic, colleague)
    let_in(ada, colleague, "plan.write", clinic_id=clinic)
    own = added(ines)
    ines.send("PUT", f"{OWN}/{own['id']}/clinics/{clinic}")
    ines.send("DELETE", f"/v1/clinics/{clinic}/members/{colleague.id}")
    assert [slugs(one) for one in (people.again(colleague), ada)] == [[], []]


def test_an_exercise_is_shared_with_one_s_own_clinic_alone(people: People) -> None:
    ines, other = people.therapist(), people.therapist()
    clinic, own = founded(other), added(ines)
    for shared_with in (clinic, str(uuid4())):
        assert ines.send("PUT", f"{OWN}/{own['id']}/clinics/{shared_with}").status_code == 404
    assert other.send("PUT", f"{OWN}/{own['id']}/clinics/{clinic}").status_code == 404
    assert slugs(other) == []


def _month() -> str:
    return (datetime.now(UTC) + timedelta(days=30)).isoformat()


CHANGES = {
    "invite": ("POST", "/invitations"),
    "remove": ("DELETE", "/members/{}"),
    "name an admin": ("PUT", "/admins/{}"),
    "drop an admin": ("DELETE", "/admins/{}"),
}


def test_who_belongs_to_a_clinic_is_changed_only_soon_after_a_log_in(
    people: People, admin: Person, clinic: str
) -> None:
    """A screen that was left open is not enough; and nobody but an admin learns that logging in again would help."""
    ines, stranger = people.therapist(), people.therapist()
    joined(admin, clinic, ines)
    before = members(admin, clinic)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5, seconds=30), tick=False):
        for method, path in CHANGES.values():
            url = f"/v1/clinics/{clinic}{path.format(ines.id)}"
            late = admin.send(method, url)
            assert (late.status_code, late.json["code"]) == (403, "log_in_again"), path
            assert ines.send(method, url).json["code"] == "forbidden"
            assert stranger.send(method, url).status_code == 404
        assert members(admin, clinic) == before
        back = people.again(admin)
        assert back.send("PUT", f"/v1/clinics/{clinic}/admins/{ines.id}").status_code == 204
        assert ines.send("DELETE", f"/v1/clinics/{clinic}/membership").status_code == 204, "leaving asks for nothing"
