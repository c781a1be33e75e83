"""In which language an answer is: chosen by Accept-Language, told by Content-Language, varied on by caches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask import Response, request

Tag = TypeVar("Tag", bound=str)


def chosen_language(offered: Sequence[Tag]) -> Tag:
    """Return the language that the person likes best of those offered; the first for one that likes none.

    A region does not matter: en-GB is en. What is liked with a weight of 0 is not liked.
    """
    by_name = {str(tag): tag for tag in offered}
    for liked, weight in sorted(request.accept_languages, key=lambda told: -told[1]):
        found = by_name.get(liked.lower().split("-")[0])
        if found is not None and weight > 0:
            return found
    return offered[0]


def told_in(response: Response, language: str) -> Response:
    """Say which language an answer is in, and that another one may be had."""
    response.headers["Content-Language"] = str(language)
    response.vary.add("Accept-Language")
    return response
