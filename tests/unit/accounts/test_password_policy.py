"""Which passwords are taken: length and what anybody would try first, and nothing about kinds of letters (G11)."""

from __future__ import annotations

import random
import string

import pytest

from app.accounts.password_policy import PasswordRefused, check_new_password, is_guessable, listed

OWN = ["ada", "lovelace", "example"]
SENTENCES = [
    "three ducks on a pond",
    "ein größerer Schlüssel",
    "we ate soup by a gate",
    "kein Bett im Kornfeld",
    "четыре утки в пруду",
    "池に三羽の鴨がいて一羽は寝ている",
    "xk7#Qw9$Lm2@Zp5",
    "all lower case no digit",
]
USUAL = [
    "passwordpassword",
    "Password12345678!",
    "P4ssw0rd P4ssw0rd",
    "qwertyuiop123456",
    "1qaz2wsx3edc4rfv",
    "asdfghjklasdfghjkl",
    "123456789012345",
    "987654321987654",
    "aaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabca",
    "correct horse battery staple",
    "kneecap in the groove",
    "Trochlea-2026-2026",
    "Sommer2026Sommer",
    "iloveyou.iloveyou",
]
OF_ADA = ["AdaLovelace2026!", "lovelace lovelace", "ada.example.2026", "LovelaceAda1815!"]


def refusal(password: str, **options: bool) -> str | None:
    """Return the code of what is wrong with a password, None where it is taken."""
    try:
        check_new_password(password, OWN, **options)
    except PasswordRefused as refused:
        return refused.faults[0].code
    return None


@pytest.mark.parametrize("password", SENTENCES)
def test_a_long_password_of_any_script_and_kind_is_taken(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.parametrize("password", USUAL + OF_ADA)
def test_what_anybody_would_try_first_is_refused_however_long(password: str) -> None:
    assert refusal(password) == "guessable"


def test_the_own_name_is_only_refused_to_its_owner() -> None:
    assert is_guessable("AdaLovelace2026!", OWN)
    assert not is_guessable("AdaLovelace2026!", ["grace", "hopper"])


def test_fifteen_characters_alone_and_eight_with_a_second_factor() -> None:
    assert refusal("w7;kQ.x2,pV9_m") == "too_short"
    assert refusal("w7;kQ.x2,pV9_m3") is None
    assert refusal("w7;kQ.x", second_factor=True) == "too_short"
    assert refusal("w7;kQ.x2", second_factor=True) is None
    assert refusal("password", second_factor=True) == "guessable"


def test_length_is_counted_in_the_composed_form() -> None:
    decomposed = "o\u0308a\u0308u\u0308 b\u0308 t"
    assert len(decomposed) == 11
    assert refusal(decomposed, second_factor=True) is None
    assert refusal("o\u0308a\u0308u\u0308u\u0308", second_factor=True) == "too_short"


def test_more_than_ten_thousand_are_refused_by_name() -> None:
    long_enough = {password for password in listed() if len(password) >= 15}
    assert len(long_enough) >= 10_000
    sample = sorted(long_enough)[::40]
    assert [password for password in sample if not is_guessable(password)] == []


@pytest.mark.torture
def test_every_one_of_them_is_refused() -> None:
    assert [password for password in listed() if not is_guessable(password)] == []


def test_what_a_machine_makes_up_is_taken() -> None:
    chance = random.Random(15)
    letters = string.ascii_letters + string.digits + string.punctuation
    made = ["".join(chance.choices(letters, k=15)) for _ in range(500)]
    assert [password for password in made if is_guessable(password, OWN)] == []
