"""The authorisation matrix: every operation, every kind of person, one's own, another's, and nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.consent import repository
from app.consent.domain import TABLE, Access, Scope
from app.consent.models import CareLinkRow
from app.db.engine import Database
from app.kernel.permissions import Permission
from tests.access.matrix import faults, without_rows
from tests.access.table import ROWS
from tests.access.world import World, forgetting, world_of
from tests.builders.people import People
from tests.contract.operations import Operation, operations
from tests.levels import SQLITE_FIRST

LEAST_ACTORS, LEAST_REQUESTS = 15, 2000
SHARES = 2
"""In so many parts, which can run beside each other."""


@pytest.fixture(scope="module")
def world(app: Flask, database: Database) -> Iterator[World]:
    """The world, as it is before each request."""
    made = world_of(People(app), database)
    with forgetting(app, database):
        yield made


def named(app: Flask, *names: str) -> list[Operation]:
    """Return these operations."""
    return [operation for operation in operations(app) if operation.name in names]


@pytest.fixture(autouse=True)
def _statements_anew() -> Iterator[None]:
    """Leave no statement behind that was built of a planted predicate."""
    yield
    repository._grant_statement.cache_clear()


def plant_predicate(monkeypatch: pytest.MonkeyPatch, predicate: Callable[[Any], Any]) -> None:
    """Let another predicate say which link is in force."""
    monkeypatch.setattr(repository, "is_active", predicate)
    repository._grant_statement.cache_clear()


def test_every_operation_of_the_document_has_a_row_and_every_row_an_operation(app: Flask) -> None:
    assert without_rows(operations(app)) == []
    assert set(ROWS) - {operation.name for operation in operations(app)} == set()


@SQLITE_FIRST
@pytest.mark.parametrize("share", range(SHARES))
def test_nobody_gets_what_the_table_does_not_give_them_and_everybody_gets_what_it_does(
    app: Flask, world: World, share: int
) -> None:
    assert len(world.actors) >= LEAST_ACTORS
    sent, found = faults(world, operations(app)[share::SHARES])
    assert found == []
    assert sent >= LEAST_REQUESTS


# Each of these is planted, and seen


def test_a_new_route_without_a_row_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ROWS, "get_due")
    assert without_rows(operations(app)) == ["get_due"]


def test_a_predicate_that_forgets_the_end_is_seen(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plant_predicate(monkeypatch, lambda at: CareLinkRow.revoked_at.is_(None))
    _, found = faults(world, named(app, "list_runs"), ["expired", "left_clinic"])
    assert {one.split(":")[0] for one in found} == {"list_runs as expired about ada"}


def test_a_predicate_that_forgets_the_clinic_is_seen(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plant_predicate(monkeypatch, lambda at: CareLinkRow.expires_at > at)
    _, found = faults(world, named(app, "list_runs"), ["left_clinic", "revoked", "same_clinic"])
    assert {one.split(":")[0] for one in found} == {
        "list_runs as left_clinic about ada",
        "list_runs as revoked about ada",
    }


def test_a_route_without_its_scope_is_seen(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, Permission.PAIN_READ, Access(patient=True, any_scope=True))
    _, found = faults(world, named(app, "list_pain_scores"), ["sessions_only", "pain_only", "never_linked"])
    assert found == ["list_pain_scores as sessions_only about ada: 200  instead of 403"]


def test_a_therapist_s_act_opened_to_patients_is_seen(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLE, Permission.PLAN_WRITE, Access(patient=True, scope=Scope.PLAN_WRITE))
    _, found = faults(world, named(app, "create_override"), ["patient", "all_scopes"])
    assert [one.split(":")[0] for one in found] == ["create_override as patient about ada"]
