"""Data points of IEEE 1752.1, which Open mHealth reads: runs as physical activity.

Neither set of schemas has one for pain, exercise sessions or questionnaires; those go out as FHIR. A run that tells no
duration is left out: the schema has no physical activity without an interval of time.
"""

from __future__ import annotations

from typing import Any

from app.logbook.domain import Run, Source
from app.logbook.kinds import Stored

NAMESPACE, NAME, VERSION = "ieee", "physical-activity", "1.0"
ACTIVITY = "running"


def data_point_of(stored: Stored[Run]) -> dict[str, Any] | None:
    """Return a run as a data point, None for one without a duration.

    Its id is that of the version: the standard wants another one for what was corrected.
    """
    run = stored.entry
    if run.duration_s is None:
        return None
    return {
        "header": {
            "uuid": str(stored.ver),
            "schema_id": {"namespace": NAMESPACE, "name": NAME, "version": VERSION},
            "source_creation_date_time": (run.recorded_at or stored.received_at).isoformat(),
            "modality": "self-reported" if run.source is Source.MANUAL else "sensed",
        },
        "body": _body(run, run.duration_s),
    }


def _body(run: Run, duration_s: int) -> dict[str, Any]:
    seconds = _quantity(duration_s, "sec")
    interval = {"start_date_time": run.performed_at.isoformat(), "duration": seconds}
    told = {
        "distance": _quantity(run.distance_m, "m"),
        "cumulative_elevation_gain": _quantity(run.ascent_m, "m"),
        "average_cadence": _quantity(run.cadence_spm, "steps/min"),
    }
    return {
        "activity_name": ACTIVITY,
        "effective_time_frame": {"time_interval": interval},
        "duration": seconds,
        **{name: quantity for name, quantity in told.items() if quantity is not None},
    }


def _quantity(value: int | None, unit: str) -> dict[str, Any] | None:
    return None if value is None else {"value": value, "unit": unit}
