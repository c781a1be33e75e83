"""The one place where JSON from outside becomes Python values; hostile forms are refused as syntax."""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import Any, NoReturn

import orjson

from app.kernel.errors import Invalid

MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_WHOLE = 2**53
MAX_NUMBER_LENGTH = 64

_WHITE = b" \t\n\r"
_CONTAINERS = frozenset({dict, list})


class BadJson(Invalid):
    """The body is no JSON that can be accepted."""

    code = "bad_json"
    title = "The body is not acceptable JSON"


class TooManyValues(BadJson):
    """The body holds more than is read at once; the client halves it."""

    code = "too_large"
    title = "The body holds too many values"


def parse_json(raw: bytes) -> Any:
    """Return the value of a UTF-8 JSON text.

    Raises BadJson for broken syntax, duplicate keys, NaN and infinities, whole numbers beyond 2^53, lone
    surrogates, nesting deeper than 32 and more than 50,000 values.
    """
    try:
        return _parse_plain(raw)
    except (ValueError, TypeError):  # what orjson says of a text that it cannot read, or of a value it cannot write
        return _parse_carefully(raw)


def _parse_plain(raw: bytes) -> Any:
    """Return the value of a text that says nothing twice and no number in an unusual way; raise ValueError.

    Written again it is then the same text, white space aside: a member that was given twice, a number that lost
    digits or a whole number beyond 53 bits would make another. What is refused here is looked at carefully.
    """
    value = orjson.loads(raw)
    again = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    if again != raw and again.translate(None, _WHITE) != raw.translate(None, _WHITE):
        raise ValueError("not written the plain way")
    if not _is_small(raw):
        _check_size(value)
    return value


def _is_small(raw: bytes) -> bool:
    """Are there too few brackets to nest too deep, and too few values to be too many? Those in texts count too."""
    return len(raw) <= MAX_NODES and raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH


def _parse_carefully(raw: bytes) -> Any:
    """Return the value of any acceptable text, or raise BadJson with what is wrong with it."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        raise BadJson("the body is not UTF-8") from None
    except RecursionError:
        raise BadJson(f"nested deeper than {MAX_DEPTH}") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON at character {error.pos}") from None
    _check_size(value)
    if b"\\u" in raw:
        _refuse_surrogates(value)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("a member name appears twice in one object")
    return members


def _whole(text: str) -> int:
    value = int(text) if len(text) <= MAX_NUMBER_LENGTH else MAX_WHOLE + 1
    if abs(value) > MAX_WHOLE:
        raise BadJson("a whole number is larger than 2^53")
    return value


def _finite(text: str) -> float:
    value = float(text) if len(text) <= MAX_NUMBER_LENGTH else math.inf
    if not math.isfinite(value):
        raise BadJson("a number is too large or too long")
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise BadJson("NaN and infinities are not JSON")


def _check_size(value: Any) -> None:
    """Walk the containers level by level, so that depth costs no stack."""
    level: list[Any] = [value] if type(value) in _CONTAINERS else []
    depth, nodes = 0, 1
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadJson(f"nested deeper than {MAX_DEPTH}")
        nodes += sum(map(len, level))
        if nodes > MAX_NODES:
            raise TooManyValues(extra={"limits": {"values": MAX_NODES}})
        objects = (node.values() for node in level if type(node) is dict)
        lists = (node for node in level if type(node) is list)
        level = [child for child in chain.from_iterable(chain(objects, lists)) if type(child) in _CONTAINERS]


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("a text holds half a character (a lone surrogate)") from None
