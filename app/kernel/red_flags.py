"""The codes of the urgent signs, which the logbook stores and the rules act on; asked as CLINICAL 6 says."""

from __future__ import annotations

from enum import StrEnum


class RedFlag(StrEnum):
    """An urgent sign."""

    HOT_SWOLLEN_JOINT_OR_FEVER = "hot_swollen_joint_or_fever"
    TRAUMA_CANNOT_BEAR_WEIGHT = "trauma_cannot_bear_weight"
    VISIBLE_DEFORMITY_OR_DISLOCATION = "visible_deformity_or_dislocation"
    CANNOT_STRAIGHT_LEG_RAISE = "cannot_straight_leg_raise"
    NUMB_COLD_OR_PALE_FOOT = "numb_cold_or_pale_foot"
    CALF_SWELLING_OR_BREATHLESS = "calf_swelling_or_breathless"
    CHEST_PAIN_OR_COLLAPSE_ON_EXERTION = "chest_pain_or_collapse_on_exertion"
    LOCKED_KNEE = "locked_knee"
    RAPID_SWELLING_AFTER_INJURY = "rapid_swelling_after_injury"
    UNREMITTING_NIGHT_OR_REST_PAIN = "unremitting_night_or_rest_pain"
    UNEXPLAINED_WEIGHT_LOSS_OR_CANCER_HISTORY = "unexplained_weight_loss_or_cancer_history"
    LUMP_OR_MASS = "lump_or_mass"
    CHILD_LIMP_HIP_OR_GROIN_PAIN = "child_limp_hip_or_groin_pain"
    FOCAL_BONE_PAIN_OR_GROIN_PAIN_ON_HOP = "focal_bone_pain_or_groin_pain_on_hop"
    TRUE_GIVING_WAY = "true_giving_way"
    PERSISTENT_EFFUSION = "persistent_effusion"
    MORNING_STIFFNESS_OVER_30_MIN_OR_SEVERAL_JOINTS = "morning_stiffness_over_30_min_or_several_joints"
    NO_IMPROVEMENT_12_WEEKS = "no_improvement_12_weeks"


RED_FLAG_CODES = [str(flag) for flag in RedFlag]
