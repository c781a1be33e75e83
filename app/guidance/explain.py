"""What an advice says in words: one sentence for the decision, one for the rule that led to it."""

from __future__ import annotations

from app.guidance.domain.advise import LoadAdvice
from app.guidance.domain.decision import Decision
from app.guidance.domain.red_flags import SEEK_CARE

_BECAUSE = {
    "RED_FLAG": "You reported a sign that has to be looked at first.",
    "PAIN_PAUSE": "The pain during your last run was very high.",
    "REPEAT_4": "Four runs in a row were over the limit.",
    "REPEAT_3": "Three runs in a row were over the limit.",
    "PAIN_RED": "The pain during your last run was high.",
    "LIMP": "You limped, or your running changed because of the pain.",
    "MORNING_LARGE": "The morning after your last run was much worse than usual.",
    "PRE_RUN_HIGH": "The pain this morning is above the limit before you have run at all.",
    "GAP_RESTART": "You have not run for four weeks or more.",
    "GAP_REDUCE": "You have not run for two weeks or more.",
    "REPEAT_2": "Two runs in a row were over the limit.",
    "AMBER_PLUS_MORNING": "The pain during your last run was above the limit, and the next morning was worse as well.",
    "PAIN_AMBER": "The pain during your last run was above the limit.",
    "MORNING_UP": "The morning after your last run was worse than usual.",
    "AFTER_UP_REDUCE": "An hour after your last run the pain had not settled.",
    "STOPPED_EARLY": "You stopped your last run because of pain.",
    "TREND_LARGE": "Your pain has risen clearly since last week.",
    "NO_HISTORY": "No run is logged yet.",
    "FUTURE_DATED": "An entry lies in the future; correct it, or wait until its time has passed.",
    "MISSING_DURING": "The pain during your last run is not logged; no score is not the same as 0.",
    "MISSING_LOAD": "The distance or the duration of some runs is missing.",
    "PENDING_MORNING": "The next morning has not been scored yet.",
    "MISSING_MORNING": "The morning after your last run is not logged.",
    "BASELINE_UNKNOWN": "There is no usual morning yet to compare the last one with.",
    "MISSING_AFTER": "The score an hour after your last run is not logged.",
    "AFTER_UP_HOLD": "An hour after your last run the pain had not settled.",
    "PAIN_HOLD": "The pain during your last run was acceptable, but too high for more.",
    "TREND_UP": "Your pain has risen a little since last week.",
    "LOAD_SESSION_SPIKE": "Your last run was much longer than any of the month before it.",
    "LOAD_WEEK_SPIKE": "You ran much more this week than the week before.",
    "GAP_HOLD": "You have not run for a week or more.",
    "NOT_ENOUGH_CLEAN": "More than one calm run in a row is needed before you add to it.",
    "CLEAN": "Your last runs were calm, and so were the mornings after them.",
}


def because(rule: str) -> str:
    """Return the sentence that says why, for any rule of the table."""
    return _BECAUSE[rule]


def what_to_do(advice: LoadAdvice) -> str:
    """Return the sentence that says what to do; a red flag gets only the seek-care text."""
    if advice.rule == "RED_FLAG":
        return SEEK_CARE[advice.refer]
    if advice.decision is Decision.PAUSE_AND_REFER:
        return f"Stop running for now. {SEEK_CARE[advice.refer]}"
    if advice.decision is Decision.HOLD:
        return "Keep the load as it is."
    percent = abs(round(advice.change_percent))
    if advice.decision is Decision.PROGRESS:
        return f"You can add up to {percent} %."
    return f"Reduce the load by {percent} %{_resting(advice.min_rest_days)}."


def _resting(days: int) -> str:
    return "" if days == 0 else f" and rest for {days} {'day' if days == 1 else 'days'} first"
