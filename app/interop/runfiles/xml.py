"""Walk through foreign XML step by step: no entities, nothing fetched, flat memory, every failure a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # the types; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.interop.runfiles.refusals import (
    RunFileHostileXml,
    RunFileNotReadable,
    RunFileTooManyPoints,
    RunFileTruncated,
)

DEEPEST = 32
MOST_ELEMENTS = 1_000_000
"""Points and what is in them; a genuine file of 20 MB has fewer, for an element takes 30 bytes and more."""
SLACK = 1_000
"""Comments and instructions, which are no elements and begin like them."""
MOST_IN_POINT = 200
LONGEST_TAG = 64 * 1024
POINTS = frozenset({"trkpt", "Trackpoint"})
"""The elements that are handed over whole, with all that is inside."""

_ENDS_EARLY = frozenset({3, 5, 6, 20})
"""expat's codes: no element found, unclosed token, partial character, unclosed CDATA section."""
_COSTLY = re.compile(rb"<[^<]{%d}|<!ATTLIST" % LONGEST_TAG)
"""What costs expat quadratic time or much memory: a tag full of attributes, and attributes by default in a DTD.

Searching bytes is sound: expat takes no encoding that writes these characters differently, save UTF-16, and
a file in that does not begin with the byte of "<".
"""


@dataclass(frozen=True, slots=True)
class Step:
    """An element that begins or ends: its name without namespace and its parent's, "" above the root."""

    begins: bool
    parent: str
    name: str
    element: Element

    @property
    def text(self) -> str:
        """Return its text without blanks around; complete only when the element ends."""
        return (self.element.text or "").strip()


def steps(content: bytes) -> Iterator[Step]:
    """Yield each beginning and end in order; a RunFileRefused for XML that is broken, cut off or hostile.

    Elements are forgotten once they have ended. Those in POINTS keep what is inside them until they end.
    """
    if _COSTLY.search(content):
        raise RunFileHostileXml
    if content.count(b"<") - content.count(b"</") > MOST_ELEMENTS + SLACK:
        raise RunFileTooManyPoints
    path = _Path()
    for event, element in _events(content):
        if event == "start":
            yield path.enter(element)
        else:
            yield path.leave(element)
            path.forget(element)


def inside(element: Element) -> dict[str, str]:
    """Return the texts of all that is inside an element by name without namespace; the first of a name counts."""
    texts: dict[str, str] = {}
    for part in element.iter():
        texts.setdefault(local_name(part), (part.text or "").strip())
    return texts


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def finite(text: str | None) -> float | None:
    """Return the finite number that a text spells, None for anything else."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) else None


@dataclass(slots=True)
class _Path:
    """The open elements from the root down to here, and how many there were."""

    open: list[Element] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    elements: int = 0
    inner: int = 0
    """How many elements the open point has; 0 while none is open."""

    def enter(self, element: Element) -> Step:
        parent, name = self._above(), local_name(element)
        self.open.append(element)
        self.names.append(name)
        self._count(name)
        return Step(True, parent, name, element)

    def leave(self, element: Element) -> Step:
        self.open.pop()
        name = self.names.pop()
        return Step(False, self._above(), name, element)

    def forget(self, element: Element) -> None:
        """Take what has ended out of the tree, unless the point it belongs to is still open."""
        if local_name(element) in POINTS:
            self.inner = 0
        if self.open and not self.inner:
            self.open[-1].remove(element)

    def _count(self, name: str) -> None:
        self.elements += 1
        self.inner += bool(self.inner) or name in POINTS
        if self.elements > MOST_ELEMENTS:
            raise RunFileTooManyPoints
        if len(self.open) > DEEPEST or self.inner > MOST_IN_POINT:
            raise RunFileHostileXml

    def _above(self) -> str:
        return self.names[-1] if self.names else ""


def _events(content: bytes) -> Iterator[tuple[str, Any]]:
    """Yield defusedxml's events; it and expat may fail on foreign bytes in any way, each becomes a refusal."""
    try:
        yield from iterparse(BytesIO(content), events=("start", "end"))
    except DefusedXmlException:
        raise RunFileHostileXml from None
    except ParseError as broken:
        raise (RunFileTruncated if broken.code in _ENDS_EARLY else RunFileNotReadable) from None
    except Exception:
        raise RunFileNotReadable from None
