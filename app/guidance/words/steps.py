"""Why the engine stopped a programme or took a step down: kept as codes in a fixed sentence, told in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.guidance.words import book_of

_STOPPED = re.compile(r"Stopped: (\w+)\. A therapist re-opens it\.")
_DOWN = re.compile(r"Stepped down to \w+: (\w+(?:, \w+)*)\.")


def stopped_by(rule: str) -> str:
    """Return what is kept of a stop by an open pause of this rule."""
    return f"Stopped: {rule}. A therapist re-opens it."


def stepped_down_by(stage: str, codes: Iterable[str]) -> str:
    """Return what is kept of a step down to a stage, with the codes of what asked for it."""
    return f"Stepped down to {stage}: {', '.join(codes)}."


def step_in_words(reason: str, made_by: str, language: str, register: str) -> str:
    """Return a reason in words; whatever a person wrote, and whatever is not known here, as it is."""
    if made_by != "engine":
        return reason
    stopped, down = _STOPPED.fullmatch(reason), _DOWN.fullmatch(reason)
    said = book_of(language).beside.steps
    if stopped is not None:
        return f"{_why(stopped[1], language, register)} {said['stopped'].to(register)}"
    if down is None:
        return reason
    return " ".join(_why(code, language, register) for code in down[1].split(", "))


def told_step(reason: str, made_by: str, language: str, is_patient: bool) -> str:
    """Return a reason in words for a patient, or for a clinician."""
    return step_in_words(reason, made_by, language, "patient" if is_patient else "clinician")


def _why(code: str, language: str, register: str) -> str:
    """Return a rule of the engine, or a sign of a stage, in words; a code of another ruleset as it is."""
    book = book_of(language)
    found = book.rules.get(code) or book.beside.steps.get(code)
    return found.to(register) if found is not None else f"{code}."
