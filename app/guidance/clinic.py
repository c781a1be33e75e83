"""What tests and questionnaires told up to a day, as the stage engine and the hip-first rule take it.

Of two sides the worse one counts; what nobody measured stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.guidance.domain.stage_facts import ClinicFacts
from app.outcomes.domain.bending import Bending
from app.outcomes.domain.measurements import LAG
from app.outcomes.domain.numbers import SQUAT_DEEP_DEG, SQUAT_SHALLOW_DEG
from app.outcomes.domain.words import ClinicalTest, Questionnaire, Rating
from app.outcomes.overview import Overview, Series

_SQUATS = (str(SQUAT_SHALLOW_DEG), str(SQUAT_DEEP_DEG))
_WORST_FIRST = (Rating.POOR, Rating.FAIR, Rating.GOOD)


def clinic_facts_of(overview: Overview) -> ClinicFacts:
    """Return what the outcomes of a day say of a stage."""
    squats = {angle: _worst(_of(overview, ClinicalTest.SQUAT_PAIN, angle)) for angle in _SQUATS}
    akps, tsk11 = _of(overview, Questionnaire.AKPS), _of(overview, Questionnaire.TSK11)
    raises = _of(overview, ClinicalTest.STRAIGHT_LEG_RAISE)
    fear = max(_changes(tsk11), default=None)
    return ClinicFacts(
        squat_45_pain=squats[_SQUATS[0]],
        squat_60_pain=squats[_SQUATS[1]],
        tolerated_loaded_bend_deg=_least(_scores(_of(overview, ClinicalTest.LOADED_BEND))),
        global_change=_least(_scores(_of(overview, Questionnaire.GLOBAL_CHANGE))),
        single_leg_squat=_worst_grade(_of(overview, ClinicalTest.SINGLE_LEG_SQUAT)),
        step_down=_worst(_of(overview, ClinicalTest.LATERAL_STEP_DOWN)),
        hip_lsi_percent=_lsi(overview, ClinicalTest.HIP_ABDUCTION_STRENGTH),
        quadriceps_lsi_percent=_lsi(overview, ClinicalTest.QUADRICEPS_STRENGTH),
        straight_leg_raise_pain=_worst(raises),
        straight_leg_raise_lag=_any_lag(raises),
        hop_pain=_worst_pain(_of(overview, ClinicalTest.SINGLE_LEG_HOP)),
        hop_lsi_percent=_lsi(overview, ClinicalTest.SINGLE_LEG_HOP),
        knee_to_wall_difference_cm=overview.difference.difference_cm if overview.difference else None,
        akps=_least(_scores(akps)),
        akps_rise=_least(_changes(akps)),
        tsk11=_worst(tsk11),
        tsk11_drop=None if fear is None else -fear,
    )


def bending_facts_of(bending: Bending) -> ClinicFacts:
    """Return what the tests of bending under load alone tell."""
    return ClinicFacts(
        squat_45_pain=bending.squat_pain.get(SQUAT_SHALLOW_DEG),
        squat_60_pain=bending.squat_pain.get(SQUAT_DEEP_DEG),
        tolerated_loaded_bend_deg=bending.tolerated_bend_deg,
    )


def _of(overview: Overview, instrument: Questionnaire | ClinicalTest, variant: str | None = None) -> list[Series]:
    return [told for told in overview.series if told.instrument.id is instrument and variant in (None, told.variant)]


def _scores(series: Iterable[Series]) -> list[float]:
    newest = [told.newest for told in series]
    return [point.score for point in newest if point is not None and point.score is not None]


def _changes(series: Iterable[Series]) -> list[float]:
    return [told.change.change for told in series if told.change.change is not None]


def _worst(series: Iterable[Series]) -> float | None:
    return max(_scores(series), default=None)


def _least(values: Iterable[float]) -> float | None:
    return min(values, default=None)


def _worst_grade(series: Iterable[Series]) -> str | None:
    grades = {told.newest.grade for told in series if told.newest is not None}
    return next((str(grade) for grade in _WORST_FIRST if grade in grades), None)


def _any_lag(series: Iterable[Series]) -> bool | None:
    """Does the knee lag on either side? None where nobody looked."""
    grades = {told.newest.grade for told in series if told.newest is not None}
    return LAG in grades if grades else None


def _worst_pain(series: Iterable[Series]) -> float | None:
    told = (one.newest.pain for one in series if one.newest is not None)
    return max((pain for pain in told if pain is not None), default=None)


def _lsi(overview: Overview, test: ClinicalTest) -> float | None:
    return _least(told.lsi_percent for told in overview.symmetry if told.test is test and told.lsi_percent is not None)
