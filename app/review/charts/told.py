"""Pain and load in sentences and as a table, for whoever does not see the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.review.charts.form import Json, Table
from app.review.charts.words import as_sentence, day, number, words_of
from app.review.domain.progress import WeekOfLoad, Window

MOMENTS = ("during", "next_morning", "worst")
KNEES = ("left", "right", "unsaid")
DECISIONS = ("progress", "hold", "reduce", "rest_day", "pause_and_refer")
"""In the order of caution, as the engine has it."""
METRES, SECONDS = 1000, 60  # metres in a kilometre, seconds in a minute


def points_of(sections: Mapping[str, Any]) -> list[Json]:
    """Return the scores that the chart is about: those of a moment, and, where they are open, those of check-ins."""
    scores = [told for told in sections["pain"] if told["moment"] in MOMENTS]
    return scores + [point for told in sections["check_ins"] or () for point in _of_check_in(told)]


def _of_check_in(told: Json) -> list[Json]:
    """Return what a check-in says of the day, and of the morning."""
    said = (("worst", told["worst_pain"]), ("next_morning", told["morning_pain"]))
    asked = {"on": told["on"], "side": told["side"]}
    return [{**asked, "moment": moment, "score": score} for moment, score in said if score is not None]


def known_weeks(sections: Mapping[str, Any]) -> list[WeekOfLoad]:
    """Return the weeks of load without those that ended before the first entry of all: they are unknown, and not 0."""
    since: date | None = sections["logged_since"]
    return [week for week in sections["weeks"] if since is not None and week.ends_on >= since]


def in_words(window: Window, sections: Mapping[str, Any], language: str) -> Iterable[str]:
    """Yield the sentences that tell the chart."""
    said = words_of(language)
    yield said["pain_and_load"].format(since=day(window.since, language), until=day(window.until, language)) + "."
    if sections["pain"] is not None:
        yield _pain_in_words(sections, language)
    if sections["flares"]:
        yield said["alt_flares"].format(days=", ".join(day(one["on"], language) for one in sections["flares"]))
    if sections["decisions"]:
        last = sections["decisions"][-1]
        yield said["alt_decision"].format(decision=said[last["decision"]], on=day(last["on"], language))
    if sections["weeks"] is not None and known_weeks(sections):
        kms = [None if week.distance_m is None else week.distance_m / METRES for week in known_weeks(sections)]
        before = kms[-2] if len(kms) > 1 else None
        most = max((km for km in kms if km is not None), default=None)
        told = {"last": kms[-1], "before": before, "most": most}
        yield said["alt_load"].format(
            **{name: number(None if km is None else round(km, 1), language) for name, km in told.items()}
        )


def _pain_in_words(sections: Mapping[str, Any], language: str) -> str:
    said = words_of(language)
    worst: dict[date, float] = {}
    for told in points_of(sections):
        worst[told["on"]] = max(told["score"], worst.get(told["on"], 0.0))
    if not worst:
        return as_sentence(said["no_pain"])
    on = max(worst, key=lambda one: (worst[one], one))
    facts = {"worst": number(worst[on], language), "on": day(on, language), "days": len(worst)}
    if sections["limits"] is None:
        return said["alt_pain_alone"].format(**facts)
    above = sum(score > _limit_on(sections["limits"], on_day) for on_day, score in worst.items())
    return said["alt_pain"].format(**facts, above=above)


def _limit_on(limits: Sequence[Json], on: date) -> float:
    standing = [limit["acceptable_max"] for limit in limits if limit["from_on"] <= on]
    return float(standing[-1] if standing else limits[0]["acceptable_max"])


def table_of(window: Window, sections: Mapping[str, Any], language: str) -> Table:
    """Return one row a week; a column whose section is not open is left out."""
    said = words_of(language)
    columns = [said["week_from"], said["week_to"]]
    columns += [said[f"worst_{knee}"] for knee in KNEES] if sections["pain"] is not None else []
    columns += [said["flares"]] if sections["flares"] is not None else []
    columns += [said["strictest"]] if sections["decisions"] is not None else []
    if sections["weeks"] is not None:
        columns += [said[name] for name in ("runs", "distance", "minutes", "sessions")]
    return Table(columns, [_week_row(week, sections, said) for week in window.weeks()])


def _week_row(week: Window, sections: Mapping[str, Any], said: Mapping[str, str]) -> list[Any]:
    row: list[Any] = [week.since.isoformat(), week.until.isoformat()]
    if sections["pain"] is not None:
        inside = [told for told in points_of(sections) if week.holds(told["on"])]
        row += [
            max((told["score"] for told in inside if (told["side"] or "unsaid") == knee), default=None)
            for knee in KNEES
        ]
    if sections["flares"] is not None:
        row.append(sum(week.holds(one["on"]) for one in sections["flares"]))
    if sections["decisions"] is not None:
        given = [one["decision"] for one in sections["decisions"] if week.holds(one["on"])]
        row.append(said[max(given, key=DECISIONS.index)] if given else None)
    if sections["weeks"] is not None:
        load = next((one for one in known_weeks(sections) if one.ends_on == week.until), None)
        if load is None:
            return [*row, None, None, None, None]
        row += [
            load.runs,
            None if load.distance_m is None else round(load.distance_m / METRES, 1),
            None if load.run_duration_s is None else round(load.run_duration_s / SECONDS),
            load.sessions,
        ]
    return row
