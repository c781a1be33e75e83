"""What the console says, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.console.words.english import ENGLISH
from app.console.words.english_messages import MESSAGES as ENGLISH_MESSAGES
from app.console.words.english_policy import POLICY as ENGLISH_POLICY
from app.console.words.english_refusals import REFUSALS as ENGLISH_REFUSALS
from app.console.words.english_terms import TERMS as ENGLISH_TERMS
from app.console.words.german import GERMAN
from app.console.words.german_messages import MESSAGES as GERMAN_MESSAGES
from app.console.words.german_policy import POLICY as GERMAN_POLICY
from app.console.words.german_refusals import REFUSALS as GERMAN_REFUSALS
from app.console.words.german_terms import TERMS as GERMAN_TERMS

LANGUAGES: Mapping[str, Mapping[str, Any]] = {
    "en": {**ENGLISH, **ENGLISH_MESSAGES, **ENGLISH_POLICY, **ENGLISH_TERMS, **ENGLISH_REFUSALS},
    "de": {**GERMAN, **GERMAN_MESSAGES, **GERMAN_POLICY, **GERMAN_TERMS, **GERMAN_REFUSALS},
}


def words_of(language: str) -> Mapping[str, Any]:
    """Return what is said in a language, in English where there is no such one."""
    return LANGUAGES.get(language, LANGUAGES["en"])
