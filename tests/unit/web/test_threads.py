"""A worker's threads: whoever was done last works next, nothing that was taken in is lost, and all end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from app.web.threads import Threads

COUNT, PATIENCE_S = 5, 20.0


@pytest.fixture
def threads() -> Iterator[Threads]:
    found = Threads(COUNT)
    yield found
    found.shutdown()


def who() -> str:
    """Return the name of the thread that asks."""
    return threading.current_thread().name


def held(threads: Threads, may_end: threading.Event, count: int) -> list[Future[str]]:
    """Keep so many threads busy until an event, and return what they will say once all of them are."""
    busy = threading.Barrier(count + 1)

    def work() -> str:
        busy.wait(PATIENCE_S)
        assert may_end.wait(PATIENCE_S)
        return who()

    found = [threads.submit(work) for _ in range(count)]
    busy.wait(PATIENCE_S)
    return found


def test_one_after_the_other_is_done_by_one_thread(threads: Threads) -> None:
    assert len({threads.submit(who).result(PATIENCE_S) for _ in range(50)}) <= 2  # one may not be in bed again yet


def test_as_many_as_there_are_work_at_once_and_all_were_there_before(threads: Threads) -> None:
    before, may_end = threading.active_count(), threading.Event()
    found = held(threads, may_end, COUNT)
    assert threading.active_count() == before
    may_end.set()
    assert len({one.result(PATIENCE_S) for one in found}) == COUNT


def test_who_comes_while_all_are_busy_is_served_in_order(threads: Threads) -> None:
    may_end, served = threading.Event(), []
    held(threads, may_end, COUNT - 1)
    gate = threading.Event()
    last = threads.submit(gate.wait, PATIENCE_S)
    waiting = [threads.submit(served.append, number) for number in range(20)]
    assert not any(one.done() for one in waiting)
    gate.set()
    for one in [last, *waiting]:
        one.result(PATIENCE_S)
    assert served == list(range(20))
    may_end.set()


def test_what_goes_wrong_is_told_to_who_asked_and_the_thread_goes_on(threads: Threads) -> None:
    def fail() -> None:
        raise KeyError("this")

    for _ in range(COUNT * 2):
        assert isinstance(threads.submit(fail).exception(PATIENCE_S), KeyError)
    assert threads.submit(who).result(PATIENCE_S)


def test_what_was_given_up_before_it_began_is_not_done(threads: Threads) -> None:
    may_end, served = threading.Event(), []
    busy = held(threads, may_end, COUNT)
    waiting = threads.submit(served.append, 1)
    assert waiting.cancel()
    may_end.set()
    for one in busy:
        one.result(PATIENCE_S)
    assert threads.submit(who).result(PATIENCE_S)
    assert served == []


@pytest.mark.parametrize(("cancel", "done"), [(False, [0, 1, 2]), (True, [])])
def test_what_was_taken_in_is_done_before_all_end_unless_it_is_given_up(cancel: bool, done: list[int]) -> None:
    threads, may_end, served = Threads(COUNT), threading.Event(), []
    before = threading.active_count()
    busy = held(threads, may_end, COUNT)
    for number in range(3):
        threads.submit(served.append, number)
    threads.shutdown(wait=False, cancel_futures=cancel)
    with pytest.raises(RuntimeError, match="ended"):
        threads.submit(who)
    may_end.set()
    threads.shutdown()
    assert all(one.result(PATIENCE_S) for one in busy)
    assert sorted(served) == done
    assert threading.active_count() == before - COUNT
