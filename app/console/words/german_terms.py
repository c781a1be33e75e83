"""German: what the codes of the house are called."""

from __future__ import annotations

from typing import Any

TERMS: dict[str, Any] = {
    "worth_knowing": "Gut zu wissen",
    "grade": "Evidenzgrad",
    "months": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "urgency": {
        "emergency": "Notfall",
        "urgent": "Dringend",
        "soon": "Bald",
        "routine": "Gelegentlich",
        "none": "Nichts",
    },
    "orders": {
        "urgency": "Dringendste zuerst",
        "name": "Nach Namen",
        "silence": "Am längsten still zuerst",
    },
    "reasons": {
        "red_flag": "Warnzeichen",
        "pause": "Laufen pausiert",
        "over_limit": "Lauf über der Grenze",
        "morning_rise": "Schlechterer Morgen",
        "pain_up_adherence_down": "Mehr Schmerz, weniger getan",
        "pain_up_adherence_up": "Mehr Schmerz, mehr getan",
        "programme_stopped": "Programm angehalten",
        "stage_proposal": "Schritt vorgeschlagen",
        "unread_message": "Ungelesene Nachrichten",
        "no_data": "Nichts eingetragen",
        "review_due": "Durchsicht fällig",
        "access_ends": "Freigabe endet",
    },
    "stages": {
        "relieve": "Lindern",
        "restore": "Aufbauen",
        "elevate": "Steigern",
        "self_managed": "Selbständig",
    },
    "decision": {
        "progress": "Steigern",
        "hold": "Halten",
        "reduce": "Verringern",
        "rest_day": "Ruhen",
        "pause_and_refer": "Pausieren und abklären",
    },
    "status": {
        "active": "aktiv",
        "stopped": "angehalten",
        "ended": "beendet",
    },
    "author": {
        "therapist": "therapeutisch",
        "patient": "durch die Person",
        "engine": "durch die Regeln",
    },
    "side": {
        "left": "links",
        "right": "rechts",
    },
    "scope": {
        "sessions.read": "Übungen und Läufe",
        "pain.read": "Schmerz",
        "notes.read": "Notizen",
        "advice.read": "Empfehlungen",
        "plan.write": "Programm",
        "message": "Nachrichten",
    },
    "presets": {
        "running_pain_3_of_10": "Bis 3 von 10 beim Laufen (üblich)",
        "esculier_2018": "Bis 2 von 10, nach einer Stunde und am Morgen abgeklungen (Esculier 2018)",
        "thomee_1997": "Bis 5 von 10, kein Anstieg von Woche zu Woche (Thomeé 1997)",
        "silbernagel_2007": "Bis 5 von 10, an der Achillessehne erprobt (Silbernagel 2007)",
        "vincent_2017": "Unter 3 von 10 (Vincent 2017)",
        "ladder_pain_free": "Ein Schritt nach oben nur ohne Schmerz (unter 18 angeboten)",
    },
    "collection": {
        "runs": "Lauf",
        "sessions": "Übungseinheit",
        "check_ins": "Tagesangabe",
        "treatments": "Behandlung",
        "skips": "Ausgelassen",
        "pain_scores": "Schmerzwert",
        "red_flags": "Dringendes Zeichen",
        "questionnaire_responses": "Fragebogen",
        "measurements": "Messung",
    },
    "professions": {
        "physician": "Ärztin oder Arzt",
        "physiotherapist": "Physiotherapie",
        "sports_therapist": "Sporttherapie",
        "soft_tissue_therapist": "Weichteiltherapie",
        "coach": "Training",
    },
    "parts": {
        "member": "Mitglied",
        "admin": "Leitung",
    },
    "factor_states": {
        "off": "Er ist aus.",
        "pending": "Er ist begonnen und wartet auf den ersten Code.",
        "on": "Er ist eingerichtet.",
    },
    "code_for": {
        "care": ("Geben Sie ihn der Person, auf Papier oder als Bild zum Scannen. Er gilt einmal, 72 Stunden lang."),
        "membership": "Geben Sie ihn der Kollegin oder dem Kollegen. Er gilt einmal, 72 Stunden lang.",
    },
}
