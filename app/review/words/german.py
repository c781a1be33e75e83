"""German: why a patient needs attention."""

from __future__ import annotations

from app.review.domain.attention import ReasonCode, Urgency
from app.review.words.form import Book

RED_FLAGS: dict[str, str] = {
    "hot_swollen_joint_or_fever": "heißes, geschwollenes Gelenk oder Fieber",
    "trauma_cannot_bear_weight": "Verletzung, vier Schritte nicht möglich",
    "visible_deformity_or_dislocation": "Fehlstellung oder Verrenkung",
    "cannot_straight_leg_raise": "gestrecktes Bein kann nicht gehoben werden",
    "numb_cold_or_pale_foot": "tauber, kalter oder blasser Fuß",
    "calf_swelling_or_breathless": "geschwollene Wade oder Atemnot",
    "chest_pain_or_collapse_on_exertion": "Brustschmerz oder Kollaps unter Belastung",
    "locked_knee": "blockiertes Knie",
    "rapid_swelling_after_injury": "rasche Schwellung nach Verletzung",
    "unremitting_night_or_rest_pain": "anhaltender Nacht- oder Ruheschmerz",
    "unexplained_weight_loss_or_cancer_history": "unklarer Gewichtsverlust oder Krebs in der Vorgeschichte",
    "lump_or_mass": "Knoten oder Raumforderung",
    "child_limp_hip_or_groin_pain": "unter 18: Hinken, Hüft- oder Leistenschmerz",
    "focal_bone_pain_or_groin_pain_on_hop": "punktueller Knochenschmerz oder Leistenschmerz beim Hüpfen",
    "true_giving_way": "echtes Wegknicken",
    "persistent_effusion": "Schwellung seit mehr als zwei Wochen",
    "morning_stiffness_over_30_min_or_several_joints": "Morgensteife über 30 Minuten oder mehrere Gelenke",
    "no_improvement_12_weeks": "keine Besserung in 12 Wochen",
}

GERMAN = Book(
    reasons={
        ReasonCode.RED_FLAG: "Warnzeichen ({level}): {sign}.",
        ReasonCode.PAUSE: "Das Laufen ist pausiert, bis jemand die Pause schließt.",
        ReasonCode.OVER_LIMIT: "Der letzte Lauf lag über der Grenze.",
        ReasonCode.MORNING_RISE: "Der Morgen war schlechter, als er sein soll.",
        ReasonCode.PAIN_UP_ADHERENCE_DOWN: (
            "Der Schmerz der Woche ist um {pain_rise} gestiegen, die Adhärenz von {adherence_percent_before} auf "
            "{adherence_percent} Prozent gefallen."
        ),
        ReasonCode.PAIN_UP_ADHERENCE_UP: (
            "Der Schmerz der Woche ist um {pain_rise} gestiegen, die Adhärenz von {adherence_percent_before} auf "
            "{adherence_percent} Prozent ebenfalls: vielleicht zu viel."
        ),
        ReasonCode.PROGRAMME_STOPPED: "Das Programm ist angehalten, bis eine Therapeutin es wieder öffnet.",
        ReasonCode.STAGE_PROPOSAL: "Ein Schritt nach oben wartet auf Ihr Wort: {from_stage} zu {to_stage}.",
        ReasonCode.UNREAD_MESSAGE: "Nachrichten, die Sie nicht gelesen haben: {messages}.",
        ReasonCode.NO_DATA: "Seit {days} Tagen wurde nichts eingetragen.",
        ReasonCode.REVIEW_DUE: "Die Durchsicht vom {due_on} steht an.",
        ReasonCode.ACCESS_ENDS: "Die Einwilligung endet am {due_on}.",
    },
    never_any_data="Es wurde noch nichts eingetragen.",
    levels={
        Urgency.EMERGENCY: "Notfall: sofort",
        Urgency.URGENT: "dringend: in 24 bis 72 Stunden",
        Urgency.SOON: "bald: in zwei Wochen",
        Urgency.ROUTINE: "bei der nächsten Durchsicht",
    },
    red_flags=RED_FLAGS,
    stages={
        "relieve": "Lindern",
        "restore": "Aufbauen",
        "elevate": "Steigern",
        "self_managed": "selbständig",
    },
    point=",",
)
