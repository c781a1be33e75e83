"""docs/programmes.md shows commands that really run."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.databases import prepare
from tests.builders.servers import ROOT, Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

BLOCK = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
SEPARATOR = "@@next@@"
WITHIN_S = 60

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the commands use curl")


@pytest.fixture
def server(fresh_database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server on a seeded database of its own."""
    prepare(fresh_database_url)
    environment = product_environment(fresh_database_url, tmp_path / "var", "a secret of the programmes page")
    found = start_server(environment, tmp_path, workers=1)
    yield found
    found.stop()


@SQLITE_FIRST
def test_the_commands_run_as_they_are_written(server: Server, tmp_path: Path) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "programmes.md").read_text())
    script = f"\necho {SEPARATOR}\n".join(blocks)
    script = script.replace("http://127.0.0.1:8000", server.url).replace("/tmp/lea.json", str(tmp_path / "lea.json"))
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr
    begun, followed, adherence, onwards = done.stdout.split(SEPARATOR)
    assert '"status":4' not in done.stdout
    assert '"protocol":"runners_knee_standard"' in begun
    assert all(f'"state":"{state}"' in followed for state in ("done", "skipped"))
    assert '"windows":[{"days":7' in adherence
    assert '"move":"stay"' in onwards
