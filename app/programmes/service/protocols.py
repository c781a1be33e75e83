"""Read the protocols there are, and put them there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import NotVisible
from app.library import service as library
from app.library.domain.changes import LoadReport, compare
from app.programmes import repository
from app.programmes.domain.protocol import Protocol

COLLECTION = "protocols"
"""What protocols are called in the library's stream."""


def list_protocols(db: Session) -> list[Protocol]:
    """Return the protocols by slug; retired ones are left out."""
    return repository.list_protocols(db)


def read_protocol(db: Session, slug: str) -> Protocol:
    """Return a protocol, a retired one as well; raise NotVisible."""
    found = repository.find_protocol(db, slug) if library.is_slug(slug) else None
    if found is None:
        raise NotVisible
    return found


def put_protocols(db: Session, protocols: Sequence[Protocol], at: datetime) -> LoadReport:
    """Make these the protocols there are; the others are retired, unchanged ones are not touched."""
    rows = {protocol.slug: _protocol_row(protocol, at) for protocol in protocols}
    given = {slug: row["revision"] for slug, row in rows.items()}
    changes = compare(given, repository.protocol_revisions(db))
    repository.write_protocols(db, [rows[slug] for slug in sorted(changes.created | changes.changed)])
    repository.retire_protocols(db, changes.removed, at)
    told = changes.created | changes.changed | (rows.keys() - library.numbered(db, COLLECTION))
    library.tell_stream(db, COLLECTION, {slug: _told(rows[slug]) for slug in told}, changes.removed, at)
    return changes.report


def _told(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return version and data of a protocol as the library's stream tells it."""
    own = {name: row[name] for name in ("slug", "review_status", "retired_at")}
    return row["revision"], {**row["content"], **own}


def _protocol_row(protocol: Protocol, at: datetime) -> dict[str, Any]:
    content = json.loads(json.dumps(asdict(protocol), default=str))
    for name in ("slug", "review_status", "retired_at"):
        del content[name]
    status = protocol.review_status.value
    said = json.dumps([content, status], sort_keys=True)
    return {
        "slug": protocol.slug,
        "content": content,
        "review_status": status,
        "revision": hashlib.sha256(said.encode()).hexdigest(),
        "updated_at": at,
        "retired_at": None,
    }
