"""Requests at a rate that nobody waits for: so many a second, whatever becomes of those before; and what came back."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from tests.benchmarks.load import percentile, request
from tests.builders.devices import Json
from tests.builders.people import Person
from tests.faults.phones import batch
from tests.sync.test_crash_push import Record

PATIENCE_S = 30.0
"""How long a client waits for an answer before it gives up."""
READ_TO = 1 << 20


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
    """Clients of one server: every second request reads, every other pushes three operations."""

    def __init__(self, port: int, people: Sequence[Person], epochs: Sequence[str], record: Record) -> None:
        self.port, self.people, self.epochs, self.record = port, people, epochs, record
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
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
        ops = batch(which, self._made)
        return Errand(
            request("POST", f"{stream}/ops", 200, {"epoch": self.epochs[which], "ops": ops}, **told).raw, person, ops
        )

    def at_once(self, connections: int, seconds: float) -> Load:
        """Send one after the other over so many connections: what the server does when it is never idle."""
        return asyncio.run(self._closed(connections, seconds))

    def at_rate(self, per_s: float, seconds: float) -> Load:
        """Send so many a second, each at its time."""
        return asyncio.run(self._open(self.errands(max(1, int(per_s * seconds))), per_s, seconds))

    async def _closed(self, connections: int, seconds: float) -> Load:
        load, began = Load(seconds), time.perf_counter()

        async def client() -> None:
            while time.perf_counter() - began < seconds:
                await self._send(self._errand(), load)

        await asyncio.gather(*(client() for _ in range(connections)))
        return await self._end(load, began)

    async def _open(self, errands: Sequence[Errand], per_s: float, seconds: float) -> Load:
        load, began, sent = Load(seconds), time.perf_counter(), set()
        for number, errand in enumerate(errands):
            wait_s = began + number / per_s - time.perf_counter()
            await asyncio.sleep(max(wait_s, 0))
            task = asyncio.create_task(self._send(errand, load))
            sent.add(task)
            task.add_done_callback(sent.discard)
        await asyncio.gather(*sent)
        return await self._end(load, began)

    async def _end(self, load: Load, began: float) -> Load:
        load.took_s = time.perf_counter() - began
        for _, writer in self._free:
            await _closed(writer)
        self._free.clear()
        return load

    async def _send(self, errand: Errand, load: Load) -> None:
        began, told = time.perf_counter(), None
        try:
            status, says_when, body = await asyncio.wait_for(self._exchange(errand.raw), PATIENCE_S)
            told = orjson.loads(body)["results"] if status == 200 and errand.ops else None
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, says_when = 0, False
        load.replies.append(Reply(status, time.perf_counter() - began, says_when))
        if errand.ops:
            self.record.note(errand.person, errand.ops, told)

    async def _exchange(self, raw: bytes) -> tuple[int, bool, bytes]:
        reader, writer = await self._connection()
        try:
            writer.write(raw)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            await _closed(writer)
            raise
        if b"connection: close" in head:
            await _closed(writer)
        else:
            self._free.append((reader, writer))
        return int(head[9:12]), b"\r\nretry-after:" in head, body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            await _closed(writer)
        return await asyncio.open_connection("127.0.0.1", self.port, limit=READ_TO)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
