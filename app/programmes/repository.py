"""The queries on protocols and programmes; those on a patient's take the patient first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.db.asking import Question
from app.db.base import table_of
from app.db.meeting import put_by
from app.db.rows import add_rows
from app.db.synced import Write, store_all
from app.library.domain.words import ReviewStatus
from app.programmes.domain.plan import PrescribedExercise, as_plain, claim_from, dosage_from, plan_from, retraining_from
from app.programmes.domain.plan import Words as PlanWords
from app.programmes.domain.programme import Author, Programme, ProgrammeRevision
from app.programmes.domain.protocol import Protocol, ProtocolExercise, ProtocolPhase
from app.programmes.domain.words import AuthorRole, Stage, Status
from app.programmes.models import (
    PRESCRIBED_EXERCISES,
    PROGRAMMES,
    PrescribedExerciseRow,
    ProgrammeRow,
    ProtocolRow,
    RevisionRow,
)

Row = RowMapping | Mapping[str, Any]
_programmes, _revisions = table_of(ProgrammeRow), table_of(RevisionRow)
_prescribed, _protocols = table_of(PrescribedExerciseRow), table_of(ProtocolRow)
_REVISION = tuple(column for column in _revisions.c if column.key not in {"patient_id", "programme_id"})
_NEWEST = (
    select(_programmes.c.id, _programmes.c.protocol, _programmes.c.started_on, _programmes.c.seq, _programmes.c.ver)
    .add_columns(*(column.label(f"r_{column.key}") for column in _REVISION))
    .join(
        _revisions,
        (_revisions.c.patient_id == _programmes.c.patient_id)
        & (_revisions.c.programme_id == _programmes.c.id)
        & (_revisions.c.number == _programmes.c.revision),
    )
    .where(_programmes.c.patient_id == bindparam("patient"))
)
_ALL = _NEWEST.order_by(_programmes.c.started_on.desc(), _programmes.c.id.desc())
_OPEN = Question(_NEWEST.where(_programmes.c.status != Status.ENDED.value))
_ONE = _NEWEST.where(_programmes.c.id == bindparam("programme"))
_REVISIONS_OF = (
    select(_revisions)
    .where(_revisions.c.patient_id == bindparam("patient"), _revisions.c.programme_id == bindparam("programme"))
    .order_by(_revisions.c.number)
)
_REVISION_OF = _REVISIONS_OF.where(_revisions.c.number == bindparam("number"))
_older = _revisions.alias()
_STANDING = (
    select(func.max(_older.c.number))
    .where(
        _older.c.patient_id == _revisions.c.patient_id,
        _older.c.programme_id == _revisions.c.programme_id,
        _older.c.effective_on <= bindparam("first"),
    )
    .scalar_subquery()
)
_IN_FORCE = (
    select(_revisions, _programmes.c.started_on)
    .join(
        _programmes,
        (_programmes.c.patient_id == _revisions.c.patient_id) & (_programmes.c.id == _revisions.c.programme_id),
    )
    .where(
        _revisions.c.patient_id == bindparam("patient"),
        (_revisions.c.effective_on > bindparam("first")) | (_revisions.c.number == _STANDING),
    )
    .order_by(_revisions.c.made_at, _revisions.c.programme_id, _revisions.c.number)
)
_CAUSED = select(func.count()).where(
    _revisions.c.patient_id == bindparam("patient"),
    _revisions.c.programme_id == bindparam("programme"),
    _revisions.c.cause == bindparam("cause"),
)
_OWNERS = select(_prescribed.c.id, _prescribed.c.programme_id).where(
    _prescribed.c.patient_id == bindparam("patient"), _prescribed.c.id.in_(bindparam("ids", expanding=True))
)


def list_programmes(db: Session, patient_id: UUID) -> list[Programme]:
    """Return all programmes of a patient, ended ones as well, newest first."""
    return [_programme(patient_id, row) for row in db.connection().execute(_ALL, {"patient": patient_id}).mappings()]


def find_open(db: Session, patient_id: UUID) -> Programme | None:
    """Return the programme that has not ended; there is at most one."""
    row = next(_OPEN.named(db, {"patient": patient_id}), None)
    return _programme(patient_id, row) if row else None


def find_programme(db: Session, patient_id: UUID, programme_id: UUID) -> Programme | None:
    """Return one programme."""
    asked = {"patient": patient_id, "programme": programme_id}
    row = db.connection().execute(_ONE, asked).mappings().one_or_none()
    return _programme(patient_id, row) if row else None


def list_revisions(db: Session, patient_id: UUID, programme_id: UUID) -> tuple[ProgrammeRevision, ...]:
    """Return all revisions of a programme, the first one first."""
    asked = {"patient": patient_id, "programme": programme_id}
    return tuple(revision_of(row) for row in db.connection().execute(_REVISIONS_OF, asked).mappings())


def list_in_force(db: Session, patient_id: UUID, first: date) -> list[tuple[UUID, date, ProgrammeRevision]]:
    """Return (programme, its first day, revision) of every revision that stood on a day or was made later."""
    asked = {"patient": patient_id, "first": first}
    rows = db.connection().execute(_IN_FORCE, asked).mappings()
    return [(row["programme_id"], row["started_on"], revision_of(row)) for row in rows]


def find_revision(db: Session, patient_id: UUID, programme_id: UUID, number: int) -> ProgrammeRevision | None:
    """Return one revision as it was made."""
    asked = {"patient": patient_id, "programme": programme_id, "number": number}
    row = db.connection().execute(_REVISION_OF, asked).mappings().one_or_none()
    return revision_of(row) if row else None


def is_caused(db: Session, patient_id: UUID, programme_id: UUID, cause: str) -> bool:
    """Has this cause made a revision before?"""
    asked = {"patient": patient_id, "programme": programme_id, "cause": cause}
    return bool(db.connection().execute(_CAUSED, asked).scalar_one())


def owners_of(db: Session, patient_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which programme each of these prescribed exercises belongs to; unknown ones are left out."""
    asked = {"patient": patient_id, "ids": list(ids)}
    return {row[0]: row[1] for row in db.connection().execute(_OWNERS, asked)}


def append_revision(
    db: Session,
    programme: Programme,
    before: ProgrammeRevision | None,
    author: Author,
) -> Programme:
    """Add the programme's newest revision, and make the rows that phones read say what it says."""
    newest, at = programme.newest, programme.newest.made_at
    writes = [(PROGRAMMES, Write(programme.id, _programme_columns(programme)))]
    writes += [(PRESCRIBED_EXERCISES, write) for write in _exercise_writes(programme, before, at)]
    rows = store_all(db, programme.patient_id, writes, device_id=author.device_id, at=at)
    add_rows(db, _revisions, [_revision_columns(programme.patient_id, programme.id, newest)])
    return Programme(
        id=programme.id,
        patient_id=programme.patient_id,
        protocol=programme.protocol,
        started_on=programme.started_on,
        seq=rows[0]["seq"],
        ver=rows[0]["ver"],
        newest=newest,
    )


def _programme_columns(programme: Programme) -> dict[str, Any]:
    newest, plain = programme.newest, as_plain(programme.newest.plan)
    told = ("made_at", "made_by", "reason", "stage_since_on")
    return {
        **{name: getattr(newest, name) for name in told},
        **{name: plain[name] for name in ("phases", "retraining", "hip_first", "target_week_distance_m")},
        "made_by_role": newest.made_by_role.value,
        "stage": newest.stage.value,
        "status": newest.status.value,
        "protocol": programme.protocol,
        "started_on": programme.started_on,
        "revision": newest.number,
    }


def _exercise_writes(programme: Programme, before: ProgrammeRevision | None, at: datetime) -> list[Write]:
    """Return what is new or different, and a tombstone for what is gone; of an ended programme all is."""
    known = {exercise.id: exercise for exercise in before.plan.exercises} if before is not None else {}
    ended = programme.newest.status is Status.ENDED
    wanted = {} if ended else {exercise.id: exercise for exercise in programme.newest.plan.exercises}
    fresh = [exercise for key, exercise in wanted.items() if known.get(key) != exercise]
    gone = [exercise for key, exercise in known.items() if key not in wanted]
    writes = [Write(exercise.id, _exercise_columns(programme.id, exercise)) for exercise in fresh]
    return writes + [Write(one.id, _exercise_columns(programme.id, one), deleted_at=at) for one in gone]


def _exercise_columns(programme_id: UUID, exercise: PrescribedExercise) -> dict[str, Any]:
    return {
        **asdict(exercise.dosage),
        "programme_id": programme_id,
        "stage": exercise.stage.value,
        "exercise": exercise.exercise,
        "side": exercise.side.value if exercise.side else None,
        "instruction": exercise.instruction,
        "since_on": exercise.since_on,
    }


def _revision_columns(patient_id: UUID, programme_id: UUID, revision: ProgrammeRevision) -> dict[str, Any]:
    columns = {column.key: getattr(revision, column.key) for column in _REVISION if column.key != "plan"}
    words = {name: columns[name].value for name in ("made_by_role", "stage", "status")}
    plan = as_plain(revision.plan)
    return {"patient_id": patient_id, "programme_id": programme_id, **columns, **words, "plan": plan}


def _programme(patient_id: UUID, row: Row) -> Programme:
    newest = {column.key: row[f"r_{column.key}"] for column in _REVISION}
    return Programme(
        id=row["id"],
        patient_id=patient_id,
        protocol=row["protocol"],
        started_on=row["started_on"],
        seq=row["seq"],
        ver=row["ver"],
        newest=revision_of(newest),
    )


def revision_of(row: Row) -> ProgrammeRevision:
    """Return the revision that a row of the table holds."""
    plain: dict[str, Any] = {column.key: row[column.key] for column in _REVISION}
    words = {
        "made_by_role": AuthorRole(plain["made_by_role"]),
        "stage": Stage(plain["stage"]),
        "status": Status(plain["status"]),
        "plan": plan_from(plain["plan"]),
    }
    return ProgrammeRevision(**{**plain, **words})


def list_protocols(db: Session) -> list[Protocol]:
    """Return the protocols by slug; retired ones are left out."""
    statement = select(_protocols).where(_protocols.c.retired_at.is_(None))
    # Sorted here: what the two databases take for the order of text differs.
    return sorted((_protocol(row) for row in db.execute(statement).mappings()), key=lambda found: found.slug)


def find_protocol(db: Session, slug: str) -> Protocol | None:
    """Return the protocol of this name, a retired one as well."""
    row = db.execute(select(_protocols).where(_protocols.c.slug == slug)).mappings().one_or_none()
    return _protocol(row) if row else None


def protocol_revisions(db: Session) -> dict[str, str | None]:
    """Return what each stored protocol says, by slug; None for a retired one."""
    rows = db.execute(select(_protocols.c.slug, _protocols.c.revision, _protocols.c.retired_at))
    return {slug: None if retired_at is not None else revision for slug, revision, retired_at in rows}


def write_protocols(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new and changed protocols."""
    put_by(db, _protocols, ["slug"], rows)


def retire_protocols(db: Session, slugs: Collection[str], at: datetime) -> None:
    """Take protocols out of the list; programmes made from them stay as they are."""
    if slugs:
        db.execute(update(_protocols).where(_protocols.c.slug.in_(slugs)).values(retired_at=at, updated_at=at))


def _protocol(row: Row) -> Protocol:
    content = row["content"]
    return Protocol(
        slug=row["slug"],
        title=PlanWords(**content["title"]),
        summary=claim_from(content["summary"]),
        phases=tuple(_phase(phase) for phase in content["phases"]),
        review_status=ReviewStatus(row["review_status"]),
        retired_at=row["retired_at"],
    )


def _phase(raw: Mapping[str, Any]) -> ProtocolPhase:
    goals, criteria = (tuple(claim_from(claim) for claim in raw[name]) for name in ("goals", "criteria"))
    return ProtocolPhase(
        stage=Stage(raw["stage"]),
        goals=goals,
        criteria=criteria,
        exercises=tuple(
            ProtocolExercise(exercise=one["exercise"], each_side=one["each_side"], dosage=dosage_from(one["dosage"]))
            for one in raw["exercises"]
        ),
        retraining=tuple(retraining_from(one) for one in raw["retraining"]),
    )
