"""What the review says to a therapist, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.guidance.words import book_of as guidance_book_of
from app.review.domain.attention import Reason, ReasonCode
from app.review.words.english import ENGLISH
from app.review.words.form import Book
from app.review.words.german import GERMAN

LANGUAGES: Mapping[str, Book] = {"en": ENGLISH, "de": GERMAN}


def book_of(language: str) -> Book:
    """Return what is said in a language, in English where there is no such one."""
    return LANGUAGES.get(language, ENGLISH)


def reason_in_words(reason: Reason, language: str) -> str:
    """Return the sentence that tells a reason to look."""
    book, facts = book_of(language), reason.facts
    said = book.reasons[reason.code]
    match reason.code:
        case ReasonCode.RED_FLAG:
            return said.format(sign=book.red_flags[facts["red_flag"]], level=book.levels[reason.urgency])
        case ReasonCode.PAUSE:
            return f"{said} {_rule(facts['rule'], language)}"
        case ReasonCode.OVER_LIMIT | ReasonCode.MORNING_RISE:
            return " ".join([said, *(_rule(rule, language) for rule in facts["rules"])])
        case ReasonCode.STAGE_PROPOSAL:
            stages = {name: book.stages[facts[name]] for name in ("from_stage", "to_stage")}
            return said.format(**stages)
        case ReasonCode.NO_DATA if facts["last_entry_on"] is None:
            return book.never_any_data
        case _:
            return said.format(**_numbers(facts, book))


def _rule(rule: str, language: str) -> str:
    return guidance_book_of(language).rules[rule].to("clinician")


def _numbers(facts: Mapping[str, Any], book: Book) -> dict[str, Any]:
    return {name: book.number(value) if isinstance(value, float) else value for name, value in facts.items()}
