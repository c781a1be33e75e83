"""English: what an advice, a question and a notice say, to a patient and to a clinician."""

from __future__ import annotations

from app.guidance.words.beside import BESIDE_ENGLISH
from app.guidance.words.form import Book, Said
from app.guidance.words.names_english import NAMES_ENGLISH as NAMES
from app.guidance.words.notices_english import NOTICES

RULES: dict[str, Said] = {
    "RED_FLAG": Said(
        "You reported a sign that has to be looked at first.",
        "A red flag was reported and is not cleared; no load advice is given.",
    ),
    "PAIN_PAUSE": Said(
        "The pain during your last run was very high.", "Pain during the last run reached the pause limit."
    ),
    "REPEAT_4": Said(
        "Four runs in a row were over the limit.", "Four or more consecutive sessions over the limit within the window."
    ),
    "REPEAT_3": Said("Three runs in a row were over the limit.", "Three consecutive sessions over the limit."),
    "PAIN_RED": Said("The pain during your last run was high.", "Pain during the last run above the high limit."),
    "LIMP": Said(
        "You limped, or your running changed because of the pain.", "Limp or altered gait during the last run."
    ),
    "MORNING_LARGE": Said(
        "The morning after your last run was much worse than usual.",
        "Next-morning pain rose over baseline by a flare-sized step.",
    ),
    "PRE_RUN_HIGH": Said(
        "The pain this morning is above the limit before you have run at all.",
        "This morning's resting score is above the accepted limit before any run.",
    ),
    "GAP_RESTART": Said(
        "You have not run for four weeks or more.", "Break at or beyond the restart limit; re-entry by the ladder."
    ),
    "GAP_REDUCE": Said(
        "You have not run for two weeks or more.", "Break at or beyond the reduction limit; re-entry at lower load."
    ),
    "REPEAT_2": Said("Two runs in a row were over the limit.", "Two consecutive sessions over the limit."),
    "AMBER_PLUS_MORNING": Said(
        "The pain during your last run was above the limit, and the next morning was worse as well.",
        "Pain during the run above the accepted limit together with a next-morning rise.",
    ),
    "PAIN_AMBER": Said(
        "The pain during your last run was above the limit.", "Pain during the last run above the accepted limit."
    ),
    "MORNING_UP": Said(
        "The morning after your last run was worse than usual.", "Next-morning rise over baseline beyond tolerance."
    ),
    "AFTER_UP_REDUCE": Said(
        "An hour after your last run the pain had not settled.",
        "Post-run score outside tolerance; this policy reduces for it.",
    ),
    "STOPPED_EARLY": Said("You stopped your last run because of pain.", "Last run ended early because of pain."),
    "TREND_LARGE": Said(
        "Your pain has risen clearly since last week.",
        "Weekly mean of worst pain rose beyond the large limit and is above the progress limit.",
    ),
    "EARLY_WARNING": Said(
        "You noticed two different early signs this week. Stay where you are until they are gone.",
        "Two different early-warning signs within 7 days: progression held; offer a screen.",
    ),
    "NO_HISTORY": Said("No run is logged yet.", "No run on record."),
    "FUTURE_DATED": Said(
        "An entry lies in the future; correct it, or wait until its time has passed.",
        "An entry is dated ahead (suspect clock); progression is blocked until it is corrected or past.",
    ),
    "MISSING_DURING": Said(
        "The pain during your last run is not logged; no score is not the same as 0.",
        "Pain during the last run is missing and is not taken for 0.",
    ),
    "MISSING_LOAD": Said(
        "The distance or the duration of some runs is missing.",
        "The last 30 days are covered neither in distance nor in time.",
    ),
    "PENDING_MORNING": Said(
        "The next morning has not been scored yet.", "Run of today: the next-morning score is still to come."
    ),
    "MISSING_MORNING": Said(
        "The morning after your last run is not logged.", "Next-morning score of the last run is missing."
    ),
    "BASELINE_UNKNOWN": Said(
        "There is no usual morning yet to compare the last one with.",
        "No baseline for a next-morning score above the progress limit.",
    ),
    "MISSING_AFTER": Said(
        "The score an hour after your last run is not logged.", "Post-run score required by this policy is missing."
    ),
    "AFTER_UP_HOLD": Said(
        "An hour after your last run the pain had not settled.",
        "Post-run score outside tolerance; this policy holds for it.",
    ),
    "PAIN_HOLD": Said(
        "The pain during your last run was acceptable, but too high for more.",
        "Pain during the last run between the progress limit and the accepted limit.",
    ),
    "TREND_UP": Said(
        "Your pain has risen a little since last week.", "Weekly mean of worst pain rose beyond tolerance."
    ),
    "LOAD_SESSION_SPIKE": Said(
        "Your last run was much longer than any of the month before it.",
        "Single-session spike over the longest run of the look-back window.",
    ),
    "LOAD_WEEK_SPIKE": Said(
        "You ran much more this week than the week before.", "Weekly load above the alarm ratio to the week before."
    ),
    "GAP_HOLD": Said("You have not run for a week or more.", "Break at or beyond the hold limit."),
    "NOT_ENOUGH_CLEAN": Said(
        "More than one calm run in a row is needed before you add to it.",
        "Fewer consecutive clean sessions than this policy asks for.",
    ),
    "CLEAN": Said(
        "Your last runs were calm, and so were the mornings after them.",
        "All required values known and inside their limits; enough consecutive clean sessions.",
    ),
}

TO_DO: dict[str, Said] = {
    "pause_and_refer": Said("Stop running for now. {care}", "Pause running. {care}"),
    "hold": Said("Keep the load as it is.", "Hold the load; no progression."),
    "progress": Said("You can add up to {percent} %.", "Progression of the week by up to {percent} %."),
    "reduce": Said("Reduce the load by {percent} %{rest}.", "Reduce the load by {percent} %{rest}."),
    "rest_day": Said("Reduce the load by {percent} %{rest}.", "Reduce the load by {percent} %{rest}."),
}
REST = {0: "", 1: " and rest for 1 day first"}
RESTS = " and rest for {days} days first"

SEEK_CARE: dict[str, Said] = {
    "none": Said("", ""),
    "therapist": Said(
        "Talk to your therapist before the next run.",
        "Therapist review before the next run.",
    ),
    "soon": Said(
        "Please have a clinician look at this within two weeks; do not run until then.",
        "Clinician review within two weeks; no running until then.",
    ),
    "urgent": Said(
        "Please be seen by a clinician within one to three days; do not run until then.",
        "Clinician review within 24 to 72 hours; no running until then.",
    ),
    "emergency": Said(
        "Please get emergency care now: call your local emergency number or go to a hospital.",
        "Emergency assessment now.",
    ),
}

DISCLAIMER = Said(
    "This is decision support: it helps you and your therapist and replaces neither. "
    "If you are worried, or something changes suddenly, ask a clinician.",
    "Decision support from logged data; it is not validated as a whole and does not replace a clinician's judgement.",
)

QUESTIONS: dict[str, str] = {
    "hot_swollen_joint_or_fever": "Is your knee hot, red and swollen, or do you have a fever or feel ill with it?",
    "trauma_cannot_bear_weight": "Have you hurt your knee, and can you not take four steps on it?",
    "visible_deformity_or_dislocation": "Is your kneecap or knee out of place, or was it, even if it went back?",
    "cannot_straight_leg_raise": "After a pop or a fall, are you unable to lift your leg with the knee straight?",
    "numb_cold_or_pale_foot": "Is your foot numb, cold or pale?",
    "calf_swelling_or_breathless": "Is one calf swollen and sore, or are you short of breath?",
    "chest_pain_or_collapse_on_exertion": "Have you had chest pain, or fainted, during exercise?",
    "locked_knee": "Is your knee stuck so that you cannot straighten it?",
    "rapid_swelling_after_injury": "Did your knee swell up a lot within hours of an injury?",
    "unremitting_night_or_rest_pain": "Is there constant pain, also at rest or at night, that no position eases?",
    "unexplained_weight_loss_or_cancer_history": "Have you lost weight without a reason, or have you ever had cancer?",
    "lump_or_mass": "Have you found a lump at your knee or thigh?",
    "child_limp_hip_or_groin_pain": "If you are under 18: do you limp, or is your hip or groin sore or stiff?",
    "focal_bone_pain_or_groin_pain_on_hop": "Is there a sore spot on a bone, or does hopping hurt your groin?",
    "true_giving_way": "Does your leg collapse under you?",
    "persistent_effusion": "Has your knee been swollen for more than two weeks?",
    "morning_stiffness_over_30_min_or_several_joints": (
        "Are you stiff for more than half an hour in the morning, or are several joints sore?"
    ),
    "no_improvement_12_weeks": "Has nothing become better in twelve weeks?",
}

BECAUSE_ASKED: dict[str, str] = {
    "intake": "It has not been answered yet.",
    "pain": "There was pain of 6 or more since it was last answered.",
    "limp": "There was a limp since it was last answered.",
    "monthly": "It was last answered a month ago or longer.",
}

FINDINGS = Said(
    "These are findings, not a diagnosis: they show where to look first.",
    "Findings with points, never a diagnosis; no trial shows that treating by subgroup is better.",
)
ENGLISH = Book(
    RULES, TO_DO, REST, RESTS, SEEK_CARE, DISCLAIMER, QUESTIONS, BECAUSE_ASKED, NOTICES, FINDINGS, NAMES, BESIDE_ENGLISH
)
