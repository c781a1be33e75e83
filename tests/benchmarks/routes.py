"""The hot routes: what is sent to the product, to the baseline over HTTP, and to the baseline in-process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.kernel.clock import now
from tests.benchmarks.grounds import Ground
from tests.benchmarks.histories import ZONE
from tests.benchmarks.load import Request, Sample, request
from tests.benchmarks.places import Place
from tests.benchmarks.raw_app import ETAG, entry_of
from tests.benchmarks.statements import KINDS, Raw, open_raw
from tests.builders.people import Person

ROUTES = {
    "log a run": 201,
    "log a pain score": 201,
    "list 100 runs": 200,
    "read a run": 200,
    "read the advice": 200,
    "list exercises, 304": 304,
}
COLLECTIONS = {"log a run": "runs", "log a pain score": "pain-scores"}


@dataclass
class Cast:
    """The people of one round: patients with ninety days, and one with more than a hundred runs."""

    last_runs: dict[UUID, UUID]
    patients: list[Person]
    runner: Person
    run_id: UUID
    library_etag: str = field(default="")


def new_cast(ground: Ground, patients: int) -> Cast:
    """Return new people, so that no round meets what another one has logged."""
    runner, run_id = ground.runner()
    etag = runner.get("/v1/exercises?limit=100").headers["ETag"]
    people = ground.patients(patients)
    return Cast({person.id: last for person, last in people}, [person for person, _ in people], runner, run_id, etag)


def product_requests(route: str, cast: Cast, count: int) -> list[Request]:
    """Return what a phone sends."""
    return [_request(route, cast, number, cast.library_etag, token=True) for number in range(count)]


def raw_requests(route: str, cast: Cast, count: int) -> list[Request]:
    """Return the same for the baseline, which asks for no token."""
    return [_request(route, cast, number, ETAG, token=False) for number in range(count)]


def raw_in_process(route: str, place: Place, cast: Cast, count: int) -> Sample:
    """Do the same statements over one connection in this process."""
    raw = open_raw(place.ground.url, place.advice)
    work = _raw_work(route, raw, cast)
    took = []
    began = time.perf_counter()
    for number in range(count):
        before = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - before) * 1000)
    return Sample(count / (time.perf_counter() - began), took)


def _raw_work(route: str, raw: Raw, cast: Cast) -> Callable[[int], Any]:
    if route in COLLECTIONS:
        name = COLLECTIONS[route]
        return lambda number: raw.log(
            KINDS[name], _patient(cast, number).id, entry_of(name, _body(route, cast, number)), now()
        )
    return {
        "list 100 runs": lambda _: raw.list_runs(cast.runner.id),
        "read a run": lambda _: raw.read_run(cast.runner.id, cast.run_id),
        "read the advice": lambda number: raw.read_advice(_patient(cast, number).id),
        "list exercises, 304": lambda _: raw.touch(),
    }[route]


def _request(route: str, cast: Cast, number: int, etag: str, *, token: bool) -> Request:
    writes = route in COLLECTIONS
    person = _patient(cast, number) if writes or route == "read the advice" else cast.runner
    headers = {"Authorization": f"Bearer {person.token}"} if token else {}
    if route == "list exercises, 304":
        headers["If_None_Match"] = etag
    body = _body(route, cast, number) if writes else None
    return request("POST" if writes else "GET", _path(route, person, cast), ROUTES[route], body, **headers)


def _path(route: str, person: Person, cast: Cast) -> str:
    base = f"/v1/patients/{person.id}"
    return {
        "list 100 runs": f"{base}/runs?limit=100",
        "read a run": f"{base}/runs/{cast.run_id}",
        "read the advice": f"{base}/guidance/advice",
        "list exercises, 304": "/v1/exercises?limit=100",
    }.get(route) or f"{base}/{COLLECTIONS[route]}"


def _body(route: str, cast: Cast, number: int) -> dict[str, Any]:
    person = _patient(cast, number)
    return body_of(COLLECTIONS[route], number // len(cast.patients), cast.last_runs[person.id])


def _patient(cast: Cast, number: int) -> Person:
    return cast.patients[number % len(cast.patients)]


def body_of(collection: str, number: int, run_id: UUID | None) -> dict[str, Any]:
    """Return a new entry of five minutes ago; a score is about a run and higher than the one before it."""
    shared = {"id": str(uuid4()), "performed_at": (now() - timedelta(minutes=5)).isoformat(), "zone": ZONE}
    if collection == "pain-scores":
        score = 1.1 + number % 20 / 10
        return {**shared, "score": round(score, 1), "moment": "during", "side": "left", "run_id": str(run_id)}
    return {**shared, "distance_m": 5000, "duration_s": 1800, "cadence_spm": 166}
