"""What the stage engine may know; None is what nobody told or measured, and is never taken for good."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClinicFacts:
    """What only a test or a questionnaire tells."""

    straight_leg_raise_lag: bool | None = None
    straight_leg_raise_pain: float | None = None  # NRS, at 3 x 10
    squat_45_pain: float | None = None  # NRS
    squat_60_pain: float | None = None  # NRS
    tolerated_loaded_bend_deg: float | None = None  # degrees
    global_change: float | None = None  # -5 to +5
    single_leg_squat: str | None = None  # good, fair, poor
    step_down: float | None = None  # 0 to 6
    hip_lsi_percent: float | None = None
    quadriceps_lsi_percent: float | None = None
    knee_to_wall_difference_cm: float | None = None
    hop_lsi_percent: float | None = None
    hop_pain: float | None = None  # NRS
    akps: float | None = None  # 0 to 100
    akps_rise: float | None = None  # points since the first one
    tsk11: float | None = None  # 11 to 44
    tsk11_drop: float | None = None  # points since the first one


@dataclass(frozen=True, kw_only=True)
class LoggedFacts:
    """What the logbook and the programme tell, as of a day."""

    days_in_stage: int | None = None
    worst_median_7_days: float | None = None  # NRS
    stairs_pain: float | None = None  # NRS, worst of 7 days
    walking_pain: float | None = None  # NRS, worst of 7 days
    quiet_mornings: int | None = None  # of the last 7 logged days
    effusion: bool | None = None
    red_flag: bool | None = None
    adherence_14_days: float | None = None  # percent
    adherence_28_days: float | None = None  # percent
    clean_long_runs: int | None = None  # clean runs of 30 min in this stage
    clean_long_runs_span_days: int | None = None
    weeks_at_target: int | None = None  # of the last 4
    over_runs_28_days: int | None = None
    over_runs_7_days: int | None = None
    maintenance_percent: float | None = None
    rest_day_decisions_14_days: int | None = None
    bad_days_of_3: int | None = None  # days with worst pain of 6 or more
    irritability: str | None = None
    rules: frozenset[str] = frozenset()  # rules of the engine that fired, of whichever knee
    stopping: frozenset[str] = frozenset()  # rules whose pause is open


@dataclass(frozen=True, kw_only=True)
class StageFacts(LoggedFacts, ClinicFacts):
    """All of it."""
