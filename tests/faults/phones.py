"""Phones that push batch after batch, each until it is acknowledged, to a server that may fail; and the checker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx

from tests.benchmarks.pasts import Pasts
from tests.builders.applications import DAY_S, lent_application
from tests.builders.devices import Json, a_run, a_session, patch, put
from tests.builders.people import Person
from tests.builders.servers import Server
from tests.sync.test_crash_push import Record, check

PASSING = frozenset({429, 503, 507})
"""What a server in trouble may answer; each with Retry-After."""
PATIENCE_S = 90.0
DAYS = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """When an answer came (monotonic seconds), and its status; 0 where none came."""

    at_s: float
    status: int


@dataclass
class Phones:
    """So many phones of these people, all pushing to one address."""

    people: Sequence[Person]
    url: str
    count: int = 8
    wait_s: float = 0.1
    """How long a phone waits before it tries again: less than it is told, so that a recovery is seen at once."""
    patience_s: float = PATIENCE_S
    """For how long a batch is sent again; with 0 it is sent once, and what became of it is open."""
    record: Record = field(default_factory=lambda: Record(0))
    answers: list[Answer] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Phones:
        self._begin(None)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._stop.set()
        self._join()

    def deliver(self, batches: int) -> None:
        """Deliver so many batches in all, and return when the last is acknowledged."""
        self._begin(batches // self.count)
        self._join()

    def await_acknowledged(self, more: int, within_s: float = 60) -> None:
        """Return when so many more operations are acknowledged."""
        with self.record.changed:
            target = self.record.acknowledged + more
            reached = self.record.changed.wait_for(
                lambda: self.record.acknowledged >= target or self.record.refusals, timeout=within_s
            )
        assert reached, f"nothing more was acknowledged within {within_s:.0f} s"

    def lose_power_after(self, more: int, cut: Callable[[], None]) -> None:
        """Let all work until so many more operations are acknowledged, cut the power, and stop."""
        self._stop.clear()
        self.patience_s = 0.0
        self._begin(None)
        try:
            self.await_acknowledged(more)
        finally:
            self._stop.set()
            cut()
        self._join()

    def first_success_after(self, at_s: float) -> float:
        """Return when the first 200 came after a moment."""
        return min(answer.at_s for answer in list(self.answers) if answer.status == 200 and answer.at_s >= at_s)

    def _begin(self, batches: int | None) -> None:
        self._threads = [
            threading.Thread(target=self._work, args=(number, batches), daemon=True) for number in range(self.count)
        ]
        for thread in self._threads:
            thread.start()

    def _join(self) -> None:
        """Wait for every phone, as long as something is acknowledged now and then."""
        known, known_at = -1, time.monotonic()
        while busy := [thread for thread in self._threads if thread.is_alive()]:
            busy[0].join(1.0)
            if self.record.acknowledged > known:
                known, known_at = self.record.acknowledged, time.monotonic()
            assert time.monotonic() - known_at < PATIENCE_S + 30, "the phones are stuck"
        assert self.record.refusals == [], self.record.refusals[:3]

    def _work(self, number: int, batches: int | None) -> None:
        person, step = self.people[number % len(self.people)], 0
        headers = {"Authorization": f"Bearer {person.token}"}
        path = f"{self.url}/v1/sync/streams/{person.id}/"
        with httpx.Client(base_url=path, headers=headers, timeout=20) as client:
            epoch = None
            while not self._stop.is_set() and not self.record.refusals and step != batches:
                if epoch is None:
                    asked = self._ask(client, "GET", "changes?limit=1", None)
                    epoch = asked["epoch"] if asked else None
                    continue
                ops = batch(number, step)
                told = self._until_acknowledged(client, {"epoch": epoch, "ops": ops})
                self.record.note(person, ops, told["results"] if told else None)
                step += 1

    def _until_acknowledged(self, client: httpx.Client, body: Json) -> Json | None:
        until = time.monotonic() + self.patience_s
        while not self.record.refusals:
            if told := self._ask(client, "POST", "ops", body):
                return told
            if not self.patience_s:
                return None
            if time.monotonic() > until:
                break
        self.record.refusals.append("a batch was never acknowledged")
        return None

    def _ask(self, client: httpx.Client, method: str, path: str, body: Json | None) -> Json | None:
        """Ask once; None where no answer came, or one that says to come again."""
        try:
            answer = client.request(method, path, json=body)
        except httpx.TransportError:
            self.answers.append(Answer(time.monotonic(), 0))
            self._stop.wait(self.wait_s)
            return None
        self.answers.append(Answer(time.monotonic(), answer.status_code))
        if answer.status_code == 200:
            told: Json = answer.json()
            return told
        if answer.status_code not in PASSING or not answer.headers.get("Retry-After", "").isdecimal():
            self.record.refusals.append(f"{answer.status_code} {dict(answer.headers)} {answer.text[:300]}")
        self._stop.wait(self.wait_s)
        return None


def batch(number: int, step: int, days: int = DAYS) -> list[Json]:
    """Return the operations that a phone pushes in one step, of the last so many days: two entries, an edit of one."""
    day = (number * 31 + step * 7) % days
    session = put("sessions", a_session(day, note=f"{number} {step}"))
    return [session, patch("sessions", {"note": "edited"}, session["id"], session["op_id"]), put("runs", a_run(day))]


def patients(url: str, folder: Path, count: int, past: str | None = None) -> list[Person]:
    """Return so many patients of an installation, each with a token that its servers accept all day, and with a past.

    The past is one of `tests.benchmarks.pasts`; without it, nothing is logged yet.
    """
    with lent_application(url, folder / "var", pool_size=2, access_token_s=DAY_S) as made:
        found = [made.people.patient() for _ in range(count)]
        if past is not None:
            Pasts(made.app, made.database, url).give(past)
        return found


def nothing_is_lost(server: Server, phones: Phones, url: str) -> None:
    """Check that all that was acknowledged is there, once, and that no batch is torn."""
    nothing_is_lost_of(server, list(phones.people), phones.record, url)


def nothing_is_lost_of(server: Server, people: list[Person], record: Record, url: str) -> None:
    """Check the same of whoever else kept a record."""
    check(server, people, record, url)
