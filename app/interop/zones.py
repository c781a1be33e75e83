"""In which zone a run was: as the person says, as the file says, or by the place where it began.

Without borders on board a place is only compared with the best known place of each zone (zone1970.tab of the time
zone database). So near a border the person's own zone stands: the place decides only where the clocks there differ
from theirs by two hours or more, as on a journey.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

from app.interop.runfiles.geo import distance_between
from app.interop.runfiles.values import Position

ZoneFrom = Literal["form", "file", "position", "account"]
FAR = timedelta(hours=2)
_COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def zone_of(
    at: datetime, place: Position | None, *, told: str | None, said: str | None, own: str
) -> tuple[str, ZoneFrom]:
    """Return the zone of a run and whose word that is: of whoever sends it, the file, the place, the account."""
    if told is not None:
        return told, "form"
    if said is not None:
        return said, "file"
    if place is not None:
        there = nearest_zone(place)
        if abs(_offset(there, at) - _offset(own, at)) >= FAR:
            return there, "position"
    return own, "account"


def nearest_zone(place: Position) -> str:
    """Return the zone whose best known place is nearest."""
    return min(_places(), key=lambda one: distance_between(place, one[0]))[1]


def _offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[Position, str], ...]:
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return tuple((_position(row[1]), row[2]) for row in rows)


def _position(text: str) -> Position:
    found = _COORDINATES.fullmatch(text)
    if found is None:
        raise ValueError(f"the time zone database has a place that is none: {text}")
    north, lat, lat_min, lat_s, east, lon, lon_min, lon_s = found.groups("0")
    return _degrees(north, lat, lat_min, lat_s), _degrees(east, lon, lon_min, lon_s)


def _degrees(sign: str, degrees: str, minutes: str, seconds: str) -> float:
    size = int(degrees) + int(minutes) / 60 + int(seconds) / 3600
    return -size if sign == "-" else size
