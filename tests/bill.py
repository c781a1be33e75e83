"""`make sbom`: the bill of materials in CycloneDX 1.6, of what requirements.lock pins; no network is asked."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
BILL = ROOT / "var" / "bill-of-materials.json"
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z0-9,_-]+\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])")


class NotPinned(Exception):
    """A line of the lock names no exact version, or no hash."""


@dataclass(frozen=True)
class Pin:
    """One package at one version, and the hashes of the files it may come in."""

    name: str
    version: str
    hashes: tuple[str, ...]


def pins_of(lock: str) -> list[Pin]:
    """Return what a lock pins; raise NotPinned for a line that leaves anything open."""
    found = []
    for entry in lock.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        pin, hashes = _PIN.match(entry), tuple(_HASH.findall(entry))
        if pin is None or not hashes or entry.count("--hash=") != len(hashes):
            raise NotPinned(entry.strip()[:100])
        found.append(Pin(pin[1], pin[2], hashes))
    return found


def bill_of(pins: list[Pin]) -> dict[str, Any]:
    """Return the bill; licences are those that the installed packages declare."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "trochlea"}},
        "components": [_component(pin) for pin in pins],
    }


def _component(pin: Pin) -> dict[str, Any]:
    licence = _licence(pin.name)
    return {
        "type": "library",
        "name": pin.name,
        "version": pin.version,
        "purl": f"pkg:pypi/{pin.name.lower()}@{pin.version}",
        "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
        **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
    }


def _licence(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    declared = told.get("License-Expression") or ""
    named = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License :: ")]
    return declared or "; ".join(named)


if __name__ == "__main__":
    BILL.parent.mkdir(exist_ok=True)
    pins = pins_of(LOCK.read_text())
    BILL.write_bytes(orjson.dumps(bill_of(pins), option=orjson.OPT_INDENT_2))
    sys.stdout.write(f"{BILL.relative_to(ROOT)}: {len(pins)} packages\n")
