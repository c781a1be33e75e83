"""A clinical test as it was measured: what belongs to which test, what cannot be, and the value that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.kernel.errors import FieldFault, Invalid
from app.kernel.value import value
from app.logbook.domain import Entry, Side
from app.outcomes.domain.numbers import DEGREES_PER_CM, FOOT_SIGNS, MEASURE_DIGITS, SCORE_DIGITS, TORQUE_MAX_NM_KG
from app.outcomes.domain.step_down import step_down
from app.outcomes.domain.words import ClinicalTest, Contraction, Muscle, Rating, Recorder, Sex

RATING_RANK = {rating: rank for rank, rating in enumerate(Rating)}  # 0 is best (crossley2011)


class MeasurementUnfit(Invalid):
    """What was measured does not belong to the test, or something of it is missing."""

    code = "measurement_unfit"
    title = "This is not what the test measures"


@value(kw_only=True)
class Measurement(Entry):
    """One test of one side (None: of both at once), with the fields that its test has; the others are None."""

    test: ClinicalTest
    side: Side | None
    distance_cm: float | None
    rating: Rating | None
    signs: Mapping[str, int] | None
    contraction: Contraction | None
    force_n: float | None
    lever_m: float | None
    body_mass_kg: float | None
    torque_nm_kg: float | None
    age_years: int | None
    sex: Sex | None
    attempts_cm: tuple[float, ...] | None
    fpi6_total: int | None
    muscle: Muscle | None
    muscle_grade: float | None
    pain: float | None
    knee_flexion_deg: int | None
    lag: bool | None = None
    foot_turns_out: bool | None = None
    heel_lifts: bool | None = None
    tolerated_bend_deg: int | None = None
    recorded_by: Recorder = Recorder.PATIENT


@dataclass(frozen=True, slots=True)
class Value:
    """What a test comes to, in the instrument's unit; the grade where it is graded; the angle it stands for."""

    value: float
    grade: str | None = None
    dorsiflexion_deg: float | None = None


@dataclass(frozen=True, slots=True)
class _Fields:
    """Which fields a test needs, and which it may have besides."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    has_sides: bool = True


_FORCE = ("force_n", "lever_m", "body_mass_kg")
LAG, NO_LAG = "lag", "no_lag"
"""How a straight leg raise is graded: does the knee stay straight? (CLINICAL 5.2)"""
_STRENGTH = (*_FORCE, "torque_nm_kg")
_FIELDS: dict[ClinicalTest, _Fields] = {
    ClinicalTest.KNEE_TO_WALL: _Fields(("distance_cm",)),
    ClinicalTest.SINGLE_LEG_SQUAT: _Fields(("rating",)),
    ClinicalTest.LATERAL_STEP_DOWN: _Fields(("signs",)),
    ClinicalTest.HIP_ABDUCTION_STRENGTH: _Fields(("contraction",), (*_STRENGTH, "age_years", "sex")),
    ClinicalTest.QUADRICEPS_STRENGTH: _Fields(("contraction",), _STRENGTH),
    ClinicalTest.SINGLE_LEG_HOP: _Fields(("attempts_cm",), ("pain",)),
    ClinicalTest.STRAIGHT_LEG_RAISE: _Fields(("pain", "lag")),
    ClinicalTest.QUADRICEPS_ACTIVATION: _Fields(("rating",)),
    ClinicalTest.RESISTED_EXTENSION: _Fields(("pain",)),
    ClinicalTest.FOOT_IN_SQUAT: _Fields(tuple(FOOT_SIGNS)),
    ClinicalTest.FOOT_POSTURE: _Fields(("fpi6_total",)),
    ClinicalTest.MANUAL_MUSCLE_TEST: _Fields(("muscle", "muscle_grade")),
    ClinicalTest.SQUAT_PAIN: _Fields(("pain",), ("knee_flexion_deg",), has_sides=False),
    ClinicalTest.LOADED_BEND: _Fields(("tolerated_bend_deg",), has_sides=False),
}
STRENGTH_TESTS = frozenset(test for test, of_it in _FIELDS.items() if "torque_nm_kg" in of_it.optional)
MEASURED_FIELDS = tuple(dict.fromkeys(name for of_it in _FIELDS.values() for name in (*of_it.needed, *of_it.optional)))


def check_measurement(measurement: Measurement) -> None:
    """Raise MeasurementUnfit with a pointer to each field that is missing or belongs to another test."""
    faults = list(_faults(measurement, _FIELDS[measurement.test]))
    if faults:
        raise MeasurementUnfit(faults=faults)


def value_of(measurement: Measurement) -> Value:
    """Return what a checked measurement comes to."""
    match measurement:
        case Measurement(test=ClinicalTest.KNEE_TO_WALL, distance_cm=distance) if distance is not None:
            return Value(distance, dorsiflexion_deg=round(DEGREES_PER_CM * distance, SCORE_DIGITS))
        case Measurement(rating=rating) if rating is not None:
            return Value(float(RATING_RANK[rating]), rating.value)
        case Measurement(test=ClinicalTest.LATERAL_STEP_DOWN, signs=signs) if signs is not None:
            found = step_down(dict(signs))
            return Value(float(found.score), found.grade)
        case Measurement(test=ClinicalTest.SINGLE_LEG_HOP, attempts_cm=attempts) if attempts:
            return Value(max(attempts))
        case Measurement(test=ClinicalTest.STRAIGHT_LEG_RAISE, pain=pain, lag=lag) if pain is not None:
            return Value(pain, LAG if lag else NO_LAG)
        case Measurement(test=ClinicalTest.FOOT_IN_SQUAT):
            seen = [points for sign, points in FOOT_SIGNS.items() if getattr(measurement, sign)]
            return Value(float(sum(seen)))
        case _:
            return Value(_plain_value(measurement))


def _plain_value(measurement: Measurement) -> float:
    if measurement.test in STRENGTH_TESTS:
        return _torque_nm_kg(measurement)
    told = [
        measurement.fpi6_total,
        measurement.muscle_grade,
        measurement.pain,
        measurement.tolerated_bend_deg,
    ]
    return float(next(value for value in told if value is not None))


def _torque_nm_kg(measurement: Measurement) -> float:
    """Return the torque in Nm for each kg of the body: as told, or force times lever by mass."""
    if measurement.torque_nm_kg is not None:
        return measurement.torque_nm_kg
    force, lever, mass = measurement.force_n, measurement.lever_m, measurement.body_mass_kg
    assert force is not None  # check_measurement asks for all three
    assert lever is not None
    assert mass is not None
    return round(force * lever / mass, MEASURE_DIGITS)


def _faults(measurement: Measurement, of_it: _Fields) -> Iterator[FieldFault]:
    given = {name for name in MEASURED_FIELDS if getattr(measurement, name) is not None}
    for name in sorted(given - {*of_it.needed, *of_it.optional}):
        yield FieldFault(f"/{name}", "not_of_this_test", "This test does not measure that.")
    for name in of_it.needed:
        if name not in given:
            yield FieldFault(f"/{name}", "required", "This test needs it.")
    if of_it.has_sides and measurement.side is None:
        yield FieldFault("/side", "required", "Say which side was tested.")
    if measurement.test in STRENGTH_TESTS:
        yield from _faults_of_strength(measurement, given)


def _faults_of_strength(measurement: Measurement, given: set[str]) -> Iterator[FieldFault]:
    force = given & set(_FORCE)
    if "torque_nm_kg" in given and force:
        yield FieldFault("/torque_nm_kg", "one_of", "Give the torque, or force, lever and body mass.")
    elif "torque_nm_kg" not in given and len(force) < len(_FORCE):
        missing = next(name for name in _FORCE if name not in given)
        yield FieldFault(f"/{missing}", "required", "Give force, lever and body mass, or the torque.")
    elif force and _torque_nm_kg(measurement) > TORQUE_MAX_NM_KG:
        yield FieldFault("/force_n", "out_of_range", f"This makes more than {TORQUE_MAX_NM_KG} Nm/kg.")
    if ("age_years" in given) != ("sex" in given):
        missing = "sex" if "age_years" in given else "age_years"
        yield FieldFault(f"/{missing}", "required", "The expected strength needs age and sex.")
