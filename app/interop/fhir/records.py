"""What was done and answered: procedures, questionnaires, their answers, and who told the server what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.interop.fhir.coding import (
    EXERCISE,
    INSTRUMENT,
    PROVENANCE_AGENT,
    SNOMED,
    TREATMENT,
    Json,
    concept,
    knee,
)
from app.interop.fhir.ids import patient_reference
from app.interop.fhir.told import head_of, instant, teller_of
from app.logbook.domain import LoggedSession, LoggedSet, Treatment
from app.logbook.kinds import Stored
from app.outcomes.domain.instruments import Instrument
from app.outcomes.domain.responses import QuestionnaireResponse

EXERCISE_THERAPY = "229065009"
QUESTIONNAIRE_URL = "urn:trochlea:questionnaire:"


def procedure_of(stored: Stored[Any], *, with_notes: bool) -> Json:
    """Return a session or a supportive treatment as what was done; the person's words only `with_notes`."""
    entry = stored.entry
    part = "s" if isinstance(entry, LoggedSession) else "t"
    found = {
        **head_of(stored, "Procedure", part),
        "status": "completed",
        "code": _code(entry),
        "subject": patient_reference(stored.patient_id),
        "performedDateTime": instant(entry.performed_at),
    }
    notes = _sets(entry) if isinstance(entry, LoggedSession) else []
    if isinstance(entry, Treatment):
        found["bodySite"] = [knee(entry.side)]
    if with_notes and entry.note:
        notes.append({"text": entry.note})
    return {**found, "note": notes} if notes else found


def _code(entry: LoggedSession | Treatment) -> Json:
    if isinstance(entry, Treatment):
        return concept(TREATMENT, entry.treatment.value, entry.treatment.value.replace("_", " "))
    code = concept(SNOMED, EXERCISE_THERAPY, "Exercise therapy")
    slugs = dict.fromkeys(done.exercise for done in entry.sets)
    code["coding"] += [{"system": EXERCISE, "code": slug} for slug in slugs]
    return code


def _sets(session: LoggedSession) -> list[Json]:
    """Return each set as a note: R4 has no place for them in a procedure."""
    return [{"text": _set(number, done)} for number, done in enumerate(session.sets, 1)]


def _set(number: int, done: LoggedSet) -> str:
    told = [
        (done.repetitions, "repetitions"),
        (done.hold_seconds, "s hold"),
        (done.load_kg, "kg"),
        (done.rpe, "of 10 perceived exertion"),
    ]
    amounts = ", ".join(f"{value:g} {unit}" for value, unit in told if value is not None)
    side = done.side.value if done.side else "both"
    return f"set {number}: {done.exercise}, {side}: {amounts}"


def questionnaire_of(instrument: Instrument) -> Json:
    """Return an instrument as a questionnaire: its items by number and bounds; the wording is not ours to give."""
    return {
        "resourceType": "Questionnaire",
        "id": instrument.id.value.replace("_", "-"),
        "url": QUESTIONNAIRE_URL + instrument.id.value,
        "version": instrument.version,
        "status": "active",
        "subjectType": ["Patient"],
        "code": [{"system": INSTRUMENT, "code": instrument.id.value}],
        "item": [{"linkId": item.id, "type": "decimal"} for item in instrument.items],
    }


def response_of(stored: Stored[Any], *, with_notes: bool) -> Json:
    """Return the answers to a questionnaire; the activities that the patient named only `with_notes`."""
    response: QuestionnaireResponse = stored.entry
    names = dict(zip(response.items, (response.activity_names or ()) if with_notes else (), strict=False))
    items = [
        {"linkId": item, **({"text": names[item]} if names.get(item) else {}), "answer": [{"valueDecimal": score}]}
        for item, score in response.items.items()
        if score is not None
    ]
    found = {
        **head_of(stored, "QuestionnaireResponse", ""),
        "questionnaire": f"{QUESTIONNAIRE_URL}{response.instrument.value}|{response.instrument_version}",
        "status": "completed",
        "subject": patient_reference(stored.patient_id),
        "authored": instant(response.performed_at),
        "source": patient_reference(stored.patient_id),
    }
    return {**found, "item": items} if items else found


def provenance_of(stored: Stored[Any], part: str, targets: Sequence[Json]) -> Json:
    """Return where the resources of one record come from: who told it, and when this server received it."""
    author = concept(PROVENANCE_AGENT, "author", "Author")
    return {
        **head_of(stored, "Provenance", part),
        "target": [{"reference": f"{one['resourceType']}/{one['id']}"} for one in targets],
        "occurredDateTime": instant(stored.entry.performed_at),
        "recorded": instant(stored.received_at),
        "agent": [{"type": author, "who": teller_of(stored)}],
    }
