"""Demo people told as histories: their stories become what they entered, and when it arrived.

Everything goes through the services, in the order it happened, so that the advice history is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account, ProfessionalRole
from app.accounts.repository import find_credentials
from app.consent import service as consent
from app.consent.domain import CONSENT_TEXT_VERSION, CareLink, Scope
from app.db.engine import Database
from app.guidance.service import reconsider
from app.kernel.clock import now
from app.kernel.permissions import Role
from app.logbook import service as logbook
from app.logbook.domain import (
    BodyRegion,
    CheckIn,
    Entry,
    GivenBy,
    LoggedSession,
    LoggedSet,
    PainMoment,
    PainScore,
    ProvokingActivity,
    Run,
    Side,
    SupportiveTreatment,
    Surface,
    Treatment,
)
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RUN, SESSION, TREATMENT, Kind
from app.logbook.writing import Writing
from app.programmes import service as programmes
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from seeds.demo.answers import answers_of
from seeds.demo.exercising import MAINTENANCE, PROTOCOL, begun_at, exercised
from seeds.demo.messages import write_messages
from seeds.demo.stories import PATIENTS, SETTLES_AND_PROGRESSES, Persona, RunDay

DEMO_PASSWORD = "kneecap in the groove"  # noqa: S105 - printed for everybody, development only
_DEMO = UUID("7d0c8a4e-0000-4000-8000-000000000001")
_ZONE = "Europe/Berlin"
_ADVICE_DELAY = timedelta(minutes=20)


THERAPIST_EMAIL = "ines@demo.example"


def load_demo(database: Database, at: datetime | None = None) -> list[Account]:
    """Make the demo people who are not there yet, and return all of them; again changes nothing."""
    instant = at or now()
    with database.writing.begin() as db:
        therapist = _account(db, THERAPIST_EMAIL, "Ines, physiotherapist", Role.THERAPIST, instant)
    people = [therapist]
    for persona in PATIENTS:
        with database.writing.begin() as db:
            people.append(_patient(db, persona, therapist, instant))
    return people


def _patient(db: Session, persona: Persona, therapist: Account, at: datetime) -> Account:
    found = find_credentials(db, persona.email)
    if found is not None:
        return found[0]
    begun = begun_at(persona, at)
    patient = _account(db, persona.email, persona.name, Role.PATIENT, begun)
    _prescribe(db, persona, patient, therapist, begun)
    for told_at, kind, entry in told(persona, patient.id, at):
        writing = Writing(db, patient.id, patient.zone, uuid5(_DEMO, "phone"), told_at, reconsider)
        logbook.log_entry(writing, kind, entry)
    _share(db, patient, therapist, at)
    write_messages(db, patient, therapist, at)
    return patient


def _account(db: Session, email: str, name: str, role: Role, at: datetime) -> Account:
    found = find_credentials(db, email)
    if found is not None:
        return found[0]
    account = Account(
        id=uuid5(_DEMO, email),
        role=role,
        email=email,
        display_name=name,
        zone=_ZONE,
        professional_role=ProfessionalRole.PHYSIOTHERAPIST if role is Role.THERAPIST else None,
        created_at=at,
    )
    return accounts.register(db, account, DEMO_PASSWORD)


def _prescribe(db: Session, persona: Persona, patient: Account, therapist: Account, at: datetime) -> None:
    order = programmes.Order(
        id=uuid5(patient.id, "programme"),
        protocol=PROTOCOL,
        plan=None,
        sides=tuple(Side),
        stage=persona.stage,
        reason="Prescribed at the first visit.",
        replaces=None,
        target_week_distance_m=persona.target_week_distance_m,
    )
    author = Author(id=therapist.id, role=AuthorRole.THERAPIST, device_id=uuid5(_DEMO, "practice"))
    programmes.prescribe(db, patient.id, order, author, at)


def _share(db: Session, patient: Account, therapist: Account, at: datetime) -> None:
    link = CareLink(
        id=uuid5(patient.id, "care link"),
        therapist_id=therapist.id,
        scopes=frozenset(Scope),
        purpose="Rehabilitation of runner's knee",
        consent_text_version=CONSENT_TEXT_VERSION,
        granted_at=at,
        expires_at=at + timedelta(days=180),
    )
    consent.grant_access(db, patient.id, link, uuid5(_DEMO, "phone"))


def told(persona: Persona, patient_id: UUID, at: datetime) -> list[tuple[datetime, Kind[Any], Entry]]:
    """Return what a person entered up to an instant, each with when it arrived, in the order of arrival."""
    listed = [(_arrival(persona, entry, at), kind, entry) for kind, entry in _history(persona, patient_id, at)]
    return sorted((one for one in listed if one[0] <= at), key=lambda one: (one[0], one[2].performed_at, one[2].id))


def _arrival(persona: Persona, entry: Entry, at: datetime) -> datetime:
    """Return when an entry arrived: soon, or when there was a network again."""
    soon = entry.performed_at + _ADVICE_DELAY
    if persona.offline is None:
        return soon
    first, last = (_clock(at, days_ago, time(12)) for days_ago in persona.offline)
    return last if first <= soon <= last else soon


def _history(persona: Persona, patient_id: UUID, at: datetime) -> Iterator[tuple[Kind[Any], Entry]]:
    """Tell each run with its scores and a check-in that evening, what was done of what was due, and what supported."""
    yield TREATMENT, _orthosis_test(patient_id, _clock(at, 9, time(18, 0)))
    for days_ago in range(40, 0, -1) if persona.keeps_maintaining else ():
        yield SESSION, _maintenance(patient_id, days_ago, _clock(at, days_ago, time(19, 30)))
    yield from ((SESSION, session) for session in exercised(persona, patient_id, at, _ZONE))
    for one in persona.runs:
        run = _run(patient_id, one, _clock(at, one.days_ago, time(7, 15)))
        yield RUN, run
        yield from ((PAIN_SCORE, score) for score in _scores(run, one, at))
    for days_ago, worst in _evenings(persona):
        yield CHECK_IN, _check_in(patient_id, days_ago, worst, _clock(at, days_ago, time(21, 0)), persona.red_flag)
    if persona is SETTLES_AND_PROGRESSES:
        yield from answers_of(patient_id, at, _ZONE)


def _maintenance(patient_id: UUID, days_ago: int, at: datetime) -> LoggedSession:
    done = LoggedSet(exercise=MAINTENANCE, side=None, repetitions=10, hold_seconds=None, load_kg=None, rpe=3.0)
    entry_id = uuid5(patient_id, f"maintenance {days_ago}")
    return LoggedSession(id=entry_id, performed_at=at, zone=_ZONE, duration_s=600, rpe=3.0, sets=(done, done))


def _clock(at: datetime, days_ago: int, clock: time) -> datetime:
    zone = ZoneInfo(_ZONE)
    return datetime.combine(at.astimezone(zone).date() - timedelta(days=days_ago), clock, zone)


def _run(patient_id: UUID, told: RunDay, at: datetime) -> Run:
    return Run(
        id=uuid5(patient_id, f"run {told.days_ago}"),
        performed_at=at,
        zone=_ZONE,
        recorded_at=at.astimezone(UTC) + timedelta(minutes=40),
        distance_m=told.distance_m,
        duration_s=told.distance_m * 36 // 100,
        surface=Surface.ROAD,
        intensity=None,
        ascent_m=20,
        descent_m=20,
        cadence_spm=164,
        shoes=None,
        rpe=3.0,
        limp=False,
        stopped_early_for_pain=False,
        painkiller_before=False,
    )


def _scores(run: Run, told: RunDay, at: datetime) -> Iterator[PainScore]:
    """Return the pain of each sore knee during a run and on the morning after it."""
    after = run.performed_at + timedelta(minutes=40)
    morning = _clock(at, told.days_ago - 1, time(7, 0))
    for side, during, next_morning in (
        (Side.LEFT, told.during, told.next_morning),
        (Side.RIGHT, told.right, told.right_next_morning),
    ):
        if during is not None:
            yield _score(run, PainMoment.DURING, during, after, side)
        if next_morning is not None:
            yield _score(run, PainMoment.NEXT_MORNING, next_morning, morning, side)


def _score(run: Run, moment: PainMoment, score: float, at: datetime, side: Side) -> PainScore:
    return PainScore(
        id=uuid5(run.id, moment.value if side is Side.LEFT else f"{moment.value} {side.value}"),
        performed_at=at,
        zone=_ZONE,
        score=float(score),
        moment=moment,
        side=side,
        run_id=run.id,
        session_id=None,
    )


def _orthosis_test(patient_id: UUID, at: datetime) -> Treatment:
    """Tell of an orthosis that a therapist tried: 5 of 10 on a step-down without it, 3 with it."""
    return Treatment(
        id=uuid5(patient_id, "orthosis test"),
        performed_at=at,
        zone=_ZONE,
        treatment=SupportiveTreatment.ORTHOSIS,
        side=Side.LEFT,
        given_by=GivenBy.THERAPIST,
        body_region=BodyRegion.FOOT,
        duration_min=10,
        pain_without=5.0,
        pain_with=3.0,
        activity=ProvokingActivity.STEP_DOWN,
    )


def _evenings(persona: Persona) -> Iterator[tuple[int, float]]:
    """Return each day with a check-in, in days ago, with the worst pain of it."""
    yield from ((run.days_ago, run.during) for run in persona.runs)
    yield from ((one.days_ago, one.worst) for one in persona.evenings)


def _check_in(patient_id: UUID, days_ago: int, worst: float, at: datetime, red_flag: tuple[int, str] | None) -> CheckIn:
    return CheckIn(
        id=uuid5(patient_id, f"check-in {days_ago}"),
        performed_at=at,
        zone=_ZONE,
        morning_pain=None,
        worst_pain=float(worst),
        side=Side.LEFT,
        swelling=False,
        sleep_hours=7.5,
        stress=3,
        mood=7,
        early_warning_signs=(),
        red_flags=(red_flag[1],) if red_flag is not None and red_flag[0] == days_ago else (),
    )
