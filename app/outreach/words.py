"""What is written to people: that there is something, and nothing of what it is."""

from __future__ import annotations

from app.kernel.notices import NoticeKind

SUBJECT = "Trochlea"
EXERCISES = {"en": "Exercises", "de": "Übungen"}
"""All that a calendar says of a day."""
_REMINDER = {
    "en": "Trochlea has something for you. Open the app to see what.",
    "de": "Trochlea hat etwas für Sie. Öffnen Sie die App, um es zu sehen.",
}
_CARE_CHANGED = {
    "en": "Who may see your record has changed. Open the app to see who may, and to end it if you wish.",
    "de": "Wer Ihre Daten sehen darf, hat sich geändert. In der App sehen Sie, wer es darf, und können es beenden.",
}
_WORDS = dict.fromkeys(NoticeKind, _REMINDER) | {NoticeKind.CARE_CHANGED: _CARE_CHANGED}


def text_of(kind: NoticeKind, language: str | None) -> str:
    """Return the text of a notice; in every language of ours where the person has not said which."""
    words = _WORDS[kind]
    return words.get(language, words["en"]) if language is not None else "\n\n".join(words.values())
