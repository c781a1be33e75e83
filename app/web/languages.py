"""Which language a person is answered in: the best of ours by Accept-Language, English where none fits."""

from __future__ import annotations

from flask import Response, request

LANGUAGES = ("en", "de")


def language() -> str:
    """Return the language of this request's answer."""
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0]) or LANGUAGES[0]


def spoken(response: Response, chosen: str) -> Response:
    """Say which language an answer is in, and that another was to be had."""
    response.headers["Content-Language"] = chosen
    response.vary.add("Accept-Language")
    return response
