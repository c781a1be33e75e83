"""Look the trail over, and write its heads down outside of the database, where whoever may write there does not reach.

A chain of hashes alone does not tell that its end was cut off, or written anew from some line on. Heads that were
written down elsewhere do. So they go into a file, into the server's log, and into every backup.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import orjson

from app.db.trail import TRAILS
from app.keeping.domain import Check
from app.keeping.repository import trails
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import Heads
from app.kernel.clock import now

ANCHORS = "anchors"
"""The file in the folder of settings: one JSON object a line, {"at": …, "heads": {…}}."""
NEWEST_BYTES = 1024**2
"""So much of it, some days' worth, is looked at before a start: old installations start as soon as young ones."""
WALKED = "walked"
"""The file beside it that says when the whole trail was last looked over and all was well, and up to which heads."""
WALKED_WITHIN = timedelta(days=8)
"""So long that is believed: a week, and a day for whoever has it done weekly."""


def write_anchor(url: str, var_dir: Path) -> Heads:
    """Add the heads of now to the file and return them; several processes may do so at once."""
    with looked_into(url) as connection:
        heads = trails.heads_of(connection)
    _add(var_dir, {"at": now(), "heads": heads})
    return heads


def note_restored(var_dir: Path, heads: Heads) -> None:
    """Add that a backup with these heads was put back: what was written down of later lines is of no line any more."""
    (var_dir / WALKED).unlink(missing_ok=True)
    _add(var_dir, {"at": now(), "restored": True, "heads": heads})


def _add(var_dir: Path, told: Mapping[str, Any]) -> None:
    var_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var_dir / ANCHORS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_anchors(file: Path) -> list[Heads]:
    """Return the heads that a file holds, the oldest first; a line that a crash cut off is passed over.

    Of those from before a restore, what the backup did not hold is left out.
    """
    return _told(file.read_bytes().splitlines())


def newest_anchors(file: Path) -> list[Heads]:
    """Return the newest of the heads that a file holds, none where there is none; of a long file its end is read."""
    if not file.exists():
        return []
    with file.open("rb") as opened:
        from_byte = max(0, opened.seek(0, os.SEEK_END) - NEWEST_BYTES)
        opened.seek(from_byte)
        lines = opened.read().splitlines()
    return _told(lines[1:] if from_byte else lines)


def _told(lines: Iterable[bytes]) -> list[Heads]:
    found: list[Heads] = []
    for line in lines:
        if line.endswith(b"}}"):
            told = orjson.loads(line)
            if told.get("restored"):
                found = [_up_to(told["heads"], heads) for heads in found]
            found.append(told["heads"])
    return found


def _up_to(last: Heads, heads: Heads) -> Heads:
    """Return those of the heads that are not beyond the last ones."""
    return {trail: head for trail, head in heads.items() if _number(head) <= _number(last.get(trail, "-1"))}


def _number(head: str) -> int:
    return int(head.split(" ")[0])


def verify(url: str, anchors: Sequence[Heads]) -> Check:
    """Return whether every line is the one that was written, none is missing, and the log tells the same."""
    return _looked_over(url, anchors)[0]


def walk(url: str, var_dir: Path, anchors: Sequence[Heads]) -> Check:
    """Do the same, and remember how far it held; where it does not, nothing is taken for walked over any more."""
    check, heads = _looked_over(url, anchors)
    if check.holds:
        _remember(var_dir, heads)
    else:
        (var_dir / WALKED).unlink(missing_ok=True)
    return check


def verify_new(url: str, var_dir: Path) -> Check:
    """Return the same of what was added since the last walk; of all where none held within the last days."""
    anchors, walked = newest_anchors(var_dir / ANCHORS), _walked(var_dir)
    if walked is None:
        check, heads = _looked_over(url, anchors)
        if check.holds:
            with suppress(OSError):  # who may not write there walks again the next time
                _remember(var_dir, heads)
        return check
    with looked_into(url) as connection:
        faults = list(trails.faults_since(connection, walked, anchors))
    return Check("trail", not faults, _in_short(faults) or f"{len(anchors)} anchors")


def _looked_over(url: str, anchors: Sequence[Heads]) -> tuple[Check, Heads]:
    """Return what a walk over the whole trail found, and the heads it came to, all of one moment."""
    with looked_into(url) as connection:
        faults, heads = list(trails.faults_of_trail(connection, anchors)), trails.heads_of(connection)
        lines = trails.count_lines(connection)
    return Check("trail", not faults, _in_short(faults) or f"{lines} lines, {len(anchors)} anchors"), heads


def _in_short(faults: Sequence[str]) -> str:
    return "; ".join(faults[:5])


def _remember(var_dir: Path, heads: Heads) -> None:
    """Write down how far all held, in the place of what was written down before."""
    var_dir.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(prefix=f".{WALKED}-", dir=var_dir)  # readable by its owner only
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps({"at": now(), "heads": heads}, option=orjson.OPT_APPEND_NEWLINE))
    Path(name).replace(var_dir / WALKED)


def _walked(var_dir: Path) -> Heads | None:
    """Return how far the last walk came, None where there was none lately that held."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = orjson.loads((var_dir / WALKED).read_bytes())
        if timedelta(0) <= now() - datetime.fromisoformat(told["at"]) <= WALKED_WITHIN:
            heads: Heads = told["heads"]
            return heads if len(heads) == TRAILS else None
    return None
