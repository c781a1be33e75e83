"""English: messages, the report on paper, reminders, and invitations."""

from __future__ import annotations

from typing import Any

MESSAGES: dict[str, Any] = {
    "report": "Report (PDF)",
    "report_for_patient": "For the patient",
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
        "By e-mail, or by the browsers named here. It says that there is something and never what or about whom. Times "
        "are of your time zone."
    ),
    "remind_of_reviews": "Remind me when a review is due",
    "remind_at": "At",
    "quiet_from": "Quiet from",
    "quiet_until": "Quiet until",
    "letter_language": "Language",
    "keep": "Keep",
    "push": "Reminders by the browser",
    "push_hint": (
        "A browser reminds you even while the console is closed. What no browser takes within "
        "ten minutes comes by e-mail."
    ),
    "push_switch_on": "Switch on in this browser",
    "push_switch_off": "Switch off",
    "push_without_key": "This installation has no key for it just now; tell whoever runs it.",
    "push_without_script": "To switch it on in this browser takes a script, and none runs here.",
    "push_states": {
        "on": "It is on in this browser.",
        "off": "It is off in this browser.",
        "lost": "It was on in this browser, which has let it go. Switch it on anew, or off below.",
        "denied": "This browser does not allow it for this page. That is changed in its settings for this page.",
        "failed": "The browser's own service did not answer; nothing has changed. Try again later.",
        "unsupported": "This browser cannot do it here. It takes a newer one, and an address with https.",
    },
    "code_of_patient": "A patient gave you a code",
    "code_of_patient_hint": (
        "You then read what is opened to you. The patient confirms that it is you, and stands in your caseload."
    ),
    "use_code": "Use the code",
    "waiting_invitations": "Invitations that wait",
    "none_waits": "None waits.",
    "withdraw_invitation": "Take back",
    "good_until": "Good until",
    "invitation_from": {"care": "To a patient", "patient": "From a patient", "membership": "Into a clinic"},
    "invitation_states": {"open": "The code has not been used.", "accepted": "The patient has still to confirm."},
    "languages": {"en": "English", "de": "Deutsch"},
}
