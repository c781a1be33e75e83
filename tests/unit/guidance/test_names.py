"""Every code of a trace, of an advice and of a criterion is called something, in every language."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from app.guidance.domain.advise import evaluate
from app.guidance.domain.conformance import revived
from app.guidance.domain.criterion import Criterion, Verdict
from app.guidance.domain.dose import DoseSession, _reason
from app.guidance.domain.hip_first import HipFirstFacts, hip_first
from app.guidance.domain.policy import SETTINGS, USUAL_POLICY
from app.guidance.domain.ruleset import RULES
from app.guidance.domain.stage_facts import StageFacts
from app.guidance.domain.stages import _UP, _criteria_up, _downs, _stops
from app.guidance.service.stages import as_told
from app.guidance.words import LANGUAGES
from app.guidance.words.names import criterion_named, name_of, names_in
from app.logbook.domain import EarlyWarningSign
from app.programmes.domain.words import Stage


@cache
def answers() -> list[dict[str, Any]]:
    """Return what the engine answers to every golden vector that it accepts."""
    vectors = json.loads((files("app.guidance") / "golden" / "rule_vectors.json").read_text("utf-8"))["vectors"]
    asked = [one for one in vectors if one["kind"] == "engine" and "error" not in one["expected"]]
    return [evaluate(revived(one["input"])) for one in asked]


def unnamed(names: dict[str, str]) -> list[str]:
    return [code for code, words in names.items() if words in ("", code)]


def test_every_rule_fires_somewhere_so_that_its_facts_are_seen() -> None:
    assert {rule for answer in answers() for rule in answer["rules_all"]} == RULES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_number_gap_and_modification_of_an_advice_has_its_words(language: str) -> None:
    for answer in answers():
        named = names_in(answer, language)
        shown = [*answer["gaps"], *answer["modifications"], *answer["flags"]]
        for found in answer["trace"]:
            shown += [*found["facts"], *found["thresholds"]]
        assert set(shown) <= named.keys()
        assert [code for code in unnamed(named) if code not in ALIKE[language]] == []


ALIKE = {"en": {"limp", "rise", "runs", "load"}, "de": set[str]()}
"""What is called in English as its code is written."""


def test_the_knees_of_an_advice_are_named_as_well() -> None:
    trace = [{"facts": {"pain_during": 4}, "thresholds": {"acceptable_max": 3}}]
    named = names_in({"trace": [], "knees": [{"gaps": ["pain_pre"], "trace": trace}]}, "de")
    assert named == {
        "pain_pre": "Schmerz vor dem Lauf",
        "pain_during": "Schmerz beim Lauf",
        "acceptable_max": "hingenommen bis",
    }


def test_every_number_of_the_policy_and_every_sign_has_its_words() -> None:
    for book in LANGUAGES.values():
        assert SETTINGS.keys() <= book.names.keys()
        assert {sign.value for sign in EarlyWarningSign} <= book.names.keys()
        assert {"signs", "different_signs", "days"} <= book.names.keys(), "of EARLY_WARNING"
        assert {verdict.value for verdict in Verdict} <= book.names.keys()


def criteria() -> list[Criterion]:
    """Return every criterion of a stage, of the hip-first rule, and of a dose."""
    nobody = StageFacts()
    asked = [one for stage in _UP for part in _criteria_up(stage, nobody) for one in part]
    asked += [one for stage in Stage for one in _downs(stage, nobody)]
    bend = hip_first(HipFirstFacts(), USUAL_POLICY)
    return [*asked, *_stops(nobody), *bend.conditions, bend.off, *map(of_a_dose, (9.0, 0.0, None))]


def of_a_dose(pain: float | None) -> Criterion:
    calm = {"is_full_dose": True, "morning_before": 0.0, "morning_after": 0.0}
    return _reason(DoseSession(on=date(2026, 3, 1), pain=pain, **calm), USUAL_POLICY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_criterion_and_what_it_saw_has_its_words(language: str) -> None:
    for one in criteria():
        named = criterion_named(as_told(one), language)
        assert named["text"] not in ("", one.code) or one.code in OWN_WORDS[language]
        assert [code for code in unnamed(named["names"]) if code not in OWN_WORDS[language]] == []


OWN_WORDS = {"en": {"irritability", "runs", "rise", "lag", "drop", "score", "pain", "above", "below"}, "de": set[str]()}


def test_a_rule_is_called_by_its_sentence_and_a_sign_by_its_question() -> None:
    assert name_of("REPEAT_2", "en") == "Two consecutive sessions over the limit."
    assert name_of("locked_knee", "de") == LANGUAGES["de"].questions["locked_knee"]
    assert name_of("of_another_ruleset", "de") == "of_another_ruleset"
