"""What an advice is made from is the same, whether it was kept and caught up with or read anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from app.db.synced import lock_stream
from app.guidance.judgement import judge
from app.guidance.service import current_advice, stages
from app.guidance.service.remembering import MEMORY, Recollection, read_all, recollect
from app.kernel.clock import day_in_zone, now
from app.logbook.kinds import RUN
from app.logbook.service import delete_entry
from app.logbook.writing import Writing
from app.sync.service import streams
from tests.builders.people import People
from tests.journeys.runners import ZONE, advice, calm_runs, check_in, clock, log, run, score
from tests.journeys.test_standing import EVENTS, NOON, Story


def assert_same(story: Story) -> bool:
    """Compare what was kept with what is read anew; return whether anything kept was made use of."""
    with story.database.writing() as db:
        lock_stream(db, story.ada.id)
        at = now()
        used = False
        for earliest in (None, day_in_zone(at, ZONE) - timedelta(days=1), day_in_zone(at, ZONE) - timedelta(days=9)):
            kept = recollect(db, story.ada.id, earliest, at, ZONE)
            assert_equal(kept, read_all(db, story.ada.id, earliest, at, ZONE))
            assert kept.has_programme in (None, stages.has_programme(db, story.ada.id))
            used |= kept.asking.before is not None
        db.rollback()
        return used


def assert_equal(kept: Recollection, read: Recollection) -> None:
    """Compare facts, policies, pauses, and what the engine makes of them on each of the last days."""
    assert kept.kept == read.kept
    assert kept.asking.facts == read.asking.facts
    assert kept.asking.policies.revisions == read.asking.policies.revisions
    assert (kept.pauses, kept.newest) == (read.pauses, read.newest)
    today = day_in_zone(now(), ZONE)
    for day in (today - timedelta(days=back) for back in range(9)):
        assert kept.asking.pausing_on(day) == read.asking.pausing_on(day)
        one, other = (judge(known.asking, known.pauses, day, ZONE) for known in (kept, read))
        assert (one.knees, one.advice, one.inputs_hash) == (other.knees, other.advice, other.inputs_hash)


def fail_to_write(story: Story) -> None:
    """Let a run be taken back, and the advice after it be made, in a transaction that never ends well."""
    if not story.runs:
        return
    with story.database.writing() as db:
        deleted = story.runs[-1]
        writing = Writing(db, story.ada.id, ZONE, story.ada.id, now(), advise_anew)
        delete_entry(writing, RUN, type(story.ada.id)(deleted["id"]), lambda _: None)
        db.rollback()


def advise_anew(writing: Writing, _: list[Any]) -> None:
    """Make the advice of now."""
    current_advice(writing.db, writing.patient_id, writing.at)


def purge(story: Story) -> None:
    """Forget the tombstones and replaced versions of the ledger, up to its head."""
    with story.database.writing.begin() as db:
        streams.purge(db, story.ada.id, lock_stream(db, story.ada.id))


def correct(story: Story) -> None:
    """Correct the last run."""
    if story.runs:
        path = f"/v1/patients/{{me}}/runs/{story.runs[-1]['id']}"
        etag = story.ada.get(path).headers["ETag"]
        story.ada.send("PATCH", path, {"distance_m": 7000, "limp": True}, {"If-Match": etag})


def late_score(story: Story) -> None:
    """Tell how the morning after the last run was."""
    if story.runs:
        score(story.ada, story.runs[-1], clock(0, 10), "next_morning", 5)


def answer_a_question(story: Story) -> None:
    """Say how bad the worst pain was, asked as an outcome."""
    told = {"instrument": "nrs_worst", "instrument_version": "0_to_10", "side": "left", "items": {"score": 6}}
    log(story.ada, "questionnaire-responses", clock(0, 9), **told)


MORE: dict[str, Callable[[Story], Any]] = {
    **EVENTS,
    "a write that fails": fail_to_write,
    "a purge": purge,
    "the run is corrected": correct,
    "a score told late": late_score,
    "a question answered": answer_a_question,
    "an intake": lambda story: log(story.ada, "intakes", clock(0, 8), birth_year=1985, declared_longest_m=9000),
    "another knee": lambda story: log(story.ada, "pain-scores", clock(1, 9), score=3, moment="worst", side="right"),
    "a long run long ago": lambda story: story.runs.append(run(story.ada, 100)),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(MORE)), st.booleans()), min_size=3, max_size=9))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_kept_and_caught_up_with_is_what_is_read_anew(
    people: People, database: Database, events: list[tuple[str, bool]]
) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        for event, elsewhere in events:
            before = MEMORY.find(story.ada.id)
            MORE[event](story)
            if elsewhere and before is not None:
                MEMORY.keep(story.ada.id, before)  # another process did that, and this one knows no more than before
            assert_same(story)


HARMLESS = ["a calm run", "a score", "a sore morning", "a session", "the run is corrected", "a score told late"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_write_after_an_advice_is_caught_up_with(people: People, database: Database, elsewhere: bool) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        for event in HARMLESS:
            before = MEMORY.find(story.ada.id)
            assert before is not None
            MORE[event](story)
            if elsewhere:
                MEMORY.keep(story.ada.id, before)
            assert assert_same(story) or elsewhere, event


def test_nothing_is_kept_of_somebody_who_writes_only_once(people: People, database: Database) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        check_in(story.ada, 1, morning_pain=1)
        assert MEMORY.find(story.ada.id) is None
        check_in(story.ada, 0, morning_pain=1)
        assert MEMORY.find(story.ada.id) is not None
        assert assert_same(story)


@pytest.mark.parametrize("event", ["a purge", "a policy", "a night", "a clock that runs ahead"])
def test_what_cannot_be_caught_up_with_is_read_anew(people: People, database: Database, event: str) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        done = run(story.ada, 0)
        story.runs.append(done)
        before = MEMORY.find(story.ada.id)
        assert before is not None
        EVENTS["the run is taken back"](story)
        MORE[event](story)
        MEMORY.keep(story.ada.id, before)
        assert not assert_same(story)


def test_what_was_never_stored_is_not_believed(people: People, database: Database) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        story.runs.append(run(story.ada, 0))
        fail_to_write(story)
        never_stored = MEMORY.find(story.ada.id)
        assert never_stored is not None
        assert not assert_same(story)
        assert advice(story.ada)["decision"] != "pause_and_refer"
        check_in(story.ada, 0, morning_pain=1)
        assert assert_same(story)
        MEMORY.keep(story.ada.id, never_stored)  # its number was given to another version since
        assert not assert_same(story)
