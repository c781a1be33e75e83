"""The demo people behind the FHIR service, and how its pages are read to the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from flask import Flask

from app.accounts.domain import Account
from app.db.engine import Database, open_database
from app.factory import create_app
from app.kernel.permissions import Role
from app.settings import Settings
from seeds.demo.personas import load_demo
from tests.builders.databases import empty_database, new_folder, prepare_demo
from tests.builders.people import People, Person

FHIR_JSON = "application/fhir+json"
Json = dict[str, Any]


@dataclass
class Demo:
    """The application on a database with the demo people in it, and those who are logged in there."""

    app: Flask
    database: Database
    people: People
    patients: dict[str, Account]

    def as_(self, name: str) -> Person:
        """Log a demo patient in."""
        return self.people.as_account(self.patients[name])


@contextmanager
def a_demo(backend: str, settings: Settings, name: str) -> Iterator[Demo]:
    """Make a database of this name with the demo people, and the application on it."""
    url = empty_database(backend, new_folder(), name)
    prepare_demo(url)
    database = open_database(url)
    accounts = load_demo(database)
    app = create_app(settings, database)
    patients = {one.email.split("@")[0]: one for one in accounts if one.role is Role.PATIENT}
    try:
        yield Demo(app, database, People(app), patients)
    finally:
        database.dispose()


def pages(person: Person, path: str) -> list[Json]:
    """Follow the pages of a search to its end; return the resources."""
    found: list[Json] = []
    for _ in range(200):
        answer = person.get(path)
        assert (answer.status_code, answer.mimetype) == (200, FHIR_JSON), answer.json
        get_fhir_model_class("Bundle").model_validate(answer.json)
        found += [entry["resource"] for entry in answer.json.get("entry", [])]
        following = [link["url"] for link in answer.json["link"] if link["relation"] == "next"]
        if not following:
            return found
        path = following[0].removeprefix("http://127.0.0.1:8000")
    raise AssertionError("the pages have no end")
