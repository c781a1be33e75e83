"""What a runner does in a journey, said in days ago: run, score, check in, and read the advice."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from app.kernel.clock import now
from tests.builders.people import Person

ZONE = "Europe/Berlin"
CALM_DAYS = (5, 3, 1)


def clock(days_ago: int, hour: int = 8) -> datetime:
    """Return that hour of a day ago, where the runner lives."""
    zone = ZoneInfo(ZONE)
    return datetime.combine(now().astimezone(zone).date() - timedelta(days=days_ago), time(hour), zone)


def log(person: Person, collection: str, at: datetime, **members: Any) -> dict[str, Any]:
    """Log one entry and return it as it was stored."""
    body = {"id": str(uuid4()), "performed_at": at.isoformat(), "zone": ZONE, **members}
    answer = person.post(f"/v1/patients/{{me}}/{collection}", body)
    assert answer.status_code == 201, answer.json
    stored: dict[str, Any] = answer.json
    return stored


def score(person: Person, run: dict[str, Any], at: datetime, moment: str, points: float) -> dict[str, Any]:
    """Score the pain of the left knee at one moment of a run."""
    return log(person, "pain-scores", at, score=points, moment=moment, side="left", run_id=run["id"])


def run(
    person: Person,
    days_ago: int,
    during: float | None = 1,
    morning: float | None = 0,
    **members: Any,
) -> dict[str, Any]:
    """Log a run of 5 km with the pain during it and, unless it was today, of the morning after; return the run."""
    known = {"distance_m": 5000, "duration_s": 1800, **members}
    done = log(person, "runs", clock(days_ago), **{name: value for name, value in known.items() if value is not None})
    if during is not None:
        score(person, done, clock(days_ago, 9), "during", during)
    if morning is not None and days_ago > 0:
        score(person, done, clock(days_ago - 1, 7), "next_morning", morning)
    return done


def calm_runs(person: Person, days: tuple[int, ...] = CALM_DAYS) -> None:
    """Log calm runs on those days."""
    for days_ago in days:
        run(person, days_ago)


def check_in(person: Person, days_ago: int = 0, **members: Any) -> dict[str, Any]:
    """Log a check-in of that morning."""
    return log(person, "check-ins", clock(days_ago, 7), **members)


def advice(person: Person, as_of: str | None = None) -> dict[str, Any]:
    """Read the advice, of today or as of a day."""
    query = f"?as_of={as_of}" if as_of else ""
    answer = person.get(f"/v1/patients/{{me}}/guidance/advice{query}")
    assert answer.status_code == 200, answer.json
    read: dict[str, Any] = answer.json
    return read


def decision(person: Person, as_of: str | None = None) -> tuple[str, str]:
    """Return the decision and the rule that led to it."""
    read = advice(person, as_of)
    return read["decision"], read["rule"]


def history(person: Person) -> list[dict[str, Any]]:
    """Return all advice as it was given, newest first."""
    answer = person.get("/v1/patients/{me}/guidance/advice/history?limit=1000")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def pauses(person: Person) -> list[dict[str, Any]]:
    """Return all pauses, oldest first."""
    items: list[dict[str, Any]] = person.get("/v1/patients/{me}/pauses").json["items"]
    return items


def close(closer: Person, patient: UUID, pause_id: str, **said: str) -> tuple[int, dict[str, Any]]:
    """Close a pause of a patient; return status and answer."""
    answer = closer.post(f"/v1/patients/{patient}/pauses/{pause_id}/closure", {"note": "seen and talked", **said})
    return answer.status_code, answer.json


def grant(person: Person, therapist: Person, *scopes: str) -> None:
    """Let a therapist in."""
    link = {
        "therapist_id": str(therapist.id),
        "scopes": list(scopes),
        "purpose": "my knee",
        "expires_at": (now() + timedelta(days=30)).isoformat(),
    }
    answer = person.post("/v1/patients/{me}/care-links", link)
    assert answer.status_code == 201, answer.json
