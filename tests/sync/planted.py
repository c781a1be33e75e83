"""The defects that a sync door must not have, each planted by replacing a few lines in a copy of the tree.

`DEFECTS` is data: file, what stands there, what is put in its place, and the test that catches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Defect:
    """One defect: where it is planted, and the test that must fail with it."""

    name: str
    file: str
    sound: str
    broken: str
    caught_by: str


_PULL, _REPOSITORY, _PUSH = "app/sync/service/pull.py", "app/sync/repository/changes.py", "app/sync/service/push.py"

_FOREIGN = (
    "tests/sync/test_foreign_batches.py::test_a_batch_with_foreign_and_colliding_ids_writes_and_tells_nothing_foreign"
)

DEFECTS = (
    Defect(
        "another's operations are taken for one's own",
        "app/sync/repository/versions.py",
        '        _OWN_CHANGE, is_among_ids(_changes.c.ver, "vers", dialect)\n    )\n    now',
        '        is_among_ids(_changes.c.ver, "vers", dialect)\n    )\n    now',
        f"{_FOREIGN}[sqlite-few]",
    ),
    Defect(
        "numbers that are not the stream's",
        "app/db/synced.py",
        "    first = _take_numbers(db, patient_id, len(writes))\n",
        "    first = _take_numbers(db, patient_id, len(writes)) + (len(writes) % 2)\n",
        "tests/sync/test_pull.py::test_numbers_have_no_gap_from_the_floor_to_the_head",
    ),
    Defect(
        "no row lock",
        _REPOSITORY,
        "Question(_OF_PATIENT.with_for_update())",
        "Question(_OF_PATIENT)",
        "tests/sync/test_concurrency.py::test_writers_of_one_patient_lose_nothing_and_readers_miss_nothing",
    ),
    Defect(
        "timestamp cursor: it runs ahead of what is visible",
        _PULL,
        "position.front, head, head, room, reader)",
        "position.front, head - 1 if head > 9 else head, head, room, reader)",
        "tests/sync/test_pull.py::test_a_row_that_changes_while_paging_comes_again_and_is_never_skipped",
    ),
    Defect(
        "no ledger",
        _PUSH,
        "    known = batch.done.get(item.op_id)\n",
        "    known = None\n",
        "tests/sync/test_push.py::test_a_retry_never_resurrects_an_older_value",
    ),
    Defect(
        "tombstones left out of pull",
        _REPOSITORY,
        'or_(~_changes.c.deleted, _changes.c.seq > bindparam("tombstones_after")),',
        '~_changes.c.deleted, _changes.c.seq > bindparam("tombstones_after") * 0,',
        "tests/sync/test_pull.py::test_the_first_sync_leaves_tombstones_out_and_later_ones_bring_them",
    ),
    Defect(
        "base ignored",
        _PUSH,
        "    base = base_of(batch, op, stored)\n",
        "    base = stored\n",
        "tests/sync/test_push.py::test_edits_of_one_field_conflict_and_the_loser_is_told_all_and_parked_whole",
    ),
    Defect(
        "merge that loses a field",
        "app/sync/domain.py",
        "{**stored, **mine}) if mine",
        "{**base, **mine}) if mine",
        "tests/sync/test_push.py::test_edits_of_different_fields_are_merged_and_the_merged_record_is_returned",
    ),
    Defect(
        "off by one at a page's end",
        _PULL,
        "    return found[: room.rows], len(found) > room.rows\n",
        "    return found[: room.rows], len(found) > room.rows + 1\n",
        "tests/sync/test_pull.py::test_pages_of_any_size_fold_to_the_same_state_in_the_order_of_numbers",
    ),
    Defect(
        "the last row of a page skipped",
        _PULL,
        "mark._replace(seq=found[-1].seq)",
        "mark._replace(seq=found[-1].seq + 1)",
        "tests/sync/test_pull.py::test_pages_of_any_size_fold_to_the_same_state_in_the_order_of_numbers",
    ),
    Defect(
        "backfill forgotten",
        _PULL,
        "in position.behind(followed):\n",
        "in position.behind(followed)[:0]:\n",
        "tests/sync/test_pull.py::test_a_copy_follows_the_consent_when_it_narrows_and_widens",
    ),
    Defect(
        "what a filter leaves out is taken for read",
        "app/sync/service/position.py",
        "replace(self.at(front, collections), front=front)",
        "replace(self.at(front, self.marks), front=front)",
        "tests/sync/test_filters.py::test_what_was_left_out_is_brought_up_to_date_when_it_is_asked_for_again",
    ),
    Defect(
        "a filter drops what the consent still opens",
        _PULL,
        "position.marks.keys() - reader.collections))",
        "position.marks.keys() - set(followed)))",
        "tests/sync/test_filters.py::test_a_narrower_filter_drops_nothing",
    ),
    Defect(
        "what joins is read as it was before it was deleted",
        _REPOSITORY,
        'is_newest(bindparam("as_of"),',
        'is_newest(bindparam("up_to"),',
        "tests/sync/test_filters.py::test_what_joins_in_the_middle_of_a_first_sync_brings_nothing_back_that_was_deleted",
    ),
    Defect(
        "each stream of many has room of its own",
        "app/sync/routes.py",
        "}, room.after(page.changes)",
        "}, room",
        "tests/sync/test_many_streams.py::test_a_bulk_pull_holds_no_more_rows_than_a_page_of_one_stream",
    ),
    Defect(
        "an end by the clock is no change of the consent",
        "app/consent/repository/__init__.py",
        "func.max(CareLinkRow.seq) + expired",
        "func.max(CareLinkRow.seq) + 0 * expired",
        "tests/sync/test_pull.py::test_an_int_cursor_from_before_one_of_two_links_ended_by_itself_starts_again",
    ),
    Defect(
        "what is refused fills the disk",
        "app/sync/service/room.py",
        "    if waiting and _is_too_much(",
        "    if not waiting and _is_too_much(",
        "tests/sync/test_room.py::test_settling_makes_room_and_the_same_push_goes_through",
    ),
    Defect(
        "unknown fields erased",
        "app/sync/domain.py",
        "        return Outcome(Status.APPLIED, {**stored.data, **wanted})\n",
        "        return Outcome(Status.APPLIED, dict(wanted))\n",
        "tests/sync/test_push.py::test_an_old_client_never_erases_what_it_cannot_see",
    ),
    Defect(
        "answer before commit",
        "app/web/transaction.py",
        '        if "writer" in g:\n            g.writer.commit()\n',
        '        if "writer" in g and g.writer.get_transaction() is None:\n            g.writer.commit()\n',
        "tests/sync/test_push.py::test_a_new_record_is_applied_under_the_id_of_its_operation",
    ),
    Defect(
        "a lost edit is as good a base as any",
        _PUSH,
        "        stand_in = base\n",
        "        stand_in = stored\n",
        "tests/sync/test_push.py::test_an_edit_on_top_of_a_lost_one_does_not_undo_the_other_side",
    ),
    Defect(
        "int_cursor taken for a number",
        _PUSH,
        "None if base_cursor is None else _number_of(stream, base_cursor)",
        "base_cursor",
        "tests/sync/test_push.py::test_a_client_that_knows_one_number_is_served_by_its_int_cursor",
    ),
)


def plant(defect: Defect, tree: Path) -> None:
    """Put a defect into a copy of the tree; the sound lines must stand there exactly once."""
    path = tree / defect.file
    text = path.read_text()
    assert text.count(defect.sound) == 1, f"{defect.name}: {defect.file} has changed"
    path.write_text(text.replace(defect.sound, defect.broken))
