"""What loading would change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.library.domain.changes import Changes, LoadReport, compare, folded, revision_of, search_text
from tests.unit.library.test_wholeness import DOSAGE, a_reference, an_exercise


def test_each_entry_is_created_changed_unchanged_or_removed() -> None:
    given = {"new": "1", "same": "1", "other": "2", "returned": "1"}
    stored = {"same": "1", "other": "1", "returned": None, "gone": "1", "long_gone": None}
    changes = compare(given, stored)
    assert changes == Changes(
        created=frozenset({"new"}),
        changed=frozenset({"other", "returned"}),
        unchanged=frozenset({"same"}),
        removed=frozenset({"gone"}),
    )
    assert changes.report == LoadReport(created=1, changed=2, unchanged=1, removed=1)


def test_reports_add_up() -> None:
    total = LoadReport(1, 2, 3, 4) + LoadReport(10, 20, 30, 40)
    assert str(total) == "11 created, 22 changed, 33 unchanged, 44 removed"


def test_the_same_facts_have_the_same_revision() -> None:
    assert revision_of(an_exercise()) == revision_of(an_exercise())
    assert revision_of(a_reference()) == revision_of(a_reference())


@pytest.mark.parametrize(
    "said",
    [
        {"name": "Step down"},
        {"note": "Slowly."},
        {"peak_knee_flexion_deg": 61},
        {"dosage": replace(DOSAGE, tempo="3-0-2")},
        {"equipment": ("step",)},
    ],
)
def test_another_fact_makes_another_revision(said) -> None:
    assert revision_of(an_exercise(**said)) != revision_of(an_exercise())


def test_the_order_of_steps_is_a_fact() -> None:
    one = an_exercise(progressions=("a", "b"))
    assert revision_of(one) != revision_of(an_exercise(progressions=("b", "a")))


def test_a_search_looks_through_name_note_and_slug() -> None:
    text = search_text(an_exercise(name="Übung", note="LANGSAM"))
    assert all(part in text for part in ("übung", "langsam", "step_up"))


@pytest.mark.parametrize("text", ["ÉTIREMENT", "étirement", "E\u0301tirement", "\uff45\u0301tirement"])
def test_case_and_ways_of_writing_do_not_matter(text: str) -> None:
    assert folded(text) == "étirement"
