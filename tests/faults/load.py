"""Requests at a rate that nobody waits for: so many a second, whatever becomes of those before; and what came back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from tests.benchmarks.load import percentile, request
from tests.builders.devices import Json
from tests.builders.people import Person
from tests.faults.lines import PATIENCE_S, Answered, Lines
from tests.faults.phones import DAYS, batch
from tests.sync.test_crash_push import Record

MADE_AHEAD_PER_S = 300
"""So many errands are ready before the clients begin: what is made meanwhile takes time from the server."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One request as bytes; of a push also whose it is and what it holds."""

    raw: bytes
    person: Person
    ops: list[Json] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status (0: nothing), after how many seconds, and whether it said when to come again."""

    status: int
    took_s: float
    says_when: bool


@dataclass
class Load:
    """What became of the requests of one run."""

    wanted_s: float
    replies: list[Reply] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def goodput(self) -> float:
        """Return how many requests a second were done."""
        return sum(one.status == 200 for one in self.replies) / self.took_s

    def p99_s(self, *, done: bool) -> float:
        """Return how long 99 of a hundred took at most: of those that were done, or of those refused; 0 of none."""
        took = [one.took_s for one in self.replies if (one.status == 200) == done]
        return percentile(took, 0.99) if took else 0.0

    @property
    def refused(self) -> list[Reply]:
        """Return what was not done."""
        return [one for one in self.replies if one.status != 200]


class Clients:
    """Clients of one server: every second request reads, every other pushes three operations of the last `days`."""

    def __init__(
        self, port: int, people: Sequence[Person], epochs: Sequence[str], record: Record, days: int = DAYS
    ) -> None:
        self.port, self.people, self.epochs, self.record, self.days = port, people, epochs, record, days
        self._made = 0

    def errands(self, count: int) -> list[Errand]:
        """Return so many requests, none of which was sent before."""
        return [self._errand() for _ in range(count)]

    def _errand(self) -> Errand:
        self._made += 1
        which = (self._made // 2) % len(self.people)
        person, told = self.people[which], {"Authorization": f"Bearer {self.people[which].token}"}
        stream = f"/v1/sync/streams/{person.id}"
        if self._made % 2:
            return Errand(request("GET", f"{stream}/changes?limit=20", 200, **told).raw, person)
        ops = batch(which, self._made, self.days)
        return Errand(
            request("POST", f"{stream}/ops", 200, {"epoch": self.epochs[which], "ops": ops}, **told).raw, person, ops
        )

    def at_once(self, connections: int, seconds: float) -> Load:
        """Send one after the other over so many connections: what the server does when it is never idle."""
        errands = self.errands(int(MADE_AHEAD_PER_S * seconds))

        def work(lines: Lines) -> None:
            until_s, asked = time.perf_counter() + seconds, 0
            while (left_s := until_s - time.perf_counter()) > 0:
                for _ in range(connections - lines.waiting):
                    if asked == len(errands):
                        errands.append(self._errand())
                    lines.ask(asked, errands[asked].raw)
                    asked += 1
                lines.listen(left_s)

        return self._load(errands, work, seconds)

    def at_rate(self, per_s: float, seconds: float) -> Load:
        """Send so many a second, each at its time."""
        errands = self.errands(max(1, int(per_s * seconds)))

        def work(lines: Lines) -> None:
            began_s = time.perf_counter()
            for number, errand in enumerate(errands):
                lines.listen(0)
                while (left_s := began_s + number / per_s - time.perf_counter()) > 0:
                    lines.listen(left_s)
                lines.ask(number, errand.raw)

        return self._load(errands, work, seconds)

    def _load(self, errands: Sequence[Errand], work: Callable[[Lines], None], seconds: float) -> Load:
        """Let the clients work, wait for the last answer, and only then look at what was answered."""
        answers: list[Answered] = []
        lines, began_s = Lines(self.port, answers.append), time.perf_counter()
        try:
            work(lines)
            while lines.waiting:
                lines.listen(PATIENCE_S)
            load = Load(seconds, took_s=time.perf_counter() - began_s)
        finally:
            lines.close()
        for one in answers:
            load.replies.append(Reply(one.status, one.took_s, b"\r\nretry-after:" in one.head))
            self._note(errands[one.number], one)
        return load

    def _note(self, errand: Errand, answered: Answered) -> None:
        if errand.ops:
            told = orjson.loads(answered.body)["results"] if answered.status == 200 else None
            self.record.note(errand.person, errand.ops, told)
