"""Clinical tests as observations: the value the server computed, the side, and what was measured for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.coding import BODY_WEIGHT, MEASURE, PAIN, TEST, Json, concept, loinc, site, word
from app.interop.fhir.told import EXAM, SCORE, TENTHS, Value, as_concept, in_unit, observed, yes_or_no
from app.logbook.kinds import Stored
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.measurements import Measurement
from app.outcomes.domain.words import ClinicalTest

PART = "m"
_PAIN_TESTS = frozenset(
    {ClinicalTest.SQUAT_PAIN, ClinicalTest.STRAIGHT_LEG_RAISE, ClinicalTest.RESISTED_EXTENSION},
)
"""The tests whose value is pain from 0 to 10."""
_SITES = {
    ClinicalTest.KNEE_TO_WALL: "ankle",
    ClinicalTest.SINGLE_LEG_SQUAT: "leg",
    ClinicalTest.LATERAL_STEP_DOWN: "leg",
    ClinicalTest.HIP_ABDUCTION_STRENGTH: "leg",
    ClinicalTest.QUADRICEPS_STRENGTH: "leg",
    ClinicalTest.SINGLE_LEG_HOP: "leg",
    ClinicalTest.FOOT_POSTURE: "foot",
    ClinicalTest.MANUAL_MUSCLE_TEST: "leg",
    ClinicalTest.SQUAT_PAIN: "knee",
    ClinicalTest.STRAIGHT_LEG_RAISE: "knee",
    ClinicalTest.QUADRICEPS_ACTIVATION: "leg",
    ClinicalTest.RESISTED_EXTENSION: "knee",
    ClinicalTest.FOOT_IN_SQUAT: "foot",
    ClinicalTest.LOADED_BEND: "knee",
}
_UNITS = {
    "points": SCORE,
    "grade": in_unit("grade", "{grade}"),
    "cm": in_unit("centimetre", "cm"),
    "Nm/kg": in_unit("newton metre per kilogram", "N.m/kg"),
    "degrees": in_unit("degree", "deg"),
}
"""The units of the instruments, in words and in UCUM."""
_DEGREES = _UNITS["degrees"]
_MEASURED: dict[str, Value] = {
    "force_n": in_unit("newton", "N"),
    "lever_m": in_unit("metre", "m"),
    "body_mass_kg": in_unit("kilogram", "kg"),
    "knee_flexion_deg": _DEGREES,
    "age_years": in_unit("year", "a"),
    "pain": TENTHS,
    "sex": as_concept(lambda value: word("sex", value)),
    "contraction": as_concept(lambda value: word("contraction", value)),
    "muscle": as_concept(lambda value: word("muscle", value)),
    "lag": yes_or_no,
    "foot_turns_out": yes_or_no,
    "heel_lifts": yes_or_no,
}
"""What may have been measured or noted beside the value; a list and a mapping are told member by member."""
_CODED = {"body_mass_kg": loinc(BODY_WEIGHT), "pain": loinc(PAIN)}


def _code(test: ClinicalTest) -> Json:
    found = concept(TEST, test.value, test.value.replace("_", " "))
    if test in _PAIN_TESTS:
        found["coding"] = [*loinc(PAIN)["coding"], *found["coding"]]
    return found


_CODES = {test: _code(test) for test in ClinicalTest}
_VALUES = {test: _UNITS[INSTRUMENTS[test].unit] for test in ClinicalTest}
TEST_CODES = frozenset(coding["code"] for code in _CODES.values() for coding in code["coding"])


def measured(stored: Stored[Any]) -> Iterator[Json]:
    """Yield the observation of a measurement."""
    found: Measurement = stored.entry
    value = _VALUES[found.test](stored.derived["value"])
    told = observed(stored, PART, EXAM, _CODES[found.test], value)
    told["bodySite"] = site(_SITES[found.test], found.side)
    components = list(_components(stored, found))
    yield {**told, "component": components} if components else told


def _components(stored: Stored[Any], found: Measurement) -> Iterator[Json]:
    """Yield how it was graded, and what the value was made from, as far as that is not the value itself."""
    if stored.derived["grade"] is not None:
        yield {"code": _named("grade"), **as_concept(lambda value: word("grade", value))(stored.derived["grade"])}
    if stored.derived["dorsiflexion_deg"] is not None:
        yield {"code": _named("dorsiflexion_deg"), **_DEGREES(stored.derived["dorsiflexion_deg"])}
    for name, value in _MEASURED.items():
        told = getattr(found, name)
        if told is not None and not (name == "pain" and found.test in _PAIN_TESTS):
            yield {"code": _CODED.get(name) or _named(name), **value(told)}
    for sign, points in (found.signs or {}).items():
        yield {"code": _named(f"sign_{sign}"), **SCORE(points)}
    for attempt in found.attempts_cm or ():
        yield {"code": _named("attempt"), **_UNITS["cm"](attempt)}


def _named(name: str) -> Json:
    return concept(MEASURE, name.replace("_", "-"), name.replace("_", " "))
