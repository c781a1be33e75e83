"""Offers the five operations on a kind of entry: log, list, read, correct, delete; for this feature and those above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.permissions import Permission
from app.logbook import service
from app.logbook.kinds import Kind
from app.logbook.schemas import (
    EntrySchema,
    PeriodSchema,
    changes_of,
    entry_of,
    frozen,
    page_of,
    reads_notes,
    shown,
    writing,
)
from app.web.answers import answer, no_content, require_match
from app.web.auth import actor
from app.web.feature import Feature, View
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

Sign = Callable[[Any], Any]

SPAN = frozenset({"since", "until", "cursor", "limit"})


def unsigned(entry: Any) -> Any:
    """Return the entry as it is."""
    return entry


def offer_entries(
    feature: Feature,
    kind: Kind[Any],
    plural: str,
    schema: type[EntrySchema],
    stored: type[EntrySchema],
    read: Permission,
    write: Permission,
    *,
    query: type[PeriodSchema] = PeriodSchema,
    sign: Sign = unsigned,
) -> None:
    """Declare the five operations on one kind of entry.

    What `query` asks besides a span and a page is compared with the column of that name. `sign` is called with
    an entry that is new, and may note who makes it.
    """
    path = f"/v1/patients/<id:patient_id>/{plural.replace('_', '-')}"
    one = f"{path}/<id:entry_id>"
    words = kind.name.replace("_", " ")

    def offer(view: View, name: str, summary: str, method: str, at: str, **declared: Any) -> None:
        view.__name__, view.__doc__ = name, summary
        feature.operation(method, at, **declared)(view)

    offer(
        _create(kind, sign),
        f"create_{kind.name}",
        f"Log a {words}; sent again it is the same one.",
        "POST",
        path,
        permission=write,
        body=schema,
        answers={201: stored, 200: stored},
    )
    offer(
        _list(kind),
        f"list_{plural}",
        f"List {plural.replace('_', ' ')} by time.",
        "GET",
        path,
        permission=read,
        query=query,
        answers={200: page_of(kind, stored)},
    )
    offer(
        _read(kind),
        f"get_{kind.name}",
        f"Read a {words}.",
        "GET",
        one,
        permission=read,
        answers={200: stored, 304: None},
    )
    offer(
        _correct(kind),
        f"correct_{kind.name}",
        f"Correct parts of a {words}.",
        "PATCH",
        one,
        permission=write,
        body=changes_of(kind, schema),
        answers={200: stored},
        conditional=True,
    )
    offer(
        _delete(kind),
        f"delete_{kind.name}",
        f"Delete a {words}; devices are told.",
        "DELETE",
        one,
        permission=write,
        answers={204: None},
        conditional=True,
    )


def _create(kind: Kind[Any], sign: Sign) -> View:
    def create(patient_id: UUID, body: dict[str, Any]) -> Any:
        stored, is_new = service.log_entry(writing(patient_id), kind, sign(entry_of(kind, body)))
        return answer(shown(kind, stored), 201 if is_new else 200, etag=f"{stored.ver}{_variant(patient_id)}")

    return create


def _list(kind: Kind[Any]) -> View:
    def list_(patient_id: UUID, query: dict[str, Any]) -> Any:
        wanted = {name: value for name, value in query.items() if name not in SPAN}
        bound = (kind.name, patient_id, actor().account_id, query["since"], query["until"], *wanted.values())
        position = read_cursor(query["cursor"], *bound)
        after = (datetime.fromisoformat(position[0]), UUID(position[1])) if position else None
        span = {"since": query["since"], "until": query["until"]}
        found = service.list_entries(
            db(), patient_id, kind, **span, wanted=wanted, after=after, limit=query["limit"] + 1
        )
        items, more = found[: query["limit"]], len(found) > query["limit"]
        following = make_cursor((items[-1].entry.performed_at, items[-1].entry.id), *bound) if more else None
        return answer({"items": [shown(kind, stored) for stored in items], "next_cursor": following})

    return list_


def _variant(patient_id: UUID) -> str:
    """Return what the tag of an entry ends in: what is seen of it depends on the scopes, so the tag does too."""
    return "" if reads_notes(patient_id) else "-n"


def _read(kind: Kind[Any]) -> View:
    def read(patient_id: UUID, entry_id: UUID) -> Any:
        stored = service.read_entry(db(), patient_id, kind, entry_id)
        return answer(shown(kind, stored), etag=f"{stored.ver}{_variant(patient_id)}")

    return read


def _correct(kind: Kind[Any]) -> View:
    def correct(patient_id: UUID, entry_id: UUID, body: dict[str, Any]) -> Any:
        changes = {name: frozen(name, value) for name, value in body.items()}
        variant = _variant(patient_id)
        stored = service.correct_entry(
            writing(patient_id), kind, entry_id, changes, lambda ver: require_match(ver + variant)
        )
        return answer(shown(kind, stored), etag=f"{stored.ver}{variant}")

    return correct


def _delete(kind: Kind[Any]) -> View:
    def delete(patient_id: UUID, entry_id: UUID) -> Any:
        variant = _variant(patient_id)
        service.delete_entry(writing(patient_id), kind, entry_id, lambda ver: require_match(ver + variant))
        return no_content()

    return delete
