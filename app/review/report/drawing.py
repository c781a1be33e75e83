"""Sets a report as PDF/UA with typst; what people wrote reaches it as data, and never becomes markup."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from app.review.report.form import Report

REPORT_VERSION = 2
"""Grows with every change of how a report is made, so that nobody keeps an old one as the newest."""
STANDARD = "ua-1"
UNPRINTABLE = "?"
"""Stands for a letter that no font at hand can show; PDF/UA allows no empty boxes."""
_SHEET = Path(__file__).with_name("report.typ").read_bytes()
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "DIGIT", "COMBINING")
_PLAIN = 0x17F  # the last letter of Latin Extended-A, which every font at hand has


def as_pdf(report: Report) -> bytes:
    """Return the report as PDF/UA-1; letters that cannot be printed are shown as a question mark."""
    import typst  # where it is used: seldom, and it is large

    told = report.told()
    for printable in (None, _is_european, _is_plain):
        try:
            return _compiled(report, told if printable is None else _only(told, printable))
        except typst.TypstError as error:
            failed = error
    raise failed


def _compiled(report: Report, told: dict[str, Any]) -> bytes:
    pictures = {f"{name}.svg": svg.encode() for name, svg in report.pictures.items()}
    files = {"main.typ": _SHEET, "report.json": json.dumps(told).encode(), **pictures}
    # Several files at once are in typst's manual, and not in its types.
    import typst

    made: bytes = typst.compile(files, format="pdf", pdf_standards=STANDARD)  # type: ignore[call-overload]
    return made


def _only(value: Any, printable: Any) -> Any:
    if isinstance(value, str):
        return "".join(letter if printable(letter) else UNPRINTABLE for letter in value)
    if isinstance(value, dict):
        return {name: _only(one, printable) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_only(one, printable) for one in value]
    return value


def _is_european(letter: str) -> bool:
    return _is_plain(letter) or unicodedata.name(letter, "").startswith(_SCRIPTS)


def _is_plain(letter: str) -> bool:
    return ord(letter) <= _PLAIN or letter in "\u2013\u2026\u200b"
