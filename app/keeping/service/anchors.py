"""The heads of the trail in a file outside of the database: added to every few minutes, and read a line at a time.

A file of years holds a hundred thousand lines and more; none of what reads it has to hold them all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from app.keeping.repository.trails import Heads

ANCHORS = "anchors"
"""The file in the folder of settings: one JSON object a line, {"at": …, "heads": {…}}."""
NEWEST_BYTES = 1024**2
"""So much of it, some days' worth, is looked at before a start: old installations start as soon as young ones."""
_BEGINS, _RESTORED = b'{"at":', b'"restored":true'


def add_anchor(var_dir: Path, told: Mapping[str, Any]) -> None:
    """Add a line to the file, and return once the disk holds it."""
    var_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var_dir / ANCHORS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_anchors(file: Path) -> Iterator[Heads]:
    """Yield the heads that a file holds, the oldest first; a line that a crash cut off is passed over.

    Of those from before a restore, what the backup did not hold is left out. What is added meanwhile is not read.
    """
    with file.open("rb") as opened:
        lines = sum(1 for _ in opened)

        def whole() -> Iterable[bytes]:
            opened.seek(0)
            return islice(opened, lines)

        yield from _told(whole)


def newest_anchors(file: Path) -> list[Heads]:
    """Return the newest of the heads that a file holds, none where there is none; of a long file its end is read."""
    if not file.exists():
        return []
    with file.open("rb") as opened:
        from_byte = max(0, opened.seek(0, os.SEEK_END) - NEWEST_BYTES)
        opened.seek(from_byte)
        lines = opened.read().splitlines()
    return list(_told(lambda: lines[1:] if from_byte else lines))


def _told(lines: Callable[[], Iterable[bytes]]) -> Iterator[Heads]:
    """Yield the heads of lines, which are gone through twice: first for the restores, which bound what is before."""
    restores = list(_heads(lines(), _RESTORED))
    for place, heads in _heads(lines()):
        later = (last for restored_at, last in restores if place < restored_at)
        yield reduce(_up_to, later, heads)


def _heads(lines: Iterable[bytes], having: bytes = b"") -> Iterator[tuple[int, Heads]]:
    """Yield the place and the heads of each whole line that has these letters in it.

    Behind a line that was cut off stands the next one, without an end between them.
    """
    for place, line in enumerate(lines):
        begins = line.rfind(_BEGINS)
        if begins >= 0 and having in line and line.rstrip(b"\n").endswith(b"}}"):
            yield place, orjson.loads(line[begins:])["heads"]


def _up_to(heads: Heads, last: Heads) -> Heads:
    """Return those of the heads that are not beyond the last ones."""
    return {trail: head for trail, head in heads.items() if _number(head) <= _number(last.get(trail, "-1"))}


def _number(head: str) -> int:
    return int(head.split(" ")[0])
