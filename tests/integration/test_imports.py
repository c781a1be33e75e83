"""Imports where they are worked on: inside of the server that `make run` starts, and by the worker; large ones too."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders.databases import prepare
from tests.builders.exports import a_zip, run_file, write_large_apple_export
from tests.builders.outboxes import a_house
from tests.builders.people import PASSWORD
from tests.builders.servers import product_environment, start_server

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240
MB = 1024**2
SECRET = "a secret of the tests, thirty-two long"
WORK = """
import resource
from app.factory import create_app
from app.interop.importer import work_on_imports
app = create_app()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
worked = work_on_imports(app)
print(worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def settled(ask: Any) -> list[dict[str, Any]]:
    """Ask how far an import is until it is over, and return every answer."""
    until, answers = time.monotonic() + PATIENCE_S, []
    while not answers or answers[-1]["state"] in ("waiting", "working"):
        assert time.monotonic() < until, answers[-1:]
        answers.append(ask())
        time.sleep(0.05)
    return answers


def test_the_server_that_make_run_starts_works_on_imports_by_itself(fresh_database_url: str, tmp_path: Path) -> None:
    prepare(fresh_database_url)
    server = start_server(product_environment(fresh_database_url, tmp_path, SECRET), tmp_path, workers=1)
    try:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            person = {"email": "noor@example.org", "password": PASSWORD}
            client.post("/v1/accounts", json={**person, "display_name": "Noor", "zone": "Europe/Berlin"})
            token = client.post("/v1/auth/login", json={**person, "device_name": "laptop"}).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            archive = a_zip({"lake.tcx": run_file("no_hr.tcx"), "again.tcx": run_file("test.tcx")})
            ordered = client.post("/v1/imports", files={"file": ("runs.zip", archive)})
            assert ordered.status_code == 202, ordered.text
            over = settled(lambda: client.get(ordered.headers["Location"]).json())[-1]
    finally:
        server.stop()
    assert over["state"] == "done"
    assert over["outcomes"] == {"imported": 1, "duplicate": 1, "skipped": 0, "refused": 0}


@pytest.mark.deep
def test_a_large_apple_health_export_comes_in_by_little_memory_with_progress_and_once(
    fresh_database_url: str, tmp_path: Path
) -> None:
    prepare(fresh_database_url)
    export, workouts = tmp_path / "export.zip", 40
    write_large_apple_export(export, 64 * MB, workouts)
    env = {**os.environ, **product_environment(fresh_database_url, tmp_path, SECRET), "TROCHLEA_MODE": "test"}
    with a_house(fresh_database_url, tmp_path) as house:
        person = house.people.patient()
        sent = {"Authorization": f"Bearer {person.token}"}

        def import_it() -> tuple[list[dict[str, Any]], int]:
            with export.open("rb") as file:
                ordered = person.client.post("/v1/imports", data={"file": (file, "export.zip")}, headers=sent)
            assert ordered.status_code == 202, ordered.json
            ordered.request.environ["wsgi.input"].close()  # the form of the test client is a file
            work = subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=env, stdout=subprocess.PIPE)
            answers = settled(lambda: person.get(ordered.headers["Location"]).json)
            out = work.communicate(timeout=PATIENCE_S)[0].split()
            assert (work.returncode, out[0]) == (0, b"1")
            return answers, int(out[1])

        answers, grown_kb = import_it()
        over = answers[-1]
        assert (over["state"], over["outcomes"]["imported"], over["total"]) == ("done", workouts, workouts)
        assert grown_kb < 60 * 1024
        assert over["bytes_total"] > 64 * MB
        between = {one["bytes_read"] for one in answers if 0 < one["bytes_read"] < over["bytes_total"]}
        assert len(between) >= 3
        assert {one["done"] for one in answers} > {0, workouts}
        before = person.get("/v1/patients/{me}/runs").json
        person.send("DELETE", f"/v1/imports/{over['id']}")
        again = import_it()[0][-1]
        assert (again["outcomes"]["imported"], again["outcomes"]["duplicate"]) == (0, workouts)
        assert person.get("/v1/patients/{me}/runs").json == before
