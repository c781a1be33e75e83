"""The catalogue of instruments as facts: versions, items, allowed scores, range, and the change that matters."""

from __future__ import annotations

from dataclasses import dataclass

from app.outcomes.domain.questionnaires import (
    AKPS_OPTIONS,
    ITEM_WORST,
    KOOS_PF_ITEMS,
    LEFS_ITEMS,
    PSFS_BEST,
    PSFS_MOST,
    TSK11_ITEMS,
    TSK11_LOWEST,
)
from app.outcomes.domain.step_down import SIGN_MAX
from app.outcomes.domain.words import Better, ClinicalTest, Questionnaire

SCORING_VERSION = "2026.11.1"
"""The version of the formulas; it is stored with every score."""
FROM_MEMORY = "M"
"""Stands for a source where a number is common knowledge that was not looked up."""
NRS_STEPS = 10  # steps of the scale in one point
GLOBAL_CHANGE_MOST = 5  # points either way (kamper2009)


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
    # 1.2 is the smallest difference that patients notice (piva2009); reports use 2 (crossley2004).
    important = ImportantChange(2, ("crossley2004", "piva2009"))
    item = (Item("score", 0, 10, steps=NRS_STEPS),)
    return Instrument(which, "0_to_10", 0, 10, "points", Better.LOWER, important, ("crossley2004",), item, 1)


_QUESTIONNAIRES = (
    Instrument(
        id=Questionnaire.AKPS,
        version="13_items_1993",
        low=0,
        high=100,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(10, ("crossley2004",)),
        sources=("kujala1993", "akps_pmc_table"),
        items=_akps_items(),
        least_items=len(AKPS_OPTIONS),
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.KOOS_PF,
        version="11_items_2018",
        low=0,
        high=100,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(16.4, ("crossley2018_koospf",)),
        sources=("crossley2018_koospf", "koos_scoring2012"),
        items=_numbered(KOOS_PF_ITEMS, 0, ITEM_WORST),
        least_items=KOOS_PF_ITEMS,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.LEFS,
        version="20_items_1999",
        low=0,
        high=80,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(9, ("binkley1999",)),
        sources=("binkley1999",),
        items=_numbered(LEFS_ITEMS, 0, ITEM_WORST),
        least_items=LEFS_ITEMS,
        about_a_knee=False,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.TSK11,
        version="11_items_2005",
        low=11,
        high=44,
        unit="points",
        better=Better.LOWER,
        important=ImportantChange(4, ("woby2005",)),
        sources=("woby2005",),
        items=_numbered(TSK11_ITEMS, TSK11_LOWEST, ITEM_WORST),
        least_items=TSK11_ITEMS,
        about_a_knee=False,
        texts_are_free=False,
    ),
    Instrument(
        id=Questionnaire.PSFS,
        version="up_to_5_activities",
        low=0,
        high=PSFS_BEST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(2, (FROM_MEMORY,)),
        sources=(FROM_MEMORY,),
        items=_numbered(PSFS_MOST, 0, PSFS_BEST),
        least_items=1,
        about_a_knee=False,
    ),
    Instrument(
        id=Questionnaire.GLOBAL_CHANGE,
        version="11_points",
        low=-GLOBAL_CHANGE_MOST,
        high=GLOBAL_CHANGE_MOST,
        unit="points",
        better=Better.HIGHER,
        important=ImportantChange(2, (FROM_MEMORY,)),
        sources=("kamper2009",),
        items=(Item("score", -GLOBAL_CHANGE_MOST, GLOBAL_CHANGE_MOST),),
        least_items=1,
        about_a_knee=False,
    ),
    _nrs(Questionnaire.NRS_WORST),
    _nrs(Questionnaire.NRS_USUAL),
    _nrs(Questionnaire.NRS_DURING_RUN),
)

GRADE = ImportantChange(1, ("crossley2011",), in_grades=True)
_STRENGTH = {"version": "1", "low": 0.0, "high": 10.0, "unit": "Nm/kg", "better": Better.HIGHER, "important": None}

_TESTS = (
    Instrument(
        id=ClinicalTest.KNEE_TO_WALL,
        version="1",
        low=0,
        high=50,
        unit="cm",
        better=Better.HIGHER,
        important=ImportantChange(1.0, ("chisholm2012",)),
        sources=("chisholm2012", "physiopedia_ktw"),
    ),
    Instrument(ClinicalTest.SINGLE_LEG_SQUAT, "1", 0, 2, "grade", Better.LOWER, GRADE, ("crossley2011",)),
    Instrument(
        id=ClinicalTest.LATERAL_STEP_DOWN,
        version="1",
        low=0,
        high=6,
        unit="points",
        better=Better.LOWER,
        important=ImportantChange(1, ("piva2006",), in_grades=True),
        sources=("piva2006",),
        items=tuple(Item(sign, 0, most) for sign, most in SIGN_MAX.items()),
        least_items=len(SIGN_MAX),
    ),
    Instrument(ClinicalTest.HIP_ABDUCTION_STRENGTH, sources=("ramskov2014",), **_STRENGTH),  # type: ignore[arg-type]
    Instrument(ClinicalTest.QUADRICEPS_STRENGTH, sources=(FROM_MEMORY,), **_STRENGTH),  # type: ignore[arg-type]
    Instrument(ClinicalTest.SINGLE_LEG_HOP, "1", 0, 500, "cm", Better.HIGHER, None, ("hop_lsi90",)),
    Instrument(ClinicalTest.FOOT_POSTURE, "fpi6", -12, 12, "points", None, None, (FROM_MEMORY,)),
    Instrument(ClinicalTest.MANUAL_MUSCLE_TEST, "1", 0, 5, "grade", Better.HIGHER, None, (FROM_MEMORY,)),
    Instrument(ClinicalTest.SQUAT_PAIN, "1", 0, 10, "points", Better.LOWER, None, ("crossley2004",)),
    Instrument(ClinicalTest.STRAIGHT_LEG_RAISE, "3_x_10", 0, 10, "points", Better.LOWER, None, (FROM_MEMORY,)),
)

INSTRUMENTS: dict[str, Instrument] = {found.id.value: found for found in (*_QUESTIONNAIRES, *_TESTS)}
