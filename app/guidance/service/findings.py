"""What stands out of load, hip, knee, ankle and mind: findings with points, never a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.domain.before_onset import BeforeOnset, PastRun, before_onset
from app.guidance.domain.classify import Pattern, classify
from app.guidance.domain.ruleset.numbers import METRES_PER_KM, SETTLED_DAYS
from app.guidance.intakes import newest_words
from app.guidance.measures import measures_of, not_measured
from app.guidance.service.intakes import intakes_known
from app.logbook import service as logbook
from app.logbook.domain import Intake
from app.outcomes import service as outcomes


@dataclass(frozen=True, slots=True)
class Findings:
    """Which domains stand out on a day, what of that was measured and what was not, and when the pain began."""

    as_of: date
    pattern: Pattern
    measured: dict[str, object]
    not_measured: list[str]
    onset_on: date | None


def findings_today(db: Session, patient_id: UUID, at: datetime) -> Findings:
    """Return today's findings, by the newest tests and words and the runs before the pain began.

    What is unknown scores nothing.
    """
    overview = outcomes.overview(db, patient_id, None, None, at)
    intakes = intakes_known(db, patient_id, at)
    told = newest_words(intakes, overview.as_of)
    load = _before(db, patient_id, told.pain_began_on, intakes, at)
    measured = measures_of(overview, told, load)
    return Findings(overview.as_of, classify(measured), measured, not_measured(measured), told.pain_began_on)


def _before(db: Session, patient_id: UUID, onset: date | None, intakes: Sequence[Intake], at: datetime) -> BeforeOnset:
    """Return what was run before the pain began; nothing is known where nobody told when that was."""
    if onset is None:
        return BeforeOnset()
    logged = logbook.days_logged(db, patient_id, onset - timedelta(days=SETTLED_DAYS), onset, at)
    runs = [
        PastRun(done.on, None if done.distance_m is None else done.distance_m / METRES_PER_KM)
        for done in logged.done
        if done.is_run
    ]
    return before_onset(runs, onset, newest_words(intakes, onset).declared_longest_km)
