"""Where is measured: prepared databases, with the servers on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from app.guidance.models import ADVICE_FIELDS, AdviceRow
from tests.benchmarks import raw_app
from tests.benchmarks.grounds import ADVICE, Ground, new_url, open_ground, postgresql_server
from tests.benchmarks.histories import ninety_days, write
from tests.builders.people import People
from tests.builders.servers import SECRET, Server, product_environment, start_server

KINDS = ("sqlite", "postgresql")
RAW_APP = "tests.benchmarks.raw_app:create_app()"


@dataclass
class Served:
    """A database that the product serves."""

    ground: Ground
    product: Server

    @property
    def name(self) -> str:
        """Return the kind of database."""
        return self.ground.kind


@dataclass
class Place(Served):
    """A database that the product serves, and the raw baseline beside it."""

    raw: Server
    advice: dict[str, Any]


@contextmanager
def open_served(folder: Path, kinds: Sequence[str], *, workers: int) -> Iterator[list[Served]]:
    """Open databases of these kinds in a new folder, with the product on each, and end everything afterwards."""
    with (
        _grounds(folder, kinds) as grounds,
        _running([partial(_start_product, ground, workers) for ground in grounds]) as servers,
    ):
        yield [Served(*both) for both in zip(grounds, servers, strict=True)]


@contextmanager
def open_places(folder: Path, *, workers: int) -> Iterator[list[Place]]:
    """Open one database of each kind, with both servers on it, and end everything afterwards."""
    with open_served(folder, KINDS, workers=workers) as found:
        advices = [_an_advice(served.ground) for served in found]
        starts = [partial(_start_raw, one.ground, advice, workers) for one, advice in zip(found, advices, strict=True)]
        with _running(starts) as raws:
            parts = zip(found, raws, advices, strict=True)
            yield [Place(served.ground, served.product, raw, advice) for served, raw, advice in parts]


@contextmanager
def _grounds(folder: Path, kinds: Sequence[str]) -> Iterator[list[Ground]]:
    folder.mkdir(mode=0o755)
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder))
        found = []
        for number, kind in enumerate(kinds):
            own = folder / f"{kind}-{number}"
            own.mkdir(mode=0o755)
            url = stack.enter_context(new_url(kind, own, server))
            found.append(stack.enter_context(open_ground(kind, url, own)))
        yield found


@contextmanager
def _running(starts: Sequence[Callable[[], Server]]) -> Iterator[list[Server]]:
    """Start servers side by side, and end those that started in the same way."""
    with ThreadPoolExecutor(len(starts)) as pool:
        starting = [pool.submit(start) for start in starts]
        try:
            yield [one.result() for one in starting]
        finally:
            started = [one.result() for one in starting if one.exception() is None]
            list(pool.map(Server.stop, started))


def _start_product(ground: Ground, workers: int) -> Server:
    environment = product_environment(ground.url, ground.folder / "var", SECRET)
    return start_server(environment, ground.folder, workers=workers)


def _start_raw(ground: Ground, advice: dict[str, Any], workers: int) -> Server:
    file = ground.folder / "advice.json"
    file.write_bytes(orjson.dumps(advice))
    told = {raw_app.URL: ground.url, raw_app.ADVICE: str(file)}
    return start_server(told, ground.folder, workers=workers, application=RAW_APP, ready_at="/bare")


def _an_advice(ground: Ground) -> dict[str, Any]:
    """Return the columns of an advice as the product stores it, for the baseline to store."""
    person = People(ground.app).patient()
    with ground.database.writing.begin() as db:
        write(db, person.id, ninety_days())
    person.get(ADVICE)
    with ground.database.reading() as db:
        stored = db.execute(select(AdviceRow).where(AdviceRow.patient_id == person.id)).scalar_one()
    columns: dict[str, Any] = orjson.loads(orjson.dumps({name: getattr(stored, name) for name in ADVICE_FIELDS}))
    return columns


def conditions(places: list[Place]) -> dict[str, str]:
    """Return the settings that decide what a commit costs, as the databases say them."""
    told = {}
    for place in places:
        questions = ("journal_mode", "synchronous") if place.name == "sqlite" else ("fsync", "synchronous_commit")
        ask = "PRAGMA" if place.name == "sqlite" else "SHOW"
        with place.ground.database.writer.connect() as connection:
            answers = [connection.exec_driver_sql(f"{ask} {question}").scalar() for question in questions]
        told[place.name] = ", ".join(f"{q} {a}" for q, a in zip(questions, answers, strict=True))
    return told
