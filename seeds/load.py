"""Reads the seeds of the library and puts them into a database; doing it again changes nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from app.db.engine import wait_patiently
from app.kernel.clock import now
from app.library import service
from app.library.domain.catalogue import Dosage, Exercise, Reference
from app.library.domain.changes import LoadReport
from app.library.domain.texts import Translation
from app.library.domain.wholeness import check_exercises, check_references, grade_of
from app.library.domain.words import (
    Basis,
    Chain,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)
from app.programmes.domain.wholeness import check_protocol
from app.programmes.service import protocols as programmes
from seeds.evidence import check_evidence, read_articles, read_claims
from seeds.protocols import read_protocols
from seeds.reading import Seed, seeds_of

LIBRARY = Path(__file__).resolve().parent / "library"


def load(db: Session, folder: Path = LIBRARY) -> LoadReport:
    """Put the seeds into the database; raise BrokenLibrary, naming entry and field, before anything is stored.

    An entry that left the seeds is retired, not deleted.
    """
    references = [_reference(seed) for seed in seeds_of(folder / "references.toml")]
    told = {seed.key: seed for seed in seeds_of(folder / "exercise_texts.toml")}
    exercises = [_exercise(seed, told.get(seed.key)) for seed in seeds_of(folder / "exercises.toml")]
    questions, claims = read_claims(folder / "claims.toml")
    articles = read_articles(folder / "articles")
    check_references(references)
    check_exercises(exercises, {reference.key for reference in references})
    check_evidence(questions, claims, articles, {reference.key for reference in references})
    wait_patiently(db)
    at = now()
    report = service.put_references(db, references, at) + service.put_exercises(db, exercises, at)
    return report + service.put_evidence(db, questions, claims, articles, at)


def load_all(db: Session) -> LoadReport:
    """Put every seed into the database: the library, and the protocols made of it; raise what `load` does.

    Raises BrokenProtocol for a protocol that is not whole.
    """
    exercises = {seed.key for seed in seeds_of(LIBRARY / "exercises.toml")}
    references = {seed.key for seed in seeds_of(LIBRARY / "references.toml")}
    protocols = read_protocols()
    for protocol in protocols:
        check_protocol(protocol, exercises, references)
    return load(db) + programmes.put_protocols(db, protocols, now())


def _exercise(seed: Seed, told: Seed | None) -> Exercise:
    exercise = Exercise(
        slug=seed.key,
        name=seed.text("name"),
        group=seed.word("group", Group),
        targets=seed.words("targets", Target),
        stages=seed.words("stages", Stage),
        chain=seed.word("chain", Chain),
        weight_bearing=seed.word("weight_bearing", WeightBearing),
        peak_knee_flexion_deg=seed.number("peak_knee_flexion_deg"),
        pfj_load=seed.word("pfj_load", PfjLoad),
        load_basis=seed.word("load_basis", LoadBasis),
        dosage=_dosage(seed.table("dosage")),
        dosage_basis=seed.word("dosage_basis", Basis),
        progressions=seed.texts("progressions"),
        regressions=seed.texts("regressions"),
        equipment=seed.texts("equipment"),
        note=seed.text_or_none("note"),
        evidence=seed.texts("evidence"),
        review_status=seed.word("review_status", ReviewStatus),
        instruction=told.text("patient") if told else None,
        german=_german(told) if told else None,
    )
    seed.finish()
    return exercise


def _german(told: Seed) -> Translation:
    german = Translation(told.text("name_de"), told.text_or_none("note_de"), told.text("patient_de"))
    told.finish()
    return german


def _dosage(seed: Seed) -> Dosage:
    dosage = Dosage(
        sets=seed.number("sets"),
        repetitions=seed.number("repetitions"),
        hold_seconds=seed.number("hold_seconds"),
        rest_seconds=seed.number("rest_seconds"),
        days_per_week=seed.number("days_per_week"),
        tempo=seed.text("tempo"),
        unit_note=seed.text_or_none("unit_note"),
    )
    seed.finish()
    return dosage


def _reference(seed: Seed) -> Reference:
    evidence_grade = seed.text("evidence_grade")
    reference = Reference(
        key=seed.key,
        authors=seed.text("authors"),
        year=seed.number_or_none("year"),
        title=seed.text("title"),
        journal=seed.text("journal"),
        doi=seed.text_or_none("doi"),
        url=seed.text_or_none("url"),
        evidence_grade=evidence_grade,
        grade=grade_of(evidence_grade),
        basis=seed.word("basis", Basis),
        claim=seed.text("claim"),
        review_status=seed.word("review_status", ReviewStatus),
    )
    seed.finish()
    return reference
