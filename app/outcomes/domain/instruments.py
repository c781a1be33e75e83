"""The catalogue of instruments as facts: versions, items, allowed scores, range, and the change that matters."""

from __future__ import annotations

from dataclasses import dataclass

from app.outcomes.domain import numbers as the
from app.outcomes.domain.questionnaires import AKPS_OPTIONS
from app.outcomes.domain.words import Better, ClinicalTest, Questionnaire

SCORING_VERSION = "2026.11.1"
"""The version of the formulas; it is stored with every score."""
FROM_MEMORY = "M"
"""Stands for a source where a number is common knowledge that was not looked up."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the lowest and highest score, the only allowed ones where not all are, and steps in a point."""

    id: str
    low: int
    high: int
    options: tuple[int, ...] | None = None
    steps: int = 1


@dataclass(frozen=True, slots=True)
class ImportantChange:
    """The smallest change that matters to a patient, and where that is from; in grades where it says so."""

    value: float
    sources: tuple[str, ...]
    in_grades: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an instrument is: nothing here is the wording of a question.

    `most_items` is above `least_items` where the patient names the items. `about_a_knee` says that a side can be
    given. `texts_are_free` is false where the wording belongs to somebody and has to be licensed.
    """

    id: Questionnaire | ClinicalTest
    version: str
    low: float
    high: float
    unit: str
    better: Better | None
    important: ImportantChange | None
    sources: tuple[str, ...]
    items: tuple[Item, ...] = ()
    least_items: int = 0
    about_a_knee: bool = True
    texts_are_free: bool = True

    @property
    def is_test(self) -> bool:
        """Is it measured, and not answered?"""
        return isinstance(self.id, ClinicalTest)


def _numbered(count: int, low: int, high: int) -> tuple[Item, ...]:
    return tuple(Item(str(number), low, high) for number in range(1, count + 1))


def _akps_items() -> tuple[Item, ...]:
    listed = [(item, tuple(sorted(options, reverse=True))) for item, options in AKPS_OPTIONS.items()]
    return tuple(Item(item, options[-1], options[0], options) for item, options in listed)


def _nrs(which: Questionnaire) -> Instrument:
    important = ImportantChange(the.NRS_CHANGE, ("crossley2004", "piva2009"))
    item = (Item("score", the.NRS_MIN, the.NRS_MAX, steps=the.NRS_STEPS),)
    return Instrument(
        which, "0_to_10", the.NRS_MIN, the.NRS_MAX, "points", Better.LOWER, important, ("crossley2004",), item, 1
    )


_QUESTIONNAIRES = (
    Instrument(
        id=Questionnaire.AKPS,
        version="13_items_1993",
        low=0,
        high=the.SCALE_BEST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(the.AKPS_CHANGE, ("crossley2004",)),
        sources=("kujala1993", "akps_pmc_table"),
        items=_akps_items(),
        least_items=len(AKPS_OPTIONS),
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.KOOS_PF,
        version="11_items_2018",
        low=0,
        high=the.SCALE_BEST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(the.KOOS_PF_CHANGE, ("crossley2018_koospf",)),
        sources=("crossley2018_koospf", "koos_scoring2012"),
        items=_numbered(the.KOOS_PF_ITEMS, 0, the.ITEM_WORST),
        least_items=the.KOOS_PF_ITEMS,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.LEFS,
        version="20_items_1999",
        low=0,
        high=the.LEFS_ITEMS * the.ITEM_WORST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(the.LEFS_CHANGE, ("binkley1999",)),
        sources=("binkley1999",),
        items=_numbered(the.LEFS_ITEMS, 0, the.ITEM_WORST),
        least_items=the.LEFS_ITEMS,
        about_a_knee=False,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.TSK11,
        version="11_items_2005",
        low=the.TSK11_ITEMS * the.TSK11_ITEM_LOWEST,
        high=the.TSK11_ITEMS * the.ITEM_WORST,
        unit="points",
        better=Better.LOWER,
        important=ImportantChange(the.TSK11_CHANGE, ("woby2005",)),
        sources=("woby2005",),
        items=_numbered(the.TSK11_ITEMS, the.TSK11_ITEM_LOWEST, the.ITEM_WORST),
        least_items=the.TSK11_ITEMS,
        about_a_knee=False,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.PHQ2,
        version="2_items_2003",
        low=0,
        high=the.PHQ2_ITEMS * the.PHQ2_ITEM_WORST,
        unit="points",
        better=Better.LOWER,
        important=None,
        sources=(FROM_MEMORY,),
        items=_numbered(the.PHQ2_ITEMS, 0, the.PHQ2_ITEM_WORST),
        least_items=the.PHQ2_ITEMS,
        about_a_knee=False,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.PSFS,
        version="up_to_5_activities",
        low=0,
        high=the.PSFS_BEST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(the.PSFS_CHANGE, (FROM_MEMORY,)),
        sources=(FROM_MEMORY,),
        items=_numbered(the.PSFS_MOST, 0, the.PSFS_BEST),
        least_items=the.PSFS_LEAST,
        about_a_knee=False,
    ),
    Instrument(
        id=Questionnaire.GLOBAL_CHANGE,
        version="11_points",
        low=-the.GLOBAL_CHANGE_MOST,
        high=the.GLOBAL_CHANGE_MOST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(the.GLOBAL_CHANGE_CHANGE, (FROM_MEMORY,)),
        sources=("kamper2009",),
        items=(Item("score", -the.GLOBAL_CHANGE_MOST, the.GLOBAL_CHANGE_MOST),),
        least_items=the.ONE_ITEM,
        about_a_knee=False,
    ),
    _nrs(Questionnaire.NRS_WORST),
    _nrs(Questionnaire.NRS_USUAL),
    _nrs(Questionnaire.NRS_DURING_RUN),
)

GRADE = ImportantChange(the.GRADE_CHANGE, ("crossley2011",), in_grades=True)
_FOOT_MOST = sum(the.FOOT_SIGNS.values())
_BEND_MOST = the.LOADED_BEND_MAX_DEG
_STRENGTH = {
    "version": "1",
    "low": 0.0,
    "high": the.TORQUE_MAX_NM_KG,
    "unit": "Nm/kg",
    "better": Better.HIGHER,
    "important": None,
}


def _rated(which: ClinicalTest, important: ImportantChange | None, source: str) -> Instrument:
    return Instrument(which, "1", 0, the.SQUAT_GRADE_WORST, "grade", Better.LOWER, important, (source,))


def _pain_in(which: ClinicalTest, version: str, source: str) -> Instrument:
    return Instrument(which, version, the.NRS_MIN, the.NRS_MAX, "points", Better.LOWER, None, (source,))


_TESTS = (
    Instrument(
        id=ClinicalTest.KNEE_TO_WALL,
        version="1",
        low=0,
        high=the.KNEE_TO_WALL_MAX_CM,
        unit="cm",
        better=Better.HIGHER,
        important=ImportantChange(the.KNEE_TO_WALL_CHANGE_CM, ("chisholm2012",)),
        sources=("chisholm2012", "physiopedia_ktw"),
    ),
    _rated(ClinicalTest.SINGLE_LEG_SQUAT, GRADE, "crossley2011"),
    Instrument(
        id=ClinicalTest.LATERAL_STEP_DOWN,
        version="1",
        low=0,
        high=sum(the.STEP_DOWN_SIGNS.values()),
        unit="points",
        better=Better.LOWER,
        important=ImportantChange(the.GRADE_CHANGE, ("piva2006",), in_grades=True),
        sources=("piva2006",),
        items=tuple(Item(sign, 0, most) for sign, most in the.STEP_DOWN_SIGNS.items()),
        least_items=len(the.STEP_DOWN_SIGNS),
    ),
    Instrument(ClinicalTest.HIP_ABDUCTION_STRENGTH, sources=("ramskov2014",), **_STRENGTH),  # type: ignore[arg-type]
    Instrument(ClinicalTest.QUADRICEPS_STRENGTH, sources=(FROM_MEMORY,), **_STRENGTH),  # type: ignore[arg-type]
    Instrument(ClinicalTest.SINGLE_LEG_HOP, "1", 0, the.HOP_MAX_CM, "cm", Better.HIGHER, None, ("hop_lsi90",)),
    Instrument(
        ClinicalTest.FOOT_POSTURE,
        "fpi6",
        -the.FOOT_POSTURE_MOST,
        the.FOOT_POSTURE_MOST,
        "points",
        None,
        None,
        (FROM_MEMORY,),
    ),
    Instrument(
        ClinicalTest.MANUAL_MUSCLE_TEST, "1", 0, the.MUSCLE_GRADE_BEST, "grade", Better.HIGHER, None, (FROM_MEMORY,)
    ),
    _pain_in(ClinicalTest.SQUAT_PAIN, "1", "crossley2004"),
    _pain_in(ClinicalTest.STRAIGHT_LEG_RAISE, "3_x_10", FROM_MEMORY),
    _pain_in(ClinicalTest.RESISTED_EXTENSION, "1", FROM_MEMORY),
    _rated(ClinicalTest.QUADRICEPS_ACTIVATION, None, FROM_MEMORY),
    Instrument(ClinicalTest.FOOT_IN_SQUAT, "1", 0, _FOOT_MOST, "points", Better.LOWER, None, (FROM_MEMORY,)),
    Instrument(ClinicalTest.LOADED_BEND, "1", 0, _BEND_MOST, "degrees", Better.HIGHER, None, ("droracle_2025",)),
)

INSTRUMENTS: dict[str, Instrument] = {found.id.value: found for found in (*_QUESTIONNAIRES, *_TESTS)}
