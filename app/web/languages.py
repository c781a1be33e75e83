"""Which of our languages a client reads best, as its Accept-Language says."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, g, request

LANGUAGES = ("en", "de")
"""The languages that our own words are written in, the one that stands in for others first."""


def choose_language(chosen: str | None) -> None:
    """Let this request be answered in a language, whatever its client reads best; one that we lack changes nothing."""
    if chosen in LANGUAGES:
        g.chosen_language = chosen


def language() -> str:
    """Return the language of our own words that was chosen, or that the client reads best."""
    return g.get("chosen_language") or best_of(LANGUAGES) or LANGUAGES[0]


def best_of(languages: Sequence[str]) -> str | None:
    """Return which of these languages the client reads best; None where it reads none of them, or does not say.

    Austrian German is German: werkzeug's own choice would take a less wanted language that is spelled the same.
    """
    wanted = (tag.lower() for tag, quality in request.accept_languages if quality > 0)
    return next((found for tag in wanted if (found := _spoken(tag, languages)) is not None), None)


def _spoken(tag: str, languages: Sequence[str]) -> str | None:
    exact = [one for one in languages if one.lower() == tag or tag == "*"]
    alike = [one for one in languages if one.lower().split("-")[0] == tag.split("-")[0]]
    return next(iter(exact + alike), None)


def in_language(response: Response, spoken: str) -> Response:
    """Say on an answer which language it is in, and that it would be another for another client."""
    response.headers["Content-Language"] = spoken
    response.headers.add("Vary", "Accept-Language")
    return response
