"""German: messages, the report on paper, and reminders."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, Any] = {
    "report": "Bericht (PDF)",
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
        "Per E-Mail; sie sagt, dass es etwas gibt, und nie, was oder über wen. Die Zeiten gelten in Ihrer Zeitzone."
    ),
    "remind_of_reviews": "Mich erinnern, wenn eine Durchsicht fällig ist",
    "remind_at": "Um",
    "quiet_from": "Ruhe ab",
    "quiet_until": "Ruhe bis",
    "letter_language": "Sprache",
    "keep": "Speichern",
    "languages": {"en": "English", "de": "Deutsch"},
}
