"""The power goes: what the disk was not asked to keep is gone; nothing acknowledged is (G25)."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db.engine import open_database
from tests.builders.databases import prepare
from tests.builders.people import Person
from tests.builders.servers import PATIENT_S, SECRET, Server, product_environment, start_patiently, start_server
from tests.faults.figures import rounds, tell
from tests.faults.phones import Phones, nothing_is_lost, patients
from tests.integration.test_crash import half_written

CUTS = 50
PLANTED_CUTS = 3
SEED = 20_261_121
SHIM = Path(__file__).with_name("power_cut.c")
CARELESS = """
import app.db.engine as engine
honest = engine.sqlite_pragmas
engine.sqlite_pragmas = lambda **how: [one.replace("synchronous=FULL", "synchronous=NORMAL") for one in honest(**how)]
from wsgi import app
"""
"""A server as it must not be: a power cut may take back what it acknowledged."""


@dataclass
class Machine:
    """A product whose disk keeps what it is asked to keep, and nothing else."""

    folder: Path
    people: list[Person]
    environment: dict[str, str]
    NAME = "trochlea.sqlite3"

    @property
    def written(self) -> Path:
        """Return where the server writes."""
        return self.folder / "written"

    @property
    def kept(self) -> Path:
        """Return what is there after a cut."""
        return self.folder / "kept"

    @property
    def url(self) -> str:
        """Return the address of the database."""
        return f"sqlite:///{self.written / self.NAME}"

    def start(self, application: str) -> Server:
        """Start the server."""
        return start_server(self.environment, self.folder, application=application, ready_within_s=PATIENT_S)

    def cut(self, server: Server) -> None:
        """Cut the power: every process ends, and every file is what was kept of it."""
        server.kill()
        shutil.rmtree(self.written)
        shutil.copytree(self.kept, self.written, ignore=shutil.ignore_patterns("*.half", ".lock"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose power may be cut."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc, for the disk that keeps only what it is asked to keep")
    shim = tmp_path / "power_cut.so"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", shim, SHIM, "-ldl"], check=True)
    made = Machine(tmp_path, [], {})
    made.written.mkdir()
    prepare(made.url)
    made.people = patients(made.url, tmp_path, 4)
    shutil.copytree(made.written, made.kept)
    made.environment = {
        **product_environment(made.url, tmp_path / "var", SECRET),
        "LD_PRELOAD": str(shim),
        "POWER_WRITTEN": str(made.written),
        "POWER_KEPT": str(made.kept),
        "PYTHONPATH": str(tmp_path),
    }
    (tmp_path / "careless.py").write_text(CARELESS)
    return made


def survive(machine: Machine, cuts: int, application: str = "wsgi:app") -> None:
    """Cut the power so many times under eight phones, and look after each."""
    chance = random.Random(SEED)
    phones = Phones(machine.people, "")
    for number in range(cuts):
        server = machine.start(application)
        phones.url = server.url
        try:
            phones.lose_power_after(chance.randint(8, 60), lambda now=server: machine.cut(now))
        finally:
            server.kill()
        look(machine, phones, number)
    tell(f"power cut: {cuts} cuts, {phones.record.acknowledged} operations acknowledged, all there ({application})")


def look(machine: Machine, phones: Phones, number: int) -> None:
    """Look at what was kept, at a copy of it: whoever opens it with the usual disk would write there."""
    place = machine.folder / f"look-{number}"
    shutil.copytree(machine.written, place)
    url = f"sqlite:///{place / machine.NAME}"
    server = start_patiently(url, machine.folder)
    try:
        nothing_is_lost(server, phones, url)
    finally:
        server.kill()
    database = open_database(url, pool_size=1)
    try:
        assert half_written(database) == []
    finally:
        database.dispose()
    with closing(sqlite3.connect(place / machine.NAME)) as connection:
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    shutil.rmtree(place)


@pytest.mark.torture
def test_a_power_cut_takes_nothing_back_that_was_acknowledged(machine: Machine) -> None:
    survive(machine, rounds(CUTS))


@pytest.mark.torture
def test_a_power_cut_is_seen_where_commits_are_not_kept(machine: Machine) -> None:
    """Planted: synchronous=NORMAL."""
    with pytest.raises(AssertionError, match="lost"):
        survive(machine, PLANTED_CUTS, "careless:app")
