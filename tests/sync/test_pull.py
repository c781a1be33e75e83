"""Pull: whoever follows the cursor holds what the server holds, whatever happens in between."""

from __future__ import annotations

import base64
import itertools
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.db.engine import Database
from app.db.synced import SyncChange, SyncStream
from app.kernel.clock import now
from app.sync.registry import COLLECTIONS
from app.sync.service import streams
from tests.builders.devices import (
    WRITTEN,
    Phone,
    a_check_in,
    a_measurement,
    a_response,
    a_run,
    a_score,
    a_session,
    a_skip,
    a_treatment,
    digest_of,
    erase,
    fold,
    patch,
    put,
)
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.sync.test_push import linked, stored

SOON = timedelta(minutes=1)


def filled(phone: Phone, days: int = 8) -> list[dict[str, Any]]:
    """Push records of all kinds, edit one of each kind, delete another; return the operations that created them."""
    makers = {"sessions": a_session, "runs": a_run, "pain_scores": a_score, "check_ins": a_check_in}
    makers["treatments"] = a_treatment
    outcomes = {"questionnaire_responses": a_response, "measurements": a_measurement}
    new = [
        put(name, make(day, note=f"{name} {day}"))
        for told in (makers, outcomes)
        for day in range(days)
        for name, make in told.items()
    ]
    edits = [patch(op["collection"], {"note": "edited"}, op["id"], op["op_id"]) for op in new[:5] + new[-2:]]
    gone = [erase(op["collection"], op["id"], op["op_id"]) for op in new[5:10] + new[-4:-2]]
    assert {result["status"] for result in phone.push(*new, *edits, *gone)} == {"applied"}
    return new


def seqs(pages: list[dict[str, Any]]) -> list[int]:
    """Return the numbers in the order they came."""
    return [change["seq"] for page in pages for change in page["changes"]]


def refusal(answer: Any) -> tuple[int, Any, Any]:
    """Return status, code and reason."""
    return answer.status_code, answer.json.get("code"), answer.json.get("reason")


# Paging


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_pages_of_any_size_fold_to_the_same_state_in_the_order_of_numbers(phone: Phone, limit: int) -> None:
    filled(phone)
    pages = phone.pages(limit=limit)
    assert fold(pages) == fold(phone.pages(limit=1000))
    assert seqs(pages) == sorted(set(seqs(pages)))
    assert all(len(page["changes"]) == limit for page in pages[:-1])
    assert pages[-1]["through"] == pages[-1]["head"]
    cursors = [page["int_cursor"] for page in pages]
    assert cursors == sorted(cursors)
    assert cursors[0] > 0
    assert cursors[-1] < 2**53


def test_there_is_no_more_when_the_last_page_is_exactly_full(phone: Phone) -> None:
    phone.push(*(put("sessions", a_session(day)) for day in range(6)))
    for limit, expected in ((3, [3, 3]), (6, [6]), (2, [2, 2, 2])):
        assert [len(page["changes"]) for page in phone.pages(limit=limit)] == expected


def test_a_row_that_changes_while_paging_comes_again_and_is_never_skipped(phone: Phone) -> None:
    new = filled(phone)
    held, cursor, expected = {}, None, {}
    edits = iter(new[10:])
    for _ in range(200):
        page = phone.pull(limit=3, **({"cursor": cursor} if cursor else {}))
        held, cursor = fold([page], held), page["cursor"]
        op = next(edits, None)
        if op is not None:
            change = patch(op["collection"], {"note": "meanwhile"}, op["id"], op["op_id"])
            gone = erase(op["collection"], op["id"], op["op_id"])
            phone.push(change if op["collection"] != "runs" else gone)
        elif not page["has_more"]:
            break
    expected = fold(phone.pages(limit=1000))
    assert held == expected


def test_the_first_sync_leaves_tombstones_out_and_later_ones_bring_them(phone: Phone) -> None:
    new = filled(phone)
    pages = phone.pages(limit=5)
    assert not any(change["deleted"] for page in pages for change in page["changes"])
    phone.push(erase("runs", new[11]["id"], new[11]["op_id"]))
    (later,) = phone.pages(pages[-1]["cursor"])
    assert [(change["id"], change["data"]) for change in later["changes"] if change["deleted"]] == [
        (new[11]["id"], None)
    ]


def test_a_row_deleted_during_the_first_sync_is_reported_as_deleted(phone: Phone) -> None:
    new = filled(phone)
    first = phone.pull(limit=40)
    victim = first["changes"][0]
    phone.push(erase(victim["collection"], victim["id"], victim["ver"]))
    assert new
    rest = phone.pages(first["cursor"], limit=5)
    assert (victim["collection"], victim["id"]) not in fold([first, *rest])


def test_every_field_that_the_schema_knows_is_there_and_null_when_empty(phone: Phone) -> None:
    phone.push(put("runs", a_run()), put("check_ins", a_check_in()), put("pain_scores", a_score()))
    phone.push(put("sessions", a_session()))
    for change in phone.pull()["changes"]:
        known = COLLECTIONS[change["collection"]]
        if change["collection"] in WRITTEN:
            assert set(change["data"]) >= known.known_to(2)
    old = {change["collection"]: change["data"] for change in phone.pull(schema=1)["changes"]}
    assert "shoes" not in old["runs"]
    assert not {"mood", "stress"} & set(old["check_ins"])


@pytest.mark.parametrize("letter", ["n", "\u00fc", "\U0001f9b5"])
def test_a_page_never_grows_beyond_a_mebibyte(phone: Phone, letter: str) -> None:
    sets = [{"exercise": "e" * 80, "repetitions": 1} for _ in range(200)]
    for start in range(0, 60, 10):
        phone.push(*(put("sessions", a_session(start + n, note=letter * 4000, sets=sets)) for n in range(10)))
    answers, cursor = [], None
    while True:
        answers.append(phone.ask(limit=1000, **({"cursor": cursor} if cursor else {})))
        cursor = answers[-1].json["cursor"]
        if not answers[-1].json["has_more"]:
            break
    assert len(answers) > 1
    assert max(len(answer.data) for answer in answers) <= 1 << 20
    assert len(fold(answer.json for answer in answers)) == 60


def test_nothing_new_is_an_empty_page_with_a_cursor_that_goes_on(phone: Phone) -> None:
    filled(phone)
    first = phone.pages()[-1]
    second = phone.pull(cursor=first["cursor"])
    assert (second["changes"], second["has_more"], second["int_cursor"]) == ([], False, first["int_cursor"])


def test_an_empty_stream_has_a_positive_int_cursor_that_can_be_gone_on_from(phone: Phone) -> None:
    since = phone.pull()["int_cursor"]
    assert since > 0
    op = put("sessions", a_session())
    phone.push(op)
    assert [change["id"] for change in phone.pull(since=since)["changes"]] == [op["id"]]


# Cursors


def test_a_cursor_of_somebody_else_is_refused(phone: Phone, people: People) -> None:
    other = Phone(people.patient())
    assert refusal(other.ask(cursor=phone.pull()["cursor"]))[:2] == (400, "bad_cursor")
    therapist = people.therapist()
    linked(phone, therapist, "sessions.read")
    assert refusal(Phone(therapist, phone.person.id).ask(cursor=phone.pull()["cursor"]))[:2] == (400, "bad_cursor")


def test_an_edited_cursor_is_refused(phone: Phone) -> None:
    cursor = phone.pull()["cursor"]
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[-2] ^= 1
    edited = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    for wrong in (edited, cursor[:-4], "x", "\u00fc", "A" * 2000):
        assert refusal(phone.ask(cursor=wrong))[:2] == (400, "bad_cursor")


def begin_epoch(database: Database, phone: Phone) -> None:
    """Begin a new epoch, as a restore does."""
    with database.writing.begin() as db:
        streams.begin_epoch(db, phone.person.id)


def purge(database: Database, phone: Phone, up_to: int) -> None:
    """Forget tombstones and replaced versions up to a number."""
    with database.writing.begin() as db:
        streams.purge(db, phone.person.id, up_to)


def test_after_a_new_epoch_every_cursor_starts_again_and_numbers_never_go_back(
    phone: Phone, database: Database
) -> None:
    filled(phone)
    held, seen = fold(phone.pages()), []
    for _ in range(3):
        before = phone.pages()[-1]
        seen.append(before["int_cursor"])
        begin_epoch(database, phone)
        assert refusal(phone.ask(cursor=before["cursor"])) == (410, "resync_required", "epoch")
        assert refusal(phone.ask(since=before["int_cursor"])) == (410, "resync_required", "generation")
        assert phone.pull()["epoch"] != before["epoch"]
    seen.append(phone.pages()[-1]["int_cursor"])
    assert seen == sorted(set(seen))
    assert fold(phone.pages()) == held


def test_after_a_purge_old_cursors_start_again_and_what_lives_is_all_there(phone: Phone, database: Database) -> None:
    new = filled(phone)
    early = phone.pull(limit=5)
    old = phone.pull(limit=1000, cursor=early["cursor"])
    phone.push(erase("runs", new[11]["id"], new[11]["op_id"]))
    state, head = fold(phone.pages()), phone.pull()["head"]
    purge(database, phone, head)
    for asked in ({"cursor": early["cursor"]}, {"cursor": old["cursor"]}, {"since": old["int_cursor"]}):
        assert refusal(phone.ask(**asked)) == (410, "resync_required", "purged")
    assert fold(phone.pages(limit=3)) == state == fold(phone.pages())


def test_a_purge_leaves_a_first_sync_that_needs_nothing_of_it_alone(phone: Phone, database: Database) -> None:
    filled(phone)
    first = phone.pull(limit=5)
    purge(database, phone, first["head"] - 1)
    assert fold([first, *phone.pages(first["cursor"], limit=5)]) == fold(phone.pages())


def test_a_purge_beyond_the_head_stops_at_it(phone: Phone, database: Database) -> None:
    filled(phone)
    purge(database, phone, 10**9)
    op = put("sessions", a_session(20))
    cursor = phone.pages()[-1]["cursor"]
    phone.push(op)
    assert [change["id"] for change in phone.pull(cursor=cursor)["changes"]] == [op["id"]]


def test_numbers_have_no_gap_from_the_floor_to_the_head(phone: Phone, database: Database) -> None:
    new = filled(phone)
    assert numbers(database, phone) == list(range(2, phone.pull()["head"] + 1))
    floor = phone.pull()["head"]
    purge(database, phone, floor)
    phone.push(erase("runs", new[11]["id"], new[11]["op_id"]), put("runs", a_run(30)))
    head = phone.pull()["head"]
    assert [seq for seq in numbers(database, phone) if seq > floor] == list(range(floor + 1, head + 1))


def numbers(database: Database, phone: Phone) -> list[int]:
    """Return the numbers of all kept versions, in order."""
    with database.reading() as db:
        statement = select(SyncChange.seq).where(SyncChange.patient_id == phone.person.id).order_by(SyncChange.seq)
        return list(db.execute(statement).scalars())


def collections_of(pages: list[dict[str, Any]]) -> set[str]:
    """Return the collections that changes came of."""
    return {change["collection"] for page in pages for change in page["changes"]}


# Consent


@pytest.fixture
def therapist(people: People) -> Person:
    """A therapist."""
    return people.therapist()


def regrant(phone: Phone, therapist: Person, *scopes: str) -> None:
    """End what the therapist holds and grant anew with these scopes."""
    for link in phone.person.get("/v1/patients/{me}/care-links").json["items"]:
        phone.person.send("DELETE", f"/v1/patients/{{me}}/care-links/{link['id']}")
    linked(phone, therapist, *scopes)


BY_SCOPE = {
    "sessions.read": {"sessions", "runs", "check_ins", "treatments", "skips", "intakes"},
    "pain.read": {"pain_scores", "red_flags", "questionnaire_responses", "measurements"},
    "notes.read": set(),
    "advice.read": {"advice", "pauses", "policies", "overrides", "stage_proposals", "reviews"},
    "plan.write": {"pauses", "policies", "overrides", "programmes", "prescribed_exercises"},
    "message": {"messages", "message_marks"},
}


@pytest.mark.parametrize("scope", list(BY_SCOPE))
def test_a_scope_opens_its_collections_and_no_others(phone: Phone, therapist: Person, scope: str) -> None:
    phone.push(
        put("pain_scores", a_score(score=9)), put("check_ins", a_check_in(red_flags=["calf_swelling_or_breathless"]))
    )
    filled(phone)
    phone.push(put("skips", a_skip()))
    prescribed(phone.person, phone.person)
    linked(phone, therapist, scope)
    theirs = Phone(therapist, phone.person.id)
    assert collections_of(theirs.pages()) == BY_SCOPE[scope] & collections_of(phone.pages())
    assert set(theirs.digest()) == BY_SCOPE[scope]
    assert "care_links" in collections_of(phone.pages())


def test_a_copy_follows_the_consent_when_it_narrows_and_widens(phone: Phone, therapist: Person) -> None:
    filled(phone)
    theirs, held, cursor = Phone(therapist, phone.person.id), {}, None
    steps = [
        ["sessions.read", "pain.read"],
        ["sessions.read"],
        ["sessions.read", "notes.read"],
        ["pain.read", "notes.read", "advice.read"],
        ["message"],
        ["sessions.read", "pain.read", "advice.read", "notes.read"],
    ]
    for step, limit in zip(steps, itertools.cycle([4, 1000]), strict=False):
        regrant(phone, therapist, *step)
        pages = theirs.pages(cursor, limit=limit)
        held, cursor = fold(pages, held), pages[-1]["cursor"]
        assert held == fold(theirs.pages()), step
        blank = "notes.read" not in step
        assert all(not blank or row["data"].get("note") is None for row in held.values())


def test_free_text_is_blank_without_its_scope_and_comes_and_goes_with_it(phone: Phone, therapist: Person) -> None:
    run, _ = stored(phone, note="secret")
    theirs = Phone(therapist, phone.person.id)
    regrant(phone, therapist, "sessions.read")
    first = theirs.pages()
    assert fold(first)["runs", run]["data"]["note"] is None
    regrant(phone, therapist, "sessions.read", "notes.read")
    second = theirs.pages(first[-1]["cursor"])
    assert fold(second, fold(first))["runs", run]["data"]["note"] == "secret"
    regrant(phone, therapist, "sessions.read")
    third = theirs.pages(second[-1]["cursor"])
    assert fold(third, fold(second))["runs", run]["data"]["note"] is None


def test_a_withdrawn_consent_purges_the_copy_whatever_is_asked(phone: Phone, therapist: Person) -> None:
    link = linked(phone, therapist, "sessions.read")
    theirs = Phone(therapist, phone.person.id)
    page, etag = theirs.pull(), theirs.ask(cursor=theirs.pull()["cursor"]).headers["ETag"]
    phone.person.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}")
    for asked in ({}, {"cursor": page["cursor"]}, {"since": page["int_cursor"]}):
        answer = theirs.ask(**asked, etag=etag)
        assert (answer.status_code, answer.json["code"], answer.json["purge"]) == (403, "consent_revoked", True)


def test_an_int_cursor_from_before_a_change_of_consent_starts_again(phone: Phone, therapist: Person) -> None:
    regrant(phone, therapist, "sessions.read")
    theirs = Phone(therapist, phone.person.id)
    before = theirs.pull()["int_cursor"]
    regrant(phone, therapist, "pain.read")
    assert refusal(theirs.ask(since=before)) == (410, "resync_required", "generation")
    assert theirs.pull()["int_cursor"] > before


def test_an_int_cursor_from_before_one_of_two_links_ended_by_itself_starts_again(
    phone: Phone, therapist: Person
) -> None:
    theirs = two_links(phone, therapist)
    before = theirs.pages()[-1]["int_cursor"]
    assert theirs.pull(since=before)["changes"] == []
    with time_machine.travel(now() + 2 * SOON, tick=False):
        assert refusal(theirs.ask(since=before)) == (410, "resync_required", "generation")
        after = theirs.pages()
        assert "pain_scores" not in collections_of(after)
        assert theirs.pull(since=after[-1]["int_cursor"])["changes"] == []
        assert before < after[-1]["int_cursor"] < 2**53


def two_links(phone: Phone, therapist: Person) -> Phone:
    """Let the therapist see sessions for long and pain for a minute; return their device."""
    filled(phone)
    linked(phone, therapist, "sessions.read", "notes.read")
    linked(phone, therapist, "pain.read", until=now() + SOON)
    return Phone(therapist, phone.person.id)


# Nothing new


def test_nothing_new_is_a_304_until_something_is_new(phone: Phone) -> None:
    filled(phone)
    cursor = phone.pages()[-1]["cursor"]
    answer = phone.ask(cursor=cursor)
    etag = answer.headers["ETag"]
    assert etag.startswith('W/"')
    same = phone.ask(cursor=cursor, etag=etag)
    assert (same.status_code, same.data) == (304, b"")
    phone.push(put("sessions", a_session(9)))
    assert phone.ask(cursor=cursor, etag=etag).status_code == 200


def test_a_tag_is_worth_nothing_after_a_purge_or_a_new_epoch(phone: Phone, database: Database) -> None:
    new = filled(phone)
    cursor = phone.pull(limit=3, collections="runs")["cursor"]
    cursor = phone.pages(cursor, collections="runs")[-1]["cursor"]
    phone.push(erase("runs", new[11]["id"], new[11]["op_id"]))
    etag = phone.ask(cursor=cursor).headers["ETag"]
    purge(database, phone, 10**9)
    assert phone.ask(cursor=cursor, etag=etag).status_code == 410
    begin_epoch(database, phone)
    assert phone.ask(cursor=cursor, etag=etag).status_code == 410


def test_a_tag_says_nothing_to_whoever_is_not_let_in(phone: Phone, people: People) -> None:
    cursor = phone.pull()["cursor"]
    etag = phone.ask(cursor=cursor).headers["ETag"]
    for person in (people.patient(), people.therapist()):
        assert Phone(person, phone.person.id).ask(cursor=cursor, etag=etag).status_code == 404
    assert phone.person.client.get(f"{phone.path}/changes", headers={"If-None-Match": etag}).status_code == 401


def test_a_tag_is_worth_nothing_when_one_of_two_links_ends_by_itself(phone: Phone, therapist: Person) -> None:
    theirs = two_links(phone, therapist)
    cursor = theirs.pages()[-1]["cursor"]
    etag = theirs.ask(cursor=cursor).headers["ETag"]
    with time_machine.travel(now() + 2 * SOON, tick=False):
        answer = theirs.ask(cursor=cursor, etag=etag)
    assert answer.status_code == 200
    assert {told["collection"] for told in answer.json["directives"]} == BY_SCOPE["pain.read"]


# Digest, config


def test_the_digest_is_what_a_client_computes_from_what_it_holds(phone: Phone) -> None:
    assert phone.digest() == digest_of({}, COLLECTIONS)
    filled(phone)
    state = fold(phone.pages(limit=3))
    assert phone.digest() == digest_of(state, COLLECTIONS)
    assert phone.digest()["runs"]["count"] == 7


def test_the_digest_outlives_purges_and_epochs(phone: Phone, database: Database) -> None:
    filled(phone)
    before = phone.digest()
    purge(database, phone, phone.pull()["head"])
    begin_epoch(database, phone)
    assert phone.digest() == before


def test_the_config_names_every_collection_and_the_limits(phone: Phone) -> None:
    told = phone.person.get("/v1/sync/config").json
    written = {name for name, found in told["collections"].items() if found["direction"] == "both"}
    assert written == set(WRITTEN)
    assert set(told["collections"]) == set(COLLECTIONS)
    assert told["limits"] == {
        "operations": 500,
        "body_bytes": 1 << 20,
        "record_bytes": 64 * 1024,
        "page": 1000,
        "streams": 50,
        "parked": 1000,
    }


def test_a_replica_that_is_behind_the_cursor_has_nothing_new_and_the_cursor_does_not_go_back(
    phone: Phone, database: Database
) -> None:
    filled(phone)
    page = phone.pages()[-1]
    with database.writing.begin() as db:
        stream = db.execute(select(SyncStream).where(SyncStream.patient_id == phone.person.id)).scalar_one()
        stream.head, head = stream.head - 5, stream.head
    behind = phone.pull(cursor=page["cursor"])
    assert (behind["changes"], behind["has_more"], behind["through"]) == ([], False, page["through"])
    with database.writing.begin() as db:
        db.execute(select(SyncStream).where(SyncStream.patient_id == phone.person.id)).scalar_one().head = head
    phone.push(put("sessions", a_session(9)))
    assert len(phone.pull(cursor=behind["cursor"])["changes"]) == 1
