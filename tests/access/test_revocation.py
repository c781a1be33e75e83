"""Nothing of a patient is in any answer to a request begun after the revoke was answered, however it is asked for."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.consent import repository
from app.consent.models import AccessRow, CareLinkRow
from app.db.engine import Database
from app.interop.service.fhir import TYPES as FHIR_TYPES
from tests.access.world import ENTRIES, joined, let_in, made
from tests.builders.browsers import logged_in
from tests.builders.devices import an_id
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.contract.operations import operations

READERS = 4
QUICK, MANY = 9, 200
TIMES = 2
"""How often each way to read has its turn, before the ends of a run and after them: some meet the end itself."""
PATIENCE_S = 120
UNCOUNTED = ("list_streams", "console")
"""What tells without a line of its own, and the pages, which are counted by what each of them shows."""
WAYS = ("the patient revokes", "the therapist ends the care", "the therapist leaves the clinic")


@dataclass(frozen=True)
class Holder:
    """A therapist with the token of a device, and the cookie of a browser."""

    person: Person
    cookie: str

    def load(self, path: str) -> TestResponse:
        """Load a page of the console."""
        client = self.person.client.application.test_client(use_cookies=False)
        return client.get(path, headers={"Cookie": f"trochlea={self.cookie}"})


@dataclass(frozen=True)
class Ask:
    """One way to read of a patient; `names` is what stands in an answer that tells of one among others."""

    name: str
    path: str
    tag: str | None = None
    body: Any = None
    names: str | None = None
    is_page: bool = False

    def send(self, therapist: Holder) -> TestResponse:
        """Ask as a therapist."""
        if self.is_page:
            return therapist.load(self.path)
        headers = {"If-None-Match": self.tag} if self.tag else {}
        return therapist.person.send("GET" if self.body is None else "POST", self.path, self.body, headers)


@dataclass
class Heard:
    """One answer: when its request began and ended, and whether it told anything of the patient."""

    ask: str
    began: float
    ended: float
    tells: bool
    status: int


@dataclass
class Readers:
    """Threads that read all the time, as the holder; while it is open and while it is not, each way in its turn."""

    asks: list[Ask]
    holder: Holder
    answers_each: int
    """So many are awaited before an end and after it: over all of them each way has its turns."""
    is_open: bool = False
    heard: list[Heard] = field(default_factory=list)
    stop: bool = False
    turns: dict[bool, Iterator[int]] = field(default_factory=lambda: {True: count(), False: count()})
    news: threading.Condition = field(default_factory=threading.Condition)
    failures: list[BaseException] = field(default_factory=list)

    def read(self) -> None:
        """Read until told to stop."""
        try:
            while not self.stop:
                ask = self.asks[next(self.turns[self.is_open]) % len(self.asks)]
                began = time.perf_counter()
                answer = ask.send(self.holder)
                told = Heard(ask.name, began, time.perf_counter(), tells(ask, answer), answer.status_code)
                with self.news:
                    self.heard.append(told)
                    self.news.notify_all()
        except BaseException as failure:
            with self.news:
                self.failures.append(failure)
                self.news.notify_all()
            raise

    def await_answers(self, since: float) -> None:
        """Wait until so many requests as are wanted were begun since then and answered."""
        with self.news:
            done = self.news.wait_for(
                lambda: self.failures or sum(one.began > since for one in self.heard[-200:]) >= self.answers_each,
                timeout=PATIENCE_S,
            )
        assert done, "the readers are stuck"
        assert self.failures == []


def tells(ask: Ask, answer: TestResponse) -> bool:
    """Does an answer tell anything of the patient? That nothing is new is told as well."""
    if ask.name == "pull_many":
        return answer.status_code == 200 and any("page" in item for item in answer.json["items"])
    if ask.name == "list_streams":
        return answer.status_code == 200 and any("head" in item for item in answer.json["items"])
    if ask.names is not None:
        return answer.status_code == 200 and ask.names in answer.text
    return answer.status_code == 200 if ask.is_page else answer.status_code < 400


def pages_of(patient: Person, *, with_drawings: bool) -> Iterator[Ask]:
    """Return every page of the console that tells of a patient; what is drawn for a page takes long."""
    yield Ask("console_caseload", "/console/caseload", names=str(patient.id), is_page=True)
    drawn = ("", "/course", "/report.pdf") if with_drawings else ()
    for page in ("/record", "/programme", "/programme/new", "/policy", "/override", "/review", "/messages", *drawn):
        yield Ask(f"console{page}", f"/console/patients/{patient.id}{page}", is_page=True)


def ways_to_read(app: Flask, patient: Person, therapist: Person) -> list[Ask]:
    """Return every way to read of a patient: each operation, with a tag where it has one, and from a cursor."""
    programme = prescribed(therapist, patient)["id"]
    ids = {"programme_id": programme, "number": "1", "name": "pain-and-load", "form": "json"}
    ids["advice_id"] = therapist.get(f"/v1/patients/{patient.id}/guidance/advice").json["id"]
    for path, builder in ENTRIES.items():
        for number in range(2):
            ids[path] = an_id()
            made(patient.post(f"/v1/patients/{{me}}/{path}", {"id": ids[path], **builder(3 + number)}))
    found = []
    for operation in operations(app):
        if operation.method != "GET" or "patient_id" not in operation.path_names or not _opens(operation):
            continue
        entry = operation.path.removeprefix("/v1/patients/{patient_id}/").split("/")[0]
        url = operation.url(patient.id, **{**ids, "entry_id": ids.get(entry, "")})
        found += _variants(operation.name, url, "limit" in operation.query_names, therapist)
    for resource in sorted({*FHIR_TYPES} - {"Consent"}):
        found += _variants(
            f"search_fhir_{resource.lower()}", f"/fhir/{resource}?patient={patient.id}", False, therapist
        )
    asked = {"streams": [{"patient_id": str(patient.id), "cursor": None}]}
    found += [Ask("pull_many", "/v1/sync/pull", body=asked), Ask("list_streams", "/v1/sync/streams")]
    return [*found, Ask("list_caseload", "/v1/caseload", names=str(patient.id))]


def _opens(operation: Any) -> bool:
    return operation.said["x-permission"] not in ("care_links.manage", "sync.write")


def _variants(name: str, url: str, is_list: bool, therapist: Person) -> Iterator[Ask]:
    answer = therapist.get(url)
    assert answer.status_code == 200, (url, answer.json)
    yield Ask(name, url)
    if tag := answer.headers.get("ETag"):
        yield Ask(f"{name} with its tag", url, tag)
    page = therapist.get(f"{url}?limit=1").json if is_list else {}
    if cursor := page.get("next_cursor") or page.get("cursor"):
        further = f"{url}?limit=1&cursor={cursor}"
        yield Ask(f"{name} from a cursor", further)
        if tag := therapist.get(further).headers.get("ETag"):
            yield Ask(f"{name} from a cursor with its tag", further, tag)


class Care:
    """A patient, a therapist of a clinic, and the ways in which the care ends."""

    def __init__(self, people: People, *, with_drawings: bool = False) -> None:
        self.people, self.patient = people, people.patient()
        self.therapist, self.admin = people.therapist(), people.therapist()
        self.clinic = str(uuid4())
        made(self.admin.post("/v1/clinics", {"id": self.clinic, "name": "Knee house"}))
        joined(self.admin, self.clinic, self.therapist)
        self.begin()
        self.asks = ways_to_read(people.app, self.patient, self.therapist)
        self.asks += pages_of(self.patient, with_drawings=with_drawings)
        self.end(WAYS[0])

    def holder(self) -> Holder:
        """Return the therapist as logged in just now."""
        return Holder(self.therapist, logged_in(self.people.app, self.therapist).cookie or "")

    def begin(self) -> None:
        """Let the therapist in, with everything."""
        self.link = let_in(self.patient, self.therapist, clinic_id=self.clinic)["id"]

    def end(self, way: str) -> None:
        """End the care in one of the ways; when this returns, it was answered."""
        act: dict[str, Callable[[], TestResponse]] = {
            WAYS[0]: lambda: self.patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{self.link}"),
            WAYS[1]: lambda: self.therapist.send("DELETE", f"/v1/patients/{self.patient.id}/care"),
            WAYS[2]: lambda: self.admin.send("DELETE", f"/v1/clinics/{self.clinic}/members/{self.therapist.id}"),
        }
        assert act[way]().status_code == 204

    def rejoin(self) -> None:
        """Log in and come back to the clinic after leaving it."""
        self.therapist = self.people.again(self.therapist)
        joined(self.admin, self.clinic, self.therapist)


def lines(database: Database, care: Care) -> int:
    """Return how often the patient's log says that something was shown; a page of the console may be several lines."""
    shown = (
        AccessRow.patient_id == care.patient.id,
        AccessRow.operation != "end_care",
        AccessRow.operation.not_like("console_%"),
    )
    with database.reading() as db:
        return int(db.execute(select(func.count()).where(*shown)).scalar_one())


def late_answers(app: Flask, care: Care, rounds: int) -> tuple[list[Heard], list[Heard], set[str]]:
    """End the care so many times under readers; return all they heard, what told too much, and what was asked late."""
    answers_each = max(READERS, math.ceil(TIMES * len(care.asks) / max(rounds, QUICK)))
    readers = Readers(care.asks, care.holder(), answers_each)
    threads = [threading.Thread(target=readers.read) for _ in range(READERS)]
    closed: list[tuple[float, float]] = []
    for thread in threads:
        thread.start()
    try:
        for number in range(rounds):
            way = WAYS[number % len(WAYS)]
            care.begin()
            readers.is_open = True
            readers.await_answers(time.perf_counter())
            care.end(way)
            ended = time.perf_counter()
            readers.is_open = False
            if way == WAYS[2]:
                care.rejoin()
                readers.holder = care.holder()
            readers.await_answers(max(ended, time.perf_counter()))
            closed.append((ended, time.perf_counter()))
    finally:
        readers.stop = True
        for thread in threads:
            thread.join(PATIENCE_S)
    heard = list(readers.heard)
    late = [one for one in heard if any(since < one.began and one.ended < until for since, until in closed)]
    return heard, [one for one in late if one.tells], {one.ask for one in late}


def assert_nothing_late(app: Flask, people: People, database: Database, rounds: int) -> None:
    care = Care(people, with_drawings=rounds == MANY)
    before = lines(database, care)
    heard, too_much, asked_late = late_answers(app, care, rounds)
    assert too_much == []
    ways, told = {one.ask for one in heard}, {one.ask for one in heard if one.tells}
    assert asked_late == ways == {ask.name for ask in care.asks}, "each way was tried after the end"
    assert [one for one in heard if one.status >= 500 and one.status != 503] == []
    shown = [one for one in heard if one.tells and one.status == 200 and not one.ask.startswith(UNCOUNTED)]
    assert lines(database, care) - before == len(shown), "a line for each answer that showed something, and no other"
    assert_they_tell(care, [ask for ask in care.asks if ask.name not in told])


def assert_they_tell(care: Care, asks: Iterable[Ask]) -> None:
    """Check that each way tells something while it is allowed: those that an end has always come before as well."""
    care.begin()
    holder = care.holder()
    assert [ask.name for ask in asks if not tells(ask, ask.send(holder))] == []


def test_nothing_is_told_once_the_end_of_the_care_was_answered(app: Flask, people: People, database: Database) -> None:
    assert_nothing_late(app, people, database, QUICK)


@pytest.mark.deep
def test_nothing_is_told_after_any_of_two_hundred_ends(app: Flask, people: People, database: Database) -> None:
    assert_nothing_late(app, people, database, MANY)


def test_a_link_that_is_remembered_is_seen(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what a therapist holds is asked once and kept."""
    honest, kept = repository.find_grant, {}

    def remembered(db: Any, patient_id: Any, therapist_id: Any, at: Any) -> Any:
        found = honest(db, patient_id, therapist_id, at)
        if found is not None:
            kept[patient_id, therapist_id] = found
        return kept.get((patient_id, therapist_id))

    monkeypatch.setattr(repository, "find_grant", remembered)
    _, too_much, _ = late_answers(app, Care(people), 2)
    assert too_much != []


def test_an_end_that_is_not_stored_is_seen(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the predicate does not look whether the link was ended."""
    care = Care(people)
    repository._grant_statement.cache_clear()
    monkeypatch.setattr(repository, "is_active", lambda at: CareLinkRow.expires_at > at)
    try:
        _, too_much, _ = late_answers(app, care, 1)
    finally:
        repository._grant_statement.cache_clear()
    assert too_much != []
