"""Look the trail over, and write its heads down outside of the database, where whoever may write there does not reach.

A chain of hashes alone does not tell that its end was cut off, or written anew from some line on. Heads that were
written down elsewhere do. So they go into a file, into the server's log, and into every backup.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import mkstemp

import orjson

from app.db.trail import TRAILS
from app.keeping.domain import Check
from app.keeping.repository import trails
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import Heads
from app.keeping.service.anchors import ANCHORS, add_anchor, newest_anchors
from app.kernel.clock import now

WALKED = "walked"
"""The file beside it that says when the whole trail was last looked over and all was well, and up to which heads."""
WALKED_WITHIN = timedelta(days=8)
"""So long that is believed: a week, and a day for whoever has it done weekly."""


def write_anchor(url: str, var_dir: Path) -> Heads:
    """Add the heads of now to the file and return them; several processes may do so at once."""
    with looked_into(url) as connection:
        heads = trails.heads_of(connection)
    add_anchor(var_dir, {"at": now(), "heads": heads})
    return heads


def note_restored(var_dir: Path, heads: Heads) -> None:
    """Add that a backup with these heads was put back: what was written down of later lines is of no line any more."""
    (var_dir / WALKED).unlink(missing_ok=True)
    add_anchor(var_dir, {"at": now(), "restored": True, "heads": heads})


def verify(url: str, anchors: Iterable[Heads]) -> Check:
    """Return whether every line is the one that was written, none is missing, and the log tells the same."""
    return _looked_over(url, anchors)[0]


def walk(url: str, var_dir: Path, anchors: Iterable[Heads]) -> Check:
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


def _looked_over(url: str, anchors: Iterable[Heads]) -> tuple[Check, Heads]:
    """Return what a walk over the whole trail found, and the heads it came to, all of one moment."""
    read = count()
    counted = (heads for heads, _ in zip(anchors, read, strict=False))
    with looked_into(url) as connection:
        faults, heads = list(trails.faults_of_trail(connection, counted)), trails.heads_of(connection)
        lines = trails.count_lines(connection)
    return Check("trail", not faults, _in_short(faults) or f"{lines} lines, {next(read)} anchors"), heads


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
