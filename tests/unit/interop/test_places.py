"""Distances on earth against known ones."""

from __future__ import annotations

import pytest

from app.interop.runfiles.geo import distance_between


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0.0, 0.0), (0.0, 90.0), 10_007_557),
        ((90.0, 0.0), (-90.0, 0.0), 20_015_115),
        ((0.0, 179.9995), (0.0, -179.9995), 111.2),
        ((46.0, 14.5), (46.0, 14.5), 0),
        ((51.5074, -0.1278), (48.8566, 2.3522), 343_556),
    ],
    ids=["quarter of the equator", "pole to pole", "over the date line", "nowhere", "London to Paris"],
)
def test_the_distance_between_two_places(one, other, metres):
    assert distance_between(one, other) == pytest.approx(metres, rel=0.001)
