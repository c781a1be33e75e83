"""Clinical tests: what each comes to, worked by hand, and what belongs to another test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.kernel.ids import new_id
from app.logbook.domain import Side
from app.outcomes.domain.measurements import MEASURED_FIELDS, Measurement, check_measurement, value_of
from app.outcomes.domain.words import ClinicalTest, Contraction, Muscle, Rating, Sex
from tests.unit.refusing import refused_at

POOR = {"arms": 1, "trunk": 1, "pelvis": 0, "knee": 2, "unsteady": 0}
FORCE = {"contraction": Contraction.ISOMETRIC, "force_n": 200.0, "lever_m": 0.4, "body_mass_kg": 70.0}


def a_measurement(test: str, **fields: Any) -> Measurement:
    """Return a test of the left leg."""
    told = {"side": Side.LEFT, **dict.fromkeys(MEASURED_FIELDS), **fields}
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    return Measurement(id=new_id(), performed_at=at, zone="UTC", test=ClinicalTest(test), **told)


@pytest.mark.parametrize(
    ("test", "fields", "value", "grade"),
    [
        ("knee_to_wall", {"distance_cm": 10.0}, 10.0, None),
        ("knee_to_wall", {"distance_cm": 0.0}, 0.0, None),
        ("single_leg_squat", {"rating": Rating.FAIR}, 1.0, "fair"),
        ("lateral_step_down", {"signs": POOR}, 4.0, "poor"),
        ("hip_abduction_strength", FORCE, 1.143, None),
        ("hip_abduction_strength", {"contraction": Contraction.ECCENTRIC, "torque_nm_kg": 1.5}, 1.5, None),
        ("quadriceps_strength", {**FORCE, "force_n": 0.0}, 0.0, None),
        ("hip_abduction_strength", {**FORCE, "force_n": 1750.0}, 10.0, None),
        ("single_leg_hop", {"attempts_cm": (98.0, 108.0, 104.5)}, 108.0, None),
        ("foot_posture", {"fpi6_total": -12}, -12.0, None),
        ("foot_posture", {"fpi6_total": 0}, 0.0, None),
        ("manual_muscle_test", {"muscle": Muscle.QUADRICEPS, "muscle_grade": 4.5}, 4.5, None),
        ("squat_pain", {"pain": 0.0, "knee_flexion_deg": 45, "side": None}, 0.0, None),
        ("loaded_bend", {"tolerated_bend_deg": 0, "side": None}, 0.0, None),
        ("loaded_bend", {"tolerated_bend_deg": 44, "side": Side.LEFT}, 44.0, None),
    ],
)
def test_each_test_comes_to_its_value(test: str, fields: dict[str, Any], value: float, grade: str | None) -> None:
    measurement = a_measurement(test, **fields)
    check_measurement(measurement)
    assert (value_of(measurement).value, value_of(measurement).grade) == (value, grade)


def test_a_centimetre_of_knee_to_wall_is_about_three_point_six_degrees() -> None:
    assert value_of(a_measurement("knee_to_wall", distance_cm=10.0)).dorsiflexion_deg == 36.0


@pytest.mark.parametrize(
    ("test", "fields", "pointer"),
    [
        ("knee_to_wall", {}, "/distance_cm"),
        ("knee_to_wall", {"distance_cm": 9.0, "side": None}, "/side"),
        ("knee_to_wall", {"distance_cm": 9.0, "pain": 0.0}, "/pain"),
        ("single_leg_hop", {"distance_cm": 9.0, "attempts_cm": (100.0,)}, "/distance_cm"),
        ("hip_abduction_strength", {"contraction": Contraction.ISOMETRIC}, "/force_n"),
        ("hip_abduction_strength", {**FORCE, "lever_m": None}, "/lever_m"),
        ("hip_abduction_strength", {**FORCE, "torque_nm_kg": 1.0}, "/torque_nm_kg"),
        ("hip_abduction_strength", {**FORCE, "force_n": 1750.2}, "/force_n"),
        ("hip_abduction_strength", {**FORCE, "contraction": None}, "/contraction"),
        ("hip_abduction_strength", {**FORCE, "age_years": 30}, "/sex"),
        ("hip_abduction_strength", {**FORCE, "sex": Sex.MALE}, "/age_years"),
        ("quadriceps_strength", {**FORCE, "age_years": 30, "sex": Sex.MALE}, "/age_years"),
        ("manual_muscle_test", {"muscle_grade": 4.0}, "/muscle"),
    ],
)
def test_what_a_test_does_not_measure_or_lacks_is_refused_at_its_place(
    test: str, fields: dict[str, Any], pointer: str
) -> None:
    assert pointer in [place for place, _ in refused_at(lambda: check_measurement(a_measurement(test, **fields)))]
