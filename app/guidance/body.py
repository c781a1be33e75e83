"""An advice as it is kept and shown: the engine's answer, whole, with its reasons, and the words for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.guidance.climbing import as_plain, ladder_of
from app.guidance.domain.advise import LoadAdvice, as_json, trace_item
from app.guidance.domain.ladder import Gate
from app.guidance.domain.ruleset import VALID_FOR_HOURS
from app.guidance.judgement import Consultation, Judgement, KneeAdvice
from app.guidance.words import in_every_language


def body_of(asking: Consultation, judgement: Judgement, given_at: datetime) -> dict[str, Any]:
    """Return the advice as it is kept: decision, reasons with facts, thresholds and sources, caps, and the words."""
    part = engine_part(asking, judgement)
    valid_until = given_at + timedelta(hours=VALID_FOR_HOURS)
    return {**part, "words": in_every_language(part), "valid_until": valid_until.isoformat()}


def engine_part(asking: Consultation, judgement: Judgement) -> dict[str, Any]:
    """Return what the engine says of the day, in no language: from the same data the same bytes, whenever asked."""
    advice = judgement.advice
    return {
        **_load_advice(advice),
        "as_of": judgement.as_of.isoformat(),
        "knees": [] if advice.rule == "RED_FLAG" else [_knee(knee) for knee in judgement.knees],
        "pauses": [
            {"id": str(pause.id), "rule": pause.rule, "opened_on": pause.opened_on.isoformat()}
            for pause in judgement.pauses
        ],
        "ladder": as_plain(ladder_of(asking, judgement, Gate())),
        "preset": judgement.in_force.preset,
        "policy": judgement.in_force.plain,
        "input_ids": [str(found) for found in judgement.input_ids],
        "inputs_hash": judgement.inputs_hash,
    }


def _load_advice(advice: LoadAdvice) -> dict[str, Any]:
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
