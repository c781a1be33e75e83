"""The words of the logbook: what may be said of an entry."""

from __future__ import annotations

from enum import StrEnum

from app.programmes.domain.words import Cue

__all__ = [
    "Asked",
    "BodyRegion",
    "Cue",
    "EarlyWarningSign",
    "GivenBy",
    "Intensity",
    "PainMoment",
    "ProvokingActivity",
    "SkipReason",
    "Source",
    "SupportiveTreatment",
    "Surface",
]


class PainMoment(StrEnum):
    """When the pain was felt that a score tells of."""

    BEFORE = "before"
    DURING = "during"
    AFTER_60_MIN = "after_60_min"
    NEXT_MORNING = "next_morning"
    WORST = "worst"
    USUAL = "usual"
    STAIRS = "stairs"
    SQUAT = "squat"
    SITTING = "sitting"
    REST = "rest"
    NIGHT = "night"
    WALKING = "walking"


class Surface(StrEnum):
    """What a run was on."""

    ROAD = "road"
    TRAIL = "trail"
    TRACK = "track"
    TREADMILL = "treadmill"
    GRASS = "grass"
    MIXED = "mixed"


class Intensity(StrEnum):
    """What kind of run it was."""

    EASY = "easy"
    STEADY = "steady"
    TEMPO = "tempo"
    INTERVALS = "intervals"
    RACE = "race"
    RUN_WALK = "run_walk"


class Source(StrEnum):
    """Where a run's figures come from."""

    MANUAL = "manual"
    FIT = "fit"
    TCX = "tcx"
    GPX = "gpx"
    APPLE_HEALTH = "apple_health"


class SupportiveTreatment(StrEnum):
    """What supported the knee besides exercise and load (PRODUCT G6); a record, never an advice."""

    ORTHOSIS = "orthosis"
    TAPING = "taping"
    BRACE = "brace"
    SHOES = "shoes"
    NEEDLING = "needling"
    ACUPUNCTURE = "acupuncture"
    MOTOR_POINT_STIMULATION = "motor_point_stimulation"
    MANUAL_THERAPY = "manual_therapy"


class GivenBy(StrEnum):
    """Who gave a treatment."""

    SELF = "self"
    THERAPIST = "therapist"
    OTHER = "other"


class BodyRegion(StrEnum):
    """Where a treatment was given."""

    KNEE = "knee"
    THIGH = "thigh"
    HIP = "hip"
    LOWER_LEG = "lower_leg"
    ANKLE = "ankle"
    FOOT = "foot"
    BACK = "back"
    OTHER = "other"


class ProvokingActivity(StrEnum):
    """What an orthosis is tried with: an activity that hurts."""

    STEP_DOWN = "step_down"
    STAIRS = "stairs"
    SQUAT = "squat"
    SINGLE_LEG_SQUAT = "single_leg_squat"
    WALKING = "walking"
    RUNNING = "running"
    OTHER = "other"


class EarlyWarningSign(StrEnum):
    """What runners notice before the pain comes back (CLINICAL 5.6)."""

    INNER_KNEE_AWARENESS = "inner_knee_awareness"
    QUADRICEPS_QUIET = "quadriceps_quiet"
    OUTER_THIGH_TIGHTNESS = "outer_thigh_tightness"
    SINGLE_LEG_WOBBLE = "single_leg_wobble"
    SORE_AFTER_SITTING_OR_STAIRS = "sore_after_sitting_or_stairs"


class SkipReason(StrEnum):
    """Why something that was due was not done; illness and a therapist's hold excuse it (CLINICAL 5.3)."""

    ILLNESS = "illness"
    PAIN = "pain"
    TIME = "time"
    EQUIPMENT = "equipment"
    THERAPIST_HOLD = "therapist_hold"
    OTHER = "other"


class Asked(StrEnum):
    """Why a red-flag question was asked (CLINICAL 6)."""

    INTAKE = "intake"
    PAIN = "pain"
    LIMP = "limp"
    MONTHLY = "monthly"
    OFFERED = "offered"
