"""The closed lists of words that exercises and references are described in."""

from __future__ import annotations

from enum import StrEnum


class Group(StrEnum):
    """What an exercise is for, as a therapist files it."""

    VMO_QUADRICEPS = "vmo_quadriceps"
    HIP_ABDUCTOR_EXTERNAL_ROTATOR = "hip_abductor_external_rotator"
    ANKLE_MOBILITY_CALF = "ankle_mobility_calf"
    CORE = "core"
    STRETCHING = "stretching"
    GAIT_RETRAINING = "gait_retraining"
    MAINTENANCE_PLYOMETRICS = "maintenance_plyometrics"


GROUP_TITLES = {
    Group.VMO_QUADRICEPS: "VMO / quadriceps",
    Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR: "Hip abductors and rotators",
    Group.ANKLE_MOBILITY_CALF: "Ankle and calf mobility",
    Group.CORE: "Trunk and core",
    Group.STRETCHING: "Stretching and foam rolling",
    Group.GAIT_RETRAINING: "Gait retraining",
    Group.MAINTENANCE_PLYOMETRICS: "Maintenance, impact and cross-training",
}


class Target(StrEnum):
    """What an exercise works on."""

    AEROBIC = "aerobic"
    ANKLE_DORSIFLEXION = "ankle_dorsiflexion"
    BALANCE = "balance"
    CALF = "calf"
    FOOT_INTRINSICS = "foot_intrinsics"
    GASTROCNEMIUS = "gastrocnemius"
    GLUTEALS = "gluteals"
    GLUTEUS_MAXIMUS = "gluteus_maximus"
    GLUTEUS_MEDIUS = "gluteus_medius"
    HAMSTRINGS = "hamstrings"
    HIP_EXTERNAL_ROTATORS = "hip_external_rotators"
    HIP_FLEXORS = "hip_flexors"
    QUADRICEPS = "quadriceps"
    RUNNING = "running"
    SOLEUS = "soleus"
    TENDON = "tendon"
    TENSOR_FASCIAE_LATAE = "tensor_fasciae_latae"
    TIBIALIS_ANTERIOR = "tibialis_anterior"
    TRUNK = "trunk"
    VASTUS_LATERALIS = "vastus_lateralis"
    WALKING = "walking"
    WHOLE_LEG = "whole_leg"


class Stage(StrEnum):
    """The three stages of rehabilitation."""

    RELIEVE = "relieve"
    RESTORE = "restore"
    ELEVATE = "elevate"


class Chain(StrEnum):
    """Is the foot fixed (closed), free (open), or is it no question (none)?"""

    OPEN = "open"
    CLOSED = "closed"
    NONE = "none"


class WeightBearing(StrEnum):
    """How much of the body the leg carries."""

    NONE = "none"
    PARTIAL = "partial"
    DOUBLE = "double"
    SINGLE = "single"


class PfjLoad(StrEnum):
    """Relative load on the patellofemoral joint, lightest first; a filter, not a measurement (CLINICAL 3)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class LoadBasis(StrEnum):
    """What a load tier rests on: a source that was read, or an estimate by knee bend, legs and impact."""

    READ = "read"
    ESTIMATE = "estimate"


class Basis(StrEnum):
    """What a dosage or a reference rests on: a source that was read, or memory (common practice)."""

    READ = "read"
    MEMORY = "memory"


class ReviewStatus(StrEnum):
    """How far an entry has been reviewed; what is not approved may be shown and never drives a rule."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"


class Grade(StrEnum):
    """Strength of evidence, A strong to D opinion."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
