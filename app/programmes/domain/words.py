"""The closed lists of words that protocols and programmes are described in."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a programme has come, in order; no stage has a length (soft_tissue_page)."""

    RELIEVE = "relieve"
    RESTORE = "restore"
    ELEVATE = "elevate"
    SELF_MANAGED = "self_managed"


STAGES = tuple(Stage)


class Status(StrEnum):
    """Is the programme followed? Only a therapist re-opens one that was stopped."""

    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class RetrainingSetting(StrEnum):
    """Where the movement of the leg is watched."""

    MIRROR = "mirror"
    TREADMILL = "treadmill"


class Cue(StrEnum):
    """What the runner is told to do with the legs (soft_tissue_page)."""

    KNEES_APART = "knees_apart"
    KNEECAPS_AHEAD = "kneecaps_ahead"
    SQUEEZE_BUTTOCKS = "squeeze_buttocks"


class AuthorRole(StrEnum):
    """Who made a revision; the engine steps down and stops, and does nothing else."""

    THERAPIST = "therapist"
    PATIENT = "patient"
    ENGINE = "engine"
