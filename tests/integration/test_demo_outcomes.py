"""The demo patient who settles has outcomes that tell so, and everybody does and asks for as much as their story says.

So it is whenever the demo is made, and making it again adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.domain import Account
from app.db.engine import open_database
from app.kernel.clock import day_in_zone
from app.outcomes import service
from app.review.domain.attention import NO_DATA_DAYS
from app.review.service.adherence import following_of
from app.review.service.caseload import caseload_of
from seeds.demo.personas import load_demo
from tests.builders.databases import prepare
from tests.levels import SQLITE_FIRST

DONE: dict[str, dict[tuple[int, int], tuple[float, float]]] = {
    "mara": {(28, 3): (80, 100)},
    "elif": {(28, 3): (90, 100)},
    "priya": {(25, 3): (75, 90)},
    "jonas": {(27, 8): (80, 100), (7, 3): (30, 70)},
    "timo": {(67, 35): (25, 50), (34, 21): (0, 20), (20, 3): (70, 90)},
    "kofi": {(29, 14): (70, 90), (13, 3): (30, 60)},
    "noor": {(21, 8): (75, 100)},
}
"""By name: of the days from one to another, told in days ago, how many percent of what was due was done."""
ASKS = {
    "noor": ("red_flag", "programme_stopped"),
    "jonas": ("over_limit", "pain_up_adherence_down", "unread_message"),
    "priya": ("unread_message",),
    "elif": ("stage_proposal",),
}
"""By name: what of a story the therapist is told of, whenever it is looked at."""


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(datetime(2026, 3, 30, 12, tzinfo=UTC), id="spring"),
        pytest.param(datetime(2026, 11, 1, 23, 30, tzinfo=UTC), id="autumn", marks=pytest.mark.deep),
    ],
)
@SQLITE_FIRST
def test_the_demo_shows_a_change_that_matters_and_what_each_story_says_was_done(
    fresh_database_url: str, at: datetime
) -> None:
    prepare(fresh_database_url)
    database = open_database(fresh_database_url)
    try:
        people = {person.email.partition("@")[0]: person for person in load_demo(database, at)}
        mara = people["mara"]
        load_demo(database, at)
        with database.reading() as db:
            cases = {case.patient_id: case for case in caseload_of(db, people["ines"].id, NO_DATA_DAYS, at)}
        needs = {name: {one.code.value for one in cases[people[name].id].reasons} for name in DONE}
        assert {name: needs[name] & set(ASKS[name]) for name in ASKS} == {name: set(ASKS[name]) for name in ASKS}
        assert [name for name in DONE if "pain_up_adherence_down" in needs[name]] == ["jonas"]
        with database.reading() as db:
            followed = {name: done_by(db, people[name], at, days) for name, days in DONE.items()}
        assert {
            (name, days): percent
            for name, told in followed.items()
            for days, percent in told.items()
            if percent is None or not DONE[name][days][0] <= percent <= DONE[name][days][1]
        } == {}
        with database.reading() as db:
            found = service.overview(db, mara.id, None, None, at)
            _, _, items = service.due(db, mara.id, None, at)
        by_name = {(told.instrument.id.value, told.side): told for told in found.series}
        akps = by_name["akps", "left"]
        assert [point.score for point in akps.points] == [76.0, 88.0]
        assert (akps.change.change, akps.change.is_important) == (12.0, True)
        (hop,) = found.symmetry
        assert (hop.lsi_percent, hop.is_below_limit, hop.sore_side) == (85.7, True, "left")
        assert "akps" not in {due.instrument for due in items}
    finally:
        database.dispose()


def done_by(
    db: Session, person: Account, at: datetime, spells: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], float | None]:
    """Return how many percent of what was due in each spell a person did, as the therapist's page reckons it."""
    today: date = day_in_zone(at, person.zone)
    first = today - timedelta(days=max(begin for begin, _ in spells))
    following = following_of(db, person.id, person.zone, first, today, at)
    return {
        (begin, end): following.adherence(today - timedelta(days=end), begin - end + 1, at).percent
        for begin, end in spells
    }
