"""An archive is taken in with as much memory as a handful of its records needs, and is looked over before that."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, insert, select

from app.db.base import table_of
from app.interop.models import ImportPieceRow, ImportRow
from app.keeping.domain import NotImported
from app.keeping.repository import archives
from app.keeping.service import archive
from app.kernel.clock import now
from app.kernel.ids import new_id
from tests.builders.servers import ROOT, SECRET, product_environment
from tests.keeping.conftest import Installation, Places
from tests.levels import SQLITE_FIRST

pytestmark = SQLITE_FIRST

MB = 1024 * 1024
PIECE = 256 * 1024
_IMPORTS, _PIECES = table_of(ImportRow), table_of(ImportPieceRow)


def a_patient_with(here: Installation, size: int) -> UUID:
    """Make a patient who has imported so many bytes, which no packing makes smaller."""
    patient_id, import_id, at = here.people.patient().id, new_id(), now()
    chance = random.Random(7)
    with here.database.writing.begin() as db:
        row = {
            "patient_id": patient_id, "id": import_id, "device_id": new_id(), "filename": "years.zip",
            "sha256": "0" * 64, "size_bytes": size, "zone": None, "treat_as_run": False, "made_at": at,
            "state": "done", "kind": "archive", "refused_as": None, "items_done": 0, "items_total": 0,
            "bytes_read": size, "bytes_total": size, "tries": 0, "next_try_at": None, "lease_id": None,
            "settled_at": at,
        }  # fmt: skip
        db.execute(insert(_IMPORTS), row)
        for number in range(size // PIECE):
            piece = {"patient_id": patient_id, "import_id": import_id, "number": number}
            db.execute(insert(_PIECES), {**piece, "content": chance.randbytes(PIECE)})
    return patient_id


def exported(here: Installation, patient_id: UUID, file: Path) -> Path:
    """Write somebody's archive."""
    with here.database.writing.begin() as db, file.open("wb") as out:
        archive.export(db, patient_id, here.app.config["TROCHLEA_SCHEMA"], now(), out)
    return file


def take_in(there: Installation, file: Path) -> None:
    """Take an archive in."""
    with there.database.writing.begin() as db:
        archive.import_archive(db, file, there.app.config["TROCHLEA_SCHEMA"])


def pieces_in(place: Installation) -> tuple[int, int]:
    """Return how many pieces there are, and their bytes."""
    with place.database.reading() as db:
        counted, size = db.execute(select(func.count(), func.sum(func.length(_PIECES.c.content)))).one()
    return counted, size or 0


@pytest.fixture(scope="module")
def large(here: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of somebody who imported 4 MB, which is 8 MB of hex digits."""
    return exported(here, a_patient_with(here, 4 * MB), tmp_path_factory.mktemp("kept") / "large.zip")


@pytest.fixture(scope="module")
def small(here: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of somebody who imported one piece."""
    return exported(here, a_patient_with(here, PIECE), tmp_path_factory.mktemp("kept") / "small.zip")


def test_an_archive_is_taken_in_piece_by_piece(places: Places, large: Path) -> None:
    there = places.installation()
    tracemalloc.start()
    try:
        take_in(there, large)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pieces_in(there) == (16, 4 * MB)
    assert peak < 12 * MB  # to parse a line of half a megabyte takes six


def rewritten(file: Path, target: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Write an archive anew with another content of one file, and a manifest that agrees with it."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        manifest = orjson.loads(old.read(archive.MANIFEST))
        for each in old.namelist():
            if each == archive.MANIFEST:
                continue
            content = old.read(each)
            if each == name:
                content = change(content)
                told = {"records": len(content.splitlines()), "sha256": hashlib.sha256(content).hexdigest()}
                manifest["files"][name] = told
            new.writestr(each, content)
        new.writestr(archive.MANIFEST, orjson.dumps(manifest))
    return target


BAD = {
    "no JSON": (lambda _: b"{]\n", "no record"),
    "no object": (lambda _: b"[1]\n", "not what this program writes"),
    "another member": (lambda content: content.replace(b'"number"', b'"nombre"'), "not what this program writes"),
    "no hex digits": (
        lambda content: content.replace(b'"content":"', b'"content":"xyz'),
        "not what this program writes",
    ),
    "an endless line": (lambda _: b" " * (17 * MB), "too long"),
}
"""What an archive may hold whose manifest agrees with it."""


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_record_is_refused_and_nothing_is_stored(
    places: Places, small: Path, tmp_path: Path, name: str
) -> None:
    change, why = BAD[name]
    bad = rewritten(small, tmp_path / "bad.zip", "tables/import_pieces.jsonl", change)
    there = places.installation()
    with pytest.raises(NotImported, match=why):
        take_in(there, bad)
    with there.database.reading() as db:
        assert not archives.has_accounts(db)
    assert pieces_in(there) == (0, 0)


@pytest.mark.deep
def test_a_large_archive_takes_little_memory(here: Installation, places: Places, tmp_path: Path) -> None:
    """Measured as the kernel does, of the command itself."""
    of_little = most_memory(places, exported(here, a_patient_with(here, PIECE), tmp_path / "small.zip"), tmp_path)
    of_most = most_memory(places, exported(here, a_patient_with(here, 32 * MB), tmp_path / "large.zip"), tmp_path)
    assert of_most - of_little < 60 * MB


SCRIPT = """
import resource, sys
from flask.cli import main
sys.argv = ["flask", "--app", "wsgi", "import-archive", sys.argv[1]]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def most_memory(places: Places, file: Path, folder: Path) -> int:
    """Take an archive in by the command, and return the most bytes that its process held."""
    there = places.installation()
    environment = product_environment(there.url, folder, SECRET)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(file)],
        cwd=ROOT,
        env={**environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1]) * 1024
