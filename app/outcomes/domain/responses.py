"""A patient's answers to a questionnaire: what cannot be true of them, and the score they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.kernel.errors import FieldFault, Invalid
from app.kernel.value import value
from app.logbook.domain import Entry, Side
from app.outcomes.domain.instruments import INSTRUMENTS, Instrument, Item
from app.outcomes.domain.numbers import STEP_DIGITS
from app.outcomes.domain.questionnaires import akps, koos_pf, lefs, phq2, psfs, tsk11
from app.outcomes.domain.words import Questionnaire

Score = int | float


class RefusedResponse(Invalid):
    """An answer that the instrument does not have: refused, nothing stored."""

    code = "refused_response"
    title = "The instrument has no such answer"


@value(kw_only=True)
class QuestionnaireResponse(Entry):
    """The scores of the items as they were given (None: not answered), and which form they are of.

    `activity_names` are the patient's own words for the activities of a PSFS, in the order of its items.
    """

    instrument: Questionnaire
    instrument_version: str
    side: Side | None
    items: Mapping[str, Score | None]
    activity_names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, or why there is none."""

    score: float | None
    because: str | None = None


def check_response(response: QuestionnaireResponse) -> None:
    """Raise RefusedResponse with a pointer to each answer that the instrument does not have."""
    faults = list(_faults(response, INSTRUMENTS[response.instrument]))
    if faults:
        raise RefusedResponse(faults=faults)


def score_of(response: QuestionnaireResponse) -> Scored:
    """Return the score of a checked response, by the formula of its instrument."""
    given = response.items
    ordered = [given.get(item.id) for item in INSTRUMENTS[response.instrument].items if item.id in given]
    match response.instrument:
        case Questionnaire.AKPS:
            return _scored(akps(dict(given)))
        case Questionnaire.KOOS_PF:
            return _scored(koos_pf(ordered), "too_few_answers")
        case Questionnaire.LEFS:
            return _scored(lefs(ordered))
        case Questionnaire.TSK11:
            return _scored(None if None in ordered else tsk11(ordered))
        case Questionnaire.PHQ2:
            return _scored(phq2(ordered))
        case Questionnaire.PSFS:
            return _scored(psfs(ordered))
        case _:
            return _scored(ordered[0])


def _scored(score: float | None, otherwise: str = "incomplete") -> Scored:
    return Scored(None, otherwise) if score is None else Scored(float(score))


def _faults(response: QuestionnaireResponse, instrument: Instrument) -> Iterator[FieldFault]:
    if response.instrument_version != instrument.version:
        yield FieldFault("/instrument_version", "unknown", "This server scores another version of the form.")
    if response.side is not None and not instrument.about_a_knee:
        yield FieldFault("/side", "not_about_a_knee", "This instrument is about the person.")
    yield from _faults_of_names(response)
    known = {item.id: item for item in instrument.items}
    if any(name not in known for name in response.items):
        yield FieldFault("/items", "unknown_item", "There is an item that this instrument does not have.")
    for item in instrument.items[: _count(response, instrument)]:
        yield from _faults_of(item, response.items)


def _count(response: QuestionnaireResponse, instrument: Instrument) -> int:
    """Return how many items are needed: as many as activities were named, where the patient names them."""
    named = len(response.activity_names or ())
    return named if instrument.id is Questionnaire.PSFS else instrument.least_items


def _faults_of_names(response: QuestionnaireResponse) -> Iterator[FieldFault]:
    is_psfs = response.instrument is Questionnaire.PSFS
    if is_psfs and not response.activity_names:
        yield FieldFault("/activity_names", "required", "Name the activities that the scores are of.")
    if not is_psfs and response.activity_names is not None:
        yield FieldFault("/activity_names", "not_of_this_instrument", "Only a PSFS names activities.")
    if is_psfs and len(response.items) > len(response.activity_names or ()):
        yield FieldFault("/items", "without_a_name", "There are more scores than activities.")


def _faults_of(item: Item, given: Mapping[str, Score | None]) -> Iterator[FieldFault]:
    pointer = f"/items/{item.id}"
    if item.id not in given:
        yield FieldFault(pointer, "required", "Give each item; null where it was not answered.")
        return
    score = given[item.id]
    if score is None:
        return
    if not item.low <= score <= item.high:
        yield FieldFault(pointer, "out_of_range", f"A score from {item.low} to {item.high} is needed.")
    elif item.options is not None and score not in item.options:
        yield FieldFault(pointer, "not_an_option", "This item has no such score.")
    elif round(score * item.steps, STEP_DIGITS) % 1:
        yield FieldFault(pointer, "not_a_step", "The score lies between two steps of the scale.")
