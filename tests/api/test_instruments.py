"""Instruments over HTTP: facts in each language, no wording that is not ours, and what a clinic loads."""

from __future__ import annotations

from typing import Any

import pytest

from app.outcomes.domain.instruments import FROM_MEMORY, INSTRUMENTS
from app.outcomes.domain.numbers import LSI_MIN_PERCENT
from app.outcomes.domain.words import ClinicalTest, Questionnaire
from app.outcomes.labels import INSTRUMENT_LABELS, ITEM_LABELS, item_label, label_of, licence_note
from app.web.languages import LANGUAGES
from seeds.load import LIBRARY
from seeds.reading import seeds_of
from tests.builders.people import People, Person

TEXTS = "/v1/instruments/koos_pf/texts/fr"


def texts(count: int = 11, **changes: Any) -> dict[str, Any]:
    """Return a made-up wording of so many items."""
    options = [{"score": score, "text": f"answer {score}"} for score in range(5)]
    items = [{"item": str(n), "text": f"made-up question {n}", "options": options} for n in range(1, count + 1)]
    return {"licence": "Permission of 2026-11-01", "title": None, "instruction": "Tick one.", "items": items, **changes}


def put(person: Person, body: Any, tag: str | None = None, path: str = TEXTS) -> Any:
    """Load texts with the tag that stands there now, or another."""
    found = tag if tag is not None else person.get(path).headers["ETag"]
    return person.send("PUT", path, body, {"If-Match": found})


@pytest.fixture
def admin(people: People) -> Any:
    """An admin; what was loaded is taken away again."""
    person = people.admin()
    yield person
    person.send("DELETE", TEXTS, headers={"If-Match": person.get(TEXTS).headers["ETag"]})


def test_everybody_who_is_signed_in_reads_the_instruments(people: People) -> None:
    for person in (people.patient(), people.therapist(), people.admin()):
        found = person.get("/v1/instruments")
        assert {one["id"] for one in found.json["items"]} == {*Questionnaire, *ClinicalTest}
        assert person.get("/v1/instruments", **{"If-None-Match": found.headers["ETag"]}).status_code == 304
    assert person.client.get("/v1/instruments").status_code == 401


def test_an_instrument_tells_its_form_its_allowed_scores_and_the_change_that_matters(people: People) -> None:
    found = people.patient().get("/v1/instruments/akps").json
    limp = next(item for item in found["items"] if item["id"] == "limp")
    assert (found["version"], found["item_count"], found["low"], found["high"]) == ("13_items_1993", 13, 0, 100)
    assert (limp["options"], limp["low"], limp["high"], limp["label"]) == ([5, 3, 0], 0, 5, "limping")
    assert found["important_change"] == {"value": 10, "sources": ["crossley2004"], "in_grades": False}
    assert (found["better"], found["about_a_knee"], found["texts"]) == ("higher", True, None)


@pytest.mark.parametrize(
    ("instrument", "count", "important", "source"),
    [
        ("akps", 13, 10, "crossley2004"),
        ("koos_pf", 11, 16.4, "crossley2018_koospf"),
        ("lefs", 20, 9, "binkley1999"),
        ("tsk11", 11, 4, "woby2005"),
        ("nrs_worst", 1, 2, "crossley2004"),
        ("global_change", 1, 2, FROM_MEMORY),
        ("psfs", 5, 2, FROM_MEMORY),
        ("knee_to_wall", 0, 1.0, "chisholm2012"),
        ("single_leg_squat", 0, 1, "crossley2011"),
        ("lateral_step_down", 5, 1, "piva2006"),
    ],
)
def test_the_numbers_are_those_of_the_specification(
    people: People, instrument: str, count: int, important: float, source: str
) -> None:
    found = people.patient().get(f"/v1/instruments/{instrument}").json
    assert (found["item_count"], found["important_change"]["value"]) == (count, important)
    assert source in found["important_change"]["sources"]
    assert LSI_MIN_PERCENT == 90


def test_every_source_is_a_reference_of_the_library() -> None:
    known = {seed.key for seed in seeds_of(LIBRARY / "references.toml")} | {FROM_MEMORY}
    told = {key for one in INSTRUMENTS.values() for key in one.sources}
    told |= {key for one in INSTRUMENTS.values() if one.important for key in one.important.sources}
    assert told <= known


@pytest.mark.parametrize(
    ("asked", "spoken", "label"),
    [
        ("de", "de", "Knie zur Wand"),
        ("de-AT, en;q=0.5", "de", "Knie zur Wand"),
        ("en", "en", "Knee to wall"),
        ("fr", "en", "Knee to wall"),
        ("fr, de;q=0.1", "de", "Knie zur Wand"),
        ("", "en", "Knee to wall"),
        (";;q=,=;*q", "en", "Knee to wall"),
    ],
)
def test_our_own_words_come_in_the_readers_language(people: People, asked: str, spoken: str, label: str) -> None:
    found = people.patient().get("/v1/instruments/knee_to_wall", **{"Accept-Language": asked})
    assert (found.json["label"], found.headers["Content-Language"]) == (label, spoken)
    assert "Accept-Language" in found.headers["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing_in_any_language(language: str) -> None:
    assert set(INSTRUMENT_LABELS) == set(INSTRUMENTS)
    for instrument in INSTRUMENTS.values():
        told = [label_of(instrument, language), licence_note(instrument, language)]
        told += [item_label(instrument, item.id, language) for item in instrument.items]
        assert all(word.strip() for word in told)
    assert all(set(words) == set(LANGUAGES) for words in INSTRUMENT_LABELS.values())
    assert all(set(words) == set(LANGUAGES) for items in ITEM_LABELS.values() for words in items.values())


def test_an_unknown_instrument_is_not_found(people: People) -> None:
    person = people.patient()
    for path in ("/v1/instruments/oks", "/v1/instruments/oks/texts/de", "/v1/instruments/akps/texts/deutsch"):
        assert person.get(path).status_code == 404


# What a clinic loads


def test_licensed_wording_is_served_to_patients_with_the_instrument(people: People, admin: Person) -> None:
    patient = people.patient()
    before = patient.get("/v1/instruments/koos_pf", **{"Accept-Language": "fr"})
    assert (before.json["texts"], before.json["text_languages"]) == (None, [])
    loaded = put(admin, texts())
    assert loaded.status_code == 200, loaded.json
    found = patient.get("/v1/instruments/koos_pf", **{"Accept-Language": "fr-CA, en;q=0.1"})
    assert found.json["texts"]["items"][10]["text"] == "made-up question 11"
    assert (found.json["texts"]["licence"], found.json["text_languages"]) == ("Permission of 2026-11-01", ["fr"])
    assert found.headers["ETag"] != before.headers["ETag"]
    assert patient.get("/v1/instruments/koos_pf", **{"Accept-Language": "de"}).json["texts"] is None
    assert patient.get(TEXTS).headers["ETag"] == loaded.headers["ETag"]


def test_only_an_admin_loads_wording(people: People) -> None:
    for person in (people.patient(), people.therapist()):
        assert put(person, texts()).status_code == 403
        assert person.send("DELETE", TEXTS, headers={"If-Match": "*"}).status_code == 403
        assert person.get(TEXTS).json["items"] == []


def test_wording_is_replaced_by_whoever_has_read_it(admin: Person) -> None:
    assert admin.send("PUT", TEXTS, texts()).status_code == 428
    assert put(admin, texts(), '"another"').status_code == 412
    empty = admin.get(TEXTS).headers["ETag"]
    first = put(admin, texts(), empty)
    assert put(admin, texts(title="B"), empty).status_code == 412
    assert put(admin, texts(title="B"), first.headers["ETag"]).json["title"] == "B"
    assert admin.send("DELETE", TEXTS, headers={"If-Match": first.headers["ETag"]}).status_code == 412
    assert admin.send("DELETE", TEXTS, headers={"If-Match": admin.get(TEXTS).headers["ETag"]}).status_code == 204
    assert admin.send("DELETE", TEXTS, headers={"If-Match": empty}).status_code == 404
    assert admin.get(TEXTS).headers["ETag"] == empty


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (texts(10), "/items"),
        (texts(12), "/items/11/item"),
        (texts(items=[*texts()["items"], texts()["items"][0]]), "/items/0/item"),
        (texts(items=[{**texts()["items"][0], "options": [{"score": 5, "text": "x"}]}]), "/items/0/options/0/score"),
        (texts(licence=None), "/licence"),
        (texts(licence="x\0"), "/licence"),
        (texts(colour="red"), "/colour"),
        (texts(items=[None]), "/items/0"),
    ],
)
def test_wording_that_does_not_fit_is_refused_whole(admin: Person, body: dict[str, Any], pointer: str) -> None:
    answer = put(admin, body)
    assert answer.status_code == 422, answer.json
    assert any(fault["pointer"].startswith(pointer) for fault in answer.json["errors"]), answer.json
    assert admin.get(TEXTS).json["items"] == []
