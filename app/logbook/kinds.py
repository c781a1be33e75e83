"""The kinds of entry: for each its table, its value, what is checked of it; and an entry as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.db.synced import Collection
from app.kernel.clock import day_in_zone, offset_minutes, with_offset
from app.kernel.red_flags import RedFlag
from app.logbook.domain import (
    Asked,
    CheckIn,
    EarlyWarningSign,
    Entry,
    Intensity,
    LoggedSession,
    LoggedSet,
    PainMoment,
    PainScore,
    RedFlagAnswer,
    Run,
    Side,
    Source,
    Surface,
    check_check_in,
    check_pain_score,
    check_red_flag_answer,
    check_run,
    check_session,
)
from app.logbook.models import CHECK_INS, PAIN_SCORES, RED_FLAGS, RUNS, SESSIONS

E = TypeVar("E", bound=Entry)

_WORDS: dict[str, type[StrEnum]] = {
    "side": Side,
    "moment": PainMoment,
    "surface": Surface,
    "intensity": Intensity,
    "source": Source,
    "code": RedFlag,
    "asked_because": Asked,
}

_VALUES = (LoggedSession, LoggedSet, Run, PainScore, CheckIn, RedFlagAnswer)
_NAMES: dict[type, tuple[str, ...]] = {value: tuple(field.name for field in fields(value)) for value in _VALUES}


@dataclass(frozen=True, slots=True)
class Kind(Generic[E]):
    """One kind of entry."""

    name: str
    collection: Collection
    entry: type[E]
    check: Callable[[E], None]

    def columns_of(self, entry: E) -> dict[str, Any]:
        """Return the entry as columns of its table."""
        values = {name: getattr(entry, name) for name in _NAMES[self.entry] if name != "id"}
        if isinstance(entry, LoggedSession):
            values["sets"] = [{name: getattr(done, name) for name in _NAMES[LoggedSet]} for done in entry.sets]
        if isinstance(entry, CheckIn):
            values["early_warning_signs"] = list(entry.early_warning_signs)
            values["red_flags"] = list(entry.red_flags)
        return {
            **values,
            "utc_offset_min": offset_minutes(entry.performed_at),
            "performed_on": day_in_zone(entry.performed_at, entry.zone),
        }

    def entry_of(self, row: Mapping[str, Any]) -> E:
        """Return the entry that a row of its table holds; the instant carries its sender's offset."""
        values = {name: row[name] for name in _NAMES[self.entry]}
        values["performed_at"] = with_offset(row["performed_at"], row["utc_offset_min"])
        if "sets" in values:
            values["sets"] = tuple(_logged_set(done) for done in values["sets"])
        if "early_warning_signs" in values:
            values["early_warning_signs"] = tuple(EarlyWarningSign(sign) for sign in values["early_warning_signs"])
            values["red_flags"] = tuple(values["red_flags"])
        for name, words in _WORDS.items():
            if values.get(name) is not None:
                values[name] = words(values[name])
        return self.entry(**values)


@dataclass(frozen=True, slots=True)
class Stored(Generic[E]):
    """An entry as it is stored: its place in the stream, its version, when the server received it."""

    entry: E
    patient_id: UUID
    seq: int
    ver: UUID
    received_at: datetime
    device_id: UUID | None
    deleted_at: datetime | None
    flags: tuple[str, ...]


def _logged_set(done: Mapping[str, Any]) -> LoggedSet:
    side = done["side"]
    return LoggedSet(**{**done, "side": Side(side) if side else None})


SESSION = Kind("session", SESSIONS, LoggedSession, check_session)
RUN = Kind("run", RUNS, Run, check_run)
PAIN_SCORE = Kind("pain_score", PAIN_SCORES, PainScore, check_pain_score)
CHECK_IN = Kind("check_in", CHECK_INS, CheckIn, check_check_in)
RED_FLAG = Kind("red_flag", RED_FLAGS, RedFlagAnswer, check_red_flag_answer)

KINDS: tuple[Kind[Any], ...] = (SESSION, RUN, PAIN_SCORE, CHECK_IN, RED_FLAG)
