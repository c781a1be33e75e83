"""The quick way of reading JSON takes nothing that the careful way refuses, and reads all else as it does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.web import json_input
from app.web.json_input import MAX_DEPTH, MAX_NODES, MAX_WHOLE, parse_json

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, MAX_WHOLE - 1, MAX_WHOLE, MAX_WHOLE + 1, -MAX_WHOLE, -MAX_WHOLE - 1, 2**64, 10**70]),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(['"', "\\", ":", "a b", "[{", "]}", "\ud800", "\u2028", "\x00"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
ODD_TEXTS = [
    b'{"a":1,"a":1}',
    b'{"a":1, "b":[{"a":1,"a":2}]}',
    b'{"a":1,"\\u0061":2}',
    b'"\\u0061"',
    b'"\\ud83d"',
    b'"\\/"',
    b"-0",
    b"-0.0",
    b"1e400",
    b"1E5",
    b"1e21",
    b"0.10",
    b"01",
    b"1.",
    b"NaN",
    b"-Infinity",
    b" [1 , 2]\n",
    b'{"a b":"c\td"}',
    b'"\xff"',
    b"\xef\xbb\xbf1",
    b"",
    b"[",
    b"[1]]",
    b"9007199254740992",
    b"9007199254740993",
    b"0." + b"1" * 100,
    b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
    b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH,
    b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    b"[" * 2000 + b"]" * 2000,
    json.dumps([0] * (MAX_NODES - 1)).encode(),
    json.dumps([0] * MAX_NODES).encode(),
]


def read(way: Any, raw: bytes) -> tuple[str, Any]:
    """Return what reading ends with."""
    try:
        return "read", way(raw)
    except Invalid as error:
        return error.code, error.detail


def assert_read_as_the_careful_way_reads(raw: bytes) -> None:
    quick, careful = read(parse_json, raw), read(json_input._parse_carefully, raw)
    assert repr(quick) == repr(careful)


@given(VALUES, st.sampled_from([None, 1]), st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:")]))
def test_any_value_is_read_the_same_however_it_is_written(
    value: Any, indent: int | None, is_ascii: bool, separators: tuple[str, str]
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii, separators=separators)
    assert_read_as_the_careful_way_reads(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.sampled_from([*'{}[]:,"\\ -.0129eE', '"a"', '"a":', "true", "null", "NaN", "\\u00"]), max_size=14))
@example(['{"a":1', ',"a":1}'])
def test_what_is_hardly_json_ends_the_same(parts: list[str]) -> None:
    assert_read_as_the_careful_way_reads("".join(parts).encode())


@pytest.mark.parametrize("raw", ODD_TEXTS, ids=lambda raw: repr(raw[:24]))
def test_odd_texts_end_the_same(raw: bytes) -> None:
    assert_read_as_the_careful_way_reads(raw)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_what_phones_write_needs_no_second_look(separators: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    body = {
        "score": 3.1,
        "moment": "during",
        "note": "Knie: „besser“ [2]",
        "run_id": None,
        "sets": [{"rpe": 4}],
        "n": 0,
    }
    raw = json.dumps(body, separators=separators, ensure_ascii=False).encode()
    monkeypatch.setattr(json_input, "_parse_carefully", lambda _: pytest.fail("looked at carefully"))
    assert parse_json(raw) == body
