"""English: messages, the report on paper, and reminders."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, Any] = {
    "report": "Report (PDF)",
    "tab_messages": "Messages",
    "write_message": "Write a message",
    "message_text": "Message",
    "message_hint": (
        "It is on the patient's phone after the next sync. Everybody to whom the patient opened the messages reads it. "
        "Nobody watches messages: for what cannot wait there is the telephone."
    ),
    "send": "Send",
    "thread": "The thread",
    "no_messages": "Nothing has been written yet.",
    "unread": "unread",
    "you": "You",
    "read_by": "Read by",
    "not_read_yet": "Not read yet",
    "take_back": "Take back",
    "take_back_hint": "It goes from every phone with its next sync. Whoever has read it has read it.",
    "older_messages": "Older messages",
    "newest_messages": "Newest messages",
    "reminders": "Reminders",
    "reminders_hint": (
        "By e-mail, which says that there is something and never what or about whom. Times are of your time zone."
    ),
    "remind_of_reviews": "Remind me when a review is due",
    "remind_at": "At",
    "quiet_from": "Quiet from",
    "quiet_until": "Quiet until",
    "letter_language": "Language",
    "keep": "Keep",
    "languages": {"en": "English", "de": "Deutsch"},
}
