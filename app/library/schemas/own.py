"""The wire forms of own exercises and of favourites."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from app.library.domain.catalogue import Dosage, Exercise
from app.library.domain.own import OwnExercise, said_of
from app.library.domain.wholeness import (
    DAYS_A_WEEK,
    LONGEST_NAME,
    LONGEST_SLUG,
    MOST_FLEXION_DEG,
    MOST_SECONDS,
    MOST_TIMES,
    SLUG,
)
from app.library.domain.words import Chain, Group, PfjLoad, Stage, Target, WeightBearing
from app.library.schemas.catalogue import FLEXION, LOAD
from app.web.fields import Choice, Id, Note, Part, Text, Whole

MOST_LINKS = 20


def _listed(inner: Any, least: int) -> Any:
    length = validate.Length(min=least, max=MOST_LINKS)
    return (
        fields.List(inner, required=True, validate=[length])
        if least
        else fields.List(inner, load_default=list, validate=[length])
    )


def _slugs() -> Any:
    pattern = validate.Regexp(rf"^{SLUG}\Z", error="Small letters, digits and underscores only.")
    return _listed(Text(longest=LONGEST_SLUG, validate=[pattern]), 0)


class OwnDosageSchema(Schema):
    """How much by default."""

    sets = Whole(least=1, most=MOST_TIMES, required=True)
    repetitions = Whole(least=1, most=MOST_TIMES, required=True)
    hold_seconds = Whole(least=0, most=MOST_SECONDS, load_default=0)
    rest_seconds = Whole(least=0, most=MOST_SECONDS, load_default=0)
    days_per_week = Whole(least=1, most=DAYS_A_WEEK, required=True)
    tempo = Text(load_default="controlled")
    unit_note = Text(load_default=None, allow_none=True)


class OwnExerciseSchema(Schema):
    """A therapist's own exercise."""

    id = Id(required=True, metadata={"description": "made by the client; the same id again is the same exercise"})
    name = Text(longest=LONGEST_NAME, required=True)
    group = Choice(Group, required=True)
    targets = _listed(Choice(Target), 1)
    stages = _listed(Choice(Stage), 1)
    chain = Choice(Chain, required=True)
    weight_bearing = Choice(WeightBearing, required=True)
    peak_knee_flexion_deg = Whole(least=0, most=MOST_FLEXION_DEG, required=True, metadata={"description": FLEXION})
    pfj_load = Choice(PfjLoad, required=True, metadata={"description": LOAD})
    dosage = Part(OwnDosageSchema, required=True)
    progressions = _slugs()
    regressions = _slugs()
    equipment = _listed(Text(), 0)
    evidence = _slugs()
    note = Note(load_default=None)
    instruction = Note(load_default=None)


class OwnExerciseChangesSchema(OwnExerciseSchema):
    """What is to be different."""


class StoredOwnExerciseSchema(OwnExerciseSchema):
    """An own exercise as its author edits it."""

    slug = fields.String(required=True, metadata={"description": "by which sessions and plans refer to it"})


class FavouriteSchema(Schema):
    """An exercise in short, and since when it is a favourite."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    pfj_load = fields.String(required=True)
    added_at = fields.DateTime(required=True)


class FavouriteListSchema(Schema):
    """All favourites, the latest first."""

    items = fields.List(fields.Nested(FavouriteSchema), required=True)


def members_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a loaded body as the domain takes them."""
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items() if name != "id"}
    return {**told, "dosage": Dosage(**body["dosage"])} if "dosage" in body else told


def own_of(body: dict[str, Any]) -> OwnExercise:
    """Return what a whole body says."""
    return OwnExercise(**members_of(body))


def shown_own(exercise: Exercise, exercise_id: UUID) -> dict[str, Any]:
    """Return an own exercise on the wire."""
    return {"id": exercise_id, "slug": exercise.slug, **asdict(said_of(exercise))}
