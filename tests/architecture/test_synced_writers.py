"""No row that reaches a phone is written past the numbering: all go through app.db.synced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.db.base import Base
from app.db.engine import Database
from app.db.synced import SyncChange, Synced
from tests.architecture.source import ROOT, Module, module_of, modules
from tests.builders.devices import (
    Phone,
    a_check_in,
    a_measurement,
    a_response,
    a_run,
    a_score,
    a_session,
    a_treatment,
    erase,
    patch,
    put,
)
from tests.builders.people import People

APP = ROOT / "app"
WRITES = {"insert", "update", "delete"}
SYNCED = {mapper.class_.__name__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Synced)}
NUMBERING = {"SyncStream", "SyncChange"}
ALLOWED = {
    "SyncStream": {"db/synced.py", "sync/repository/changes.py"},
    "SyncChange": {"db/synced.py", "sync/repository/changes.py"},
}


def guarded_names(module: Module) -> dict[str, str]:
    """Return the names in a module that stand for a guarded table: its class, or a variable made of it."""
    names = {name: name for name in SYNCED | NUMBERING}
    for node in module.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            inside = {found.id for found in ast.walk(node.value) if isinstance(found, ast.Name)} & names.keys()
            is_table = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in {"table_of", "aliased"}
            if len(inside) == 1 and (is_table or ast.unparse(node.value).endswith("__table__")):
                names[node.targets[0].id] = names[inside.pop()]
    return names


def writes_in(module: Module) -> Iterator[tuple[str, str]]:
    """Yield (how, what) of each insert, update or delete of a guarded table in a module."""
    names = guarded_names(module)
    for node in module.nodes:
        if not isinstance(node, ast.Call) or not node.args:
            continue
        how = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if how in WRITES | {"maker", "add", "add_all", "merge"}:
            for found in ast.walk(node.args[0]):
                if isinstance(found, ast.Name) and found.id in names:
                    yield how, names[found.id]


def test_nobody_writes_a_synced_row_but_the_numbering() -> None:
    found = [
        (str(module.path.relative_to(APP)), how, what) for module in modules("app") for how, what in writes_in(module)
    ]
    past = [(file, how, what) for file, how, what in found if file not in ALLOWED.get(what, set())]
    assert past == []
    assert ("sync/repository/changes.py", "delete", "SyncChange") in found


def test_every_synced_table_is_known_and_every_row_class_of_the_features_is_looked_at() -> None:
    assert {
        "RunRow",
        "SessionRow",
        "PainScoreRow",
        "CheckInRow",
        "CareLinkRow",
        "AdviceRow",
        "PauseRow",
        "MeasurementRow",
    } <= SYNCED


@pytest.mark.parametrize(
    "planted",
    [
        "insert(RunRow)",
        "delete(RunRow).where(RunRow.id == 1)",
        "update(SyncStream)",
        "table = table_of(PauseRow)\npostgresql.insert(table)",
        "T = RunRow.__table__\nupdate(T)",
        "db.add(RunRow(id=1))",
    ],
)
def test_the_guard_bites(planted: str) -> None:
    assert list(writes_in(module_of("app.planted", planted)))


def test_every_synced_row_of_a_journey_is_a_version_with_a_number(people: People, database: Database) -> None:
    phone, therapist = Phone(people.patient()), people.therapist()
    run = put("runs", a_run(1))
    gone = put("sessions", a_session(1))
    phone.push(
        run,
        gone,
        put("pain_scores", a_score(1, score=9)),
        put("questionnaire_responses", a_response(1)),
        put("measurements", a_measurement(1)),
        put("check_ins", a_check_in(red_flags=["calf_swelling_or_breathless"])),
        put("treatments", a_treatment()),
    )
    phone.push(patch("runs", {"note": "x"}, run["id"], run["op_id"]), erase("sessions", gone["id"], gone["op_id"]))
    expires = a_run(-30)["performed_at"]
    link = {"therapist_id": str(therapist.id), "scopes": ["message"], "purpose": "x", "expires_at": expires}
    assert phone.person.post("/v1/patients/{me}/care-links", link).status_code == 201
    with database.reading() as db:
        kept = select(SyncChange.collection, SyncChange.id, SyncChange.seq, SyncChange.ver)
        versions = {tuple(row) for row in db.execute(kept.where(SyncChange.patient_id == phone.person.id))}
        rows = {
            (table.name, row.id, row.seq, row.ver)
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Synced)
            for table in [mapper.local_table]
            for row in db.execute(select(table).where(table.c.patient_id == phone.person.id))
        }
    assert {
        "runs",
        "sessions",
        "pain_scores",
        "check_ins",
        "treatments",
        "care_links",
        "advice",
        "measurements",
        "questionnaire_responses",
    } <= {row[0] for row in rows}
    assert rows <= versions
