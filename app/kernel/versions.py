"""The versions of apps, as their makers number them."""

from __future__ import annotations

import re

_NUMBER = r"([0-9]{1,9})"
_VERSION = re.compile(rf"{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:[-+][!-~]{{0,80}})?", re.ASCII)


def is_version(text: str) -> bool:
    """Does a text name a version, like 2.14.1? It has one to four numbers; what follows on - or + is not compared."""
    return _VERSION.fullmatch(text) is not None


def is_older(text: str, than: str) -> bool:
    """Does a text name an older version than another? 2.1 is as old as 2.1.0; what names no version is not older."""
    one, other = _VERSION.fullmatch(text), _VERSION.fullmatch(than)
    return one is not None and other is not None and _numbers(one) < _numbers(other)


def _numbers(found: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number or 0) for number in found.groups())
