"""Hostile values at every place of every operation: never a failure, the same refusal on both databases, no trace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.accounts.models import AccountRow
from tests.builders.applications import application_on
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.people import People
from tests.conftest import BACKENDS
from tests.contract.attacks import Attack, Side, attack
from tests.contract.hostile import BODIES, FRAGMENTS
from tests.contract.operations import Operation, operations

SHARDS = 8
OFTEN, DEEP_OFTEN = 120, 22
"""Each place is tried with every so-many-th value, another share each; all of them in make torture."""

NEVER_ACCEPTED = {
    "log_in": "nobody's password is known here",
    "refresh_token": "each token is good once",
    "change_password": "nobody's password is known here",
    "create_push_subscription": "a sample holds no key that anything could be encrypted for",
    "complete_reset": "nobody's token is known here",
    "enrol_second_factor": "nobody's password is known here",
    "confirm_second_factor": "nobody has begun one",
    "renew_recovery_codes": "nobody has one",
    "remove_second_factor": "nobody has one",
    "evaluate_guidance": "the engine's own vectors are its tests",
    "close_pause": "there is no pause to close",
    "withdraw_override": "there is no override to withdraw",
    "settle_parked": "nothing is parked",
    "create_own_exercise": "patients have none",
    "change_own_exercise": "patients have none",
    "accept_invitation": "nobody's code is known here",
    "confirm_invitation": "there is no invitation to confirm",
    "confirm_care_link": "nothing is asked about a link",
    "review_claim": "patients do not review",
    "review_article": "patients do not review",
    "decide_stage_proposal": "there is no proposal to decide",
    "export_me": "nobody's password is known here",
    "erase_me": "nobody's password is known here",
    "create_webhook": "patients have none",
    "mark_messages_read": "there is no message to read",
}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[list[Side]]:
    """The same program on both databases."""
    made = []
    for backend in BACKENDS:
        folder = tmp_path_factory.mktemp("hostile")
        url = empty_database(backend, new_folder(), f"hostile_{worker_id}")
        prepare(url)
        one = application_on(url, folder)
        people = one.people
        made.append(Side(one.app, one.database, people.patient(), people.therapist(), people.admin()))
    yield made
    for side in made:
        side.database.dispose()


@pytest.fixture
def every(sides: list[Side]) -> list[Operation]:
    """Every operation there is."""
    return operations(sides[0].app)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_hostile_value_breaks_or_divides_the_databases_or_leaves_a_trace(
    sides: list[Side], every: list[Operation], shard: int
) -> None:
    done = [attack(sides, operation, every, OFTEN) for operation in every[shard::SHARDS]]
    assert sum(made.sent for made in done) > 200
    assert [fault for made in done for fault in made.faults] == []


@pytest.mark.deep
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_hostile_value_does_with_three_times_as_many(sides: list[Side], every: list[Operation], shard: int) -> None:
    done = [attack(sides, operation, every, DEEP_OFTEN) for operation in every[shard::SHARDS]]
    assert [fault for made in done for fault in made.faults] == []


@pytest.mark.torture
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_hostile_value_at_every_member_alone(sides: list[Side], every: list[Operation], shard: int) -> None:
    done = [attack(sides, operation, every, 1) for operation in every[shard::SHARDS]]
    assert [fault for made in done for fault in made.faults] == []


def test_what_is_broken_would_be_accepted_whole(sides: list[Side], every: list[Operation]) -> None:
    """A hostile value in a request that is refused anyway would prove nothing."""
    refused = set()
    for operation in [one for one in every if one.json_schema is not None]:
        made = Attack(sides, operation, every)
        made.send("nothing broken")
        if not made.accepted:
            refused.add(operation.name)
        assert made.faults == []
    assert refused == set(NEVER_ACCEPTED)


def test_there_are_as_many_hostile_values_as_the_goal_asks_for() -> None:
    assert len(set(FRAGMENTS)) >= 60
    assert len(set(BODIES)) >= 25


def test_an_answer_that_differs_between_the_databases_is_seen(sides: list[Side], every: list[Operation]) -> None:
    made = Attack(sides, every[0], every)
    made.judge("planted", [(422, {"code": "a"}), (422, {"code": "b"})])
    made.judge("planted", [(422, None), (400, None)])
    made.judge("planted", [(500, None), (500, None)])
    assert len(made.faults) == 3


def test_a_row_that_a_refused_request_leaves_is_seen(sides: list[Side], every: list[Operation]) -> None:
    made = Attack(sides, next(one for one in every if one.name == "log_in"), every)
    People(sides[0].app).patient()
    made.judge("planted", [(422, None), (422, None)])
    assert made.faults[0][-1] == "left something behind"


def test_right_to_left_text_and_every_plane_of_unicode_is_kept_as_it_is(sides: list[Side]) -> None:
    for side in sides:
        name = "\u200fنص \U0001f986\U0010ffff\te\u0301\nx"
        body = {
            "email": f"{side.person.id.hex}@example.org",
            "password": "three ducks on a pond",
            "display_name": name,
            "zone": "UTC",
        }
        answer = side.app.test_client().post("/v1/accounts", json=body)
        assert answer.status_code == 202
        with side.database.reading() as db:
            kept = db.execute(select(AccountRow.display_name).where(AccountRow.email == body["email"]))
            assert kept.scalar_one() == name
