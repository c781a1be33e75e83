"""In which zone a run was: as the person says, as the file says, or by the place where it began.

Without borders on board a place is only compared with the best known places of the zones (zone1970.tab of the time
zone database). It decides where the clocks of the nearest differ from the person's own by two hours or more, as on a
journey; and by less where all places that are about as near agree on it, as in the middle of another country. Near a
border they do not agree, and the person's own zone stands.
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
_TIMES_AS_FAR, _BEYOND_M = 2.0, 100_000.0
"""About as near: up to twice as far as the nearest, and up to 100 km beyond it in any case."""
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
        there = _zone_there(at, place, own)
        if there is not None:
            return there, "position"
    return own, "account"


def _zone_there(at: datetime, place: Position, own: str) -> str | None:
    """Return the zone of a place; None where that is not sure, or its clocks are the person's own."""
    near = sorted((distance_between(place, known), zone) for known, zone in _places())
    nearest_m, nearest = near[0]
    mine, there = _offset(own, at), _offset(nearest, at)
    if there == mine:
        return None
    about_m = max(_TIMES_AS_FAR * nearest_m, nearest_m + _BEYOND_M)
    agree = all(_offset(zone, at) == there for distance_m, zone in near if distance_m <= about_m)
    return nearest if agree or abs(there - mine) >= FAR else None


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
