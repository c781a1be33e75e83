"""Sum and mean scores of AKPS, KOOS-PF, LEFS, TSK-11 and PSFS; item ids and allowed scores only."""

from __future__ import annotations

from app.outcomes.domain.numbers import (
    AKPS_ITEM_BEST,
    ITEM_WORST,
    KOOS_PF_ANSWERED,
    KOOS_PF_ITEMS,
    KOOS_PF_STEP,
    LEFS_ITEMS,
    PHQ2_ITEM_WORST,
    PHQ2_ITEMS,
    PSFS_BEST,
    PSFS_MOST,
    SCALE_BEST,
    SCORE_DIGITS,
    TSK11_ITEM_LOWEST,
    TSK11_ITEMS,
)
from app.outcomes.domain.strict import record, refusal, rows, whole

# Scores each item may take, points, 1993 values (akps_pmc_table). Copies that print 2 for a
# constant limp or 1 for a partial-weight squat are wrong; those values are refused.
AKPS_OPTIONS: dict[str, frozenset[int]] = {
    "limp": frozenset({5, 3, 0}),
    "support": frozenset({5, 3, 0}),
    "walking": frozenset({5, 3, 2, 0}),
    "stairs": frozenset({10, 8, 5, 0}),
    "squatting": frozenset({5, 4, 3, 2, 0}),
    "running": frozenset({10, 8, 6, 3, 0}),
    "jumping": frozenset({10, 7, 2, 0}),
    "sitting": frozenset({10, 8, 6, 4, 0}),
    "pain": frozenset({10, 8, 6, 3, 0}),
    "swelling": frozenset({10, 8, 6, 4, 0}),
    "patellar_movement": frozenset({10, 6, 4, 2, 0}),
    "atrophy": frozenset({5, 3, 0}),
    "flexion": frozenset({5, 3, 0}),
}


def akps(answers: object) -> int | None:
    """Add up the 13 items, 0 to 100, higher is better; None if one is not answered."""
    given = record(answers, frozenset(AKPS_OPTIONS), "/answers")
    scores = [_akps_item(item, given[item]) for item in AKPS_OPTIONS]
    return _sum_if_complete(scores)


def koos_pf(items: object) -> float | None:
    """Turn 11 items of 0 to 4 into 0-100, higher is better; None with fewer than 6 answered."""
    scores = [score for score in _items(items, KOOS_PF_ITEMS, 0) if score is not None]
    if len(scores) < KOOS_PF_ANSWERED:
        return None
    return round(SCALE_BEST - KOOS_PF_STEP * sum(scores) / len(scores), SCORE_DIGITS)


def lefs(items: object) -> int | None:
    """Add up 20 items of 0 to 4, 0 to 80, higher is better; None if one is not answered."""
    return _sum_if_complete(_items(items, LEFS_ITEMS, 0))


def tsk11(items: object) -> int:
    """Add up 11 items of 1 to 4, 11 to 44, lower is better; refuse an unanswered item."""
    scores = _items(items, TSK11_ITEMS, TSK11_ITEM_LOWEST)
    if None in scores:
        raise refusal(f"/items/{scores.index(None)}", "missing", "All items are needed.")
    return sum(score for score in scores if score is not None)


def phq2(items: object) -> int | None:
    """Add up 2 items of 0 to 3, 0 to 6, lower is better; None if one is not answered."""
    return _sum_if_complete(_items(items, PHQ2_ITEMS, 0, PHQ2_ITEM_WORST))


def psfs(items: object) -> float | None:
    """Take the mean of 1 to 5 activities of 0 to 10, higher is better; None if one is not answered."""
    given = rows(items, PSFS_MOST, "/items")
    scores = [None if score is None else whole(score, 0, PSFS_BEST, f"/items/{i}") for i, score in enumerate(given)]
    total = _sum_if_complete(scores)
    return round(total / len(scores), SCORE_DIGITS) if scores and total is not None else None


def _akps_item(item: str, score: object) -> int | None:
    if score is None:
        return None
    pointer = f"/answers/{item}"
    found = whole(score, 0, AKPS_ITEM_BEST, pointer)
    if found not in AKPS_OPTIONS[item]:
        raise refusal(pointer, "not_an_option", "This item has no such score.")
    return found


def _items(items: object, count: int, lowest: int, highest: int = ITEM_WORST) -> list[int | None]:
    given = rows(items, count, "/items")
    if len(given) != count:
        raise refusal("/items", "wrong_length", f"{count} items are needed.")
    return [
        None if score is None else whole(score, lowest, highest, f"/items/{place}") for place, score in enumerate(given)
    ]


def _sum_if_complete(scores: list[int | None]) -> int | None:
    return None if None in scores else sum(score for score in scores if score is not None)
