"""A backup made while people work holds all that was acknowledged before it, and is looked over when it comes back."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import delete, select, text

from app.accounts.models import DeviceRow
from app.db.synced import SyncChange
from app.keeping.domain import Check
from app.keeping.repository import copies
from app.keeping.service import backup as backups
from app.keeping.service import packing
from app.keeping.service.anchors import ANCHORS, read_anchors
from app.keeping.service.erasure import LIST
from app.keeping.service.trail import verify_new
from app.logbook.models import RunRow
from app.sync import repository as streams
from tests.builders.care import let_in
from tests.builders.people import Person
from tests.integration.test_crash import half_written, run_body
from tests.keeping.conftest import PROGRAMS, Installation, Places
from tests.levels import SQLITE_FIRST

WRITERS, ACKNOWLEDGED = 4, 40


class Writers:
    """Patients whose phones send runs, one after the other, and note which were acknowledged."""

    def __init__(self, here: Installation) -> None:
        self.acknowledged: list[str] = []
        self.refused: list[int] = []
        self._enough = threading.Condition()
        self._stop = threading.Event()
        self.people = [here.people.patient() for _ in range(WRITERS)]
        self._threads = [threading.Thread(target=self._work, args=(one,), daemon=True) for one in self.people]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def await_acknowledged(self, count: int) -> None:
        """Return once so many runs were acknowledged in all."""
        with self._enough:
            assert self._enough.wait_for(lambda: len(self.acknowledged) >= count or self.refused, timeout=60)

    def _work(self, person: Person) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            body = run_body(number)
            answer = person.post("/v1/patients/{me}/runs", body)
            with self._enough:
                if answer.status_code == 201:
                    self.acknowledged.append(body["id"])
                else:
                    self.refused.append(answer.status_code)
                self._enough.notify_all()


def back_up(here: Installation) -> Path:
    """Make a backup with the command and return the file."""
    file = here.folder / uuid4().hex / "backup.zip"
    done = here.run("backup", file, "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    return file


@pytest.fixture(scope="module")
def file(here: Installation) -> Path:
    """A backup that holds a patient."""
    here.people.patient()
    return back_up(here)


def list_of(here: Installation) -> Path:
    """Return the list of erasures."""
    return here.var_dir / LIST


def runs_of(here: Installation) -> set[str]:
    """Return the ids of all runs."""
    with here.database.reading() as db:
        return {str(found) for found in db.execute(select(RunRow.id)).scalars()}


def checks_of(file: Path, url: str) -> dict[str, Check]:
    """Restore a backup, finish nothing, and return what was looked at."""
    return {check.what: check for check in backups.restore(file, url, lambda _: [], PROGRAMS).checks}


def repacked(file: Path, **changes: Any) -> Path:
    """Write a backup anew whose manifest says something else."""
    with packing.unpacked(file) as (manifest, copy):
        changed = file.with_name("changed.zip")
        told = {name: getattr(manifest, name) for name in manifest.__dataclass_fields__} | changes
        with zipfile.ZipFile(changed, "w") as archive:
            archive.write(copy, packing.DATABASE)
            archive.writestr(packing.MANIFEST, orjson.dumps(told))
    return changed


def test_a_backup_under_load_keeps_everything_acknowledged_before_and_every_device_starts_again(
    here: Installation, places: Places
) -> None:
    with Writers(here) as writers:
        writers.await_acknowledged(ACKNOWLEDGED)
        before = set(writers.acknowledged)
        file = back_up(here)
        writers.await_acknowledged(len(writers.acknowledged) + WRITERS)
    assert writers.refused == []
    there = places.installation(places.empty())
    done = there.run("restore", file, "--erased", list_of(here), "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    assert before <= runs_of(there) <= runs_of(here)
    assert half_written(there.database) == []
    with here.database.reading() as old, there.database.reading() as new:
        for person in writers.people:
            was, came = streams.find_stream(old, person.id), streams.find_stream(new, person.id)
            assert came.epoch != was.epoch
            assert came.generation > was.generation
        assert new.execute(select(DeviceRow.id).where(DeviceRow.revoked_at.is_(None))).all() == []


def test_what_was_written_down_after_the_backup_keeps_no_restored_database_from_starting(places: Places) -> None:
    here = places.installation()
    ada, ines = here.people.patient(), here.people.therapist()
    let_in(ada, ines)
    file = back_up(here)
    assert ines.get(f"/v1/patients/{ada.id}/runs").status_code == 200
    for command in ("anchor", "verify"):
        assert here.run("audit", command).exit_code == 0
    anchors = here.var_dir / ANCHORS
    lost, kept = (list(read_anchors(anchors))[number] for number in (-1, 0))
    there = places.installation(places.empty(), here.folder)
    done = there.run("restore", file, "--erased", list_of(here), "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    assert verify_new(there.url, there.var_dir).holds
    assert there.run("audit", "verify").exit_code == 0
    told = list(read_anchors(anchors))
    assert kept in told
    assert lost not in told


def test_a_drill_looks_at_everything_and_leaves_nothing_behind(here: Installation, file: Path) -> None:
    ada = here.people.patient()
    before = copies_left(here)
    done = here.run("restore", file, "--drill", "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    for looked_at in ("file", "integrity", "rows", "schema of the backup", "schema", "erased", "sessions", "streams"):
        assert f"ok    {looked_at}: " in done.output
    assert copies_left(here) == before
    assert ada.get("/v1/me").status_code == 200


def copies_left(here: Installation) -> list[str]:
    """Return what lies beside the database."""
    if here.database.dialect == "sqlite":
        return sorted(path.name for path in Path(here.url.removeprefix("sqlite:///")).parent.iterdir())
    with here.database.reading() as db:
        names = db.execute(text("SELECT datname FROM pg_database WHERE datname LIKE 'trochlea_drill%'")).scalars()
        return sorted(str(name) for name in names)


def copies_of(url: str) -> list[str]:
    """Return what a restore has left of an SQLite database."""
    return [path.name for path in Path(url.removeprefix("sqlite:///")).parent.iterdir() if "sqlite3" in path.name]


def test_rows_that_are_missing_are_seen_and_nobody_is_let_in(here: Installation, places: Places, file: Path) -> None:
    with packing.unpacked(file) as (manifest, _):
        there = manifest.counts["sync_stream"]
    target = places.empty()
    changed = repacked(file, counts={**manifest.counts, "sync_stream": there + 1})
    done = places.installation(target).run("restore", changed, "--erased", list_of(here), "--programs", PROGRAMS)
    assert done.exit_code == 1
    assert f"FAIL  rows: sync_stream: {there + 1} became {there}" in done.output
    if places.backend == "sqlite":  # on PostgreSQL the tables are there before the checks: its operator drops them
        assert copies_of(target) == []


def packed_bytes(file: Path) -> tuple[int, int]:
    """Return where the largest thing in a ZIP begins and ends, its header (dates nobody reads) left out."""
    with zipfile.ZipFile(file) as zipped:
        largest = max(zipped.infolist(), key=lambda one: one.compress_size)
    names = file.read_bytes()[largest.header_offset + 26 : largest.header_offset + 30]
    first = largest.header_offset + 30 + int.from_bytes(names[:2], "little") + int.from_bytes(names[2:], "little")
    return first, first + largest.compress_size


def test_a_damaged_file_is_refused_and_nothing_is_changed(
    here: Installation, places: Places, file: Path, tmp_path: Path
) -> None:
    target = places.installation(places.empty())
    content, (first, last) = file.read_bytes(), packed_bytes(file)
    for place in (0.1, 0.5, 0.9):
        damaged = bytearray(content)
        damaged[first + int((last - first) * place)] ^= 0xFF
        (tmp_path / "damaged.zip").write_bytes(damaged)
        done = target.run("restore", tmp_path / "damaged.zip", "--erased", list_of(here))
        assert done.exit_code == 1
        assert "damaged.zip is" in done.output
        copies.refuse_used(target.url)
        if places.backend == "sqlite":
            assert copies_of(target.url) == []


def test_a_backup_takes_no_other_one_s_place_and_a_restore_no_database_s(here: Installation, file: Path) -> None:
    for command in ("backup", "restore"):
        done = here.run(command, file, "--programs", PROGRAMS)
        assert done.exit_code == 1
        assert "already" in done.output


def test_a_backup_is_for_its_owner_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


@SQLITE_FIRST
def test_a_torn_copy_is_seen(here: Installation, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a row is lost while the database is copied back."""
    ada = here.people.patient()
    assert ada.post("/v1/patients/{me}/runs", run_body(1)).status_code == 201
    honest = copies.put_back

    def torn(copy: Path, url: str, programs: Path | None = None) -> None:
        honest(copy, url, programs)
        there = places.installation(url)
        with there.database.writing.begin() as db:
            db.execute(delete(SyncChange).where(SyncChange.patient_id == ada.id))

    monkeypatch.setattr(copies, "put_back", torn)
    checks = checks_of(back_up(here), places.empty())
    assert not checks["rows"].holds
    assert checks["rows"].found.startswith("sync_change: ")
    assert "sync_stream" not in checks["rows"].found
