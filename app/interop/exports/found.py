"""What is found in an export, one after the other, in an order that is the same each time it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.interop.runfiles import RunFile

ExportKind = Literal["file", "zip", "strava", "apple_health"]
SKIPPED, REFUSED = "skipped", "refused"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: an activity, or why it is none.

    `code` says why it is skipped (`outcome` skipped) or refused; `run_file` is there otherwise. `zone` is what the
    export itself says of the place; `is_run` is what it says of the sport, None where it leaves that to the file.
    """

    number: int
    name: str
    run_file: RunFile | None = None
    outcome: str | None = None
    code: str | None = None
    zone: str | None = None
    is_run: bool | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many bytes have been read since the beginning."""

    bytes_read: int


@dataclass(frozen=True, slots=True)
class Contents:
    """An export that was opened: how much there is, as far as that is known before, and what is in it.

    `found` yields things from the number that the work goes on with, and progress between them.
    """

    kind: ExportKind
    total: int | None
    bytes_total: int
    found: Iterator[Found | Progress]


def skipped(number: int, name: str, code: str) -> Found:
    """Return what is no run, or not one that can be had."""
    return Found(number, name, outcome=SKIPPED, code=code)


def refused(number: int, name: str, code: str) -> Found:
    """Return what cannot be taken."""
    return Found(number, name, outcome=REFUSED, code=code)
