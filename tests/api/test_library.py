"""The library over HTTP: exercises, their groups, and the references they rest on."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import event

from app.db.engine import Database
from seeds.load import LIBRARY, load
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST

LOADS = ["low", "moderate", "high"]
Item = dict[str, Any]

FILTERS: list[tuple[str, str, Callable[[Item], bool]]] = [
    ("group", "core", lambda e: e["group"] == "core"),
    ("target", "gluteus_medius", lambda e: "gluteus_medius" in e["targets"]),
    ("stage", "relieve", lambda e: "relieve" in e["stages"]),
    ("chain", "open", lambda e: e["chain"] == "open"),
    ("weight_bearing", "single", lambda e: e["weight_bearing"] == "single"),
    ("pfj_load", "high", lambda e: e["pfj_load"] == "high"),
    ("load_basis", "read", lambda e: e["load_basis"] == "read"),
    ("dosage_basis", "read", lambda e: e["dosage_basis"] == "read"),
    ("equipment", "loop band", lambda e: "loop band" in e["equipment"]),
    ("days_per_week", "7", lambda e: e["dosage"]["days_per_week"] == 7),
    ("max_peak_knee_flexion_deg", "30", lambda e: e["peak_knee_flexion_deg"] <= 30),
    ("min_peak_knee_flexion_deg", "90", lambda e: e["peak_knee_flexion_deg"] >= 90),
    ("evidence", "harvie2011", lambda e: "harvie2011" in e["evidence"]),
    ("progression_of", "quad_set", lambda e: e["slug"] in EXERCISES["quad_set"]["progressions"]),
    ("regression_of", "wall_squat_60", lambda e: e["slug"] in EXERCISES["wall_squat_60"]["regressions"]),
    ("q", "vmo", lambda e: "vmo" in f"{e['name']} {e['note']}".lower()),
]
REFERENCE_FILTERS: list[tuple[str, str, Callable[[Item], bool]]] = [
    ("grade", "A", lambda r: r["evidence_grade"].startswith("A")),
    ("basis", "memory", lambda r: r["basis"] == "memory"),
    ("review_status", "under_review", lambda r: r["basis"] == "memory"),
    ("min_year", "2020", lambda r: r["year"] is not None and r["year"] >= 2020),
    ("max_year", "2000", lambda r: r["year"] is not None and r["year"] <= 2000),
    ("q", "ACHILLES", lambda r: "achilles" in f"{r['title']} {r['claim']}".lower()),
]
SORTS: dict[str, Callable[[Item], Any]] = {
    "name": lambda e: e["name"].lower(),
    "slug": lambda e: e["slug"],
    "group": lambda e: e["group"],
    "pfj_load": lambda e: LOADS.index(e["pfj_load"]),
    "peak_knee_flexion_deg": lambda e: e["peak_knee_flexion_deg"],
}


def seeds(name: str) -> dict[str, Item]:
    """Return what a seed file says."""
    return tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"))


EXERCISES = seeds("exercises")
REFERENCES = seeds("references")


@pytest.fixture
def ada(people: People) -> Person:
    """Somebody who is logged in."""
    return people.patient()


def items(person: Person, path: str) -> list[Item]:
    """Return what a list answers."""
    answer = person.get(path)
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def slugs(person: Person, query: str = "") -> list[str]:
    """Return the slugs of the exercises that a question finds."""
    return [exercise["slug"] for exercise in items(person, f"/v1/exercises?limit=1000&{query}")]


def walk(person: Person, path: str) -> list[Item]:
    """Return the items of all pages, one page after the other."""
    found: list[Item] = []
    cursor = ""
    while True:
        answer = person.get(path + cursor)
        assert answer.status_code == 200, answer.json
        found += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer.json['next_cursor']}"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note the statements that are read with."""
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(database.reader, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(database.reader, "before_cursor_execute", listen)


def test_there_are_87_exercises_and_98_references(ada: Person) -> None:
    assert len(slugs(ada)) == len(set(slugs(ada))) == 87
    assert len({reference["key"] for reference in items(ada, "/v1/references")}) == 98


def test_the_groups_have_titles_and_say_how_many_exercises_they_have(ada: Person) -> None:
    assert [(g["group"], g["title"], g["exercise_count"]) for g in items(ada, "/v1/exercise-groups")] == [
        ("vmo_quadriceps", "VMO / quadriceps", 26),
        ("hip_abductor_external_rotator", "Hip abductors and rotators", 19),
        ("ankle_mobility_calf", "Ankle and calf mobility", 9),
        ("core", "Trunk and core", 6),
        ("stretching", "Stretching and foam rolling", 6),
        ("gait_retraining", "Gait retraining", 8),
        ("maintenance_plyometrics", "Maintenance, impact and cross-training", 13),
    ]


def test_an_exercise_says_exactly_what_the_seeds_say(ada: Person) -> None:
    for shown in items(ada, "/v1/exercises"):
        slug, retired_at = shown.pop("slug"), shown.pop("retired_at")
        assert shown.pop("origin") == "library"
        assert shown.pop("equipment_names") == shown["equipment"]
        assert shown["dosage"].pop("tempo_text")
        told = {"note": None, **EXERCISES[slug]}
        told["dosage"] = {"unit_note": None, **told["dosage"]}
        assert (shown, retired_at) == (told, None)


def test_equipment_tempo_and_units_are_told_in_the_readers_words(ada: Person) -> None:
    def read(slug: str, language: str, register: str) -> Any:
        return ada.get(f"/v1/exercises/{slug}?register={register}", **{"Accept-Language": language}).json

    told = read("step_up_15", "de", "patient")
    assert (told["equipment"], told["equipment_names"]) == (["step 15 cm"], ["Stufe 15 cm"])
    assert told["dosage"]["tempo_text"] == "2 s senken und 2 s heben"
    assert read("step_up_15", "en", "clinician")["dosage"]["tempo_text"] == "2-0-2 s (lower, no pause, raise)"
    assert read("monster_walk", "de", "patient")["dosage"]["unit_note"] == "Wiederholungen = Schritte in jede Richtung"
    words = ada.get("/v1/exercise-words")
    assert words.json["tempo"]["controlled"]["de"]["patient"] == "langsam und kontrolliert"
    assert ada.get("/v1/exercise-words", **{"If-None-Match": words.headers["ETag"]}).status_code == 304


def test_a_reference_says_exactly_what_the_seeds_say(ada: Person) -> None:
    for shown in items(ada, "/v1/references"):
        key, grade, _ = shown.pop("key"), shown.pop("grade"), shown.pop("retired_at")
        assert shown == {"year": None, "doi": None, "url": None, **REFERENCES[key]}
        assert grade == (shown["evidence_grade"][0] if shown["evidence_grade"][0] in "ABCD" else None)


def test_a_reference_from_memory_is_under_review_and_every_exercise_is_approved(ada: Person) -> None:
    assert {r["key"] for r in items(ada, "/v1/references?review_status=under_review")} == {"thomee1997", "kujala1993"}
    assert len(slugs(ada, "review_status=approved")) == 87
    assert slugs(ada, "review_status=submitted&review_status=under_review") == []


@pytest.mark.parametrize(("name", "value", "fits"), FILTERS, ids=[name for name, _, _ in FILTERS])
def test_a_filter_of_exercises_keeps_what_fits_and_nothing_else(ada: Person, name: str, value: str, fits) -> None:
    everything = items(ada, "/v1/exercises")
    found = items(ada, f"/v1/exercises?{name}={quote(value)}")
    assert found == [exercise for exercise in everything if fits(exercise)]
    assert 0 < len(found) < 87


@pytest.mark.parametrize(("name", "value", "fits"), REFERENCE_FILTERS, ids=[name for name, _, _ in REFERENCE_FILTERS])
def test_a_filter_of_references_keeps_what_fits_and_nothing_else(ada: Person, name: str, value: str, fits) -> None:
    found = items(ada, f"/v1/references?{name}={quote(value)}")
    assert found == [reference for reference in items(ada, "/v1/references") if fits(reference)]
    assert 0 < len(found) < 98


@pytest.mark.parametrize(("name", "value", "_fits"), FILTERS, ids=[name for name, _, _ in FILTERS])
@SQLITE_FIRST
def test_a_second_filter_only_narrows(ada: Person, name: str, value: str, _fits) -> None:
    low = slugs(ada, "pfj_load=low")
    both = slugs(ada, f"pfj_load=low&{name}={quote(value)}") if name != "pfj_load" else []
    assert both == [slug for slug in low if slug in slugs(ada, f"{name}={quote(value)}")]


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("group", "core", "stretching"),
        ("target", "calf", "soleus"),
        ("equipment", "chair", "pool"),
        ("days_per_week", "1", "7"),
        ("evidence", "harvie2011", "powers2014"),
        ("progression_of", "quad_set", "dead_bug"),
    ],
)
def test_a_filter_given_twice_means_either(ada: Person, name: str, one: str, other: str) -> None:
    either = slugs(ada, f"{name}={one}&{name}={other}")
    assert set(either) == set(slugs(ada, f"{name}={one}")) | set(slugs(ada, f"{name}={other}"))
    assert len(either) == len(set(either))


def test_a_filter_that_nothing_fits_finds_nothing(ada: Person) -> None:
    assert slugs(ada, "progression_of=no_such_exercise") == []
    assert slugs(ada, "equipment=trampoline") == []


@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_exercises_are_sorted_and_equals_follow_by_slug(ada: Person, by: str, sign: str) -> None:
    by_slug = sorted(items(ada, "/v1/exercises"), key=lambda exercise: exercise["slug"])
    assert items(ada, f"/v1/exercises?sort={sign}{by}") == sorted(by_slug, key=SORTS[by], reverse=sign == "-")


@pytest.mark.parametrize(("sign", "undated"), [("", 9999), ("-", 0)])
def test_references_are_sorted_by_year_and_undated_ones_come_last(ada: Person, sign: str, undated: int) -> None:
    by_key = items(ada, "/v1/references?sort=key")
    assert [r["key"] for r in by_key] == sorted(REFERENCES)
    found = items(ada, f"/v1/references?sort={sign}year")
    assert found == sorted(by_key, key=lambda r: r["year"] or undated, reverse=sign == "-")
    assert [r["year"] for r in found[-13:]] == [None] * 13


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize(
    "query", ["sort=name", "sort=-pfj_load", "sort=-peak_knee_flexion_deg", "sort=group&stage=restore"]
)
@SQLITE_FIRST
def test_walking_the_pages_meets_each_exercise_once(ada: Person, limit: int, query: str) -> None:
    whole = items(ada, f"/v1/exercises?{query}&limit=1000")
    assert walk(ada, f"/v1/exercises?{query}&limit={limit}") == whole


@pytest.mark.parametrize("query", ["sort=year", "sort=-year", "sort=-key"])
def test_walking_the_pages_meets_each_reference_once(ada: Person, query: str) -> None:
    assert walk(ada, f"/v1/references?{query}&limit=7") == items(ada, f"/v1/references?{query}")


@pytest.mark.parametrize("limit", [86, 87, 88])
def test_the_last_page_has_no_next_one(ada: Person, limit: int) -> None:
    assert (ada.get(f"/v1/exercises?limit={limit}").json["next_cursor"] is None) is (limit >= 87)


@pytest.mark.parametrize(
    "other",
    [
        "/v1/exercises?limit=2&group=core",
        "/v1/exercises?limit=2&sort=-name",
        "/v1/exercises?limit=2&q=squat",
        "/v1/references?limit=2",
    ],
)
def test_a_cursor_of_another_question_is_refused(ada: Person, other: str) -> None:
    cursor = ada.get("/v1/exercises?limit=2").json["next_cursor"]
    answer = ada.get(f"{other}&cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")


def test_a_cursor_fits_the_same_question_in_other_words_and_another_page_size(ada: Person) -> None:
    cursor = ada.get("/v1/exercises?limit=2&stage=relieve&stage=restore&sort=slug").json["next_cursor"]
    same = f"/v1/exercises?sort=slug&stage=restore&stage=relieve&stage=restore&limit=5&cursor={cursor}"
    assert [e["slug"] for e in items(ada, same)] == slugs(ada, "stage=relieve&stage=restore&sort=slug")[2:7]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("group=knees", "group"),
        ("target=quadriceps&target=elbow", "target"),
        ("sort=dosage", "sort"),
        ("sort=--name", "sort"),
        ("days_per_week=8", "days_per_week"),
        ("max_peak_knee_flexion_deg=far", "max_peak_knee_flexion_deg"),
        ("max_peak_knee_flexion_deg=181", "max_peak_knee_flexion_deg"),
        ("evidence=Harvie%202011", "evidence"),
        ("progression_of=%00", "progression_of"),
        ("equipment=", "equipment"),
        ("q=", "q"),
        ("q=a%00b", "q"),
        ("limit=0", "limit"),
        ("color=red", "color"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused_by_name(ada: Person, query: str, parameter: str) -> None:
    answer = ada.get(f"/v1/exercises?{query}")
    assert answer.status_code == 422
    assert {fault["parameter"] for fault in answer.json["errors"]} == {parameter}


@pytest.mark.parametrize("q", ["WALL squat", "wall SQUAT", "wall_squat", "\uff37\uff21\uff2c\uff2c squat"])
def test_a_search_minds_neither_case_nor_width(ada: Person, q: str) -> None:
    assert {"wall_squat_40", "wall_squat_60"} <= set(slugs(ada, f"q={quote(q)}"))


@pytest.mark.parametrize(
    "q", ["%", "_______________________________________", "w%t", "quad%set", "wall-squat", "\\", "/%"]
)
def test_wildcards_and_escapes_stand_for_themselves(ada: Person, q: str) -> None:
    assert slugs(ada, f"q={quote(q)}") == []
    assert all("_" in slug for slug in slugs(ada, "q=_"))


@pytest.mark.parametrize(
    "q", ["é", "e\u0301", "\u017f", "\u202e", "💪", "İ", "\ufffd", "\ud7ff", "\U0010ffff", "ﷺ" * 200]
)
def test_odd_letters_find_nothing_and_break_nothing(ada: Person, q: str) -> None:
    answer = ada.get(f"/v1/exercises?q={quote(q)}")
    assert answer.status_code == 200
    assert len(answer.json["items"]) == (len(slugs(ada, "q=s")) if q == "\u017f" else 0)


def test_an_exercise_shows_its_steps_as_cards_and_its_evidence_in_full(ada: Person) -> None:
    exercise = ada.get("/v1/exercises/wall_squat_60").json
    assert exercise["name"] == "Wall squat hold, 0-60 degrees"
    assert exercise["progressions"] == [
        {"slug": "spanish_squat_hold", "name": "Spanish squat hold", "pfj_load": "high"}
    ]
    assert [card["slug"] for card in exercise["regressions"]] == ["wall_squat_40"]
    assert [(r["key"], r["grade"]) for r in exercise["evidence"]] == [
        ("sportshealth2010", "D"),
        ("hart2022_list", "D"),
        ("harvie2011", "B"),
    ]
    assert exercise["evidence"][2]["claim"] == REFERENCES["harvie2011"]["claim"]


def test_every_exercise_and_every_reference_can_be_read(ada: Person) -> None:
    for slug, told in EXERCISES.items():
        shown = ada.get(f"/v1/exercises/{slug}").json
        assert [card["slug"] for card in shown["progressions"]] == told["progressions"]
        assert [reference["key"] for reference in shown["evidence"]] == told["evidence"]
    for key in REFERENCES:
        assert ada.get(f"/v1/references/{key}").json["key"] == key


def test_a_reference_names_the_exercises_that_cite_it(ada: Person) -> None:
    shown = ada.get("/v1/references/powers2014").json
    citing = {slug for slug, told in EXERCISES.items() if "powers2014" in told["evidence"]}
    assert {card["slug"] for card in shown["exercises"]} == citing
    assert [card["name"] for card in shown["exercises"]] == sorted(card["name"] for card in shown["exercises"])
    assert ada.get("/v1/references/kujala1993").json["exercises"] == []


@pytest.mark.parametrize("name", ["no_such_thing", "Quad_Set", "%00", "%ff", "a" * 65, "quad%25set", "%F0%9F%92%AA"])
@pytest.mark.parametrize("kind", ["exercises", "references"])
def test_what_does_not_exist_is_not_found(ada: Person, kind: str, name: str) -> None:
    assert ada.get(f"/v1/{kind}/{name}").status_code == 404


PATHS = [
    "/v1/exercises",
    "/v1/exercises?limit=3&sort=-pfj_load",
    "/v1/exercises/quad_set",
    "/v1/exercise-groups",
    "/v1/references",
    "/v1/references/powers2014",
]


@pytest.mark.parametrize("path", PATHS)
def test_whoever_has_it_already_is_told_so(ada: Person, path: str) -> None:
    first = ada.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    again = ada.get(path, **{"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert ada.get(path, **{"If-None-Match": '"something else"'}).data == first.data


def test_the_library_is_the_same_for_everyone(people: People) -> None:
    asking = [people.patient(), people.therapist(), people.admin()]
    for path in PATHS:
        assert len({person.get(path).headers["ETag"] for person in asking}) == 1


def test_different_pages_have_different_tags(ada: Person) -> None:
    tags = [ada.get(path).headers["ETag"] for path in [*PATHS, "/v1/exercises?sort=-name", "/v1/exercises?group=core"]]
    assert len(set(tags)) == len(tags)


def test_loading_the_seeds_again_changes_no_tag(ada: Person, database: Database) -> None:
    before = [ada.get(path).headers["ETag"] for path in PATHS]
    with database.writing.begin() as db:
        load(db)
    assert [ada.get(path).headers["ETag"] for path in PATHS] == before


@pytest.mark.parametrize("path", PATHS)
def test_the_library_is_for_people_who_are_logged_in(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/v1/exercises", "/v1/references"])
def test_a_larger_page_takes_no_more_statements(ada: Person, database: Database, path: str) -> None:
    counted = []
    for limit in (1, 7, 80):
        with statements(database) as said:
            assert len(items(ada, f"{path}?limit={limit}")) == limit
        counted.append(len(said))
    assert counted == [counted[0]] * 3
    assert 2 <= counted[0] <= 4


def test_an_exercise_with_many_links_takes_no_more_statements(ada: Person, database: Database) -> None:
    def links(slug: str) -> int:
        return sum(len(EXERCISES[slug][name]) for name in ("progressions", "regressions", "evidence"))

    counted = []
    for slug in (min(EXERCISES, key=links), max(EXERCISES, key=links)):
        with statements(database) as said:
            ada.get(f"/v1/exercises/{slug}")
        counted.append(len(said))
    assert counted[0] == counted[1] <= 6


def test_the_document_says_that_a_filter_may_be_repeated(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").json
    said = {p["name"]: p for p in document["paths"]["/v1/exercises"]["get"]["parameters"] if p["in"] == "query"}
    assert set(said) == {name for name, _, _ in FILTERS} | {
        "review_status",
        "sort",
        "limit",
        "cursor",
        "register",
        "origin",
    }
    repeated = {name for name, p in said.items() if p["schema"]["type"] == "array"}
    assert all((said[name]["style"], said[name]["explode"]) == ("form", True) for name in repeated)
    assert set(said) - repeated == {
        "q",
        "register",
        "sort",
        "limit",
        "cursor",
        "min_peak_knee_flexion_deg",
        "max_peak_knee_flexion_deg",
    }
    assert said["group"]["schema"]["items"]["enum"][0] == "vmo_quadriceps"


@pytest.mark.parametrize("name", ["Exercise", "ExerciseInFull", "Reference", "Dosage", "ExerciseCard"])
def test_the_document_promises_every_member(app: Flask, name: str) -> None:
    schema = app.test_client().get("/openapi.json").json["components"]["schemas"][name]
    assert set(schema["required"]) == set(schema["properties"])


def test_a_parameter_with_one_value_is_given_once(people: People) -> None:
    answer = people.patient().get("/v1/exercises?limit=1&limit=5")
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "limit")


def test_a_phone_may_keep_the_library_and_asks_again_with_its_tag(people: People) -> None:
    ada = people.patient()
    assert ada.get("/v1/exercises").headers["Cache-Control"] == "private, no-cache"
    assert ada.get("/v1/me").headers["Cache-Control"] == "no-store"
