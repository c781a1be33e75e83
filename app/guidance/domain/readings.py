"""What each run says by itself: how the knee settled, and whether the run was over or clean."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from app.guidance.domain.history import RunEntry
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import nrs_difference
from app.guidance.domain.ruleset.numbers import BASELINE_DAYS
from app.guidance.domain.timeline import DatedRun, DayLog, Timeline
from app.kernel.value import value


@value()
class Reading:
    """One run read with a policy; scores are NRS, None is not known."""

    entry: RunEntry
    ran_today: bool
    morning: float | None
    baseline: float | None
    morning_rise: float | None
    after_rise: float | None
    baseline_missing: bool
    after_missing: bool
    after_broken: bool
    over: bool
    clean: bool


def read_run(run: DatedRun, timeline: Timeline, policy: Policy) -> Reading:
    """Judge one run by its own scores and the mornings around it."""
    entry, ran_today = run.entry, run.day == timeline.today
    morning = morning_after(run, timeline)
    baseline = baseline_of(run, timeline) if morning is not None else None
    rise = _rise(morning, baseline)
    after_rise = _rise(entry.pain_after_60, entry.pain_pre)
    baseline_missing = _baseline_missing(morning, baseline, policy)
    after_missing = _after_missing(entry, policy)
    broken = _after_broken(entry, after_rise, policy)
    over = _is_over(entry, rise, broken and policy.after_action == "reduce", policy)
    settled = not (baseline_missing or after_missing or broken) and _is_settled(morning, rise, policy)
    clean = settled and not ran_today and _is_quiet(entry, policy)
    return Reading(
        entry, ran_today, morning, baseline, rise, after_rise, baseline_missing, after_missing, broken, over, clean
    )


def morning_after(run: DatedRun, timeline: Timeline) -> float | None:
    """Return the pain of the morning after a run: as given with the run, else from the daily log up to today."""
    given = run.entry.pain_next_morning
    if given is not None or run.day == timeline.today:
        return given
    return timeline.log.morning_worst.get(run.day + 1)


def baseline_of(run: DatedRun, timeline: Timeline) -> float | None:
    """Return the usual morning pain before a run: as given, else the median of quiet mornings, else before the run.

    Quiet are the mornings of the run day and the 7 days before it that follow no run.
    """
    if run.entry.baseline_pain is not None:
        return run.entry.baseline_pain
    lowest = timeline.log.morning_lowest
    days = range(run.day - BASELINE_DAYS, run.day + 1)
    quiet = [lowest[day] for day in days if day in lowest and day - 1 not in timeline.run_days]
    return median(quiet) if quiet else run.entry.pain_pre


def over_in_a_row(readings: Iterator[Reading]) -> int:
    """Count over runs back from the last; an unrated run neither counts nor ends the row."""
    count = 0
    for reading in readings:
        if reading.over:
            count += 1
        elif reading.entry.pain_during is not None:
            break
    return count


def clean_in_a_row(readings: Iterator[Reading]) -> int:
    """Count clean runs back from the last; any other run ends the row."""
    count = 0
    for reading in readings:
        if not reading.clean:
            break
        count += 1
    return count


def readings_back(timeline: Timeline, policy: Policy) -> Iterator[Reading]:
    """Read the runs of the repeat window one by one, the last one first."""
    for run in reversed(timeline.runs):
        if run.day < timeline.today - policy.repeat_window_days:
            return
        yield read_run(run, timeline, policy)


def hurts(entry: RunEntry, policy: Policy) -> bool:
    """Did the run itself go over: pain above what is accepted, a limp, or a stop for pain?"""
    pain = entry.pain_during
    too_much = pain is not None and not policy.within(pain, policy.acceptable_max)
    return entry.limp or entry.stopped_early_for_pain or too_much


def could_be_over(run: DatedRun, log: DayLog, policy: Policy) -> bool:
    """Could the run be over on some day? By the worst of what was ever told of it, from a knee without pain."""
    entry = run.entry
    mornings = (entry.pain_next_morning, log.morning_worst.get(run.day + 1))
    morning = max((score for score in mornings if score is not None), default=None)
    broken = _after_broken(entry, _rise(entry.pain_after_60, 0), policy)
    return _is_over(entry, _rise(morning, 0), broken and policy.after_action == "reduce", policy)


def _rise(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else nrs_difference(later, earlier)


def _baseline_missing(morning: float | None, baseline: float | None, policy: Policy) -> bool:
    """Could this morning be a rise, with nothing to measure it from?"""
    if morning is None or baseline is not None:
        return False
    return not (policy.within(morning, policy.progress_max) and nrs_difference(morning, 0) <= policy.morning_tolerance)


def _after_missing(entry: RunEntry, policy: Policy) -> bool:
    """Is the score after the run needed and absent, or a possible rise from an unknown start?"""
    after, tolerance = entry.pain_after_60, policy.after_tolerance
    if after is None:
        return policy.after_required
    unknown_start = entry.pain_pre is None and tolerance is not None
    return unknown_start and not nrs_difference(after, 0) <= (tolerance or 0)


def _after_broken(entry: RunEntry, rise: float | None, policy: Policy) -> bool:
    """Had the knee not settled an hour after the run?"""
    after, tolerance, ceiling = entry.pain_after_60, policy.after_tolerance, policy.after_abs_max
    risen = rise is not None and tolerance is not None and rise > tolerance
    return risen or (after is not None and ceiling is not None and after > ceiling)


def _is_over(entry: RunEntry, rise: float | None, unsettled: bool, policy: Policy) -> bool:
    raised = rise is not None and rise > policy.morning_tolerance
    return hurts(entry, policy) or raised or unsettled


def _is_settled(morning: float | None, rise: float | None, policy: Policy) -> bool:
    """Is the next morning known and inside the tolerance?"""
    if morning is None:
        return False
    return rise is None or rise <= policy.morning_tolerance


def _is_quiet(entry: RunEntry, policy: Policy) -> bool:
    """Was the run itself inside the progress band, with nothing that hides or adds to pain?"""
    pain = entry.pain_during
    marked = entry.limp or entry.stopped_early_for_pain or entry.painkiller_before
    return not marked and pain is not None and policy.within(pain, policy.progress_max)
