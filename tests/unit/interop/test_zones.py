"""In which zone a run was: whose word it is, and when a place is sure enough to be one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.interop.zones import zone_of

SUMMER, WINTER = datetime(2026, 7, 1, 5, tzinfo=UTC), datetime(2026, 1, 10, 5, tzinfo=UTC)
LONDON, DUBLIN, LISBON, ATHENS = (51.5, -0.12), (53.35, -6.26), (38.72, -9.14), (37.98, 23.7)


@pytest.mark.parametrize(
    ("own", "place", "zone"),
    [
        ("Europe/Berlin", LONDON, "Europe/London"),
        ("Europe/Berlin", (52.4, -1.9), "Europe/London"),
        ("Europe/Berlin", DUBLIN, "Europe/Dublin"),
        ("Europe/Berlin", LISBON, "Europe/Lisbon"),
        ("Europe/Berlin", ATHENS, "Europe/Athens"),
        ("Europe/London", (52.52, 13.4), "Europe/Berlin"),
        ("America/Chicago", (39.74, -104.99), "America/Denver"),
        ("Europe/Berlin", (40.7, -74.0), "America/New_York"),
        ("Europe/Berlin", (35.68, 139.7), "Asia/Tokyo"),
    ],
    ids=["London", "Birmingham", "Dublin", "Lisbon", "Athens", "Berlin", "Denver", "New York", "Tokyo"],
)
@pytest.mark.parametrize("at", [SUMMER, WINTER], ids=["summer", "winter"])
def test_a_place_well_inside_of_other_clocks_tells_the_zone(at, own, place, zone):
    assert zone_of(at, place, told=None, said=None, own=own) == (zone, "position")


@pytest.mark.parametrize(
    ("own", "place"),
    [
        ("Europe/Paris", (50.95, 1.86)),
        ("Europe/Madrid", (38.88, -6.97)),
        ("Europe/Madrid", (42.24, -8.72)),
        ("Europe/Kyiv", (49.84, 24.03)),
        ("Europe/Kyiv", (48.62, 22.29)),
        ("America/Los_Angeles", (47.66, -117.43)),
        ("America/Chicago", (35.2, -101.8)),
        ("America/Chicago", (30.4, -87.2)),
        ("America/Chicago", (41.6, -87.34)),
        ("Europe/Berlin", (48.58, 7.75)),
        ("Europe/Berlin", (46.05, 14.5)),
    ],
    ids=[
        "Calais", "Badajoz", "Vigo", "Lviv", "Uzhhorod", "Spokane", "Amarillo", "Pensacola", "Gary", "Strasbourg",
        "Ljubljana",
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", [SUMMER, WINTER], ids=["summer", "winter"])
def test_at_home_near_a_border_the_persons_own_zone_stands(at, own, place):
    assert zone_of(at, place, told=None, said=None, own=own) == (own, "account")


def test_what_is_told_and_what_the_file_says_come_before_the_place():
    told = zone_of(SUMMER, LONDON, told="America/Bogota", said="Asia/Tokyo", own="Europe/Berlin")
    said = zone_of(SUMMER, LONDON, told=None, said="Asia/Tokyo", own="Europe/Berlin")
    nowhere = zone_of(SUMMER, None, told=None, said=None, own="Europe/Berlin")
    assert told == ("America/Bogota", "form")
    assert said == ("Asia/Tokyo", "file")
    assert nowhere == ("Europe/Berlin", "account")
