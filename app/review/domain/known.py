"""What the reasons to look at a patient are made of, as the database tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.consent.domain import Scope


@dataclass(frozen=True, slots=True)
class OpenPause:
    """A pause that nobody has closed; `red_flag` names the sign that opened it."""

    opened_on: date
    rule: str
    refer: str
    red_flag: str | None


@dataclass(frozen=True, slots=True)
class NewestAdvice:
    """What was last advised: its day, and all rules that were true."""

    as_of: date
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class ToldFlag:
    """An urgent sign as the patient told it, the newest answer to its question being yes."""

    code: str
    on: date
    level: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class PainAndAdherence:
    """Rising weekly pain (NRS) beside adherence of the last 7 days and the 7 before, in percent."""

    rise: float
    now: float | None
    before: float | None
