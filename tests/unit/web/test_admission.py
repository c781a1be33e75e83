"""Beyond what a worker can do at once, some wait a moment and the others are told so; nobody is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.factory import create_app
from app.settings import Mode, Settings
from app.web.admission import (
    HASHES,
    PULLS_EACH,
    WAITING_EACH,
    WRITERS_EACH,
    Admission,
    Beside,
    Turns,
    logs,
    pulls,
    threads_for,
)

AT_ONCE = 2
PUSH = "/v1/sync/streams/00000000-0000-4000-8000-000000000001/ops"
PULL = PUSH.replace("/ops", "/changes")
WRITERS = AT_ONCE * WRITERS_EACH
WITHIN_S = 30.0


class Work:
    """An application whose answers wait for `may_end`, but for a pull's."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Semaphore(0), threading.Event()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, once it may."""
        if environ["PATH_INFO"] != PULL:
            self.began.release()
            assert self.may_end.wait(WITHIN_S)
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError
        start("200 OK", [])
        return [b"done"]


class Door:
    """A worker, asked by as many threads as it has."""

    def __init__(self, longest_wait_s: float, at_once: int, *, one_writes: bool) -> None:
        self.work, self.refused = Work(), threading.Semaphore(0)
        self.admission = Admission(
            self.work, at_once, self.refused.release, one_writes=one_writes, longest_wait_s=longest_wait_s
        )

    def ask(self, path: str = "/v1/me", method: str = "GET") -> tuple[str, dict[str, str], bytes]:
        """Return the status, headers and body of an answer."""
        told: list[Any] = []
        body = self.admission({"PATH_INFO": path, "REQUEST_METHOD": method}, lambda *given: told.extend(given))
        return told[0], dict(told[1]), b"".join(body)

    def await_begun(self, count: int) -> None:
        """Return once so many more are worked on."""
        for _ in range(count):
            assert self.work.began.acquire(timeout=WITHIN_S)


@contextmanager
def door(
    longest_wait_s: float = WITHIN_S, *, one_writes: bool = False, at_once: int = AT_ONCE
) -> Iterator[tuple[Door, ThreadPoolExecutor]]:
    """Yield a door and those who ask at it."""
    made = Door(longest_wait_s, at_once, one_writes=one_writes)
    with ThreadPoolExecutor(threads_for(at_once)) as askers:
        try:
            yield made, askers
        finally:
            made.work.may_end.set()


def statuses(asked: list[Future[Any]]) -> list[str]:
    """Return the statuses of all answers."""
    return [one.result(WITHIN_S)[0][:3] for one in asked]


def test_as_many_as_there_is_room_for_are_answered_and_the_others_refused_at_once() -> None:
    with door() as (made, askers):
        asked = [askers.submit(made.ask) for _ in range(AT_ONCE * (1 + WAITING_EACH) + 3)]
        made.await_begun(AT_ONCE)
        for _ in range(3):
            assert made.refused.acquire(timeout=WITHIN_S), "somebody beyond the waiting room was not refused"
        assert not made.work.began.acquire(blocking=False), "more are worked on than at once"
        made.work.may_end.set()
        found = statuses(asked)
    assert (found.count("200"), found.count("503")) == (AT_ONCE * (1 + WAITING_EACH), 3)


def test_a_refusal_is_a_problem_that_says_when_to_come_again() -> None:
    with door(longest_wait_s=0.0) as (made, askers):
        [askers.submit(made.ask) for _ in range(AT_ONCE)]
        made.await_begun(AT_ONCE)
        status, headers, body = made.ask()
    assert status == "503 SERVICE UNAVAILABLE"
    assert headers["Retry-After"].isdecimal()
    assert headers["Content-Type"] == "application/problem+json"
    told = orjson.loads(body)
    assert (told["code"], told["status"], told["request_id"]) == ("busy", 503, headers["X-Request-Id"])


def test_who_waits_too_long_is_refused_and_leaves_the_room() -> None:
    with door(longest_wait_s=0.01) as (made, askers):
        first = [askers.submit(made.ask) for _ in range(AT_ONCE)]
        made.await_begun(AT_ONCE)
        assert {made.ask()[0][:3] for _ in range(3 * AT_ONCE * WAITING_EACH)} == {"503"}
        made.work.may_end.set()
        assert {one.result(WITHIN_S)[0] for one in first} == {"200 OK"}
        assert made.ask()[0] == "200 OK"


def test_a_failure_gives_its_place_back() -> None:
    with door(longest_wait_s=0.0) as (made, _):
        made.work.may_end.set()
        for _ in range(3 * AT_ONCE):
            with pytest.raises(RuntimeError):
                made.ask("/broken")
        assert made.ask()[0] == "200 OK"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_who_asks_whether_the_server_lives_is_answered_while_it_is_busy(path: str) -> None:
    with door(longest_wait_s=0.0) as (made, askers):
        [askers.submit(made.ask) for _ in range(AT_ONCE)]
        made.await_begun(AT_ONCE)
        asked = askers.submit(made.ask, path)
        made.await_begun(1)
        made.work.may_end.set()
        assert asked.result(WITHIN_S)[0] == "200 OK"


def test_log_ins_take_half_of_the_turns_at_most_and_leave_the_others_to_phones() -> None:
    with door() as (made, askers):
        log_ins = [askers.submit(made.ask, "/v1/auth/login", "POST") for _ in range(3)]
        made.await_begun(AT_ONCE // 2)
        for _ in range(3 - AT_ONCE // 2):
            assert made.refused.acquire(timeout=WITHIN_S), "a log-in waits for its turn among the others"
        phone = askers.submit(made.ask)
        made.await_begun(1)
        made.work.may_end.set()
        assert statuses([phone]) == ["200"]
        assert sorted(statuses(log_ins)) == ["200"] * (AT_ONCE // 2) + ["503"] * (3 - AT_ONCE // 2)


def test_one_logs_at_a_time_while_others_read_and_log_in_and_export() -> None:
    with door(one_writes=True) as (made, askers):
        writers = [askers.submit(made.ask, PUSH, "POST") for _ in range(WRITERS + 2)]
        made.await_begun(1)
        for _ in range(2):
            assert made.refused.acquire(timeout=WITHIN_S), "more wait to write than there is room for"
        assert not made.work.began.acquire(blocking=False), "two write at once"
        assert made.admission.is_full_for("POST", PUSH)
        assert not made.admission.is_full_for("POST", "/v1/auth/login")
        assert not made.admission.is_full_for("GET", PUSH)
        others = [askers.submit(made.ask, "/v1/me/export", "POST")]
        made.await_begun(1)
        made.work.may_end.set()
        others += [askers.submit(made.ask), askers.submit(made.ask, "/v1/auth/login", "POST")]
        assert statuses(others) == ["200"] * 3
        assert sorted(statuses(writers)) == ["200"] * WRITERS + ["503"] * 2


def test_the_loop_knows_when_no_more_may_log_in() -> None:
    with door() as (made, askers):
        room = AT_ONCE // 2 + AT_ONCE * WAITING_EACH
        log_ins = [askers.submit(made.ask, "/v1/auth/login", "POST") for _ in range(room + 1)]
        assert made.refused.acquire(timeout=WITHIN_S)
        assert made.admission.is_full_for("POST", "/v1/auth/login")
        assert not made.admission.is_full_for("GET", PUSH)
        made.work.may_end.set()
        assert sorted(statuses(log_ins)) == ["200"] * room + ["503"]


def test_half_of_the_turns_are_for_those_who_log_where_the_database_lets_several() -> None:
    with door(at_once=2 * AT_ONCE) as (made, askers):
        writers = [askers.submit(made.ask, PUSH, "POST") for _ in range(AT_ONCE + 1)]
        made.await_begun(AT_ONCE)
        assert not made.work.began.acquire(blocking=False), "more write at once than half"
        others = [askers.submit(made.ask) for _ in range(AT_ONCE)]
        made.await_begun(AT_ONCE)
        made.work.may_end.set()
        assert statuses(writers + others) == ["200"] * (2 * AT_ONCE + 1)


def test_while_no_more_may_wait_to_log_some_pull_for_each_who_did() -> None:
    with door(one_writes=True) as (made, askers):
        for _ in range(2):
            made.work.may_end.clear()
            writers = [askers.submit(made.ask, PUSH, "POST") for _ in range(WRITERS + 1)]
            made.await_begun(1)
            assert made.refused.acquire(timeout=WITHIN_S), "not all of them are there"
            assert not made.admission.is_full_for("GET", PULL)
            pulled = [made.ask(PULL)[0][:3] for _ in range(PULLS_EACH + 2)]
            assert pulled == ["200"] * PULLS_EACH + ["503"] * 2
            assert made.admission.is_full_for("GET", PULL)
            assert not made.admission.is_full_for("GET", "/v1/patients/x/runs"), "a therapist may read"
            made.work.may_end.set()
            assert sorted(statuses(writers)) == ["200"] * WRITERS + ["503"]
            made.await_begun(WRITERS - 1)
            while made.refused.acquire(blocking=False):
                pass
            assert {made.ask(PULL)[0][:3] for _ in range(3 * PULLS_EACH)} == {"200"}, "nobody waits any more"


def test_those_who_pass_beside_a_crowd_are_counted_anew_with_each_that_is_done() -> None:
    crowd = Turns(1, room=0)
    beside = Beside(crowd, 2)
    assert [beside.take() for _ in range(5)] == [True] * 5, "there is no crowd"
    assert crowd.take(0)
    for _ in range(2):
        assert not beside.is_full
        assert [beside.take() for _ in range(4)] == [True, True, False, False]
        assert beside.is_full
        beside.one_is_done()
    crowd.give_back()
    assert [beside.take() for _ in range(5)] == [True] * 5


def test_what_asks_for_news_of_a_stream_is_a_pull(tmp_path: Path) -> None:
    there = {path for method, path in routes(tmp_path) if method == "GET" and pulls(method, path)}
    assert there == {f"/v1/sync/streams/<id:patient_id>/{what}" for what in ("changes", "digest", "parked")}


@pytest.mark.parametrize(
    ("url", "one_writes"), [("sqlite:///{}/none", True), ("postgresql://nobody@127.0.0.1/", False)]
)
def test_one_writes_at_a_time_on_sqlite_and_half_elsewhere(tmp_path: Path, url: str, one_writes: bool) -> None:
    secret = "a secret of thirty-two letters, at least"
    said = Settings(
        mode=Mode.TEST, database_url=url.format(tmp_path), var_dir=tmp_path, secret_key=secret, at_once=2 * AT_ONCE
    )
    admission = create_app(said).extensions["trochlea.admission"]
    assert admission._writing._free == (1 if one_writes else AT_ONCE)


def routes(tmp_path: Path) -> set[tuple[str, str]]:
    """Return the method and the path of all that can be asked."""
    url, secret = f"sqlite:///{tmp_path}/none.sqlite3", "a secret of thirty-two letters, at least"
    said = create_app(Settings(mode=Mode.TEST, database_url=url, var_dir=tmp_path, secret_key=secret))
    return {(method, rule.rule) for rule in said.url_map.iter_rules() for method in rule.methods or ()}


def test_what_a_password_is_hashed_for_is_there(tmp_path: Path) -> None:
    assert routes(tmp_path) >= HASHES


def test_what_takes_long_takes_no_turn_from_those_who_log(tmp_path: Path) -> None:
    there = routes(tmp_path)
    logging = {path for method, path in there if logs(method, path)}
    for named in ("sync/streams/<id:patient_id>/ops", "patients/<id:patient_id>/runs"):
        assert f"/v1/{named}" in logging
    long = {"/v1/me/export", "/v1/me/erasure", "/v1/me/password", "/v1/runs/import", "/v1/imports", "/v1/sync/pull"}
    thinks = "/v1/patients/<id:patient_id>/guidance/replay"
    assert {path for _, path in there} >= long | {thinks}
    assert not logging & (long | {thinks})
