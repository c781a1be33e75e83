"""Which members of what was logged are observations: of sessions, runs, days, treatments, and the start of care.

A record's observations stand in the order of its list. The tag of an id is never given away again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.interop.fhir.coding import (
    CUE,
    DURATION,
    EARLY_SIGN,
    MEASURE,
    PAIN,
    RED_FLAG,
    SLEEP,
    Measure,
    concept,
    loinc,
    measure,
    word,
)
from app.interop.fhir.told import (
    ACTIVITY_OF,
    SCORE,
    TENTHS,
    Listed,
    Telling,
    Told,
    at_moment,
    in_minutes,
    in_unit,
    on_day,
    yes_or_no,
)
from app.kernel.red_flags import RED_FLAG_CODES
from app.logbook.domain import (
    CheckIn,
    Cue,
    EarlyWarningSign,
    Entry,
    Intake,
    LoggedSession,
    PainMoment,
    PainScore,
    Run,
    Treatment,
)

_METRES = in_unit("metre", "m")
_HOURS = in_unit("hour", "h")
_WITH_ORTHOSIS = concept(MEASURE, "with-orthosis", "Was the orthosis worn?")
_ACTIVITY = concept(MEASURE, "provoking-activity", "The activity that was tried")


_FLAG_TAGS = "fhs ftr fvd fcs fnc fca fcp flk frs fun fuw flm fcl ffb fgw fpe fms fni"


def _tags(words: Iterable[str], tags: str) -> dict[str, str]:
    """Return the tag of each word; a word without one is refused when the program starts."""
    return {str(one): tag for one, tag in zip(words, tags.split(), strict=True)}


def _moment(moment: PainMoment) -> Any:
    return lambda _entry: [at_moment(moment.value)]


def _tried(worn: bool) -> Any:
    """Return how the orthosis' test was made: what was done, with it or without."""
    return lambda treatment: [
        {"code": _WITH_ORTHOSIS, "valueBoolean": worn},
        {"code": _ACTIVITY, "valueCodeableConcept": word("activity", treatment.activity.value)},
    ]


def _measured(part: str, name: str, which: Measure, value: Any) -> Told:
    return Told(part, name, measure(which), value, ACTIVITY_OF)


def _said(part: str, name: str, which: Measure, value: Any) -> Told:
    return Told(part, name, measure(which), value)


def _pain(part: str, name: str, components: Any) -> Told:
    return Told(part, name, loinc(PAIN), TENTHS, of_a_knee=True, components=components)


TELLINGS: dict[type[Entry], tuple[Telling, ...]] = {
    PainScore: (_pain("p", "score", lambda score: [at_moment(score.moment.value)]),),
    Run: (
        _measured("rd", "distance_m", Measure.DISTANCE, _METRES),
        Told("rt", "duration_s", loinc(DURATION), in_minutes, ACTIVITY_OF),
        _measured("rc", "cadence_spm", Measure.CADENCE, in_unit("steps a minute", "/min")),
        _measured("re", "rpe", Measure.EXERTION, TENTHS),
        _measured("ru", "ascent_m", Measure.ASCENT, _METRES),
        _measured("rw", "descent_m", Measure.DESCENT, _METRES),
    ),
    LoggedSession: (
        Told("st", "duration_s", loinc(DURATION), in_minutes, ACTIVITY_OF),
        _measured("se", "rpe", Measure.EXERTION, TENTHS),
        _measured("sf", "feedback_percent", Measure.FEEDBACK, in_unit("percent", "%")),
        Listed("cues_kept", CUE, _tags(Cue, "ska skh ssb"), ACTIVITY_OF),
    ),
    CheckIn: (
        _pain("cm", "morning_pain", _moment(PainMoment.NEXT_MORNING)),
        _pain("cw", "worst_pain", _moment(PainMoment.WORST)),
        Told("cs", "swelling", measure(Measure.SWELLING), yes_or_no, of_a_knee=True),
        Told("cl", "sleep_hours", loinc(SLEEP), _HOURS),
        _said("ct", "stress", Measure.STRESS, SCORE),
        _said("cd", "mood", Measure.MOOD, SCORE),
        _said("ch", "settle_hours", Measure.SETTLE, _HOURS),
        _said("cp", "low_load_provokes", Measure.LOW_LOAD, yes_or_no),
        _said("cr", "rest_of_week", Measure.REST_OF_WEEK, yes_or_no),
        Listed("early_warning_signs", EARLY_SIGN, _tags(EarlyWarningSign, "wik wqq wot wsw wsa")),
        Listed("red_flags", RED_FLAG, _tags(RED_FLAG_CODES, _FLAG_TAGS)),
    ),
    Treatment: (
        _pain("tn", "pain_without", _tried(worn=False)),
        _pain("tw", "pain_with", _tried(worn=True)),
    ),
    Intake: (
        _said("il", "declared_longest_m", Measure.LONGEST, _METRES),
        _said("ib", "pain_began_on", Measure.PAIN_BEGAN, on_day),
        _said("ig", "terrain_or_shoe_change", Measure.GROUND, yes_or_no),
        _said("ia", "avoids_activity_from_fear", Measure.FEAR, yes_or_no),
    ),
}
"""For each type of entry its observations, in their order."""
