"""What is installed is pinned to a version and to hashes, from nobody's address, and stands in the bill (G46)."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version

import pytest

from tests.bill import LOCK, ROOT, NotPinned, bill_of, pins_of

ONE_HASH = "--hash=sha256:" + "0" * 64
OPEN = {
    "no version": f"flask {ONE_HASH}",
    "a lower bound": f"flask>=3.1 {ONE_HASH}",
    "no hash": "flask==3.1.0",
    "a weaker hash": "flask==3.1.0 --hash=md5:" + "0" * 32,
    "a hash cut short": "flask==3.1.0 --hash=sha256:" + "0" * 40,
    "an address": f"flask @ https://example.org/flask.whl {ONE_HASH}",
    "a repository": "-e git+https://example.org/flask#egg=flask",
    "an option": "--pre",
}


def test_every_package_is_pinned_to_a_version_and_hashes() -> None:
    assert len(pins_of(LOCK.read_text())) > 50


@pytest.mark.parametrize("line", OPEN.values(), ids=OPEN)
def test_a_line_that_leaves_anything_open_is_seen(line: str) -> None:
    with pytest.raises(NotPinned):
        pins_of(line)


def test_the_lock_names_no_address() -> None:
    assert re.findall(r"[a-z+]+://\S+|@ ?file|--find-links|--trusted-host", LOCK.read_text()) == []


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {_plain(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in asked}
    assert names <= {_plain(pin.name) for pin in pins_of(LOCK.read_text())}


def test_the_bill_names_what_is_installed_with_its_licence() -> None:
    bill = bill_of(pins_of(LOCK.read_text()))
    by_name = {one["name"]: one for one in bill["components"]}
    assert (bill["bomFormat"], len(by_name)) == ("CycloneDX", len(bill["components"]))
    assert by_name["flask"]["version"] == version("flask")
    assert by_name["flask"]["purl"] == f"pkg:pypi/flask@{version('flask')}"
    assert "BSD" in by_name["flask"]["licenses"][0]["license"]["name"]
    assert all(one["hashes"] for one in by_name.values())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
