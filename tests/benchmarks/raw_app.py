"""The baseline over HTTP: bare Flask routes with the raw statements, on the same server as the product."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from flask import Flask, Response, request

from app.kernel.clock import now
from app.logbook.domain import PainMoment, PainScore, Run, Side
from tests.benchmarks import raw_sync
from tests.benchmarks.asked import opened, raw, read_asked
from tests.benchmarks.statements import KINDS, PerThread

URL, ADVICE = "BENCHMARK_DATABASE_URL", "BENCHMARK_ADVICE_FILE"
ETAG = '"the library"'


def create_app() -> Flask:
    """Return the baseline application."""
    app = Flask("raw", static_folder=None)
    threads = PerThread(os.environ[URL], orjson.loads(Path(os.environ[ADVICE]).read_bytes()))

    @app.get("/bare")
    def bare() -> Response:
        return _answer({"status": "ok"})

    @app.post("/v1/patients/<uuid:patient_id>/<collection>")
    def log(patient_id: UUID, collection: str) -> Response:
        entry = entry_of(collection, orjson.loads(request.get_data()))
        return _answer(threads.raw().log(KINDS[collection], patient_id, entry, now()), 201)

    @app.get("/v1/patients/<uuid:patient_id>/runs")
    def list_runs(patient_id: UUID) -> Response:
        return _answer({"items": [_plain(row) for row in threads.raw().list_runs(patient_id)]})

    @app.get("/v1/patients/<uuid:patient_id>/runs/<uuid:run_id>")
    def read_run(patient_id: UUID, run_id: UUID) -> Response:
        return _answer(_plain(threads.raw().read_run(patient_id, run_id)))

    @app.get("/v1/patients/<uuid:patient_id>/guidance/advice")
    def read_advice(patient_id: UUID) -> Response:
        return _answer(threads.raw().read_advice(patient_id))

    @app.get("/v1/exercises")
    def list_exercises() -> Response:
        threads.raw().touch()
        return Response(status=304 if request.headers.get("If-None-Match") == ETAG else 200)

    _add_sync(app, threads)
    _add_asked(app)
    return app


def _add_sync(app: Flask, threads: PerThread) -> None:
    @app.post("/v1/sync/streams/<uuid:patient_id>/ops")
    def push(patient_id: UUID) -> Response:
        return _answer(raw_sync.push(threads.raw(), patient_id, orjson.loads(request.get_data())["ops"], now()))

    @app.get("/v1/sync/streams/<uuid:patient_id>/changes")
    def pull(patient_id: UUID) -> Response:
        after, limit = int(request.args["after"]), int(request.args["limit"])
        return _answer({"changes": raw_sync.pull(threads.raw(), patient_id, after, limit)})

    @app.get("/v1/sync/streams/<uuid:patient_id>/head")
    def nothing_new(patient_id: UUID) -> Response:
        known = request.headers.get("If-None-Match") == f'"{raw_sync.head_of(threads.raw(), patient_id)}"'
        return Response(status=304 if known else 200)


def _add_asked(app: Flask) -> None:
    own = threading.local()

    @app.get("/asked/<name>")
    def ask(name: str) -> Response:
        if not hasattr(own, "connection"):
            own.connection = opened(os.environ[URL])
        asked = read_asked(Path(os.environ[ADVICE]).parent, name)
        return Response(raw(own.connection, asked), mimetype="application/json")


def entry_of(collection: str, body: dict[str, Any]) -> Run | PainScore:
    """Return the entry a body stands for, unchecked."""
    shared: dict[str, Any] = {"id": UUID(body["id"]), "performed_at": datetime.fromisoformat(body["performed_at"])}
    if collection == "pain-scores":
        return PainScore(
            **shared,
            zone=body["zone"],
            score=body["score"],
            moment=PainMoment(body["moment"]),
            side=Side(body["side"]),
            run_id=UUID(body["run_id"]),
            session_id=None,
        )
    return Run(
        **shared,
        zone=body["zone"],
        distance_m=body["distance_m"],
        duration_s=body["duration_s"],
        surface=None,
        intensity=None,
        ascent_m=None,
        descent_m=None,
        cadence_spm=body["cadence_spm"],
        shoes=None,
        rpe=None,
        limp=False,
        stopped_early_for_pain=False,
        painkiller_before=False,
    )


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def _answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")
