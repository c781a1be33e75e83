"""The threads of a worker: whoever was done last works next, so that as few as the work needs are ever warm."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any

Work = tuple["Future[Any]", Callable[[], Any]]


class Threads(Executor):
    """So many threads, all there from the beginning.

    What a thread has once held for a request stays with it. Taken in turn, each of them would come to hold as much as
    the one that had the most to do; so those that were not needed are left asleep.
    """

    def __init__(self, count: int) -> None:
        self._lock, self._is_ended = threading.Lock(), False
        self._asleep: list[SimpleQueue[Work | None]] = []
        self._waiting: deque[Work] = deque()
        self._threads = [threading.Thread(target=self._serve, name=f"turn-{n}", daemon=True) for n in range(count)]
        ready = threading.Barrier(count + 1)
        self._are_ready = ready.wait
        for thread in self._threads:
            thread.start()
        ready.wait()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Have this called by the thread that was done last, or by the first that will be."""
        future: Future[Any] = Future()
        work = future, partial(fn, *args, **named)
        with self._lock:
            if self._is_ended:
                raise RuntimeError("these threads have ended")
            if not self._asleep:
                self._waiting.append(work)
                return future
            bed = self._asleep.pop()
        bed.put(work)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more in; what was taken in is done, or with `cancel_futures` only what was begun."""
        with self._lock:
            self._is_ended = True
            beds, self._asleep = self._asleep, []
            given_up = list(self._waiting) if cancel_futures else []
            if cancel_futures:
                self._waiting.clear()
        for future, _ in given_up:
            future.cancel()
        for bed in beds:
            bed.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _serve(self) -> None:
        bed: SimpleQueue[Work | None] = SimpleQueue()
        with self._lock:
            self._asleep.append(bed)
        self._are_ready()
        while (work := bed.get()) is not None:
            while work is not None:
                _do(work)
                work = self._next(bed)

    def _next(self, bed: SimpleQueue[Work | None]) -> Work | None:
        """Return what waits; where nothing does, go to sleep."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            if self._is_ended:
                bed.put(None)
            else:
                self._asleep.append(bed)
            return None


def _do(work: Work) -> None:
    future, call = work
    if not future.set_running_or_notify_cancel():
        return
    try:
        answer = call()
    except BaseException as error:
        future.set_exception(error)
        del work, future  # the error knows this frame: nothing in it may know the error
    else:
        future.set_result(answer)
