"""The form of a language: the same sentences in every one, each to a patient and to a clinician."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in the words for a patient, and in those for a clinician."""

    patient: str
    clinician: str

    def to(self, register: str) -> str:
        """Return the words for one of them."""
        return self.clinician if register == "clinician" else self.patient


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said beside the advice: of a session, an orthosis test, presets from memory, steps, efforts left out."""

    ladder: Mapping[str, Said]
    orthosis: Mapping[str, Said]
    presets: Mapping[str, Said]
    steps: Mapping[str, Said]
    efforts: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Book:
    """All that is said in one language, by code."""

    rules: Mapping[str, Said]
    to_do: Mapping[str, Said]
    rest: Mapping[int, str]
    rests: str
    seek_care: Mapping[str, Said]
    disclaimer: Said
    questions: Mapping[str, str]
    because_asked: Mapping[str, str]
    notices: Mapping[str, Said]
    findings: Said
    names: Mapping[str, str]
    beside: Beside
