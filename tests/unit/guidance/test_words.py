"""Every sentence is there, in every language and both registers."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter
from typing import Any

import pytest

from app.guidance.domain import notices
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.ruleset import RULES
from app.guidance.domain.stage_facts import StageFacts
from app.guidance.domain.stages import STOPPING_RULES, _downs
from app.guidance.words import LANGUAGES, REGISTERS, told
from app.guidance.words.form import Beside, Book, Said
from app.guidance.words.steps import step_in_words, stepped_down_by, stopped_by
from app.programmes.domain.words import Stage

ALIKE = {("seek_care", "none")}


def sentences(book: Book) -> dict[tuple[str, ...], str]:
    """Return every string of a language by where it stands."""
    found: dict[tuple[str, ...], str] = {}
    for field in fields(Book):
        _gather(getattr(book, field.name), (field.name,), found)
    return found


def _gather(value: Any, place: tuple[str, ...], found: dict[tuple[str, ...], str]) -> None:
    if isinstance(value, Said):
        found |= {(*place, register): value.to(register) for register in REGISTERS}
    elif isinstance(value, str):
        found[place] = value
    elif isinstance(value, Beside):
        for field in fields(Beside):
            _gather(getattr(value, field.name), (*place, field.name), found)
    else:
        for code, inner in value.items():
            _gather(inner, (*place, str(code)), found)


def test_no_sentence_is_missing_in_any_language_or_register() -> None:
    english, *others = (sentences(book) for book in LANGUAGES.values())
    for other in others:
        assert other.keys() == english.keys()
    empty = {place for book in (english, *others) for place, text in book.items() if not text.strip()}
    assert {place[:2] for place in empty} == {("seek_care", "none"), ("rest", "0")}


def test_the_languages_are_told_apart() -> None:
    english, german = (sentences(book) for book in LANGUAGES.values())
    same = {place for place, text in english.items() if text and german[place] == text}
    assert same == set()


def test_the_same_figures_stand_in_every_language() -> None:
    english, german = (sentences(book) for book in LANGUAGES.values())
    for place, text in english.items():
        assert _names(text) == _names(german[place]), place


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_has_its_sentence() -> None:
    for book in LANGUAGES.values():
        assert book.rules.keys() == {*RULES, "EARLY_WARNING"}
        assert book.to_do.keys() == {decision.value for decision in Decision}
        assert book.seek_care.keys() == {level.value for level in Referral}
        assert book.questions.keys() == RED_FLAGS.keys()
        assert {code for code, _ in notices.LARGE_WEEKS_KM} <= book.notices.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("register", REGISTERS)
def test_an_advice_of_any_rule_can_be_told(language: str, register: str) -> None:
    for code, row in RULES.items():
        for days in (0, 1, 3):
            advice = {"rule": code, "decision": row.decision.value, "refer": row.refer.value, "preset": "thomee_1997"}
            said = told({**advice, "change_percent": -20, "min_rest_days": days}, language, register)
            assert "{" not in "".join(filter(None, said.values()))
            assert (said["caution"] is None) is (code == "RED_FLAG")
            assert said["text"] or code == "RED_FLAG"


def test_a_red_flag_is_told_nothing_about_load() -> None:
    for language in LANGUAGES:
        advice = {"rule": "RED_FLAG", "decision": "pause_and_refer", "refer": "urgent", "min_rest_days": 0}
        assert "%" not in told({**advice, "change_percent": -100}, language, "patient")["text"]


def test_every_reason_for_a_step_has_its_words_in_every_language() -> None:
    codes = {one.code for stage in Stage for one in _downs(stage, StageFacts())} | STOPPING_RULES
    for language in LANGUAGES:
        for register in REGISTERS:
            for code in codes:
                down = step_in_words(stepped_down_by("restore", [code]), "engine", language, register)
                stop = step_in_words(stopped_by(code), "engine", language, register)
                assert code not in down + stop
                assert len(stop) > len(down), "a stop also says who opens the programme again"


def test_two_reasons_for_a_step_are_both_told() -> None:
    told = step_in_words(stepped_down_by("relieve", ["REPEAT_3", "irritability"]), "engine", "en", "patient")
    assert told == "Three runs in a row were over the limit. The knee is easily stirred up now."


@pytest.mark.parametrize(
    ("reason", "made_by", "told"),
    [
        ("Stopped: REPEAT_4. A therapist re-opens it.", "therapist", "Stopped: REPEAT_4. A therapist re-opens it."),
        ("Something newer.", "engine", "Something newer."),
        ("Stepped down to restore: RULE_OF_LATER.", "engine", "RULE_OF_LATER."),
    ],
)
def test_what_a_person_wrote_and_what_is_not_known_stays_as_it_is(reason: str, made_by: str, told: str) -> None:
    assert step_in_words(reason, made_by, "de", "clinician") == told
