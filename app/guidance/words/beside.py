"""What is said beside the advice, in each language: sessions of the ladder, the orthosis test, presets from memory."""

from __future__ import annotations

from app.guidance.words.form import Beside, Said

_LADDER_EN: dict[str, Said] = {
    "session": Said(
        "Run {run} min and walk {walk} min, {repeats} times.", "Run {run} min / walk {walk} min x {repeats}."
    ),
    "walk": Said("Walk briskly for {walk} min; no running yet.", "Brisk walk of {walk} min; no running."),
    "run": Said("Run {run} min without a break.", "Continuous run of {run} min."),
    "stop": Said("No run for now.", "No session while the pause is open."),
}

_LADDER_DE: dict[str, Said] = {
    "session": Said(
        "Laufen Sie {run} min und gehen Sie {walk} min, {repeats}-mal.",
        "Laufen {run} min / Gehen {walk} min x {repeats}.",
    ),
    "walk": Said(
        "Gehen Sie {walk} min zügig; laufen Sie noch nicht.", "Zügiges Gehen über {walk} min; noch kein Laufen."
    ),
    "run": Said("Laufen Sie {run} min ohne Gehpause.", "Dauerlauf über {run} min."),
    "stop": Said("Vorerst kein Lauf.", "Keine Einheit, solange die Pause offen ist."),
}

_ORTHOSIS_EN: dict[str, Said] = {
    "likely": Said(
        "It hurt at least 2 points less with it: it is likely to help you. Talk to your therapist about it.",
        "Relief of 2 or more at once: likely to help (size of the relief: engineering choice).",
    ),
    "unclear": Said(
        "It hurt a little less with it. Whether it helps you cannot be told from that.",
        "Relief below 2: response unclear.",
    ),
    "unlikely": Said("It hurt no less with it: it is unlikely to help you.", "No relief at once: unlikely to help."),
}
_ORTHOSIS_DE: dict[str, Said] = {
    "likely": Said(
        "Mit ihr tat es mindestens 2 Punkte weniger weh: Sie hilft Ihnen wahrscheinlich. Besprechen Sie es in der "
        "Therapie.",
        "Sofortige Linderung um 2 oder mehr: Nutzen wahrscheinlich (Schwelle: eigene Festlegung).",
    ),
    "unclear": Said(
        "Mit ihr tat es etwas weniger weh. Ob sie Ihnen hilft, lässt sich daran nicht erkennen.",
        "Linderung unter 2: Ansprechen unklar.",
    ),
    "unlikely": Said(
        "Mit ihr tat es nicht weniger weh: Sie hilft Ihnen eher nicht.",
        "Keine sofortige Linderung: Nutzen unwahrscheinlich.",
    ),
}
_PRESETS_EN: dict[str, Said] = {
    "thomee_1997": Said(
        "The numbers of this rule were not checked against the study yet.",
        "Zone numbers from memory; check the paper before relying on them.",
    ),
    "silbernagel_2007": Said(
        "This rule was tested on the Achilles tendon and not on knees, and its numbers were not checked yet.",
        "Other tissue: the trial is of the Achilles tendon; zone numbers from memory.",
    ),
}
_PRESETS_DE: dict[str, Said] = {
    "thomee_1997": Said(
        "Die Zahlen dieser Regel sind noch nicht mit der Studie verglichen.",
        "Zahlen der Zonen aus dem Gedächtnis; vor Gebrauch an der Arbeit prüfen.",
    ),
    "silbernagel_2007": Said(
        "Diese Regel wurde an der Achillessehne geprüft und nicht am Knie; ihre Zahlen sind noch nicht verglichen.",
        "Anderes Gewebe: Studie zur Achillessehne; Zahlen der Zonen aus dem Gedächtnis.",
    ),
}

BESIDE_ENGLISH = Beside(_LADDER_EN, _ORTHOSIS_EN, _PRESETS_EN)
BESIDE_GERMAN = Beside(_LADDER_DE, _ORTHOSIS_DE, _PRESETS_DE)
