"""Observations: what was felt, told and measured, record by record; their tags and codes in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.clinical import PART, TEST_CODES, measured
from app.interop.fhir.coding import (
    ACTIVITY,
    INSTRUMENT,
    MEASURE,
    PAIN,
    PHQ2,
    RED_FLAG,
    Json,
    Measure,
    concept,
    loinc,
    measure,
    word,
)
from app.interop.fhir.days import TELLINGS
from app.interop.fhir.ids import Place
from app.interop.fhir.told import (
    ACTIVITY_OF,
    SCORE,
    SURVEY,
    codes_of,
    observed,
    parts_of,
    yes_or_no,
)
from app.logbook.domain import Entry, LoggedSession, PainScore, RedFlagAnswer, Run, Treatment
from app.logbook.kinds import Stored
from app.outcomes.domain.measurements import Measurement
from app.outcomes.domain.responses import QuestionnaireResponse
from app.outcomes.domain.words import Questionnaire

_PAIN_QUESTIONS = frozenset({Questionnaire.NRS_WORST, Questionnaire.NRS_USUAL, Questionnaire.NRS_DURING_RUN})
"""The questions whose answer is pain from 0 to 10."""
_OF_A_RUN = ("surface", "intensity")
_YES_OR_NO_OF_A_RUN = ("limp", "stopped_early_for_pain", "painkiller_before")

PARTS: dict[type[Entry], frozenset[str]] = {
    **{entry: parts_of(tellings) for entry, tellings in TELLINGS.items()},
    Run: parts_of(TELLINGS[Run]) | {"r"},
    RedFlagAnswer: frozenset({"x"}),
    QuestionnaireResponse: frozenset({"q"}),
    Measurement: frozenset({PART}),
}
"""The tags of the ids of each type of entry's observations: no two types share one."""
CODES: dict[type[Entry], frozenset[str] | None] = {
    **{entry: codes_of(tellings) for entry, tellings in TELLINGS.items()},
    Run: codes_of(TELLINGS[Run]) | {ACTIVITY},
    RedFlagAnswer: None,
    QuestionnaireResponse: frozenset({Measure.SCORE, PAIN, PHQ2, *Questionnaire}),
    Measurement: TEST_CODES,
}
"""The codes that a type of entry's observations can have; None: any."""


def observations_of(stored: Stored[Any], *, with_notes: bool) -> list[Json]:
    """Return what a record observes, always in the same order; the person's words only `with_notes`."""
    entry = stored.entry
    if isinstance(entry, Measurement):
        found = list(measured(stored))
    elif isinstance(entry, QuestionnaireResponse):
        found = list(_score(stored, entry))
    elif isinstance(entry, RedFlagAnswer):
        found = [_red_flag(stored, entry)]
    else:
        found = [one for telling in TELLINGS[type(entry)] for one in telling.of_record(stored)]
        found = _in_place(stored, entry, found)
    if with_notes and entry.note and found:
        found[0]["note"] = [{"text": entry.note}]
    return found


def _in_place(stored: Stored[Any], entry: Entry, found: list[Json]) -> list[Json]:
    """Say what the observations of a record belong to."""
    if isinstance(entry, Run):
        return [_run(stored, entry, found), *found]
    part_of: Json = {}
    if isinstance(entry, LoggedSession | Treatment):
        part = "s" if isinstance(entry, LoggedSession) else "t"
        part_of = {"partOf": [{"reference": f"Procedure/{Place(stored.patient_id, entry.id, part).id}"}]}
    elif isinstance(entry, PainScore):
        part_of = _of_score(stored, entry)
    return [{**one, **part_of} for one in found]


def _of_score(stored: Stored[Any], score: PainScore) -> Json:
    if score.run_id is not None:
        return {"focus": [{"reference": f"Observation/{Place(stored.patient_id, score.run_id, 'r').id}"}]}
    if score.session_id is not None:
        return {"partOf": [{"reference": f"Procedure/{Place(stored.patient_id, score.session_id, 's').id}"}]}
    return {}


def _run(stored: Stored[Any], run: Run, measured_of_it: list[Json]) -> Json:
    """Return the run as a group, as the Physical Activity guide has it, and how it was."""
    group = observed(stored, "r", ACTIVITY_OF, loinc(ACTIVITY))
    group["valueCodeableConcept"] = concept(MEASURE, "running", "Running")
    if measured_of_it:
        group["hasMember"] = [{"reference": f"Observation/{one['id']}"} for one in measured_of_it]
    group["component"] = [
        *(
            {"code": _named(name), "valueCodeableConcept": word(name, getattr(run, name))}
            for name in _OF_A_RUN
            if getattr(run, name) is not None
        ),
        *({"code": _named(name), **yes_or_no(getattr(run, name))} for name in _YES_OR_NO_OF_A_RUN),
    ]
    return group


def _named(name: str) -> Json:
    return concept(MEASURE, name.replace("_", "-"), name.replace("_", " "))


def _red_flag(stored: Stored[Any], answer: RedFlagAnswer) -> Json:
    code = concept(RED_FLAG, answer.code.value, answer.code.value.replace("_", " "))
    found = observed(stored, "x", SURVEY, code, yes_or_no(answer.present))
    because = {
        "code": concept(MEASURE, "asked-because", "Why it was asked"),
        "valueCodeableConcept": word("asked_because", answer.asked_because),
    }
    return {**found, "component": [because]}


def _score(stored: Stored[Any], response: QuestionnaireResponse) -> Iterator[Json]:
    score = stored.derived.get("score")
    if score is None:
        return
    code = measure(Measure.SCORE)
    code["coding"].append({"system": INSTRUMENT, "code": response.instrument.value})
    if response.instrument in _PAIN_QUESTIONS:
        code["coding"] = [*loinc(PAIN)["coding"], *code["coding"]]
    elif response.instrument is Questionnaire.PHQ2:
        code["coding"] = [*loinc(PHQ2)["coding"], *code["coding"]]
    scored = observed(stored, "q", SURVEY, code, SCORE(score))
    answers = Place(stored.patient_id, response.id).id
    yield {**scored, "derivedFrom": [{"reference": f"QuestionnaireResponse/{answers}"}]}
