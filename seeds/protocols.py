"""Reads the protocols of the seeds; what cannot be meant is named, and nothing of it is stored."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.library.domain.words import ReviewStatus
from app.programmes.domain.plan import Words, claim_from, dosage_from, retraining_from
from app.programmes.domain.protocol import Protocol, ProtocolExercise, ProtocolPhase
from app.programmes.domain.wholeness import BrokenProtocol
from app.programmes.domain.words import Stage

PROGRAMMES = Path(__file__).resolve().parent / "programmes"


def read_protocols(folder: Path = PROGRAMMES) -> list[Protocol]:
    """Return the protocols of all files of a folder; raise BrokenProtocol, naming the protocol."""
    read = [(slug, members) for file in sorted(folder.glob("*.toml")) for slug, members in _members(file).items()]
    return [_protocol(slug, members) for slug, members in read]


def _members(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenProtocol(f"{file.name}: {error}") from None


def _protocol(slug: str, members: Any) -> Protocol:
    try:
        phases = tuple(_phase(phase) for phase in members.pop("phases"))
        words, summary = Words(**members.pop("title")), claim_from(members.pop("summary"))
        status = ReviewStatus(members.pop("review_status"))
        _finish(members)
        return Protocol(slug=slug, title=words, summary=summary, phases=phases, review_status=status)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenProtocol(f"{slug}: {error!r}") from None


def _phase(raw: dict[str, Any]) -> ProtocolPhase:
    stage = Stage(raw.pop("stage"))
    goals, criteria = (tuple(claim_from(claim) for claim in raw.pop(name)) for name in ("goals", "criteria"))
    exercises = tuple(_exercise(one) for one in raw.pop("exercises"))
    retraining = tuple(retraining_from({**one, "stage": stage}) for one in raw.pop("retraining"))
    _finish(raw)
    return ProtocolPhase(stage=stage, goals=goals, criteria=criteria, exercises=exercises, retraining=retraining)


def _exercise(raw: Mapping[str, Any]) -> ProtocolExercise:
    dosage = dosage_from({"load_kg": None, "tempo": None, **raw["dosage"]})
    return ProtocolExercise(**{**raw, "dosage": dosage})


def _finish(left: Mapping[str, Any]) -> None:
    if left:
        raise ValueError(f"{', '.join(sorted(left))} is not known")
