"""No word of an exercise is missing in any language or register."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from app.library.domain.labels import (
    EQUIPMENT_DE,
    TEMPO,
    UNIT_NOTES_DE,
    all_labels,
    equipment_label,
    tempo_label,
    unit_label,
)
from app.library.domain.texts import Language, Register
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.labels import INSTRUMENT_LABELS, ITEM_LABELS, item_label, label_of
from seeds.load import LIBRARY
from seeds.protocols import read_protocols

TIMED = re.compile(r"\d+-\d+-\d+")


def exercises() -> list[dict[str, Any]]:
    """Return the exercises of the seeds as they are written."""
    return list(tomllib.loads((LIBRARY / "exercises.toml").read_text(encoding="utf-8")).values())


def tempos() -> set[str]:
    """Return every tempo of the library and of the protocols."""
    dosages = [one["dosage"]["tempo"] for one in exercises()]
    phases = [phase for protocol in read_protocols() for phase in protocol.phases]
    return {*dosages, *(one.dosage.tempo or "easy" for phase in phases for one in phase.exercises)}


def test_everything_an_exercise_needs_has_a_name_in_both_languages() -> None:
    needed = {word for exercise in exercises() for word in exercise["equipment"]}
    assert needed == EQUIPMENT_DE.keys()
    assert all(equipment_label(word, Language.DE) != word for word in needed)


def test_every_tempo_has_words_in_both_languages_and_registers() -> None:
    assert {tempo for tempo in tempos() if not TIMED.fullmatch(tempo)} <= TEMPO.keys()
    for tempo in tempos():
        told = {tempo_label(tempo, language, register) for language in Language for register in Register}
        assert len(told) == 4, tempo


def test_every_note_on_units_is_told_in_german() -> None:
    notes = {one["dosage"].get("unit_note") for one in exercises()} - {None}
    assert notes == UNIT_NOTES_DE.keys()
    assert all(unit_label(note, Language.DE) != note for note in notes)


@pytest.mark.parametrize(
    ("tempo", "patient", "german"),
    [
        ("3-0-2", "lower for 3 s and lift for 2 s", "3 s senken und 2 s heben"),
        ("2-1-3", "lower for 2 s, stay for 1 s, lift for 3 s", "2 s senken, 1 s bleiben, 3 s heben"),
        ("as my therapist says", "as my therapist says", "as my therapist says"),
    ],
)
def test_a_tempo_is_told_second_by_second_and_own_words_as_they_are(tempo: str, patient: str, german: str) -> None:
    assert tempo_label(tempo, Language.EN, Register.PATIENT) == patient
    assert tempo_label(tempo, Language.DE, Register.PATIENT) == german


def test_a_phone_gets_every_word_in_every_language_and_register() -> None:
    for words in all_labels().values():
        for told in words.values():
            assert {language: set(registers) for language, registers in told.items()} == {
                "en": {"patient", "clinician"},
                "de": {"patient", "clinician"},
            }
            assert all(text.strip() for registers in told.values() for text in registers.values())


def test_every_instrument_and_every_item_has_a_label_in_both_languages() -> None:
    assert INSTRUMENT_LABELS.keys() == INSTRUMENTS.keys()
    for instrument in INSTRUMENTS.values():
        assert label_of(instrument, "de") != label_of(instrument, "en")
        named = ITEM_LABELS.get(instrument.id.value, {})
        assert named.keys() <= {item.id for item in instrument.items}
        assert not named or named.keys() == {item.id for item in instrument.items}
        for item in instrument.items:
            english, german = (item_label(instrument, item.id, language) for language in ("en", "de"))
            assert english.strip()
            assert english != german, (instrument.id, item.id)
