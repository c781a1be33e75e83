"""What is written to people: that there is something, and nothing of what it is."""

from __future__ import annotations

from app.kernel.notices import REMINDERS, NoticeKind

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
_WELCOME = {
    "en": "An account was opened at Trochlea with this address. If that was not you, ask for a new password in the app "
    "and set one: whoever opened it is then out.",
    "de": "Mit dieser Adresse wurde bei Trochlea ein Konto eröffnet. Wenn Sie das nicht waren, lassen Sie sich in der "
    "App ein neues Passwort geben und setzen Sie eines: wer das Konto eröffnet hat, ist dann draußen.",
}
_ALREADY_REGISTERED = {
    "en": "Somebody wanted to open an account at Trochlea with this address, which has one already. Nothing has "
    "changed. If that was you, log in, or ask for a new password in the app.",
    "de": "Jemand wollte mit dieser Adresse bei Trochlea ein Konto eröffnen; sie hat schon eines. Es hat sich nichts "
    "geändert. Wenn Sie das waren, melden Sie sich an, oder lassen Sie sich in der App ein neues Passwort geben.",
}
_PASSWORD_RESET = {
    "en": "Somebody asked for a new password for your account at Trochlea. Enter the line at the end of this mail in "
    "the app, together with the new password. It is good once, for half an hour, and only the newest one. If you did "
    "not ask, do nothing: your password stays as it is. Give that line to nobody.",
    "de": "Für Ihr Konto bei Trochlea wurde ein neues Passwort verlangt. Geben Sie die Zeile am Ende dieser Mail in "
    "der App ein, zusammen mit dem neuen Passwort. Sie gilt einmal, eine halbe Stunde lang, und nur die neueste. Wenn "
    "Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist. Geben Sie diese Zeile niemandem.",
}
_PASSWORD_CHANGED = {
    "en": "The password of your account at Trochlea was changed, and every device was logged out. If that was not you, "
    "ask for a new password in the app at once, and look after your mailbox: whoever reads it can do this again.",
    "de": "Das Passwort Ihres Kontos bei Trochlea wurde geändert, und alle Geräte wurden abgemeldet. Wenn Sie das "
    "nicht waren, lassen Sie sich in der App sofort ein neues geben, und sichern Sie Ihr Postfach: wer es liest, kann "
    "das wieder tun.",
}
_SESSION_CUT_OFF = {
    "en": "A device of yours was logged out of Trochlea because its key was used twice: perhaps somebody has a copy of "
    "it. Log in again on that device. If you are not sure who else has it, set a new password.",
    "de": "Eines Ihrer Geräte wurde bei Trochlea abgemeldet, weil sein Schlüssel zweimal benutzt wurde: vielleicht hat "
    "jemand eine Kopie. Melden Sie sich auf dem Gerät wieder an. Wenn Sie nicht sicher sind, wer den Schlüssel noch "
    "hat, setzen Sie ein neues Passwort.",
}
_WORDS = {
    **dict.fromkeys(REMINDERS, _REMINDER),
    NoticeKind.CARE_CHANGED: _CARE_CHANGED,
    NoticeKind.WELCOME: _WELCOME,
    NoticeKind.ALREADY_REGISTERED: _ALREADY_REGISTERED,
    NoticeKind.PASSWORD_RESET: _PASSWORD_RESET,
    NoticeKind.PASSWORD_CHANGED: _PASSWORD_CHANGED,
    NoticeKind.SESSION_CUT_OFF: _SESSION_CUT_OFF,
}


def push_text(language: str | None) -> str:
    """Return what a device shows, whatever the notice is about: others read a lock screen too."""
    return _in(_REMINDER, language)


def text_of(kind: NoticeKind, language: str | None) -> str:
    """Return the text of a notice; in every language of ours where the person has not said which."""
    return _in(_WORDS[kind], language)


def _in(words: dict[str, str], language: str | None) -> str:
    return words.get(language, words["en"]) if language is not None else "\n\n".join(words.values())
