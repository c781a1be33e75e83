"""One day after another, over thousands of made-up histories: never unsafe, monotone, and the same however it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.guidance.domain.advise import LoadAdvice, advise, pausing_rules
from app.guidance.domain.decision import Decision
from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.timeline import by_day
from app.guidance.histories import Histories
from app.guidance.judgement import Consultation, judge
from app.guidance.pausing import stands
from app.guidance.policies import PolicyBook
from app.guidance.values import Pause, PolicyRevision
from app.kernel.clock import day_in_zone
from app.logbook.domain import PainMoment
from app.logbook.facts import Facts, RunFact
from tests.unit.guidance.made_up import (
    BOOKS,
    SLICES,
    SPAN,
    MadeUp,
    made_up,
    made_up_question,
    numbers,
    worse_scores,
    worse_signs,
)

EACH_PART = pytest.mark.parametrize("part", range(SLICES))
FIRST = date(2026, 1, 20)
ZONES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Havana", "Africa/Casablanca", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
RELATIVE = {
    "TREND_LARGE", "TREND_UP", "MORNING_LARGE", "MORNING_UP", "AMBER_PLUS_MORNING", "AFTER_UP_REDUCE",
    "AFTER_UP_HOLD", "MISSING_AFTER", "BASELINE_UNKNOWN", "REPEAT_2", "REPEAT_3", "REPEAT_4", "NOT_ENOUGH_CLEAN",
}  # fmt: skip
"""What a rise is measured from: raising that may lift these rules, and no others (CLINICAL 1.7)."""

pytestmark = pytest.mark.generated


def advice_of(made: MadeUp, facts: Facts | None = None) -> LoadAdvice:
    """Return the advice of a day, pauses aside."""
    return judge(Consultation(facts or made.facts, made.book), [], made.day, "UTC").advice


# Cut from the whole


@EACH_PART
def test_a_timeline_cut_from_the_whole_gives_the_same_advice(part: int, request: pytest.FixtureRequest) -> None:
    for number in numbers(request, part):
        made = made_up(number)
        histories, policy = Histories(made.facts), made.policy
        histories.history_on(None, made.day + timedelta(days=SPAN))
        for knee in histories.knees_on(made.day):
            history, timeline = histories.history_on(knee, made.day), histories.timeline_on(knee, made.day)
            cut, alone = advise(history, policy, made.day, timeline=timeline), advise(history, policy, made.day)
            assert cut == alone, number


@EACH_PART
def test_a_day_that_a_glance_calls_calm_pauses_nothing(part: int, request: pytest.FixtureRequest) -> None:
    calm = paused = 0
    for number in numbers(request, part):
        made = made_up(number)
        asking, policy = Consultation(made.facts, made.book), made.policy
        histories = asking.histories
        knees = histories.knees_on(made.day)
        whole = [by_day(histories.history_on(knee, made.day), made.day) for knee in knees]
        fired = frozenset().union(*(pausing_rules(timeline, policy) for timeline in whole))
        assert asking.pausing_on(made.day) == fired, number
        calm, paused = calm + (not fired), paused + bool(fired)
    assert calm > paused > 0


@EACH_PART
def test_days_that_one_glance_calls_calm_pause_nothing(part: int, request: pytest.FixtureRequest) -> None:
    calm = 0
    for number in numbers(request, part):
        made, chance = made_up(number), Random(number)
        span = [made.day - timedelta(days=back) for back in range(12, -1, -1)]
        days = sorted(chance.sample(span, chance.randrange(1, 9)))
        asking = Consultation(made.facts, chance.choice((made.book, changed(made, days))))
        histories = asking.histories
        assert set(histories.knees_over(days)) == {knee for day in days for knee in histories.knees_on(day)}, number
        if asking.are_calm(days):
            calm += 1
            assert not any(asking.pausing_on(day) for day in days), number
    assert calm > len(numbers(request, part)) // 10


def changed(made: MadeUp, days: list[date]) -> PolicyBook:
    """Return the policies of somebody whose policy became another one in the middle of these days."""
    other = BOOKS[made.number % len(BOOKS)].on(made.day)
    return PolicyBook([revised(other.preset, days[len(days) // 2], other.plain)], made.book.on(made.day))


def revised(preset: str, starts_on: date, policy: dict[str, Any]) -> PolicyRevision:
    """Return a policy that begins on a day."""
    return PolicyRevision(
        id=None, preset=preset, overrides={}, policy=policy, starts_on=starts_on, reason="x",  # type: ignore[arg-type]
        under_18=False, set_by=None, set_at=None,  # type: ignore[arg-type]
    )  # fmt: skip


# Never unsafe


def doubts(made: MadeUp, advice: LoadAdvice) -> Iterable[str]:
    """Say by itself, without the engine, what speaks against more load."""
    runs = [run for run in made.facts.runs if run.on <= made.day]
    last = runs[-1]
    if not timedelta(0) < made.day - last.on < timedelta(days=made.policy.gap_hold_days):
        yield "the last run is of today, or long ago"
    if last.limp or last.stopped_early_for_pain or last.painkiller_before:
        yield "the last run was not a quiet one"
    during = told_of(made, last, PainMoment.DURING)
    if not during or not made.policy.within(max(during), made.policy.progress_max):
        yield "pain in the last run is not known, or too much"
    if not told_of(made, last, PainMoment.NEXT_MORNING) and not mornings_of(made, last.on + timedelta(days=1)):
        yield "the morning after the last run is not known"
    month = [run for run in runs if run.on > made.day - timedelta(days=30)]
    if any(run.distance_m is None for run in month) and any(run.duration_s is None for run in month):
        yield "the load of a month is not known in one unit"
    if len([run for run in runs if run.on >= made.day - timedelta(days=28)]) < made.policy.progress_after_clean:
        yield "there were too few runs"
    yield from caps_beyond(made, month, advice)


def told_of(made: MadeUp, run: RunFact, moment: PainMoment) -> list[float]:
    told = [fact for fact in made.facts.scores if fact.run_key == run.key and fact.on <= made.day]
    return [fact.score for fact in told if fact.moment == moment]


def mornings_of(made: MadeUp, day: date) -> list[float]:
    return [one.morning_pain for one in made.facts.check_ins if one.on == day and one.morning_pain is not None]


def caps_beyond(made: MadeUp, month: list[RunFact], advice: LoadAdvice) -> Iterable[str]:
    """Compare the caps with the longest run of a month and the last week, worked out again."""
    in_km = [run.distance_m for run in month if run.distance_m is not None]
    week = [run.distance_m or 0 for run in month if run.on > made.day - timedelta(days=7)]
    if advice.load_unit != "km" or len(in_km) < len(month):
        return
    if advice.session_cap_km is None or advice.session_cap_km * 1000 > max(in_km) * 1.10 + 1e-6:
        yield "the next run may be too long"
    if advice.week_cap_km is None or advice.week_cap_km * 1000 > sum(week) * 1.10 + 1e-6:
        yield "the next week may be too much"


@EACH_PART
def test_more_load_is_never_advised_on_doubt(part: int, request: pytest.FixtureRequest) -> None:
    found: Counter[Decision] = Counter()
    for number in numbers(request, part):
        made = made_up(number)
        advice = advice_of(made)
        found[advice.decision] += 1
        if advice.decision is Decision.PROGRESS:
            assert list(doubts(made, advice)) == [], number
    assert min(found[decision] for decision in Decision) > found.total() // 50, "every decision has to occur"


def test_each_doubt_is_one() -> None:
    """The question that the property asks must itself be able to say no."""
    made = next(found for number in range(1000) if advice_of(found := made_up(number)).decision is Decision.PROGRESS)
    advice, last = advice_of(made), max(run.on for run in made.facts.runs if run.on <= made.day)
    later = replace(made, day=last + timedelta(days=7))
    silent = replace(made, facts=Facts(made.facts.runs, [], []))
    lame = replace(made, facts=Facts([run._replace(limp=True) for run in made.facts.runs], made.facts.scores, []))
    for doubtful in (later, silent, lame):
        assert list(doubts(doubtful, advice))
    assert advice.session_cap_km is not None
    assert list(doubts(made, replace(advice, session_cap_km=advice.session_cap_km + 0.2)))


# Monotone


def lifted(before: LoadAdvice, after: LoadAdvice) -> set[str]:
    """Return the rules that asked for more than is asked for now."""
    return {found.rule for found in before.trace if found.decision > after.decision}


def some(found: Iterable[RunnerHistory], number: int, request: pytest.FixtureRequest) -> list[RunnerHistory]:
    """Return every third of what is made worse, another third for each history; all of it at full size."""
    listed = list(found)
    return listed if request.config.option.torture else listed[number % 3 :: 3]


@EACH_PART
def test_a_higher_score_never_relaxes_the_decision(part: int, request: pytest.FixtureRequest) -> None:
    for number in numbers(request, part):
        history, policy, day = made_up_question(number)
        before = advise(history, policy, day)
        ran = {run.on for run in history.sessions}
        for name, on, worse in worse_scores(history, Random(number)):
            start = name in ("pain_pre", "baseline_pain") or (
                name == "morning_pain" and on - timedelta(days=1) not in ran
            )
            week_before = name in ("pain_during", "worst_pain") and 7 <= (day - on).days <= 13
            allowed = RELATIVE if start or week_before else set()
            assert lifted(before, advise(worse, policy, day)) <= allowed, (number, name, on)


@EACH_PART
def test_a_limp_a_stop_a_painkiller_or_a_red_flag_never_relaxes_the_decision(
    part: int, request: pytest.FixtureRequest
) -> None:
    flags = list(RED_FLAGS)
    for number in numbers(request, part):
        history, policy, day = made_up_question(number)
        before = advise(history, policy, day)
        for worse in some(worse_signs(history), number, request):
            assert advise(worse, policy, day).decision >= before.decision, number
        flagged = advise(replace(history, red_flags=(flags[number % len(flags)],)), policy, day)
        assert (flagged.decision, flagged.rule, flagged.modifications) == (Decision.PAUSE_AND_REFER, "RED_FLAG", ())
        caps = {flagged.session_cap_km, flagged.week_cap_km, flagged.session_cap_min, flagged.week_cap_min}
        assert caps <= {None, 0.0}, number


# However it came


@EACH_PART
def test_order_of_arrival_duplicates_and_devices_do_not_change_the_answer(
    part: int, request: pytest.FixtureRequest
) -> None:
    for number in numbers(request, part):
        made, chance = made_up(number), Random(number)
        facts = made.facts
        mixed = Facts(*([*listed] for listed in (facts.runs, facts.scores, facts.check_ins)))
        for listed in (mixed.scores, mixed.check_ins):
            listed.extend([*listed][:1])
            chance.shuffle(listed)
        named = {run.key: _new_key(chance) for run in facts.runs}
        elsewhere = Facts(
            [run._replace(key=named[run.key]) for run in mixed.runs],
            [one._replace(key=_new_key(chance), run_key=named[str(one.run_key)]) for one in mixed.scores],
            [one._replace(key=_new_key(chance)) for one in mixed.check_ins],
        )
        assert advice_of(made, elsewhere) == advice_of(made), number


def _new_key(chance: Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def lived_in(zone: str, facts: Facts, chance: Random) -> Facts:
    """Tell the same days as instants at any hour of a place's own clock, and count days as the server does."""
    clocks = [time(0), time(0, 30), time(2, 30), time(3), time(12), time(23, 59, 59)]

    def counted(fact: Any) -> Any:
        at = datetime.combine(fact.on, chance.choice(clocks), ZoneInfo(zone)).astimezone(UTC)
        return fact._replace(on=day_in_zone(at, zone))

    return Facts(*([counted(fact) for fact in listed] for listed in (facts.runs, facts.scores, facts.check_ins)))


@EACH_PART
def test_days_are_those_of_the_runner_in_every_zone_at_every_change_of_clocks(
    part: int, request: pytest.FixtureRequest
) -> None:
    for number in numbers(request, part):
        made = made_up(number)
        there = lived_in(ZONES[number % len(ZONES)], made.facts, Random(number))
        assert advice_of(made, there) == advice_of(made), number


def test_the_histories_cross_changes_of_clocks_and_ends_of_months() -> None:
    crossed: Counter[str] = Counter()
    for number in range(600):
        made, zone = made_up(number), ZoneInfo(ZONES[number % len(ZONES)])
        days = [run.on for run in made.facts.runs]
        offsets = {datetime.combine(day, time(12), zone).utcoffset() for day in days}
        crossed["clocks"] += len(offsets) > 1
        crossed["months"] += len({day.month for day in days}) > 1
    assert min(crossed["clocks"], crossed["months"]) > 30


@pytest.mark.parametrize("zone", ZONES)
def test_a_pause_closed_at_any_hour_of_a_day_ends_with_that_day_where_the_person_is(zone: str) -> None:
    """Also on the days on which clocks are changed, and at the ends of months."""
    for number in range(366):
        day = date(2026, 1, 1) + timedelta(days=number)
        for clock in (time(0, 0), time(1, 30), time(2, 30), time(12), time(23, 59)):
            at = datetime.combine(day, clock, ZoneInfo(zone))
            pause = Pause(
                id=None, opened_on=day - timedelta(days=3), opened_at=at, rule="PAIN_PAUSE",  # type: ignore[arg-type]
                refer="therapist", cause="x", closed_at=at,
            )  # fmt: skip
            closed_on = day_in_zone(at.astimezone(ZoneInfo("UTC")), zone)
            assert abs(closed_on - day) <= timedelta(0 if clock >= time(3) else 1)
            assert stands(pause, closed_on - timedelta(days=1), zone)
            assert not stands(pause, closed_on, zone)


def test_a_policy_is_in_force_from_its_first_day_and_the_later_word_of_one_day_counts() -> None:
    begun = (("esculier_2018", 5), ("vincent_2017", 2), ("thomee_1997", 5))
    book = PolicyBook([revised(preset, FIRST + timedelta(days=day), {}) for preset, day in begun])
    told = [book.on(FIRST + timedelta(days=day)).preset for day in (1, 2, 4, 5, 9)]
    assert told == ["running_pain_3_of_10", "vincent_2017", "vincent_2017", "thomee_1997", "thomee_1997"]
