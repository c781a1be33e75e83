"""The operations on a therapist's own exercises, and on everybody's favourites."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.library import service
from app.library.domain.catalogue import ExerciseCard
from app.library.domain.changes import revision_of
from app.library.domain.words import PfjLoad
from app.library.routes.door import library, tagged
from app.library.schemas.own import (
    FavouriteListSchema,
    OwnExerciseChangesSchema,
    OwnExerciseSchema,
    StoredOwnExerciseSchema,
    members_of,
    own_of,
    shown_own,
)
from app.library.schemas.reader import RegisterSchema, reader_of
from app.web.answers import answer, no_content, require_match
from app.web.auth import actor
from app.web.transaction import db

OWN = "/v1/own-exercises"
FAVOURITES = "/v1/me/favourites"


@library.operation(
    "POST",
    OWN,
    permission=Permission.EXERCISES_OWN,
    body=OwnExerciseSchema,
    answers={201: StoredOwnExerciseSchema, 200: StoredOwnExerciseSchema},
)
def create_own_exercise(body: dict[str, Any]) -> Response:
    """Add an exercise of one's own beside the library; sent again it is the same one."""
    made, is_new = service.add_own(db(), actor().account_id, body["id"], own_of(body), now())
    return answer(shown_own(made, body["id"]), 201 if is_new else 200, etag=revision_of(made))


@library.operation(
    "GET",
    f"{OWN}/<id:exercise_id>",
    permission=Permission.EXERCISES_OWN,
    answers={200: StoredOwnExerciseSchema, 304: None},
    replica=True,
)
def get_own_exercise(exercise_id: UUID) -> Response:
    """Read an exercise of one's own, to edit it."""
    found = service.read_own(db(), actor().account_id, exercise_id)
    return answer(shown_own(found, exercise_id), etag=revision_of(found))


@library.operation(
    "PATCH",
    f"{OWN}/<id:exercise_id>",
    permission=Permission.EXERCISES_OWN,
    body=OwnExerciseChangesSchema(partial=True, exclude=("id",)),
    answers={200: StoredOwnExerciseSchema},
    conditional=True,
)
def change_own_exercise(exercise_id: UUID, body: dict[str, Any]) -> Response:
    """Change parts of an exercise of one's own."""
    made = service.change_own(db(), actor().account_id, exercise_id, members_of(body), require_match, now())
    return answer(shown_own(made, exercise_id), etag=revision_of(made))


@library.operation(
    "DELETE",
    f"{OWN}/<id:exercise_id>",
    permission=Permission.EXERCISES_OWN,
    answers={204: None},
    conditional=True,
)
def retire_own_exercise(exercise_id: UUID) -> Response:
    """Retire an exercise of one's own; whoever was prescribed it can still read it."""
    service.retire_own(db(), actor().account_id, exercise_id, require_match, now())
    return no_content()


@library.operation(
    "PUT",
    f"{OWN}/<id:exercise_id>/clinics/<id:shared_with>",
    permission=Permission.EXERCISES_OWN,
    answers={204: None},
)
def share_own_exercise(exercise_id: UUID, shared_with: UUID) -> Response:
    """Let the members of one's clinic, and the patients treated there, see it; again changes nothing."""
    service.share_own(db(), actor().account_id, exercise_id, shared_with)
    return no_content()


@library.operation(
    "DELETE",
    f"{OWN}/<id:exercise_id>/clinics/<id:shared_with>",
    permission=Permission.EXERCISES_OWN,
    answers={204: None},
)
def unshare_own_exercise(exercise_id: UUID, shared_with: UUID) -> Response:
    """Take it back from a clinic; again changes nothing."""
    service.unshare_own(db(), actor().account_id, exercise_id, shared_with)
    return no_content()


@library.operation(
    "GET",
    FAVOURITES,
    permission=Permission.OWN_ACCOUNT,
    query=RegisterSchema,
    answers={200: FavouriteListSchema, 304: None},
    translated=True,
    replica=True,
)
def list_favourites(query: dict[str, Any]) -> Response:
    """List one's favourite exercises, the latest first."""
    reader = reader_of(query)
    items = []
    for found in service.favourites_of(db(), actor(), now()):
        card = ExerciseCard(found.slug, found.name, found.name_de, PfjLoad(found.pfj_load))
        told = {"slug": card.slug, "name": card.told(reader.language), "pfj_load": card.pfj_load}
        items.append({**told, "added_at": found.added_at})
    return tagged({"items": items}, reader)


@library.operation("PUT", f"{FAVOURITES}/<slug>", permission=Permission.OWN_ACCOUNT, answers={204: None})
def keep_favourite(slug: str) -> Response:
    """Make an exercise a favourite; again changes nothing."""
    service.keep_favourite(db(), actor(), slug, now())
    return no_content()


@library.operation("DELETE", f"{FAVOURITES}/<slug>", permission=Permission.OWN_ACCOUNT, answers={204: None})
def drop_favourite(slug: str) -> Response:
    """Make an exercise no favourite any more; again changes nothing."""
    service.drop_favourite(db(), actor(), slug)
    return no_content()
