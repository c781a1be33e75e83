"""What the outcomes of a patient show on a day, as one value: series, symmetry, severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.kernel.clock import CLOCK_TOLERANCE
from app.logbook.domain import Side
from app.outcomes.domain.instruments import INSTRUMENTS, Instrument
from app.outcomes.domain.progress import Change, Point, change_of
from app.outcomes.domain.severity import Severity
from app.outcomes.domain.symmetry import (
    LSI_TESTS,
    BesideExpected,
    Difference,
    Leg,
    Symmetry,
    beside_expected,
    difference,
    symmetry,
)
from app.outcomes.domain.words import ClinicalTest, Contraction, Sex

_Key = tuple[str, str, str | None, Side | None]
"""What stands in one series: instrument, form, variant, side."""


@dataclass(frozen=True, slots=True)
class Series:
    """The scores of one instrument, form, variant and side, oldest first, and what has changed."""

    instrument: Instrument
    version: str
    variant: str | None
    side: Side | None
    points: tuple[Point, ...]
    change: Change

    @property
    def first(self) -> Point | None:
        """Return the first point that counts."""
        return next((point for point in self.points if point.counts), None)

    @property
    def newest(self) -> Point | None:
        """Return the newest point that counts."""
        return next((point for point in reversed(self.points) if point.counts), None)


@dataclass(frozen=True, slots=True)
class KneePain:
    """The worst pain of seven days of one knee (None: of both together), and how severe that is."""

    side: Side | None
    worst_nrs: float | None
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the outcomes show on a day; `sore` are the knees that hurt of late, `pelvic_drop` what step-downs showed."""

    as_of: date
    series: tuple[Series, ...]
    symmetry: tuple[Symmetry, ...]
    difference: Difference | None
    beside_expected: tuple[BesideExpected, ...]
    pain: tuple[KneePain, ...]
    sore: frozenset[Side] = frozenset()
    pelvic_drop: Mapping[Side, bool] = field(default_factory=dict)


def series_of(
    responses: Iterable[Mapping[str, Any]], measurements: Iterable[Mapping[str, Any]], at: datetime
) -> tuple[Series, ...]:
    """Return the series that rows make, in the order of the catalogue, left before right."""
    grouped: dict[_Key, list[Point]] = {}
    for row in responses:
        key: _Key = (row["instrument"], row["instrument_version"], None, _side(row))
        grouped.setdefault(key, []).append(_answered(row, at))
    for row in measurements:
        test = row["test"]
        key = (test, INSTRUMENTS[test].version, _variant(row), _side(row))
        grouped.setdefault(key, []).append(_measured(row, at))
    order = list(INSTRUMENTS)
    keys = sorted(grouped, key=lambda key: (order.index(key[0]), key[1], key[2] or "", key[3] or ""))
    return tuple(_one_series(key, grouped[key]) for key in keys)


def symmetries(series: Iterable[Series], sore: frozenset[Side]) -> tuple[Symmetry, ...]:
    """Compare the legs of each test that is compared in percent, where both were measured."""
    return tuple(
        symmetry(test, variant, legs[Side.LEFT], legs[Side.RIGHT], sore)
        for (test, variant), legs in _legs(series).items()
        if test in LSI_TESTS and len(legs) == len(Side)
    )


def ankle_difference(series: Iterable[Series]) -> Difference | None:
    """Compare the ankles, where both were measured."""
    legs = _legs(series).get((ClinicalTest.KNEE_TO_WALL, None), {})
    return difference(legs[Side.LEFT], legs[Side.RIGHT]) if len(legs) == len(Side) else None


def hips_beside_expected(measurements: Iterable[Mapping[str, Any]], at: datetime) -> tuple[BesideExpected, ...]:
    """Compare the newest eccentric hip abduction of each side, where age and sex were given with it."""
    newest: dict[Side, Mapping[str, Any]] = {}
    for row in measurements:
        is_meant = row["test"] == ClinicalTest.HIP_ABDUCTION_STRENGTH and row["contraction"] == Contraction.ECCENTRIC
        if is_meant and not _is_ahead(row, at):
            newest[Side(row["side"])] = row
    told = [(side, row) for side, row in sorted(newest.items()) if row["age_years"] is not None]
    return tuple(beside_expected(side, row["value"], row["age_years"], Sex(row["sex"])) for side, row in told)


def pelvic_drops(measurements: Iterable[Mapping[str, Any]], at: datetime) -> dict[Side, bool]:
    """Return by side whether the pelvis turned or dropped in the newest lateral step-down."""
    step_downs = (row for row in measurements if row["test"] == ClinicalTest.LATERAL_STEP_DOWN)
    return {Side(row["side"]): row["signs"]["pelvis"] > 0 for row in step_downs if not _is_ahead(row, at)}


def _legs(series: Iterable[Series]) -> dict[tuple[ClinicalTest, str | None], dict[Side, Leg]]:
    found: dict[tuple[ClinicalTest, str | None], dict[Side, Leg]] = {}
    for told in series:
        newest, test = told.newest, told.instrument.id
        if isinstance(test, ClinicalTest) and told.side is not None and newest is not None and newest.score is not None:
            found.setdefault((test, told.variant), {})[told.side] = Leg(newest.score, newest.on)
    return found


def _one_series(key: _Key, points: list[Point]) -> Series:
    instrument = INSTRUMENTS[key[0]]
    return Series(instrument, *key[1:], tuple(points), change_of(instrument, points))


def _answered(row: Mapping[str, Any], at: datetime) -> Point:
    about = tuple(row["activity_names"] or ())
    ahead, because = _is_ahead(row, at), row["unscored_because"]
    return Point(row["id"], row["performed_at"], row["performed_on"], row["score"], None, because, ahead, about)


def _measured(row: Mapping[str, Any], at: datetime) -> Point:
    ahead = _is_ahead(row, at)
    return Point(
        row["id"], row["performed_at"], row["performed_on"], row["value"], row["grade"], None, ahead, pain=row["pain"]
    )


def _is_ahead(row: Mapping[str, Any], at: datetime) -> bool:
    return bool(row["performed_at"] > at + CLOCK_TOLERANCE)


def _variant(row: Mapping[str, Any]) -> str | None:
    told = (row["contraction"], row["muscle"], row["knee_flexion_deg"])
    return next((str(found) for found in told if found is not None), None)


def _side(row: Mapping[str, Any]) -> Side | None:
    return Side(row["side"]) if row["side"] else None
