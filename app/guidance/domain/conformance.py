"""Golden vectors against the engine: what each kind answers, and where that differs from the paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.guidance.domain.adherence import adherence, read_rows
from app.guidance.domain.advise import evaluate
from app.guidance.domain.classify import classify
from app.guidance.domain.cycles import find_cycles
from app.guidance.domain.history import parse_history
from app.guidance.domain.irritability import irritability
from app.guidance.domain.load import load_figures
from app.guidance.domain.ratio import exceeds
from app.guidance.domain.spike import spike
from app.guidance.domain.timeline import by_day
from app.kernel.errors import FieldFault, Invalid
from app.outcomes.domain.questionnaires import akps, koos_pf, lefs, tsk11
from app.outcomes.domain.step_down import step_down
from app.outcomes.domain.strength import hip_expected, lsi
from app.outcomes.domain.strict import record

Answer = dict[str, Any]
UNWRITABLE = {"$NaN": float("nan"), "$Infinity": float("inf"), "$-Infinity": float("-inf")}
_PARTS = ("id", "kind", "input", "expected")


class VectorsMalformed(Invalid):
    """The file is not a set of vectors; nothing was run."""

    code = "vectors_malformed"
    title = "This is not a file of vectors"


@dataclass(frozen=True)
class VectorResult:
    """What one vector gave: an output or the code of a refusal, and every difference to what was expected."""

    id: str
    kind: str
    output: Answer | None
    error: str | None
    differences: tuple[str, ...]


def run_vectors(document: object) -> list[VectorResult]:
    """Run every vector of a document, in order; none is ever skipped.

    Raises VectorsMalformed with a JSON pointer if the document or one of its vectors lacks a part.
    """
    vectors = document.get("vectors") if isinstance(document, Mapping) else None
    if not isinstance(vectors, list):
        raise _malformed("/vectors", "A list of vectors is needed.")
    return [_run(vector) for vector in [_checked(raw, place) for place, raw in enumerate(vectors)]]


def revived(value: Any) -> Any:
    """Put back the numbers JSON cannot write for the strings that stand for them."""
    if isinstance(value, dict):
        return {key: revived(item) for key, item in value.items()}
    if isinstance(value, list):
        return [revived(item) for item in value]
    return UNWRITABLE.get(value, value)


def cycle_answer(given: object) -> Answer:
    """Answer a question about rest-resume-hurt cycles; the input is that of the engine."""
    question = parse_history(given)
    report = find_cycles(by_day(question.history, question.as_of), question.policy)
    cycles = [{name: _plain(value) for name, value in asdict(cycle).items()} for cycle in report.cycles]
    return {"status": report.status, "count": len(cycles), "cycles": cycles}


def _irritability(given: object) -> Answer:
    parts = _parts(given, "worst", "settle_hours", "low_load_provokes", "rest_or_night_pain")
    return {"level": irritability(*parts)}


def _classify(given: object) -> Answer:
    found = classify(given)
    return {**asdict(found), "positive": list(found.positive)}


def _spike(given: object) -> Answer:
    found = spike(*_parts(given, "distance_km", "longest_prev_30d_km"))
    return {"ratio": found.ratio, "class": found.name}


def _parts(given: object, *names: str) -> tuple[object, ...]:
    """Take exactly these keys from an object, in this order."""
    found = record(given, frozenset(names), "")
    return tuple(found[name] for name in names)


KINDS: dict[str, Callable[[object], Answer]] = {
    "engine": evaluate,
    "cycle": cycle_answer,
    "spike": _spike,
    "load": lambda given: asdict(load_figures(*_parts(given, "series"))),
    "akps": lambda given: {"score": akps(*_parts(given, "answers"))},
    "koos_pf": lambda given: {"score": koos_pf(*_parts(given, "items"))},
    "lefs": lambda given: {"score": lefs(*_parts(given, "items"))},
    "tsk11": lambda given: {"score": tsk11(*_parts(given, "items"))},
    "step_down": lambda given: asdict(step_down(given)),
    "lsi": lambda given: {"percent": lsi(*_parts(given, "involved", "uninvolved"))},
    "hip_expected": lambda given: asdict(hip_expected(*_parts(given, "age", "male"))),
    "adherence": lambda given: asdict(adherence(read_rows(*_parts(given, "rows")))),
    "irritability": _irritability,
    "classify": _classify,
}


def _checked(raw: object, place: int) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise _malformed(f"/vectors/{place}", "A vector is an object.")
    for part in _PARTS:
        if part not in raw:
            raise _malformed(f"/vectors/{place}/{part}", "A vector has id, kind, input and expected.")
    if not isinstance(raw["expected"], dict) or not raw["expected"]:
        raise _malformed(f"/vectors/{place}/expected", "At least one key must be expected.")
    return raw


def _run(vector: Mapping[str, Any]) -> VectorResult:
    name, kind, expected = str(vector["id"]), str(vector["kind"]), vector["expected"]
    if kind not in KINDS:
        return VectorResult(name, kind, None, "unknown_kind", (f"kind {kind!r} is not known",))
    try:
        output = KINDS[kind](revived(vector["input"]))
    except Invalid as refused:
        return VectorResult(name, kind, None, refused.code, _refusal_differences(refused.code, expected))
    except Exception as crash:  # a crash is a difference of this vector, and the others still run
        return VectorResult(name, kind, None, type(crash).__name__, (f"crashed with {type(crash).__name__}",))
    return VectorResult(name, kind, output, None, _differences(expected, output))


def _refusal_differences(code: str, expected: Mapping[str, Any]) -> tuple[str, ...]:
    wanted = expected.get("error")
    return () if wanted == code else (f"error: expected {wanted!r}, got {code!r}",)


def _differences(expected: Mapping[str, Any], output: Answer) -> tuple[str, ...]:
    return tuple(
        f"{key}: expected {wanted!r}, got {output.get(key, 'nothing')!r}"
        for key, wanted in expected.items()
        if key not in output or not same(wanted, output[key])
    )


def same(wanted: Any, got: Any) -> bool:
    """Do two JSON values say the same? 5 and 5.0 do; 1 and true do not."""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return not exceeds(abs(wanted - got), 0)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(same(wanted[key], got[key]) for key in wanted)
    return bool(wanted == got)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _malformed(pointer: str, detail: str) -> VectorsMalformed:
    return VectorsMalformed(detail, faults=[FieldFault(pointer, "malformed", detail)])
