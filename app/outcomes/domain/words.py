"""The closed lists of outcomes: instruments, tests, and the words they are rated with."""

from __future__ import annotations

from enum import StrEnum


class Questionnaire(StrEnum):
    """What a patient answers."""

    AKPS = "akps"
    KOOS_PF = "koos_pf"
    LEFS = "lefs"
    TSK11 = "tsk11"
    PHQ2 = "phq2"
    PSFS = "psfs"
    GLOBAL_CHANGE = "global_change"
    NRS_WORST = "nrs_worst"
    NRS_USUAL = "nrs_usual"
    NRS_DURING_RUN = "nrs_during_run"


class ClinicalTest(StrEnum):
    """What is measured."""

    KNEE_TO_WALL = "knee_to_wall"
    SINGLE_LEG_SQUAT = "single_leg_squat"
    LATERAL_STEP_DOWN = "lateral_step_down"
    HIP_ABDUCTION_STRENGTH = "hip_abduction_strength"
    QUADRICEPS_STRENGTH = "quadriceps_strength"
    SINGLE_LEG_HOP = "single_leg_hop"
    FOOT_POSTURE = "foot_posture"
    MANUAL_MUSCLE_TEST = "manual_muscle_test"
    SQUAT_PAIN = "squat_pain"
    STRAIGHT_LEG_RAISE = "straight_leg_raise"
    QUADRICEPS_ACTIVATION = "quadriceps_activation"
    RESISTED_EXTENSION = "resisted_extension"
    FOOT_IN_SQUAT = "foot_in_squat"
    LOADED_BEND = "loaded_bend"


class Rating(StrEnum):
    """How a single-leg squat looks (crossley2011), or how well the quadriceps tightens; best first."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Contraction(StrEnum):
    """How strength was tested; the two are never compared with each other."""

    ISOMETRIC = "isometric"
    ECCENTRIC = "eccentric"


class Muscle(StrEnum):
    """What a manual muscle test is of."""

    QUADRICEPS = "quadriceps"
    HIP_ABDUCTORS = "hip_abductors"
    HIP_EXTENSORS = "hip_extensors"
    HIP_EXTERNAL_ROTATORS = "hip_external_rotators"
    HAMSTRINGS = "hamstrings"
    CALF = "calf"


class Sex(StrEnum):
    """For which of the two the expected strength is asked (ramskov2014)."""

    FEMALE = "female"
    MALE = "male"


class Recorder(StrEnum):
    """Who recorded a measurement."""

    PATIENT = "patient"
    THERAPIST = "therapist"


class Better(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
