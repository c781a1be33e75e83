"""People who are registered and logged in, each with a client of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import service
from app.accounts.domain import Account, ProfessionalRole
from app.accounts.repository import insert_account
from app.db.synced import open_stream
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.web.auth import issue_access_token
from app.web.transaction import database

PASSWORD = "three ducks on a pond"


@dataclass
class Person:
    """Somebody with an account, a logged-in device, and a client that sends the token."""

    id: UUID
    email: str
    device_id: UUID
    refresh_token: str
    token: str
    client: FlaskClient

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        """Send a request as this person; `{me}` in the path is the person's id."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        path = path.replace("{me}", str(self.id))
        return self.client.open(path, method=method, headers=sent, **({} if body is None else {"json": body}))

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET as this person."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None) -> TestResponse:
        """POST as this person."""
        return self.send("POST", path, body)


class People:
    """Makes people in the application's database, without the cost of hashing a password."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def patient(self, zone: str = "Europe/Berlin") -> Person:
        """Return a patient who is logged in."""
        return self._person(Role.PATIENT, zone)

    def therapist(self, profession: ProfessionalRole = ProfessionalRole.PHYSIOTHERAPIST) -> Person:
        """Return a therapist who is logged in."""
        return self._person(Role.THERAPIST, "Europe/Berlin", profession)

    def admin(self) -> Person:
        """Return an admin who is logged in."""
        return self._person(Role.ADMIN, "Europe/Berlin")

    def as_account(self, account: Account) -> Person:
        """Return the person of an account that is there already, logged in on a new device."""
        return self._logged_in(account, now())

    def again(self, person: Person) -> Person:
        """Return somebody logged in anew, as after weeks in which the token ended."""
        at = now()
        with self.app.app_context():
            with database().writing.begin() as db:
                done = service.log_in(db, service.account_of(db, person.id), "test phone", at)
            token = issue_access_token(person.id, done.device.id, at)
        return replace(person, device_id=done.device.id, refresh_token=done.refresh_token, token=token)

    def _person(self, role: Role, zone: str, profession: ProfessionalRole | None = None) -> Person:
        at = now()
        account = Account(
            id=new_id(),
            role=role,
            email=f"{uuid4().hex}@example.org",
            display_name="Test Person",
            zone=zone,
            professional_role=profession,
            created_at=at,
        )
        with self.app.app_context(), database().writing.begin() as db:
            insert_account(db, account, "no password fits this")
            if role is Role.PATIENT:
                open_stream(db, account.id, at)
        return self._logged_in(account, at)

    def _logged_in(self, account: Account, at: datetime) -> Person:
        with self.app.app_context():
            with database().writing.begin() as db:
                done = service.log_in(db, account, "test phone", at)
            token = issue_access_token(account.id, done.device.id, at)
        return Person(account.id, account.email, done.device.id, done.refresh_token, token, self.app.test_client())
