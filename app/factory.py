"""Puts the application together: the only module that knows every feature."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, current_app
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.passwords import SLOTS
from app.accounts.routes import accounts
from app.accounts.service.letters import Mailer, NoPost
from app.cli import register_commands
from app.consent import service as consent_service
from app.consent.routes import consent
from app.console.routes import console
from app.db.engine import Database, open_database
from app.guidance import service as guidance_service
from app.guidance.routes import guidance
from app.guidance.routes.following import plan
from app.guidance.words.steps import told_step
from app.interop.importer import Importer
from app.interop.routes import interop
from app.keeping.routes import Anchoring, keeping
from app.kernel.permissions import Permission
from app.library.routes import library
from app.logbook.routes import logbook
from app.outcomes.routes import outcomes
from app.outreach.routes import outreach
from app.outreach.service.letters import Outbox
from app.programmes.routes import programmes
from app.review.routes import review
from app.settings import PROJECT_ROOT, Mode, Settings, SettingsIncomplete, read_settings
from app.sync.routes import sync
from app.web.admission import Admission
from app.web.asked import asked
from app.web.auth import init_auth
from app.web.encodings import deflate
from app.web.feature import Feature
from app.web.keyring import Keys, NoSigningKey, ensure_key
from app.web.logs import configure_logs, log_requests
from app.web.metrics import count_refused, measure_requests, metrics
from app.web.openapi import declared, register_operations
from app.web.pages import pages
from app.web.problems import register_problems
from app.web.whole import WholeBodies

FEATURES: list[Feature] = [
    pages,
    metrics,
    accounts,
    consent,
    library,
    programmes,
    logbook,
    outcomes,
    guidance,
    plan,
    review,
    interop,
    outreach,
    sync,
    keeping,
]


_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
CACHEABLE = frozenset({Permission.LIBRARY_READ, Permission.PUBLIC})
"""What is the same for everybody may be kept and asked for again with its tag; nothing else is ever kept."""


class Application(Flask):
    """Flask, where everything that is called is a plain function: it asks that of each anew at each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


class NoSessions(SessionInterface):
    """Who asks is said by a token, or in the console by a cookie of its own: Flask's signed cookie is never used."""

    def open_session(self, _app: Flask, _request: Request) -> None:
        """Open none; whoever touches `flask.session` is told so by an error."""

    def save_session(self, _app: Flask, _session: SessionMixin, _response: Response) -> None:
        """Keep nothing."""


class RouteWithoutPermission(Exception):
    """A route says nothing of who may call it: the application does not start."""


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """Return the application; raise SettingsIncomplete or RouteWithoutPermission instead of starting unsafe."""
    settings = settings or read_settings()
    configure_logs(settings.log_level)
    app = Application("app", static_folder=None)
    app.session_interface = NoSessions()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.json_max_bytes,
        TROCHLEA_SETTINGS=settings,
        TROCHLEA_RATE_LIMITS=settings.rate_limits,
        TROCHLEA_SCHEMA=schema_head(),
    )
    app.extensions["trochlea.database"] = database or open_database(
        settings.database_url,
        pool_size=settings.pool_size,
        replica_url=settings.replica_url,
        behind_pooler=settings.behind_pooler,
    )
    if settings.trusted_proxy_hops:
        hops = settings.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if settings.at_once:
        one_writes = app.extensions["trochlea.database"].dialect == "sqlite"
        admission = Admission(app.wsgi_app, settings.at_once, partial(count_refused, app), one_writes=one_writes)
        app.extensions["trochlea.admission"] = admission
        app.wsgi_app = WholeBodies(admission)  # type: ignore[assignment,method-assign]
    log_requests(app)
    measure_requests(app)
    register_problems(app)
    permits = partial(consent_service.permits, asks_second_factor=settings.asks_second_factor)
    init_auth(app, settings, _keys(settings), permits, consent_service.note_accesses)
    mailer: Mailer = Outbox() if settings.mail_url else NoPost()
    app.extensions["trochlea.mailer"] = mailer
    SLOTS.share(settings.var_dir / "hashing")
    app.extensions["trochlea.listener"] = guidance_service.reconsider
    app.extensions["trochlea.step_words"] = told_step
    app.extensions["trochlea.importer"] = Importer(app, inside=settings.imports_inside)
    register_operations(app, FEATURES)
    app.register_blueprint(console.blueprint)
    register_commands(app)
    app.after_request(_headers)
    app.after_request(deflate)
    app.after_request(Anchoring())
    app.teardown_request(_close_files)
    refuse_open_routes(app)
    return app


def _close_files(_: BaseException | None) -> None:
    """Close what was uploaded: a large file waits on the disk, and nobody but the collector of rubbish would end it."""
    asked().close()


def refuse_open_routes(app: Flask) -> None:
    """Raise RouteWithoutPermission when a route declares none, or one the table says nothing of."""
    open_routes = [rule.rule for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None]
    if open_routes:
        raise RouteWithoutPermission(f"declare a permission for {', '.join(sorted(open_routes))}")
    if not consent_service.is_complete():
        raise RouteWithoutPermission("the table in consent/domain.py must name every permission")


def schema_head() -> str:
    """Return the revision of the database schema that this program was written for."""
    return (PROJECT_ROOT / "migrations" / "HEAD").read_text().strip()


def _keys(settings: Settings) -> Keys:
    folder: Path = settings.keys_dir
    try:
        return Keys(folder)
    except NoSigningKey:
        if settings.mode is Mode.PRODUCTION:
            raise SettingsIncomplete(f"no signing key in {folder}: flask --app wsgi keys create") from None
        ensure_key(folder)
        return Keys(folder)


def _may_be_kept(response: Response) -> bool:
    req = asked()
    said = declared(current_app, req.endpoint) if req.endpoint and req.method in ("GET", "HEAD") else None
    return said is not None and said.permission in CACHEABLE and response.status_code in (200, 304)


def _headers(response: Response) -> Response:
    """Keep health data out of caches, and the answers out of other pages."""
    headers = response.headers
    there = {name.lower() for name, _ in headers}
    if "cache-control" not in there:
        headers.add("Cache-Control", "private, no-cache" if _may_be_kept(response) else "no-store")
    if "content-security-policy" not in there:
        headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    for name, said in _ALWAYS:
        if name.lower() in there:
            headers.remove(name)
        headers.add(name, said)
    return response
