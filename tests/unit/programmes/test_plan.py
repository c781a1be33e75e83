"""A plan as JSON values holds each member of each part, whatever is added to a plan later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from uuid import UUID

import orjson
import pytest

from app.kernel.sides import Side
from app.programmes.domain.plan import (
    Claim,
    Dosage,
    Phase,
    Plan,
    PrescribedExercise,
    Retraining,
    Words,
    as_plain,
    plan_from,
)
from app.programmes.domain.words import Cue, RetrainingSetting, Stage

DOSAGE = Dosage(
    sets=3, repetitions=12, hold_seconds=5, load_kg=2.5, tempo="3-1-3", rest_seconds=60, days_per_week=7
)  # fmt: skip
SQUAT = PrescribedExercise(
    id=UUID(int=1), stage=Stage("relieve"), exercise="squat", side=Side("left"), dosage=DOSAGE,
    instruction="slowly", since_on=date(2026, 3, 1),
)  # fmt: skip
PLANK = PrescribedExercise(id=UUID(int=2), stage=Stage("relieve"), exercise="plank", side=None, dosage=DOSAGE)
STEPS = Retraining(
    stage=Stage("relieve"), exercise="squat", setting=next(iter(RetrainingSetting)), cues=tuple(Cue), sessions=8,
    first_minutes=15, last_minutes=30, evidence=("noehren2011",),
)  # fmt: skip
CLAIM = Claim(text=Words(en="less pain", de=None), evidence=("willy2019", "barton2015"))
PHASE = Phase(stage=Stage("relieve"), goals=(CLAIM, CLAIM), criteria=(Claim(text=Words(de="ruhig")),))

FULL = Plan(
    phases=(PHASE,), exercises=(SQUAT, PLANK), retraining=(STEPS,), hip_first=True, target_week_distance_m=20_000
)
EMPTY = Plan(phases=(), exercises=(), retraining=())


@pytest.mark.parametrize("plan", [FULL, EMPTY])
def test_a_plan_as_json_values_leaves_nothing_out_and_keeps_its_order(plan: Plan) -> None:
    assert orjson.dumps(as_plain(plan)) == orjson.dumps(asdict(plan))


@pytest.mark.parametrize("plan", [FULL, EMPTY])
def test_a_plan_of_its_json_values_is_the_same_plan(plan: Plan) -> None:
    assert plan_from(as_plain(plan)) == plan
    assert plan_from(orjson.loads(orjson.dumps(as_plain(plan)))) == plan
