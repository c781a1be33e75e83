"""What every observation is made of: the record it is of, its code, its value, and who told it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.interop.fhir.coding import MEASURE, MOMENT, Json, category, concept, knee, quantity
from app.interop.fhir.ids import Place, patient_reference
from app.logbook.kinds import Stored

SURVEY = category("survey", "Survey")
ACTIVITY_OF = category("activity", "Activity")
EXAM = category("exam", "Exam")
_SECONDS_A_MINUTE = 60
_DIGITS = 4
"""A second is 0.0167 minutes: four digits tell each second from the next."""


def head_of(stored: Stored[Any], resource: str, part: str) -> Json:
    """Return what every resource that is made of a record begins with."""
    return {
        "resourceType": resource,
        "id": Place(stored.patient_id, stored.entry.id, part).id,
        "meta": {"versionId": str(stored.ver), "lastUpdated": instant(stored.received_at)},
    }


def instant(at: datetime) -> str:
    """Return an instant as FHIR writes it: to the millisecond, with the offset it was told with."""
    return at.isoformat(timespec="milliseconds")


def observed(stored: Stored[Any], part: str, of: list[Json], code: Json, value: Json | None = None) -> Json:
    """Return an observation of a record: its category, its code, and its value[x], if it has one."""
    return {
        **head_of(stored, "Observation", part),
        "status": "final",
        "category": of,
        "code": code,
        "subject": patient_reference(stored.patient_id),
        "effectiveDateTime": instant(stored.entry.performed_at),
        "issued": instant(stored.received_at),
        "performer": [teller_of(stored)],
        **(value or {}),
    }


def teller_of(stored: Stored[Any]) -> Json:
    """Return who told a record: the patient, or a therapist of theirs, who is not named."""
    if getattr(stored.entry, "recorded_by", None) == "therapist":
        return {"display": "therapist"}
    return dict(patient_reference(stored.patient_id))


Value = Callable[[Any], Json]
"""A value as it is kept -> the value[x] of an observation or a component."""


def in_unit(unit: str, code: str) -> Value:
    """Return how a number is told, with its unit in words and in UCUM."""
    return lambda value: {"valueQuantity": quantity(value, unit, code)}


def in_minutes(seconds: int) -> Json:
    """Return a duration in minutes."""
    return {"valueQuantity": quantity(round(seconds / _SECONDS_A_MINUTE, _DIGITS), "minute", "min")}


def yes_or_no(value: bool) -> Json:
    """Return an answer."""
    return {"valueBoolean": value}


def on_day(day: date) -> Json:
    """Return a day, which FHIR writes where it writes an instant."""
    return {"valueDateTime": day.isoformat()}


def as_concept(which: Callable[[str], Json]) -> Value:
    """Return how a word is told."""
    return lambda value: {"valueCodeableConcept": which(value)}


SCORE = in_unit("points", "{score}")
TENTHS = in_unit("points of 10", "{score}")


@dataclass(frozen=True, slots=True)
class Told:
    """One member of a record that is an observation of its own: the tag of its id, its code and how it is told.

    One that is None was not told and is none. `components` say what else belongs to it.
    """

    part: str
    name: str
    code: Json
    value: Value
    of: list[Json] = field(default_factory=lambda: SURVEY)
    of_a_knee: bool = False
    components: Callable[[Any], list[Json]] | None = None

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes it can be searched by."""
        return frozenset(coding["code"] for coding in self.code["coding"])

    def of_record(self, stored: Stored[Any]) -> Iterator[Json]:
        """Yield the observation, where there is one."""
        value = getattr(stored.entry, self.name)
        if value is None:
            return
        found = observed(stored, self.part, self.of, self.code, self.value(value))
        if self.of_a_knee:
            found["bodySite"] = knee(stored.entry.side)
        if self.components is not None:
            found["component"] = self.components(stored.entry)
        yield found


@dataclass(frozen=True, slots=True)
class Listed:
    """A member of a record that names signs of a closed list: each that is named is an observation, which says yes.

    `tags` are the tags of the ids by the words, in the order they are told in.
    """

    name: str
    system: str
    tags: Mapping[str, str]
    of: list[Json] = field(default_factory=lambda: SURVEY)

    @property
    def parts(self) -> frozenset[str]:
        """Return the tags of the ids."""
        return frozenset(self.tags.values())

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes they can be searched by."""
        return frozenset(self.tags)

    def of_record(self, stored: Stored[Any]) -> Iterator[Json]:
        """Yield an observation for each that is named, in the order of the list."""
        named = frozenset(getattr(stored.entry, self.name) or ())
        for one, tag in self.tags.items():
            if one in named:
                code = concept(self.system, one, one.replace("_", " "))
                yield observed(stored, tag, self.of, code, yes_or_no(True))


Telling = Told | Listed


def parts_of(tellings: Iterable[Telling]) -> frozenset[str]:
    """Return the tags of all their ids."""
    return frozenset(part for one in tellings for part in (one.parts if isinstance(one, Listed) else {one.part}))


def codes_of(tellings: Iterable[Telling]) -> frozenset[str]:
    """Return the codes that any of them can be searched by."""
    return frozenset(code for one in tellings for code in one.codes)


def at_moment(moment: str) -> Json:
    """Return the component that says when pain was felt."""
    code = concept(MEASURE, "pain-moment", "When the pain was felt")
    return {"code": code, "valueCodeableConcept": concept(MOMENT, moment, moment.replace("_", " "))}
