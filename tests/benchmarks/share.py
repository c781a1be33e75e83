"""Which part of a write is the advice: the listener's time beside the whole request's, in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

from tests.benchmarks.grounds import Ground
from tests.benchmarks.routes import body_of
from tests.builders.people import Person

WRITES_A_PATIENT = 20
"""Runs and scores in turn; few, so that the history stays one of ninety days."""


@dataclass
class Share:
    """How long each write took, and its advice within it, in milliseconds."""

    whole_ms: list[float] = field(default_factory=list)
    advice_ms: list[float] = field(default_factory=list)

    @property
    def shares(self) -> list[float]:
        """Return the advice's part of each write."""
        return [advice / whole for advice, whole in zip(self.advice_ms, self.whole_ms, strict=True)]

    @property
    def middle(self) -> float:
        """Return the median of the shares."""
        return median(self.shares)


def measure_share(ground: Ground, writes: int) -> Share:
    """Send writes to the application in this process, and time the listener within them."""
    share, app = Share(), ground.app
    people = [person for person, _ in ground.patients(max(1, writes // WRITES_A_PATIENT))]
    listener, wsgi = app.extensions["trochlea.listener"], app.wsgi_app
    app.extensions["trochlea.listener"] = _timed(listener, share.advice_ms)
    app.wsgi_app = _timed(wsgi, share.whole_ms)  # type: ignore[method-assign]
    try:
        for number in range(0, writes, 2):
            _write_two(people[number // 2 % len(people)], number // 2)
    finally:
        app.extensions["trochlea.listener"], app.wsgi_app = listener, wsgi  # type: ignore[method-assign]
    return share


def _write_two(person: Person, number: int) -> None:
    """Log a run, and how it felt."""
    run = body_of("runs", number, None)
    for name, body in (("runs", run), ("pain-scores", body_of("pain-scores", number, UUID(run["id"])))):
        answer = person.post(f"/v1/patients/{{me}}/{name}", body)
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code} for a write")


def _timed(work: Callable[..., Any], took_ms: list[float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*given)
        finally:
            took_ms.append((time.perf_counter() - began) * 1000)

    return timed
