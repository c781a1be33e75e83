"""Published pain rules as data; each says only where it differs from the default policy."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_PRESET = "running_pain_3_of_10"
STRICT_PRESET = "ladder_pain_free"  # offered under 18, never forced (rathleff2019; E)

_UP_TO_FIVE: Mapping[str, object] = {
    "acceptable_max": 5.0,
    "after_tolerance": None,
    "after_abs_max": 5.0,
    "after_action": "reduce",
    "morning_tolerance": 0.0,
    "trend_tolerance": 0.0,
    "trend_large": 1.0,
}

PRESETS: dict[str, Mapping[str, object]] = {
    # Up to 3 of 10 (acupuncture_pfps_page; the rest is E).
    DEFAULT_PRESET: {},
    # Up to 2 of 10, settled after 60 minutes and by next morning (trek_pfp_runners, esculier2018).
    "esculier_2018": {
        "acceptable_max": 2.0,
        "after_tolerance": 0.0,
        "after_action": "reduce",
        "after_required": True,
        "morning_tolerance": 0.0,
    },
    # Up to 5 of 10, no rise from week to week (thomee1997).
    "thomee_1997": _UP_TO_FIVE,
    # The same numbers, tried on the Achilles tendon: another tissue (silbernagel2007).
    "silbernagel_2007": _UP_TO_FIVE,
    # Strictly below 3 of 10 (vincent2017).
    "vincent_2017": {"upper_inclusive": False, "after_tolerance": None, "morning_tolerance": 0.0},
    # A step up only without pain (rathleff2019; E).
    STRICT_PRESET: {"progress_max": 0.0, "acceptable_max": 2.0, "morning_tolerance": 0.0},
}
