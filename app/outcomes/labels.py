"""What instruments and items are called, in our own words and each of our languages; never a question's text."""

from __future__ import annotations

from app.outcomes.domain.instruments import Instrument

Words = dict[str, str]

INSTRUMENT_LABELS: dict[str, Words] = {
    "akps": {"en": "Function with pain at the kneecap (AKPS)", "de": "Funktion bei Schmerz an der Kniescheibe (AKPS)"},
    "koos_pf": {"en": "Kneecap symptoms in daily life (KOOS-PF)", "de": "Kniescheibe im Alltag (KOOS-PF)"},
    "lefs": {"en": "What the legs can do (LEFS)", "de": "Was die Beine können (LEFS)"},
    "tsk11": {"en": "Worry about moving (TSK-11)", "de": "Sorge vor Bewegung (TSK-11)"},
    "phq2": {"en": "Mood, two questions (PHQ-2)", "de": "Stimmung, zwei Fragen (PHQ-2)"},
    "psfs": {"en": "Activities of your own choice (PSFS)", "de": "Selbst gewählte Tätigkeiten (PSFS)"},
    "global_change": {"en": "Better or worse since the start", "de": "Besser oder schlechter seit Beginn"},
    "nrs_worst": {"en": "Worst pain", "de": "Stärkster Schmerz"},
    "nrs_usual": {"en": "Usual pain", "de": "Üblicher Schmerz"},
    "nrs_during_run": {"en": "Pain while running", "de": "Schmerz beim Laufen"},
    "knee_to_wall": {"en": "Knee to wall", "de": "Knie zur Wand"},
    "single_leg_squat": {"en": "Single-leg squat", "de": "Einbeinige Kniebeuge"},
    "lateral_step_down": {"en": "Step down to the side", "de": "Seitlicher Schritt abwärts"},
    "hip_abduction_strength": {"en": "Hip abduction strength", "de": "Kraft der Hüftabspreizer"},
    "quadriceps_strength": {"en": "Thigh strength", "de": "Kraft des Oberschenkels"},
    "single_leg_hop": {"en": "Single-leg hop", "de": "Einbeiniger Sprung"},
    "foot_posture": {"en": "Foot posture (FPI-6)", "de": "Fußhaltung (FPI-6)"},
    "manual_muscle_test": {"en": "Muscle test by hand", "de": "Muskeltest von Hand"},
    "squat_pain": {"en": "Pain while squatting", "de": "Schmerz bei der Kniebeuge"},
    "straight_leg_raise": {"en": "Straight leg raise, three times ten", "de": "Gestrecktes Beinheben, dreimal zehn"},
    "quadriceps_activation": {"en": "How well the thigh tightens", "de": "Wie gut sich der Oberschenkel anspannt"},
    "resisted_extension": {"en": "Pain straightening against a hand", "de": "Schmerz beim Strecken gegen die Hand"},
    "foot_in_squat": {"en": "Foot and heel in a squat", "de": "Fuß und Ferse bei der Kniebeuge"},
    "loaded_bend": {"en": "Bend of the knee under load", "de": "Beugung des Knies unter Last"},
}

ITEM_LABELS: dict[str, dict[str, Words]] = {
    "akps": {
        "limp": {"en": "limping", "de": "Hinken"},
        "support": {"en": "weight on the leg", "de": "Belastung des Beins"},
        "walking": {"en": "walking", "de": "Gehen"},
        "stairs": {"en": "stairs", "de": "Treppen"},
        "squatting": {"en": "squatting", "de": "Hocken"},
        "running": {"en": "running", "de": "Laufen"},
        "jumping": {"en": "jumping", "de": "Springen"},
        "sitting": {"en": "long sitting", "de": "langes Sitzen"},
        "pain": {"en": "pain", "de": "Schmerz"},
        "swelling": {"en": "swelling", "de": "Schwellung"},
        "patellar_movement": {"en": "kneecap moving wrongly", "de": "auffällige Bewegung der Kniescheibe"},
        "atrophy": {"en": "thinner thigh", "de": "dünnerer Oberschenkel"},
        "flexion": {"en": "knee does not bend fully", "de": "Knie beugt nicht ganz"},
    },
    "lateral_step_down": {
        "arms": {"en": "arms help to balance", "de": "Arme halten das Gleichgewicht"},
        "trunk": {"en": "trunk leans", "de": "Rumpf neigt sich"},
        "pelvis": {"en": "pelvis turns or drops", "de": "Becken dreht sich oder sinkt"},
        "knee": {"en": "knee moves inwards", "de": "Knie wandert nach innen"},
        "unsteady": {"en": "unsteady stance", "de": "unsicherer Stand"},
    },
}
_NUMBERED = {"en": "Item {id}", "de": "Frage {id}"}
_ACTIVITY = {"en": "Activity {id}", "de": "Tätigkeit {id}"}
_ONLY = {"en": "the score", "de": "der Wert"}

LICENCE_NOTES: dict[bool, Words] = {
    True: {
        "en": "Free to use; the words here are our own.",
        "de": "Frei verwendbar; die Worte hier sind unsere eigenen.",
    },
    False: {
        "en": "The wording belongs to its authors and is not shipped; a clinic loads the text it may use.",
        "de": "Der Wortlaut gehört den Urhebern und liegt nicht bei; eine Praxis lädt, was sie verwenden darf.",
    },
}


def label_of(instrument: Instrument, language: str) -> str:
    """Return what an instrument is called."""
    return INSTRUMENT_LABELS[instrument.id.value][language]


def item_label(instrument: Instrument, item: str, language: str) -> str:
    """Return what an item is about; of licensed wordings that have no topic of their own only its number."""
    own = ITEM_LABELS.get(instrument.id.value, {}).get(item)
    if own is not None:
        return own[language]
    if item == "score":
        return _ONLY[language]
    numbered = _ACTIVITY if instrument.id.value == "psfs" else _NUMBERED
    return numbered[language].format(id=item)


def licence_note(instrument: Instrument, language: str) -> str:
    """Return what may be done with the wording."""
    return LICENCE_NOTES[instrument.texts_are_free][language]
