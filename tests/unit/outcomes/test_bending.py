"""How the knees bear bending under load: of two sides the worse, and never what nobody measured."""

from __future__ import annotations

import pytest

from app.outcomes.domain.bending import Bending, bending_of

Rows = list[tuple[str, int | None, float]]


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ([], Bending({}, None)),
        (
            [("squat_pain", 45, 1.0), ("squat_pain", 45, 3.0), ("squat_pain", 60, 0.0)],
            Bending({45: 3.0, 60: 0.0}, None),
        ),
        ([("squat_pain", 45, 3.0), ("squat_pain", 45, 1.0)], Bending({45: 3.0}, None)),
        ([("squat_pain", None, 9.0)], Bending({}, None)),
        ([("loaded_bend", None, 70.0), ("loaded_bend", None, 44.0)], Bending({}, 44.0)),
        ([("loaded_bend", None, 0.0), ("squat_pain", 60, 2.0)], Bending({60: 2.0}, 0.0)),
    ],
)
def test_the_worse_side_speaks_for_both(tests: Rows, told: Bending) -> None:
    assert bending_of(tests) == told
