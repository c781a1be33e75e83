"""Every observation of every demo person is found by whose, by code and by day, as its stored row has it.

What is to be told of a row stands here a second time, in the test's own words. A kind of entry, a member of one, a
test or a questionnaire that nobody decided about fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B import get_fhir_model_class
from sqlalchemy import select

from app.interop.fhir.ids import place_of
from app.interop.fhir.observations import PARTS
from app.interop.service.logged import OBSERVATION
from app.kernel.red_flags import RED_FLAG_CODES
from app.logbook.domain import Cue, EarlyWarningSign, Entry
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.measurements import MEASURED_FIELDS
from app.outcomes.domain.words import ClinicalTest, Questionnaire
from app.settings import Settings
from app.sync.registry import COLLECTIONS
from seeds.demo.personas import PATIENTS
from tests.builders.care import let_in, logged
from tests.builders.devices import (
    a_check_in,
    a_day,
    a_measurement,
    a_red_flag,
    a_response,
    a_run,
    a_score,
    a_session,
    a_treatment,
    an_intake,
)
from tests.builders.fhir import Demo, Json, a_demo, pages
from tests.builders.people import Person
from tests.levels import SQLITE_FIRST

pytestmark = SQLITE_FIRST

LOINC, OURS, PAIN = "http://loinc.org", "urn:trochlea:measure", "http://loinc.org|72514-3"
POINTS = "{score}"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """What has to be told: one of the codes it is found by, its unit in UCUM (None: it has none), and its value."""

    code: str
    unit: str | None
    value: Any


def of(name: str, code: str, unit: str | None) -> Callable[[Row], Iterator[Figure]]:
    """Tell a column, where it is not empty."""

    def told(row: Row) -> Iterator[Figure]:
        if row[name] is not None:
            value = row[name].isoformat() if isinstance(row[name], date) else row[name]
            yield Figure(code if "|" in code else f"{OURS}|{code}", unit, value)

    return told


def minutes(name: str) -> Callable[[Row], Iterator[Figure]]:
    """Tell a column of seconds."""

    def told(row: Row) -> Iterator[Figure]:
        if row[name] is not None:
            yield Figure(f"{LOINC}|55411-3", "min", round(row[name] / 60, 4))

    return told


def listed(name: str, system: str) -> Callable[[Row], Iterator[Figure]]:
    """Tell each sign that a column names."""
    return lambda row: (Figure(f"{system}|{one}", None, True) for one in row[name] or ())


UNITS = {
    "knee_to_wall": "cm",
    "single_leg_squat": "{grade}",
    "lateral_step_down": POINTS,
    "hip_abduction_strength": "N.m/kg",
    "quadriceps_strength": "N.m/kg",
    "single_leg_hop": "cm",
    "foot_posture": POINTS,
    "manual_muscle_test": "{grade}",
    "squat_pain": POINTS,
    "straight_leg_raise": POINTS,
    "quadriceps_activation": "{grade}",
    "resisted_extension": POINTS,
    "foot_in_squat": POINTS,
    "loaded_bend": "deg",
}
"""The unit of each clinical test."""


def of_test(row: Row) -> Iterator[Figure]:
    """Tell the value that the server computed of a measurement."""
    yield Figure(f"urn:trochlea:test|{row['test']}", UNITS[row["test"]], row["value"])


def of_answer(row: Row) -> Iterator[Figure]:
    """Tell the score of a questionnaire, which an incomplete one has not."""
    if row["score"] is not None:
        yield Figure(f"urn:trochlea:instrument|{row['instrument']}", POINTS, row["score"])


def of_red_flag(row: Row) -> Iterator[Figure]:
    """Tell the answer to a question about an urgent sign."""
    yield Figure(f"urn:trochlea:red-flag|{row['code']}", None, row["present"])


ROWS: dict[str, tuple[Callable[[Row], Iterator[Figure]], ...]] = {
    "pain_scores": (of("score", PAIN, POINTS),),
    "runs": (
        lambda _row: iter([Figure(f"{LOINC}|73985-4", None, None)]),
        of("distance_m", "distance", "m"),
        minutes("duration_s"),
        of("cadence_spm", "cadence", "/min"),
        of("rpe", "perceived-exertion", POINTS),
        of("ascent_m", "ascent", "m"),
        of("descent_m", "descent", "m"),
    ),
    "sessions": (
        minutes("duration_s"),
        of("rpe", "perceived-exertion", POINTS),
        of("feedback_percent", "feedback-share", "%"),
        listed("cues_kept", "urn:trochlea:cue"),
    ),
    "check_ins": (
        of("morning_pain", PAIN, POINTS),
        of("worst_pain", PAIN, POINTS),
        of("swelling", "knee-swelling", None),
        of("sleep_hours", f"{LOINC}|93832-4", "h"),
        of("stress", "stress", POINTS),
        of("mood", "mood", POINTS),
        of("settle_hours", "settle-time", "h"),
        of("low_load_provokes", "low-load-provokes", None),
        of("rest_of_week", "rest-of-week", None),
        listed("early_warning_signs", "urn:trochlea:early-warning-sign"),
        listed("red_flags", "urn:trochlea:red-flag"),
    ),
    "treatments": (of("pain_without", PAIN, POINTS), of("pain_with", PAIN, POINTS)),
    "intakes": (
        of("declared_longest_m", "declared-longest-run", "m"),
        of("pain_began_on", "pain-began-on", None),
        of("terrain_or_shoe_change", "terrain-or-shoe-change", None),
        of("avoids_activity_from_fear", "avoids-activity-from-fear", None),
    ),
    "red_flags": (of_red_flag,),
    "questionnaire_responses": (of_answer,),
    "measurements": (of_test,),
}
"""What each table's rows have to tell."""
WITHOUT = {"skips": "what was not done is no observation", "messages": "words between two people"}
"""Kinds of entry that nothing is observed by."""
MEMBERS = {
    "pain_scores": "score moment side run_id session_id",
    "runs": "distance_m duration_s cadence_spm rpe ascent_m descent_m surface intensity limp stopped_early_for_pain "
    "painkiller_before",
    "sessions": "duration_s rpe feedback_percent cues_kept",
    "check_ins": "morning_pain worst_pain side swelling sleep_hours stress mood settle_hours low_load_provokes "
    "rest_of_week early_warning_signs red_flags",
    "treatments": "pain_without pain_with activity side",
    "intakes": "declared_longest_m pain_began_on terrain_or_shoe_change avoids_activity_from_fear",
    "red_flags": "code present asked_because",
    "questionnaire_responses": "instrument side items",
    "measurements": f"test side recorded_by {' '.join(MEASURED_FIELDS)}",
}
"""Members of an entry that its observations tell, by themselves or as components."""
ELSEWHERE = {
    "runs": {"shoes": "a label", "source": "how it came in"},
    "sessions": {"sets": "in the Procedure"},
    "treatments": {
        "treatment": "the code of the Procedure",
        "given_by": "what was done, not observed",
        "body_region": "what was done, not observed",
        "duration_min": "what was done, not observed",
    },
    "intakes": {"birth_year": "of the Patient"},
    "questionnaire_responses": {
        "instrument_version": "in the QuestionnaireResponse",
        "activity_names": "in the QuestionnaireResponse",
    },
}
"""Members that are told in another place, or are no observation, and why."""


@pytest.fixture(scope="module")
def demo(backend: str, settings: Settings, worker_id: str) -> Iterator[Demo]:
    """The demo people, on a database of their own."""
    with a_demo(backend, settings, f"round_{worker_id}") as found:
        yield found


def stored(demo: Demo, patient_id: UUID) -> list[tuple[UUID, datetime, Figure]]:
    """Read a patient's rows as they are stored, and what each has to tell."""
    told: list[tuple[UUID, datetime, Figure]] = []
    kinds = {one.collection.name: one.collection.table for one in COLLECTIONS.values() if one.kind is not None}
    with demo.database.reading() as db:
        for name, tellings in ROWS.items():
            table = kinds[name]
            asked = select(table).where(table.c.patient_id == patient_id, table.c.deleted_at.is_(None))
            for row in db.execute(asked).mappings():
                told += [(row["id"], row["performed_at"], one) for telling in tellings for one in telling(row)]
    return told


def figures(resources: list[Json]) -> list[tuple[UUID, datetime, frozenset[str], str | None, Any]]:
    """Return of each observation: of which record, when, its codes, its unit and its value."""
    found = []
    for one in resources:
        place = place_of(one["id"])
        assert place is not None
        codes = frozenset(f"{coding['system']}|{coding['code']}" for coding in one["code"]["coding"])
        amount = one.get("valueQuantity", {})
        value = amount.get("value", one.get("valueBoolean", one.get("valueDateTime")))
        at = datetime.fromisoformat(one["effectiveDateTime"])
        found.append((place.record_id, at, codes, amount.get("code"), value))
    return found


def assert_same(resources: list[Json], told: list[tuple[UUID, datetime, Figure]]) -> None:
    """Assert that these are found, each once, and nothing else."""
    left = figures(resources)
    for record, at, figure in told:
        wanted = [
            one
            for one in left
            if (one[0], one[3], one[4]) == (record, figure.unit, figure.value)
            and figure.code in one[2]
            and abs(one[1] - at) < timedelta(milliseconds=1)
        ]
        assert wanted, (record, at, figure)
        left.remove(wanted[0])
    assert left == []


def assert_round_trip(demo: Demo, person: Person) -> list[Json]:
    """Assert that each stored figure is found by whose it is and by each of its codes."""
    told = stored(demo, person.id)
    whole = pages(person, f"/fhir/Observation?patient={person.id}&_count=200")
    assert_same(whole, told)
    codes = {code for one in figures(whole) for code in one[2]}
    assert {figure.code for _, _, figure in told} <= codes
    for code in codes:
        by_code = pages(person, f"/fhir/Observation?patient={person.id}&code={code}&_count=200")
        assert by_code == [one for one, told_of in zip(whole, figures(whole), strict=True) if code in told_of[2]]
    assert len(whole) == len(told) > 0
    return whole


def day_of(resource: Json) -> date:
    """Return the day of an observation where the patient is."""
    return datetime.fromisoformat(resource["effectiveDateTime"]).astimezone(ZoneInfo("Europe/Berlin")).date()


def assert_found_by_day(person: Person, whole: list[Json]) -> None:
    """Assert that each is found by its day, and by no other's."""
    days = {day_of(one) for one in whole}
    for day in days:
        by_day = pages(person, f"/fhir/Observation?patient={person.id}&date={day}&_count=200")
        assert by_day == [one for one in whole if day_of(one) == day]
    assert len(days) > 3


NAMES = [one.email.split("@")[0] for one in PATIENTS]


@pytest.mark.parametrize("name", NAMES)
def test_each_observation_of_a_demo_person_is_found_as_it_is_stored(demo: Demo, name: str) -> None:
    assert_round_trip(demo, demo.as_(name))


@pytest.mark.parametrize("name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.deep) for name in NAMES[1:])])
def test_each_observation_of_a_demo_person_is_found_by_its_day(demo: Demo, name: str) -> None:
    person = demo.as_(name)
    assert_found_by_day(person, pages(person, "/fhir/Observation?_count=200"))


def items_of(instrument: str) -> dict[str, int]:
    """Answer each item of a questionnaire with its lowest score."""
    found = INSTRUMENTS[instrument]
    count = 2 if instrument == "psfs" else len(found.items)
    return {item.id: item.low for item in found.items[:count]}


def an_answer(which: Questionnaire) -> Json:
    """Answer a questionnaire."""
    form = {"instrument": which.value, "instrument_version": INSTRUMENTS[which].version, "items": items_of(which)}
    names = {"activity_names": ["stairs", "running"]} if which is Questionnaire.PSFS else {}
    return a_response(2, **form, side="right" if INSTRUMENTS[which].about_a_knee else None, **names)


MEASURED: dict[str, Json] = {
    "knee_to_wall": {"distance_cm": 9.5},
    "single_leg_squat": {"rating": "fair"},
    "lateral_step_down": {"signs": {"arms": 1, "trunk": 0, "pelvis": 1, "knee": 2, "unsteady": 0}},
    "hip_abduction_strength": {
        "contraction": "eccentric", "force_n": 210, "lever_m": 0.8, "body_mass_kg": 64,
        "age_years": 34, "sex": "female",
    },
    "quadriceps_strength": {"contraction": "isometric", "torque_nm_kg": 2.45},
    "single_leg_hop": {"attempts_cm": [98, 108.5, 104], "pain": 1.5},
    "foot_posture": {"fpi6_total": -3},
    "manual_muscle_test": {"muscle": "hip_abductors", "muscle_grade": 4.5},
    "squat_pain": {"pain": 0, "knee_flexion_deg": 60, "side": None},
    "straight_leg_raise": {"pain": 2, "lag": False},
    "quadriceps_activation": {"rating": "good"},
    "resisted_extension": {"pain": 3},
    "foot_in_squat": {"foot_turns_out": True, "heel_lifts": False},
    "loaded_bend": {"tolerated_bend_deg": 45, "side": None},
}  # fmt: skip
"""Each clinical test once, with all that can be told of it."""


@pytest.fixture(scope="module")
def told_of_everything(demo: Demo) -> Person:
    """A patient of whom each kind of observation is stored."""
    person = demo.people.patient()
    run = a_run(1, cadence_spm=168, rpe=3.5, ascent_m=40, descent_m=0, surface="trail", intensity="easy", limp=True)
    logged(
        person,
        pain_scores=[a_score(1), a_score(1, score=0, moment="night", side="left")],
        runs=[run],
        sessions=[a_session(1, duration_s=1505, rpe=4, feedback_percent=60, cues_kept=[one.value for one in Cue])],
        check_ins=[
            a_check_in(
                1,
                side="right",
                swelling=False,
                sleep_hours=7.5,
                stress=0,
                mood=8,
                settle_hours=24,
                low_load_provokes=True,
                rest_of_week=False,
                early_warning_signs=[one.value for one in EarlyWarningSign],
                red_flags=RED_FLAG_CODES,
            )
        ],
        treatments=[
            a_treatment(1, treatment="orthosis", pain_without=5, pain_with=3, activity="step_down"),
            a_treatment(1),
        ],
        intakes=[
            an_intake(30, pain_began_on=a_day(60)[:10], terrain_or_shoe_change=True, avoids_activity_from_fear=False)
        ],
        red_flags=[a_red_flag(1, code=code, present=code == "locked_knee") for code in RED_FLAG_CODES],
        questionnaire_responses=[an_answer(one) for one in Questionnaire],
        measurements=[
            a_measurement(3, **{"distance_cm": None, "test": test, "side": "right", **told})
            for test, told in MEASURED.items()
        ],
    )
    return person


def test_each_kind_of_observation_that_there_is_comes_round_and_is_valid(
    demo: Demo, told_of_everything: Person
) -> None:
    whole = assert_round_trip(demo, told_of_everything)
    assert_found_by_day(told_of_everything, whole)
    parts = {place.part for one in whole if (place := place_of(one["id"])) is not None}
    assert parts == {part for origin in OBSERVATION.origins for part in origin.parts}
    codes = {coding["code"] for one in whole for coding in one["code"]["coding"]}
    assert {one.value for one in (*ClinicalTest, *Questionnaire, *Cue, *EarlyWarningSign)} <= codes
    assert set(RED_FLAG_CODES) <= codes
    for one in whole:
        assert told_of_everything.get(f"/fhir/Observation/{one['id']}").json == one
    everything = pages(told_of_everything, f"/fhir/Patient/{told_of_everything.id}/$everything?_count=200")
    ids = {f"{one['resourceType']}/{one['id']}" for one in everything}
    assert {f"Observation/{one['id']}" for one in whole} <= ids
    for one in everything:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
        assert {target["reference"] for target in one.get("target", [])} <= ids


def test_a_clinical_test_tells_its_side_and_what_it_was_made_from(told_of_everything: Person) -> None:
    def asked(test: str) -> Json:
        (one,) = pages(told_of_everything, f"/fhir/Observation?code=urn:trochlea:test|{test}")
        return one

    def beside(one: Json) -> dict[str, Any]:
        told = {}
        for each in one["component"]:
            value = each.get("valueQuantity", {}).get("value", each.get("valueBoolean"))
            word = each.get("valueCodeableConcept", {"coding": [{"code": value}]})["coding"][0]["code"]
            told[each["code"]["coding"][0]["code"]] = word
        return told

    hip = asked("hip_abduction_strength")
    assert hip["valueQuantity"] == {
        "value": 2.625, "unit": "newton metre per kilogram", "system": "http://unitsofmeasure.org", "code": "N.m/kg",
    }  # fmt: skip
    assert hip["bodySite"]["coding"][0] == {
        "system": "http://snomed.info/sct", "code": "62175007", "display": "Structure of right lower limb",
    }  # fmt: skip
    made = {"contraction": "eccentric", "force-n": 210, "lever-m": 0.8, "29463-7": 64, "age-years": 34, "sex": "female"}
    assert beside(hip) == made
    assert beside(asked("knee_to_wall")) == {"dorsiflexion-deg": 34.2}
    assert beside(asked("lateral_step_down")) == {
        "grade": "poor", "sign-arms": 1, "sign-trunk": 0, "sign-pelvis": 1, "sign-knee": 2, "sign-unsteady": 0,
    }  # fmt: skip
    assert beside(asked("foot_in_squat")) == {"foot-turns-out": True, "heel-lifts": False}
    assert beside(asked("straight_leg_raise")) == {"grade": "no_lag", "lag": False}
    hop = asked("single_leg_hop")
    assert [each["valueQuantity"]["value"] for each in hop["component"]] == [1.5, 98, 108.5, 104]
    assert asked("squat_pain")["bodySite"]["coding"][0]["code"] == "72696002"
    assert asked("squat_pain")["code"]["coding"][0]["code"] == "72514-3"


def test_what_a_therapist_measured_is_not_said_to_be_the_patients_word(demo: Demo) -> None:
    person, therapist = demo.people.patient(), demo.people.therapist()
    let_in(person, therapist)
    body = {**a_measurement(1), "id": "0198f1a2-7b3c-7d4e-8f50-0000000000c7"}
    assert therapist.post(f"/v1/patients/{person.id}/measurements", body).status_code == 201
    (one,) = pages(person, "/fhir/Observation")
    (source,) = pages(person, "/fhir/Provenance")
    assert one["performer"] == [{"display": "therapist"}]
    assert source["agent"][0]["who"] == {"display": "therapist"}
    assert source["target"] == [{"reference": f"Observation/{one['id']}"}]


@pytest.mark.parametrize("scope", ["pain.read", "sessions.read"])
def test_a_scope_opens_its_own_observations_and_no_other(demo: Demo, told_of_everything: Person, scope: str) -> None:
    therapist = demo.people.therapist()
    let_in(told_of_everything, therapist, scope)
    found = pages(therapist, f"/fhir/Observation?patient={told_of_everything.id}&_count=200")
    mine = {"pain_scores", "red_flags", "questionnaire_responses", "measurements"}
    opened = mine if scope == "pain.read" else set(ROWS) - mine
    parts = {place.part for one in found if (place := place_of(one["id"])) is not None}
    assert parts == {part for one in OBSERVATION.origins if one.kind.collection.name in opened for part in one.parts}
    for one in pages(told_of_everything, "/fhir/Observation?_count=200"):
        place = place_of(one["id"])
        expected = 200 if place is not None and place.part in parts else 404
        assert therapist.get(f"/fhir/Observation/{one['id']}").status_code == expected


def test_nobody_forgot_to_decide_about_a_kind_or_a_member(backend: str) -> None:
    kinds = {one.collection.name: one.kind.entry for one in COLLECTIONS.values() if one.kind is not None}
    assert set(kinds) == set(ROWS) | set(WITHOUT)
    assert {one.kind.collection.name for one in OBSERVATION.origins} == set(ROWS)
    common = {one.name for one in fields(Entry)}
    for name in ROWS:
        members = {one.name for one in fields(kinds[name])} - common
        assert members == set(MEMBERS[name].split()) | set(ELSEWHERE.get(name, ())), name
    assert set(UNITS) == set(MEASURED) == {one.value for one in ClinicalTest}
    parts = [part for found in PARTS.values() for part in found]
    assert len(set(parts)) == len(parts)
