"""The caseload beside a programme: adherence against pain, stopped programmes, steps that wait."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_caseload import case_of, reasons
from tests.api.test_plan import (
    _begin,  # noqa: F401 - begins each test on the first day
    a_run,
    begun,
    day_of,
    due,
    finished,
    log,
    on_day,
    percents,
    sets,
    stage,
)
from tests.builders.people import People, Person
from tests.builders.plans import an_exercise

TODAY = 22


def felt(patient: Person, before: float, now: float) -> None:
    """Check in every day of two weeks: this week with one worst pain, the week before with another."""
    for day in range(TODAY - 13, TODAY + 1):
        log(patient, "check-ins", day, hour=8, morning_pain=0, worst_pain=now if day > TODAY - 7 else before)


@pytest.mark.parametrize(
    ("done", "code"),
    [(range(16), "pain_up_adherence_down"), (range(16, 23), "pain_up_adherence_up"), (range(23), None)],
)
def test_rising_pain_is_told_beside_adherence_that_falls_or_rises(
    people: People, done: range, code: str | None
) -> None:
    patient, therapist, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(TODAY):
        for day in done:
            log(patient, "sessions", day, sets=sets("clamshell", "left"))
        felt(patient, 1, 2.5)
        found = reasons(case_of(therapist, patient))
        now = percents(patient, TODAY)[0]
    told = {name: one for name, one in found.items() if name.startswith("pain_up")}
    assert set(told) == ({code} if code else set())
    if code:
        facts = told[code]["facts"]
        assert (told[code]["since_on"], facts["pain_rise"], facts["adherence_percent"]) == (day_of(16), 1.5, now)


def test_falling_adherence_without_rising_pain_is_no_reason(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(TODAY):
        for day in range(16):
            log(patient, "sessions", day, sets=sets("clamshell", "left"))
        felt(patient, 2, 2)
        assert not {"pain_up_adherence_down", "pain_up_adherence_up"} & set(reasons(case_of(therapist, patient)))


@pytest.mark.parametrize(
    ("collection", "told"),
    [
        ("pain-scores", {"moment": "squat", "score": 6, "side": "left"}),
        ("check-ins", {"settle_hours": 30, "low_load_provokes": True}),
        ("measurements", {"test": "loaded_bend", "tolerated_bend_deg": 44}),
    ],
    ids=["a sore squat", "a knee that is easily stirred up", "a bend that is not borne"],
)
def test_adherence_is_the_same_as_the_patient_s_own_with_skips_hidden_exercises_and_excuses(
    people: People, collection: str, told: dict[str, Any]
) -> None:
    exercises = [an_exercise("box_squat_60", None), an_exercise("clamshell", "left"), an_exercise("bird_dog", None)]
    patient, therapist, _ = begun(people, *exercises)
    with on_day(TODAY):
        log(patient, collection, 1, **told)
        log(patient, "check-ins", 2, low_load_provokes=False)
        for day in range(TODAY - 6, TODAY + 1):
            log(patient, "sessions", day, sets=sets("clamshell", "left", 2))
        log(patient, "skips", 18, exercise="bird_dog", due_on=day_of(18), reason="illness")
        log(patient, "skips", 19, exercise="bird_dog", due_on=day_of(19), reason="time")
        felt(patient, 1, 2.5)
        facts = reasons(case_of(therapist, patient))["pain_up_adherence_up"]["facts"]
        assert facts["adherence_percent"] == percents(patient, TODAY)[0]
        assert facts["adherence_percent_before"] == 0
        listed = due(patient, patient, TODAY)["items"]
        hidden = {one["exercise"] for one in listed if one["state"] == "hidden"}
        assert hidden == {"box_squat_60"}


def test_an_answer_to_a_pain_question_makes_pain_rise_as_a_check_in_does(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(TODAY):
        felt(patient, 1, 1)
        for day in range(TODAY - 6, TODAY + 1):
            log(patient, "sessions", day, sets=sets("clamshell", "left"))
            answered = {
                "instrument": "nrs_worst",
                "instrument_version": "0_to_10",
                "side": "left",
                "items": {"score": 5},
            }
            log(patient, "questionnaire-responses", day, hour=9, **answered)
        assert "pain_up_adherence_up" in reasons(case_of(therapist, patient))


def test_a_stopped_programme_waits_for_a_therapist(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise(stage="restore"), stage="restore")
    with on_day(2):
        a_run(patient, 1, 9)
        case = case_of(therapist, patient)
    assert reasons(case)["programme_stopped"]["since_on"] == day_of(2)
    assert case["stage"] == "restore"


def test_a_step_up_waits_in_the_caseload_until_it_is_decided(people: People) -> None:
    patient, therapist, _ = finished(people)
    with on_day(32):
        stage(patient)
        told = reasons(case_of(therapist, patient))["stage_proposal"]
        assert (told["urgency"], told["since_on"]) == ("routine", day_of(32))
        assert (told["facts"]["from_stage"], told["facts"]["to_stage"]) == ("elevate", "self_managed")
        assert told["text"] == "A step up waits for your word: Elevate to self-managed."
        url = f"/v1/patients/{patient.id}/stage-proposals"
        (waiting,) = therapist.get(url).json["items"]
        therapist.post(f"{url}/{waiting['id']}/decision", {"decision": "decline", "note": "not yet"})
        assert "stage_proposal" not in reasons(case_of(therapist, patient))
