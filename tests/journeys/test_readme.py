"""The README's first session, run word for word against the real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.databases import prepare
from tests.builders.servers import ROOT, Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)
SEPARATOR = "@@next@@"
WITHIN_S = 60

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the README's session is told with curl")


@pytest.fixture
def server(fresh_database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server on an empty, seeded database."""
    prepare(fresh_database_url)
    environment = product_environment(fresh_database_url, tmp_path / "var", "a secret of the README's session")
    found = start_server(environment, tmp_path, workers=1)
    yield found
    found.stop()


def first_session() -> list[str]:
    """Return the shell blocks of the README's first session."""
    text = (ROOT / "README.md").read_text()
    return BLOCK.findall(text[text.index("## A first session") : text.index("## The map")])


def last_json(output: str) -> dict[str, object]:
    """Return the last JSON object that a block printed."""
    decoder, position, found = json.JSONDecoder(), 0, {}
    while (begin := output.find("{", position)) >= 0:
        found, position = decoder.raw_decode(output, begin)
    return found


@SQLITE_FIRST
def test_the_first_session_of_the_readme_runs_word_for_word(server: Server, tmp_path: Path) -> None:
    script = f"\necho {SEPARATOR}\n".join(first_session())
    script = script.replace("http://127.0.0.1:8000", server.url).replace("/tmp/ada.json", str(tmp_path / "ada.json"))
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr
    registered, library, imported, calm, hurt, closed = done.stdout.split(SEPARATOR)

    assert last_json(registered)["status"] == "accepted"
    assert last_json(library)["slug"] == "side_lying_hip_abduction"
    amber = last_json(imported)
    assert (amber["decision"], amber["change_percent"], amber["rule"]) == ("reduce", -20, "PAIN_AMBER")
    assert amber["trace"][0]["facts"] == {"pain_during": 4.0}
    assert amber["trace"][0]["thresholds"]["acceptable_max"] == 3.0
    better = last_json(calm)
    assert (better["decision"], better["session_cap_km"]) == ("progress", 9.9)
    assert last_json(hurt)["decision"] == "pause_and_refer"
    assert last_json(hurt)["as_of"] == "2015-12-24"
    assert last_json(closed)["decision"] == "reduce"
    assert last_json(closed)["pauses"] == []
