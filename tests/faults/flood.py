"""So many log-ins a second by people whom nobody knows, each over a connection of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from contextlib import suppress
from types import TracebackType

from tests.benchmarks.load import request

PATIENCE_S = 30.0


class Flood:
    """Log-ins at a rate that waits for nobody, from a thread of its own, as long as it is entered."""

    def __init__(self, port: int, per_s: float) -> None:
        self.port, self.per_s = port, per_s
        self.statuses: Counter[int] = Counter()
        self.took_s = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._end.set()
        self._thread.join(PATIENCE_S * 2)

    async def _work(self) -> None:
        began, number, sent = time.perf_counter(), 0, set()
        while not self._end.is_set():
            await asyncio.sleep(max(began + number / self.per_s - time.perf_counter(), 0))
            task = asyncio.create_task(self._log_in(number))
            sent.add(task)
            task.add_done_callback(sent.discard)
            number += 1
        self.took_s = time.perf_counter() - began
        await asyncio.gather(*sent)

    async def _log_in(self, number: int) -> None:
        body = {"email": f"nobody{number}@example.org", "password": "not a password of anybody", "device_name": "x"}
        status = 0
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(request("POST", "/v1/auth/login", 401, body, Connection="close").raw)
                status = int((await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S))[9:12])
            finally:
                writer.close()
        self.statuses[status] += 1
