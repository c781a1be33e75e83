"""Which of our languages a client reads best, as its Accept-Language says."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

LANGUAGES = ("en", "de")
"""The languages that our own words are written in, the one that stands in for others first."""


def language() -> str:
    """Return the language of our own words that the client reads best."""
    return best_of(LANGUAGES) or LANGUAGES[0]


def best_of(languages: Sequence[str]) -> str | None:
    """Return which of these languages the client reads best; None where it reads none of them, or does not say."""
    return request.accept_languages.best_match(languages)


def in_language(response: Response, spoken: str) -> Response:
    """Say on an answer which language it is in, and that it would be another for another client."""
    response.headers["Content-Language"] = spoken
    response.headers.add("Vary", "Accept-Language")
    return response
