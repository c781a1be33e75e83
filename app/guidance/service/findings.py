"""What stands out of load, hip, knee, ankle and mind: findings with points, never a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.clinic import measures_of
from app.guidance.domain.classify import Pattern, classify
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.service.load import load_of
from app.outcomes import service as outcomes


@dataclass(frozen=True, slots=True)
class Findings:
    """Which domains stand out on a day, and what of that was measured."""

    as_of: date
    pattern: Pattern
    measured: dict[str, object]


def findings_today(db: Session, patient_id: UUID, at: datetime) -> Findings:
    """Return today's findings, by the newest tests and the runs of 30 days; what is unknown scores nothing."""
    overview = outcomes.overview(db, patient_id, None, None, at)
    load = load_of(db, patient_id, overview.as_of, USUAL_POLICY.lookback_days, False, at)
    spikes = [run.spike.ratio for run in load.runs if run.spike.ratio is not None]
    measured = measures_of(overview) | ({"session_spike_ratio": max(spikes)} if spikes else {})
    return Findings(overview.as_of, classify(measured), measured)
