"""Signs that end all load advice, and how fast they must be seen."""

from __future__ import annotations

from app.guidance.domain.decision import Referral

RED_FLAG_SOURCES = ("gcare_redflags", "cornwall_rms", "lothian_refhelp", "econsult247", "clinref")

RED_FLAGS: dict[str, Referral] = {
    "hot_swollen_joint_or_fever": Referral.EMERGENCY,
    "trauma_cannot_bear_weight": Referral.EMERGENCY,
    "visible_deformity_or_dislocation": Referral.EMERGENCY,
    "cannot_straight_leg_raise": Referral.EMERGENCY,
    "numb_cold_or_pale_foot": Referral.EMERGENCY,
    "calf_swelling_or_breathless": Referral.EMERGENCY,
    "chest_pain_or_collapse_on_exertion": Referral.EMERGENCY,
    "locked_knee": Referral.URGENT,
    "rapid_swelling_after_injury": Referral.URGENT,
    "unremitting_night_or_rest_pain": Referral.URGENT,
    "unexplained_weight_loss_or_cancer_history": Referral.URGENT,
    "lump_or_mass": Referral.URGENT,
    "child_limp_hip_or_groin_pain": Referral.URGENT,
    "focal_bone_pain_or_groin_pain_on_hop": Referral.URGENT,
    "true_giving_way": Referral.SOON,
    "persistent_effusion": Referral.SOON,
    "morning_stiffness_over_30_min_or_several_joints": Referral.SOON,
    "no_improvement_12_weeks": Referral.SOON,
}
