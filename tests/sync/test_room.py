"""What is refused is kept, within bounds; without room a push is undone as a whole, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.sync.models import ParkedRow
from app.sync.service import room
from tests.builders.devices import Json, Phone, a_run, fold, patch, put
from tests.builders.people import People
from tests.sync.conftest import Counted

FEW = 6


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> int:
    """Room for few operations only."""
    for name in ("MOST_WAITING", "MOST_SETTLED"):
        monkeypatch.setattr(room, name, FEW)
    return FEW


def refused(count: int) -> list[Json]:
    """Return operations that are refused."""
    return [put("runs", a_run(distance_m=-1 - number)) for number in range(count)]


def told(answer: Any) -> tuple[int, str | None]:
    """Return status and code."""
    return answer.status_code, answer.json.get("code")


def rows(database: Database, phone: Phone) -> int:
    """Return how many operations are kept of a patient, settled ones as well."""
    with database.reading() as db:
        kept = select(func.count()).select_from(ParkedRow).where(ParkedRow.patient_id == phone.person.id)
        return int(db.execute(kept).scalar_one())


def settle(phone: Phone, op: Json) -> None:
    """Say that a parked operation is not wanted any more."""
    path = f"{phone.path}/parked/{op['op_id']}/settlement"
    assert phone.person.post(path, {"settled_as": "dismissed"}).status_code == 204


def ids(ops: list[Json]) -> set[str]:
    """Return the ids of operations."""
    return {op["op_id"] for op in ops}


def test_a_thousand_operations_wait_and_one_more_undoes_its_push(phone: Phone) -> None:
    most = phone.person.get("/v1/sync/config").json["limits"]["parked"]
    waiting, good = refused(most), put("runs", a_run())
    for start in range(0, most, 500):
        assert {result["status"] for result in phone.push(*waiting[start : start + 500])} == {"rejected"}
    answer = phone.send([good, *refused(1)])
    assert told(answer) == (409, "parked_full")
    assert answer.json["limits"]["parked"] == most
    assert fold(phone.pages()) == {}
    assert ids(phone.parked()) == ids(waiting)


def test_what_needs_nobodys_attention_goes_on_being_stored_while_there_is_no_room(phone: Phone, narrow: int) -> None:
    phone.push(*refused(narrow))
    good = put("runs", a_run())
    assert phone.push(good)[0]["status"] == "applied"
    assert phone.push(patch("runs", {"note": "x"}, good["id"], good["op_id"]))[0]["status"] == "applied"
    assert phone.push(good)[0]["duplicate"] is True


def test_what_is_refused_again_is_answered_as_before_while_there_is_no_room(phone: Phone, narrow: int) -> None:
    ops = refused(narrow)
    phone.push(*ops)
    assert {(result["status"], result["duplicate"]) for result in phone.push(*ops)} == {("rejected", True)}


def test_settling_makes_room_and_the_same_push_goes_through(phone: Phone, narrow: int) -> None:
    waiting, late = refused(narrow), [put("runs", a_run()), *refused(1)]
    phone.push(*waiting)
    assert told(phone.send(late)) == (409, "parked_full")
    settle(phone, waiting[0])
    assert [result["status"] for result in phone.push(*late)] == ["applied", "rejected"]
    assert ids(phone.parked()) == ids([*waiting[1:], late[1]])


def test_a_conflict_needs_room_as_well(phone: Phone, narrow: int) -> None:
    run = put("runs", a_run(note="mine"))
    phone.push(run, *refused(narrow))
    assert told(phone.send([put("runs", a_run(note="theirs"), run["id"])])) == (409, "parked_full")


def test_few_large_operations_fill_the_room_as_many_small_ones_do(phone: Phone) -> None:
    answers = [phone.send([put("runs", a_run(note="n" * 1_000_000))]) for _ in range(18)]
    assert [told(answer) for answer in answers[:15]] == [(200, None)] * 15
    assert told(answers[-1]) == (409, "parked_full")


def test_what_changed_nothing_is_never_in_the_way(phone: Phone, database: Database, narrow: int) -> None:
    waiting, run = refused(narrow), put("runs", a_run())
    phone.push(run, *waiting)
    for _ in range(4 * narrow):
        assert phone.push(put("runs", a_run(), run["id"]))[0]["status"] == "unchanged"
    assert rows(database, phone) <= 2 * narrow
    assert ids(phone.parked()) == ids(waiting)


def test_what_was_settled_does_not_pile_up_either(phone: Phone, database: Database, narrow: int) -> None:
    for _ in range(3 * narrow):
        (op,) = refused(1)
        phone.push(op)
        settle(phone, op)
    assert rows(database, phone) <= narrow + 1
    assert phone.parked() == []


def test_what_changed_nothing_of_late_is_known_when_it_comes_again(phone: Phone, narrow: int) -> None:
    run = put("runs", a_run())
    phone.push(run)
    for _ in range(2 * narrow):
        same = put("runs", a_run(), run["id"])
        phone.push(same)
        assert phone.push(same)[0]["duplicate"] is True


def test_the_room_of_one_patient_is_not_that_of_another(phone: Phone, people: People, narrow: int) -> None:
    phone.push(*refused(narrow))
    other = Phone(people.patient())
    assert {result["status"] for result in other.push(*refused(narrow))} == {"rejected"}


def test_asking_for_room_takes_one_statement_and_none_where_nothing_is_parked(phone: Phone, counted: Counted) -> None:
    epoch, taken = phone.pull()["epoch"], []
    for bad in (0, 1, 1, 40):
        with counted() as sent:
            phone.push(put("runs", a_run(len(taken))), *refused(bad), epoch=epoch)
        taken.append(len([statement for statement in sent if "sync_parked" in statement]))
    # Whether anything is parked, the room, what is parked now; and what was parked before, where anything was.
    assert taken == [1, 3, 4, 4]
