"""Each planted defect is caught: a guard that was never seen to fail guards nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.planted import DOORS
from tests.faults.planted import FAULTS
from tests.sync.planted import DEFECTS, Defect, plant

ROOT = Path(__file__).resolve().parents[2]
TREE = ("app", "migrations", "seeds", "tests", "pyproject.toml", "wsgi.py")
ALL = DEFECTS + DOORS + FAULTS


@pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.name)
def test_each_defect_can_still_be_planted(defect: Defect) -> None:
    assert (ROOT / defect.file).read_text().count(defect.sound) == 1


@pytest.mark.planted
@pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught_by_its_test(defect: Defect, tmp_path: Path) -> None:
    for name in TREE:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    plant(defect, tmp_path)
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", defect.caught_by]
    told_not_to_write = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=told_not_to_write, capture_output=True, timeout=300, check=False)
    told = done.stdout.decode()[-2000:]
    assert done.returncode == 1, told
    assert "1 failed" in told, told
