"""What is said beside the advice: ladder, orthosis test, presets from memory, steps of a stage, efforts left out."""

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

_STEPS_EN: dict[str, Said] = {
    "stopped": Said(
        "The programme rests until your therapist opens it again.", "Programme stopped; a therapist re-opens it."
    ),
    "over_runs_7_days": Said(
        "More than one run of the last 7 days was over the limit.", "Over runs of 7 days above what Elevate bears."
    ),
    "rest_day_decisions_14_days": Said(
        "You were advised to rest more than once in the last 14 days.",
        "Rest-day decisions of 14 days above what Restore bears.",
    ),
    "days_of_3_with_worst_6": Said(
        "The pain was strong on more than one of the last 3 days.", "Worst pain of 6 or more on 2 of 3 days."
    ),
    "irritability": Said("The knee is easily stirred up now.", "Irritability high."),
}
_STEPS_DE: dict[str, Said] = {
    "stopped": Said(
        "Das Programm ruht, bis Ihre Therapeutin oder Ihr Therapeut es wieder freigibt.",
        "Programm gestoppt; die Therapie gibt es wieder frei.",
    ),
    "over_runs_7_days": Said(
        "Mehr als ein Lauf der letzten 7 Tage lag über der Grenze.",
        "Mehr Läufe über der Grenze in 7 Tagen, als Elevate verträgt.",
    ),
    "rest_day_decisions_14_days": Said(
        "In den letzten 14 Tagen wurde Ihnen mehr als einmal zu Ruhe geraten.",
        "Mehr Ruhetag-Entscheidungen in 14 Tagen, als Restore verträgt.",
    ),
    "days_of_3_with_worst_6": Said(
        "An mehr als einem der letzten 3 Tage war der Schmerz stark.",
        "Stärkster Schmerz von 6 oder mehr an 2 von 3 Tagen.",
    ),
    "irritability": Said("Das Knie ist gerade leicht reizbar.", "Reizbarkeit hoch."),
}

_EFFORTS_EN: dict[str, Said] = {
    "told_too_early": Said(
        "You told how hard it was before it was quite over. Tell it about half an hour after the end, and it counts.",
        "Effort told less than 1 min after the end; not counted in the load.",
    ),
    "told_too_late": Said(
        "You told how hard it was more than 14 days later. That is too late to count.",
        "Effort told more than 14 days after the end; not counted in the load.",
    ),
}
_EFFORTS_DE: dict[str, Said] = {
    "told_too_early": Said(
        "Sie haben die Anstrengung angegeben, bevor es ganz vorbei war. Geben Sie sie etwa eine halbe Stunde nach dem "
        "Ende an, dann zählt sie.",
        "Anstrengung früher als 1 min nach dem Ende angegeben; zählt nicht zur Belastung.",
    ),
    "told_too_late": Said(
        "Sie haben die Anstrengung mehr als 14 Tage später angegeben. Das ist zu spät, um zu zählen.",
        "Anstrengung später als 14 Tage nach dem Ende angegeben; zählt nicht zur Belastung.",
    ),
}

BESIDE_ENGLISH = Beside(_LADDER_EN, _ORTHOSIS_EN, _PRESETS_EN, _STEPS_EN, _EFFORTS_EN)
BESIDE_GERMAN = Beside(_LADDER_DE, _ORTHOSIS_DE, _PRESETS_DE, _STEPS_DE, _EFFORTS_DE)
