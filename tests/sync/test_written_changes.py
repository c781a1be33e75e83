"""A page that goes out as it is kept says the same as one that is read and written anew."""

from __future__ import annotations

from typing import Any

import orjson

from app.db.engine import Database
from app.sync.registry import readable
from app.sync.repository import find_stream
from app.sync.service.pull import Room, pull, told
from app.sync.service.reader import Reader
from tests.builders.devices import Phone, a_check_in, erase, put
from tests.sync.test_pull import filled

OWN = readable(None)
LETTERS = 'She said "knee" \\ \u00e4\u00f6\u20ac \U0001f3c3 </script>\nand more'


class _ReadsAnew(Reader):
    """A reader of all there is, each record read and written on the way."""

    @property
    def reads_whole(self) -> bool:
        return False


def page_of(database: Database, phone: Phone, reader: Reader, rows: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a first page as it goes over the wire, and whether there is more."""
    with database.reading() as db:
        stream = find_stream(db, phone.person.id)
        page = pull(db, phone.person.id, stream, None, reader, OWN, Room(rows))
        changes: list[dict[str, Any]] = orjson.loads(orjson.dumps(told(page.changes, reader)))
        return changes, page.has_more


def test_both_ways_tell_the_same_changes(database: Database, phone: Phone) -> None:
    filled(phone)
    (result,) = phone.push(put("check_ins", a_check_in(note=LETTERS)))
    assert result["status"] == "applied"
    kept, anew = Reader(OWN, notes=True, consent_version=0), _ReadsAnew(OWN, notes=True, consent_version=0)
    assert kept.reads_whole
    for rows in (1, 7, 1000):
        assert page_of(database, phone, kept, rows) == page_of(database, phone, anew, rows)
    changes, has_more = page_of(database, phone, kept, 1000)
    assert not has_more
    assert LETTERS in [change["data"].get("note") for change in changes if change["data"]]


def test_a_tombstone_is_told_as_such(phone: Phone) -> None:
    new = put("check_ins", a_check_in())
    phone.push(new)
    cursor = phone.pull()["cursor"]
    phone.push(erase("check_ins", new["id"], new["op_id"]))
    (gone,) = [change for change in phone.pull(cursor=cursor)["changes"] if change["collection"] == "check_ins"]
    assert gone["deleted"] is True
    assert gone["data"] is None


def test_whoever_may_not_read_free_text_or_knows_fewer_fields_gets_no_record_as_it_is_kept() -> None:
    assert not Reader(OWN, notes=False, consent_version=1).reads_whole
    assert not Reader(OWN, notes=True, consent_version=0, schema_version=1).reads_whole
