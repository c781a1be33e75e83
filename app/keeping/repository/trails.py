"""Reads the trail as a whole and says what is wrong with it: its bonds, its heads, and the log that is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, and_, exists, not_, select

from app.db.base import Base, table_of
from app.db.trail import BEGINNING, NAMES, Line, TrailHeadRow, TrailRow, line_hash

Heads = Mapping[str, str]
"""Of each trail, by its number as text: how many lines it has, a space, and the hash of the last as hex digits."""

ERASED = ("erase_me", "erase_again")
"""The acts after which there may be looks in the trail that the log does not hold: it went with the patient."""
_AT_ONCE = 1000
_LINES, _HEADS = table_of(TrailRow), table_of(TrailHeadRow)


def heads_of(connection: Connection) -> Heads:
    """Return the last number and hash of each trail."""
    rows = connection.execute(select(_HEADS).order_by(_HEADS.c.trail))
    return {str(row.trail): f"{row.number} {row.hash.hex()}" for row in rows}


def count_lines(connection: Connection) -> int:
    """Return how many lines there are in all."""
    return sum(int(head.split(" ")[0]) for head in heads_of(connection).values())


def faults_of_trail(connection: Connection, anchors: Sequence[Heads]) -> Iterator[str]:
    """Yield what is wrong; `anchors` are heads that were written down elsewhere, at any time before."""
    yield from _broken_bonds(connection)
    yield from _lost_anchors(connection, anchors)
    yield from _differences_from_log(connection)


def _broken_bonds(connection: Connection) -> Iterator[str]:
    """Yield the first line of each trail that is not bound to the one before it, and each head that is not its end."""
    found: dict[int, tuple[int, bytes]] = {}
    broken: set[int] = set()
    statement = select(_LINES).order_by(_LINES.c.trail, _LINES.c.number).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(statement).mappings():
        trail, (number, before) = row["trail"], found.get(row["trail"], (0, BEGINNING))
        line = Line(**{name: row[name] for name in NAMES})
        if trail in broken:
            continue
        if row["number"] != number + 1 or row["hash"] != line_hash(before, trail, number + 1, line):
            broken.add(trail)
            yield f"trail {trail}: line {number + 1} is not what was written"
        found[trail] = (number + 1, row["hash"])
    heads = {row.trail: (row.number, row.hash) for row in connection.execute(select(_HEADS))}
    for trail in sorted({*heads, *found} - broken):
        if heads.get(trail) != found.get(trail, (0, BEGINNING)):
            yield f"trail {trail}: its head is not its last line"


def _lost_anchors(connection: Connection, anchors: Sequence[Heads]) -> Iterator[str]:
    """Yield each line that was written down elsewhere and is another one now, or none."""
    wanted = {(int(trail), *_parted(head)) for anchor in anchors for trail, head in anchor.items()}
    for trail, number, told in sorted(wanted):
        statement = select(_LINES.c.hash).where(_LINES.c.trail == trail, _LINES.c.number == number)
        found = connection.execute(statement).scalar_one_or_none() if number else BEGINNING
        if found is None or found.hex() != told:
            yield f"trail {trail}: line {number} is not the one of the anchor"


def _parted(head: str) -> tuple[int, str]:
    number, told = head.split(" ")
    return int(number), told


def _differences_from_log(connection: Connection) -> Iterator[str]:
    log, accounts = Base.metadata.tables["access_log"], Base.metadata.tables["accounts"]
    same = and_(
        _LINES.c.look_id == log.c.id,
        _LINES.c.about_id == log.c.patient_id,
        _LINES.c.at == log.c.at,
        _LINES.c.actor_id == log.c.reader_id,
        _LINES.c.device_id == log.c.device_id,
        _LINES.c.permission == log.c.permission,
        _LINES.c.action == log.c.operation,
    )
    unbound = select(log.c.id).select_from(log.outerjoin(_LINES, same)).where(_LINES.c.number.is_(None))
    for found in connection.execute(unbound).scalars():
        yield f"access log: {found} is in no trail"
    own = _LINES.alias()
    is_erased = exists().where(own.c.actor_id == _LINES.c.about_id, own.c.action.in_(ERASED))
    is_there = exists().where(accounts.c.id == _LINES.c.about_id)
    lost = (
        select(_LINES.c.trail, _LINES.c.number)
        .select_from(_LINES.outerjoin(log, same))
        .where(_LINES.c.look_id.is_not(None), log.c.id.is_(None), not_(and_(is_erased, not_(is_there))))
    )
    for row in connection.execute(lost.order_by(_LINES.c.trail, _LINES.c.number)):
        yield f"trail {row.trail}: the log lacks what line {row.number} tells"
