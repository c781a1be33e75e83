"""Judge the stage of a programme: propose a step up, step down or stop at once, and let a therapist decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db.synced import lock_stream
from app.guidance.domain.criterion import Criterion
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import REPROPOSE_AFTER_DAYS
from app.guidance.domain.stages import (
    STUCK_AFTER_DAYS,
    Move,
    StageVerdict,
    is_stuck,
    judge_stage,
    met_codes,
)
from app.guidance.judgement import Consultation
from app.guidance.repository import stages as repository
from app.guidance.service.following import clinic_facts, instant_of, read_following
from app.guidance.stage_day import Followed, StageKnown
from app.guidance.stage_reading import all_facts, at_hand, could_step_up
from app.guidance.values import DayAsked, Pause, StageProposal
from app.guidance.words.steps import stepped_down_by, stopped_by
from app.kernel.errors import Conflict, NotVisible
from app.kernel.ids import new_id
from app.logbook import service as logbook
from app.logbook.domain import CheckIn, Entry, LoggedSession, Skip
from app.logbook.kinds import CHECK_IN
from app.outcomes.domain.measurements import Measurement
from app.outcomes.domain.responses import QuestionnaireResponse
from app.programmes import service as programmes
from app.programmes.domain.programme import Author, Programme
from app.programmes.domain.words import AuthorRole, Stage, Status

ENGINE = Author(id=None, role=AuthorRole.ENGINE)
_DAY = timedelta(days=1)
_OF_A_RUN = frozenset({"over_runs_7_days", "REPEAT_2", "REPEAT_3", "TREND_LARGE", "rest_day_decisions_14_days"})


class ProposalDecided(Conflict):
    """The proposal was decided, or withdrawn."""

    code = "proposal_decided"
    title = "This proposal no longer waits"


@dataclass(frozen=True, slots=True)
class StageState:
    """How a programme stands in its stage on a day, and what the engine makes of it."""

    as_of: date
    programme: Programme
    verdict: StageVerdict
    days_in_stage: int
    is_stuck: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """One patient's programme before the engine."""

    db: Session
    patient_id: UUID
    programme: Programme
    as_of: date
    zone: str
    at: datetime


def is_read_by_a_stage(entry: Entry) -> bool:
    """Does a stage read this, though no advice does? What was done or left out, swelling, tests, questionnaires."""
    match entry:
        case CheckIn():
            return entry.swelling is not None
        case LoggedSession() | Skip() | Measurement() | QuestionnaireResponse():
            return True
        case _:
            return False


def has_programme(db: Session, patient_id: UUID) -> bool:
    """Is there a programme whose stage can be judged?"""
    return programmes.open_programme(db, patient_id) is not None


def state_of(
    db: Session, patient_id: UUID, asking: Consultation, pauses: Sequence[Pause], as_of: date, zone: str, at: datetime
) -> StageState:
    """Return how the stage stands on a day; raise NotVisible without a programme. Changes nothing."""
    programme = programmes.open_programme(db, patient_id)
    if programme is None:
        raise NotVisible
    return _state(_Case(db, patient_id, programme, as_of, zone, at), asking, pauses)


def consider(
    db: Session, patient_id: UUID, asking: Consultation, pauses: Sequence[Pause], as_of: date, zone: str, at: datetime
) -> bool:
    """Act on what is known: stop or step down at once, propose a step up, withdraw what no longer fits.

    Returns whether there is a programme.

    Called under the stream's lock: when something changes that a stage reads, when a new day is advised on, and when
    somebody asks how the stage stands. Nothing makes it act twice: each act keeps its cause. Sessions, skips,
    check-ins and tests are read only where they could make a step up (see could_step_up); whatever else a stage
    does follows from the facts at hand, so nothing is missed.
    """
    programme = programmes.open_programme(db, patient_id)
    if programme is None:
        return False
    case = _Case(db, patient_id, programme, as_of, zone, at)
    if programme.newest.status is not Status.ACTIVE:
        _withdraw(case, keep=None)
        return True
    known = _known(case, asking, pauses, STUCK_AFTER_DAYS)
    verdict = _verdict(case, known)
    match verdict.move:
        case Move.STOP:
            _stop(case, verdict, pauses)
        case Move.STEP_DOWN:
            _step_down(case, verdict, known)
        case Move.STEP_UP:
            _propose(case, verdict)
        case Move.STAY:
            _withdraw(case, keep=None)
    return True


def list_proposals(db: Session, patient_id: UUID) -> list[StageProposal]:
    """Return all stage proposals, oldest first."""
    return repository.list_proposals(db, patient_id)


def decide_proposal(
    db: Session, patient_id: UUID, proposal_id: UUID, accepted: bool, note: str, author: Author, at: datetime
) -> StageProposal:
    """Accept a proposal, which makes a revision, or decline it; raise NotVisible or ProposalDecided."""
    lock_stream(db, patient_id)
    found = next((one for one in repository.list_proposals(db, patient_id) if one.id == proposal_id), None)
    if found is None:
        raise NotVisible
    programme = programmes.open_programme(db, patient_id)
    if not found.is_waiting or not _fits(found, programme):
        raise ProposalDecided
    status = "accepted" if accepted else "declined"
    decided = replace(found, status=status, decided_at=at, decided_by=author.id, note=note)
    repository.store_proposal(db, patient_id, decided, at, author.device_id)
    if accepted:
        change = programmes.Change(reason=note, stage=Stage(found.to_stage), cause=f"proposal:{found.id}")
        programmes.revise(db, patient_id, found.programme_id, change, author, at, _whichever)
    return decided


def _fits(proposal: StageProposal, programme: Programme | None) -> bool:
    """Is the programme still where it was when the step was proposed?"""
    if programme is None or programme.id != proposal.programme_id:
        return False
    return programme.newest.status is Status.ACTIVE and programme.newest.stage == proposal.from_stage


def _verdict(case: _Case, known: StageKnown) -> StageVerdict:
    """Judge by the facts at hand, and by all of them where those could make a step up."""
    newest = case.programme.newest
    if newest.effective_on > case.as_of:
        revision = known.followed.following.revision_on(case.as_of) or newest
        return judge_stage(revision.stage, all_facts(known, revision, case.as_of))
    verdict = judge_stage(newest.stage, at_hand(known, newest, case.as_of))
    return judge_stage(newest.stage, all_facts(known, newest, case.as_of)) if could_step_up(verdict) else verdict


def _state(case: _Case, asking: Consultation, pauses: Sequence[Pause]) -> StageState:
    """Judge by all there is, and look back on what was met before."""
    # Adherence of 28 days, as it was 28 days ago.
    known = _known(case, asking, pauses, 2 * STUCK_AFTER_DAYS)
    revision = known.followed.following.revision_on(case.as_of) or case.programme.newest
    now = all_facts(known, revision, case.as_of)
    days, stuck = (case.as_of - revision.stage_since_on).days, False
    if days >= STUCK_AFTER_DAYS:
        then = all_facts(known, revision, case.as_of - STUCK_AFTER_DAYS * _DAY)
        stuck = is_stuck(days, met_codes(revision.stage, now), met_codes(revision.stage, then))
    return StageState(case.as_of, case.programme, judge_stage(revision.stage, now), days, stuck)


def _known(case: _Case, asking: Consultation, pauses: Sequence[Pause], days: int) -> StageKnown:
    policy, first = asking.policies.on(case.as_of).policy, case.as_of - days * _DAY
    return StageKnown(
        asking=asking,
        policy=policy,
        pauses=pauses,
        zone=case.zone,
        until=instant_of(case.as_of, case.zone, case.at),
        read=partial(_read, case, asking, pauses, policy, first),
    )


def _read(case: _Case, asking: Consultation, pauses: Sequence[Pause], policy: Policy, first: date) -> Followed:
    """Read what is not at hand, from a day on."""
    db, patient_id, zone = case.db, case.patient_id, case.zone
    asked = DayAsked(case.as_of, zone, policy)
    since, until = (datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in (first, case.as_of))
    return Followed(
        following=read_following(db, patient_id, first, asked, case.at, asking.facts, pauses),
        check_ins=logbook.entries_between(db, patient_id, CHECK_IN, since, until + 2 * _DAY),
        clinic=clinic_facts(db, patient_id, case.as_of, zone, case.at, asking.facts),
    )


def _stop(case: _Case, verdict: StageVerdict, pauses: Sequence[Pause]) -> None:
    rules = {one.code for one in verdict.reasons}
    standing = [pause for pause in pauses if pause.is_open and pause.rule in rules]
    if standing:
        newest = max(standing, key=lambda pause: (pause.opened_at, str(pause.id)))
        reason = stopped_by(newest.rule)
        _act(case, programmes.Change(reason=reason, status=Status.STOPPED, cause=f"stop:{newest.id}"))


def _step_down(case: _Case, verdict: StageVerdict, known: StageKnown) -> None:
    run = known.asking.histories.last_run_on(case.as_of)
    codes = [one.code for one in verdict.reasons]
    of_a_run = run is not None and set(codes) <= _OF_A_RUN
    cause = f"step_down:run:{run.key}" if run is not None and of_a_run else f"step_down:{case.as_of.isoformat()}"
    reason = stepped_down_by(verdict.to_stage, codes)
    _act(case, programmes.Change(reason=reason, stage=verdict.to_stage, cause=cause))


def _act(case: _Case, change: programmes.Change) -> None:
    """Make a revision in the engine's name, unless its cause has made one before."""
    _withdraw(case, keep=None)
    if change.cause is not None and programmes.is_caused(case.db, case.patient_id, case.programme.id, change.cause):
        return
    programmes.revise(case.db, case.patient_id, case.programme.id, change, ENGINE, case.at, _whichever)


def _propose(case: _Case, verdict: StageVerdict) -> None:
    known = _withdraw(case, keep=verdict.to_stage)
    if any(one.is_waiting and one.to_stage == verdict.to_stage for one in known):
        return
    declined = [one for one in known if one.status == "declined" and one.from_stage == verdict.stage]
    if any(one.decided_at and case.at < one.decided_at + REPROPOSE_AFTER_DAYS * _DAY for one in declined):
        return
    proposal = StageProposal(
        id=new_id(),
        programme_id=case.programme.id,
        from_stage=verdict.stage.value,
        to_stage=verdict.to_stage.value,
        proposed_at=case.at,
        proposed_on=case.as_of,
        criteria=[as_told(one) for one in verdict.reasons],
    )
    repository.store_proposal(case.db, case.patient_id, proposal, case.at)


def _withdraw(case: _Case, keep: Stage | None) -> list[StageProposal]:
    """Withdraw proposals that wait for another step than `keep`; return this programme's as they now are."""
    known = repository.list_proposals(case.db, case.patient_id)
    stale_ones = [one for one in known if one.is_waiting and not _still_fits(one, case.programme, keep)]
    for stale in stale_ones:
        withdrawn = replace(stale, status="withdrawn", decided_at=case.at)
        repository.store_proposal(case.db, case.patient_id, withdrawn, case.at)
        known = [withdrawn if one.id == stale.id else one for one in known]
    return [one for one in known if one.programme_id == case.programme.id]


def _still_fits(proposal: StageProposal, programme: Programme, keep: Stage | None) -> bool:
    return _fits(proposal, programme) and proposal.to_stage == keep


def as_told(criterion: Criterion) -> dict[str, Any]:
    """Return a criterion as JSON values."""
    return {**asdict(criterion), "verdict": criterion.verdict.value, "sources": list(criterion.sources)}


def _whichever(_version: str) -> None:
    """Take the newest version, whichever it is: the lock is held."""
