"""What a device does at the sync door: as it is sent to the product, to the baseline, and done in-process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import orjson

from app.kernel.clock import now
from tests.benchmarks import raw_sync
from tests.benchmarks.load import Errand, Request, request
from tests.benchmarks.pasts import PAGE, Patient
from tests.benchmarks.statements import Raw
from tests.benchmarks.sync_records import Operation


class Work(Protocol):
    """One kind of work; `rows` is how many rows one errand leaves in the stream."""

    rows: int

    def product(self, patient: Patient) -> Errand:
        """Return what a phone sends."""

    def raw(self, patient: Patient) -> Errand:
        """Return the same for the baseline over HTTP."""

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the same without HTTP, ready to be done."""


class Push:
    """Push new records, made anew for each errand."""

    def __init__(self, records: Callable[[], list[Operation]]) -> None:
        self._records = records
        self.rows = len(records()) + 1

    def product(self, patient: Patient) -> Errand:
        """Return a push with the epoch and the token."""
        body = {"epoch": str(patient.epoch), "ops": self._records()}
        return [request("POST", f"{_stream(patient)}/ops", 200, body, **_token(patient))]

    def raw(self, patient: Patient) -> Errand:
        """Return a push of such operations."""
        return [request("POST", f"{_stream(patient)}/ops", 200, {"ops": self._records()})]

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the statements of a push, its operations read already."""
        return partial(raw_sync.push, raw, patient.person.id, self._records(), now())


class PullNewest:
    """Pull the newest thousand changes, as a device does that holds the rest."""

    rows = 0

    def product(self, patient: Patient) -> Errand:
        """Return a pull from a number on."""
        return [_pull(patient, f"since={patient.marks.int_cursor - PAGE}")]

    def raw(self, patient: Patient) -> Errand:
        """Return the same pull."""
        return [_raw_pull(patient, patient.marks.head - PAGE)]

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the select, and its rows as JSON."""
        return partial(_pages, raw, patient, [patient.marks.head - PAGE])


class PullAll:
    """Pull everything there is, page after page, as a new device does."""

    rows = 0

    def product(self, patient: Patient) -> Errand:
        """Return the pulls of all pages, the first without a cursor."""
        return [_pull(patient, cursor and f"cursor={cursor}") for cursor in ["", *patient.marks.cursors[:-1]]]

    def raw(self, patient: Patient) -> Errand:
        """Return the same pulls."""
        return [_raw_pull(patient, after) for after in _starts(patient)]

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the selects, and their rows as JSON."""
        return partial(_pages, raw, patient, _starts(patient))


class PullNothing:
    """Ask whether there is anything new where there is nothing."""

    rows = 0

    def product(self, patient: Patient) -> Errand:
        """Return a pull with the last cursor and its tag."""
        marks = patient.marks
        headers = {**_token(patient), "If_None_Match": marks.etag}
        return [request("GET", f"{_stream(patient)}/changes?cursor={marks.cursors[-1]}", 304, **headers)]

    def raw(self, patient: Patient) -> Errand:
        """Return the question for the head, with the head as the tag."""
        return [request("GET", f"{_stream(patient)}/head", 304, If_None_Match=f'"{patient.marks.head}"')]

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the select of the head."""
        return partial(raw_sync.head_of, raw, patient.person.id)


class ReadRun:
    """Read one run."""

    rows = 0

    def product(self, patient: Patient) -> Errand:
        """Return the request."""
        return [request("GET", _run(patient), 200, **_token(patient))]

    def raw(self, patient: Patient) -> Errand:
        """Return the same request."""
        return [request("GET", _run(patient), 200)]

    def in_process(self, raw: Raw, patient: Patient) -> Callable[[], Any]:
        """Return the select."""
        return partial(raw.read_run, patient.person.id, patient.marks.run_id)


def _stream(patient: Patient) -> str:
    return f"/v1/sync/streams/{patient.person.id}"


def _run(patient: Patient) -> str:
    return f"/v1/patients/{patient.person.id}/runs/{patient.marks.run_id}"


def _token(patient: Patient) -> dict[str, str]:
    return {"Authorization": f"Bearer {patient.person.token}"}


def _pull(patient: Patient, position: str) -> Request:
    return request("GET", f"{_stream(patient)}/changes?limit={PAGE}&{position}", 200, **_token(patient))


def _raw_pull(patient: Patient, after: int) -> Request:
    return request("GET", f"{_stream(patient)}/changes?after={after}&limit={PAGE}", 200)


def _starts(patient: Patient) -> list[int]:
    return list(range(0, patient.marks.head - 1, PAGE))


def _pages(raw: Raw, patient: Patient, starts: list[int]) -> None:
    for after in starts:
        orjson.dumps(raw_sync.pull(raw, patient.person.id, after, PAGE))
