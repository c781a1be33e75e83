"""What people are told about consent and about who looked, in English and German."""

from __future__ import annotations

from app.consent.domain import Scope
from app.kernel.permissions import Permission

Words = dict[str, str]

CONSENT_TEXT: tuple[Words, ...] = (
    {
        "en": "You let one named person see what you choose here, for the purpose and the time that you read here.",
        "de": "Sie lassen eine namentlich genannte Person sehen, was Sie hier wählen, für den Zweck und die Zeit, die "
        "Sie hier lesen.",
    },
    {
        "en": "You can end this at any time with one tap. It ends at once, and by itself after twelve months at most.",
        "de": "Sie können das jederzeit mit einem Tippen beenden. Es endet sofort, und spätestens nach zwölf Monaten "
        "von selbst.",
    },
    {
        "en": "You can read who looked at what, and when. Ending it does not take back what was already seen; what "
        "your therapist wrote may have to be kept by law.",
        "de": "Sie können nachlesen, wer wann was angesehen hat. Das Beenden macht nicht ungesehen, was schon gesehen "
        "wurde; was Ihre Therapeutin oder Ihr Therapeut schrieb, muss womöglich von Gesetzes wegen aufbewahrt werden.",
    },
    {
        "en": "Nobody may make you agree. If somebody presses you, do not confirm, or end it; they are not told why.",
        "de": "Niemand darf Sie dazu drängen. Wenn jemand Druck macht, bestätigen Sie nicht oder beenden Sie es; den "
        "Grund erfährt niemand.",
    },
)
"""The words that CONSENT_TEXT_VERSION names; changed words are a new version."""

SCOPE_WORDS: dict[Scope, Words] = {
    Scope.SESSIONS_READ: {
        "en": "see your exercise sessions, runs, check-ins, treatments and skipped exercises",
        "de": "Ihre Übungen, Läufe, Tagesangaben, Behandlungen und ausgelassenen Übungen sehen",
    },
    Scope.PAIN_READ: {
        "en": "see your pain scores, warning signs, questionnaires and measurements",
        "de": "Ihre Schmerzwerte, Warnzeichen, Fragebögen und Messungen sehen",
    },
    Scope.NOTES_READ: {
        "en": "read what you wrote in your own words",
        "de": "lesen, was Sie in eigenen Worten geschrieben haben",
    },
    Scope.ADVICE_READ: {
        "en": "see the advice you were given, with pauses and limits",
        "de": "die Hinweise sehen, die Sie bekamen, mit Pausen und Grenzen",
    },
    Scope.PLAN_WRITE: {
        "en": "see and change your programme, the limits of the pain rule and pauses",
        "de": "Ihr Programm, die Grenzen der Schmerzregel und Pausen sehen und ändern",
    },
    Scope.MESSAGE: {"en": "write messages with you", "de": "mit Ihnen Nachrichten schreiben"},
}

LOOK_WORDS: dict[Permission, Words] = {
    Permission.SESSIONS_READ: {"en": "sessions, runs and days", "de": "Übungen, Läufe und Tage"},
    Permission.PAIN_READ: {"en": "pain, questionnaires and measurements", "de": "Schmerz, Fragebögen und Messungen"},
    Permission.MEASUREMENTS_WRITE: {"en": "entered a measurement", "de": "eine Messung eingetragen"},
    Permission.ADVICE_READ: {"en": "advice, pauses and limits", "de": "Hinweise, Pausen und Grenzen"},
    Permission.FINDINGS_READ: {"en": "what stands out in the course", "de": "Auffälliges im Verlauf"},
    Permission.PAUSE_CLOSE: {"en": "closed a pause", "de": "eine Pause beendet"},
    Permission.PLAN_READ: {"en": "programme", "de": "Programm"},
    Permission.PLAN_WRITE: {"en": "changed the plan or its limits", "de": "Plan oder Grenzen geändert"},
    Permission.PLAN_START: {"en": "prescribed a programme", "de": "ein Programm verordnet"},
    Permission.DUE_READ: {"en": "what was due and done", "de": "was fällig war und getan wurde"},
    Permission.DOSE_READ: {"en": "proposals for the dose", "de": "Vorschläge zur Dosis"},
    Permission.SYNC_READ: {"en": "all that the link opens, on a device", "de": "alles Freigegebene, auf einem Gerät"},
    Permission.CASELOAD_READ: {"en": "you, in the list of their patients", "de": "Sie, in der Liste der Betreuten"},
    Permission.PROGRESS_READ: {"en": "your progress", "de": "Ihren Verlauf"},
    Permission.REVIEWS_READ: {"en": "reviews that were signed off", "de": "abgeschlossene Durchsichten"},
    Permission.REVIEW_SIGN: {"en": "signed off a review", "de": "eine Durchsicht abgeschlossen"},
    Permission.FHIR_READ: {
        "en": "what the link opens, with another program",
        "de": "Freigegebenes, mit einem anderen Programm",
    },
    Permission.CARE_END: {"en": "ended the care", "de": "die Betreuung beendet"},
}
"""What the patient reads of each permission that a therapist can hold."""
