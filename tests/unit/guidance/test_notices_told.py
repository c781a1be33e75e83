"""What is told beside the advice, at each of its edges: notices and the questions about urgent signs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.guidance.domain import notices
from app.guidance.domain.decision import Referral
from app.guidance.domain.notices import Notice
from app.guidance.domain.questions import questions, why_due
from app.guidance.domain.red_flags import RED_FLAGS

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARTICLE = ("kinetic_chain_article",)
PACE = (*ARTICLE, "collins2013")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# The time of a build-up


@pytest.mark.parametrize(("days", "week"), [(34, None), (35, 6), (41, 6), (42, 7), (55, 8), (56, None)])
def test_a_screen_is_offered_in_the_sixth_to_eighth_week_of_a_build_up(days: int, week: int | None) -> None:
    found = notices.prevention_window(ago(days), TODAY, None)
    assert found == (None if week is None else Notice("PREVENTION_WINDOW", "D", ARTICLE, {"build_up_week": week}))


@pytest.mark.parametrize(("days", "offered"), [(0, False), (27, False), (28, True), (-1, True)])
def test_a_screen_counts_as_done_for_four_weeks_and_never_ahead_of_its_day(days: int, offered: bool) -> None:
    assert (notices.prevention_window(ago(40), TODAY, ago(days)) is not None) is offered


# Mileage


def km(*told: tuple[int, float]) -> dict[int, float]:
    """Return km by day number, each told as days back from day 1000."""
    return {1000 - back: distance for back, distance in told}


@pytest.mark.parametrize(
    ("told", "code", "week"),
    [
        (km((0, 24.1), (6, 24.1)), None, None),
        (km((0, 24.2), (6, 24.1)), "WEEK_48_KM", 48.3),
        (km((0, 24.2), (7, 24.1)), None, None),
        (km((0, 64.3)), "WEEK_48_KM", 64.3),
        (km((0, 64.4)), "WEEK_64_KM", 64.4),
        (km((0, 50), (7, 48.3)), None, None),
        (km((0, 50), (7, 48.2)), "WEEK_48_KM", 50),
        (km((0, 65), (7, 48.3)), "WEEK_64_KM", 65),
        (km((0, 50), (83, 50)), None, None),
        (km((0, 50), (89, 50)), None, None),
        (km((0, 50), (90, 50)), "WEEK_48_KM", 50),
        (km((-1, 50)), None, None),
        ({}, None, None),
    ],
)
def test_the_first_large_week_in_twelve_is_told_once_and_the_larger_of_two(
    told: dict[int, float], code: str | None, week: float | None
) -> None:
    found = notices.mileage(told, 1000)
    if code is None:
        assert found is None
    else:
        limit = {"WEEK_48_KM": 48.3, "WEEK_64_KM": 64.4}[code]
        assert found == Notice(code, "D", ARTICLE, {"week_km": week, "at_km": limit})
        assert not found.holds_progression


# Early signs


def test_two_different_signs_within_seven_days_are_a_warning_that_holds_progression() -> None:
    found = notices.early_warning([(ago(6), "inner_knee"), (TODAY, "wobble"), (ago(1), "wobble")], TODAY)
    signs = {"signs": ["inner_knee", "wobble"]}
    assert found == Notice("EARLY_WARNING", "D", ARTICLE, signs, holds_progression=True)


@pytest.mark.parametrize(
    "signs",
    [
        [],
        [(TODAY, "wobble"), (ago(1), "wobble")],
        [(TODAY, "wobble"), (ago(7), "inner_knee")],
        [(TODAY, "wobble"), (ago(-1), "inner_knee")],
    ],
)
def test_one_sign_an_old_one_or_one_ahead_is_no_warning(signs: list[tuple[date, str]]) -> None:
    assert notices.early_warning(signs, TODAY) is None


def test_only_a_confirmed_cycle_is_told() -> None:
    assert notices.rest_resume_hurt("suspected", 1) is None
    assert notices.rest_resume_hurt("none", 0) is None
    told = notices.rest_resume_hurt("confirmed", 3)
    assert told == Notice("REST_RESUME_HURT", "D", (*ARTICLE, "E"), {"cycles": 3})


# Severity and irritability


@pytest.mark.parametrize(
    ("worst", "level"), [(0.0, "MILD"), (3.0, "MILD"), (3.1, "MODERATE"), (6.0, "MODERATE"), (6.1, "SEVERE")]
)
def test_severity_is_told_by_the_worst_of_seven_days(worst: float, level: str) -> None:
    assert notices.how_severe(worst) == Notice(f"SEVERITY_{level}", "E", ("E",), {"worst_7_days": worst})


def test_without_a_score_nothing_is_said_of_severity() -> None:
    assert notices.how_severe(None) is None


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ((0.0, 0.0, False, False), "LOW"),
        ((3.0, 1.0, False, False), "LOW"),
        ((3.1, 1.0, False, False), "MODERATE"),
        ((3.0, 1.1, False, False), "MODERATE"),
        ((3.0, 1.0, True, False), "MODERATE"),
        ((3.0, 1.0, True, True), "HIGH"),
        ((7.0, 24.0, False, False), "MODERATE"),
        ((7.0, 24.1, False, False), "HIGH"),
        ((6.9, 24.1, False, True), "HIGH"),
        ((6.9, 24.0, False, True), "MODERATE"),
    ],
)
def test_irritability_is_told_only_where_all_of_it_is_known(told: tuple[float, float, bool, bool], level: str) -> None:
    facts = {"worst_7_days": told[0], "settle_hours": told[1]}
    assert notices.how_irritable(*told) == Notice(f"IRRITABILITY_{level}", "E", ("E",), facts)
    for place in range(4):
        unknown = [None if at == place else value for at, value in enumerate(told)]
        assert notices.how_irritable(*unknown) is None  # type: ignore[arg-type]


# How fast it goes


def pace(**told: object) -> list[tuple[str, str | None]]:
    known = {"pain_since": None, "over_the_limit": None, "adherence_percent": None, "hip_and_ankle": None, **told}
    found = notices.recovery_pace(today=TODAY, **known)  # type: ignore[arg-type]
    assert all((one.grade, one.sources, one.holds_progression) == ("D", PACE, False) for one in found)
    return [(one.code, one.direction) for one in found]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, []),
        ({"pain_since": ago(90)}, [("PACE_SHORT_HISTORY", "faster")]),
        ({"pain_since": ago(91)}, [("PACE_LONG_HISTORY", "slower")]),
        ({"over_the_limit": True}, [("PACE_OVER_LIMIT", "slower")]),
        ({"over_the_limit": False}, [("PACE_WITHIN_LIMIT", "faster")]),
        ({"adherence_percent": 80.0}, [("PACE_HIGH_ADHERENCE", "faster")]),
        ({"adherence_percent": 79.9}, []),
        ({"adherence_percent": 50.0}, []),
        ({"adherence_percent": 49.9}, [("PACE_LOW_ADHERENCE", "slower")]),
        ({"adherence_percent": 0.0}, [("PACE_LOW_ADHERENCE", "slower")]),
        ({"hip_and_ankle": True}, [("PACE_HIP_AND_ANKLE", "slower")]),
        ({"hip_and_ankle": False}, []),
    ],
)
def test_what_speeds_or_slows_recovery_is_said_with_its_direction_and_without_a_date(
    told: dict[str, object], said: list[tuple[str, str]]
) -> None:
    assert pace(**told) == said


@pytest.mark.parametrize(
    ("days", "akps", "told"),
    [(62, 69, True), (61, 69, False), (62, 70, False), (62, 69.9, True), (None, 50, False), (400, None, False)],
)
def test_the_prognosis_needs_over_two_months_of_pain_and_an_akps_below_70(
    days: int | None, akps: float | None, told: bool
) -> None:
    note = notices.prognosis(None if days is None else ago(days), TODAY, akps)
    assert (note is not None) is told
    if note is not None:
        sources = ("collins2013", "nielsen2014_recovery", "M")
        facts = {"days_of_pain": days, "akps": akps}
        assert note == Notice("PROGNOSIS", "B", sources, facts, direction="slower")
        assert note.code in notices.FOR_THERAPISTS


def test_the_pace_says_what_it_saw() -> None:
    facts = [
        one.facts for percent in (90.0, 10.0) for one in notices.recovery_pace(ago(100), TODAY, True, percent, True)
    ]
    assert facts == [
        {"days_of_pain": 100}, {}, {"adherence_percent": 90.0}, {},
        {"days_of_pain": 100}, {}, {"adherence_percent": 10.0}, {},
    ]  # fmt: skip


# Needling


def test_scores_in_the_hours_after_needling_are_named_the_earliest_first() -> None:
    needled = [NOW - timedelta(hours=50), NOW - timedelta(hours=20)]
    late, early, before = NOW, NOW - timedelta(hours=10), NOW - timedelta(hours=60)
    found = notices.after_needling(needled, [late, early, before])
    assert found == Notice("NEEDLING_SORENESS", "D", ("acupuncture_pfps_page",), {"scored_at": [early, late]})
    assert notices.after_needling(needled, [before]) is None
    assert notices.after_needling([], [late]) is None


@pytest.mark.parametrize(
    ("without", "with_it", "told"), [(5.0, 3.1, "unclear"), (5.0, 4.9, "unclear"), (5.0, 5.0, "unlikely")]
)
def test_less_relief_than_two_is_unclear_and_none_unlikely(without: float, with_it: float, told: str) -> None:
    assert notices.orthosis_response(without, with_it) == told


# The questions about urgent signs

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("answered", "severe", "limped", "because"),
    [
        (None, None, None, "intake"),
        (None, NOW, NOW, "intake"),
        (NOW - HOUR, NOW - HOUR, None, "pain"),
        (NOW - HOUR, NOW, NOW, "pain"),
        (NOW - HOUR, NOW - 2 * HOUR, None, None),
        (NOW - HOUR, None, NOW - HOUR, "limp"),
        (NOW - HOUR, NOW - 2 * HOUR, NOW, "limp"),
        (NOW - HOUR, None, NOW - 2 * HOUR, None),
        (NOW - timedelta(days=30), None, None, "monthly"),
        (NOW - timedelta(days=30) + HOUR, None, None, None),
        (NOW - timedelta(days=40), NOW - timedelta(days=35), None, "pain"),
    ],
)
def test_a_question_says_why_it_is_due(
    answered: datetime | None, severe: datetime | None, limped: datetime | None, because: str | None
) -> None:
    assert why_due(answered, severe, limped, NOW) == because


def test_all_eighteen_are_listed_the_most_urgent_first_each_by_its_own_last_answer() -> None:
    answered = {"locked_knee": NOW - HOUR, "lump_or_mass": NOW - timedelta(days=31)}
    found = questions(answered, None, None, NOW)
    assert [(one.code, one.level) for one in found] == list(RED_FLAGS.items())
    assert [one.level for one in found] == sorted((one.level for one in found), reverse=True)
    by_code = {one.code: (one.due, one.because, one.answered_at) for one in found}
    assert by_code["locked_knee"] == (False, None, NOW - HOUR)
    assert by_code["lump_or_mass"] == (True, "monthly", NOW - timedelta(days=31))
    assert by_code["true_giving_way"] == (True, "intake", None)
    assert found[0].level is Referral.EMERGENCY
    assert {one.code for one in questions(answered, NOW, None, NOW) if one.because == "pain"} == set(answered)
    assert {one.code for one in questions(answered, None, NOW, NOW) if one.because == "limp"} == set(answered)
