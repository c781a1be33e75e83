"""Two patients with everything there is, and every kind of person who could ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.models import AccountRow
from app.consent.domain import CONSENT_TEXT_VERSION, Scope
from app.consent.models import CareLinkRow
from app.consent.service import admission
from app.db.engine import Database
from app.kernel.clock import now
from app.kernel.ids import new_id
from tests.api.test_own_exercises import an_exercise
from tests.builders.devices import (
    Phone,
    a_check_in,
    a_measurement,
    a_red_flag,
    a_response,
    a_run,
    a_score,
    a_session,
    a_skip,
    a_treatment,
    an_id,
    an_intake,
    put,
)
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.builders.subscribers import a_subscription

Json = dict[str, Any]
CANARY = "kestrel"
"""Stands in every free text of the patients: whoever may not read notes never meets it."""
ENTRIES = {
    "check-ins": a_check_in,
    "intakes": an_intake,
    "measurements": a_measurement,
    "pain-scores": a_score,
    "questionnaire-responses": a_response,
    "red-flags": a_red_flag,
    "runs": a_run,
    "sessions": a_session,
    "skips": a_skip,
    "treatments": a_treatment,
}
ALL = frozenset(Scope)
ALIKE = frozenset({"sessions_only", "notes_only", "advice_only", "plan_only", "message_only"})
"""They differ from `pain_only` in what is Ada's alone; the rest is asked of that one."""
ONE_SCOPE = {
    "sessions_only": Scope.SESSIONS_READ,
    "pain_only": Scope.PAIN_READ,
    "notes_only": Scope.NOTES_READ,
    "advice_only": Scope.ADVICE_READ,
    "plan_only": Scope.PLAN_WRITE,
    "message_only": Scope.MESSAGE,
}


class Forgetful(Session):
    """A session that takes everything back at its end, so that each request finds the world as it was."""

    def commit(self) -> None:
        """Undo instead."""
        self.rollback()


@contextmanager
def forgetting(app: Flask, database: Database) -> Iterator[None]:
    """Answer requests as always, and keep nothing of what they write; a log-in stays fresh for as long as it takes."""
    makers = {"writing": sessionmaker(database.writer, class_=Forgetful, expire_on_commit=False, autoflush=False)}
    app.extensions["trochlea.database"] = replace(database, **makers)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(admission, "JUST_LOGGED_IN", timedelta(days=1))
            yield
    finally:
        app.extensions["trochlea.database"] = database


@dataclass
class Patient:
    """A patient, and what is theirs: the ids of one thing of each kind, and its entity tag."""

    person: Person
    ids: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """All of them, the people by the name of their kind."""

    patients: dict[str, Patient]
    actors: dict[str, Person | None]
    scopes: dict[str, frozenset[Scope]]
    ids: dict[str, str]
    tags: dict[str, str]


def soon(days: int = 30) -> str:
    """Return a time so many days ahead."""
    return (now() + timedelta(days=days)).isoformat(timespec="seconds")


def let_in(patient: Person, therapist: Person, *scopes: str, **more: Any) -> Json:
    """Let a therapist in and return the link."""
    link = {"therapist_id": str(therapist.id), "scopes": list(scopes or ALL), "purpose": CANARY, "expires_at": soon()}
    return made(patient.post("/v1/patients/{me}/care-links", {**link, **more}))


def made(answer: Any, status: int = 201) -> Json:
    """Return what was made; it must have been."""
    assert answer.status_code == status, (answer.status_code, answer.json)
    return dict(answer.json or {})


def an_invitation(**changes: Any) -> Json:
    """Return an invitation as it is ordered."""
    return {"scopes": ["pain.read"], "purpose": "knee", "link_expires_at": soon(), **changes}


def confirmation_of(told: Json, **changes: Any) -> Json:
    """Return what the patient says to confirm an invitation."""
    return {"therapist_id": told["therapist_id"], "consent_text_version": CONSENT_TEXT_VERSION, **changes}


def joined(admin: Person, clinic_id: str, *therapists: Person) -> None:
    """Have therapists join a clinic."""
    for therapist in therapists:
        code = made(admin.post(f"/v1/clinics/{clinic_id}/invitations"))["code"]
        made(therapist.post("/v1/invitations/acceptance", {"code": code}), 200)


def world_of(people: People, database: Database) -> World:
    """Return the world, made through the API; only what time alone brings about is set by hand."""
    ada, bea, therapist, rival = people.patient(), people.patient(), people.therapist(), people.therapist()
    world = World({}, {}, {}, {}, {})
    world.patients = {"ada": _patient(ada, therapist), "bea": _patient(bea, rival)}
    world.actors = {
        "patient": ada,
        "second_device": people.again(ada),
        "other_patient": bea,
        "all_scopes": therapist,
        "never_linked": people.therapist(),
        "operator": people.admin(),
        "anonymous": None,
    }
    world.scopes["all_scopes"] = ALL
    for name, scope in ONE_SCOPE.items():
        world.actors[name] = people.therapist()
        world.scopes[name] = frozenset({scope})
        let_in(ada, world.actors[name], scope)
    _lost(world, people, database)
    _clinic(world, people)
    _of_their_own(world)
    return world


def _patient(person: Person, therapist: Person) -> Patient:
    found = Patient(person)
    _closed_alone(person)
    let_in(person, therapist)
    found.ids["link_id"] = let_in(person, therapist, "pain.read")["id"]
    path = f"/v1/patients/{person.id}"
    for name, builder in ENTRIES.items():
        found.ids[name] = an_id()
        body = {"id": found.ids[name], **builder(3), "note": CANARY}
        answer = person.post(f"{path}/{name}", body)
        assert answer.status_code == 201, (name, answer.json)
        found.tags[name] = answer.headers["ETag"]
    _pain(person)
    _plan(found, person, therapist)
    phone = Phone(person)
    found.ids["op_id"] = an_id()
    phone.push(put("runs", a_run(duration_s=-1, note=CANARY), op_id=found.ids["op_id"]))
    found.ids["epoch"] = phone.pull(limit=1)["epoch"]
    found.ids["message_id"] = made(person.post(f"{path}/messages", {"id": an_id(), "text": "May I run?"}))["id"]
    found.ids["device_id"] = str(person.device_id)
    sent = {"file": (BytesIO(CANARY.encode()), "notes.zip")}
    token, form = {"Authorization": f"Bearer {person.token}"}, "multipart/form-data"
    found.ids["import_id"] = made(person.client.post("/v1/imports", data=sent, headers=token, content_type=form), 202)[
        "id"
    ]
    return found


def _closed_alone(person: Person) -> None:
    """Open a pause and close it in the patient's own words, as one may whom nobody treats."""
    path = f"/v1/patients/{person.id}"
    made(person.post(f"{path}/check-ins", {"id": an_id(), **a_check_in(9, red_flags=["locked_knee"])}))
    (pause,) = person.get(f"{path}/pauses").json["items"]
    words = {"note": CANARY, "seen_whom": CANARY, "seen_on": now().date().isoformat(), "cleared_by": CANARY}
    made(person.post(f"{path}/pauses/{pause['id']}/closure", words))


def _pain(person: Person) -> None:
    """Run with 9 of 10, which opens a pause."""
    path, run_id = f"/v1/patients/{person.id}", an_id()
    made(person.post(f"{path}/runs", {"id": run_id, **a_run(2)}))
    made(person.post(f"{path}/pain-scores", {"id": an_id(), **a_score(2, score=9, side="left", run_id=run_id)}))


def _plan(found: Patient, person: Person, therapist: Person) -> None:
    path = f"/v1/patients/{person.id}"
    programme = prescribed(therapist, person)
    found.ids["programme_id"], found.tags["programme"] = programme["id"], f'"{programme["ver"]}"'
    found.ids["override_id"] = made(therapist.post(f"{path}/guidance/overrides", an_override()))["id"]
    (found.ids["pause_id"],) = (
        one["id"] for one in therapist.get(f"{path}/pauses").json["items"] if one["closed_at"] is None
    )
    advice = therapist.get(f"{path}/guidance/advice")
    found.ids["advice_id"] = advice.json["id"]
    found.tags["policy"] = therapist.get(f"{path}/guidance/policy").headers["ETag"]


def an_override() -> Json:
    """Return an override of the advice."""
    return {"decision": "pause_and_refer", "reason": "x", "ends_on": soon(3)[:10]}


def _lost(world: World, people: People, database: Database) -> None:
    """Add those who once had, or nearly had, something."""
    ada = world.patients["ada"].person
    for name in ("invited", "expired", "revoked", "disabled"):
        world.actors[name] = people.therapist()
    invited, expired, revoked, disabled = (world.actors[n] for n in ("invited", "expired", "revoked", "disabled"))
    told = made(invited.post("/v1/invitations", an_invitation()))
    world.ids["invitation_id"] = told["id"]
    made(ada.post("/v1/invitations/acceptance", {"code": told["code"]}), 200)
    for late in (expired, disabled):
        let_in(ada, late)
    link = let_in(ada, revoked)["id"]
    assert ada.send("DELETE", f"/v1/patients/{ada.id}/care-links/{link}").status_code == 204
    with database.writing.begin() as db:
        over = update(CareLinkRow).where(CareLinkRow.therapist_id == expired.id).values(expires_at=now())
        db.execute(over)
        db.execute(update(AccountRow).where(AccountRow.id == disabled.id).values(disabled_at=now()))


def _clinic(world: World, people: People) -> None:
    """Add a clinic: its admin, a colleague without a link, and one who had a link and left."""
    ada = world.patients["ada"].person
    admin, colleague, left, moved = (people.therapist() for _ in range(4))
    clinic_id = str(new_id())
    made(admin.post("/v1/clinics", {"id": clinic_id, "name": "Knee house"}))
    joined(admin, clinic_id, colleague, left, moved)
    let_in(ada, left, clinic_id=clinic_id)
    world.patients["ada"].ids["asked_link_id"] = let_in(ada, moved)["id"]
    world.patients["bea"].ids["asked_link_id"] = an_id()
    for one in (left, moved):
        assert admin.send("DELETE", f"/v1/clinics/{clinic_id}/members/{one.id}").status_code == 204
    world.actors |= {"clinic_admin": admin, "same_clinic": colleague, "left_clinic": people.again(left)}
    world.ids |= {"clinic_id": clinic_id, "account_id": str(colleague.id), "moved": str(moved.id)}
    world.ids["member_code"] = made(admin.post(f"/v1/clinics/{clinic_id}/invitations"))["code"]


def _of_their_own(world: World) -> None:
    """Add what belongs to single people: an invitation, an own exercise, a code that waits."""
    ada, therapist = world.patients["ada"].person, world.actors["all_scopes"]
    assert therapist is not None
    exercise = therapist.post("/v1/own-exercises", an_exercise())
    world.ids["exercise_id"], world.tags["exercise"] = made(exercise)["id"], exercise.headers["ETag"]
    hook = {"id": str(new_id()), "url": "https://clinic.example.org/hook"}
    world.ids["webhook_id"] = made(therapist.post("/v1/me/webhooks", hook))["id"]
    world.ids["push_id"] = made(ada.post("/v1/me/push-subscriptions", a_subscription()))["id"]
    told = made(ada.post("/v1/invitations", an_invitation()))
    world.ids |= {"code": told["code"], "open_invitation_id": told["id"]}
    world.ids["invited"] = str(world.actors["invited"].id if world.actors["invited"] else UUID(int=0))
