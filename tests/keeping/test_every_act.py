"""Whatever is done: each look at somebody else and each act on consent or accounts is one line (G44)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from app.consent.models import AccessRow
from app.db.base import table_of
from app.db.trail import TrailRow
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.devices import a_run, a_score, an_id
from tests.builders.people import Person
from tests.faults.figures import rounds, tell
from tests.keeping.conftest import Installation, Places

LINES, LOG = table_of(TrailRow), table_of(AccessRow)
ACTS, DEEP_ACTS, ALL_ACTS = 120, 800, 5000
SEED = 20_261_121
PEOPLE = 3
LEAST_LINKS, MOST_LINKS = 4, 6
READS = {
    "list_runs": "/v1/patients/{}/runs",
    "list_pain_scores": "/v1/patients/{}/pain-scores",
    "list_sessions": "/v1/patients/{}/sessions?limit=1",
    "get_advice": "/v1/patients/{}/guidance/advice",
    "pull_changes": "/v1/sync/streams/{}/changes?limit=5",
    "list_pauses": "/v1/patients/{}/pauses",
}
Expected = Counter[tuple[str, ...]]


@dataclass
class Model:
    """What should have been written down so far."""

    patients: list[Person]
    therapists: list[Person]
    chance: random.Random
    lines: Expected = field(default_factory=Counter)
    looks: Expected = field(default_factory=Counter)
    links: list[tuple[int, str]] = field(default_factory=list)
    refused: int = 0

    def read(self) -> None:
        """A therapist reads a patient, let in or not."""
        patient, therapist = self.chance.choice(self.patients), self.chance.choice(self.therapists)
        name = self.chance.choice(sorted(READS))
        answer = therapist.get(READS[name].format(patient.id))
        assert answer.status_code in (200, 403, 404), answer.json
        if answer.status_code == 200:
            self._looked(therapist, name, patient)
        self.refused += answer.status_code != 200

    def read_again(self) -> None:
        """A therapist asks whether anything is new; nothing is."""
        patient, therapist = self.chance.choice(self.patients), self.chance.choice(self.therapists)
        path = READS["get_advice"].format(patient.id)
        first = therapist.get(path)
        if first.status_code == 200:
            self._looked(therapist, "get_advice", patient)
            assert therapist.get(path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304

    def read_own(self) -> None:
        """A patient reads, which is nobody else's business."""
        patient = self.chance.choice(self.patients)
        assert patient.get(self.chance.choice(list(READS.values())).format(patient.id)).status_code == 200

    def log(self) -> None:
        """A patient logs a run with a score."""
        patient, run = self.chance.choice(self.patients), an_id()
        day = self.chance.randrange(300)
        assert patient.post("/v1/patients/{me}/runs", {"id": run, **a_run(day)}).status_code == 201
        score = {"id": an_id(), **a_score(day, run_id=run)}
        assert patient.post("/v1/patients/{me}/pain-scores", score).status_code == 201

    def let_in(self) -> None:
        """A patient lets a therapist in with some scopes."""
        number = self.chance.randrange(len(self.patients))
        scopes = self.chance.sample(ALL_SCOPES, self.chance.randint(3, len(ALL_SCOPES)))
        self.links.append((number, let_in(self.patients[number], self.chance.choice(self.therapists), *scopes)))
        self._acted(self.patients[number], "grant_care_link")
        if len(self.links) > MOST_LINKS:
            self.shut_out()

    def shut_out(self) -> None:
        """A patient ends a link."""
        if len(self.links) < LEAST_LINKS:
            return
        number, link = self.links.pop(self.chance.randrange(len(self.links)))
        patient = self.patients[number]
        assert patient.send("DELETE", f"/v1/patients/{patient.id}/care-links/{link}").status_code == 204
        self._acted(patient, "revoke_care_link")

    def refresh(self) -> None:
        """A phone or a therapist exchanges a refresh token."""
        people = self.chance.choice([self.patients, self.therapists])
        number = self.chance.randrange(len(people))
        given = people[number].client.post("/v1/auth/token", json={"refresh_token": people[number].refresh_token})
        assert given.status_code == 200, given.json
        told = {"token": given.json["access_token"], "refresh_token": given.json["refresh_token"]}
        people[number] = replace(people[number], **told)
        self._acted(people[number], "refresh_token")

    def ask_badly(self) -> None:
        """Somebody asks for what there is not, or lets in whom there is not."""
        patient, therapist = self.chance.choice(self.patients), self.chance.choice(self.therapists)
        assert therapist.get(f"/v1/patients/{patient.id}/runs?limit=0").status_code in (404, 403, 422)
        assert patient.post("/v1/patients/{me}/care-links", {"therapist_id": an_id()}).status_code == 422
        assert patient.send("DELETE", f"/v1/patients/{patient.id}/care-links/{an_id()}").status_code == 404

    def _acted(self, person: Person, action: str) -> None:
        self.lines[str(person.id), action] += 1

    def _looked(self, therapist: Person, name: str, patient: Person) -> None:
        self.looks[str(therapist.id), name, str(patient.id)] += 1


WAYS: list[tuple[Callable[[Model], None], int]] = [
    (Model.read, 8),
    (Model.read_again, 2),
    (Model.read_own, 2),
    (Model.log, 1),
    (Model.let_in, 2),
    (Model.shut_out, 1),
    (Model.refresh, 1),
    (Model.ask_badly, 1),
]


@pytest.fixture
def clinic(places: Places) -> Iterator[Installation]:
    """An installation of its own, in which nothing has been done."""
    made = places.installation()
    yield made
    made.database.dispose()


def written(here: Installation) -> tuple[Expected, Expected, Expected]:
    """Return the acts and the looks of the trail, and the looks that patients read of."""
    with here.database.reading() as db:
        rows = db.execute(select(LINES.c.actor_id, LINES.c.action, LINES.c.about_id, LINES.c.look_id)).all()
        read = db.execute(select(LOG.c.reader_id, LOG.c.operation, LOG.c.patient_id)).all()
    acts = Counter((str(row.actor_id), row.action) for row in rows if row.look_id is None)
    looks = Counter((str(row.actor_id), row.action, str(row.about_id)) for row in rows if row.look_id is not None)
    return acts, looks, Counter((str(one[0]), one[1], str(one[2])) for one in read)


@pytest.mark.parametrize(
    "acts",
    [ACTS, pytest.param(DEEP_ACTS, marks=pytest.mark.deep), pytest.param(ALL_ACTS, marks=pytest.mark.torture)],
)
def test_each_look_and_each_act_is_one_line_and_nothing_else_is(clinic: Installation, acts: int) -> None:
    acts = rounds(acts) if acts == ALL_ACTS else acts
    people = clinic.people
    patients, therapists = ([make() for _ in range(PEOPLE)] for make in (people.patient, people.therapist))
    model = Model(patients, therapists, random.Random(SEED))
    before = written(clinic)
    for _ in range(LEAST_LINKS):
        model.let_in()
    for way in model.chance.choices([way for way, _ in WAYS], [often for _, often in WAYS], k=acts):
        way(model)
    found = tuple(after - was for after, was in zip(written(clinic), before, strict=True))
    assert found == (model.lines, model.looks, model.looks)
    counts = f"{model.looks.total()} looks, {model.lines.total()} acts on consent and accounts"
    tell(f"trail: {acts} steps, {counts}, each one line")
    assert model.looks.total() >= acts // 10
    assert model.refused >= acts // 20
    assert clinic.run("audit", "anchor").exit_code == 0
    checked = clinic.run("audit", "verify")
    assert checked.exit_code == 0, checked.output
