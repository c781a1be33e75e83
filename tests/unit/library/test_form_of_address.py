"""German has one form of address, "Sie", in all that people read: the library, the advice, the charts, the labels."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

_OTHER = re.compile(r"\b(?:du|dich|dir|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b([A-Za-zÄÖÜäöüß]+?)e?n Sie\b")
_STRONG = {"brich", "gib", "halt", "hilf", "iss", "lies", "nimm", "sei", "sieh", "sprich", "tritt", "vergiss", "wirf"}
"""What verbs that change their vowel are in the other form."""
_BEGINS = re.compile(r"(?:^|[.!?:] )([A-Za-zÄÖÜäöüß]+)|(?:[;,] |\b(?:und|oder|dann) )([a-zäöüß]+)")
_NOUNS = {"Bitte", "Frage", "Halt", "Knie", "Lauf", "Sitz", "Strecke"}
"""Words that a sentence can begin with and that only look like it."""
_NOT_GERMAN = {"dir"}  # folders


def german_of(value: object, name: str = "") -> Iterator[str]:
    """Yield the German texts of a seed file: what stands under a name in _de or de."""
    if isinstance(value, str) and (name == "de" or name.endswith("_de")):
        yield value
    for key, part in value.items() if isinstance(value, dict) else []:
        yield from german_of(part, key)
    for part in value if isinstance(value, list) else []:
        yield from german_of(part, name)


def seeds() -> list[str]:
    """Return the German texts of the library and the protocols."""
    files = sorted((ROOT / "seeds").rglob("*.toml"))
    return [text for file in files for text in german_of(tomllib.loads(file.read_text("utf-8")))]


def strings_of(file: Path) -> list[str]:
    """Return what is written between quotes in a module."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def program() -> list[str]:
    """Return every string of the program; only German has these words."""
    return [text for file in sorted((ROOT / "app").rglob("*.py")) for text in strings_of(file)]


def asked_politely(texts: list[str]) -> set[str]:
    """Return the stems of the verbs with which something is asked of the reader."""
    return {stem.lower() for text in texts for stem in _ASKED.findall(text)}


def other_form(text: str, stems: set[str]) -> list[str]:
    """Return the words of the other form in a text: its pronouns, and verbs that ask something in it."""
    begun = [first or later for first, later in _BEGINS.findall(text) if first not in _NOUNS]
    ends = ("", "e")
    asking = [word for word in begun if word.lower() in _STRONG | {stem + end for stem in stems for end in ends}]
    return [*_OTHER.findall(text), *asking]


def test_the_library_and_the_protocols_say_sie() -> None:
    texts = seeds()
    stems = asked_politely(texts)
    assert len(texts) > 300
    assert {"leg", "heb", "senk", "wechsel"} <= stems
    assert {text: found for text in texts if (found := other_form(text, stems))} == {}


def test_the_program_says_sie() -> None:
    said = {text: [word for word in _OTHER.findall(text) if word not in _NOT_GERMAN] for text in program()}
    assert {text: found for text, found in said.items() if found} == {}
    german = [text for text in program() if "Sie " in text]
    stems = asked_politely(german)
    assert len(german) > 40
    assert {text: found for text in german if (found := other_form(text, stems))} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "Bleib in deiner Grenze.",
        "Das hält dich fit.",
        "Leg das Band um die Beine.",
        "Lege das Band um die Beine.",
        "Spannen Sie an, heb das Bein und halten Sie.",
        "Nimm die Hände nur, wenn es sein muss.",
    ],
)
def test_a_planted_other_form_is_seen(planted: str) -> None:
    assert other_form(planted, asked_politely(seeds()))


@pytest.mark.parametrize("fine", ["Legen Sie das Band um.", "Lauf ist nicht gleich Lauf.", "Das Knie bleibt gerade."])
def test_the_form_of_the_house_is_not(fine: str) -> None:
    assert other_form(fine, asked_politely(seeds())) == []
