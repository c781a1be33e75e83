"""The top level stays as it was agreed, and no file says where it was written."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Module, module_of, modules

AGREED = {"pyproject.toml", "README.md", "LICENSE", "Makefile", "requirements.lock", ".gitignore", "wsgi.py"}
AGREED |= {"app", "migrations", "seeds", "tests", "docs", ".ci"}
LONGEST_MODULE = 300

# Written in parts, so that this file does not find itself.
REGISTRIES = ["py" + "pi.org", "python" + "hosted", "npm" + "js", "crates" + ".io", "ruby" + "gems.org"]
REGISTRIES += ["proxy.go" + "lang", "ana" + "conda.org", "//reg" + "istry."]
REGISTRIES += ["--index" + "-url", "--extra-index" + "-url"]
_OWN_PATH = re.compile(r"/(?<![\w.:/}\])-]/)(?:work|root|home/\w+|Users/\w+)(?:/|\b(?![\w.-]))")


def tracked() -> list[Path]:
    """Return the files under version control, relative to the project."""
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout says what belongs to the project")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def strangers(files: list[Path]) -> set[str]:
    """Return what lies at the top without being agreed."""
    return {file.parts[0] for file in files} - AGREED


def traces(text: str) -> list[str]:
    """Return the package registries and the paths of this machine that a text names."""
    lowered = text.lower()
    return [name for name in REGISTRIES if name in lowered] + _OWN_PATH.findall(text)


def faults_of(module: Module) -> list[str]:
    """Return what a module lacks: the sentence on what it is for, and brevity."""
    text = module.text.strip()
    faults = [] if text.startswith('"""') or not text else ["no docstring"]
    lines = module.text.count("\n")
    is_test = module.name.startswith("tests.")
    return faults + ([f"{lines} lines"] if lines > LONGEST_MODULE and not is_test else [])


def test_the_top_level_is_the_agreed_list() -> None:
    assert strangers(tracked()) == set()


def test_a_planted_file_at_the_top_is_seen() -> None:
    assert strangers([*tracked(), Path("package.json"), Path("utils/helpers.py")]) == {"package.json", "utils"}


def test_no_file_names_a_package_registry_or_a_path_of_this_machine() -> None:
    found = {str(file): names for file in tracked() if (names := traces(_text(file)))}
    assert found == {}


@pytest.mark.parametrize(
    "planted", ["see https://" + REGISTRIES[0], "cd /wo" + "rk/main", '"/ro' + 'ot"', "/ho" + "me/ada/x"]
)
def test_a_planted_trace_is_seen(planted: str) -> None:
    assert traces(planted)


@pytest.mark.parametrize("innocent", ["app/work/file", "frame/root/x", "2/work", "a homework", "http://x.org/root/"])
def test_an_innocent_path_is_no_trace(innocent: str) -> None:
    assert traces(innocent) == []


def test_every_module_says_what_it_is_for_and_stays_short() -> None:
    found = {m.name: faults for m in modules("app", "migrations", "seeds", "tests") if (faults := faults_of(m))}
    assert found == {}


def test_a_planted_long_or_silent_module_is_seen() -> None:
    assert faults_of(module_of("app.planted", "import os\n" * 301)) == ["no docstring", "301 lines"]
    assert faults_of(module_of("app.planted", "X = 1\n")) == ["no docstring"]


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "misc", "shared", "tools"}
    assert [m.name for m in modules("app") if drawers & set(m.name.split("."))] == []


def _text(file: Path) -> str:
    try:
        return (ROOT / file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
