"""What a report says of a course: figures first, then what calls for care, pictures, tables and words.

A part whose section the reader's scopes do not open is left out, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.review.charts.words import day
from app.review.domain.attention import Urgency
from app.review.domain.progress import Window
from app.review.domain.reviews import Review
from app.review.report.figures import figures_of
from app.review.report.form import Register, Report, Section
from app.review.report.outcomes import outcomes_in
from app.review.report.words import words_of
from app.review.words import book_of

USED = frozenset({"pain", "weeks", "decisions", "adherence", "outcomes", "limits", "pauses", "flags", "flares"})
"""The sections that either register is made of, besides what is drawn beside them."""
CLINICAL = frozenset({"stages", "overrides", "treatments", "notes"})
"""The sections that only a clinician's report shows."""
_TOLD_AS_MISSING = ("pain", "weeks", "decisions", "stages")
_MOST_NOTES, _MOST_LINES = 6, 4
_WIDTHS = {"pain_and_load": 100, "adherence_by_week": 78}  # percent of the page
_MOST_LETTERS, _LONGEST_WORD = 220, 40

Sections = Mapping[str, Any]
Pictures = Mapping[str, tuple[str, str]]
"""By its name the alternative and the SVG of each picture."""


def report_of(
    name: str,
    window: Window,
    as_of: date,
    sections: Sections,
    reviews: Sequence[Review],
    pictures: Pictures,
    register: Register,
    language: str,
) -> Report:
    """Return the report of a window; notes of reviews are as the reader may see them."""
    said = words_of(language)
    made = [*_attention(sections, language), *_pictures(pictures, said), *outcomes_in(sections, window, language)]
    if register is Register.CLINICIAN:
        made += [*_plan(sections, language), *_treatments(sections, language)]
    made += _reviews(reviews, language)
    if register is Register.CLINICIAN:
        made += [*_notes(sections, language), *_left_out(sections, language)]
    return Report(
        language=language,
        title=said[f"title_{register}"],
        name=_short(name),
        window=said["window"].format(since=day(window.since, language), until=day(window.until, language)),
        footer=said[f"footer_{register}"].format(as_of=day(as_of, language)),
        page=said["page"],
        figures=figures_of(sections, window, language),
        sections=made or [Section(said["attention"], [said["nothing"]])],
        pictures={name: svg for name, (_, svg) in pictures.items()},
    )


def _attention(sections: Sections, language: str) -> Iterator[Section]:
    said, book = words_of(language), book_of(language)
    open_pauses = [one for one in sections["pauses"] or [] if one["closed_on"] is None]
    lines = []
    for pause in open_pauses:
        on = day(pause["opened_on"], language)
        if pause["red_flag"] is None:
            lines.append(said["open_pause"].format(day=on))
        else:
            level = book.levels[Urgency(pause["refer"])]
            lines.append(said["open_flag"].format(level=level, day=on, sign=book.red_flags[pause["red_flag"]]))
    paused = {one["red_flag"] for one in open_pauses}
    for flag in [one for one in sections["flags"] or [] if one["code"] not in paused][-_MOST_LINES:]:
        told = {"day": day(flag["on"], language), "level": book.levels[Urgency(flag["level"])]}
        lines.append(said["told_flag"].format(sign=book.red_flags[flag["code"]], **told))
    if flares := sections["flares"]:
        lines.append(said["flares_in"].format(count=len(flares), day=day(flares[-1]["on"], language)))
    if lines:
        yield Section(said["attention"], list(dict.fromkeys(lines)), is_warning=True)


def _pictures(pictures: Pictures, said: Mapping[str, str]) -> Iterator[Section]:
    for name, (alternative, _) in pictures.items():
        yield Section(said[name], picture=name, alternative=alternative, width_percent=_WIDTHS[name])


def _plan(sections: Sections, language: str) -> Iterator[Section]:
    said, book = words_of(language), book_of(language)
    lines = [
        said["limit"].format(
            day=day(one["from_on"], language),
            limit=book.number(one["acceptable_max"]),
            progress=book.number(one["progress_max"]),
        )
        for one in (sections["limits"] or [])[-_MOST_LINES:]
    ]
    lines += [
        said["stage_step"].format(
            day=day(step.on, language), stage=book.stages[step.stage], status=said[f"status_{step.status}"]
        )
        for step in (sections["stages"] or [])[-_MOST_LINES:]
    ]
    lines += [_override(one, language) for one in (sections["overrides"] or [])[-_MOST_LINES:]]
    if lines:
        yield Section(said["plan"], lines)


def _override(one: Mapping[str, Any], language: str) -> str:
    said = words_of(language)
    told = said["override"].format(
        since=day(one["starts_on"], language),
        until=day(one["ends_on"], language),
        decision=said[f"decision_{one['decision']}"],
        reason=_short(one["reason"]),
    )
    return said["withdrawn"].format(told=told) if one["withdrawn_at"] is not None else told


def _treatments(sections: Sections, language: str) -> Iterator[Section]:
    said = words_of(language)
    days: dict[str, list[date]] = {}
    for one in sections["treatments"] or []:
        days.setdefault(one["treatment"], []).append(one["on"])
    lines = [
        said["treatment_told"].format(treatment=said[name], count=len(on), day=day(max(on), language))
        for name, on in days.items()
    ]
    if lines:
        yield Section(said["treatments"], lines)


def _reviews(reviews: Sequence[Review], language: str) -> Iterator[Section]:
    said, lines = words_of(language), []
    for one in reviews:
        told = said["review"].format(day=day(one.signed_on, language), name=_short(one.signed_by_name))
        if one.next_on is not None:
            told = said["next_review"].format(told=told, day=day(one.next_on, language))
        lines.append(f"{told} {_short(one.note)}" if one.note else told)
    if lines:
        yield Section(said["reviews"], lines)


def _notes(sections: Sections, language: str) -> Iterator[Section]:
    said, notes = words_of(language), sections["notes"] or []
    newest = sorted(notes, key=lambda one: one["on"], reverse=True)
    lines = [f"{day(one['on'], language)}: {_short(one['note'])}" for one in newest[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        lines.append(said["more"].format(count=len(notes) - _MOST_NOTES))
    if lines:
        yield Section(said["notes"], lines)


def _left_out(sections: Sections, language: str) -> Iterator[Section]:
    said = words_of(language)
    missing = [said[f"section_{name}"] for name in (*_TOLD_AS_MISSING, "notes") if sections[name] is None]
    if missing:
        yield Section(said["left_out"], [said["left_out_told"].format(names=", ".join(missing))])


def _short(text: str) -> str:
    """Return a person's text in one line that fits on the page; a word without end is broken."""
    told = " ".join(text.split())
    told = told if len(told) <= _MOST_LETTERS else f"{told[:_MOST_LETTERS].rstrip()} …"
    return " ".join(_breakable(word) for word in told.split(" "))


def _breakable(word: str) -> str:
    return "\u200b".join(word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD))
