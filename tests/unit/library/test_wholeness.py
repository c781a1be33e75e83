"""What a library refuses to hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.library.domain.catalogue import Dosage, Exercise, Reference
from app.library.domain.texts import Translation
from app.library.domain.wholeness import BrokenLibrary, check_exercises, check_references, grade_of, is_slug
from app.library.domain.words import (
    Basis,
    Chain,
    Grade,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)

DOSAGE = Dosage(sets=3, repetitions=10, hold_seconds=0, rest_seconds=60, days_per_week=3, tempo="2-1-2")


def an_exercise(slug: str = "step_up", **said: Any) -> Exercise:
    """Return an exercise of which only what matters is said."""
    told: dict[str, Any] = {
        "name": "Step up",
        "group": Group.VMO_QUADRICEPS,
        "targets": (Target.QUADRICEPS,),
        "stages": (Stage.RESTORE,),
        "chain": Chain.CLOSED,
        "weight_bearing": WeightBearing.SINGLE,
        "peak_knee_flexion_deg": 60,
        "pfj_load": PfjLoad.MODERATE,
        "load_basis": LoadBasis.ESTIMATE,
        "dosage": DOSAGE,
        "dosage_basis": Basis.MEMORY,
        "progressions": (),
        "regressions": (),
        "equipment": (),
        "note": None,
        "evidence": (),
        "review_status": ReviewStatus.APPROVED,
        "instruction": "Step up slowly.",
        "german": Translation("Stufe", None, "Steig langsam hoch."),
    }
    return Exercise(slug=slug, **{**told, **said})


def a_reference(key: str = "powers2014", **said: Any) -> Reference:
    """Return a reference of which only what matters is said."""
    told: dict[str, Any] = {
        "authors": "Powers CM",
        "year": 2014,
        "title": "Joint stress",
        "journal": "JOSPT",
        "doi": None,
        "url": None,
        "evidence_grade": "B (lab)",
        "grade": Grade.B,
        "basis": Basis.READ,
        "claim": "Less stress.",
        "review_status": ReviewStatus.APPROVED,
    }
    return Reference(key=key, **{**told, **said})


def test_a_whole_library_passes() -> None:
    up = an_exercise(progressions=("high_step_up",), evidence=("powers2014",))
    check_exercises([up, an_exercise("high_step_up", regressions=("step_up",))], {"powers2014"})
    check_references([a_reference(), a_reference("undated", year=None)])


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"slug": "Step-Up"}, "Step-Up: slug: has not 1 to 64 small letters"),
        ({"name": ""}, "step_up: name: has not 1 to 120 characters"),
        ({"targets": ()}, "step_up: targets: is empty"),
        ({"stages": ()}, "step_up: stages: is empty"),
        ({"stages": (Stage.RESTORE, Stage.RESTORE)}, "step_up: stages: restore stands 2 times"),
        ({"equipment": ("mat", "mat")}, "step_up: equipment: mat stands 2 times"),
        ({"progressions": ("nowhere",)}, "step_up: progressions: there is no exercise nowhere"),
        ({"regressions": ("nowhere",)}, "step_up: regressions: there is no exercise nowhere"),
        ({"regressions": ("step_up",)}, "step_up: regressions: leads back to the exercise itself"),
        ({"evidence": ("rumour",)}, "step_up: evidence: there is no reference rumour"),
        ({"peak_knee_flexion_deg": 181}, "step_up: peak_knee_flexion_deg: 181 does not lie between 0 and 180"),
        ({"peak_knee_flexion_deg": -1}, "step_up: peak_knee_flexion_deg: -1 does not lie"),
        ({"dosage": replace(DOSAGE, days_per_week=8)}, "step_up: dosage.days_per_week: 8 does not lie between 1 and 7"),
        ({"dosage": replace(DOSAGE, sets=0)}, "step_up: dosage.sets: 0 does not lie"),
        ({"dosage": replace(DOSAGE, rest_seconds=-1)}, "step_up: dosage.rest_seconds: -1 does not lie"),
    ],
)
def test_an_exercise_that_cannot_be_meant_is_refused_by_name(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BrokenLibrary) as refused:
        check_exercises([an_exercise(**said)], {"powers2014"})
    assert refused.value.detail.startswith(complaint)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"key": "Powers 2014"}, "Powers 2014: key: has not"),
        ({"year": 20144}, "powers2014: year: 20144 does not lie"),
        ({"grade": Grade.A}, "powers2014: grade: is not the letter that 'B (lab)' begins with"),
    ],
)
def test_a_reference_that_cannot_be_meant_is_refused_by_name(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BrokenLibrary) as refused:
        check_references([a_reference(**said)])
    assert refused.value.detail.startswith(complaint)


def test_the_same_exercise_twice_is_refused() -> None:
    with pytest.raises(BrokenLibrary, match="step_up: slug: stands 2 times"):
        check_exercises([an_exercise(), an_exercise()], set())


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("A", "A"),
        ("A- (RCT)", "A"),
        ("B (lab, 20 healthy)", "B"),
        ("D (practice opinion)", "D"),
        ("protocol", None),
        ("n/a", None),
        ("Consensus", None),
        ("E", None),
        ("a", None),
    ],
)
def test_a_grade_is_the_letter_its_text_begins_with(text: str, grade: str | None) -> None:
    assert grade_of(text) == grade


@pytest.mark.parametrize("name", ["", "a b", "A", "a\n", "é", "a" * 65, "\x00", "\u0661"])
def test_only_small_letters_digits_and_underscores_name_an_entry(name: str) -> None:
    assert not is_slug(name)
