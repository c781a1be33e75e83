"""What was logged, answered and measured, as the pattern classifier takes it (CLINICAL 5.4).

Of two knees the sore one counts, and where both hurt, or none is known to, the worse one. What nobody told is not
there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeVar

from app.guidance.clinic import clinic_facts_of
from app.guidance.domain.before_onset import BeforeOnset
from app.guidance.domain.classify import MEASURES
from app.guidance.intakes import ToldAtIntake
from app.kernel.sides import Side
from app.outcomes.domain.progress import Point
from app.outcomes.domain.words import ClinicalTest, Questionnaire, Rating, Sex
from app.outcomes.overview import Overview

V = TypeVar("V")
_OF_THE_HIP_TEST = frozenset({"age", "male"})


def measures_of(overview: Overview, told: ToldAtIntake, load: BeforeOnset) -> dict[str, object]:
    """Return each measure that was taken."""
    facts = clinic_facts_of(overview)
    lag, activation = facts.straight_leg_raise_lag, _values(overview, ClinicalTest.QUADRICEPS_ACTIVATION, _graded_poor)
    known: dict[str, object] = {
        **asdict(load),
        "terrain_or_shoe_change": told.terrain_or_shoe_change,
        "hip_abd_lsi": facts.hip_lsi_percent,
        **_hip(overview),
        "single_leg_squat": facts.single_leg_squat,
        "pelvic_drop": _any(_of_sore(overview, overview.pelvic_drop)),
        "quad_lsi": facts.quadriceps_lsi_percent,
        "quad_lag_or_poor_activation": _any([*activation, *([] if lag is None else [lag])]),
        "pain_resisted_extension": _any(_values(overview, ClinicalTest.RESISTED_EXTENSION, _is_some)),
        **_ankle(overview),
        "foot_turn_out_or_heel_lift": _any(_values(overview, ClinicalTest.FOOT_IN_SQUAT, _is_some)),
        "fpi6": max(_values(overview, ClinicalTest.FOOT_POSTURE, _points), default=None),
        "tsk11": None if facts.tsk11 is None else int(facts.tsk11),
        "phq2": _answered(overview, Questionnaire.PHQ2),
        "avoids_activity_from_fear": told.avoids_activity_from_fear,
    }
    return {name: value for name, value in known.items() if value is not None}


def not_measured(measured: Mapping[str, object]) -> list[str]:
    """Return the names of what would tell more; age and sex go with the test of the hip."""
    return sorted(MEASURES - measured.keys() - _OF_THE_HIP_TEST)


def _hip(overview: Overview) -> dict[str, object]:
    """Return the eccentric hip test that lies furthest below what is expected, with the age and sex it was for."""
    tested = _of_sore(overview, {told.side: told for told in overview.beside_expected})
    weakest = min(tested, key=lambda told: told.value - told.expected, default=None)
    if weakest is None:
        return {}
    return {"hip_abd_nm_kg": weakest.value, "age": weakest.age_years, "male": weakest.sex is Sex.MALE}


def _ankle(overview: Overview) -> dict[str, object]:
    """Return knee to wall of the sore side, and of the other where both were measured together."""
    reached = {side: point.score for side, point in _newest(overview, ClinicalTest.KNEE_TO_WALL).items()}
    affected = min(
        _of_sore(overview, {side: (cm, side) for side, cm in reached.items() if cm is not None}), default=None
    )
    if affected is None:
        return {}
    other = next((cm for side, cm in reached.items() if side is not affected[1]), None)
    return {"ktw_affected_cm": affected[0], "ktw_other_cm": other if overview.difference is not None else None}


def _newest(overview: Overview, test: ClinicalTest) -> dict[Side, Point]:
    """Return the newest point of a test by side."""
    told = [one for one in overview.series if one.instrument.id is test]
    return {one.side: one.newest for one in told if one.side is not None and one.newest is not None}


def _values(overview: Overview, test: ClinicalTest, take: Callable[[Point], V]) -> list[V]:
    return [take(point) for point in _of_sore(overview, _newest(overview, test))]


def _of_sore(overview: Overview, by_side: Mapping[Side, V]) -> list[V]:
    """Return what was found of the sore knees; of both where none is known to be sore."""
    return [found for side, found in by_side.items() if not overview.sore or side in overview.sore]


def _any(answers: list[bool]) -> bool | None:
    return any(answers) if answers else None


def _is_some(point: Point) -> bool:
    return point.score is not None and point.score > 0


def _points(point: Point) -> int:
    return int(point.score or 0)


def _graded_poor(point: Point) -> bool:
    return point.grade == Rating.POOR


def _answered(overview: Overview, questionnaire: Questionnaire) -> int | None:
    newest = next((one.newest for one in overview.series if one.instrument.id is questionnaire), None)
    return None if newest is None else _points(newest)
