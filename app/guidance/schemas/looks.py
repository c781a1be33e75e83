"""The wire forms of looking back and ahead: replay, load, questions, ladder, notices."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.guidance.domain.policy import SETTINGS
from app.guidance.domain.presets import PRESETS
from app.guidance.domain.ruleset.numbers import SETTLE_MAX_HOURS
from app.guidance.schemas.advice import CapsSchema, LadderSchema
from app.outcomes.domain.numbers import NRS_MAX
from app.web.fields import Choice, Count, Day, Flag, Pain, Part, QueryFlag, QueryNumber, Whole

MOST_RUNS = 100
LONGEST_RUN_M, LONGEST_RUN_S = 500_000, 172_800


def _pain() -> Pain:
    return Pain(load_default=None, allow_none=True)


class HypotheticalRunSchema(Schema):
    """A run that was never run; give its distance, its duration, or both."""

    on = Day(required=True)
    distance_m = Whole(least=1, most=LONGEST_RUN_M, load_default=None, allow_none=True)
    duration_s = Whole(least=1, most=LONGEST_RUN_S, load_default=None, allow_none=True)
    pain_before = _pain()
    pain_during = _pain()
    pain_after_60_min = _pain()
    pain_next_morning = _pain()
    limp = Flag(load_default=False)
    stopped_early_for_pain = Flag(load_default=False)
    painkiller_before = Flag(load_default=False)


class ReplayQuestionSchema(Schema):
    """Which days to look at again, under which policy, with which runs added."""

    since = Day(required=True)
    until = Day(required=True, metadata={"description": "its last day; at most 366 days in all"})
    preset = Choice(PRESETS, load_default=None, allow_none=True, metadata={"description": "null: the patient's own"})
    policy_overrides = fields.Dict(
        keys=fields.String(), load_default=dict, validate=[validate.Length(max=len(SETTINGS))]
    )
    runs = fields.List(Part(HypotheticalRunSchema), load_default=list, validate=[validate.Length(max=MOST_RUNS)])


class RulesAloneSchema(Schema):
    """What the rules say of a day without the pauses that stand."""

    decision = fields.String(required=True)
    rule = fields.String(required=True)


class GivenDecisionSchema(RulesAloneSchema):
    """What the last advice of a day said."""

    id = fields.UUID(required=True)


class ReplayedDaySchema(CapsSchema):
    """One day: the decision, what the rules say alone, and what was given then."""

    on = fields.Date(required=True)
    preset = fields.String(required=True)
    decision = fields.String(required=True)
    rule = fields.String(required=True)
    change_percent = fields.Float(required=True)
    refer = fields.String(required=True)
    rules_alone = fields.Nested(RulesAloneSchema, required=True)
    given = fields.Nested(GivenDecisionSchema, required=True, allow_none=True)
    differs = fields.Boolean(required=True, allow_none=True, metadata={"description": "null: nothing was given"})


class ReplaySchema(Schema):
    """The days in order, how many differ from what was given, and what speaks against the presets."""

    days = fields.List(fields.Nested(ReplayedDaySchema), required=True)
    differing = fields.Integer(required=True)
    cautions = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "by preset of these days, what speaks against its numbers"},
    )


MOST_DAYS_SHOWN, DAYS_SHOWN = 366, 28


class LoadQuerySchema(Schema):
    """Up to which day, how many days, and whether days without an entry were rest."""

    until = Day(load_default=None, metadata={"description": "the last day; without it, today"})
    days = Count(least=7, most=MOST_DAYS_SHOWN, load_default=DAYS_SHOWN)
    rest_confirmed = QueryFlag(
        load_default=False, metadata={"description": "the runner says that days without an entry were rest"}
    )


class DayLoadSchema(Schema):
    """One day; null is not known, and 0 is rest."""

    on = fields.Date(required=True)
    distance_km = fields.Float(required=True, allow_none=True)
    duration_min = fields.Float(required=True, allow_none=True)
    session_load = fields.Float(required=True, allow_none=True)


class WeekTotalsSchema(Schema):
    """The last 7 days, and the change to the 7 before in percent."""

    total = fields.Float(required=True, allow_none=True)
    change_percent = fields.Float(required=True, allow_none=True)


class LoadFiguresSchema(Schema):
    """Figures of effort times minutes (AU); the three ratios are shown and never used."""

    acute_7d = fields.Float(required=True, allow_none=True)
    week_change_percent = fields.Float(required=True, allow_none=True)
    monotony = fields.Float(required=True, allow_none=True)
    strain = fields.Float(required=True, allow_none=True)
    acwr_coupled = fields.Float(required=True, allow_none=True)
    acwr_uncoupled = fields.Float(required=True, allow_none=True)
    acwr_ewma = fields.Float(required=True, allow_none=True)


class RunSpikeSchema(Schema):
    """A run beside the longest of the 30 days before it."""

    id = fields.UUID(required=True)
    on = fields.Date(required=True)
    distance_km = fields.Float(required=True)
    ratio = fields.Float(required=True, allow_none=True)
    spike_class = fields.String(required=True, metadata={"description": "reference, small, moderate, large, undefined"})


class EffortLeftOutSchema(Schema):
    """A run or session whose effort does not count in the load, and why."""

    id = fields.UUID(required=True)
    on = fields.Date(required=True)
    because = fields.String(required=True, metadata={"description": "told_too_early, told_too_late"})
    text = fields.String(required=True)


class LoadSchema(Schema):
    """The load on a day, the days up to it, and its runs."""

    until = fields.Date(required=True)
    week_distance_km = fields.Nested(WeekTotalsSchema, required=True)
    week_duration_min = fields.Nested(WeekTotalsSchema, required=True)
    session_load = fields.Nested(LoadFiguresSchema, required=True)
    acwr_hidden = fields.Boolean(required=True, metadata={"description": "hidden 28 days after a return from a break"})
    days = fields.List(fields.Nested(DayLoadSchema), required=True)
    runs = fields.List(fields.Nested(RunSpikeSchema), required=True)
    efforts_left_out = fields.List(
        fields.Nested(EffortLeftOutSchema),
        required=True,
        metadata={"description": "of these days; an effort counts if told from 1 minute to 14 days after the end"},
    )


class QuestionsQuerySchema(Schema):
    """As of which day; without it, now."""

    as_of = Day(load_default=None)


class RedFlagQuestionSchema(Schema):
    """A question about an urgent sign, whether and why it is due, and how fast a yes must be seen."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    level = fields.String(required=True)
    due = fields.Boolean(required=True)
    because = fields.String(required=True, allow_none=True, metadata={"description": "intake, pain, limp, monthly"})
    because_text = fields.String(required=True, allow_none=True)
    answered_at = fields.DateTime(required=True, allow_none=True)


class QuestionsSchema(Schema):
    """All questions, most urgent first, and how many are due."""

    as_of = fields.Date(required=True)
    due = fields.Integer(required=True)
    items = fields.List(fields.Nested(RedFlagQuestionSchema), required=True)


class LadderQuerySchema(Schema):
    """What is known of the gate: pain NRS; stairs are taken from the log where they are not given."""

    walk_pain = QueryNumber(least=0, most=NRS_MAX, load_default=None)
    stairs_pain = QueryNumber(least=0, most=NRS_MAX, load_default=None)
    hops_pain = QueryNumber(least=0, most=NRS_MAX, load_default=None)
    irritability = Choice(["low", "moderate", "high"], load_default=None)


class LadderAnswerSchema(Schema):
    """The ladder today; null for somebody who is not on it."""

    as_of = fields.Date(required=True)
    decision = fields.String(required=True)
    ladder = fields.Nested(LadderSchema, required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class FindingsSchema(Schema):
    """Findings with their points: where to look first, never a diagnosis."""

    as_of = Day(required=True)
    pattern = fields.String(required=True)
    positive = fields.List(fields.String(), required=True, metadata={"description": "domains with two points or more"})
    address_first = fields.String(required=True, allow_none=True)
    points = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    measured = fields.Dict(keys=fields.String(), required=True, metadata={"description": "what the points rest on"})
    not_measured = fields.List(
        fields.String(), required=True, metadata={"description": "what nobody told or measured; it scores nothing"}
    )
    onset_on = Day(
        required=True, allow_none=True, metadata={"description": "when the pain began, by the newest intake"}
    )
    text = fields.String(required=True)


class NoticesQuerySchema(Schema):
    """As of which day, and what is known besides the log."""

    as_of = Day(load_default=None)
    plan_start = Day(load_default=None, metadata={"description": "first day of the build-up"})
    screened_on = Day(load_default=None, metadata={"description": "day of the last screen"})
    pain_since = Day(load_default=None)
    settle_hours = QueryNumber(least=0, most=SETTLE_MAX_HOURS, load_default=None)
    low_load_provokes = QueryFlag(load_default=None)
    rest_or_night_pain = QueryFlag(load_default=None)
    adherence_percent = QueryNumber(least=0, most=100, load_default=None)
    hip_and_ankle = QueryFlag(load_default=None)


class NoticeSchema(Schema):
    """A notice: its words, its grade and sources, and what it saw. Never a cap."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    grade = fields.String(required=True)
    sources = fields.List(fields.String(), required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    holds_progression = fields.Boolean(required=True)
    direction = fields.String(required=True, allow_none=True, metadata={"description": "faster or slower; no date"})


class NoticesSchema(Schema):
    """What is told beside the advice."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    holds_progression = fields.Boolean(required=True)


class OrthosisTestSchema(Schema):
    """Pain of an activity without and with an orthosis on one day, and what that makes likely; never an advice."""

    id = fields.UUID(required=True, metadata={"description": "the treatment that it was logged with"})
    on = Day(required=True)
    performed_at = fields.DateTime(required=True)
    side = fields.String(required=True, allow_none=True)
    activity = fields.String(required=True)
    pain_without = fields.Float(required=True)
    pain_with = fields.Float(required=True)
    relief = fields.Float(required=True)
    response = fields.String(required=True, metadata={"description": "likely, unclear or unlikely to help"})
    likely_from = fields.Float(required=True, metadata={"description": "relief from which help is likely (E)"})
    text = fields.String(required=True)


class OrthosisTestsSchema(Schema):
    """All tests of an orthosis, newest first."""

    items = fields.List(fields.Nested(OrthosisTestSchema), required=True)
