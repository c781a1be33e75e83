"""The decision table: what each rule asks for, the strictest first (CLINICAL 1.3)."""

from __future__ import annotations

from dataclasses import dataclass

from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.red_flags import RED_FLAG_SOURCES
from app.guidance.domain.ruleset.numbers import NO_CHANGE_PCT, PAUSE_PCT, SHORT_REST_DAYS


@dataclass(frozen=True)
class RuleRow:
    """One row of the decision table; `size` and `rest` name keys of the policy where they can."""

    code: str
    decision: Decision
    size: str | int = NO_CHANGE_PCT
    rest: str | int = 0
    refer: Referral = Referral.NONE
    sources: tuple[str, ...] = ("E",)


_PAUSE, _REST, _REDUCE = Decision.PAUSE_AND_REFER, Decision.REST_DAY, Decision.REDUCE
_HOLD, _SEE = Decision.HOLD, Referral.THERAPIST
_CUTS = ("trek_pfp_runners", "E")
_SORE = ("soreness_rules", "E")

_ROWS = (
    RuleRow("RED_FLAG", _PAUSE, PAUSE_PCT, refer=Referral.SOON, sources=RED_FLAG_SOURCES),
    RuleRow("PAIN_PAUSE", _PAUSE, PAUSE_PCT, refer=_SEE),
    RuleRow("REPEAT_4", _PAUSE, PAUSE_PCT, refer=_SEE),
    RuleRow("REPEAT_3", _REST, "rest_more_pct", "rest_days_more", _SEE),
    RuleRow("PAIN_RED", _REST, "rest_pct", "rest_days", sources=_CUTS),
    RuleRow("LIMP", _REST, "rest_pct", "rest_days"),
    RuleRow("MORNING_LARGE", _REST, "rest_pct", "rest_days", sources=_SORE),
    RuleRow("PRE_RUN_HIGH", _REST, "reduce_pct", SHORT_REST_DAYS, sources=_SORE),
    RuleRow("GAP_RESTART", _REDUCE, "gap_restart_pct"),
    RuleRow("GAP_REDUCE", _REDUCE, "gap_reduce_pct"),
    RuleRow("REPEAT_2", _REDUCE, "reduce_more_pct", SHORT_REST_DAYS),
    RuleRow("AMBER_PLUS_MORNING", _REDUCE, "reduce_more_pct", SHORT_REST_DAYS, sources=_CUTS),
    RuleRow("PAIN_AMBER", _REDUCE, "reduce_pct", SHORT_REST_DAYS, sources=("acupuncture_pfps_page", *_CUTS)),
    RuleRow("MORNING_UP", _REDUCE, "reduce_pct", SHORT_REST_DAYS, sources=("piva2009", *_SORE)),
    RuleRow("AFTER_UP_REDUCE", _REDUCE, "reduce_pct", SHORT_REST_DAYS, sources=("esculier2018", *_CUTS)),
    RuleRow("STOPPED_EARLY", _REDUCE, "reduce_pct", SHORT_REST_DAYS, sources=_SORE),
    RuleRow("TREND_LARGE", _REDUCE, "reduce_pct", SHORT_REST_DAYS),
    RuleRow("NO_HISTORY", _HOLD),
    RuleRow("FUTURE_DATED", _HOLD),
    RuleRow("MISSING_DURING", _HOLD),
    RuleRow("MISSING_LOAD", _HOLD),
    RuleRow("PENDING_MORNING", _HOLD),
    RuleRow("MISSING_MORNING", _HOLD),
    RuleRow("BASELINE_UNKNOWN", _HOLD),
    RuleRow("MISSING_AFTER", _HOLD, sources=("esculier2018",)),
    RuleRow("AFTER_UP_HOLD", _HOLD, sources=("esculier2018", "E")),
    RuleRow("PAIN_HOLD", _HOLD, sources=("acupuncture_pfps_page", "E")),
    RuleRow("TREND_UP", _HOLD),
    RuleRow("LOAD_SESSION_SPIKE", _HOLD, sources=("frandsen2025",)),
    RuleRow("LOAD_WEEK_SPIKE", _HOLD, sources=("nielsen2014", "damsted2019")),
    RuleRow("GAP_HOLD", _HOLD),
    RuleRow("NOT_ENOUGH_CLEAN", _HOLD, sources=("crowell2023",)),
    RuleRow("CLEAN", Decision.PROGRESS, "progress_pct", sources=("crowell2023", "buist2008", "frandsen2025")),
)

RULES: dict[str, RuleRow] = {row.code: row for row in _ROWS}
ORDER: dict[str, int] = {code: place for place, code in enumerate(RULES)}
