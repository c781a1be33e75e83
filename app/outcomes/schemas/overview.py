"""The wire forms of what outcomes show, and of what is due; how a value becomes one."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.outcomes.domain.instruments import INSTRUMENTS, Instrument
from app.outcomes.domain.progress import Point
from app.outcomes.domain.schedule import Due
from app.outcomes.domain.symmetry import BesideExpected, Leg, Symmetry
from app.outcomes.overview import Overview, Series
from app.web.fields import Choice, Day


class OutcomesQuerySchema(Schema):
    """Of which instrument, and from which day on."""

    instrument = Choice(list(INSTRUMENTS), load_default=None)
    since = Day(load_default=None, metadata={"description": "the first score is the first from this day on"})


class DueQuerySchema(Schema):
    """As of which day; without it, today where the person lives."""

    as_of = Day(load_default=None)


class PointSchema(Schema):
    """One score, or why there is none."""

    id = fields.UUID(required=True)
    performed_at = fields.DateTime(required=True)
    performed_on = fields.Date(required=True)
    score = fields.Float(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    unscored_because = fields.String(required=True, allow_none=True)
    clock_suspect = fields.Boolean(required=True, metadata={"description": "lies in the future: counts for nothing"})


class ImportantChangeSchema(Schema):
    """The smallest change that matters to a patient."""

    value = fields.Float(required=True)
    in_grades = fields.Boolean(required=True)
    sources = fields.List(fields.String(), required=True, metadata={"description": "keys of references; M: memory"})


class SeriesSchema(Schema):
    """The scores of one instrument and side, oldest first, and what has changed from the first to the newest."""

    instrument = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "questionnaire or test"})
    version = fields.String(required=True)
    variant = fields.String(required=True, allow_none=True)
    side = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True)
    better = fields.String(required=True, allow_none=True, metadata={"description": "higher or lower"})
    points = fields.List(fields.Nested(PointSchema), required=True, metadata={"description": "the newest 200"})
    first = fields.Nested(PointSchema, required=True, allow_none=True)
    newest = fields.Nested(PointSchema, required=True, allow_none=True)
    change = fields.Float(required=True, allow_none=True)
    towards = fields.String(required=True, allow_none=True, metadata={"description": "better, worse or same"})
    important_change = fields.Nested(ImportantChangeSchema, required=True, allow_none=True)
    is_important = fields.Boolean(required=True, allow_none=True)
    no_change_because = fields.String(
        required=True, allow_none=True, metadata={"description": "no_score, one_score or activities_differ"}
    )


class LegSchema(Schema):
    """The newest value of one leg."""

    value = fields.Float(required=True)
    on = fields.Date(required=True)


class SymmetrySchema(Schema):
    """The sore leg in percent of the other; null with a caution where that would mislead."""

    test = fields.String(required=True)
    variant = fields.String(required=True, allow_none=True)
    left = fields.Nested(LegSchema, required=True)
    right = fields.Nested(LegSchema, required=True)
    sore_side = fields.String(required=True, allow_none=True)
    lsi_percent = fields.Float(required=True, allow_none=True)
    limit_percent = fields.Float(required=True)
    is_below_limit = fields.Boolean(required=True, allow_none=True)
    caution = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "both_knees_sore, sore_side_unknown, measured_far_apart or other_leg_zero"},
    )


class DifferenceSchema(Schema):
    """How far the ankles lie apart."""

    test = fields.String(required=True)
    difference_cm = fields.Float(required=True)
    limit_cm = fields.Float(required=True)
    is_above_limit = fields.Boolean(required=True)


class BesideExpectedSchema(Schema):
    """Eccentric hip abduction beside what is expected for age and sex, Nm/kg."""

    side = fields.String(required=True)
    value = fields.Float(required=True)
    expected = fields.Float(required=True)
    sd = fields.Float(required=True)
    is_below = fields.Boolean(required=True, metadata={"description": "by more than one standard deviation"})


class KneePainSchema(Schema):
    """The worst pain of the last seven days; side null: of both knees together."""

    side = fields.String(required=True, allow_none=True)
    worst_nrs = fields.Float(required=True, allow_none=True)
    severity = fields.String(required=True, allow_none=True, metadata={"description": "mild, moderate or severe"})


class OutcomesSchema(Schema):
    """What the outcomes show today. Findings, never a diagnosis: confirm with a clinician."""

    as_of = fields.Date(required=True)
    series = fields.List(fields.Nested(SeriesSchema), required=True)
    symmetry = fields.List(fields.Nested(SymmetrySchema), required=True)
    ankle_difference = fields.Nested(DifferenceSchema, required=True, allow_none=True)
    beside_expected = fields.List(fields.Nested(BesideExpectedSchema), required=True)
    pain_of_7_days = fields.List(fields.Nested(KneePainSchema), required=True)


class DueItemSchema(Schema):
    """What has to be done, since when, and why."""

    instrument = fields.String(required=True)
    kind = fields.String(required=True)
    due_on = fields.Date(required=True)
    overdue_days = fields.Integer(required=True)
    why = fields.String(required=True, metadata={"description": "week_0, week_4, …, month_6, …, or daily"})
    missing_sides = fields.List(fields.String(), required=True)
    last_on = fields.Date(required=True, allow_none=True)
    next_on = fields.Date(required=True, allow_none=True)


class OutcomesDueSchema(Schema):
    """What is due on a day, most overdue first."""

    as_of = fields.Date(required=True)
    started_on = fields.Date(required=True)
    items = fields.List(fields.Nested(DueItemSchema), required=True)


def shown_overview(found: Overview) -> dict[str, Any]:
    """Return an overview on the wire."""
    return {
        "as_of": found.as_of,
        "series": [shown_series(series) for series in found.series],
        "symmetry": [_symmetry(told) for told in found.symmetry],
        "ankle_difference": found.difference,
        "beside_expected": [_beside_expected(told) for told in found.beside_expected],
        "pain_of_7_days": found.pain,
    }


def _beside_expected(told: BesideExpected) -> dict[str, Any]:
    return {name: getattr(told, name) for name in BesideExpectedSchema._declared_fields}


def shown_due(due: Due) -> dict[str, Any]:
    """Return what is due on the wire."""
    return {
        "instrument": due.instrument,
        "kind": kind_of(INSTRUMENTS[due.instrument]),
        "due_on": due.due_on,
        "overdue_days": due.overdue_days,
        "why": due.why,
        "missing_sides": due.missing_sides,
        "last_on": due.last_on,
        "next_on": due.next_on,
    }


def kind_of(instrument: Instrument) -> str:
    """Return what kind of instrument it is."""
    return "test" if instrument.is_test else "questionnaire"


def shown_series(series: Series) -> dict[str, Any]:
    """Return a series on the wire."""
    instrument, change = series.instrument, series.change
    return {
        "instrument": instrument.id,
        "kind": kind_of(instrument),
        "version": series.version,
        "variant": series.variant,
        "side": series.side,
        "unit": instrument.unit,
        "better": instrument.better,
        "points": [_point(point) for point in series.points],
        "first": _point(series.first),
        "newest": _point(series.newest),
        "change": change.change,
        "towards": change.towards,
        "important_change": instrument.important,
        "is_important": change.is_important,
        "no_change_because": change.because,
    }


def _point(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "id": point.id,
        "performed_at": point.at,
        "performed_on": point.on,
        "score": point.score,
        "grade": point.grade,
        "unscored_because": point.because,
        "clock_suspect": point.is_ahead,
    }


def _symmetry(found: Symmetry) -> dict[str, Any]:
    return {
        "test": found.test,
        "variant": found.variant,
        "left": _leg(found.left),
        "right": _leg(found.right),
        "sore_side": found.sore_side,
        "lsi_percent": found.lsi_percent,
        "limit_percent": found.limit_percent,
        "is_below_limit": found.is_below_limit,
        "caution": found.caution,
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {"value": leg.value, "on": leg.on}
