"""What was known when an advice was given, rebuilt from the ledger of versions: the same question, asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app.guidance.body import engine_part
from app.guidance.domain.ruleset import RULESET_VERSION
from app.guidance.judgement import Consultation, judge
from app.guidance.policies import PolicyBook
from app.guidance.values import GivenAdvice, Pause, PolicyRevision
from app.kernel.clock import CLOCK_TOLERANCE, day_in_zone
from app.logbook.facts import CheckInFact, Facts, IntakeFact, RedFlagFact, RunFact, ScoreFact
from app.outcomes.pain import answered_pain, is_pain

LEDGER = ("runs", "pain_scores", "check_ins", "red_flags", "intakes", "questionnaire_responses", "pauses", "policies")
"""The collections that an advice is made from."""


class LedgerVersion(NamedTuple):
    """One version of one record as it was stored."""

    collection: str
    id: UUID
    seq: int
    data: dict[str, Any] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Recalled:
    """One advice asked again: the same bytes, others, or given by other rules than this program's."""

    id: UUID
    verdict: str


class _Held(NamedTuple):
    id: UUID
    data: Mapping[str, Any]
    at: datetime
    deleted_at: datetime | None


def recall(ledger: Sequence[LedgerVersion], given: GivenAdvice, zone: str) -> Recalled:
    """Ask again for an advice from what was stored before it, and compare the engine's part byte for byte."""
    if given.ruleset_version != RULESET_VERSION:
        return Recalled(given.id, "other_ruleset")
    held = _held([version for version in ledger if version.seq < given.seq])
    asking = Consultation(_facts(held, given.given_at, zone), PolicyBook(_policies(held["policies"])))
    judgement = judge(asking, _pauses(held["pauses"]), given.as_of, zone)
    part = engine_part(asking, judgement)
    same = _bytes(part) == _bytes({name: given.body.get(name) for name in part})
    return Recalled(given.id, "same" if same else "differs")


def _bytes(part: Mapping[str, Any]) -> bytes:
    return orjson.dumps(part, option=orjson.OPT_SORT_KEYS)


def _held(versions: Iterable[LedgerVersion]) -> dict[str, list[_Held]]:
    """Return the newest version of each record; of a deleted one what it held before."""
    newest: dict[tuple[str, UUID], _Held] = {}
    for version in versions:
        key = (version.collection, version.id)
        if version.data is not None:
            newest[key] = _Held(version.id, version.data, version.at, None)
        elif key in newest:
            newest[key] = newest[key]._replace(at=version.at, deleted_at=version.at)
    held: dict[str, list[_Held]] = {name: [] for name in LEDGER}
    for (collection, _), record in newest.items():
        held[collection].append(record)
    return held


def _facts(held: Mapping[str, list[_Held]], at: datetime, zone: str) -> Facts:
    midnight = datetime.combine(day_in_zone(at, zone), time(), ZoneInfo(zone))

    def known(name: str) -> list[tuple[_Held, tuple[str, date, bool, bool]]]:
        kept = [record for record in held[name] if record.deleted_at is None or record.deleted_at >= midnight]
        kept.sort(key=lambda record: (datetime.fromisoformat(record.data["performed_at"]), record.id.hex))
        return [(record, _common(record, at)) for record in kept]

    asked = [(record, common) for record, common in known("questionnaire_responses") if is_pain(record.data)]
    answers = [answered_pain(common, record.data) for record, common in asked]
    told_first = known("intakes")
    yes = [(record, common) for record, common in known("red_flags") if record.data["present"]]
    return Facts(
        [RunFact(*common, *_picked(record.data, RunFact._fields[4:])) for record, common in known("runs")],
        [_score(record.data, common) for record, common in known("pain_scores")] + answers,
        [CheckInFact(*common, *_picked(record.data, CheckInFact._fields[4:])) for record, common in known("check_ins")],
        [RedFlagFact(*common, record.data["code"]) for record, common in yes],
        intakes=[IntakeFact(*common, *_picked(record.data, IntakeFact._fields[4:])) for record, common in told_first],
    )


def _common(record: _Held, at: datetime) -> tuple[str, date, bool, bool]:
    performed_at = datetime.fromisoformat(record.data["performed_at"])
    on = day_in_zone(performed_at, record.data["zone"])
    ahead = performed_at > at and performed_at > record.at + CLOCK_TOLERANCE
    return record.id.hex, on, ahead, record.deleted_at is not None


def _score(data: Mapping[str, Any], common: tuple[str, date, bool, bool]) -> ScoreFact:
    run_key = UUID(data["run_id"]).hex if data["run_id"] is not None else None
    about_session = data["session_id"] is not None
    return ScoreFact(*common, float(data["score"]), data["moment"], data["side"], run_key, about_session)


def _picked(data: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    values = [data.get(name) for name in names]
    return [
        float(value) if name in ("morning_pain", "worst_pain", "settle_hours") and value is not None else value
        for name, value in zip(names, values, strict=True)
    ]


def _pauses(held: Iterable[_Held]) -> list[Pause]:
    """Return the pauses as they stood, oldest first."""
    found = []
    for record in held:
        told = dict(record.data)
        for name in ("opened_on", "seen_on"):
            told[name] = date.fromisoformat(told[name]) if told[name] is not None else None
        for name in ("opened_at", "closed_at"):
            told[name] = datetime.fromisoformat(told[name]) if told[name] is not None else None
        for name in ("run_id", "closed_by"):
            told[name] = UUID(told[name]) if told[name] is not None else None
        found.append(Pause(id=record.id, **told))
    return sorted(found, key=lambda pause: (pause.opened_at, pause.id.bytes))


def _policies(held: Iterable[_Held]) -> list[PolicyRevision]:
    """Return the policies that were set by then, in the order they were."""
    found = []
    for record in held:
        told = dict(record.data)
        told["starts_on"] = date.fromisoformat(told["starts_on"])
        told |= {"set_at": datetime.fromisoformat(told["set_at"]), "set_by": UUID(told["set_by"])}
        found.append(PolicyRevision(id=record.id, **told))
    return sorted(found, key=lambda revision: (revision.set_at, revision.id.bytes))
