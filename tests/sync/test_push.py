"""Push: what becomes of an operation, whatever it is and however often it comes."""

from __future__ import annotations

import gc
import gzip
import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.guidance.models import AdviceRow, PauseRow
from app.logbook.models import RunRow
from app.sync.service import push as pushing
from app.sync.service.streams import begin_epoch
from tests.builders.devices import (
    Phone,
    a_check_in,
    a_measurement,
    a_red_flag,
    a_response,
    a_run,
    a_score,
    a_session,
    a_skip,
    a_treatment,
    an_id,
    erase,
    fold,
    patch,
    put,
)
from tests.builders.people import People
from tests.sync.conftest import Counted


def held(phone: Phone, record_id: str) -> dict[str, Any] | None:
    """Return what a fresh pull holds of a record: its version and data."""
    state = fold(phone.pages(limit=1000))
    return next((row for (_, key), row in state.items() if key == record_id), None)


def data_of(phone: Phone, record_id: str) -> dict[str, Any]:
    """Return the data of a living record."""
    row = held(phone, record_id)
    assert row is not None
    return dict(row["data"])


def stored(phone: Phone, **changes: Any) -> tuple[str, str]:
    """Push a new run; return its id and its version."""
    op = put("runs", a_run(**changes))
    assert phone.push(op)[0]["status"] == "applied"
    return op["id"], op["op_id"]


def statuses(results: list[dict[str, Any]]) -> list[str]:
    """Return what became of each operation."""
    return [result["status"] for result in results]


# Applied


@pytest.mark.parametrize(
    ("collection", "record"),
    [
        ("runs", a_run()),
        ("check_ins", a_check_in()),
        ("pain_scores", a_score()),
        ("sessions", a_session()),
        ("questionnaire_responses", a_response()),
        ("measurements", a_measurement()),
        ("treatments", a_treatment(treatment="orthosis", pain_without=6, pain_with=3.5, activity="step_down")),
        ("skips", a_skip()),
        ("red_flags", a_red_flag()),
    ],
)
def test_a_new_record_is_applied_under_the_id_of_its_operation(
    phone: Phone, collection: str, record: dict[str, Any]
) -> None:
    op = put(collection, record)
    (result,) = phone.push(op)
    assert (result["status"], result["ver"], result["op_id"]) == ("applied", op["op_id"], op["op_id"])
    kept = data_of(phone, op["id"])
    assert {name: kept[name] for name in record if name != "sets"} == {k: v for k, v in record.items() if k != "sets"}


def test_the_times_of_a_record_are_kept_as_they_were_sent(phone: Phone) -> None:
    run, _ = stored(phone, performed_at="2026-03-29T01:59:00-07:00", zone="America/Los_Angeles")
    assert data_of(phone, run)["performed_at"] == "2026-03-29T01:59:00-07:00"


def test_a_put_that_leaves_out_a_field_clears_it(phone: Phone) -> None:
    run, ver = stored(phone, note="sore", shoes="blue")
    assert statuses(phone.push(put("runs", a_run(), run, ver))) == ["applied"]
    assert (data_of(phone, run)["note"], data_of(phone, run)["shoes"]) == (None, None)


def test_a_field_that_is_set_to_null_is_cleared(phone: Phone) -> None:
    run, ver = stored(phone, note="sore", shoes="blue")
    assert statuses(phone.push(patch("runs", {"note": None}, run, ver))) == ["applied"]
    assert (data_of(phone, run)["note"], data_of(phone, run)["shoes"]) == (None, "blue")


FLAGS = ("limp", "stopped_early_for_pain", "painkiller_before")


def test_a_flag_of_a_run_that_is_null_was_not_said_and_is_false_like_one_left_out(phone: Phone) -> None:
    unsaid = dict.fromkeys(FLAGS)
    left_out, null = put("runs", a_run(1)), put("runs", a_run(2, **unsaid))
    results = phone.push(left_out, null)
    assert statuses(results) == ["applied", "applied"]
    assert results[1]["record"]["data"] == data_of(phone, null["id"])
    logged = phone.person.post("/v1/patients/{me}/runs", {"id": an_id(), **a_run(3, **unsaid)})
    assert logged.status_code == 201, logged.json
    for stored_run in (data_of(phone, left_out["id"]), data_of(phone, null["id"]), logged.json):
        assert {name: stored_run[name] for name in FLAGS} == dict.fromkeys(FLAGS, False)


def test_a_flag_of_a_run_is_cleared_with_null_as_with_false(phone: Phone) -> None:
    for way in (None, False):
        run, ver = stored(phone, limp=True)
        assert statuses(phone.push(patch("runs", {"limp": way}, run, ver))) == ["applied"]
        assert data_of(phone, run)["limp"] is False


def test_a_flag_that_is_null_does_not_differ_from_false(phone: Phone) -> None:
    run, ver = stored(phone)
    assert statuses(phone.push(put("runs", a_run(limp=None), run, ver))) == ["unchanged"]


def test_a_patch_changes_the_fields_it_names_and_no_others(phone: Phone) -> None:
    run, ver = stored(phone, note="sore")
    (result,) = phone.push(patch("runs", {"distance_m": 7000}, run, ver))
    assert (result["status"], data_of(phone, run)["distance_m"], data_of(phone, run)["note"]) == (
        "applied",
        7000,
        "sore",
    )


def test_an_edit_may_name_the_number_that_it_began_from(phone: Phone) -> None:
    op = put("runs", a_run())
    seq = phone.push(op)[0]["seq"]
    assert statuses(phone.push(put("runs", a_run(distance_m=1), op["id"], {"seq": seq}))) == ["applied"]
    assert statuses(phone.push(put("runs", a_run(distance_m=2), op["id"], {"seq": seq}))) == ["conflict"]


def test_a_deletion_leaves_a_tombstone_for_those_who_held_the_record(phone: Phone) -> None:
    run, ver = stored(phone)
    cursor = phone.pull()["cursor"]
    op = erase("runs", run, ver)
    assert statuses(phone.push(op)) == ["applied"]
    change = next(change for change in phone.pull(cursor=cursor)["changes"] if change["id"] == run)
    assert (change["deleted"], change["data"], change["ver"]) == (True, None, op["op_id"])


def test_later_operations_of_a_batch_build_on_earlier_ones(phone: Phone) -> None:
    first = put("runs", a_run())
    second = put("runs", a_run(note="b"), first["id"], first["op_id"])
    third = patch("runs", {"shoes": "red"}, first["id"], second["op_id"])
    gone = erase("runs", first["id"], third["op_id"])
    again = put("runs", a_run(note="back"), first["id"], gone["op_id"])
    assert statuses(phone.push(first, second, third, gone, again)) == ["applied"] * 5
    row = held(phone, first["id"])
    assert row is not None
    assert (row["ver"], row["data"]["note"], row["data"]["shoes"]) == (again["op_id"], "back", None)


def test_one_device_that_edits_fast_never_meets_a_conflict(phone: Phone) -> None:
    run, ver = stored(phone)
    for number in range(4):
        ops = []
        for step in range(5):
            op = put("runs", a_run(distance_m=100 * number + step + 1), run, ver)
            ops.append(op)
            ver = op["op_id"]
        assert statuses(phone.push(*ops)) == ["applied"] * 5


# Merged


def test_edits_of_different_fields_are_merged_and_the_merged_record_is_returned(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(put("runs", a_run(note="mine"), run, ver))
    (result,) = phone.push(put("runs", a_run(shoes="blue"), run, ver))
    assert result["status"] == "merged"
    assert (result["record"]["data"]["note"], result["record"]["data"]["shoes"]) == ("mine", "blue")
    assert data_of(phone, run) == result["record"]["data"]


def test_an_edit_may_build_on_one_that_was_merged(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(put("runs", a_run(note="mine"), run, ver))
    merged = put("runs", a_run(shoes="blue"), run, ver)
    later = patch("runs", {"note": "later"}, run, merged["op_id"])
    assert statuses(phone.push(merged, later)) == ["merged", "applied"]


def test_an_edit_may_build_on_one_that_changed_nothing_in_this_batch_or_an_earlier_one(phone: Phone) -> None:
    run, ver = stored(phone)
    other = put("runs", a_run(note="same"), run, ver)
    phone.push(other)
    mine = put("runs", a_run(note="same"), run, ver)
    later = put("runs", a_run(note="later"), run, mine["op_id"])
    assert statuses(phone.push(mine, later)) == ["unchanged", "applied"]
    idle = put("runs", a_run(note="later"), run, later["op_id"])
    assert statuses(phone.push(idle)) == ["unchanged"]
    assert statuses(phone.push(put("runs", a_run(note="last"), run, idle["op_id"]))) == ["applied"]


def test_two_right_edits_that_contradict_each_other_are_a_conflict(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(patch("runs", {"distance_m": None}, run, ver))
    (result,) = phone.push(patch("runs", {"duration_s": None}, run, ver))
    assert (result["status"], result["fields"]) == ("conflict", ["duration_s"])
    assert data_of(phone, run)["duration_s"] == 1810


def test_the_same_instant_in_another_spelling_is_no_change_in_a_patch(phone: Phone) -> None:
    run, ver = stored(phone, performed_at="2026-11-01T06:30:00+00:00", zone="UTC")
    (result,) = phone.push(patch("runs", {"performed_at": "2026-11-01T06:30:00Z"}, run, ver))
    assert result["status"] == "unchanged"
    newer = patch("runs", {"note": "n", "performed_at": "2026-11-01T06:30:00z"}, run, ver)
    assert statuses(phone.push(newer)) == ["applied"]
    assert data_of(phone, run)["performed_at"] == "2026-11-01T06:30:00+00:00"


# Unchanged


def test_equal_content_from_another_device_is_unchanged_and_answered_with_the_record(phone: Phone) -> None:
    run, ver = stored(phone)
    (result,) = phone.push(put("runs", a_run(), run))
    assert (result["status"], result["ver"], result["record"]["ver"]) == ("unchanged", ver, ver)


def test_deleting_twice_is_unchanged(phone: Phone) -> None:
    run, ver = stored(phone)
    assert statuses(phone.push(erase("runs", run, ver), erase("runs", run, ver))) == ["applied", "unchanged"]
    assert statuses(phone.push(erase("runs", run, ver), erase("runs", an_id()))) == ["unchanged", "unchanged"]


def test_a_patch_that_names_no_field_writes_nothing_and_tells_what_is_held(phone: Phone) -> None:
    run, ver = stored(phone)
    newer, gone = put("runs", a_run(note="newer"), run, ver), an_id()
    phone.push(newer)
    (result,) = phone.push(patch("runs", {}, run, ver))
    assert (result["status"], result["record"]["ver"]) == ("unchanged", newer["op_id"])
    phone.push({**erase("runs", run, newer["op_id"]), "op_id": gone})
    for base in (ver, gone):
        (result,) = phone.push(patch("runs", {}, run, base))
        assert (result["status"], result["record"]["ver"], result["record"]["deleted"]) == ("unchanged", gone, True)
    assert held(phone, run) is None
    assert phone.parked() == []


def test_what_changed_nothing_needs_nobodys_attention(phone: Phone) -> None:
    run, _ = stored(phone)
    phone.push(put("runs", a_run(), run))
    assert phone.parked() == []


# Conflict


def test_edits_of_one_field_conflict_and_the_loser_is_told_all_and_parked_whole(phone: Phone) -> None:
    run, ver = stored(phone)
    winner = put("runs", a_run(note="theirs"), run, ver)
    phone.push(winner)
    loser = put("runs", a_run(note="mine", shoes="blue"), run, ver)
    (result,) = phone.push(loser)
    assert (result["status"], result["fields"]) == ("conflict", ["note"])
    assert (result["record"]["ver"], result["record"]["data"]["note"]) == (winner["op_id"], "theirs")
    (parked,) = phone.parked()
    assert (parked["op"], parked["fields"], parked["status"], parked["op_id"]) == (
        loser,
        ["note"],
        "conflict",
        loser["op_id"],
    )
    assert data_of(phone, run)["note"] == "theirs"


def test_an_edit_of_a_deleted_record_is_a_conflict(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(erase("runs", run, ver))
    assert statuses(phone.push(put("runs", a_run(note="x"), run, ver), put("runs", a_run(), run))) == ["conflict"] * 2
    assert statuses(phone.push(patch("runs", {"note": "x"}, run, ver))) == ["conflict"]
    assert held(phone, run) is None


def test_a_deletion_of_an_edited_record_is_a_conflict(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(put("runs", a_run(note="new"), run, ver))
    (result,) = phone.push(erase("runs", run, ver))
    assert (result["status"], result["fields"], result["record"]["data"]["note"]) == ("conflict", ["note"], "new")
    assert statuses(phone.push(erase("runs", run))) == ["conflict"]


def test_a_deletion_is_undone_by_whoever_knows_of_it(phone: Phone) -> None:
    run, ver = stored(phone)
    gone = erase("runs", run, ver)
    phone.push(gone)
    assert statuses(phone.push(put("runs", a_run(note="back"), run, gone["op_id"]))) == ["applied"]
    assert data_of(phone, run)["note"] == "back"


def test_other_content_without_a_base_is_a_conflict(phone: Phone) -> None:
    run, _ = stored(phone)
    (result,) = phone.push(put("runs", a_run(note="x"), run))
    assert (result["status"], result["fields"]) == ("conflict", ["note"])


def test_an_unknown_base_is_a_conflict_and_so_is_the_version_of_another_record(phone: Phone) -> None:
    run, _ = stored(phone)
    _, foreign = stored(phone, days_ago=3)
    ops = [put("runs", a_run(note="x"), run, base) for base in (an_id(), foreign, {"seq": 99999})]
    assert statuses(phone.push(*ops)) == ["conflict"] * 3


def test_an_edit_on_top_of_a_lost_one_does_not_undo_the_other_side(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(put("runs", a_run(note="theirs"), run, ver))
    lost = put("runs", a_run(note="mine"), run, ver)
    whole = put("runs", a_run(note="mine", shoes="blue"), run, lost["op_id"])
    part = patch("runs", {"shoes": "blue"}, run, lost["op_id"])
    assert statuses(phone.push(lost, whole, part)) == ["conflict", "conflict", "merged"]
    assert (data_of(phone, run)["note"], data_of(phone, run)["shoes"]) == ("theirs", "blue")


def test_an_edit_on_top_of_a_lost_one_from_an_earlier_batch_does_not_either(phone: Phone) -> None:
    run, ver = stored(phone)
    phone.push(put("runs", a_run(note="theirs"), run, ver))
    lost = put("runs", a_run(note="mine"), run, ver)
    phone.push(lost)
    assert statuses(phone.push(put("runs", a_run(note="mine", shoes="blue"), run, lost["op_id"]))) == ["conflict"]
    assert data_of(phone, run)["note"] == "theirs"


@pytest.mark.parametrize("together", [True, False])
def test_whoever_mends_a_refused_edit_does_not_conflict_with_themselves(phone: Phone, together: bool) -> None:
    run, ver = stored(phone)
    wrong = put("runs", a_run(distance_m=-1), run, ver)
    worse = {**put("runs", a_run(), run, wrong["op_id"]), "strange": 1}
    right = put("runs", a_run(distance_m=9), run, worse["op_id"])
    batches = [[wrong, worse, right]] if together else [[wrong], [worse], [right]]
    results = [result for batch in batches for result in phone.push(*batch)]
    assert statuses(results) == ["rejected", "rejected", "applied"]


# base_cursor


def test_a_client_that_knows_one_number_is_served_by_its_int_cursor(phone: Phone) -> None:
    run, _ = stored(phone)
    known = phone.pull()["int_cursor"]
    assert statuses(phone.push(put("runs", a_run(note="first"), run), base_cursor=known)) == ["applied"]
    assert statuses(phone.push(put("runs", a_run(shoes="red"), run), base_cursor=known)) == ["merged"]
    assert statuses(phone.push(put("runs", a_run(note="second"), run), base_cursor=known)) == ["conflict"]
    assert statuses(phone.push(erase("runs", run), base_cursor=known)) == ["conflict"]
    assert statuses(phone.push(erase("runs", run), base_cursor=phone.pull()["int_cursor"])) == ["applied"]


def test_operations_of_one_batch_build_on_each_other_for_a_client_with_one_number(phone: Phone) -> None:
    new, known = an_id(), phone.pull()["int_cursor"]
    ops = [put("runs", a_run(), new), put("runs", a_run(note="x"), new), erase("runs", new)]
    assert statuses(phone.push(*ops, base_cursor=known)) == ["applied"] * 3


def test_an_int_cursor_of_another_generation_is_told_to_start_again(phone: Phone, database: Database) -> None:
    known = phone.pull()["int_cursor"]
    for wrong in (known + (1 << 32), known + 1000, 1):
        answer = phone.send([put("runs", a_run())], base_cursor=wrong)
        assert (answer.status_code, answer.json["code"]) == (409, "resync_required")
    with database.writing.begin() as db:
        begin_epoch(db, phone.person.id)
    assert phone.send([], base_cursor=known).status_code == 409


# The same again


def test_every_outcome_is_answered_the_same_when_it_comes_again(phone: Phone) -> None:
    run, ver = stored(phone)
    base = put("runs", a_run(note="theirs"), run, ver)
    phone.push(base)
    ops = [
        put("runs", a_run(4)),
        put("runs", a_run(shoes="blue"), run, ver),
        put("runs", a_run(note="theirs", shoes="blue"), run),
        put("runs", a_run(note="mine"), run, ver),
        put("runs", a_run(distance_m=-1)),
        {"op_id": "no uuid"},
        17,
        None,
    ]
    first = phone.push(*ops)
    expected = ["applied", "merged", "unchanged", "conflict", "rejected", "rejected", "rejected", "rejected"]
    assert statuses(first) == expected
    head = phone.pull()["head"]
    for again in (phone.push(*ops), phone.push(*reversed(ops))[::-1]):
        assert [result["duplicate"] for result in again] == [True] * 8
        for one, other in zip(first, again, strict=True):
            for name in ("op_id", "status", "seq", "ver", "fields", "problem"):
                assert one.get(name) == other.get(name), name
        assert [result["superseded"] for result in again] == [False] * 8
    assert phone.pull()["head"] == head


def test_a_retry_never_resurrects_an_older_value(phone: Phone) -> None:
    first = put("runs", a_run(note="a"))
    second = put("runs", a_run(note="b"), first["id"], first["op_id"])
    back = put("runs", a_run(note="a"), first["id"], second["op_id"])
    phone.push(first, second, back)
    again = phone.push(second, first)
    assert [result["superseded"] for result in again] == [True, True]
    assert {result["record"]["ver"] for result in again} == {back["op_id"]}
    row = held(phone, first["id"])
    assert row is not None
    assert row["ver"] == back["op_id"]


def test_a_retry_of_what_changed_nothing_says_when_the_record_has_moved_on(phone: Phone) -> None:
    run, ver = stored(phone)
    idle = put("runs", a_run(), run, ver)
    newer = put("runs", a_run(note="newer"), run, ver)
    (first,), _ = phone.push(idle), phone.push(newer)
    (again,) = phone.push(idle)
    assert (again["status"], again["ver"], again["seq"]) == ("unchanged", ver, first["seq"])
    assert (again["superseded"], again["record"]["ver"]) == (True, newer["op_id"])


def test_a_retry_of_a_creation_does_not_bring_a_deleted_record_back(phone: Phone) -> None:
    op = put("runs", a_run())
    phone.push(op)
    phone.push(erase("runs", op["id"], op["op_id"]))
    (again,) = phone.push(op)
    assert (again["superseded"], again["record"]["deleted"]) == (True, True)
    assert held(phone, op["id"]) is None


def test_the_same_operation_twice_in_one_batch_has_one_effect(phone: Phone) -> None:
    op, bad = put("runs", a_run()), put("runs", a_run(distance_m=-1))
    results = phone.push(op, op, bad, bad)
    assert statuses(results) == ["applied", "applied", "rejected", "rejected"]
    assert [result.get("duplicate") for result in results] == [None, True, None, True]
    assert results[1]["seq"] == results[0]["seq"]


def test_an_operation_id_with_other_content_is_refused_and_kept(phone: Phone) -> None:
    op = put("runs", a_run())
    phone.push(op)
    other = {**op, "data": a_run(note="other")}
    for result in [*phone.push(other), *phone.push(other, other)]:
        assert (result["status"], result["problem"]["code"]) == ("rejected", "op_id_reused")
    assert data_of(phone, op["id"])["note"] is None
    assert [parked["op"] for parked in phone.parked()] == [other]


# Rejected


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"collection": "advice"}, "read_only", "/collection"),
        ({"collection": "wishes"}, "unknown_collection", "/collection"),
        ({"collection": None}, "unknown_collection", "/collection"),
        ({"action": "upsert"}, "invalid", "/action"),
        ({"id": "17"}, "invalid", "/id"),
        ({"op_id": "17"}, "invalid", "/op_id"),
        ({"base": {"ver": "17"}}, "invalid", "/base/ver"),
        ({"base": {"seq": -1}}, "invalid", "/base/seq"),
        ({"base": {"seq": True}}, "invalid", "/base/seq"),
        ({"base": [1]}, "invalid", "/base"),
        ({"more": 1}, "unknown_field", "/more"),
        ({"data": None}, "invalid", "/data"),
        ({"data": a_run(colour="red")}, "unknown_field", "/data/colour"),
        ({"data": a_run(**{"a/b~": 1})}, "unknown_field", "/data/a~1b~0"),
        ({"data": a_run(**{"nul\0": 1})}, "unknown_field", "/data/nul\ufffd"),
        ({"data": a_run(distance_m=-5)}, "invalid", "/data/distance_m"),
        ({"data": a_run(distance_m=None, duration_s=None)}, "contradictory_entry", "/data/distance_m"),
        ({"data": {"distance_m": 5}}, "invalid", "/data/performed_at"),
        ({"data": a_run(performed_at="9999-12-31T00:00:00Z")}, "invalid", "/data/performed_at"),
        ({"data": a_run(performed_at="0001-01-01T00:00:00Z")}, "invalid", "/data/performed_at"),
        ({"data": a_run(performed_at=["x"])}, "invalid", "/data/performed_at"),
        ({"data": a_run(performed_at={"x": 1})}, "invalid", "/data/performed_at"),
        ({"data": a_run(note="nul \0")}, "invalid", "/data/note"),
        ({"action": "delete"}, "invalid", "/data"),
        ({"action": "patch", "data": {"note": "x"}}, "no_such_record", "/id"),
    ],
)
def test_what_is_wrong_is_named_kept_whole_and_sinks_nothing_else(
    phone: Phone, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    bad, good = {**put("runs", a_run()), **wrong}, [put("runs", a_run(1)), put("check_ins", a_check_in(1))]
    before, refused, after = phone.push(good[0], bad, good[1])
    assert (before["status"], refused["status"], after["status"]) == ("applied", "rejected", "applied")
    assert refused["problem"]["code"] == code
    assert pointer in [fault["pointer"] for fault in refused["problem"]["errors"]]
    assert [parked["op"] for parked in phone.parked()] == [bad]


@pytest.mark.parametrize("item", [None, 1, "text", [], {}, [[]], {"op_id": 5}, "\0", {"op_id": "\0"}, {"\0": "\0"}])
def test_what_is_no_operation_at_all_is_refused_alone(phone: Phone, item: Any) -> None:
    results = phone.push(item, put("runs", a_run()))
    assert statuses(results) == ["rejected", "applied"]
    assert [parked["op"] for parked in phone.parked()] == [item]


def test_a_refused_edit_is_answered_with_the_record_as_it_is(phone: Phone) -> None:
    run, ver = stored(phone)
    (result,) = phone.push(put("runs", a_run(distance_m=-1), run, ver))
    assert (result["status"], result["record"]["ver"]) == ("rejected", ver)


def test_a_record_beyond_the_limit_is_refused_alone(phone: Phone) -> None:
    large = put("runs", a_run(note="n" * 65 * 1024))
    (refused, applied) = phone.push(large, put("runs", a_run()))
    assert (refused["problem"]["code"], applied["status"]) == ("record_too_large", "applied")
    assert phone.parked()[0]["op"] == large


def test_a_day_takes_fifty_entries_of_a_kind_and_no_more(phone: Phone) -> None:
    results = phone.push(*(put("check_ins", a_check_in(2)) for _ in range(49)))
    assert statuses(results) == ["applied"] * 49
    results = phone.push(*(put("check_ins", a_check_in(2)) for _ in range(3)), put("check_ins", a_check_in(3)))
    assert statuses(results) == ["applied", "rejected", "rejected", "applied"]
    assert results[1]["problem"]["code"] == "logbook_full"


def test_a_parked_operation_is_settled_once(phone: Phone) -> None:
    op = put("runs", a_run(distance_m=-1))
    phone.push(op)
    path = f"{phone.path}/parked/{op['op_id']}/settlement"
    assert phone.person.post(path, {"settled_as": "dismissed"}).status_code == 204
    assert phone.parked() == []
    assert phone.person.post(path, {"settled_as": "resolved"}).status_code == 404
    assert phone.push(op)[0]["duplicate"] is True


def test_parked_operations_come_in_pages(phone: Phone) -> None:
    ops = [put("runs", a_run(distance_m=-number - 1)) for number in range(7)]
    phone.push(*ops)
    found, cursor = [], ""
    while True:
        page = phone.person.get(f"{phone.path}/parked?limit=3{cursor}").json
        found += [item["op_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(op["op_id"] for op in ops)


# Old clients


def test_an_old_client_never_erases_what_it_cannot_see(phone: Phone) -> None:
    run, ver = stored(phone, shoes="blue")
    (result,) = phone.push(put("runs", a_run(note="old app"), run, ver), schema=1)
    assert result["status"] == "applied"
    assert "shoes" not in result.get("record", {"data": {}})["data"]
    assert (data_of(phone, run)["shoes"], data_of(phone, run)["note"]) == ("blue", "old app")
    check_in = put("check_ins", a_check_in(mood=3, stress=4))
    phone.push(check_in)
    phone.push(put("check_ins", a_check_in(note="old"), check_in["id"], check_in["op_id"]), schema=1)
    kept = data_of(phone, check_in["id"])
    assert (kept["mood"], kept["stress"], kept["note"]) == (3, 4, "old")


def test_an_old_client_merges_without_erasing_what_it_cannot_see(phone: Phone) -> None:
    run, ver = stored(phone, shoes="blue")
    phone.push(put("runs", a_run(shoes="red"), run, ver))
    assert statuses(phone.push(put("runs", a_run(note="old"), run, ver), schema=1)) == ["merged"]
    assert (data_of(phone, run)["shoes"], data_of(phone, run)["note"]) == ("red", "old")


def test_an_old_client_is_refused_when_it_names_what_it_does_not_know(phone: Phone) -> None:
    (result,) = phone.push(put("runs", a_run(shoes="blue")), schema=1)
    assert (result["problem"]["code"], result["problem"]["errors"][0]["pointer"]) == ("unknown_field", "/data/shoes")


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1.5", "9" * 30, "\u00b2", "2, 1"])
def test_a_schema_version_that_is_no_number_is_taken_for_the_newest(phone: Phone, nonsense: str) -> None:
    assert statuses(phone.push(put("runs", a_run(shoes="blue")), schema=nonsense)) == ["applied"]


# The request as a whole


def raw(phone: Phone, body: bytes, **headers: str) -> Any:
    """Send bytes as a push."""
    sent = {"Authorization": f"Bearer {phone.person.token}", "Content-Type": "application/json"}
    return phone.person.client.post(
        f"{phone.path}/ops", data=body, headers={**sent, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def body_of(phone: Phone, *ops: Any) -> bytes:
    """Return a push as bytes."""
    return json.dumps({"epoch": phone.pull()["epoch"], "ops": ops}).encode()


def test_five_hundred_operations_are_taken_and_one_more_is_answered_with_the_limits(phone: Phone) -> None:
    ops = [put("pain_scores", a_score(number % 100)) for number in range(501)]
    answer = phone.send(ops)
    assert (answer.status_code, answer.json["limits"]["operations"]) == (413, 500)
    assert set(statuses(phone.push(*ops[:500]))) == {"applied"}


def test_a_body_beyond_a_mebibyte_is_answered_with_the_limits(phone: Phone) -> None:
    answer = raw(phone, body_of(phone, "x" * 1024 * 1024))
    assert (answer.status_code, answer.json["code"], answer.json["limits"]["body_bytes"]) == (413, "too_large", 1 << 20)


def test_gzip_is_read_and_written(phone: Phone) -> None:
    op = put("runs", a_run(note="n" * 2000))
    answer = raw(phone, gzip.compress(body_of(phone, op)), Content_Encoding="gzip", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["results"][0]["status"] == "applied"


def test_a_gzip_bomb_is_too_large_however_small_it_comes(phone: Phone) -> None:
    answer = raw(phone, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{}", {"Content_Encoding": "br"}, 415, "unsupported_encoding"),
        (b"{", {}, 400, "bad_json"),
        (b"not gzip", {"Content_Encoding": "gzip"}, 400, "bad_json"),
        (b'{"epoch": "17", "ops": []}', {}, 422, "invalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(
    phone: Phone, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = raw(phone, body, **headers)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_push_of_another_epoch_is_told_to_start_again_and_stores_nothing(phone: Phone) -> None:
    answer = phone.send([put("runs", a_run())], epoch=an_id())
    assert (answer.status_code, answer.json["code"], answer.json["reason"]) == (409, "resync_required", "epoch")
    assert phone.pull()["changes"] == []


# Who may


def refusal(answer: Any) -> tuple[int, dict[str, Any]]:
    """Return a refusal without the number of its request."""
    return answer.status_code, {name: value for name, value in answer.json.items() if name != "request_id"}


def linked(phone: Phone, therapist: Any, *scopes: str, until: datetime | None = None) -> str:
    """Let the therapist in and return the link."""
    end = until.isoformat() if until else a_year_on()
    body = {"therapist_id": str(therapist.id), "scopes": scopes, "purpose": "knee", "expires_at": end}
    answer = phone.person.post("/v1/patients/{me}/care-links", body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def a_year_on() -> str:
    """Return a time within the year."""
    return a_run(-200)["performed_at"]


def test_a_linked_therapist_only_reads_and_one_whose_link_was_revoked_deletes_the_copy(
    phone: Phone, people: People
) -> None:
    therapist = people.therapist()
    link = linked(phone, therapist, "sessions.read")
    theirs = Phone(therapist, phone.person.id)
    status, told = refusal(theirs.send([put("runs", a_run())]))
    assert (status, told["code"]) == (403, "read_only")
    epoch = theirs.pull()["epoch"]
    assert phone.person.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    status, told = refusal(theirs.send([put("runs", a_run())], epoch=epoch))
    assert (status, told["code"], told["purge"]) == (403, "consent_revoked", True)


def test_a_foreign_stream_is_answered_like_one_that_does_not_exist(phone: Phone, people: People) -> None:
    foreign, nobody = str(phone.person.id), an_id()
    for person in (people.patient(), people.therapist(), people.admin()):
        for path in ("changes", "digest", "parked"):
            one, other = (refusal(person.get(f"/v1/sync/streams/{key}/{path}")) for key in (foreign, nobody))
            assert one == other
            assert (one[0], one[1]["code"]) == (404, "no_such_stream")
        body = {"epoch": an_id(), "ops": [put("runs", a_run())]}
        one, other = (refusal(person.post(f"/v1/sync/streams/{key}/ops", body)) for key in (foreign, nobody))
        assert one == other
        assert (one[0], one[1]["code"]) == (404, "no_such_stream")


def test_the_operations_of_one_patient_say_nothing_about_anothers(phone: Phone, people: People) -> None:
    op = put("runs", a_run())
    phone.push(op)
    other = Phone(people.patient())
    results = other.push(put("runs", a_run(note="mine"), op["id"], op["op_id"], op["op_id"]))
    assert statuses(results) == ["applied"]
    assert data_of(phone, op["id"])["note"] is None


# Effects


def rows(database: Database, table: Any, phone: Phone) -> list[Any]:
    """Return the rows of a table that are this patient's."""
    with database.reading() as db:
        return list(db.execute(select(table).where(table.patient_id == phone.person.id)).scalars())


def test_an_entry_from_the_future_is_stored_and_flagged(phone: Phone, database: Database) -> None:
    phone.push(put("runs", a_run(-3)), put("runs", a_run(1)))
    assert sorted(row.flags for row in rows(database, RunRow, phone)) == [[], ["clock_suspect"]]


def test_advice_is_made_once_a_push_and_comes_with_the_answer(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = pushing.reconsider

    def asking(*args: Any) -> Any:
        asked.append(args)
        return real(*args)

    monkeypatch.setattr(pushing, "reconsider", asking)
    answer = phone.send([put("runs", a_run(number)) for number in range(20)])
    assert len(asked) == 1
    given = [key for name, key in fold(phone.pages(limit=1000)) if name == "advice"]
    assert given == [answer.json["advice"]["id"]]
    assert "advice" not in phone.send([put("sessions", a_session(1))]).json


def test_effects_happen_once_however_often_the_batch_comes(phone: Phone, database: Database) -> None:
    run = put("runs", a_run(1))
    score = put("pain_scores", a_score(1, score=9, run_id=run["id"]))
    flag = put("check_ins", a_check_in(0, red_flags=["calf_swelling_or_breathless"], morning_pain=8, worst_pain=9))
    first = phone.push(run, score, flag)
    before = [row.id for table in (AdviceRow, PauseRow) for row in rows(database, table, phone)]
    assert statuses(first) == ["applied"] * 3
    assert before
    head = phone.pull()["head"]
    for _ in range(2):
        phone.push(run, score, flag)
    assert [row.id for table in (AdviceRow, PauseRow) for row in rows(database, table, phone)] == before
    assert phone.pull()["head"] == head


# Cost


def mixed(count: int, day: int = 0) -> list[dict[str, Any]]:
    """Return so many new records of all kinds; of ten or more, some are refused."""
    makers = [("sessions", a_session), ("runs", a_run), ("pain_scores", a_score), ("check_ins", a_check_in)]
    makers += [("treatments", a_treatment), ("red_flags", a_red_flag)]
    return [put(*(lambda name, make: (name, make(day + n % 60)))(*makers[n % 6])) for n in range(count)]


def test_a_push_takes_as_many_statements_for_a_hundred_records_as_for_six(phone: Phone, counted: Counted) -> None:
    epoch = phone.pull()["epoch"]
    phone.push(*mixed(8))
    taken = []
    for count in (6, 100, 12):
        with counted() as sent:
            phone.push(*mixed(count), epoch=epoch)
        taken.append(len(sent))
    # Days before every known run ask once for an older one; nothing depends on how many records there are.
    assert max(taken) - min(taken) <= 1, taken


def test_a_push_of_refusals_and_repeats_takes_no_more_statements_for_many(phone: Phone, counted: Counted) -> None:
    epoch, taken = phone.pull()["epoch"], []
    phone.push({**put("runs", a_run(1)), "data": None})  # what is parked is looked for only where there is any
    for count in (2, 40):
        good = mixed(count)
        phone.push(*good)
        bad = [{**op, "op_id": an_id(), "data": None, "base": {"ver": op["op_id"]}} for op in good]
        clash = [put(op["collection"], op["data"], op["id"]) for op in good]
        with counted() as sent:
            phone.push(*good, *bad, *clash, epoch=epoch)
        taken.append(len(sent))
    assert taken[0] == taken[1]


def test_what_a_push_took_is_given_back_with_its_answer_without_a_search_for_rubbish(phone: Phone) -> None:
    epoch = phone.pull()["epoch"]
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        phone.push(*mixed(20), epoch=epoch)
        gc.collect()
        left = {type(found).__name__ for found in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left & {"Session", "Connection", "Batch", "Version", "Operation", "Consultation"}


def test_a_push_takes_as_many_statements_however_long_the_history(phone: Phone, counted: Counted) -> None:
    epoch, taken = phone.pull()["epoch"], []
    for _ in range(2):  # what is known of whoever comes again is kept
        phone.push(*mixed(2))
    for history in (12, 300):
        phone.push(*mixed(history))
        with counted() as sent:
            phone.push(*mixed(10), epoch=epoch)
        taken.append(len(sent))
    assert taken[0] == taken[1]
