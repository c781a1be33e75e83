"""When a handful of an import ends: after some things, or after much that was read, however quick that was."""

from __future__ import annotations

from app.interop.exports.found import Found, Progress
from app.interop.service.importing import handfuls

MB = 1024 * 1024


def a_thing(number: int) -> Found:
    return Found(number, f"thing {number}", outcome="skipped", code="not_a_run")


def test_a_long_file_of_few_things_tells_how_far_it_is_every_eight_megabytes():
    read = [Progress(at * MB) for at in range(4, 65, 4)]
    told = list(handfuls(iter([*read, a_thing(0), Progress(64 * MB)])))
    assert [at for _, at in told] == [8 * MB, 16 * MB, 24 * MB, 32 * MB, 40 * MB, 48 * MB, 56 * MB, 64 * MB, 64 * MB]
    assert [found for found, _ in told if found] == [[a_thing(0)]]


def test_a_short_file_of_many_things_is_taken_twenty_at_a_time():
    told = list(handfuls(a_thing(number) for number in range(45)))
    assert [len(found) for found, _ in told] == [20, 20, 5]
    assert [one.number for found, _ in told for one in found] == list(range(45))
