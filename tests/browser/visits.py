"""Visits to the console by a therapist whose patients have told of everything, in whatever words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import BrowserContext

from app.accounts.service import browsers
from app.web.transaction import database
from tests.browser.conftest import Site
from tests.builders.care import let_in, logged
from tests.builders.devices import a_check_in, a_message, a_run, a_score, a_session, a_skip, a_treatment, an_id
from tests.builders.people import Person
from tests.builders.plans import prescribed


def told_everything(
    site: Site, words: Sequence[str] = ("Stairs hurt less.",), patient: Person | None = None
) -> tuple[Person, Person]:
    """Return a patient with something of everything, all free text in these words, and a therapist let in."""
    ada, ines = patient or site.people.patient(), site.people.therapist()
    let_in(ada, ines)
    prescribed(ines, ada)
    entries: dict[str, list[dict[str, Any]]] = {
        "runs": [a_run(day, note=note) for day, note in enumerate(words, 2)],
        "check_ins": [a_check_in(1, note=words[0], red_flags=["locked_knee"])],
        "sessions": [a_session(2, note=words[0])],
        "pain_scores": [a_score(3, note=words[-1])],
        "treatments": [a_treatment(3, note=words[0])],
        "skips": [a_skip(2, note=words[-1])],
        "messages": [a_message(day, text=text) for day, text in enumerate(words[1:] or words, 1)],
    }
    logged(ada, **entries)
    answer = ines.post(f"/v1/patients/{ada.id}/messages", {"id": an_id(), "text": words[0]})
    assert answer.status_code == 201, answer.json
    return ada, ines


def log_in_as(site: Site, context: BrowserContext, person: Person) -> None:
    """Give a browser the cookie of somebody's session."""
    with site.app.app_context(), database().writing.begin() as db:
        token = browsers.give_cookie_token(db, person.device_id)
    context.add_cookies([{"name": "trochlea", "value": token, "url": site.url, "httpOnly": True, "sameSite": "Strict"}])


def in_days(days: int) -> str:
    """Return a day so many ahead."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
