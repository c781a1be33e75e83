"""The stories of the demo people: what they ran, and how it felt. What follows from it is the program's to say.

Each is told in days before today, so that it always ends now. tests/journeys/test_personas.py sends every story
through the interface, day after day, and says what was to be advised.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.programmes.domain.words import Stage


@dataclass(frozen=True, slots=True)
class RunDay:
    """One run of a history: days before today, how far, how it felt, and how the next morning was.

    Pain is of the left knee; `right` and `right_next_morning` are of the other, where that is sore as well.
    """

    days_ago: int
    distance_m: int
    during: float
    next_morning: float | None
    right: float | None = None
    right_next_morning: float | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Days, told in days before today from the first to the last, and on how many of ten what was due was done."""

    first: int
    last: int
    days_of_ten: int


@dataclass(frozen=True, slots=True)
class Evening:
    """A day without a run: days before today, and the worst pain of the left knee on it."""

    days_ago: int
    worst: float


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo patient: a name and a history.

    `exercises` says how much of what is due they do; on other days they do none of it. `offline` are the days, first
    and last, on which the phone had no network: what was entered on the days before the last arrives on the last.
    `red_flag` is a sign that was ticked in the check-in of a day. Check-ins come on the evenings of runs, and on
    those of `evenings`.
    """

    email: str
    name: str
    runs: tuple[RunDay, ...]
    exercises: tuple[Spell, ...]
    stage: Stage = Stage.RELIEVE
    target_week_distance_m: int | None = None
    keeps_maintaining: bool = False
    offline: tuple[int, int] | None = None
    red_flag: tuple[int, str] | None = None
    evenings: tuple[Evening, ...] = ()


def _calm(*days_ago: int) -> tuple[RunDay, ...]:
    return tuple(RunDay(day, 5000, 1, 0) for day in days_ago)


SETTLES_AND_PROGRESSES = Persona(
    "mara@demo.example",
    "Mara settles and progresses",
    tuple(
        RunDay(days_ago, distance_m, during, 0)
        for days_ago, distance_m, during in [
            (23, 5000, 4),
            (20, 4000, 3),
            (17, 4000, 2),
            (14, 4300, 2),
            (11, 4600, 1),
            (8, 5000, 1),
            (5, 5300, 1),
            (2, 5600, 0),
        ]
    ),
    (Spell(28, 0, 9),),
)
FLARES_IN_WEEK_THREE = Persona(
    "jonas@demo.example",
    "Jonas flares in week three",
    tuple(
        RunDay(days_ago, distance_m, during, morning)
        for days_ago, distance_m, during, morning in [
            (22, 6000, 1, 0),
            (19, 6200, 1, 0),
            (16, 6500, 2, 0),
            (13, 6900, 2, 1),
            (10, 9800, 3, 1),
            (7, 7000, 5, 3),
            (3, 5000, 4, 2),
        ]
    ),
    (Spell(27, 8, 9), Spell(7, 0, 3)),  # and loses heart once it hurts
    evenings=(Evening(6, 5), Evening(5, 5), Evening(2, 4), Evening(1, 4)),  # on the stairs
)
COMES_TO_THE_END = Persona(
    "elif@demo.example",
    "Elif comes to the end",
    tuple(RunDay(days_ago, 5000, 1, 0) for days_ago in range(34, 0, -3)),
    (Spell(39, 20, 8), Spell(19, 0, 10)),
    stage=Stage.ELEVATE,
    target_week_distance_m=10_000,
    keeps_maintaining=True,
)
RESTS_AND_HURTS_AGAIN = Persona(
    "timo@demo.example",
    "Timo rests and hurts again",
    (
        *_calm(62, 60),
        RunDay(58, 6000, 5, 2),  # hurts, and rests for nine days
        RunDay(48, 5000, 1, 0),
        RunDay(46, 5000, 5, 2),  # hurts again: the pattern is suspected
        RunDay(36, 5000, 1, 0),
        RunDay(34, 5000, 4, 1),  # and again: it is confirmed
        *_calm(20, 17, 14, 11, 8, 5, 2),
    ),
    (Spell(67, 35, 4), Spell(34, 21, 1), Spell(20, 0, 8)),  # rests from that as well
)
WAS_OFFLINE_FOR_TEN_DAYS = Persona(
    "kofi@demo.example",
    "Kofi was offline for ten days",
    (
        *_calm(24, 21, 18, 15),
        RunDay(12, 5500, 2, 1),
        RunDay(9, 6000, 4, 2),
        RunDay(7, 5000, 6, 2),
        *_calm(1),
    ),
    (Spell(29, 14, 8), Spell(13, 3, 4), Spell(2, 0, 9)),
    offline=(13, 3),
)
BOTH_KNEES = Persona(
    "priya@demo.example",
    "Priya has two sore knees",
    (
        *(RunDay(day, 5000, 1, 0, right=1, right_next_morning=0) for day in (20, 17, 14)),
        RunDay(11, 5000, 1, 0, right=4, right_next_morning=1),
        RunDay(8, 4000, 3, 1, right=2, right_next_morning=0),
        RunDay(5, 4000, 1, 0, right=1, right_next_morning=0),
        RunDay(2, 4000, 1, 0, right=1, right_next_morning=0),
    ),
    (Spell(25, 0, 8),),
)
RED_FLAG = Persona(
    "noor@demo.example",
    "Noor ticks a red flag",
    _calm(16, 13, 10, 7, 4, 1),
    (Spell(21, 16, 10), Spell(15, 7, 8)),
    red_flag=(7, "locked_knee"),
)
PATIENTS = (
    SETTLES_AND_PROGRESSES,
    FLARES_IN_WEEK_THREE,
    RESTS_AND_HURTS_AGAIN,
    WAS_OFFLINE_FOR_TEN_DAYS,
    BOTH_KNEES,
    RED_FLAG,
    COMES_TO_THE_END,
)
