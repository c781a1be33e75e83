"""Errors are facts, in four families; only web/problems.py knows their status codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldFault:
    """One thing that is wrong at one place of the input: a JSON pointer, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str = ""


class TrochleaError(Exception):
    """A broken expectation with a stable machine code and a sentence without health data."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something is wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        faults: Sequence[FieldFault] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.faults = tuple(faults)
        self.extra = dict(extra or {})


class Invalid(TrochleaError):
    """The input cannot be meant: refused, nothing stored."""

    code = "invalid"
    title = "The input is not valid"


class NotVisible(TrochleaError):
    """It does not exist, or not for this person; the two are never told apart."""

    code = "not_found"
    title = "There is nothing here"


class Conflict(TrochleaError):
    """What is stored already does not go together with what is asked."""

    code = "conflict"
    title = "This does not fit what is stored"


class Gone(TrochleaError):
    """It was there and is not any more: start again without it."""

    code = "gone"
    title = "This is gone; start again"


class Denied(TrochleaError):
    """The person is known, and this is not for their role."""

    code = "forbidden"
    title = "This is not for your role"


class Unauthenticated(Denied):
    """Nobody known asks: no token, a wrong one, or one whose device session has ended."""

    code = "unauthenticated"
    title = "Log in first"


class Unavailable(TrochleaError):
    """It cannot be done just now; the same request may be sent again after a while."""

    code = "unavailable"
    title = "Not available just now; try again"
    retry_after_s: int = 1
