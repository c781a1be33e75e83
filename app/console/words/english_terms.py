"""English: what the codes of the house are called."""

from __future__ import annotations

from typing import Any

TERMS: dict[str, Any] = {
    "worth_knowing": "Worth knowing",
    "grade": "Grade",
    "months": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "urgency": {
        "emergency": "Emergency",
        "urgent": "Urgent",
        "soon": "Soon",
        "routine": "Routine",
        "none": "Nothing",
    },
    "orders": {
        "urgency": "Most urgent first",
        "name": "By name",
        "silence": "Longest silent first",
    },
    "reasons": {
        "red_flag": "Red flag",
        "pause": "Running paused",
        "over_limit": "Run over the limit",
        "morning_rise": "Worse morning",
        "pain_up_adherence_down": "Pain up, less done",
        "pain_up_adherence_up": "Pain up, more done",
        "programme_stopped": "Programme stopped",
        "stage_proposal": "Step up proposed",
        "unread_message": "Unread messages",
        "no_data": "Nothing logged",
        "review_due": "Review due",
        "access_ends": "Access ends",
    },
    "stages": {
        "relieve": "Relieve",
        "restore": "Restore",
        "elevate": "Elevate",
        "self_managed": "Self-managed",
    },
    "decision": {
        "progress": "Progress",
        "hold": "Hold",
        "reduce": "Reduce",
        "rest_day": "Rest",
        "pause_and_refer": "Pause and refer",
    },
    "status": {
        "active": "active",
        "stopped": "stopped",
        "ended": "ended",
    },
    "author": {
        "therapist": "by a therapist",
        "patient": "by the patient",
        "engine": "by the rules",
    },
    "side": {
        "left": "left",
        "right": "right",
    },
    "scope": {
        "sessions.read": "sessions and runs",
        "pain.read": "pain",
        "notes.read": "notes",
        "advice.read": "advice",
        "plan.write": "programme",
        "message": "messages",
    },
    "presets": {
        "running_pain_3_of_10": "Up to 3 of 10 while running (usual)",
        "esculier_2018": "Up to 2 of 10, settled after an hour and by next morning (Esculier 2018)",
        "thomee_1997": "Up to 5 of 10, no rise from week to week (Thomeé 1997)",
        "silbernagel_2007": "Up to 5 of 10, tried on the Achilles tendon (Silbernagel 2007)",
        "vincent_2017": "Below 3 of 10 (Vincent 2017)",
        "ladder_pain_free": "A step up only without pain (offered under 18)",
    },
    "collection": {
        "runs": "Run",
        "sessions": "Exercise session",
        "check_ins": "Check-in",
        "treatments": "Treatment",
        "skips": "Left out",
        "pain_scores": "Pain score",
        "red_flags": "Urgent sign",
        "questionnaire_responses": "Questionnaire",
        "measurements": "Measurement",
    },
    "professions": {
        "physician": "Physician",
        "physiotherapist": "Physiotherapist",
        "sports_therapist": "Sports therapist",
        "soft_tissue_therapist": "Soft tissue therapist",
        "coach": "Coach",
    },
    "parts": {
        "member": "Member",
        "admin": "Admin",
    },
    "factor_states": {
        "off": "It is off.",
        "pending": "It is begun and waits for its first code.",
        "on": "It is on.",
    },
    "code_for": {
        "care": ("Give it to the patient, on paper or as a picture to scan. It is good once, for 72 hours."),
        "membership": "Give it to your colleague. It is good once, for 72 hours.",
    },
}
