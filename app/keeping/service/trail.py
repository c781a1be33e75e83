"""Look the trail over, and write its heads down outside of the database, where whoever may write there does not reach.

A chain of hashes alone does not tell that its end was cut off, or written anew from some line on. Heads that were
written down elsewhere do. So they go into a file, into the server's log, and into every backup.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import orjson

from app.keeping.domain import Check
from app.keeping.repository import trails
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import Heads
from app.kernel.clock import now

ANCHORS = "anchors"
"""The file in the folder of settings: one JSON object a line, {"at": …, "heads": {…}}."""


def write_anchor(url: str, var_dir: Path) -> Heads:
    """Add the heads of now to the file and return them; several processes may do so at once."""
    with looked_into(url) as connection:
        heads = trails.heads_of(connection)
    var_dir.mkdir(parents=True, exist_ok=True)
    line = orjson.dumps({"at": now(), "heads": heads}, option=orjson.OPT_APPEND_NEWLINE)
    descriptor = os.open(var_dir / ANCHORS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return heads


def read_anchors(file: Path) -> list[Heads]:
    """Return the heads that a file holds, the oldest first; a line that a crash cut off is passed over."""
    return [orjson.loads(line)["heads"] for line in file.read_bytes().splitlines() if line.endswith(b"}}")]


def verify(url: str, anchors: Sequence[Heads]) -> Check:
    """Return whether every line is the one that was written, none is missing, and the log tells the same."""
    with looked_into(url) as connection:
        faults = list(trails.faults_of_trail(connection, anchors))
        lines = trails.count_lines(connection)
    return Check("trail", not faults, "; ".join(faults[:5]) or f"{lines} lines, {len(anchors)} anchors")
