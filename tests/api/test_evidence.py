"""Claims, questions and articles over HTTP: side by side, in two languages and registers, reviewed by name."""

from __future__ import annotations

import tomllib
from typing import Any
from uuid import uuid4

import pytest

from app.db.engine import Database
from seeds.load import LIBRARY
from tests.api.test_library import statements
from tests.builders.people import People, Person

CLAIMS = tomllib.loads((LIBRARY / "claims.toml").read_text(encoding="utf-8"))
READERS = [(language, register) for language in ("en", "de") for register in ("patient", "clinician")]


@pytest.fixture
def ada(people: People) -> Person:
    """Somebody who is logged in."""
    return people.patient()


def told(person: Person, path: str, language: str = "en", register: str = "clinician") -> Any:
    """Return the answer of a path for one reader."""
    join = "&" if "?" in path else "?"
    return person.get(f"{path}{join}register={register}", **{"Accept-Language": language})


def review(person: Person, slug: str, status: str, revision: str | None = None, **said: Any) -> Any:
    """Take a step in the review of a claim."""
    revision = revision or told(person, f"/v1/claims/{slug}").json["revision"]
    return person.post(f"/v1/claims/{slug}/review", {"revision": revision, "status": status, "reason": "read", **said})


# Side by side


def test_every_question_has_competing_claims_in_the_order_of_the_seeds(ada: Person) -> None:
    items = told(ada, "/v1/evidence-questions").json["items"]
    assert [item["slug"] for item in items] == list(CLAIMS)
    for item in items:
        assert [claim["slug"] for claim in item["claims"]] == [one["slug"] for one in CLAIMS[item["slug"]]["claims"]]
        assert len(item["claims"]) >= 2


@pytest.mark.parametrize(
    "question",
    [
        *("hip_weakness", "session_counts", "vmo_separable", "weekly_ten_percent"),
        *("hard_surfaces", "dry_needling", "supports"),
    ],
)
def test_what_sources_differ_on_is_there(ada: Person, question: str) -> None:
    assert told(ada, f"/v1/evidence-questions/{question}").json["slug"] == question


def test_a_claim_says_its_references_their_grade_and_how_far_they_were_read(ada: Person) -> None:
    claim = told(ada, "/v1/claims/pain_limit_two").json
    assert (claim["question"], claim["grade"], claim["basis"]) == ("running_pain_limit", "A", "read")
    assert [reference["key"] for reference in claim["references"]] == ["esculier2018", "trek_pfp_runners"]
    assert {(one["grade"], one["basis"], one["review_status"]) for one in claim["references"]} == {
        ("A", "read", "approved"),
        ("D", "read", "approved"),
    }


def test_claims_are_filtered_and_paged(ada: Person) -> None:
    def slugs(query: str) -> list[str]:
        return [claim["slug"] for claim in told(ada, f"/v1/claims?limit=1000&{query}").json["items"]]

    everything = slugs("")
    assert len(everything) == 37
    assert everything == sorted(everything)
    assert slugs("question=vmo_separable") == ["vmo_comes_late", "vmo_not_on_its_own", "vmo_or_general_both_help"]
    assert slugs("reference=rabelo2018") == ["hip_weakness_follows"]
    assert "hip_weakness_follows" not in slugs("reference=rabelo20_8")
    assert slugs("q=hüftschwäche") == ["hip_weakness_follows"]
    assert slugs("review_status=approved&question=subgroups") == []
    paged, cursor = [], ""
    while cursor is not None:
        page = told(ada, f"/v1/claims?limit=10{cursor and f'&cursor={cursor}'}").json
        paged += [claim["slug"] for claim in page["items"]]
        cursor = page["next_cursor"]
    assert paged == everything


def test_a_cursor_of_another_question_is_refused(ada: Person) -> None:
    cursor = told(ada, "/v1/claims?limit=1").json["next_cursor"]
    answer = told(ada, f"/v1/claims?limit=1&q=knee&cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("path", ["/v1/claims/nobody", "/v1/evidence-questions/nobody", "/v1/articles/nobody"])
def test_what_does_not_exist_is_not_found(ada: Person, path: str) -> None:
    assert told(ada, path).status_code == 404


# Languages and registers


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/claims", "/v1/claims/vmo_comes_late", "/v1/evidence-questions/vmo_separable", "/v1/articles/causes"),
        *("/v1/exercises", "/v1/exercises/bird_dog", "/v1/exercise-groups", "/v1/evidence-questions", "/v1/articles"),
    ],
)
def test_an_answer_says_its_language_and_has_a_tag_of_its_own(ada: Person, path: str) -> None:
    answers = [told(ada, path, *reader) for reader in READERS]
    assert [answer.headers["Content-Language"] for answer in answers] == ["en", "en", "de", "de"]
    assert all("Accept-Language" in answer.headers["Vary"] for answer in answers)
    tags = [answer.headers["ETag"] for answer in answers]
    assert len(set(tags)) == 4
    again = ada.get(f"{path}?register=patient", **{"Accept-Language": "de", "If-None-Match": tags[2]})
    assert (again.status_code, again.data) == (304, b"")
    other = ada.get(f"{path}?register=patient", **{"Accept-Language": "en", "If-None-Match": tags[2]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB,de;q=0.5", "en"), ("fr", "en"), ("", "en"), ("*", "en")],
)
def test_the_language_is_the_one_that_the_person_likes_best(ada: Person, accepted: str, language: str) -> None:
    assert ada.get("/v1/claims", **{"Accept-Language": accepted}).headers["Content-Language"] == language


def test_an_exercise_is_told_in_the_words_of_its_reader(ada: Person) -> None:
    german, english = (told(ada, "/v1/exercises/clamshell", language, "patient").json for language in ("de", "en"))
    assert (german["name"], english["name"]) == ("Muschel", "Clamshell")
    assert german["note"].startswith("Legen Sie sich mit gebeugten Knien")
    assert english["note"].startswith("Lie on your side")
    assert german["progressions"][0]["name"] == "Muschel mit Band"
    assert told(ada, "/v1/exercises/clamshell", "de").json["note"] == "Becken ruhig halten, kleine Bewegung."


def test_names_are_sorted_in_the_language_they_are_told_in(ada: Person) -> None:
    for language in ("de", "en"):
        page = told(ada, "/v1/exercises?sort=name&limit=1000", language).json["items"]
        names = [exercise["name"] for exercise in page]
        assert names == sorted(names, key=str.casefold)


def test_an_exercise_is_found_by_its_german_name(ada: Person) -> None:
    found = told(ada, "/v1/exercises?q=muschel&limit=1000").json["items"]
    assert {"clamshell", "clamshell_band", "side_plank_clamshell"} == {one["slug"] for one in found}


def test_the_library_stream_brings_every_language_to_the_phone(ada: Person) -> None:
    changes = ada.get("/v1/sync/library/changes?limit=1000").json["changes"]
    by_id = {(change["collection"], change["id"]): change["data"] for change in changes}
    assert by_id["exercises", "clamshell"]["german"]["name"] == "Muschel"
    assert by_id["claims", "vmo_comes_late"]["statement"].keys() == {"en", "de"}
    assert by_id["articles", "causes"]["paragraphs"][0]["text"]["de"].keys() == {"patient", "clinician"}
    assert ("evidence_questions", "vmo_separable") in by_id


# Articles


def test_every_article_has_grounds_under_each_paragraph(ada: Person) -> None:
    slugs = [item["slug"] for item in told(ada, "/v1/articles").json["items"]]
    assert slugs == [
        *("causes", "differential_diagnosis", "when_to_see_a_physician", "treatments_compared", "before_a_treatment"),
        *("load_and_running", "pain_while_exercising", "shoes_orthoses_taping", "three_stages", "returning_to_running"),
    ]
    for slug in slugs:
        article = told(ada, f"/v1/articles/{slug}", "de", "patient").json
        assert all(paragraph["references"] or paragraph["claims"] for paragraph in article["paragraphs"])


# Review


def test_what_nobody_has_approved_is_shown_with_a_caution(ada: Person) -> None:
    claim = told(ada, "/v1/claims/surface_same_for_the_joint", "de", "patient").json
    assert claim["review_status"] == "submitted"
    assert claim["caution"].startswith("Diesen Text hat noch niemand geprüft")
    assert told(ada, "/v1/articles/causes").json["caution"] is not None


def test_a_review_leads_from_submitted_over_under_review_to_approved(people: People) -> None:
    ines, slug = people.therapist(), "hip_weakness_follows"
    assert review(ines, slug, "under_review", reason="taking it").status_code == 200
    done = review(ines, slug, "approved", reason="read the paper")
    assert (done.status_code, done.json["review_status"], done.json["caution"]) == (200, "approved", None)
    steps = [(step["from_status"], step["to_status"], step["reason"]) for step in done.json["reviews"]][-2:]
    assert steps == [
        ("submitted", "under_review", "taking it"),
        ("under_review", "approved", "read the paper"),
    ]
    assert {step["reviewer_name"] for step in done.json["reviews"]} == {"Test Person"}
    changes = ines.get("/v1/sync/library/changes?limit=1000").json["changes"]
    assert next(one for one in changes if one["id"] == slug)["data"]["review_status"] == "approved"
    for status in ("under_review", "submitted"):
        assert review(ines, slug, status).status_code == 200


@pytest.mark.parametrize("status", ["approved", "submitted"])
def test_no_step_is_left_out(people: People, status: str) -> None:
    answer = review(people.admin(), "pain_limit_five", status)
    assert (answer.status_code, answer.json["code"]) == (409, "no_such_step")


def test_a_review_is_about_the_words_that_were_read(people: People) -> None:
    answer = review(people.therapist(), "pain_limit_five", "under_review", revision="older words")
    assert (answer.status_code, answer.json["code"]) == (409, "words_changed")


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": " "}, {"reason": None}, {"status": "true"}, {"revision": 1}, {"extra": 1}]
)
def test_a_review_says_where_and_why(people: People, wrong: dict[str, Any]) -> None:
    answer = review(people.therapist(), "pain_limit_five", "under_review", **wrong) if "status" not in wrong else None
    answer = answer or review(people.therapist(), "pain_limit_five", wrong["status"])
    assert answer.status_code == 422
    assert told(people.patient(), "/v1/claims/pain_limit_five").json["review_status"] == "submitted"


def test_patients_do_not_review(ada: Person) -> None:
    assert review(ada, "pain_limit_five", "under_review").status_code == 403


def test_an_article_is_reviewed_in_the_same_way(people: People) -> None:
    ines = people.therapist()
    revision = told(ines, "/v1/articles/three_stages").json["revision"]
    body = {"revision": revision, "status": "under_review", "reason": str(uuid4())}
    done = ines.post("/v1/articles/three_stages/review", body)
    assert (done.status_code, done.json["review_status"]) == (200, "under_review")
    assert done.json["reviews"][-1]["reason"] == body["reason"]
    assert ines.post("/v1/articles/three_stages/review", {**body, "status": "submitted"}).status_code == 200


# Cost


@pytest.mark.parametrize("path", ["/v1/claims?limit={}", "/v1/exercises?limit={}"])
def test_a_large_page_takes_as_many_statements_as_a_small_one(ada: Person, database: Database, path: str) -> None:
    taken = []
    for limit in (1, 30):
        with statements(database) as said:
            assert len(ada.get(path.format(limit)).json["items"]) == limit
        taken.append(len(said))
    assert taken[0] == taken[1]
