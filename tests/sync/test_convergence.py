"""Three devices and a server under loss, doubling, delay and offline periods: in the end all hold the same.

`--torture` does 500 runs of 50 steps; a failing seed is printed and can be given to `--hypothesis-seed`.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from app.db.engine import Database
from app.db.synced import SyncChange, SyncStream
from app.sync.registry import COLLECTIONS
from app.sync.service import streams
from tests.builders.devices import Device, Json, Lost, Phone, a_check_in, a_run, an_id, digest_of, fold
from tests.builders.people import People

pytestmark = pytest.mark.generated

TORTURE_RUNS, STEPS = 500, 50
RUNS = TORTURE_RUNS // 10
FATES = st.sampled_from(["arrives", "arrives", "arrives", "request lost", "answer lost", "doubled", "delayed"])
CHANGES = {
    "runs": st.fixed_dictionaries(
        {},
        optional={
            "note": st.sampled_from([None, "a", "b"]),
            "shoes": st.sampled_from([None, "red"]),
            "distance_m": st.sampled_from([5020, 7000, None, -1]),
            "duration_s": st.sampled_from([1810, None]),
        },
    ),
    "check_ins": st.fixed_dictionaries(
        {}, optional={"note": st.sampled_from([None, "a", "b"]), "mood": st.sampled_from([None, 1, 2])}
    ),
}
EDITS = st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.tuples(st.just(name), CHANGES[name]))


class Wires:
    """The network between the devices and the server; what is delayed arrives when it is released."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.fate = "arrives"
        self.delayed: list[tuple[str, str, Any]] = []

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Json]:
        """Carry one request, or lose it."""
        fate, self.fate = self.fate, "arrives"
        if fate == "request lost":
            raise Lost
        if fate == "delayed":
            self.delayed.append((method, path, body))
            raise Lost
        told = self._carry(method, path, body)
        if fate == "doubled":
            told = self._carry(method, path, body)
        if fate == "answer lost":
            raise Lost
        return told

    def release(self) -> None:
        """Deliver the newest delayed request first: order is not kept."""
        if self.delayed:
            self._carry(*self.delayed.pop())

    def _carry(self, method: str, path: str, body: Any) -> tuple[int, Json]:
        answer = self.phone.person.send(method, f"{self.phone.path}/{path}", body)
        assert answer.status_code in {200, 409, 410}, answer.json
        return answer.status_code, dict(answer.json)


class Network(RuleBasedStateMachine):
    """Devices of one patient; each step is one thing that a person, a device or the network does."""

    people: People
    database: Database
    devices_in_all = 3

    @initialize()
    def begin(self) -> None:
        """Register a patient with a few records that several devices may create by the same id."""
        self.phone = Phone(self.people.patient())
        self.wires = Wires(self.phone)
        self.devices = [Device(self.wires) for _ in range(self.devices_in_all)]
        self.ids = {name: [an_id() for _ in range(2)] for name in CHANGES}

    def device(self, number: int) -> Device:
        """Return one of the devices."""
        return self.devices[number % len(self.devices)]

    @rule(number=st.integers(0, 2), which=st.integers(0, 1), edit=EDITS, as_patch=st.booleans())
    def person_writes(self, number: int, which: int, edit: tuple[str, Json], as_patch: bool) -> None:
        """Create or edit a record."""
        (name, changes), device = edit, self.device(number)
        record_id = self.ids[name][which]
        new = (name, record_id) not in device.rows
        whole = {"runs": a_run, "check_ins": a_check_in}[name](which)
        device.write(name, record_id, {**whole, **changes} if new else changes, as_patch=as_patch)

    @rule(number=st.integers(0, 2), which=st.integers(0, 3))
    def person_deletes(self, number: int, which: int) -> None:
        """Delete a record that the device shows."""
        device = self.device(number)
        mine = sorted(key for key in device.rows if key[0] in CHANGES)
        if mine:
            device.delete(*mine[which % len(mine)])

    @rule(number=st.integers(0, 2), fate=FATES, most=st.sampled_from([1, 3, 50]))
    def device_pushes(self, number: int, fate: str, most: int) -> None:
        """Send what waits."""
        self._try(fate, lambda: self.device(number).push(most))

    @rule(number=st.integers(0, 2), fate=FATES, limit=st.sampled_from([1, 2, 50]))
    def device_pulls(self, number: int, fate: str, limit: int) -> None:
        """Fetch a page."""
        self._try(fate, lambda: self.device(number).pull(limit))

    @rule(number=st.integers(0, 2))
    def device_syncs(self, number: int) -> None:
        """Do all that there is to do, undisturbed."""
        self.device(number).sync(limit=3)

    @rule()
    def a_delayed_request_arrives(self) -> None:
        """Deliver something that everybody took for lost."""
        self.wires.release()

    @precondition(lambda self: self.devices_in_all > 1 and not self.wires.delayed)
    @rule(back=st.integers(0, 5))
    def server_purges(self, back: int) -> None:
        """Forget tombstones and replaced versions, as after 400 days."""
        with self.database.writing.begin() as db:
            head = streams.stream_of(db, self.phone.person.id).head
            streams.purge(db, self.phone.person.id, max(1, head - back))

    @rule()
    def server_begins_an_epoch(self) -> None:
        """Begin anew, as after a restore."""
        with self.database.writing.begin() as db:
            streams.begin_epoch(db, self.phone.person.id)

    def _try(self, fate: str, act: Any) -> None:
        self.wires.fate = fate
        try:
            act()
        except Lost:
            pass
        finally:
            self.wires.fate = "arrives"

    def teardown(self) -> None:
        """Let everything arrive and everybody sync, and check what must hold."""
        if not hasattr(self, "devices"):
            return
        while self.wires.delayed:
            self.wires.release()
        for device in [*self.devices, *self.devices]:
            device.sync()
        self.all_hold_the_same()
        self.nothing_acknowledged_is_lost()
        self.what_was_refused_is_parked_whole()
        self.numbers_have_no_gap()

    def all_hold_the_same(self) -> None:
        """Invariants 3 and 4."""
        fresh = fold(self.phone.pages(limit=1000))
        for device in self.devices:
            assert device.outbox == []
            assert device.rows == fresh
            assert digest_of(device.rows, COLLECTIONS) == self.phone.digest()

    def nothing_acknowledged_is_lost(self) -> None:
        """Invariants 1 and 2: in the history, once, unless it was purged."""
        patient = self.phone.person.id
        with self.database.reading() as db:
            kept = [str(ver) for ver in db.execute(self._versions().where(SyncChange.patient_id == patient)).scalars()]
            floor = db.execute(select(SyncStream.floor).where(SyncStream.patient_id == patient)).scalar_one()
        assert len(kept) == len(set(kept))
        for device in self.devices:
            for found in device.acknowledged:
                told = found["result"]
                if told["status"] in ("applied", "merged") and told["seq"] > floor:
                    assert found["op"]["op_id"] in kept
                if told["status"] == "unchanged" and not told.get("duplicate"):
                    assert found["op"]["op_id"] not in kept

    def _versions(self) -> Any:
        return select(SyncChange.ver)

    def what_was_refused_is_parked_whole(self) -> None:
        """Invariant 5."""
        parked = {item["op_id"]: item["op"] for item in self.phone.parked()}
        for device in self.devices:
            for found in device.attention:
                assert parked[found["op"]["op_id"]] == found["op"]

    def numbers_have_no_gap(self) -> None:
        """Invariant 11."""
        with self.database.reading() as db:
            stream = streams.stream_of(db, self.phone.person.id)
            above = self._versions().with_only_columns(SyncChange.seq)
            own = above.where(SyncChange.patient_id == self.phone.person.id, SyncChange.seq > stream.floor)
            assert sorted(db.execute(own).scalars()) == list(range(stream.floor + 1, stream.head + 1))


class Alone(Network):
    """One device, however fast it edits and whatever the network does."""

    devices_in_all = 1

    def teardown(self) -> None:
        """Check invariant 10 as well."""
        super().teardown()
        for device in getattr(self, "devices", []):
            assert [found for found in device.attention if found["result"]["status"] == "conflict"] == []


def run(machine: type[Network], people: People, database: Database, torture: bool, runs: int) -> None:
    """Run the machine so many times."""
    bound = type(machine.__name__, (machine,), {"people": people, "database": database})
    how = settings(
        max_examples=TORTURE_RUNS if torture else runs,
        stateful_step_count=STEPS,
        derandomize=not torture,
        deadline=None,
        database=None,
        print_blob=True,
        phases=list(Phase) if torture else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(bound, settings=how)


def test_all_devices_hold_what_the_server_holds_whatever_the_network_does(
    people: People, database: Database, request: pytest.FixtureRequest
) -> None:
    run(Network, people, database, bool(request.config.getoption("--torture")), RUNS)


def test_one_device_alone_never_meets_a_conflict_whatever_the_network_does(
    people: People, database: Database, request: pytest.FixtureRequest
) -> None:
    run(Alone, people, database, bool(request.config.getoption("--torture")), RUNS // 5)
