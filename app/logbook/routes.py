"""The operations on the logbook: the same five for each of its kinds of entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from app.consent.domain import Scope
from app.kernel.permissions import Permission
from app.logbook import repository, service
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RED_FLAG, RUN, SESSION, Kind
from app.logbook.schemas import (
    CheckInSchema,
    EntrySchema,
    PainScoreSchema,
    PeriodSchema,
    RedFlagAnswerSchema,
    RunSchema,
    SessionSchema,
    StoredCheckInSchema,
    StoredPainScoreSchema,
    StoredRedFlagAnswerSchema,
    StoredRunSchema,
    StoredSessionSchema,
    entry_of,
    frozen,
    shown,
    writing,
)
from app.web.answers import answer, no_content, require_match
from app.web.auth import actor
from app.web.feature import Feature, View
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

logbook = Feature("logbook", "What was done and felt.")


def _offer(
    kind: Kind[Any],
    plural: str,
    schema: type[EntrySchema],
    stored: type[Schema],
    read: Permission,
    write: Permission,
) -> None:
    """Declare the five operations on one kind of entry."""
    path = f"/v1/patients/<id:patient_id>/{plural.replace('_', '-')}"
    one = f"{path}/<id:entry_id>"
    words = kind.name.replace("_", " ")

    def offer(view: View, name: str, summary: str, method: str, at: str, **declared: Any) -> None:
        view.__name__, view.__doc__ = name, summary
        logbook.operation(method, at, **declared)(view)

    offer(
        _create(kind),
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
        query=PeriodSchema,
        answers={200: _page(kind, stored)},
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
        body=_changes(kind, schema),
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


def _create(kind: Kind[Any]) -> View:
    def create(patient_id: UUID, body: dict[str, Any]) -> Response:
        stored, is_new = service.log_entry(writing(patient_id), kind, entry_of(kind, body))
        return answer(shown(kind, stored), 201 if is_new else 200, etag=str(stored.ver))

    return create


def _list(kind: Kind[Any]) -> View:
    def list_(patient_id: UUID, query: dict[str, Any]) -> Response:
        bound = (kind.name, patient_id, actor().account_id, query["since"], query["until"])
        position = read_cursor(query["cursor"], *bound)
        after = (datetime.fromisoformat(position[0]), UUID(position[1])) if position else None
        found = repository.list_between(
            db(), patient_id, kind, since=query["since"], until=query["until"], after=after, limit=query["limit"] + 1
        )
        items, more = found[: query["limit"]], len(found) > query["limit"]
        following = make_cursor((items[-1].entry.performed_at, items[-1].entry.id), *bound) if more else None
        return answer({"items": [shown(kind, stored) for stored in items], "next_cursor": following})

    return list_


def _read(kind: Kind[Any]) -> View:
    def read(patient_id: UUID, entry_id: UUID) -> Response:
        stored = service.read_entry(db(), patient_id, kind, entry_id)
        # What a therapist sees of it depends on the scopes, so the tag does too.
        variant = "" if actor().is_patient(patient_id) or Scope.NOTES_READ in actor().scopes else "-n"
        return answer(shown(kind, stored), etag=f"{stored.ver}{variant}")

    return read


def _correct(kind: Kind[Any]) -> View:
    def correct(patient_id: UUID, entry_id: UUID, body: dict[str, Any]) -> Response:
        changes = {name: frozen(name, value) for name, value in body.items()}
        stored = service.correct_entry(writing(patient_id), kind, entry_id, changes, require_match)
        return answer(shown(kind, stored), etag=str(stored.ver))

    return correct


def _delete(kind: Kind[Any]) -> View:
    def delete(patient_id: UUID, entry_id: UUID) -> Response:
        service.delete_entry(writing(patient_id), kind, entry_id, require_match)
        return no_content()

    return delete


def _page(kind: Kind[Any], stored: type[Schema]) -> type[Schema]:
    """Return the schema of a page of entries."""
    members = {
        "items": fields.List(fields.Nested(stored), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return type(f"{_class_name(kind)}PageSchema", (Schema,), members)


def _changes(kind: Kind[Any], schema: type[EntrySchema]) -> Schema:
    """Return the schema of a correction: any of the fields but the id."""
    changes: type[Schema] = type(
        f"{_class_name(kind)}ChangesSchema", (schema,), {"__doc__": "What is to be different."}
    )
    return changes(partial=True, exclude=("id",))


def _class_name(kind: Kind[Any]) -> str:
    return "".join(part.capitalize() for part in kind.name.split("_"))


_SESSIONS = (Permission.SESSIONS_READ, Permission.SESSIONS_WRITE)
_PAIN = (Permission.PAIN_READ, Permission.PAIN_WRITE)

_offer(SESSION, "sessions", SessionSchema, StoredSessionSchema, *_SESSIONS)
_offer(RUN, "runs", RunSchema, StoredRunSchema, *_SESSIONS)
_offer(PAIN_SCORE, "pain_scores", PainScoreSchema, StoredPainScoreSchema, *_PAIN)
_offer(CHECK_IN, "check_ins", CheckInSchema, StoredCheckInSchema, *_SESSIONS)
_offer(RED_FLAG, "red_flags", RedFlagAnswerSchema, StoredRedFlagAnswerSchema, *_PAIN)
