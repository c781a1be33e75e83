"""What guidance says, in every language and to both registers; the rules themselves know no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.guidance.words.english import ENGLISH
from app.guidance.words.form import Book
from app.guidance.words.german import GERMAN

LANGUAGES: dict[str, Book] = {"en": ENGLISH, "de": GERMAN}
REGISTERS = ("patient", "clinician")


def book_of(language: str) -> Book:
    """Return what is said in a language, in English where there is no such one."""
    return LANGUAGES.get(language, ENGLISH)


def told(advice: Mapping[str, Any], language: str, register: str) -> dict[str, str | None]:
    """Return the sentences that go with an advice: what to do, why, what all this is, and what speaks against its rule.

    A red flag gets only the seek-care text, so no caution about numbers of a load that nobody is to have.
    """
    book = book_of(language)
    return {
        "text": what_to_do(advice, language, register),
        "because": book.rules[advice["rule"]].to(register),
        "disclaimer": book.disclaimer.to(register),
        "caution": None if advice["rule"] == "RED_FLAG" else preset_caution(advice["preset"], language, register),
    }


def in_every_language(advice: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """Return the patient's sentences in every language, for a phone that is away."""
    return {language: told(advice, language, "patient") for language in LANGUAGES}


def what_to_do(advice: Mapping[str, Any], language: str, register: str) -> str:
    """Return the sentence that says what to do; a red flag gets only the seek-care text."""
    book = book_of(language)
    care = book.seek_care[advice["refer"]].to(register)
    if advice["rule"] == "RED_FLAG":
        return care
    said = book.to_do[advice["decision"]].to(register)
    return said.format(care=care, percent=abs(round(advice["change_percent"])), rest=_resting(book, advice)).strip()


def preset_caution(preset: str, language: str, register: str) -> str | None:
    """Return what is said against a preset whose numbers rest on memory; None of the others."""
    said = book_of(language).beside.presets.get(preset)
    return said.to(register) if said is not None else None


def effort_in_words(because: str, language: str, register: str) -> str:
    """Return why an effort does not count."""
    return book_of(language).beside.efforts[because].to(register)


def preset_cautions(presets: Iterable[str], language: str, register: str) -> dict[str, str]:
    """Return by preset what is said against it, of those against which something is."""
    said = {preset: preset_caution(preset, language, register) for preset in sorted(presets)}
    return {preset: text for preset, text in said.items() if text is not None}


def _resting(book: Book, advice: Mapping[str, Any]) -> str:
    days = advice["min_rest_days"]
    return book.rest[days] if days in book.rest else book.rests.format(days=days)


def session_in_words(session: Mapping[str, Any] | None, language: str, register: str) -> str:
    """Return a session of the ladder in words; None is a stop."""
    said = book_of(language).beside.ladder
    if session is None:
        return said["stop"].to(register)
    kind = "walk" if session["run_min"] == 0 else "run" if session["walk_min"] == 0 else "session"
    told_of = {"run": session["run_min"], "walk": session["walk_min"], "repeats": session["repeats"]}
    return said[kind].to(register).format(**told_of)
