"""English: why a patient needs attention."""

from __future__ import annotations

from app.review.domain.attention import ReasonCode, Urgency
from app.review.words.form import Book

RED_FLAGS: dict[str, str] = {
    "hot_swollen_joint_or_fever": "hot swollen joint or fever",
    "trauma_cannot_bear_weight": "injury, cannot take four steps",
    "visible_deformity_or_dislocation": "deformity or dislocation",
    "cannot_straight_leg_raise": "cannot raise the straight leg",
    "numb_cold_or_pale_foot": "numb, cold or pale foot",
    "calf_swelling_or_breathless": "swollen calf or short of breath",
    "chest_pain_or_collapse_on_exertion": "chest pain or collapse on exertion",
    "locked_knee": "locked knee",
    "rapid_swelling_after_injury": "rapid swelling after an injury",
    "unremitting_night_or_rest_pain": "unremitting pain at night or at rest",
    "unexplained_weight_loss_or_cancer_history": "unexplained weight loss or cancer history",
    "lump_or_mass": "lump or mass",
    "child_limp_hip_or_groin_pain": "under 18: limp, hip or groin pain",
    "focal_bone_pain_or_groin_pain_on_hop": "focal bone pain, or groin pain on hopping",
    "true_giving_way": "true giving way",
    "persistent_effusion": "swelling for more than two weeks",
    "morning_stiffness_over_30_min_or_several_joints": "morning stiffness over 30 minutes, or several joints",
    "no_improvement_12_weeks": "no improvement in 12 weeks",
}

ENGLISH = Book(
    reasons={
        ReasonCode.RED_FLAG: "Red flag ({level}): {sign}.",
        ReasonCode.PAUSE: "Running is paused until somebody closes the pause.",
        ReasonCode.OVER_LIMIT: "The last run was over the limit.",
        ReasonCode.MORNING_RISE: "The morning was worse than it should be.",
        ReasonCode.PAIN_UP_ADHERENCE_DOWN: (
            "Weekly pain is up by {pain_rise} while adherence fell from {adherence_percent_before} to "
            "{adherence_percent} percent."
        ),
        ReasonCode.PAIN_UP_ADHERENCE_UP: (
            "Weekly pain is up by {pain_rise} while adherence rose from {adherence_percent_before} to "
            "{adherence_percent} percent: perhaps too much."
        ),
        ReasonCode.PROGRAMME_STOPPED: "The programme is stopped until a therapist re-opens it.",
        ReasonCode.STAGE_PROPOSAL: "A step up waits for your word: {from_stage} to {to_stage}.",
        ReasonCode.UNREAD_MESSAGE: "Messages that you have not read: {messages}.",
        ReasonCode.NO_DATA: "Nothing was logged for {days} days.",
        ReasonCode.REVIEW_DUE: "The review of {due_on} is due.",
        ReasonCode.ACCESS_ENDS: "The patient's consent ends on {due_on}.",
    },
    never_any_data="Nothing has been logged yet.",
    levels={
        Urgency.EMERGENCY: "emergency: now",
        Urgency.URGENT: "urgent: within 24 to 72 hours",
        Urgency.SOON: "soon: within two weeks",
        Urgency.ROUTINE: "at the next review",
    },
    red_flags=RED_FLAGS,
    stages={
        "relieve": "Relieve",
        "restore": "Restore",
        "elevate": "Elevate",
        "self_managed": "self-managed",
    },
    point=".",
)
