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
TEST = "urn:trochlea:test"
RED_FLAG = "urn:trochlea:red-flag"
EARLY_SIGN = "urn:trochlea:early-warning-sign"
CUE = "urn:trochlea:cue"
WORD = "urn:trochlea:word"
DECISION = "urn:trochlea:decision"
SCOPE = "urn:trochlea:scope"

PAIN = "72514-3"
ACTIVITY = "73985-4"
DURATION = "55411-3"
SLEEP = "93832-4"
BODY_WEIGHT = "29463-7"
PHQ2 = "55758-7"
CONSENT_DOCUMENT = "59284-0"


class Measure(StrEnum):
    """What is measured or told and has no code elsewhere."""

    DISTANCE = "distance"
    CADENCE = "cadence"
    EXERTION = "perceived-exertion"
    SCORE = "questionnaire-score"
    ASCENT = "ascent"
    DESCENT = "descent"
    FEEDBACK = "feedback-share"
    SWELLING = "knee-swelling"
    STRESS = "stress"
    MOOD = "mood"
    SETTLE = "settle-time"
    LOW_LOAD = "low-load-provokes"
    REST_OF_WEEK = "rest-of-week"
    LONGEST = "declared-longest-run"
    PAIN_BEGAN = "pain-began-on"
    GROUND = "terrain-or-shoe-change"
    FEAR = "avoids-activity-from-fear"


_DISPLAY = {
    PAIN: "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
    ACTIVITY: "Exercise activity",
    DURATION: "Exercise duration",
    SLEEP: "Sleep duration",
    BODY_WEIGHT: "Body weight",
    PHQ2: "Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]",
    CONSENT_DOCUMENT: "Patient Consent",
}
_MEASURE_DISPLAY = {
    Measure.DISTANCE: "Distance of one run",
    Measure.CADENCE: "Steps a minute of one run, both feet counted",
    Measure.EXERTION: "Perceived exertion, Borg CR10",
    Measure.SCORE: "Score of a questionnaire",
    Measure.ASCENT: "Metres climbed in one run",
    Measure.DESCENT: "Metres descended in one run",
    Measure.FEEDBACK: "Share of a session with feedback on the movement",
    Measure.SWELLING: "Is the knee swollen?",
    Measure.STRESS: "Stress today, 0 to 10",
    Measure.MOOD: "Mood today, 0 to 10",
    Measure.SETTLE: "How long the knee takes to settle",
    Measure.LOW_LOAD: "Does a low load provoke the pain?",
    Measure.REST_OF_WEEK: "Were the days of the week without an entry days of rest?",
    Measure.LONGEST: "Longest run of late, as declared at the start",
    Measure.PAIN_BEGAN: "The day this pain began",
    Measure.GROUND: "Were ground or shoes others in the month before the pain?",
    Measure.FEAR: "Is activity avoided from fear?",
}
_SIDES = (None, Side.LEFT, Side.RIGHT)
_SITES = {
    "knee": (
        ("72696002", "Knee region structure"),
        ("82169009", "Structure of left knee region"),
        ("6757004", "Structure of right knee region"),
    ),
    "ankle": (
        ("344001", "Ankle region structure"),
        ("51636004", "Structure of left ankle"),
        ("6685009", "Structure of right ankle"),
    ),
    "foot": (
        ("56459004", "Foot structure"),
        ("22335008", "Structure of left foot"),
        ("7769000", "Structure of right foot"),
    ),
    "leg": (
        ("61685007", "Lower limb structure"),
        ("32153003", "Structure of left lower limb"),
        ("62175007", "Structure of right lower limb"),
    ),
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
    return site("knee", side)


def site(part: str, side: Side | None) -> Json:
    """Return a part of the body (knee, ankle, foot, leg) of a side; None: both, or it was not said which."""
    code, display = _SITES[part][_SIDES.index(side)]
    return concept(SNOMED, code, display)


def word(name: str, value: str) -> Json:
    """Return a word of one of our closed lists, named after the member that holds it."""
    return concept(f"{WORD}:{name.replace('_', '-')}", value, value.replace("_", " "))


def quantity(value: float, unit: str, code: str) -> Json:
    """Return a quantity with its unit in words and in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def category(code: str, display: str) -> list[Json]:
    """Return the category of an observation; of an activity also that of the Physical Activity guide."""
    found = [concept(CATEGORY, code, display)]
    if code == "activity":
        found.append(concept(PHYSICAL_ACTIVITY, "PhysicalActivity", "Physical Activity"))
    return found
