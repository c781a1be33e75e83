"""Reads the trail as a whole and says what is wrong with it: its bonds, its heads, and the log that is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice, pairwise
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, and_, exists, not_, or_, select, true

from app.db.base import Base, table_of
from app.db.trail import BEGINNING, NAMES, Line, TrailHeadRow, TrailRow, line_hash

Heads = Mapping[str, str]
"""Of each trail, by its number as text: how many lines it has, a space, and the hash of the last as hex digits."""

ERASED = ("erase_me", "erase_again")
"""The acts after which there may be looks in the trail that the log does not hold: it went with the patient."""
_AT_ONCE = 1000
_ANCHORS_AT_ONCE = 500
_LINES, _HEADS = table_of(TrailRow), table_of(TrailHeadRow)
_Since = Mapping[int, tuple[int, bytes]]
"""The last number and hash of each trail, where it is read from there on; with none, all of it is read."""
_BEGINNING: _Since = {}


def heads_of(connection: Connection) -> Heads:
    """Return the last number and hash of each trail."""
    rows = connection.execute(select(_HEADS).order_by(_HEADS.c.trail))
    return {str(row.trail): f"{row.number} {row.hash.hex()}" for row in rows}


def count_lines(connection: Connection) -> int:
    """Return how many lines there are in all."""
    return sum(int(head.split(" ")[0]) for head in heads_of(connection).values())


def faults_of_trail(connection: Connection, anchors: Iterable[Heads]) -> Iterator[str]:
    """Yield what is wrong; `anchors` are heads that were written down elsewhere, the oldest first."""
    yield from _broken_bonds(connection, _BEGINNING)
    yield from _lost_anchors(connection, anchors)
    yield from _made_up_looks(connection)
    yield from _lost_looks(connection, _BEGINNING)


def faults_since(connection: Connection, walked: Heads, anchors: Iterable[Heads]) -> Iterator[str]:
    """Yield what is wrong with the lines after those heads, up to which all was as it was written.

    However long the trail is, only these are read, and the lines of anchors. What the log says is not asked for lines.
    """
    since = {int(trail): (number, bytes.fromhex(told)) for trail, (number, told) in _parted(walked)}
    yield from _lost_anchors(connection, [walked, *anchors])
    yield from _broken_bonds(connection, since)
    yield from _lost_looks(connection, since)


def _after(lines: FromClause, since: _Since) -> list[ColumnElement[bool]]:
    """Return the conditions of the lines to read, each of which the key of the table answers."""
    if not since:
        return [true()]
    known = [and_(lines.c.trail == trail, lines.c.number > number) for trail, (number, _) in since.items()]
    return [*known, lines.c.trail < min(since), lines.c.trail > max(since)]


def _broken_bonds(connection: Connection, since: _Since) -> Iterator[str]:
    """Yield the first line of each trail that is not bound to the one before it, and each head that is not its end."""
    found = dict(since)
    broken: set[int] = set()
    for row in _read(connection, since):
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


def _read(connection: Connection, since: _Since) -> Iterator[RowMapping]:
    """Yield the lines in the order of each trail, a handful in memory at a time."""
    for piece in _after(_LINES, since):
        lines = select(_LINES).where(piece).order_by(_LINES.c.trail, _LINES.c.number)
        yield from connection.execute(lines.execution_options(yield_per=_AT_ONCE)).mappings()


def _lost_anchors(connection: Connection, anchors: Iterable[Heads]) -> Iterator[str]:
    """Yield each line that was written down elsewhere and is another one now, or none.

    Some anchors are in memory at a time, and of each of them what was not the same in the one before.
    """
    before: Heads = {}
    rest = iter(anchors)
    while some := list(islice(rest, _ANCHORS_AT_ONCE)):
        fresh = [dict(anchor.items() - last.items()) for last, anchor in pairwise([before, *some])]
        yield from _other_lines(connection, fresh)
        before = some[-1]


def _other_lines(connection: Connection, anchors: Iterable[Heads]) -> Iterator[str]:
    wanted = {(int(trail), number, told) for anchor in anchors for trail, (number, told) in _parted(anchor)}
    for trail, lines in groupby(sorted(wanted), itemgetter(0)):
        while some := list(islice(lines, _AT_ONCE)):
            found = _hashes(connection, trail, [number for _, number, _ in some])
            for _, number, told in some:
                if number not in found or found[number].hex() != told:
                    yield f"trail {trail}: line {number} is not the one of the anchor"


def _hashes(connection: Connection, trail: int, numbers: Sequence[int]) -> Mapping[int, bytes]:
    """Return the hashes of these lines of a trail, by their number; there is one before the first."""
    named = and_(_LINES.c.trail == trail, _LINES.c.number.in_(numbers))
    rows = connection.execute(select(_LINES.c.number, _LINES.c.hash).where(named))
    return {0: BEGINNING, **{row.number: row.hash for row in rows}}


def _parted(heads: Heads) -> Iterator[tuple[str, tuple[int, str]]]:
    for trail, head in heads.items():
        number, told = head.split(" ")
        yield trail, (int(number), told)


def _same(lines: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of the log tells what a line tells."""
    log = Base.metadata.tables["access_log"]
    return and_(
        lines.c.look_id == log.c.id,
        lines.c.about_id == log.c.patient_id,
        lines.c.at == log.c.at,
        lines.c.actor_id == log.c.reader_id,
        lines.c.device_id == log.c.device_id,
        lines.c.permission == log.c.permission,
        lines.c.action == log.c.operation,
    )


def _made_up_looks(connection: Connection) -> Iterator[str]:
    log = Base.metadata.tables["access_log"]
    unbound = select(log.c.id).select_from(log.outerjoin(_LINES, _same(_LINES))).where(_LINES.c.number.is_(None))
    for found in connection.execute(unbound).scalars():
        yield f"access log: {found} is in no trail"


def _lost_looks(connection: Connection, since: _Since) -> Iterator[str]:
    """Yield the lines whose look the log does not hold, but for those of patients who had themselves erased."""
    log, accounts = Base.metadata.tables["access_log"], Base.metadata.tables["accounts"]
    own = _LINES.alias()
    # Who is erased was looked at before: what is after a look is after the lines from which on all is read.
    erasing = own.c.actor_id == _LINES.c.about_id, own.c.action.in_(ERASED), or_(*_after(own, since))
    is_there = exists().where(accounts.c.id == _LINES.c.about_id)
    for piece in _after(_LINES, since):
        lost = (
            select(_LINES.c.trail, _LINES.c.number)
            .select_from(_LINES.outerjoin(log, _same(_LINES)))
            .where(
                piece,
                _LINES.c.look_id.is_not(None),
                log.c.id.is_(None),
                not_(and_(exists().where(*erasing), not_(is_there))),
            )
        )
        for row in connection.execute(lost.order_by(_LINES.c.trail, _LINES.c.number)):
            yield f"trail {row.trail}: the log lacks what line {row.number} tells"
