"""A therapist sees what the patient opened, while it is open, and otherwise not even that there is something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.accounts.models import AccountRow
from app.consent.domain import TABLE, Scope
from app.consent.models import CareLinkRow
from app.consent.service import permits
from app.db.engine import Database
from app.db.synced import SyncChange
from app.kernel.errors import Denied, NotVisible, TrochleaError, Unauthenticated
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.problems import status_of
from tests.builders.people import People, Person

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LINKS = "/v1/patients/{me}/care-links"

OF_A_PATIENT = [permission for permission, access in TABLE.items() if access.patient]
BY_SCOPE = {permission: access.scope for permission, access in TABLE.items() if access.scope is not None}
BY_ANY_SCOPE = [permission for permission, access in TABLE.items() if access.any_scope]
OF_THE_PATIENT_ALONE = [one for one in OF_A_PATIENT if one not in BY_SCOPE and one not in BY_ANY_SCOPE]
FAMILIES = {401: "Unauthenticated", 403: "Denied", 404: "NotVisible"}


def grant(
    patient: Person,
    therapist: UUID,
    *scopes: str,
    until: datetime | None = None,
    instead: Any = ...,
    **more: Any,
) -> TestResponse:
    """Let a therapist in; `instead` is sent in the place of the scopes."""
    end = until or datetime.now(UTC) + timedelta(days=30)
    given = (list(scopes) or ["pain.read"]) if instead is ... else instead
    body = {"therapist_id": str(therapist), "scopes": given, "purpose": "knee"}
    return patient.post(LINKS, {**body, "expires_at": end.isoformat(), **more})


def asked(database: Database, person: Person, permission: Permission, patient: UUID | None) -> str:
    """Return what the one permission function says: 'granted' or the family of the refusal."""
    with database.reading() as db:
        try:
            permits(db, person.id, person.device_id, permission, patient)
        except TrochleaError as refused:
            return FAMILIES[status_of(refused)]
    return "granted"


def told_apart(first: TestResponse, second: TestResponse) -> bool:
    """Can a client tell two answers apart?"""
    bodies = [{**answer.json, "request_id": ""} for answer in (first, second)]
    headers = [set(answer.headers.keys()) for answer in (first, second)]
    return first.status_code != second.status_code or bodies[0] != bodies[1] or headers[0] != headers[1]


# What a patient does


def test_a_patient_lets_a_therapist_in_and_out(people: People) -> None:
    ada, therapist = people.patient(), people.therapist()
    granted = grant(ada, therapist.id, "pain.read", "sessions.read")
    assert granted.status_code == 201
    assert granted.json["scopes"] == ["pain.read", "sessions.read"]
    assert ada.get(LINKS).json["items"] == [granted.json]
    assert ada.send("DELETE", f"{LINKS}/{granted.json['id']}").status_code == 204
    (ended,) = ada.get(LINKS).json["items"]
    assert ended["revoked_at"] is not None
    assert ada.send("DELETE", f"{LINKS}/{granted.json['id']}").status_code == 204
    assert ada.get(LINKS).json["items"] == [ended]


def test_each_change_of_a_link_reaches_the_patient_s_phone(people: People, database: Database) -> None:
    ada, therapist = people.patient(), people.therapist()
    link = grant(ada, therapist.id).json
    ada.send("DELETE", f"{LINKS}/{link['id']}")
    ada.send("DELETE", f"{LINKS}/{link['id']}")
    with database.reading() as db:
        statement = select(SyncChange.data).where(SyncChange.patient_id == ada.id).order_by(SyncChange.seq)
        states = [data["revoked_at"] is None for data in db.execute(statement).scalars() if data]
    assert states == [True, False]


@pytest.mark.parametrize("days", [-1, 0, 367, 20000])
def test_a_link_ends_within_twelve_months_and_not_in_the_past(people: People, days: int) -> None:
    with time_machine.travel(NOON, tick=False):
        ada, therapist = people.patient(), people.therapist()
        answer = grant(ada, therapist.id, until=NOON + timedelta(days=days))
    assert (answer.status_code, answer.json["code"]) == (422, "care_link_end")


@pytest.mark.parametrize("days", [1 / 86400, 366])
def test_a_link_may_last_from_a_second_to_twelve_months(people: People, days: float) -> None:
    with time_machine.travel(NOON, tick=False):
        ada, therapist = people.patient(), people.therapist()
        assert grant(ada, therapist.id, until=NOON + timedelta(days=days)).status_code == 201


def test_only_a_therapist_can_be_let_in(people: People, database: Database) -> None:
    ada, left = people.patient(), people.therapist()
    with database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == left.id).values(disabled_at=NOON))
    for nobody in (people.patient().id, people.admin().id, ada.id, left.id, new_id()):
        answer = grant(ada, nobody)
        assert (answer.status_code, answer.json["code"]) == (422, "no_such_therapist")
    assert ada.get(LINKS).json["items"] == []


@pytest.mark.parametrize("given", [[], ["everything"], ["*"], ["pain.read", "admin"], "pain.read", None, [None], [[]]])
def test_there_is_no_scope_for_everything(people: People, given: Any) -> None:
    ada, therapist = people.patient(), people.therapist()
    assert grant(ada, therapist.id, instead=given).status_code == 422


@pytest.mark.parametrize(
    "name", ["id", "patient_id", "granted_at", "revoked_at", "status", "consent_text_version", "seq"]
)
def test_a_member_that_is_the_server_s_to_set_is_refused(people: People, name: str) -> None:
    ada, therapist = people.patient(), people.therapist()
    answer = grant(ada, therapist.id, **{name: str(new_id())})
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "unknown_field", "detail": "Unknown field."}]


# What others cannot do


def test_another_patient_s_links_are_as_good_as_none(people: People) -> None:
    ada, ben, therapist = people.patient(), people.patient(), people.therapist()
    link = grant(ada, therapist.id).json["id"]
    body = {
        "therapist_id": str(therapist.id),
        "scopes": ["pain.read"],
        "purpose": "x",
        "expires_at": "2027-01-01T00:00:00Z",
    }
    for method, path, sent in [
        ("GET", "/v1/patients/{}/care-links", None),
        ("POST", "/v1/patients/{}/care-links", body),
        ("DELETE", "/v1/patients/{}/care-links/" + link, None),
    ]:
        foreign = ben.send(method, path.format(ada.id), sent)
        missing = ben.send(method, path.format(new_id()), sent)
        assert foreign.status_code == 404
        assert not told_apart(foreign, missing)
    assert [item["revoked_at"] for item in ada.get(LINKS).json["items"]] == [None]


def test_another_patient_s_link_under_one_s_own_path_is_as_good_as_none(people: People) -> None:
    ada, ben = people.patient(), people.patient()
    link = grant(ada, people.therapist().id).json["id"]
    foreign, missing = ben.send("DELETE", f"{LINKS}/{link}"), ben.send("DELETE", f"{LINKS}/{new_id()}")
    assert foreign.status_code == 404
    assert not told_apart(foreign, missing)
    assert ada.get(LINKS).json["items"][0]["revoked_at"] is None


def test_a_therapist_does_not_manage_links_even_with_every_scope(people: People) -> None:
    ada, therapist = people.patient(), people.therapist()
    link = grant(ada, therapist.id, *Scope).json["id"]
    path = f"/v1/patients/{ada.id}/care-links"
    for method, at in (("GET", path), ("POST", path), ("DELETE", f"{path}/{link}")):
        assert therapist.send(method, at).status_code == 403
    assert ada.get(LINKS).json["items"][0]["revoked_at"] is None


def test_an_unlinked_therapist_and_an_admin_see_nothing(people: People) -> None:
    ada = people.patient()
    for stranger in (people.therapist(), people.admin()):
        foreign = stranger.get(f"/v1/patients/{ada.id}/care-links")
        missing = stranger.get(f"/v1/patients/{new_id()}/care-links")
        assert foreign.status_code == 404
        assert not told_apart(foreign, missing)


def test_nobody_who_is_not_logged_in_learns_who_exists(people: People) -> None:
    ada = people.patient()
    client = people.app.test_client()
    foreign, missing = (client.get(f"/v1/patients/{one}/care-links") for one in (ada.id, new_id()))
    assert foreign.status_code == 401
    assert not told_apart(foreign, missing)


# The one question every route asks


@pytest.mark.parametrize("permission", BY_SCOPE)
def test_a_scope_opens_what_it_says_and_nothing_else(
    people: People, database: Database, permission: Permission
) -> None:
    ada, therapist = people.patient(), people.therapist()
    scope = BY_SCOPE[permission]
    grant(ada, therapist.id, scope)
    for other, needed in BY_SCOPE.items():
        expected = "granted" if needed == scope and not TABLE[other].also else "Denied"
        assert asked(database, therapist, other, ada.id) == expected, other


@pytest.mark.parametrize("permission", [name for name, access in TABLE.items() if access.also])
def test_what_needs_several_scopes_is_opened_by_all_together(
    people: People, database: Database, permission: Permission
) -> None:
    ada, therapist = people.patient(), people.therapist()
    all_of_them = [TABLE[permission].scope, *TABLE[permission].also]
    for scope in all_of_them:
        alone = people.therapist()
        grant(ada, alone.id, scope)
        assert asked(database, alone, permission, ada.id) == "Denied"
    grant(ada, therapist.id, *all_of_them)
    assert asked(database, therapist, permission, ada.id) == "granted"


@pytest.mark.parametrize("permission", BY_SCOPE)
def test_all_scopes_but_the_needed_one_do_not_open_it(
    people: People, database: Database, permission: Permission
) -> None:
    ada, therapist = people.patient(), people.therapist()
    grant(ada, therapist.id, *(scope for scope in Scope if scope != BY_SCOPE[permission]))
    assert asked(database, therapist, permission, ada.id) == "Denied"


@pytest.mark.parametrize("permission", BY_ANY_SCOPE)
@pytest.mark.parametrize("scope", Scope)
def test_any_scope_opens_what_shows_each_reader_their_part(
    people: People, database: Database, permission: Permission, scope: Scope
) -> None:
    ada, therapist = people.patient(), people.therapist()
    link = grant(ada, therapist.id, scope).json["id"]
    assert asked(database, therapist, permission, ada.id) == "granted"
    ada.send("DELETE", f"{LINKS}/{link}")
    assert asked(database, therapist, permission, ada.id) != "granted"


@pytest.mark.parametrize("permission", OF_THE_PATIENT_ALONE)
def test_what_is_the_patient_s_alone_no_scope_opens(people: People, database: Database, permission: Permission) -> None:
    ada, therapist = people.patient(), people.therapist()
    grant(ada, therapist.id, *Scope)
    assert asked(database, therapist, permission, ada.id) == "Denied"
    assert asked(database, ada, permission, ada.id) == "granted"


@pytest.mark.parametrize("permission", OF_A_PATIENT)
def test_every_permission_of_a_patient_is_hidden_from_strangers(
    people: People, database: Database, permission: Permission
) -> None:
    ada = people.patient()
    for stranger in (people.patient(), people.therapist(), people.admin()):
        assert asked(database, stranger, permission, ada.id) == "NotVisible"
        assert asked(database, stranger, permission, new_id()) == "NotVisible"
    assert asked(database, ada, permission, ada.id) == "granted"


@pytest.mark.parametrize("permission", OF_A_PATIENT)
def test_a_permission_of_a_patient_is_denied_where_no_patient_is_named(
    people: People, database: Database, permission: Permission
) -> None:
    for anybody in (people.patient(), people.therapist(), people.admin()):
        assert asked(database, anybody, permission, None) == "Denied"


def test_two_links_open_what_both_say(people: People, database: Database) -> None:
    ada, therapist = people.patient(), people.therapist()
    grant(ada, therapist.id, "pain.read")
    grant(ada, therapist.id, "sessions.read")
    assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "granted"
    assert asked(database, therapist, Permission.SESSIONS_READ, ada.id) == "granted"


def test_a_link_is_one_therapist_s_and_one_patient_s(people: People, database: Database) -> None:
    ada, ben, therapist, colleague = people.patient(), people.patient(), people.therapist(), people.therapist()
    grant(ada, therapist.id)
    assert asked(database, colleague, Permission.PAIN_READ, ada.id) == "NotVisible"
    assert asked(database, therapist, Permission.PAIN_READ, ben.id) == "NotVisible"


def test_a_revoked_link_is_as_good_as_none_from_the_next_question_on(people: People, database: Database) -> None:
    ada, therapist = people.patient(), people.therapist()
    link = grant(ada, therapist.id).json["id"]
    assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "granted"
    ada.send("DELETE", f"{LINKS}/{link}")
    assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "NotVisible"


def test_an_expired_link_is_as_good_as_none_from_that_instant_on(people: People, database: Database) -> None:
    end = NOON + timedelta(minutes=5)
    with time_machine.travel(NOON, tick=False):
        ada, therapist = people.patient(), people.therapist()
        grant(ada, therapist.id, until=end)
    with time_machine.travel(end - SECOND, tick=False):
        assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "granted"
    with time_machine.travel(end, tick=False):
        assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "NotVisible"


def test_a_deleted_link_is_as_good_as_none(people: People, database: Database) -> None:
    ada, therapist = people.patient(), people.therapist()
    grant(ada, therapist.id)
    with database.writing.begin() as db:
        db.execute(update(CareLinkRow).where(CareLinkRow.patient_id == ada.id).values(deleted_at=NOON))
    assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "NotVisible"


def test_a_therapist_who_left_sees_nothing(people: People, database: Database) -> None:
    ada, therapist = people.patient(), people.therapist()
    grant(ada, therapist.id)
    with database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == therapist.id).values(disabled_at=NOON))
    assert asked(database, therapist, Permission.PAIN_READ, ada.id) == "Unauthenticated"


def test_a_device_session_answers_only_for_its_own_account(people: People, database: Database) -> None:
    ada, ben = people.patient(), people.patient()
    with database.reading() as db, pytest.raises(Unauthenticated):
        permits(db, ada.id, ben.device_id, Permission.OWN_ACCOUNT, None)


def test_the_refusals_are_the_ones_that_routes_answer_with(app: Flask) -> None:
    assert {Denied.code, NotVisible.code, Unauthenticated.code} == {"forbidden", "not_found", "unauthenticated"}
