"""The operations on a patient's calendar: its secret address, and the calendar itself."""

from __future__ import annotations

from flask import Response, current_app

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.outreach.routes.feature import outreach
from app.outreach.schemas import CalendarAddressSchema, CalendarSchema
from app.outreach.service import calendars as service
from app.settings import Settings
from app.web.answers import answer, no_content
from app.web.auth import own_patient_id
from app.web.languages import in_language, language
from app.web.limits import count_try, network
from app.web.transaction import db

MINE = "/v1/me/calendar"
CALENDAR = "text/calendar"
READS, PER_S = 300, 900


@outreach.operation("POST", MINE, permission=Permission.CALENDAR_USE, answers={201: CalendarAddressSchema})
def open_calendar() -> Response:
    """Get a new secret address of the calendar, shown this once; the one before is good no more."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    at = now()
    name = service.open_calendar(db(), own_patient_id(), at)
    return answer({"url": f"{settings.external_url}/v1/calendars/{name}.ics", "opened_at": at}, 201)


@outreach.operation("GET", MINE, permission=Permission.CALENDAR_USE, answers={200: CalendarSchema})
def get_calendar_state() -> Response:
    """Read whether the calendar has an address, and since when."""
    return answer({"opened_at": service.opened_at(db(), own_patient_id())})


@outreach.operation("DELETE", MINE, permission=Permission.CALENDAR_USE, answers={204: None})
def close_calendar() -> Response:
    """Have the address be good no more."""
    service.close_calendar(db(), own_patient_id())
    return no_content()


@outreach.operation(
    "GET",
    "/v1/calendars/<name>.ics",
    permission=Permission.PUBLIC,
    answers={200: None},
    media=(CALENDAR,),
    translated=True,
)
def get_calendar(name: str) -> Response:
    """Read the days with exercises of the next four weeks, by the secret address; they are called Exercises."""
    count_try("calendar", network(), most=READS, per_s=PER_S)
    spoken = language()
    told = service.calendar_of(db(), name, spoken, now())
    response = in_language(Response(told, mimetype=CALENDAR), spoken)
    response.headers["Cache-Control"] = "no-store"
    return response
