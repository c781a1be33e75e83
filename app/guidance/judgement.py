"""The verdict on one day: the engine for each knee, the stricter answer, and the pauses that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from app.guidance.domain.advise import LoadAdvice, advise, as_json, pausing_rules, stricter, trace_item
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset import DISCLAIMER, RED_FLAGS, RULESET_VERSION, VALID_FOR_HOURS
from app.guidance.explain import because, what_to_do
from app.guidance.histories import Histories
from app.guidance.values import Pause
from app.kernel.clock import day_in_zone
from app.kernel.ids import new_id
from app.logbook.domain import Side
from app.logbook.facts import Facts, RunFact, as_id

_RUN_VALUES, _DAY_VALUES = attrgetter(*RunEntry.__slots__), attrgetter(*DailyEntry.__slots__)
_NO_CAPS = {"km": ("session_cap_km", "week_cap_km"), "min": ("session_cap_min", "week_cap_min")}


@dataclass(frozen=True, slots=True)
class KneeAdvice:
    """The engine's answer for one knee, with the history it was asked about."""

    side: Side | None
    history: RunnerHistory
    advice: LoadAdvice


@dataclass(frozen=True, slots=True)
class Judgement:
    """The advice for one day, with what it was made from."""

    as_of: date
    advice: LoadAdvice
    knees: tuple[KneeAdvice, ...]
    pauses: tuple[Pause, ...]
    input_ids: tuple[UUID, ...]
    inputs_hash: str


@dataclass(frozen=True)
class Consultation:
    """One patient's facts put to the engine; the same question is asked once."""

    facts: Facts
    policy: Policy
    _answers: dict[Any, tuple[KneeAdvice, ...]] = field(default_factory=dict)

    @cached_property
    def histories(self) -> Histories:
        """What is known, without what was deleted."""
        return Histories(_kept(self.facts))

    @cached_property
    def histories_with_deleted(self) -> Histories | None:
        """What is known and what was taken back today; None where nothing was."""
        return Histories(self.facts) if any(fact.deleted for fact in self.facts) else None

    def knees(
        self, as_of: date, closed: frozenset[str] = frozenset(), red_flags: tuple[str, ...] = ()
    ) -> tuple[KneeAdvice, ...]:
        """Return the engine's answer for each knee, by what was known on a day."""
        question = (as_of, closed, red_flags)
        if question not in self._answers:
            self._answers[question] = _advise_knees(self.histories, self.policy, *question)
        return self._answers[question]

    def pausing_on(self, as_of: date) -> frozenset[str]:
        """Return the rules that open a pause by what was known on a day, of whichever knee."""
        histories = self.histories
        asked = (histories.history_on(knee, as_of) for knee in histories.knees_on(as_of))
        return frozenset().union(*(pausing_rules(history, self.policy, as_of) for history in asked))


def judge(asking: Consultation, pauses: Sequence[Pause], as_of: date, zone: str) -> Judgement:
    """Advise as of a day: by what is known of the days up to it, the pauses open on it, the stricter knee.

    What was deleted today still counts where it makes the advice stricter: taking a score back never
    relaxes the advice of the same day (CLINICAL 1.7).
    """
    standing = tuple(pause for pause in pauses if _stands(pause, as_of, zone))
    newest = asking.histories.last_run_on(as_of)
    closed = _closed_rules(pauses, newest)
    red_flags = tuple(sorted({pause.red_flag for pause in standing if pause.red_flag is not None}))
    knees = asking.knees(as_of, closed, red_flags)
    asked = knees + _with_deleted(asking, as_of, closed, red_flags)
    return Judgement(
        as_of=as_of,
        advice=_with_pauses(strictest(asked), standing),
        knees=knees,
        pauses=standing,
        input_ids=_input_ids(asking.histories, newest, as_of),
        inputs_hash=_hash(asked, asking.policy, as_of, standing, closed),
    )


def strictest(knees: Sequence[KneeAdvice]) -> LoadAdvice:
    """Return the most cautious of the answers, the first of equal ones."""
    advice = knees[0].advice
    for other in knees[1:]:
        advice = stricter(advice, other.advice)
    return advice


def pauses_due(asking: Consultation, pauses: Sequence[Pause], days: Iterable[date], at: datetime) -> list[Pause]:
    """Return the pauses that what happened on those days asks for and that were not opened yet."""
    due = {pause.cause: pause for pause in _red_flag_pauses(asking.facts, at)}
    for day in days:
        newest = asking.histories.last_run_on(day)
        if newest is not None:
            due |= {pause.cause: pause for pause in _run_pauses(newest, asking.pausing_on(day), at)}
    opened = {pause.cause for pause in pauses}
    return [pause for cause, pause in due.items() if cause not in opened]


def body_of(judgement: Judgement, policy: dict[str, Any], given_at: datetime) -> dict[str, Any]:
    """Return the advice as it is shown: decision, reasons with facts, thresholds and sources, caps, what to do."""
    advice = judgement.advice
    return {
        **_engine_part(advice),
        "as_of": judgement.as_of.isoformat(),
        "text": what_to_do(advice),
        "because": because(advice.rule),
        "disclaimer": DISCLAIMER,
        "knees": [] if advice.rule == "RED_FLAG" else [_knee(knee) for knee in judgement.knees],
        "pauses": [
            {"id": str(pause.id), "rule": pause.rule, "opened_on": pause.opened_on.isoformat()}
            for pause in judgement.pauses
        ],
        "policy": policy,
        "input_ids": [str(found) for found in judgement.input_ids],
        "inputs_hash": judgement.inputs_hash,
        "valid_until": (given_at + timedelta(hours=VALID_FOR_HOURS)).isoformat(),
    }


def _engine_part(advice: LoadAdvice) -> dict[str, Any]:
    """Return the engine's answer; while a red flag stands there is no load advice, only where to go."""
    if advice.rule != "RED_FLAG":
        return as_json(advice)
    red = [trace_item(found) for found in advice.trace if found.rule == "RED_FLAG"]
    return as_json(advice) | {
        "modifications": [],
        "flags": [],
        "rules_all": ["RED_FLAG"],
        "trace": red,
        "gaps": [],
        "provisional": False,
    }


def _kept(facts: Facts) -> Facts:
    """Return the facts that were not deleted."""
    runs = [fact for fact in facts.runs if not fact.deleted]
    scores = [fact for fact in facts.scores if not fact.deleted]
    return Facts(runs, scores, [fact for fact in facts.check_ins if not fact.deleted])


def _advise_knees(
    histories: Histories, policy: Policy, as_of: date, closed: frozenset[str], red_flags: tuple[str, ...]
) -> tuple[KneeAdvice, ...]:
    found = []
    for side in histories.knees_on(as_of):
        history = histories.history_on(side, as_of, red_flags)
        found.append(KneeAdvice(side, history, advise(history, policy, as_of, closed)))
    return tuple(found)


def _with_deleted(
    asking: Consultation, as_of: date, closed: frozenset[str], red_flags: tuple[str, ...]
) -> tuple[KneeAdvice, ...]:
    histories = asking.histories_with_deleted
    return _advise_knees(histories, asking.policy, as_of, closed, red_flags) if histories is not None else ()


def _stands(pause: Pause, as_of: date, zone: str) -> bool:
    if pause.opened_on > as_of:
        return False
    return pause.closed_at is None or day_in_zone(pause.closed_at, zone) > as_of


def _closed_rules(pauses: Sequence[Pause], newest: RunFact | None) -> frozenset[str]:
    """Return the pausing rules that a person has closed for the very run that fires them."""
    closed = [pause for pause in pauses if not pause.is_open and pause.run_id is not None]
    if newest is None or not closed:
        return frozenset()
    run_id = as_id(newest.key)
    return frozenset(pause.rule for pause in closed if pause.run_id == run_id)


def _with_pauses(advice: LoadAdvice, standing: Sequence[Pause]) -> LoadAdvice:
    """Keep answering an open pause, whatever the runs since say."""
    opened = [pause for pause in standing if pause.red_flag is None]
    if advice.decision is Decision.PAUSE_AND_REFER or not opened:
        return advice
    pause = max(opened, key=lambda found: Referral(found.refer))
    caps: dict[str, Any] = dict.fromkeys(_NO_CAPS.get(advice.load_unit or "", ()), 0.0)
    return replace(
        advice,
        decision=Decision.PAUSE_AND_REFER,
        rule=pause.rule,
        change_percent=-100,
        min_rest_days=0,
        refer=Referral(pause.refer),
        modifications=("stop_running", "contact_therapist"),
        planned_ok=False if advice.planned_ok is not None else None,
        **caps,
    )


def _run_pauses(newest: RunFact, fired: frozenset[str], at: datetime) -> Iterable[Pause]:
    for rule in sorted(fired):
        run_id = as_id(newest.key)
        cause, refer = f"{rule}:{run_id}", Referral.THERAPIST.value
        yield Pause(id=new_id(), opened_on=newest.on, opened_at=at, rule=rule, refer=refer, cause=cause, run_id=run_id)


def _red_flag_pauses(facts: Facts, at: datetime) -> Iterable[Pause]:
    for told in facts.check_ins:
        for code in told.red_flags if not told.deleted else ():
            yield Pause(
                id=new_id(),
                opened_on=told.on,
                opened_at=at,
                rule="RED_FLAG",
                refer=RED_FLAGS[code].value,
                cause=f"RED_FLAG:{as_id(told.key)}:{code}",
                red_flag=code,
            )


def _knee(knee: KneeAdvice) -> dict[str, Any]:
    advice = knee.advice
    return {
        "side": knee.side,
        "decision": advice.decision.value,
        "rule": advice.rule,
        "change_percent": advice.change_percent,
        "refer": advice.refer.value,
        "gaps": list(advice.gaps),
        "trace": [trace_item(found) for found in advice.trace],
    }


def _input_ids(histories: Histories, newest: RunFact | None, as_of: date) -> tuple[UUID, ...]:
    """Return the entries that speak loudest: the last run and the scores about it."""
    if newest is None:
        return ()
    keys = [newest.key, *(fact.key for fact in histories.scores_of(newest, as_of))]
    return tuple(as_id(key) for key in keys)


def _hash(
    asked: Sequence[KneeAdvice],
    policy: Policy,
    as_of: date,
    standing: Sequence[Pause],
    closed: frozenset[str],
) -> str:
    """Return the SHA-256 over all the advice was made from, the rules included, so that equal inputs are seen."""
    told = [
        RULESET_VERSION,
        [(knee.side, _plain(knee.history)) for knee in asked],
        policy,
        as_of,
        [pause.cause for pause in standing],
        sorted(closed),
    ]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _plain(history: RunnerHistory) -> list[Any]:
    """Return a history as bare values in a fixed order: dataclasses take ten times as long to be written."""
    runs, days = [_RUN_VALUES(run) for run in history.sessions], [_DAY_VALUES(day) for day in history.daily]
    return [runs, days, history.red_flags, history.cadence_spm, history.declared_longest_km]


def as_plain(policy: Policy) -> dict[str, Any]:
    """Return the resolved policy as JSON values."""
    return asdict(policy)
