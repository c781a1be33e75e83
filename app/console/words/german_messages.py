"""German: messages, and the report on paper."""

from __future__ import annotations

MESSAGES: dict[str, str] = {
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
}
