"""The code systems that resources are coded in, and the codes: from LOINC, SNOMED CT and UCUM, and our own beside.

Codes of LOINC are those of the HL7 Physical Activity guide (STU 1) and of pain rated from 0 to 10; where neither has
a code for what a runner logs, the code is our own and says so by its system.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.kernel.sides import Side

Json = dict[str, Any]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PROVENANCE_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
PHYSICAL_ACTIVITY = "http://hl7.org/fhir/us/physical-activity/CodeSystem/pa-temporary-codes"

MEASURE = "urn:trochlea:measure"
MOMENT = "urn:trochlea:pain-moment"
EXERCISE = "urn:trochlea:exercise"
TREATMENT = "urn:trochlea:treatment"
INSTRUMENT = "urn:trochlea:instrument"
DECISION = "urn:trochlea:decision"
SCOPE = "urn:trochlea:scope"

PAIN = "72514-3"
ACTIVITY = "73985-4"
DURATION = "55411-3"
CONSENT_DOCUMENT = "59284-0"


class Measure(StrEnum):
    """What is measured of a run or a session and has no code elsewhere."""

    DISTANCE = "distance"
    CADENCE = "cadence"
    EXERTION = "perceived-exertion"
    SCORE = "questionnaire-score"


_DISPLAY = {
    PAIN: "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
    ACTIVITY: "Exercise activity",
    DURATION: "Exercise duration",
    CONSENT_DOCUMENT: "Patient Consent",
}
_MEASURE_DISPLAY = {
    Measure.DISTANCE: "Distance of one run",
    Measure.CADENCE: "Steps a minute of one run, both feet counted",
    Measure.EXERTION: "Perceived exertion, Borg CR10",
    Measure.SCORE: "Score of a questionnaire",
}
_KNEES = {
    None: ("72696002", "Knee region structure"),
    Side.LEFT: ("82169009", "Structure of left knee region"),
    Side.RIGHT: ("6757004", "Structure of right knee region"),
}


def concept(system: str, code: str, display: str | None = None) -> Json:
    """Return a concept of one coding, with its words as text too."""
    coding = {"system": system, "code": code, **({"display": display} if display else {})}
    return {"coding": [coding], **({"text": display} if display else {})}


def loinc(code: str) -> Json:
    """Return the concept of a LOINC code that is used here."""
    return concept(LOINC, code, _DISPLAY[code])


def measure(which: Measure) -> Json:
    """Return the concept of a measure of our own."""
    return concept(MEASURE, which.value, _MEASURE_DISPLAY[which])


def knee(side: Side | None) -> Json:
    """Return the knee that is meant, or that it was not said which."""
    code, display = _KNEES[side]
    return concept(SNOMED, code, display)


def quantity(value: float, unit: str, code: str) -> Json:
    """Return a quantity with its unit in words and in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def category(code: str, display: str) -> list[Json]:
    """Return the category of an observation; of an activity also that of the Physical Activity guide."""
    found = [concept(CATEGORY, code, display)]
    if code == "activity":
        found.append(concept(PHYSICAL_ACTIVITY, "PhysicalActivity", "Physical Activity"))
    return found
