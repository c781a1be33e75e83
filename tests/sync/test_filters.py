"""Filters: what a device leaves out stays as it is; only a consent that ended drops anything."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from app.sync.registry import COLLECTIONS
from tests.builders.devices import Json, Phone, a_run, a_score, a_session, digest_of, erase, fold, patch, put
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST
from tests.sync.test_pull import collections_of, filled, purge, refusal, regrant
from tests.sync.test_push import data_of

LIMITS = [1, 2, 3, 7, 1000]


def dropped(pages: list[Json]) -> list[str]:
    """Return the collections that the reader was told to drop."""
    return [told["collection"] for page in pages for told in page["directives"]]


def changed_meanwhile(phone: Phone, new: list[Json]) -> set[str]:
    """Create, edit and delete records of every kind; return the ids."""
    last = new[-12:]
    edits = [patch(op["collection"], {"note": "meanwhile"}, op["id"], op["op_id"]) for op in last[:4]]
    gone = [erase(op["collection"], op["id"], op["op_id"]) for op in last[4:8]]
    fresh = [put("sessions", a_session(40)), put("runs", a_run(41)), put("pain_scores", a_score(42))]
    assert {result["status"] for result in phone.push(*edits, *gone, *fresh)} == {"applied"}
    return {op["id"] for op in [*edits, *gone, *fresh]}


def test_a_filter_may_name_several_collections(phone: Phone) -> None:
    filled(phone)
    for asked in (["runs", "sessions"], "runs,sessions", ["runs", "sessions", "unknown"]):
        assert collections_of(phone.pages(collections=asked)) == {"runs", "sessions"}


def test_a_narrower_filter_drops_nothing(phone: Phone) -> None:
    filled(phone)
    all_of_it = phone.pages()
    for asked in ("runs", "runs,sessions", "unknown", "pain_scores"):
        narrow = phone.pages(all_of_it[-1]["cursor"], collections=asked)
        assert (dropped(narrow), fold(narrow)) == ([], {})


@pytest.mark.parametrize("limit", LIMITS)
def test_what_was_left_out_is_brought_up_to_date_when_it_is_asked_for_again(phone: Phone, limit: int) -> None:
    new = filled(phone)
    all_of_it = phone.pages()
    narrow = phone.pages(all_of_it[-1]["cursor"], collections="runs")
    touched = changed_meanwhile(phone, new)
    narrow += phone.pages(narrow[-1]["cursor"], collections="runs", limit=limit)
    assert collections_of(narrow) == {"runs"}
    wide = phone.pages(narrow[-1]["cursor"], limit=limit)
    held = fold([*narrow, *wide], fold(all_of_it))
    assert held == fold(phone.pages())
    assert digest_of(held, COLLECTIONS) == phone.digest()
    assert dropped([*narrow, *wide]) == []
    assert all(len(page["changes"]) == limit for page in wide[:-1])
    sent_again = {change["id"] for page in wide for change in page["changes"]} - touched
    assert sent_again <= {row for name, row in held if name == "advice"}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_joins_is_filled_up(phone: Phone, limit: int) -> None:
    filled(phone)
    narrow = phone.pages(collections="runs")
    wide = phone.pages(narrow[-1]["cursor"], limit=limit)
    assert fold([*narrow, *wide]) == fold(phone.pages())
    assert all(len(page["changes"]) == limit for page in wide[:-1])


@pytest.mark.parametrize("limit", [1, 4, 5, 6, 1000])
@SQLITE_FIRST
def test_what_joins_is_filled_up_while_other_things_change(phone: Phone, limit: int) -> None:
    new = filled(phone)
    first = phone.pages(collections="runs")
    cursor, held = first[-1]["cursor"], fold(first)
    touched = iter(new[12:])
    for _ in range(500):
        page = phone.pull(cursor=cursor, limit=limit)
        held, cursor = fold([page], held), page["cursor"]
        op = next(touched, None)
        if op is not None:
            kind, row, ver = op["collection"], op["id"], op["op_id"]
            phone.push(erase(kind, row, ver) if kind == "sessions" else patch(kind, {"note": "now"}, row, ver))
        elif not page["has_more"]:
            break
    assert held == fold(phone.pages())


def test_what_joins_in_the_middle_of_a_first_sync_brings_nothing_back_that_was_deleted(phone: Phone) -> None:
    early, late = put("sessions", a_session(1)), [put("runs", a_run(day)) for day in range(5)]
    phone.push(early, *late, erase("sessions", early["id"], early["op_id"]))
    first = phone.pull(collections="runs", limit=2)
    assert fold([first, *phone.pages(first["cursor"])]) == fold(phone.pages())


def test_what_was_left_out_in_the_middle_of_a_first_sync_is_gone_on_with(phone: Phone) -> None:
    new = filled(phone)
    first = phone.pull(limit=6)
    narrow = phone.pages(first["cursor"], collections="runs")
    changed_meanwhile(phone, new)
    narrow += phone.pages(narrow[-1]["cursor"], collections="runs", limit=1)
    assert fold([first, *narrow, *phone.pages(narrow[-1]["cursor"], limit=5)]) == fold(phone.pages())


def test_one_collection_after_another_may_be_left_out_and_come_back(phone: Phone) -> None:
    new = filled(phone)
    pages, asked = phone.pages(), sorted(COLLECTIONS)
    for day in range(len(COLLECTIONS) - 1):
        asked.pop()
        phone.push(put("runs", a_run(50 + day)))
        pages += phone.pages(pages[-1]["cursor"], collections=asked)
    changed_meanwhile(phone, new)
    for name in sorted(COLLECTIONS):
        asked.append(name)
        pages += phone.pages(pages[-1]["cursor"], collections=asked, limit=9)
    assert fold(pages) == fold(phone.pages())


def test_what_was_left_out_for_longer_than_deletions_are_kept_starts_again(phone: Phone, database: Database) -> None:
    new = filled(phone)
    cursor = phone.pages(phone.pages()[-1]["cursor"], collections="runs")[-1]["cursor"]
    changed_meanwhile(phone, new)
    cursor = phone.pages(cursor, collections="runs")[-1]["cursor"]
    purge(database, phone, phone.pull()["head"])
    assert phone.pull(cursor=cursor, collections="runs")["changes"] == []
    assert refusal(phone.ask(cursor=cursor)) == (410, "resync_required", "purged")


@pytest.fixture
def therapist(people: People) -> Person:
    """A therapist."""
    return people.therapist()


def test_what_left_the_consent_is_dropped_also_while_it_is_left_out(phone: Phone, therapist: Person) -> None:
    new = filled(phone)
    regrant(phone, therapist, "sessions.read", "pain.read")
    theirs = Phone(therapist, phone.person.id)
    pages = theirs.pages()
    pages += theirs.pages(pages[-1]["cursor"], collections="runs")
    assert dropped(pages) == []
    regrant(phone, therapist, "sessions.read")
    narrow = theirs.pages(pages[-1]["cursor"], collections="runs")
    assert dropped(narrow) == ["measurements", "pain_scores", "questionnaire_responses", "red_flags"]
    regrant(phone, therapist, "sessions.read", "pain.read")
    changed_meanwhile(phone, new)
    wide = theirs.pages(narrow[-1]["cursor"], limit=4)
    assert dropped(wide) == []
    assert fold([*pages, *narrow, *wide]) == fold(theirs.pages())


def test_free_text_that_was_opened_while_a_collection_was_left_out_comes_with_it(
    phone: Phone, therapist: Person
) -> None:
    new = filled(phone)
    regrant(phone, therapist, "sessions.read")
    theirs = Phone(therapist, phone.person.id)
    pages = theirs.pages()
    pages += theirs.pages(pages[-1]["cursor"], collections="runs")
    regrant(phone, therapist, "sessions.read", "notes.read")
    changed_meanwhile(phone, new)
    pages += theirs.pages(pages[-1]["cursor"], collections="runs", limit=3)
    pages += theirs.pages(pages[-1]["cursor"], limit=3)
    assert fold(pages) == fold(theirs.pages())
    session = next(op for op in new if op["collection"] == "sessions" and ("sessions", op["id"]) in fold(pages))
    assert fold(pages)["sessions", session["id"]]["data"]["note"] == data_of(phone, session["id"])["note"]


SCOPES = ["sessions.read", "pain.read", "notes.read", "advice.read"]
SOME = st.lists(st.sampled_from(["sessions", "runs", "pain_scores", "check_ins", "advice"]), unique=True, max_size=3)
STEP = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 7)),
    st.tuples(st.just("delete"), st.integers(0, 7)),
    st.tuples(st.just("grant"), st.lists(st.sampled_from(SCOPES), unique=True, min_size=1)),
    st.tuples(st.just("pull"), st.tuples(SOME, st.sampled_from([1, 2, 5, 100]))),
)


def do(phone: Phone, held: list[Json], step: tuple[str, Any]) -> None:
    """Write or delete a record of the patient."""
    kind, which = step
    if kind == "write" or not held:
        name, record = [("sessions", a_session), ("runs", a_run), ("pain_scores", a_score)][which % 3]
        held.append(put(name, record(which, note=f"note {which}")))
        phone.push(held[-1])
    else:
        op = held.pop(which % len(held))
        phone.push(erase(op["collection"], op["id"], op["op_id"]))


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEP, max_size=14))
def test_a_copy_is_whole_in_the_end_whatever_was_left_out_and_opened_meanwhile(app: Flask, steps: Any) -> None:
    people = People(app)
    phone, therapist = Phone(people.patient()), people.therapist()
    theirs, own, held, cursor = Phone(therapist, phone.person.id), [], {}, None
    regrant(phone, therapist, *SCOPES)
    filled(phone, days=2)
    for kind, what in [*steps, ("pull", ([], 3))]:
        if kind == "grant":
            regrant(phone, therapist, *what)
        elif kind == "pull":
            asked = {"collections": what[0]} if what[0] else {}
            page = theirs.pull(limit=what[1], **asked, **({"cursor": cursor} if cursor else {}))
            held, cursor = fold([page], held), page["cursor"]
        else:
            do(phone, own, (kind, what))
    assert fold(theirs.pages(cursor), held) == fold(theirs.pages())
