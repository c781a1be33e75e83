"""In which languages and registers the library speaks; a text has all four of its versions or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from app.library.domain.words import GROUP_TITLES, Group, ReviewStatus


class Language(StrEnum):
    """A language in which every text is complete; the first stands in for one that is not known."""

    EN = "en"
    DE = "de"


class Register(StrEnum):
    """For whom a text is written."""

    CLINICIAN = "clinician"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Registers:
    """One text in one language, for either reader."""

    patient: str
    clinician: str


@dataclass(frozen=True, slots=True)
class Told:
    """One text in every language and register."""

    en: Registers
    de: Registers

    def to(self, language: Language, register: Register) -> str:
        """Return the version for one reader."""
        found: str = getattr(getattr(self, language), register)
        return found

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the words of each version."""
        for language, registers in asdict(self).items():
            for register, text in registers.items():
                yield f"{language}.{register}", text


@dataclass(frozen=True, slots=True)
class Translation:
    """What an exercise is called and what is said of it in another language: to clinicians, and to patients."""

    name: str
    note: str | None
    instruction: str


_GROUP_TITLES_DE = {
    Group.VMO_QUADRICEPS: "VMO / Quadrizeps",
    Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR: "Hüftabduktoren und -rotatoren",
    Group.ANKLE_MOBILITY_CALF: "Sprunggelenk und Wade",
    Group.CORE: "Rumpf",
    Group.STRETCHING: "Dehnen und Faszienrolle",
    Group.GAIT_RETRAINING: "Laufschulung",
    Group.MAINTENANCE_PLYOMETRICS: "Erhaltung, Sprünge und Ausgleichstraining",
}
GROUP_TITLES_IN: dict[Language, dict[Group, str]] = {Language.EN: GROUP_TITLES, Language.DE: _GROUP_TITLES_DE}

CAUTION = Told(
    en=Registers(
        patient="Nobody has checked this text yet. Talk to your therapist before you act on it.",
        clinician="Not approved by a reviewer: shown for information, drives no rule.",
    ),
    de=Registers(
        patient="Diesen Text hat noch niemand geprüft. Sprechen Sie mit Ihrer Therapeutin oder Ihrem Therapeuten, "
        "bevor Sie danach handeln.",
        clinician="Von niemandem freigegeben: nur zur Information, steuert keine Regel.",
    ),
)


def caution_of(status: ReviewStatus, language: Language, register: Register) -> str | None:
    """Return what is said beside a text that nobody has approved; None beside an approved one."""
    return None if status is ReviewStatus.APPROVED else CAUTION.to(language, register)
