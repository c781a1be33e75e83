"""Refresh tokens over HTTP, in races, after lost answers and in wrong hands, with the server killed in between (G8)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.models import DeviceRow
from tests.builders.people import People, Person
from tests.builders.servers import Server
from tests.builders.wires import Product, Told, product
from tests.faults.figures import rounds, tell

RACERS = 5
FEW, ALL = 3, 300
EACH_KILL = 30
"""So many families of each kind are in the middle of something when the server is killed."""
GRACE_S, GRACE_OF_PROFESSIONALS_S = 60, 10


@dataclass
class Family:
    """Somebody's phone with the newest tokens it was given, and another device of theirs that does nothing."""

    phone: Person
    other: Person
    first: str
    given_at_s: float = 0.0


@dataclass
class Families:
    """Everybody of one kill: what was begun before it is ended after it."""

    raced: list[Family] = field(default_factory=list)
    lost: list[Family] = field(default_factory=list)
    used_twice: list[Family] = field(default_factory=list)
    late: list[Family] = field(default_factory=list)
    longest_s: float = 0.0


def families(people: People, count: int) -> Families:
    """Return so many families of each kind: patients, and professionals for what has to be late."""

    def made(person: Person) -> Family:
        return Family(person, people.again(person), person.refresh_token)

    patients = [[made(people.patient()) for _ in range(count)] for _ in range(3)]
    return Families(*patients, [made(people.therapist()) for _ in range(count)])


def refresh(person: Person, token: str) -> Told:
    """Exchange a refresh token."""
    answer: Told = person.client.post("/v1/auth/token", json={"refresh_token": token})  # type: ignore[assignment]
    return answer


def stepped(family: Family) -> None:
    """Exchange a family's newest token and keep what came."""
    answer = refresh(family.phone, family.phone.refresh_token)
    assert answer.status_code == 200, answer.json
    family.phone = replace(family.phone, token=answer.json["access_token"], refresh_token=answer.json["refresh_token"])
    family.given_at_s = time.monotonic()


def is_in(person: Person) -> bool:
    """Does somebody's access token open their own account?"""
    status = person.get("/v1/me").status_code
    assert status in (200, 401)
    return status == 200


def race(family: Family, pool: ThreadPoolExecutor) -> None:
    """Let five exchange the same token at once: all five are given tokens, which all open."""
    gate = threading.Barrier(RACERS)

    def racer(_: int) -> Told:
        gate.wait(60)
        return refresh(family.phone, family.first)

    answers = list(pool.map(racer, range(RACERS)))
    assert [answer.status_code for answer in answers] == [200] * RACERS
    assert len({answer.json["refresh_token"] for answer in answers}) == RACERS
    last = answers[-1].json
    family.phone = replace(family.phone, token=last["access_token"], refresh_token=last["refresh_token"])
    assert is_in(family.phone)


def begin(all_of: Families, server: Server, made: Product, pool: ThreadPoolExecutor) -> None:
    """Race, lose answers, and use tokens up."""
    over = made.wired(server)
    for family in (*all_of.raced, *all_of.lost, *all_of.used_twice, *all_of.late):
        family.phone, family.other = over(family.phone), over(family.other)
    for family in all_of.raced:
        race(family, pool)
    steps = select(DeviceRow.generation, DeviceRow.siblings)
    with made.database.reading() as db:
        for family in all_of.raced:
            assert tuple(db.execute(steps.where(DeviceRow.id == family.phone.device_id)).one()) == (2, RACERS - 1)
    for family in (*all_of.late, *all_of.lost, *all_of.used_twice, *all_of.used_twice):
        stepped(family)


def end(all_of: Families, server: Server, made: Product) -> None:
    """After a kill: what was lost is asked for again, and what was used up comes in wrong hands."""
    over = made.wired(server)
    for family in (*all_of.raced, *all_of.lost, *all_of.used_twice, *all_of.late):
        family.phone, family.other = over(family.phone), over(family.other)
    for family in all_of.lost:
        family.phone = replace(family.phone, refresh_token=family.first)
        given_at_s = family.given_at_s
        stepped(family)
        assert is_in(family.phone)
        all_of.longest_s = max(all_of.longest_s, family.given_at_s - given_at_s)
    for family in all_of.used_twice:
        ended_by_reuse(family)
        all_of.longest_s = max(all_of.longest_s, time.monotonic() - family.given_at_s)
    assert all_of.longest_s < GRACE_S, "too slow to tell what the grace is good for"
    for family in all_of.late:
        threading.Event().wait(max(0.0, family.given_at_s + GRACE_OF_PROFESSIONALS_S + 1 - time.monotonic()))
        ended_by_reuse(family)


def ended_by_reuse(family: Family) -> None:
    """Send the first token again: this family ends with it, and no other device."""
    assert is_in(family.phone)
    again = refresh(family.phone, family.first)
    assert (again.status_code, again.json.get("code")) == (401, "invalid_grant")
    is_ended(family)


def is_ended(family: Family) -> None:
    """Check that a family's newest tokens are dead, and the other device is in."""
    assert not is_in(family.phone)
    assert refresh(family.phone, family.phone.refresh_token).status_code == 401
    assert is_in(family.other)


def check_after_all(all_of: Families, server: Server, made: Product) -> None:
    """After another kill: who was in is in, and who was out is out."""
    over = made.wired(server)
    for family in (*all_of.used_twice, *all_of.late):
        family.phone, family.other = over(family.phone), over(family.other)
        assert refresh(family.phone, family.first).status_code == 401
        is_ended(family)
    for family in (*all_of.raced, *all_of.lost):
        family.phone, family.other = over(family.phone), over(family.other)
        assert is_in(family.phone)
        assert is_in(family.other)
        stepped(family)
        assert is_in(family.phone)


@pytest.mark.parametrize(
    "count", [pytest.param(FEW, marks=pytest.mark.deep), pytest.param(ALL, marks=pytest.mark.torture)]
)
def test_refresh_tokens_are_what_they_were_after_a_kill(fresh_database_url: str, tmp_path: Path, count: int) -> None:
    count = rounds(count) if count == ALL else count
    kills, longest_s = 0, 0.0
    with product(fresh_database_url, tmp_path) as made, ThreadPoolExecutor(RACERS) as pool:
        server = made.start()
        try:
            for begun in range(0, count, EACH_KILL):
                all_of = families(made.people, min(EACH_KILL, count - begun))
                begin(all_of, server, made, pool)
                server = killed(server, made)
                end(all_of, server, made)
                server = killed(server, made)
                check_after_all(all_of, server, made)
                kills, longest_s = kills + 2, max(longest_s, all_of.longest_s)
        finally:
            server.kill()
        tell(
            f"refresh tokens, {made.database.dialect}: {count} races of {RACERS}, {count} lost answers, "
            f"{count} replays after the grace, {count} of the token before the last; {kills} kills, at most "
            f"{longest_s:.0f} s until what was begun before one was ended after it"
        )


def killed(server: Server, made: Product) -> Server:
    """Kill a server and return another."""
    server.kill()
    return made.start()
