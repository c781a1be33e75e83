"""Reads the text out of a PDF as a reader would copy it: each page's, by the fonts' own tables of letters."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_NESTED = rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))*\)"
_TOKEN = re.compile(rb"/(\w+) [-\d.]+ Tf|<([0-9A-Fa-f]+)>|(" + _NESTED + rb")|\b(BT|ET|Do)\b", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_WIDTH = 2  # bytes of a glyph's number


def pages_of(pdf: bytes) -> int:
    """Return how many pages there are."""
    return len(re.findall(rb"/Type ?/Page\b", pdf))


def text_of(pdf: bytes) -> str:
    """Return all text of a PDF, what was drawn in one go in one line."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    return "\n".join(line for page in _pages(objects) for line in page)


def _pages(objects: dict[int, bytes]) -> Iterator[Iterator[str]]:
    """Yield the lines of each page; the fonts are those that the page names."""
    for body in objects.values():
        named = {what: re.search(b"/" + what + rb" (\d+) 0 R", body) for what in (b"Resources", b"Contents")}
        resources, contents = named.values()
        if resources is not None and contents is not None:
            fonts = re.search(rb"/Font ?<<(.*?)>>", objects[int(resources.group(1))], re.DOTALL)
            known = re.findall(rb"/(\w+) (\d+) 0 R", fonts.group(1)) if fonts else []
            letters = {name: _letters_of(objects, int(number)) for name, number in known}
            yield _lines(_inflated(objects[int(contents.group(1))]), letters)


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None or b"/FlateDecode" not in body[: found.start()]:
        return b""
    try:
        return zlib.decompress(found.group(1))
    except zlib.error:
        return b""


def _letters_of(objects: dict[int, bytes], font: int) -> dict[int, str]:
    named = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if named is None:
        return {}
    table: dict[int, str] = {}
    written = _inflated(objects[int(named.group(1))]) or objects[int(named.group(1))]
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", written, re.DOTALL):
        codes = _HEX.findall(part)
        table |= {int(code, 16): _utf16(told) for code, told in zip(codes[::2], codes[1::2], strict=True)}
    return table


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


def _lines(content: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
    if b" Tf" not in content:
        return
    letters: dict[int, str] = {}
    line: list[str] = []
    for font, digits, literal, mark in _TOKEN.findall(content):
        if font:
            letters = fonts.get(font, {})
        elif digits or literal:
            raw = bytes.fromhex(digits.decode()) if digits else _unescaped(literal[1:-1])
            line.append(
                "".join(
                    letters.get(int.from_bytes(raw[at : at + _WIDTH]), "\ufffd") for at in range(0, len(raw), _WIDTH)
                )
            )
        elif mark == b"ET" and line:
            yield "".join(line)
            line = []


def _unescaped(literal: bytes) -> bytes:
    def letter(found: re.Match[bytes]) -> bytes:
        told = found.group(1)
        return bytes([int(told, 8) & 0xFF]) if told[:1].isdigit() else _LETTERS.get(told, told)

    return _ESCAPE.sub(letter, literal)
