"""The file of heads: read a line at a time, whatever befell it, and however long it is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from app.db.trail import TRAILS
from app.keeping.service.anchors import ANCHORS, add_anchor, newest_anchors, read_anchors
from tests.keeping.conftest import Installation

YEARS_OF_LINES, MOST_BYTES = 20_000, 4 * 1024**2
"""Lines of a file that are 23 MiB as values, and what to look the trail over with it may take."""


def written(folder: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """Write a file of anchors and return it."""
    for line in lines:
        add_anchor(folder, line)
    return folder / ANCHORS


def test_what_a_backup_did_not_hold_is_left_out_of_all_that_was_written_before_it_was_put_back(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"at": "1", "heads": {"0": "5 a5", "1": "2 b2"}},
        {"at": "2", "heads": {"0": "9 a9", "1": "3 b3"}},
        {"at": "3", "restored": True, "heads": {"0": "7 c7", "1": "3 b3"}},
        {"at": "4", "heads": {"0": "8 c8", "2": "1 d1"}},
        {"at": "5", "restored": True, "heads": {"0": "7 c7"}},
    ]
    file = written(tmp_path, lines)
    told = [{"0": "5 a5"}, {}, {"0": "7 c7"}, {}, {"0": "7 c7"}]
    assert list(read_anchors(file)) == told
    assert newest_anchors(file) == told


def test_a_line_that_was_cut_off_takes_neither_the_next_one_with_it_nor_the_reader(tmp_path: Path) -> None:
    whole: list[dict[str, Any]] = [{"at": str(number), "heads": {"0": f"{number} a{number}"}} for number in range(4)]
    texts = [orjson.dumps(line) for line in whole]
    file = tmp_path / ANCHORS
    file.write_bytes(texts[0] + b"\n" + texts[1][:25] + texts[2] + b"\n" + texts[3][:-1])
    assert list(read_anchors(file)) == [whole[0]["heads"], whole[2]["heads"]]
    assert newest_anchors(file) == list(read_anchors(file))


def test_what_is_added_while_it_is_read_is_left_to_the_next_time(tmp_path: Path) -> None:
    file = written(tmp_path, [{"at": "1", "heads": {"0": "1 a1"}}, {"at": "2", "heads": {"0": "2 a2"}}])
    reading = read_anchors(file)
    assert next(reading) == {"0": "1 a1"}
    add_anchor(tmp_path, {"at": "3", "heads": {"0": "3 a3"}})
    assert list(reading) == [{"0": "2 a2"}]
    assert len(list(read_anchors(file))) == 3


def test_the_trail_is_looked_over_with_the_anchors_of_years_in_little_memory(here: Installation) -> None:
    here.people.patient()
    assert here.run("audit", "anchor").exit_code == 0
    file = here.var_dir / ANCHORS
    (line,) = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(line * YEARS_OF_LINES)
    tracemalloc.start()
    try:
        assert here.run("audit", "verify").exit_code == 0
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        done = here.run("audit", "verify")
        most = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert f"{YEARS_OF_LINES} anchors" in done.output
    assert most < MOST_BYTES, most
    assert len(line) > TRAILS * 60  # a line is of its usual length
