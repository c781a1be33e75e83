"""What a newcomer opens first: the document and an offline page to read and try it, and the health answers."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Response, current_app, request
from marshmallow import Schema, fields
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.errors import NotVisible, Unavailable
from app.kernel.permissions import Permission
from app.web.answers import answer
from app.web.feature import Feature
from app.web.keyring import Keys
from app.web.openapi import document
from app.web.transaction import reader

pages = Feature("service", "The document, the docs page and the state of health of the service itself.")

_SWAGGER = Path(str(distribution("flask-swagger-ui").locate_file("flask_swagger_ui/dist")))
_SHIPPED = {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trochlea API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body><main id="swagger-ui"></main>
<noscript><p>The document is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class HealthSchema(Schema):
    """The state of the service; 'ok' or the word for what is missing."""

    status = fields.String(required=True)


class SigningKeySchema(Schema):
    """A public key (RFC 8037)."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    alg = fields.String(required=True)
    use = fields.String(required=True)
    kid = fields.String(required=True)
    x = fields.String(required=True)


class KeySetSchema(Schema):
    """Every key that an access token may be signed with."""

    keys = fields.List(fields.Nested(SigningKeySchema), required=True)


@pages.operation("GET", "/openapi.json", permission=Permission.PUBLIC, answers={200: None, 304: None})
def get_openapi_document() -> Response:
    """Read this document."""
    body = orjson.dumps(document(current_app))
    return answer(document(current_app), etag=hashlib.sha256(body).hexdigest()[:32])


@pages.operation("GET", "/docs", permission=Permission.PUBLIC, answers={200: None})
def get_docs_page() -> Response:
    """Read and try the operations in a browser; works without the internet."""
    response = Response(_PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


@pages.operation("GET", "/docs/<name>", permission=Permission.PUBLIC, answers={200: None, 304: None})
def get_docs_file(name: str) -> Response:
    """Read a part of the docs page."""
    if name != "start.js" and name not in _SHIPPED:
        raise NotVisible
    content, etag = _shipped(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if request.if_none_match.contains_weak(etag):
        return answer({}, etag=etag)
    response = Response(content, mimetype=kind)
    response.set_etag(etag)
    return response


@lru_cache
def _shipped(name: str) -> tuple[bytes, str]:
    """Return a part of the page and its tag."""
    content = _START.encode() if name == "start.js" else (_SWAGGER / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:32]


@pages.operation(
    "GET", "/v1/.well-known/jwks.json", permission=Permission.PUBLIC, answers={200: KeySetSchema, 304: None}
)
def get_signing_keys() -> Response:
    """Read the public keys that access tokens are checked with: of now, of lately, and of soon (RFC 7517)."""
    keys: Keys = current_app.extensions["trochlea.keys"]
    shown = [
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": _unpadded(key)}
        for kid, key in sorted(keys.ring().shown().items())
    ]
    tag = hashlib.sha256(orjson.dumps(shown)).hexdigest()[:32]
    return answer({"keys": shown}, etag=tag)


def _unpadded(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pages.operation("GET", "/health/live", permission=Permission.PUBLIC, answers={200: HealthSchema})
def get_liveness() -> Response:
    """Is the process alive?"""
    return answer({"status": "ok"})


@pages.operation("GET", "/health/ready", permission=Permission.PUBLIC, answers={200: HealthSchema})
def get_readiness() -> Response:
    """Can requests be served: does the database answer, at the schema this program was written for?"""
    try:
        found = reader().execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        raise Unavailable("the database does not answer, or was never migrated") from None
    if found != current_app.config["TROCHLEA_SCHEMA"]:
        raise Unavailable("the database is not at this program's schema")
    return answer({"status": "ok"})
