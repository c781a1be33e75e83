"""What takes turns on the databases is there: a module of another name would be tried on both, and nobody know."""

from __future__ import annotations

import pytest

from tests.architecture.source import ROOT
from tests.levels import TAKE_TURNS


@pytest.mark.parametrize("name", TAKE_TURNS)
def test_what_takes_turns_is_a_folder_or_a_module_of_tests(name: str) -> None:
    place = ROOT / "tests" / name.replace(".", "/")
    assert place.is_dir() or place.with_suffix(".py").is_file()
