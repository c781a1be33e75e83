"""A page that fits is seen to fit at a glance; where it ends is the same as when each change is counted."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import id_text, id_texts
from app.sync.domain import Change, WrittenChange
from app.sync.service.pull import FRAME_BYTES, Changes, Room, _cut

TEXTS = st.text(st.sampled_from("aä€😀"), max_size=8)
WRITTEN = st.builds(lambda text: WrittenChange(1, text.encode()), TEXTS)
OTHERS = st.builds(lambda text: Change("runs", "", 1, "", False, text or None), TEXTS)
ROOMS = st.builds(Room, rows=st.integers(1, 6), size=st.integers(0, 900), is_empty=st.booleans())


def counted(found: Changes, room: Room) -> tuple[Changes, bool]:
    """Return as many as there is room for, each with the comma or the frame around it; one at least in an empty one."""
    taken, size = 0, 0
    for change in found[: room.rows]:
        text = change.text + b"," if isinstance(change, WrittenChange) else (change.data or "").encode()
        size += len(text) + (0 if isinstance(change, WrittenChange) else FRAME_BYTES)
        if size > room.size and (taken or not room.is_empty):
            break
        taken += 1
    return found[:taken], len(found) > taken


@given(st.lists(WRITTEN, max_size=8) | st.lists(OTHERS, max_size=8), ROOMS, st.integers(0, 60))
def test_a_page_ends_where_the_room_does(found: Changes, room: Room, less: int) -> None:
    tight = Room(room.rows, less, room.is_empty)
    assert _cut(found, room) == counted(found, room)
    assert _cut(found, tight) == counted(found, tight)


@given(st.lists(st.uuids(), max_size=5))
def test_the_texts_of_many_ids_are_those_of_each(found: list[UUID]) -> None:
    assert id_texts([one.bytes for one in found]) == [id_text(one.bytes) for one in found] == list(map(str, found))
