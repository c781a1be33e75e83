"""Ids are read and made as Python's own UUIDs, the quick way."""

from __future__ import annotations

import pickle
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.db.types import id_bytes
from app.kernel.ids import new_id, parse_id, uuid_of, uuid_of_bytes


@given(st.uuids())
def test_an_id_is_the_uuid_of_its_text_and_of_its_bytes(found: UUID) -> None:
    for made in (uuid_of(str(found)), parse_id(str(found)), uuid_of_bytes(found.bytes)):
        assert type(made) is UUID
        assert made == found
        assert hash(made) == hash(found)
        assert (str(made), made.bytes, made.is_safe) == (str(found), found.bytes, found.is_safe)
        assert pickle.loads(pickle.dumps(made)) == found
    assert bytes(id_bytes(found)) == found.bytes


def test_new_ids_are_of_version_7_and_in_the_order_of_their_making() -> None:
    made = [new_id() for _ in range(100)]
    assert {one.version for one in made} == {7}
    assert made == sorted(set(made))
