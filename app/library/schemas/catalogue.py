"""The wire forms of exercises, groups and references, and the questions asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.library.domain.own import Origin
from app.library.domain.questions import EXERCISE_ORDERS, REFERENCE_ORDERS
from app.library.domain.wholeness import (
    DAYS_A_WEEK,
    EARLIEST_YEAR,
    LATEST_YEAR,
    LONGEST_SLUG,
    MOST_FLEXION_DEG,
    SLUG,
)
from app.library.domain.words import (
    Basis,
    Chain,
    Grade,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)
from app.library.schemas.reader import RegisterSchema
from app.web.fields import Choice, Count, Text
from app.web.paging import Paged

MOST_WORDS = 100
LOAD = "relative load on the patellofemoral joint; a filter, not a measurement"
LOAD_BASIS = "read: a source that was read supports the tier or the angle; estimate: by knee bend, legs and impact"
DOSAGE_BASIS = "read: inside a range printed in a cited source that was read; memory: common practice"
REFERENCE_BASIS = "read: abstract, table or page was seen; memory: from general knowledge"
FLEXION = "largest bend of the knee, degrees; a rounded working value"
STATUS = "what is not approved may be shown with a caution"
SEARCH = "text to look for, in any case; % and _ stand for themselves"
RETIRED = "when it left the library, UTC; null while it is in it"


class AnyOf(fields.List[Any]):
    """A parameter that may be given several times, meaning any of its values; faults name the parameter."""

    def __init__(self, inner: fields.Field[Any], description: str, default: tuple[Any, ...] = ()) -> None:
        several = {"description": f"{description}; given several times: any of them"}
        super().__init__(inner, load_default=default, validate=[validate.Length(max=MOST_WORDS)], metadata=several)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            raise ValidationError(_flat(error.messages)) from None


def _flat(messages: Any) -> list[str]:
    found = messages.values() if isinstance(messages, Mapping) else messages
    return sorted({text for texts in found for text in (texts if isinstance(texts, list) else [texts])})


def slugs(description: str) -> AnyOf:
    """Return a parameter that names slugs or keys."""
    pattern = validate.Regexp(rf"^{SLUG}\Z", error="Small letters, digits and underscores only.")
    return AnyOf(Text(longest=LONGEST_SLUG, validate=[pattern]), description)


def _order(orders: tuple[str, ...]) -> Choice:
    words = [sign + by for by in orders for sign in ("", "-")]
    described = {"description": "with - from the end; equals follow by slug or key"}
    return Choice(words, load_default=orders[0], metadata=described)


def _degrees(description: str) -> Count:
    return Count(least=0, most=MOST_FLEXION_DEG, load_default=None, metadata={"description": description})


def _year(description: str) -> Count:
    found = {"description": f"{description}; undated references are left out"}
    return Count(least=EARLIEST_YEAR, most=LATEST_YEAR, load_default=None, metadata=found)


class ExerciseQuerySchema(RegisterSchema, Paged):
    """Which exercises, sorted how; different filters must all hold."""

    q = Text(
        load_default=None, metadata={"description": f"{SEARCH}; looks through name, note and slug in every language"}
    )
    group = AnyOf(Choice(Group), "group")
    target = AnyOf(Choice(Target), "what it works on")
    stage = AnyOf(Choice(Stage), "stage of rehabilitation")
    chain = AnyOf(Choice(Chain), "open, closed, or no question")
    weight_bearing = AnyOf(Choice(WeightBearing), "how much of the body the leg carries")
    pfj_load = AnyOf(Choice(PfjLoad), LOAD)
    load_basis = AnyOf(Choice(LoadBasis), LOAD_BASIS)
    dosage_basis = AnyOf(Choice(Basis), DOSAGE_BASIS)
    review_status = AnyOf(Choice(ReviewStatus), "how far it has been reviewed")
    equipment = AnyOf(Text(), "a thing it needs, word for word")
    evidence = slugs("key of a reference it rests on")
    progression_of = slugs("slug of an exercise that leads to it")
    regression_of = slugs("slug of an exercise to go back from to it")
    origin = AnyOf(
        Choice(Origin), "library, or own: a therapist's own, also for their patients", default=(Origin.LIBRARY,)
    )
    days_per_week = AnyOf(Count(least=1, most=DAYS_A_WEEK), "default dosage, days per week")
    min_peak_knee_flexion_deg = _degrees("the knee bends this far or further, degrees")
    max_peak_knee_flexion_deg = _degrees("the knee bends no further than this, degrees")
    sort = _order(EXERCISE_ORDERS)


class ReferenceQuerySchema(Paged):
    """Which references, sorted how; different filters must all hold."""

    q = Text(
        load_default=None,
        metadata={"description": f"{SEARCH}; looks through key, authors, title, journal and claim"},
    )
    grade = AnyOf(Choice(Grade), "strength of evidence, A strong to D opinion")
    basis = AnyOf(Choice(Basis), REFERENCE_BASIS)
    review_status = AnyOf(Choice(ReviewStatus), "how far it has been reviewed")
    min_year = _year("published in this year or later")
    max_year = _year("published in this year or earlier")
    sort = _order(REFERENCE_ORDERS)


class DosageSchema(Schema):
    """The default dosage; the therapist sets the real one."""

    sets = fields.Integer(required=True)
    repetitions = fields.Integer(required=True, metadata={"description": "per set"})
    hold_seconds = fields.Integer(required=True, metadata={"description": "held in each repetition, seconds"})
    rest_seconds = fields.Integer(required=True, metadata={"description": "between sets, seconds"})
    days_per_week = fields.Integer(required=True)
    tempo = fields.String(required=True, metadata={"description": "lower-pause-raise in seconds, or a word"})
    tempo_text = fields.String(required=True, metadata={"description": "the tempo in words, for the reader"})
    unit_note = fields.String(
        required=True, allow_none=True, metadata={"description": "what a set or a repetition is, where it is not plain"}
    )


class ExerciseCardSchema(Schema):
    """An exercise in short."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    pfj_load = Choice(PfjLoad, required=True, metadata={"description": LOAD})


class ReferenceSchema(Schema):
    """One source, with its own grade and how far it was read."""

    key = fields.String(required=True)
    authors = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    title = fields.String(required=True)
    journal = fields.String(required=True)
    doi = fields.String(required=True, allow_none=True, metadata={"description": "null: not checked"})
    url = fields.String(required=True, allow_none=True)
    evidence_grade = fields.String(required=True, metadata={"description": "our working grade, in words"})
    grade = Choice(
        Grade, required=True, allow_none=True, metadata={"description": "the letter evidence_grade begins with"}
    )
    basis = Choice(Basis, required=True, metadata={"description": REFERENCE_BASIS})
    claim = fields.String(required=True, metadata={"description": "what we take from it, in our own words"})
    review_status = Choice(ReviewStatus, required=True, metadata={"description": STATUS})
    retired_at = fields.DateTime(required=True, allow_none=True, metadata={"description": RETIRED})


class _ExerciseFactsSchema(Schema):
    slug = fields.String(required=True, metadata={"description": "stable name; sessions and plans refer to it"})
    name = fields.String(required=True)
    group = Choice(Group, required=True)
    targets = fields.List(Choice(Target), required=True)
    stages = fields.List(Choice(Stage), required=True)
    chain = Choice(Chain, required=True)
    weight_bearing = Choice(WeightBearing, required=True)
    peak_knee_flexion_deg = fields.Integer(required=True, metadata={"description": FLEXION})
    pfj_load = Choice(PfjLoad, required=True, metadata={"description": LOAD})
    load_basis = Choice(LoadBasis, required=True, metadata={"description": LOAD_BASIS})
    dosage = fields.Nested(DosageSchema, required=True)
    dosage_basis = Choice(Basis, required=True, metadata={"description": DOSAGE_BASIS})
    equipment = fields.List(fields.String(), required=True)
    equipment_names = fields.List(
        fields.String(), required=True, metadata={"description": "the same in the reader's language"}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "in the register: a remark, or how to do it"}
    )
    origin = Choice(Origin, required=True)
    review_status = Choice(ReviewStatus, required=True, metadata={"description": STATUS})
    retired_at = fields.DateTime(required=True, allow_none=True, metadata={"description": RETIRED})


class ExerciseSchema(_ExerciseFactsSchema):
    """An exercise as it stands in a list."""

    progressions = fields.List(
        fields.String(), required=True, metadata={"description": "slugs of exercises it leads to"}
    )
    regressions = fields.List(
        fields.String(), required=True, metadata={"description": "slugs of exercises to go back to"}
    )
    evidence = fields.List(fields.String(), required=True, metadata={"description": "keys of references"})


class ExerciseInFullSchema(_ExerciseFactsSchema):
    """An exercise with what it leads to, what it comes from, and what it rests on."""

    progressions = fields.List(
        fields.Nested(ExerciseCardSchema), required=True, metadata={"description": "exercises it leads to"}
    )
    regressions = fields.List(
        fields.Nested(ExerciseCardSchema), required=True, metadata={"description": "exercises to go back to"}
    )
    evidence = fields.List(fields.Nested(ReferenceSchema), required=True)


class ReferenceInFullSchema(ReferenceSchema):
    """A reference with the exercises that cite it."""

    exercises = fields.List(fields.Nested(ExerciseCardSchema), required=True)


class ExercisePageSchema(Schema):
    """Part of a list of exercises."""

    items = fields.List(fields.Nested(ExerciseSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReferencePageSchema(Schema):
    """Part of a list of references."""

    items = fields.List(fields.Nested(ReferenceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ExerciseWordsSchema(Schema):
    """Words by kind, then by word, language and register."""

    equipment = fields.Dict(keys=fields.String(), required=True)
    tempo = fields.Dict(keys=fields.String(), required=True)
    unit_notes = fields.Dict(keys=fields.String(), required=True)


class GroupOfExercisesSchema(Schema):
    """A group of exercises."""

    group = Choice(Group, required=True)
    title = fields.String(required=True)
    exercise_count = fields.Integer(
        required=True, metadata={"description": "exercises in the library, retired left out"}
    )


class ExerciseGroupListSchema(Schema):
    """All groups, in a therapist's order."""

    items = fields.List(fields.Nested(GroupOfExercisesSchema), required=True)
