"""Figures for the operator: how many requests of which route, how they ended, how long they took. Never whose.

Labels are route templates, methods and codes of ours; a path's values, an address or an id is no label.
"""

from __future__ import annotations

import hmac
import time
from ipaddress import ip_address

from flask import Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.kernel.errors import NotVisible
from app.kernel.permissions import Permission
from app.settings import Mode, Settings
from app.web.admission import CODE
from app.web.asked import asked, kept
from app.web.feature import Feature
from app.web.logs import METHODS

metrics = Feature("metrics", "Figures for the operator.")

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
NO_ROUTE = "none"
"""The route of a request that fits none; its path is the client's own word."""


class Measured:
    """The counters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "trochlea_requests",
            "Requests by route template, method and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "trochlea_request_seconds",
            "Time from a request's arrival to its answer, by route template.",
            ["route"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.refusals = Counter(
            "trochlea_refusals",
            "Refused requests by the stable code of the problem.",
            ["code"],
            registry=self.registry,
        )
        self._answered: dict[tuple[str, str, int], Counter] = {}
        self._took: dict[str, Histogram] = {}

    def answered(self, route: str, method: str, status: int) -> Counter:
        """Return the counter of one kind of answer; it is looked for by its labels once."""
        found = self._answered.get((route, method, status))
        if found is None:
            found = self._answered[route, method, status] = self.requests.labels(route, method, str(status))
        return found

    def took(self, route: str) -> Histogram:
        """Return the histogram of a route."""
        found = self._took.get(route)
        if found is None:
            found = self._took[route] = self.seconds.labels(route)
        return found


def measure_requests(app: Flask) -> None:
    """Count each request of an application once it is answered."""
    app.extensions["trochlea.measured"] = Measured()
    app.after_request(_count)


def _count(response: Response) -> Response:
    measured: Measured = current_app.extensions["trochlea.measured"]
    req, known = asked(), kept().get
    route = req.url_rule.rule if req.url_rule else NO_ROUTE
    method = req.method if req.method in METHODS else "other"
    measured.answered(route, method, response.status_code).inc()
    if (began := known("began")) is not None:
        measured.took(route).observe(time.perf_counter() - began)
    if (code := known("problem_code")) is not None:
        measured.refusals.labels(code).inc()
    return response


def count_refused(app: Flask) -> None:
    """Count one request that an application had no room for."""
    measured: Measured = app.extensions["trochlea.measured"]
    measured.requests.labels(NO_ROUTE, "other", "503").inc()
    measured.refusals.labels(CODE).inc()


@metrics.operation("GET", "/metrics", permission=Permission.PUBLIC, answers={200: None, 404: None})
def get_metrics() -> Response:
    """Read the figures in Prometheus' text form: with the operator's token, in development from this machine."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    if not _may_read(settings):
        raise NotVisible
    measured: Measured = current_app.extensions["trochlea.measured"]
    registry = measured.registry
    if settings.metrics_dir is not None:
        # Several workers: each keeps its own figures in files there, and any of them adds them up.
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(settings.metrics_dir))  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(settings: Settings) -> bool:
    """Does whoever asks hold the token? Without one set, only this machine may, and not in production.

    In production a proxy on the same machine makes everybody look like this machine.
    """
    if settings.metrics_token is not None:
        told = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(told, f"Bearer {settings.metrics_token}".encode())
    return settings.mode is not Mode.PRODUCTION and _is_this_machine(request.remote_addr)


def _is_this_machine(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
