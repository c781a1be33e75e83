"""Which passwords are taken: long ones that are not made of what anybody would try first. No rule on kinds of letters.

Source: SECURITY 4.2 and its decisions (NIST SP 800-63B-4: length and a blocklist; no composition, no expiry).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from app.accounts.common_words import COMMON_WORDS, KEYBOARD_ROWS
from app.accounts.domain import PASSWORD_LEAST, PASSWORD_LEAST_WITH_SECOND_FACTOR, Account
from app.kernel.errors import FieldFault, Invalid

LEAST_PARTS = 4
"""A password takes at least so many guesses in a row: a common word, a run of keys, a year are one, a letter is one."""
SHORTEST_PERIOD = 8
"""What repeats itself sooner than that is as short as what it repeats."""
SHORTEST_RUN = 3
DIGITS_IN_ONE = 4
_SHORTEST_OWN = 3
_LONGEST_WORD = max(map(len, COMMON_WORDS))
_INSTEAD = str.maketrans("0134578@$!", "oleastbasi")
"""What people write instead of letters."""
_JOINS = re.compile(r"[\s._\-]+")
_ROWS = KEYBOARD_ROWS + tuple(row[::-1] for row in KEYBOARD_ROWS)
_ENDINGS = ("1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "!", "?")


class PasswordRefused(Invalid):
    """The password is too short, or among the first that anybody would try."""

    code = "password_refused"
    title = "Choose another password: longer, or less usual"


def check_new_password(password: str, own_words: Iterable[str], *, second_factor: bool = False) -> None:
    """Raise PasswordRefused for a password that is too short or soon guessed.

    `own_words` are what anybody who knows the person would try: the name, the address. An account that always asks
    for a second factor may have a shorter password. Length is counted in code points of the composed form (NFC).
    """
    least = PASSWORD_LEAST_WITH_SECOND_FACTOR if second_factor else PASSWORD_LEAST
    if len(unicodedata.normalize("NFC", password)) < least:
        raise PasswordRefused(faults=[FieldFault("/password", "too_short", f"At least {least} characters.")])
    if is_guessable(password, own_words):
        told = "Too usual: made of common words, your own name, runs of keys or repetitions."
        raise PasswordRefused(faults=[FieldFault("/password", "guessable", told)])


def own_words_of(account: Account) -> list[str]:
    """Return what anybody who knows this person would try: the parts of the name and of the address."""
    return re.split(r"[^\w]+|_", f"{account.display_name} {account.email}".casefold())


def is_guessable(password: str, own_words: Iterable[str] = ()) -> bool:
    """Is the password made of so few common parts that it is among the first tried?"""
    plain = _JOINS.sub("", unicodedata.normalize("NFKC", password).casefold())
    own = frozenset(_JOINS.sub("", word.casefold()) for word in own_words if len(word) >= _SHORTEST_OWN)
    spelled = {plain, plain.translate(_INSTEAD)}
    return any(_repeats(form) or _parts(form, own) < LEAST_PARTS for form in spelled)


def listed() -> Iterator[str]:
    """Yield passwords that are refused by name, tens of thousands: each word with what is usually put behind it."""
    years = [str(year) for year in range(1950, 2031)]
    for word in sorted(COMMON_WORDS):
        for ending in (*_ENDINGS, *years):
            yield word + ending
            yield word.capitalize() + ending + word


def _repeats(text: str) -> bool:
    """Is the text one short piece again and again?"""
    return any(text[step:] == text[:-step] for step in range(1, min(SHORTEST_PERIOD, len(text))))


def _parts(text: str, own: frozenset[str]) -> int:
    """Return the fewest parts that a text can be put together from; what the person is known by costs nothing."""
    longest = max([_LONGEST_WORD, *map(len, own)])
    fewest = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        best = fewest[end - 1] + 1
        for begin in range(max(0, end - longest), end - 1):
            cost = _cost(text[begin:end], own)
            if cost is not None:
                best = min(best, fewest[begin] + cost)
        fewest[end] = best
    return fewest[-1]


def _cost(part: str, own: frozenset[str]) -> int | None:
    """Return what a part of at least two characters costs, None where it is nothing usual."""
    if part in own:
        return 0
    if part in COMMON_WORDS or (part.isdigit() and len(part) <= DIGITS_IN_ONE):
        return 1
    is_run = len(part) >= SHORTEST_RUN and (len(set(part)) == 1 or any(part in row for row in _ROWS))
    return 1 if is_run else None
