"""What therapists read: one patient's year of progress (W5) and the caseload of 200 (W6), beside their statements."""

from __future__ import annotations

import random
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from app.consent import service as consent
from app.consent.domain import CONSENT_TEXT_VERSION, CareLink, Scope
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.programmes import service as programmes
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from tests.benchmarks.asked import Asked, file_of, opened, raw, statements_of, write_asked
from tests.benchmarks.grounds import Ground
from tests.benchmarks.load import Sample, measure, request
from tests.benchmarks.pasts import SHORT_ARCHIVE, YEAR
from tests.benchmarks.places import Place
from tests.benchmarks.results import IN_PROCESS, PRODUCT, TARGETS, Results
from tests.builders.care import logged
from tests.builders.devices import a_check_in
from tests.builders.people import People, Person
from tests.builders.plans import standard_order

PROGRESS, CASELOAD = "a year of progress", "caseload of 200"
REVIEWS = {PROGRESS: 4, CASELOAD: 4}
"""The works and by how many clients each is done."""
WARM = 4


@dataclass(frozen=True)
class Ward:
    """How many patients a therapist has, how many of them with rising pain, and how often each work is done a round."""

    patients: int = 200
    rising: int = 10
    count: int = 24


@dataclass(frozen=True)
class Desk:
    """Who asks for what on one place, and the statements that their answers are made from."""

    people: dict[str, tuple[Person, str]]
    asked: dict[str, Asked]


class ReviewRounds:
    """Measures round after round what the same therapist and the same patient read."""

    def __init__(self, places: list[Place], results: Results, chance: random.Random, size: Ward) -> None:
        self._places, self._results, self._chance, self._size = places, results, chance, size
        self._desks = {place.name: _desk(place, size) for place in places}

    def measure(self, *, warm: bool) -> None:
        """Measure each work once, beside its baselines, in a random order; with `warm` each is run in before."""
        turns = [(place, work) for place in self._places for work in REVIEWS]
        self._chance.shuffle(turns)
        for place, work in turns:
            for target in self._chance.sample(TARGETS, len(TARGETS)):
                if warm:
                    self._sample(place, target, work, WARM)
                self._results.add(place.name, target, work, self._sample(place, target, work, self._size.count))

    def _sample(self, place: Place, target: str, work: str, count: int) -> Sample:
        desk, clients = self._desks[place.name], min(REVIEWS[work], count)
        person, path = desk.people[work]
        if target == PRODUCT:
            one = request("GET", path, 200, Authorization=f"Bearer {person.token}")
            return measure(place.product.port, [[one]] * count, clients)
        if target == IN_PROCESS:
            return _in_process(place.ground, desk.asked[work], count)
        return measure(place.raw.port, [[request("GET", f"/asked/{file_of(work)}", 200)]] * count, clients)


def _desk(place: Place, size: Ward) -> Desk:
    ground = place.ground
    until = now().date()
    patient, (therapist, _) = runner(ground), ward(ground, size.patients, size.rising)
    people = {
        PROGRESS: (patient, f"/v1/patients/{patient.id}/progress?since={until - timedelta(days=364)}&until={until}"),
        CASELOAD: (therapist, "/v1/caseload?limit=200"),
    }
    asked = {work: statements_of(ground, partial(person.get, path)) for work, (person, path) in people.items()}
    for work, statements in asked.items():
        # The baseline's server is another process; it reads what it is to ask from beside its advice.
        write_asked(ground.folder, work, statements)
    return Desk(people, asked)


def _in_process(ground: Ground, asked: Asked, count: int) -> Sample:
    took = []
    with closing(opened(ground.url)) as connection:
        began = time.perf_counter()
        for _ in range(count):
            before = time.perf_counter()
            raw(connection, asked)
            took.append((time.perf_counter() - before) * 1000)
        return Sample(count / (time.perf_counter() - began), took)


def runner(ground: Ground) -> Person:
    """Return a patient with a year of entries and a programme since then."""
    (found,) = ground.pasts.patients(YEAR, 1)
    at = now()
    author = Author(id=found.person.id, role=AuthorRole.PATIENT)
    with ground.database.writing.begin() as db:
        programmes.prescribe(db, found.person.id, standard_order(), author, at - timedelta(days=364))
    ground.tidy()
    return found.person


def ward(ground: Ground, count: int, rising: int) -> tuple[Person, list[UUID]]:
    """Return a therapist with so many patients of 290 days each, all with a programme, some with rising pain."""
    therapist = People(ground.app).therapist()
    patients = [found.person for found in ground.pasts.patients(SHORT_ARCHIVE, count)]
    author = Author(id=therapist.id, role=AuthorRole.THERAPIST)
    at = now()
    for patient in patients:
        link = CareLink(
            id=new_id(),
            therapist_id=therapist.id,
            scopes=frozenset(Scope),
            purpose="rehabilitation",
            consent_text_version=CONSENT_TEXT_VERSION,
            granted_at=at,
            expires_at=at + timedelta(days=90),
        )
        with ground.database.writing.begin() as db:
            consent.grant_access(db, patient.id, link, patient.device_id)
            programmes.prescribe(db, patient.id, standard_order(), author, at - timedelta(days=21))
    for patient in patients[:rising]:
        logged(patient, check_ins=[a_check_in(ago, worst_pain=4 if ago < 6 else 1) for ago in range(14)])
    ground.tidy()
    return therapist, [patient.id for patient in patients[:rising]]
