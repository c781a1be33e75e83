"""docs/mobile.md shows code that is really in docs/clients, and commands that really run."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.servers import ROOT, Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

MOBILE = ROOT / "docs" / "mobile.md"
CLIENTS = ROOT / "docs" / "clients"
SEPARATOR = "@@next@@"
WITHIN_S = 60


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", MOBILE.read_text(), re.DOTALL | re.MULTILINE)


def not_in_clients(excerpts: list[str]) -> list[str]:
    """Return the excerpts that stand in no file of the clients."""
    files = [file.read_text() for file in CLIENTS.rglob("*.mjs") if "node_modules" not in file.parts]
    return [excerpt for excerpt in excerpts if not any(excerpt in text for text in files)]


def test_every_excerpt_stands_word_for_word_in_the_clients() -> None:
    excerpts = blocks("js")
    assert len(excerpts) >= 5
    assert not_in_clients(excerpts) == []


def test_an_excerpt_that_was_changed_is_seen() -> None:
    changed = blocks("js")[0].replace("const", "let", 1) + "\n"
    assert not_in_clients([changed]) == [changed]


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server on this worker's database."""
    environment = product_environment(database_url, tmp_path / "var", "a secret of the mobile docs, long enough")
    found = start_server(environment, tmp_path, workers=1)
    yield found
    found.stop()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands use curl")
@SQLITE_FIRST
def test_the_commands_run_as_they_are_written(server: Server, tmp_path: Path) -> None:
    script = f"\necho; echo {SEPARATOR}\n".join(blocks("bash"))
    script = script.replace("http://127.0.0.1:8000", server.url).replace("/tmp/", f"{tmp_path}/")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.split(SEPARATOR)
    _, pulled, read, treated, written, pushed, again, conflict, parked, consent, reminded, digest = told

    assert '"has_more":false' in pulled
    assert all(word in read for word in ('"name":"Muschel"', "hip_weakness_follows", "Woher das Läuferknie kommt"))
    assert '"pain_with":3.0' in treated
    assert '"text":"May I run on Sunday?"' in written
    assert '"up_to_seq":' in written
    assert '"status":"applied"' in pushed
    assert '"duplicate":true' in again
    assert '"status":"conflict"' in conflict
    assert '"fields":["note"]' in parked
    assert all(
        word in consent for word in ("Sie können das jederzeit", '"status":"open"', '"items":[],"next_cursor":null')
    )
    assert '"session_due":false' in reminded
    assert '"remind_at":"17:30"' in reminded
    assert (tmp_path / "exercises.ics").read_text().startswith("BEGIN:VCALENDAR")
    assert '"count":1' in digest
