"""Rivals who read the same and edit it at once: one of them wins, and the others are told (G31)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.test_instruments import texts
from tests.api.test_own_exercises import an_exercise
from tests.builders.care import let_in
from tests.builders.devices import a_run, an_id
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.builders.wires import product
from tests.faults.figures import rounds, tell

RIVALS = 3
ALL_RACES, RACES_EACH = 1000, 90
"""All of them, and how many the same people run: what one of them may have is bounded."""
WAIT_S = 60.0
TEXTS = "/v1/instruments/koos_pf/texts/es"

Race = tuple[Person, str, list[tuple[str, Any]], Callable[[Any], Any]]
"""(who, what is edited, what each rival sends: method and body, what of the body is seen in the answer)"""


@dataclass
class World:
    """People who edit, each thing made once or for each race."""

    people: People
    apart: Callable[[Person], Person]
    ada: Person
    therapist: Person
    admin: Person
    programme: str

    def run(self) -> Race:
        """A note of a run."""
        run = an_id()
        assert self.ada.post("/v1/patients/{me}/runs", {"id": run, **a_run(1)}).status_code == 201
        path = f"/v1/patients/{self.ada.id}/runs/{run}"
        return self.ada, path, [("PATCH", {"note": an_id()}) for _ in range(RIVALS)], lambda told: told["note"]

    def reminders(self) -> Race:
        """What somebody wants to be reminded of, who has wished for nothing yet."""
        clock = {"quiet_from": "22:00", "quiet_until": "07:00", "language": "en", "review_due": False}
        wishes = {"session_due": True, "morning_score_missing": False, **clock}
        sent = [("PUT", {**wishes, "remind_at": f"1{number}:00"}) for number in range(RIVALS)]
        return self.people.patient(), "/v1/me/reminders", sent, lambda told: told["remind_at"]

    def reminders_again(self) -> Race:
        """What somebody wants to be reminded of, who has wished for something before."""
        person, path, sent, told = self.reminders()
        tag = person.get(path).headers["ETag"]
        assert person.send("PUT", path, {**sent[0][1], "remind_at": "08:00"}, {"If-Match": tag}).status_code == 200
        return person, path, sent, told

    def texts(self) -> Race:
        """The wording of a questionnaire, that of the race before."""
        return self.admin, TEXTS, [("PUT", texts(title=an_id())) for _ in range(RIVALS)], lambda told: told["title"]

    def first_texts(self) -> Race:
        """The wording of a questionnaire that none was loaded of."""
        self.take_texts_away()
        return self.texts()

    def take_texts_away(self) -> None:
        """Leave no wording: it is everybody's."""
        tag = self.admin.get(TEXTS).headers["ETag"]
        assert self.admin.send("DELETE", TEXTS, headers={"If-Match": tag}).status_code in (204, 404)

    def own_exercise(self) -> Race:
        """An exercise of a therapist's own."""
        own = an_exercise()
        assert self.therapist.post("/v1/own-exercises", own).status_code == 201
        sent = [("PATCH", {"note": an_id()}) for _ in range(RIVALS)]
        return self.therapist, f"/v1/own-exercises/{own['id']}", sent, lambda told: told["note"]

    def policy(self) -> Race:
        """The numbers that a patient is advised by."""
        path = f"/v1/patients/{self.ada.id}/guidance/policy"
        sent = [("PUT", {"preset": "esculier_2018", "reason": an_id()}) for _ in range(RIVALS)]
        return self.therapist, path, sent, lambda told: (told.get("revision") or told)["reason"]

    def plan(self) -> Race:
        """A programme."""
        path = f"/v1/patients/{self.ada.id}/programmes/{self.programme}"
        return self.therapist, path, [("PUT", {"reason": an_id()}) for _ in range(RIVALS)], lambda told: told["reason"]

    def edit_or_delete(self) -> Race:
        """A run that one corrects and another deletes."""
        person, path, sent, told = self.run()
        return person, path, [*sent[1:], ("DELETE", None)], told


FEW = (World.run, World.reminders, World.first_texts)
KINDS = (
    *FEW,
    World.reminders_again,
    World.texts,
    World.own_exercise,
    World.policy,
    World.plan,
    World.edit_or_delete,
)


def world(people: People, apart: Callable[[Person], Person]) -> World:
    """Return people in each other's care."""
    ada, therapist = people.patient(), people.therapist()
    let_in(ada, therapist)
    programme = str(prescribed(therapist, ada)["id"])
    return World(people, apart, ada, therapist, people.admin(), programme)


def raced(world: World, race: Race, pool: ThreadPoolExecutor) -> str:
    """Let rivals edit what each has read; return what is wrong with what became of it, or nothing."""
    person, path, sent, shown = race
    before = person.get(path)
    assert before.status_code == 200, before.json
    gate = threading.Barrier(len(sent))
    apart = [world.apart(person) for _ in sent]

    def edit(number: int) -> Any:
        method, body = sent[number]
        gate.wait(WAIT_S)
        return apart[number].send(method, path, body, {"If-Match": before.headers["ETag"]})

    answers = list(pool.map(edit, range(len(sent))))
    after = person.get(path)
    return _fault(Counter(answer.status_code for answer in answers), sent, answers, after, shown)


def _fault(found: Counter[int], sent: list[tuple[str, Any]], answers: list[Any], after: Any, shown: Any) -> str:
    winners = [number for number, answer in enumerate(answers) if answer.status_code in (200, 204)]
    if len(winners) != 1 or not found.keys() <= {200, 204, 412, 404}:
        return f"answered {dict(found)}"
    method, body = sent[winners[0]]
    if method == "DELETE":
        return "" if after.status_code == 404 else "what was deleted is there"
    if found[412] != len(sent) - 1:
        return f"answered {dict(found)}"
    return "" if shown(after.json) == shown(body) else "another's edit is there"


def hold(world: World, races: int, kinds: Sequence[Callable[[World], Race]] = KINDS) -> None:
    """Run so many races, of each kind in turn; each has one winner, whose edit is there."""
    faults: Counter[str] = Counter()
    with ThreadPoolExecutor(RIVALS) as pool:
        for number in range(races):
            kind = kinds[number % len(kinds)]
            if fault := raced(world, kind(world), pool):
                faults[f"{kind.__name__}: {fault}"] += 1
    world.take_texts_away()
    assert dict(faults) == {}


@pytest.mark.parametrize("kinds", [FEW, pytest.param(KINDS, marks=pytest.mark.deep)], ids=["few", "all"])
def test_of_rivals_who_edit_the_same_one_wins_and_the_others_are_told(
    app: Flask, people: People, kinds: tuple[Callable[[World], Race], ...]
) -> None:
    def apart(person: Person) -> Person:
        return replace(person, client=app.test_client())

    hold(world(people, apart), len(kinds), kinds)


@pytest.mark.torture
def test_of_a_thousand_lost_updates_none_is_lost(fresh_database_url: str, tmp_path: Path) -> None:
    races = rounds(ALL_RACES)
    with product(fresh_database_url, tmp_path) as made, made.serving() as server:
        for begun in range(0, races, RACES_EACH):
            hold(world(made.people, made.wired(server)), min(RACES_EACH, races - begun))
        tell(f"lost updates, {made.database.dialect}: {races} races of {RIVALS} over HTTP, each with one winner")
