"""What codes are called, in any language: those of a trace, of what goes with an advice, and of a criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.guidance.words import book_of

_OF_ADVICE = ("modifications", "flags", "gaps")


def name_of(code: str, language: str) -> str:
    """Return what a code is called: a rule by its sentence to a clinician, an urgent sign by its question.

    A code that is not known here, as one of another ruleset is, stays as it is.
    """
    book = book_of(language)
    rule = book.rules.get(code)
    return rule.to("clinician") if rule is not None else book.names.get(code) or book.questions.get(code, code)


def names_in(advice: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return by code what the facts, numbers, missing data and modifications of an advice are called."""
    codes = [code for member in _OF_ADVICE for code in advice.get(member, ())]
    for part in (advice, *advice.get("knees", ())):
        codes += part.get("gaps", ())
        for found in part["trace"]:
            codes += _codes(found)
    return {code: name_of(code, language) for code in dict.fromkeys(codes)}


def criterion_named(told: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a criterion with its question in words, and what its facts and numbers are called."""
    codes = dict.fromkeys((*_codes(told), *_inner(told["thresholds"])))
    names = {code: name_of(code, language) for code in codes}
    return {**told, "text": name_of(told["code"], language), "names": names}


def _codes(found: Mapping[str, Any]) -> list[str]:
    """Return the names of the facts and numbers of a finding, and the signs that a fact lists."""
    signs = [sign for fact in found["facts"].values() if isinstance(fact, list | tuple) for sign in fact]
    return [*found["facts"], *found["thresholds"], *map(str, signs)]


def _inner(thresholds: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of numbers that stand one below another."""
    nested: Iterable[Any] = (inner for inner in thresholds.values() if isinstance(inner, Mapping))
    for inner in nested:
        yield from inner
