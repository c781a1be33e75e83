"""The list of where each promise of care is kept (docs/care.md) names what is there, and none without a proof."""

from __future__ import annotations

import pytest

from tests.architecture.source import ROOT
from tests.architecture.test_rules_list import is_there, proves, rows_of

LIST = (ROOT / "docs" / "care.md").read_text("utf-8")
PROMISES = 21


def faults_of(text: str) -> list[str]:
    """Return what is wrong with the list."""
    rows = rows_of(text)
    numbers = [number for number, *_ in rows]
    counted = [str(number) for number in range(1, PROMISES + 1)]
    gone = [f"{place} is gone" for *_, places, _ in rows for place in places if not is_there(place)]
    gone += [f"{proof} is gone" for *_, proofs in rows for proof in proofs if not proves(proof, "")]
    bare = [f"{number} is kept or proven by nothing" for number, _, places, proofs in rows if not (places and proofs)]
    return [*gone, *bare, *([] if numbers == counted else [f"the promises are {', '.join(numbers)}"])]


def test_every_promise_is_kept_where_the_list_says_and_proven_by_what_it_names() -> None:
    assert faults_of(LIST) == []


@pytest.mark.parametrize(
    ("there", "planted", "said"),
    [
        ("consent.repository:is_active", "consent.repository:is_alive", "consent.repository:is_alive is gone"),
        ("::test_a_code_is_good_once", "::test_a_code_is_bad", "api/test_invitations.py::test_a_code_is_bad is gone"),
        ("`console.rendering:POLICY`", "", "16 is kept or proven by nothing"),
        ("| 13 |", "| 31 |", "the promises are 1, 2"),
    ],
)
def test_a_list_that_is_wrong_is_seen(there: str, planted: str, said: str) -> None:
    assert there in LIST
    assert any(fault.startswith(said) for fault in faults_of(LIST.replace(there, planted, 1)))
