"""Batches that name what is another's, or the same thing twice: nothing foreign is written or told (G3).

Each batch is a hundred operations: one to five of them name ids of two other patients or collide within the batch, the
rest are new entries, edits, deletions, repetitions and mistakes of one's own. What becomes of each is known before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from app.db.base import Base
from app.db.engine import Database
from tests.builders.devices import (
    WRITTEN,
    Json,
    Phone,
    a_check_in,
    a_measurement,
    a_run,
    a_score,
    a_session,
    a_treatment,
    an_id,
    erase,
    fold,
    patch,
    put,
)
from tests.builders.people import People
from tests.faults.figures import rounds, tell

BATCHES, ALL_BATCHES = 5, 1000
FEW_OPERATIONS, OPERATIONS, BATCHES_EACH = 20, 100, 4
MOST_FOREIGN = 5
DAYS = 300
SEED = 20_261_122
CANARY = "nobody else reads this"
KINDS: tuple[tuple[str, Callable[..., Json]], ...] = (
    ("sessions", a_session),
    ("runs", a_run),
    ("check_ins", a_check_in),
    ("pain_scores", a_score),
    ("treatments", a_treatment),
    ("measurements", a_measurement),
)
NOTED = KINDS[:3]
"""Those that the tests edit."""
ANSWERED_ALIKE = ("op_id", "status", "seq", "ver", "fields", "problem")
AN_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Planned = tuple[Json, str]
"""(operation, what becomes of it)"""


@dataclass
class Writer:
    """A patient who sends batches, and what they hold by now: the version of each living record."""

    phone: Phone
    chance: random.Random
    foreign: list[Json]
    turns: Iterator[int]
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    done: list[Planned] = field(default_factory=list)
    named: set[bytes] = field(default_factory=set)

    def batch(self, size: int) -> list[Planned]:
        """Return the next batch; the ways of naming what is foreign take turns."""
        ways, few = self.foreign_ways, self.chance.randint(1, MOST_FOREIGN)
        plans = [self.own] * (size - few) + [ways[next(self.turns) % len(ways)] for _ in range(few)]
        self.chance.shuffle(plans)
        made: list[Planned] = []
        for plan in plans:
            made.append(plan(made))
        self.done += made
        self.named |= set(AN_ID.findall(orjson.dumps([op for op, _ in made])))
        return made

    def own(self, made: list[Planned]) -> Planned:
        """Return an operation that has nothing to do with anybody else."""
        ways = [self.new, self.edit, self.delete, self.again, self.wrong]
        way: Callable[[list[Planned]], Planned] = self.chance.choices(ways, [12, 3, 1, 1, 1])[0]
        return way(made)

    def new(self, _made: list[Planned]) -> Planned:
        """Log something."""
        name, make = self.chance.choice(KINDS)
        return self._applied(put(name, make(self.chance.randrange(DAYS))))

    def edit(self, made: list[Planned]) -> Planned:
        """Change the note of one's own."""
        key = self._one_of_mine()
        if key is None:
            return self.new(made)
        return self._applied(patch(key[0], {"note": an_id()}, key[1], self.held[key]))

    def delete(self, made: list[Planned]) -> Planned:
        """Delete one's own."""
        key = self._one_of_mine()
        if key is None:
            return self.new(made)
        return erase(key[0], key[1], self.held.pop(key)), "applied"

    def again(self, made: list[Planned]) -> Planned:
        """Send an operation that was sent before, in this batch or another, as it was."""
        sent = [plan for plan in self.done + made if "reused" not in plan[1]]
        return self.chance.choice(sent) if sent else self.new(made)

    def wrong(self, _made: list[Planned]) -> Planned:
        """Send what no run is."""
        return put("runs", a_run(distance_m=-1)), "rejected"

    @property
    def foreign_ways(self) -> list[Callable[[list[Planned]], Planned]]:
        """Return the ways of naming what is another's, or what is named already."""
        return [
            lambda _: self._applied(put((op := self._theirs())["collection"], self._like(op), op["id"])),
            lambda _: self._applied(put((op := self._theirs())["collection"], self._like(op), op["id"], op["op_id"])),
            lambda _: self._applied(put((op := self._theirs())["collection"], self._like(op), op_id=op["op_id"])),
            lambda _: self._applied({**(op := self._theirs()), "data": self._like(op)}),
            lambda _: (patch((op := self._theirs())["collection"], {"note": "x"}, op["id"], op["op_id"]), "rejected"),
            lambda _: (erase((op := self._theirs())["collection"], op["id"], op["op_id"]), "unchanged"),
            lambda _: self._applied(put("pain_scores", a_score(1, run_id=self._theirs("runs")["id"]))),
            self._on_top_of_theirs,
            self._same_id_again,
            self._same_number_again,
            self._same_id_elsewhere,
        ]

    def _on_top_of_theirs(self, made: list[Planned]) -> Planned:
        key = self._one_of_mine()
        if key is None:
            return self.new(made)
        return patch(key[0], {"note": an_id()}, key[1], self._theirs()["op_id"]), "conflict"

    def _same_id_again(self, made: list[Planned]) -> Planned:
        key = self._one_of_mine()
        if key is None:
            return self.new(made)
        return put(key[0], {**dict(NOTED)[key[0]](1), "note": an_id()}, key[1]), "conflict"

    def _same_number_again(self, made: list[Planned]) -> Planned:
        if not made:
            return self.new(made)
        name, make = self.chance.choice(KINDS)
        return put(name, make(1), op_id=self.chance.choice(made)[0]["op_id"]), "op_id_reused"

    def _same_id_elsewhere(self, made: list[Planned]) -> Planned:
        key = self._one_of_mine()
        name, make = ("treatments", a_treatment) if key else ("runs", a_run)
        if key is None or (name, key[1]) in self.held:
            return self.new(made)
        return self._applied(put(name, make(self.chance.randrange(DAYS)), key[1]))

    def _applied(self, op: Json) -> Planned:
        self.held[op["collection"], op["id"]] = op["op_id"]
        return op, "applied"

    def _one_of_mine(self) -> tuple[str, str] | None:
        mine = [key for key in self.held if key[0] in dict(NOTED)]
        return self.chance.choice(mine) if mine else None

    def _theirs(self, name: str | None = None) -> Json:
        """Take an operation of another patient, each once."""
        found = self.chance.choice([op for op in self.foreign if name in (None, op["collection"])])
        self.foreign.remove(found)
        return found

    def _like(self, op: Json) -> Json:
        return dict(KINDS)[op["collection"]](self.chance.randrange(DAYS))


def others(people: People) -> tuple[list[Phone], list[Json]]:
    """Return two patients with sixty entries each, and the operations that these came by."""
    phones = [Phone(people.patient()) for _ in range(2)]
    sent = []
    for phone in phones:
        ops = [put(name, make(day, note=CANARY)) for day in range(20) for name, make in NOTED]
        assert {result["status"] for result in phone.push(*ops)} == {"applied"}
        sent += ops
    return phones, sent


def fingerprint(database: Database, phones: list[Phone]) -> str:
    """Return what changes with any row of these patients, in whatever table."""
    mine, told = [phone.person.id for phone in phones], sha256()
    with database.reading() as db:
        for table in Base.metadata.sorted_tables:
            if "patient_id" in table.c:
                rows = db.execute(select(table).where(table.c.patient_id.in_(mine))).all()
                told.update("\n".join(sorted(map(repr, rows))).encode())
    return told.hexdigest()


def told_foreign(answer: bytes, named: set[bytes], foreign: set[bytes]) -> list[bytes]:
    """Return what an answer says of others: their words, and the ids of theirs that whoever asks has never named."""
    words = [CANARY.encode()] if CANARY.encode() in answer else []
    return words + sorted((set(AN_ID.findall(answer)) & foreign) - named)


def check_batch(writer: Writer, epoch: str, foreign: set[bytes], size: int) -> None:
    """Send a batch three times; each operation becomes what it should, and the same each time."""
    planned = writer.batch(size)
    ops = [op for op, _ in planned]
    first, second, third = (writer.phone.send(ops, epoch=epoch) for _ in range(3))
    for answer in (first, second, third):
        assert answer.status_code == 200, answer.json
        assert told_foreign(answer.data, writer.named, foreign) == []
    became = [_named(result) for result in first.json["results"]]
    assert became == [expected for _, expected in planned]
    again = second.json["results"]
    assert [_kept(result) for result in again] == [_kept(result) for result in first.json["results"]]
    assert all(result.get("duplicate") for result in again if _named(result) != "op_id_reused")
    assert again == third.json["results"]


def _named(result: Json) -> str:
    is_reused = result["status"] == "rejected" and result["problem"]["code"] == "op_id_reused"
    return "op_id_reused" if is_reused else str(result["status"])


def _kept(result: Json) -> dict[str, Any]:
    return {name: result.get(name) for name in ANSWERED_ALIKE}


@pytest.mark.parametrize(
    ("batches", "size"),
    [(BATCHES, FEW_OPERATIONS), pytest.param(ALL_BATCHES, OPERATIONS, marks=pytest.mark.torture)],
    ids=["few", "all"],
)
def test_a_batch_with_foreign_and_colliding_ids_writes_and_tells_nothing_foreign(
    people: People, database: Database, batches: int, size: int
) -> None:
    phones, sent = others(people)
    foreign = {op[name].encode() for op in sent for name in ("id", "op_id")}
    before, chance, turns = fingerprint(database, phones), random.Random(SEED), count(0)
    batches = rounds(batches) if batches == ALL_BATCHES else batches
    for number in range(batches):
        if number % BATCHES_EACH == 0:
            writer = Writer(Phone(people.patient()), chance, list(sent), turns)
            epoch = writer.phone.pull(limit=1)["epoch"]
        check_batch(writer, epoch, foreign, size)
        if number % BATCHES_EACH == BATCHES_EACH - 1 or number == batches - 1:
            held = fold(writer.phone.pages(limit=1000))
            assert {key: row["ver"] for key, row in held.items() if key[0] in WRITTEN} == writer.held
            assert CANARY not in str(held)
    assert fingerprint(database, phones) == before
    named = next(turns)
    assert named >= len(writer.foreign_ways)
    tell(
        f"foreign ids, {database.dialect}: {batches} batches of {size}, each three times, {named} operations that are "
        "foreign or collide: nothing foreign written or told"
    )
