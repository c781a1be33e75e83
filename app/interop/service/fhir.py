"""Answer what other systems ask of a patient in FHIR: search a type, read one resource, or take everything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.consent import service as consent
from app.consent.domain import Scope
from app.guidance import service as guidance
from app.interop.fhir.coding import Json
from app.interop.fhir.ids import Place
from app.interop.fhir.people import consent_of, patient_of, summary_of
from app.interop.fhir.plans import care_plan_of, guidance_response_of, service_requests_of
from app.interop.fhir.search import Span, matches, span_of
from app.interop.service.logged import OBSERVATION, PROCEDURE, PROVENANCE, RESPONSES, Logged, find_logged, walk
from app.kernel.errors import Denied, NotVisible
from app.kernel.permissions import Actor
from app.logbook import service as logbook
from app.logbook.domain import MOST_IN_ALL
from app.logbook.kinds import INTAKE
from app.programmes import service as programmes

Position = list[Any]
"""Where a page ended, as JSON values."""
Patients = tuple[list[Json], Position | None]
"""A page of patients, and where the next begins."""

LOGGED = {
    "Observation": OBSERVATION,
    "Procedure": PROCEDURE,
    "QuestionnaireResponse": RESPONSES,
    "Provenance": PROVENANCE,
}
TYPES = (
    "Observation", "Procedure", "QuestionnaireResponse", "CarePlan", "ServiceRequest", "GuidanceResponse", "Consent",
    "Provenance",
)  # fmt: skip
"""What a patient's compartment holds, in the order that $everything tells it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a patient: with which scopes (None: the patient), in which language and register, when."""

    patient_id: UUID
    scopes: frozenset[Scope] | None
    language: str
    register: str
    at: datetime

    def may(self, scope: Scope) -> bool:
        """Is this open to them?"""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for; None asks for all."""

    dates: Sequence[str] = ()
    code: str | None = None
    category: str | None = None
    ids: frozenset[str] = field(default_factory=frozenset)

    def fits(self, resource: Json) -> bool:
        """Is it one of those that are searched for, its date aside?"""
        wanted = not self.ids or resource["id"] in self.ids
        return wanted and matches(resource, "code", self.code) and matches(resource, "category", self.category)


def read_patient(db: Session, reader: Reader) -> Json:
    """Return the patient, with the year of birth that was told last and is open to the reader."""
    account = accounts.account_of(db, reader.patient_id)
    return patient_of(account, _birth_year(db, reader))


def find_patients(db: Session, who: Actor, ids: Collection[str], first: int, most: int, at: datetime) -> Patients:
    """Return those of the patients that somebody may see (with these ids, if any are named), from the first on."""
    seen = sorted(patient for patient, is_open in consent.patients_of(db, who, at) if is_open)
    wanted = [one for one in seen if not ids or str(one) in ids]
    page = wanted[first : first + most]
    people = accounts.people_of(db, page)
    return [summary_of(people[one]) for one in page], [first + most] if len(wanted) > first + most else None


def search(
    db: Session, reader: Reader, resource: str, question: Question, after: Position | None, most: int
) -> tuple[list[Json], Position | None]:
    """Return a page of the resources of a type, and where the next begins (None: this was all).

    Raises Denied for a type that the reader's scopes do not open, and BadSearch.
    """
    account = accounts.account_of(db, reader.patient_id)
    span = span_of(question.dates, account.zone)
    if resource in LOGGED:
        return _search_logged(db, reader, LOGGED[resource], question, span, after, most)
    if resource == "GuidanceResponse":
        return _search_advice(db, reader, question, span, after, most)
    found = [one for one in _WHOLE[resource](db, reader, account) if question.fits(one) and _in_time(one, span)]
    first = after[0] if after else 0
    more = [first + most] if len(found) > first + most else None
    return found[first : first + most], more


def read(db: Session, reader: Reader, resource: str, place: Place) -> Json:
    """Return one resource of the reader's patient; raise NotVisible, or Denied for a type that is not open."""
    if resource in LOGGED:
        logged = LOGGED[resource]
        return find_logged(db, logged, _open(reader, logged), place, reader.may(Scope.NOTES_READ))
    if resource == "GuidanceResponse":
        _check(reader, Scope.ADVICE_READ)
        return _advice(reader, guidance.advice_given(db, reader.patient_id, place.record_id), place)
    account = accounts.account_of(db, reader.patient_id)
    for found in _WHOLE[resource](db, reader, account):
        if found["id"] == place.id:
            return found
    raise NotVisible


def everything(db: Session, reader: Reader, after: Position | None, most: int) -> tuple[list[Json], Position | None]:
    """Return a page of all that is open to the reader, the patient first, type by type."""
    found = [] if after else [read_patient(db, reader)]
    index, inner = after or (0, None)
    while index < len(TYPES):
        try:
            page, inner = search(db, reader, TYPES[index], Question(), inner, most - len(found))
        except Denied:
            page, inner = [], None
        found += page
        index += inner is None
        if len(found) >= most:
            return found, [index, inner] if index < len(TYPES) else None
    return found, None


def _search_logged(
    db: Session, reader: Reader, logged: Logged, question: Question, span: Span, after: Position | None, most: int
) -> tuple[list[Json], Position | None]:
    origins = [one for one in _open(reader, logged) if one.may_have(question.code)]
    if not origins:
        return [], None
    standing = (datetime.fromisoformat(after[0]), UUID(after[1]), after[2]) if after else None
    found: list[Json] = []
    with_notes = reader.may(Scope.NOTES_READ)
    last: Position | None = None
    for here, resource in walk(db, reader.patient_id, logged, origins, span, standing, most, with_notes):
        if not question.fits(resource):
            continue
        if len(found) == most:
            return found, last
        found.append(resource)
        last = [here[0].isoformat(), str(here[1]), here[2]]
    return found, None


def _open(reader: Reader, logged: Logged) -> Sequence[Any]:
    """Return the origins that are open to a reader; raise Denied where none is."""
    origins = logged.open_to(reader.scopes)
    if not origins:
        raise Denied
    return origins


def _search_advice(
    db: Session, reader: Reader, question: Question, span: Span, after: Position | None, most: int
) -> tuple[list[Json], Position | None]:
    """Return advice newest first; with dates a page may be short, or empty, and have a next one."""
    _check(reader, Scope.ADVICE_READ)
    given = guidance.advice_history(db, reader.patient_id, after[0] if after else None, most + 1)
    page = [one for one in given[:most] if span.holds(one.given_at)]
    found = [_advice(reader, one, Place(reader.patient_id, one.id)) for one in page]
    return [one for one in found if question.fits(one)], [given[most - 1].seq] if len(given) > most else None


def _advice(reader: Reader, given: Any, place: Place) -> Json:
    if place.id != Place(reader.patient_id, given.id).id:
        raise NotVisible
    words = guidance.in_words(given, reader.language, reader.register)
    return guidance_response_of(reader.patient_id, given, words)


def _care_plans(db: Session, reader: Reader, _account: Account) -> list[Json]:
    _check(reader, Scope.PLAN_WRITE)
    return [care_plan_of(one) for one in programmes.list_programmes(db, reader.patient_id)]


def _service_requests(db: Session, reader: Reader, _account: Account) -> list[Json]:
    _check(reader, Scope.PLAN_WRITE)
    return [one for found in programmes.list_programmes(db, reader.patient_id) for one in service_requests_of(found)]


def _consents(db: Session, reader: Reader, account: Account) -> list[Json]:
    """Return the patient's care links, which are nobody else's to see."""
    if reader.scopes is not None:
        raise Denied
    links = consent.links_of(db, reader.patient_id)
    return [consent_of(account, told, reader.at) for told in consent.told_of(db, links)]


_WHOLE: dict[str, Callable[[Session, Reader, Account], list[Json]]] = {
    "CarePlan": _care_plans,
    "ServiceRequest": _service_requests,
    "Consent": _consents,
}
_DATES = {"CarePlan": "created", "ServiceRequest": "authoredOn", "Consent": "dateTime"}


def _in_time(resource: Json, span: Span) -> bool:
    return span.holds(datetime.fromisoformat(resource[_DATES[resource["resourceType"]]]))


def _check(reader: Reader, scope: Scope) -> None:
    if not reader.may(scope):
        raise Denied


def _birth_year(db: Session, reader: Reader) -> int | None:
    if not reader.may(Scope.SESSIONS_READ):
        return None
    told = logbook.list_entries(
        db, reader.patient_id, INTAKE, since=None, until=None, wanted={}, after=None, limit=MOST_IN_ALL
    )
    years = [one.entry.birth_year for one in told if one.entry.birth_year is not None]
    return years[-1] if years else None
