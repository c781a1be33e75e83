"""German: messages, the report on paper, reminders, and invitations."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, Any] = {
    "report": "Bericht (PDF)",
    "report_for_patient": "Für die Person",
    "tab_messages": "Nachrichten",
    "write_message": "Nachricht schreiben",
    "message_text": "Nachricht",
    "message_hint": (
        "Sie ist nach dem nächsten Abgleich auf dem Telefon der Person. Alle, für die sie die Nachrichten freigegeben "
        "hat, lesen mit. Niemand wacht über Nachrichten: Für Dringendes gibt es das Telefon."
    ),
    "send": "Senden",
    "thread": "Der Verlauf",
    "no_messages": "Noch wurde nichts geschrieben.",
    "unread": "ungelesen",
    "you": "Sie",
    "read_by": "Gelesen von",
    "not_read_yet": "Noch nicht gelesen",
    "take_back": "Zurücknehmen",
    "take_back_hint": (
        "Sie verschwindet von jedem Telefon mit dessen nächstem Abgleich. Wer sie gelesen hat, hat sie gelesen."
    ),
    "older_messages": "Ältere Nachrichten",
    "newest_messages": "Neueste Nachrichten",
    "reminders": "Erinnerungen",
    "reminders_hint": (
        "Per E-Mail oder durch die hier genannten Browser. Gesagt wird, dass es etwas gibt, nie was oder über wen. "
        "Die Zeiten gelten in Ihrer Zeitzone."
    ),
    "remind_of_reviews": "Mich erinnern, wenn eine Durchsicht fällig ist",
    "remind_at": "Um",
    "quiet_from": "Ruhe ab",
    "quiet_until": "Ruhe bis",
    "letter_language": "Sprache",
    "keep": "Speichern",
    "push": "Erinnerungen durch den Browser",
    "push_hint": (
        "Ein Browser erinnert Sie auch, wenn die Konsole geschlossen ist. Was kein Browser "
        "binnen zehn Minuten annimmt, kommt per E-Mail."
    ),
    "push_switch_on": "In diesem Browser einschalten",
    "push_switch_off": "Ausschalten",
    "push_without_key": "Diese Installation hat dafür gerade keinen Schlüssel; sagen Sie es denen, die sie betreiben.",
    "push_without_script": "In diesem Browser geht das Einschalten nur mit einem Skript, und hier läuft keines.",
    "push_states": {
        "on": "In diesem Browser ist es eingeschaltet.",
        "off": "In diesem Browser ist es ausgeschaltet.",
        "lost": "In diesem Browser war es eingeschaltet, er hat es verloren. Schalten Sie es neu ein oder unten aus.",
        "denied": "Dieser Browser erlaubt es für diese Seite nicht. Das ändern Sie in seinen Einstellungen zur Seite.",
        "failed": "Der Dienst des Browsers hat nicht geantwortet; nichts hat sich geändert. Bitte später noch einmal.",
        "unsupported": "Dieser Browser kann es hier nicht. Dazu gehören ein neuerer und eine Adresse mit https.",
    },
    "code_of_patient": "Sie haben einen Code bekommen",
    "code_of_patient_hint": (
        "Danach lesen Sie, was Ihnen freigegeben wird. "
        "Die Person bestätigt, dass Sie es sind, und steht dann bei den Betreuten."
    ),
    "use_code": "Code einlösen",
    "waiting_invitations": "Offene Einladungen",
    "none_waits": "Keine ist offen.",
    "withdraw_invitation": "Zurückziehen",
    "good_until": "Gilt bis",
    "invitation_from": {"care": "An eine Person", "patient": "Von einer Person", "membership": "In eine Praxis"},
    "invitation_states": {
        "open": "Der Code wurde noch nicht eingelöst.",
        "accepted": "Die Person muss noch bestätigen.",
    },
    "languages": {"en": "English", "de": "Deutsch"},
}
