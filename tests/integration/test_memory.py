"""A worker is small until it is asked for something large: what is used seldom is loaded when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.servers import ROOT, product_environment

MOST_MIB = 150
"""What a worker may hold before it draws a chart (issue 7)."""
SELDOM = ("typst", "vl_convert", "huey", "alembic", "segno", "httpx", "fhir", "numpy", "PIL")
SAID = """
import sys
import wsgi
kib = next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]
loaded = {name.partition(".")[0] for name in sys.modules}
print(int(kib) // 1024, *sorted(loaded.intersection(sys.argv[1:])))
"""


def said_of_a_worker(folder: Path, *seldom: str, more: str = "") -> list[str]:
    """Load the application as a worker does; return its MiB, and which of the modules it has loaded."""
    environment = product_environment(f"sqlite:///{folder}/own.sqlite3", folder, "a secret of this test, long enough")
    command = [sys.executable, "-c", more + SAID, *seldom]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "PATH": ""}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def test_a_worker_is_small_and_loads_nothing_that_is_used_seldom(tmp_path_factory: pytest.TempPathFactory) -> None:
    mib, *loaded = said_of_a_worker(tmp_path_factory.mktemp("worker"), *SELDOM)
    assert loaded == []
    assert int(mib) < MOST_MIB


@pytest.mark.deep
def test_what_a_worker_loads_too_early_is_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("worker")
    assert said_of_a_worker(folder, *SELDOM, more="import typst")[1:] == ["typst"]
