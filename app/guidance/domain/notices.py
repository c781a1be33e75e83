"""What is said beside the advice: signs and figures worth knowing. No notice ever is a cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.guidance.domain.irritability import irritability
from app.guidance.domain.ratio import exceeds, falls_short
from app.guidance.domain.ruleset.numbers import (
    ADHERENCE_HIGH_PERCENT,
    ADHERENCE_MODERATE_PERCENT,
    BUILD_UP_WEEKS,
    EARLY_SIGNS_MIN,
    LARGE_MILEAGE_KM,
    LONG_HISTORY_DAYS,
    MILEAGE_KM,
    MILEAGE_WEEKS,
    NEEDLING_FIRST_HOURS,
    NEEDLING_LAST_HOURS,
    ORTHOSIS_RELIEF_MIN,
    PROGNOSIS_AKPS_MIN,
    PROGNOSIS_DAYS,
    SCREEN_DAYS,
    WEEK_DAYS,
)
from app.outcomes.domain.severity import severity

ARTICLE = ("kinetic_chain_article",)
FOR_THERAPISTS = frozenset({"PROGNOSIS"})
LARGE_WEEKS_KM = (("WEEK_64_KM", LARGE_MILEAGE_KM), ("WEEK_48_KM", MILEAGE_KM))


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: what it saw, how good the ground is, where from, and whether it holds progression."""

    code: str
    grade: str
    sources: tuple[str, ...]
    facts: Mapping[str, object] = field(default_factory=dict)
    holds_progression: bool = False
    direction: str | None = None


def prevention_window(plan_start: date, today: date, screened_on: date | None) -> Notice | None:
    """Is it the time of a build-up in which knees start to complain, and no screen done lately?"""
    week = (today - plan_start).days // WEEK_DAYS + 1
    screened = screened_on is not None and timedelta(0) <= today - screened_on < timedelta(days=SCREEN_DAYS)
    first, last = BUILD_UP_WEEKS
    if not first <= week <= last or screened:
        return None
    return Notice("PREVENTION_WINDOW", "D", ARTICLE, {"build_up_week": week})


def mileage(km_by_day: Mapping[int, float], today: int) -> Notice | None:
    """Is this the first week at 30 or 40 miles in 12 weeks? The larger of the two is told."""
    this_week = _week(km_by_day, today)
    earlier = max((_week(km_by_day, today - back) for back in range(WEEK_DAYS, MILEAGE_WEEKS * WEEK_DAYS)), default=0.0)
    for code, km in LARGE_WEEKS_KM:
        if falls_short(earlier, km) and not falls_short(this_week, km):
            return Notice(code, "D", ARTICLE, {"week_km": round(this_week, 1), "at_km": km})
    return None


def early_warning(signs: Sequence[tuple[date, str]], today: date) -> Notice | None:
    """Were two or more different early signs noticed within the last 7 days?"""
    first = today - timedelta(days=WEEK_DAYS - 1)
    noticed = sorted({sign for on, sign in signs if first <= on <= today})
    if len(noticed) < EARLY_SIGNS_MIN:
        return None
    return Notice("EARLY_WARNING", "D", ARTICLE, {"signs": noticed}, holds_progression=True)


def rest_resume_hurt(status: str, count: int) -> Notice | None:
    """Does rest alone keep failing this runner?"""
    return Notice("REST_RESUME_HURT", "D", (*ARTICLE, "E"), {"cycles": count}) if status == "confirmed" else None


def how_severe(worst: float | None) -> Notice | None:
    """How severe is it, by the worst pain of 7 days?"""
    found = severity(worst)
    if found is None:
        return None
    return Notice(f"SEVERITY_{found.upper()}", "E", ("E",), {"worst_7_days": worst})


def how_irritable(
    worst: float | None, settle_hours: float | None, low_load_provokes: bool | None, rest_or_night_pain: bool | None
) -> Notice | None:
    """How easily is it stirred up? Only where all of it is known."""
    if worst is None or settle_hours is None or low_load_provokes is None or rest_or_night_pain is None:
        return None
    level = irritability(worst, settle_hours, low_load_provokes, rest_or_night_pain)
    facts = {"worst_7_days": worst, "settle_hours": settle_hours}
    return Notice(f"IRRITABILITY_{level.upper()}", "E", ("E",), facts)


def recovery_pace(
    pain_since: date | None,
    today: date,
    over_the_limit: bool | None,
    adherence_percent: float | None,
    hip_and_ankle: bool | None,
) -> list[Notice]:
    """What speeds or slows recovery, and in which direction? Never a date; what is not known is not said."""
    found: list[Notice] = []
    if pain_since is not None:
        days = (today - pain_since).days
        long = days >= LONG_HISTORY_DAYS
        found.append(_pace("LONG_HISTORY" if long else "SHORT_HISTORY", slower=long, facts={"days_of_pain": days}))
    if over_the_limit is not None:
        found.append(_pace("OVER_LIMIT" if over_the_limit else "WITHIN_LIMIT", slower=over_the_limit, facts={}))
    if adherence_percent is not None and adherence_percent >= ADHERENCE_HIGH_PERCENT:
        found.append(_pace("HIGH_ADHERENCE", slower=False, facts={"adherence_percent": adherence_percent}))
    if adherence_percent is not None and adherence_percent < ADHERENCE_MODERATE_PERCENT:
        found.append(_pace("LOW_ADHERENCE", slower=True, facts={"adherence_percent": adherence_percent}))
    if hip_and_ankle:
        found.append(_pace("HIP_AND_ANKLE", slower=True, facts={}))
    return found


def prognosis(pain_since: date | None, today: date, akps: float | None) -> Notice | None:
    """Do a long pain and a low AKPS go together, as they do where recovery is poorer? For therapists; never a date."""
    if pain_since is None or akps is None:
        return None
    days = (today - pain_since).days
    if days <= PROGNOSIS_DAYS or not falls_short(akps, PROGNOSIS_AKPS_MIN):
        return None
    sources = ("collins2013", "nielsen2014_recovery", "M")
    return Notice("PROGNOSIS", "B", sources, {"days_of_pain": days, "akps": akps}, direction="slower")


def after_needling(treated_at: Sequence[datetime], scored_at: Sequence[datetime]) -> Notice | None:
    """Do any scores fall into the hours after needling in which soreness is usual?"""
    sore = [at for at in scored_at if needling_soreness(treated_at, at)]
    if not sore:
        return None
    return Notice("NEEDLING_SORENESS", "D", ("acupuncture_pfps_page",), {"scored_at": sorted(sore)})


def needling_soreness(treated_at: Sequence[datetime], scored_at: datetime) -> bool:
    """Does a score fall into the 12 to 48 hours after any of these needling treatments?"""
    first, last = timedelta(hours=NEEDLING_FIRST_HOURS), timedelta(hours=NEEDLING_LAST_HOURS)
    return any(first <= scored_at - treated <= last for treated in treated_at)


def orthosis_response(pain_without: float, pain_with: float) -> str:
    """Is an orthosis likely to help, by the pain of one activity without and with it on one day?"""
    relief = pain_without - pain_with
    if not falls_short(relief, ORTHOSIS_RELIEF_MIN):
        return "likely"
    return "unclear" if exceeds(relief, 0) else "unlikely"


def _pace(code: str, *, slower: bool, facts: Mapping[str, object]) -> Notice:
    direction = "slower" if slower else "faster"
    return Notice(f"PACE_{code}", "D", (*ARTICLE, "collins2013"), facts, direction=direction)


def _week(km_by_day: Mapping[int, float], last: int) -> float:
    return sum(km_by_day.get(day, 0.0) for day in range(last - WEEK_DAYS + 1, last + 1))
