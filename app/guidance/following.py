"""What was prescribed and what was done, put side by side: what is due on a day, and adherence."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from uuid import UUID

from app.guidance.domain.adherence import Adherence, DueRow, adherence
from app.guidance.domain.due import DueExercise, adherence_rows, due_exercise
from app.guidance.domain.hip_first import HipFirst, HipFirstFacts, hidden_because, hip_first_along
from app.guidance.domain.policy import Policy
from app.guidance.domain.stage_facts import ClinicFacts
from app.guidance.pausing import stands
from app.guidance.stirring import Stirring, in_weeks_to, told_by_day, told_of
from app.guidance.values import Pause
from app.library.domain.catalogue import Exercise
from app.logbook.domain import LoggedSet, PainMoment, Skip
from app.logbook.facts import DoneSession, Facts
from app.programmes.domain.calendar import DAYS_A_WEEK, due_on
from app.programmes.domain.plan import PrescribedExercise
from app.programmes.domain.programme import ProgrammeHistory, ProgrammeRevision

_DAY = timedelta(days=1)
_NOT_MEASURED = ClinicFacts()


@dataclass(frozen=True)
class Following:
    """One patient's plan and log over some days; days are those of the patient's zone."""

    zone: str
    histories: Sequence[ProgrammeHistory]
    sessions: Sequence[DoneSession]
    skips: Sequence[Skip]
    look_up: Callable[[], Mapping[str, Exercise]]
    pauses: Sequence[Pause]
    knee: KneeFacts
    policy: Policy
    _due: dict[date, list[DueExercise]] = field(default_factory=dict)
    _weekly: dict[tuple[UUID, int, int, bool], tuple[PrescribedExercise, ...]] = field(default_factory=dict)
    _why_hidden: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """What the library says of the exercises that are prescribed; read when it is first asked for."""
        return self.look_up()

    def revision_on(self, day: date) -> ProgrammeRevision | None:
        """Return the revision that is followed on a day; None where no programme stands."""
        found = [made for one in self.histories if (made := one.on(day)) is not None]
        return next((made for made in reversed(found) if made.status != "ended"), None)

    def hip_first_on(self, day: date) -> HipFirst:
        """Return how the hip-first rule stands on a day, by all that was told up to it."""
        return self._hip_first[bisect_right(self.knee.days, day)]

    @cached_property
    def _hip_first(self) -> list[HipFirst]:
        return hip_first_along(self.knee.along(), self.policy)

    def is_hip_first_on(self, day: date) -> bool:
        """Is the hip to come first: by the therapist's word, or else by the rule?"""
        revision = self.revision_on(day)
        said = revision.plan.hip_first if revision is not None else None
        return self.hip_first_on(day).on if said is None else said

    def due_on(self, day: date) -> list[DueExercise]:
        """Return what was due on a day and what became of it."""
        if day not in self._due:
            self._due[day] = self._found_due(day)
        return self._due[day]

    def _found_due(self, day: date) -> list[DueExercise]:
        due = [
            exercise
            for history in self.histories
            if (revision := history.on(day)) is not None
            for exercise in self._prescribed(history, revision, day)
        ]
        if not due:
            return []
        by_slug: dict[str, list[LoggedSet]] = defaultdict(list)
        for session in self.sessions_on(day):
            for done in session.sets:
                by_slug[done.exercise].append(done)
        skips = self._skips.get(day, ())
        every = [done for listed in by_slug.values() for done in listed] if skips else ()  # what replaces is another
        hiding, paused = self.is_hip_first_on(day), self.pauses_on(day) != []
        return [
            due_exercise(
                day,
                exercise,
                every or by_slug.get(exercise.exercise, ()),
                skips,
                hidden_because=self._hidden(exercise.exercise) if hiding else (),
                paused=paused,
            )
            for exercise in due
        ]

    def _prescribed(
        self, history: ProgrammeHistory, revision: ProgrammeRevision, day: date
    ) -> tuple[PrescribedExercise, ...]:
        """Return what a revision asks for on a day; the same every seven days from the first one on."""
        passed = (day - history.started_on).days
        asked = history.id, revision.number, passed % DAYS_A_WEEK, passed >= 0
        if asked not in self._weekly:
            self._weekly[asked] = due_on(revision, history.started_on, day)
        return self._weekly[asked]

    @cached_property
    def _skips(self) -> Mapping[date, list[Skip]]:
        found: dict[date, list[Skip]] = defaultdict(list)
        for skip in self.skips:
            found[skip.due_on].append(skip)
        return found

    def pauses_on(self, day: date) -> list[Pause]:
        """Return the pauses that stood on a day."""
        return [pause for pause in self.pauses if stands(pause, day, self.zone)]

    def adherence(self, as_of: date, days: int, at: datetime, only: frozenset[str] | None = None) -> Adherence:
        """Return adherence over the days up to one; `only` looks at some exercises alone."""
        rows: list[DueRow] = []
        for day in (as_of - back * _DAY for back in range(days)):
            due = self.due_on(day)
            if only is not None:
                due = [one for one in due if one.exercise.exercise in only]
            rows += adherence_rows(day, due, at, self.zone)
        return adherence(rows)

    def sessions_on(self, day: date) -> list[DoneSession]:
        """Return the sessions of a day, as the person's own zone counts days."""
        return self._by_day.get(day, [])

    @cached_property
    def _by_day(self) -> dict[date, list[DoneSession]]:
        found: dict[date, list[DoneSession]] = defaultdict(list)
        for session in self.sessions:
            found[session.on].append(session)
        return found

    def _hidden(self, slug: str) -> tuple[str, ...]:
        if slug not in self._why_hidden:
            exercise = self.exercises.get(slug)
            self._why_hidden[slug] = hidden_because(exercise) if exercise is not None else ()
        return self._why_hidden[slug]


@dataclass(frozen=True)
class KneeFacts:
    """What the logbook tells of the knees by day; the worse knee speaks for both."""

    squats: Mapping[date, float]
    stirring: Mapping[date, Stirring]
    clinic: ClinicFacts
    clinic_on: date

    @cached_property
    def days(self) -> list[date]:
        """Return the days that tell something of loaded bending, the oldest first."""
        return sorted({*self.squats, *self.stirring, self.clinic_on})

    def along(self) -> Iterator[HipFirstFacts]:
        """Return what each of the days tells, the oldest first."""
        same = lru_cache(maxsize=None)(self._facts)  # most days tell what another did
        for day, week in zip(self.days, in_weeks_to(self.days, self.stirring), strict=True):
            yield same(self.squats.get(day), week.irritability, day >= self.clinic_on)

    def _facts(self, squat_45_pain: float | None, irritability: str | None, is_measured: bool) -> HipFirstFacts:
        """Return what one day tells; the clinic's findings count from the day they are asked for."""
        clinic = self.clinic if is_measured else _NOT_MEASURED
        told = [pain for pain in (squat_45_pain, clinic.squat_45_pain) if pain is not None]
        return HipFirstFacts(
            irritability=irritability,
            squat_45_pain=max(told, default=None),
            tolerated_loaded_bend_deg=clinic.tolerated_loaded_bend_deg,
            squat_60_pain=clinic.squat_60_pain,
        )


def knee_facts(facts: Facts, clinic: ClinicFacts, clinic_on: date) -> KneeFacts:
    """Return what the facts tell by day; what was deleted, or lies ahead, tells nothing."""
    scores = [fact for fact in facts.scores if not fact.deleted and not fact.ahead]
    squats: dict[date, float] = {}
    for fact in scores:
        if fact.moment == PainMoment.SQUAT:
            squats[fact.on] = max(fact.score, squats.get(fact.on, 0.0))
    return KneeFacts(squats, told_by_day(told_of(facts)), clinic, clinic_on)


def worst_by_day(facts: Facts) -> dict[date, float]:
    """Return the worst pain told of each day: of the day itself, and during runs and sessions."""
    worst: dict[date, float] = {}
    told = [(fact.on, fact.worst_pain) for fact in facts.check_ins if not fact.deleted and not fact.ahead]
    moments = (PainMoment.WORST, PainMoment.DURING)
    told += [(one.on, one.score) for one in facts.scores if not one.deleted and not one.ahead and one.moment in moments]
    for on, pain in told:
        if pain is not None:
            worst[on] = max(pain, worst.get(on, 0.0))
    return worst
