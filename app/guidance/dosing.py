"""Turns logged sessions into what the dose of one exercise is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.guidance.domain.dose import DoseSession
from app.guidance.domain.due import work_done
from app.kernel.clock import day_in_zone
from app.kernel.sides import Side
from app.logbook.domain import CheckIn, Entry, LoggedSet, PainMoment, PainScore
from app.logbook.facts import DoneSession
from app.programmes.domain.calendar import is_counted_in_seconds, prescribed_work
from app.programmes.domain.plan import PrescribedExercise

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownPain:
    """Pain by session and by morning, each with the knee that it was told of."""

    by_session: Mapping[UUID, Sequence[PainScore]]
    mornings: Mapping[date, Sequence[tuple[Side | None, float]]]

    def during(self, session: DoneSession, side: Side | None) -> float | None:
        """Return the worst pain told during a session, of a knee or of no named one; None where none was told."""
        told = [
            one.score
            for one in self.by_session.get(session.id, ())
            if one.moment is PainMoment.DURING and _concerns(one.side, side)
        ]
        return max(told, default=None)

    def morning(self, day: date, side: Side | None) -> float | None:
        """Return the worst pain told of a morning."""
        return max((pain for one, pain in self.mornings.get(day, ()) if _concerns(one, side)), default=None)


def known_pain(scores: Iterable[PainScore], check_ins: Iterable[CheckIn]) -> KnownPain:
    """Sort what was told by session and by morning."""
    by_session: dict[UUID, list[PainScore]] = {}
    mornings: dict[date, list[tuple[Side | None, float]]] = {}
    for score in scores:
        if score.session_id is not None:
            by_session.setdefault(score.session_id, []).append(score)
        if score.moment is PainMoment.NEXT_MORNING:
            mornings.setdefault(_day(score), []).append((score.side, score.score))
    for told in check_ins:
        if told.morning_pain is not None:
            mornings.setdefault(_day(told), []).append((told.side, told.morning_pain))
    return KnownPain(by_session, mornings)


def sessions_with(
    exercise: PrescribedExercise, sessions: Iterable[DoneSession], pain: KnownPain, as_of: date
) -> list[DoseSession]:
    """Return the sessions with an exercise since its dosage holds, up to a day, the oldest first."""
    first = exercise.since_on or date.min
    ordered = sorted(sessions, key=lambda session: session.performed_at)
    return [
        _dose_session(exercise, session, day, pain, as_of)
        for session in ordered
        if first <= (day := session.on) <= as_of and _has(session, exercise)
    ]


def _dose_session(
    exercise: PrescribedExercise, session: DoneSession, day: date, pain: KnownPain, as_of: date
) -> DoseSession:
    after = day + _DAY
    return DoseSession(
        on=day,
        is_full_dose=_is_full(exercise, session.sets),
        pain=pain.during(session, exercise.side),
        morning_before=pain.morning(day, exercise.side),
        morning_after=pain.morning(after, exercise.side) if after <= as_of else None,
    )


def _has(session: DoneSession, exercise: PrescribedExercise) -> bool:
    seconds = is_counted_in_seconds(exercise.dosage)
    return bool(work_done(session.sets, exercise.exercise, exercise.side, in_seconds=seconds))


def _is_full(exercise: PrescribedExercise, sets: Sequence[LoggedSet]) -> bool:
    """Was all of it done, with the prescribed load?"""
    dosage = exercise.dosage
    heavy = [one for one in sets if not dosage.load_kg or (one.load_kg is not None and one.load_kg >= dosage.load_kg)]
    done = work_done(heavy, exercise.exercise, exercise.side, in_seconds=is_counted_in_seconds(dosage))
    return done is not None and done >= prescribed_work(dosage)


def _concerns(told: Side | None, side: Side | None) -> bool:
    return told is None or side is None or told is side


def _day(entry: Entry) -> date:
    return day_in_zone(entry.performed_at, entry.zone)
