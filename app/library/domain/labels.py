"""The short words of an exercise, for every reader: the things it needs, its tempo, and what a set is.

The English words of the library are keys, and stand for themselves in English. What a therapist wrote in an exercise
of their own is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.library.domain.texts import Language, Register, Registers, Told

_TIMED = re.compile(r"(\d+)-(\d+)-(\d+)", re.ASCII)

EQUIPMENT_DE: Mapping[str, str] = {
    "anchor": "Befestigung",
    "ankle weight": "Fußgewicht",
    "ankle weight or band": "Fußgewicht oder Band",
    "band": "Band",
    "band or machine": "Band oder Gerät",
    "barbell or dumbbell": "Lang- oder Kurzhantel",
    "belt": "Auftriebsgürtel",
    "bench": "Bank",
    "bike": "Fahrrad",
    "box 20-30 cm": "Kasten 20 bis 30 cm",
    "box 30 cm": "Kasten 30 cm",
    "chair": "Stuhl",
    "chair or box": "Stuhl oder Kasten",
    "decline board 25 degrees": "schräges Brett, 25 Grad",
    "dumbbell": "Kurzhantel",
    "dumbbell or kettlebell": "Kurzhantel oder Kugelhantel",
    "dumbbells": "Kurzhanteln",
    "foam roller": "Faszienrolle",
    "heavy band": "starkes Band",
    "leg press": "Beinpresse",
    "loop band": "Schlaufenband",
    "mat": "Matte",
    "metronome or watch": "Taktgeber oder Uhr",
    "mirror": "Spiegel",
    "pad": "Kissen",
    "pool": "Schwimmbecken",
    "rolled towel": "gerolltes Handtuch",
    "rope": "Springseil",
    "step": "Stufe",
    "step 10 cm": "Stufe 10 cm",
    "step 15 cm": "Stufe 15 cm",
    "step 20 cm": "Stufe 20 cm",
    "strap": "Gurt",
    "treadmill": "Laufband",
    "wall": "Wand",
    "wall for balance": "Wand zum Abstützen",
    "watch": "Uhr",
    "weight": "Gewicht",
}


def _told(en: str, clinician_en: str, de: str, clinician_de: str) -> Told:
    return Told(en=Registers(en, clinician_en), de=Registers(de, clinician_de))


TEMPO: Mapping[str, Told] = {
    "brisk": _told("at a brisk pace", "brisk", "zügig", "zügiges Tempo"),
    "controlled": _told("slowly and under control", "controlled", "langsam und kontrolliert", "kontrolliert"),
    "easy": _told("so that you could talk", "easy intensity", "so, dass Sie reden könnten", "lockere Intensität"),
    "explosive": _told("as fast as you can", "explosive", "so schnell Sie können", "explosiv"),
    "fast": _told("quickly", "fast", "schnell", "hohes Tempo"),
    "fast, relaxed": _told(
        "quickly and without force", "fast, relaxed", "schnell und locker", "hohes Tempo, entspannt"
    ),
    "intervals": _told("hard and easy in turns", "intervals", "abwechselnd schnell und locker", "Intervalle"),
    "isometric": _told("tense and hold still", "isometric", "anspannen und halten", "isometrisch"),
    "land and hold": _told(
        "land softly and stand still", "land and hold", "weich landen, stehen bleiben", "Landen, Halten"
    ),
    "metronome": _told("in time with the beat", "paced by a metronome", "im Takt", "nach Metronom"),
    "slow": _told("slowly", "slow", "langsam", "niedriges Tempo"),
    "static": _told("hold still", "static hold", "ruhig halten", "statisch halten"),
}
_TIMED_AS = _told(
    "lower for {lower} s, stay for {pause} s, lift for {lift} s",
    "{lower}-{pause}-{lift} s (lower, pause, raise)",
    "{lower} s senken, {pause} s bleiben, {lift} s heben",
    "{lower}-{pause}-{lift} s (exzentrisch, Pause, konzentrisch)",
)
_NO_PAUSE = _told(
    "lower for {lower} s and lift for {lift} s",
    "{lower}-{pause}-{lift} s (lower, no pause, raise)",
    "{lower} s senken und {lift} s heben",
    "{lower}-{pause}-{lift} s (exzentrisch, ohne Pause, konzentrisch)",
)
UNIT_NOTES_DE: Mapping[str, str] = {
    "15 min growing to 30 min over 8 visits, feedback faded": "15 min, wachsend auf 30 min in 8 Terminen, "
    "die Rückmeldung nimmt ab",
    "20-30 min at 3-6 percent": "20 bis 30 min bei 3 bis 6 Prozent",
    "20-40 min": "20 bis 40 min",
    "one set = 1 min, plus 1 min a week": "ein Satz = 1 min, jede Woche 1 min mehr",
    "one set = 3 min": "ein Satz = 3 min",
    "one set = 3 min at the target": "ein Satz = 3 min mit der Zielvorgabe",
    "one set = 4 min run + 1 min walk; see the ladder": "ein Satz = 4 min Laufen + 1 min Gehen; siehe Laufleiter",
    "reps = steps each way": "Wiederholungen = Schritte in jede Richtung",
    "whole easy run, self-checked by watch": "ein ganzer lockerer Lauf, selbst geprüft mit der Uhr",
}


def equipment_label(word: str, language: Language) -> str:
    """Return what a thing is called."""
    return EQUIPMENT_DE.get(word, word) if language is Language.DE else word


def tempo_label(tempo: str, language: Language, register: Register) -> str:
    """Return a tempo in words; seconds to lower, pause and raise are told one by one."""
    timed = _TIMED.fullmatch(tempo)
    if timed is not None:
        lower, pause, lift = (int(part) for part in timed.groups())
        form = _TIMED_AS if pause else _NO_PAUSE
        return form.to(language, register).format(lower=lower, pause=pause, lift=lift)
    return TEMPO[tempo].to(language, register) if tempo in TEMPO else tempo


def unit_label(note: str | None, language: Language) -> str | None:
    """Return what a set or a repetition is, where it is not plain."""
    return UNIT_NOTES_DE.get(note, note) if note is not None and language is Language.DE else note


def all_labels() -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """Return every word by kind, in every language and register, for a phone that is away."""
    plain = {"equipment": EQUIPMENT_DE, "unit_notes": UNIT_NOTES_DE}
    found = {
        kind: {word: {"en": _alike(word), "de": _alike(german)} for word, german in words.items()}
        for kind, words in plain.items()
    }
    tempo = {
        word: {one.value: {to.value: told.to(one, to) for to in Register} for one in Language}
        for word, told in TEMPO.items()
    }
    return {**found, "tempo": tempo}


def _alike(word: str) -> dict[str, str]:
    return {register.value: word for register in Register}
