"""The wire forms of instruments, and of the texts that a clinic loads for them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.outcomes.domain.instruments import SCORING_VERSION, Instrument, Item
from app.outcomes.domain.texts import NO_REVISION
from app.outcomes.labels import item_label, label_of, licence_note
from app.outcomes.repository import Texts
from app.outcomes.schemas.overview import ImportantChangeSchema, kind_of
from app.web.fields import MAX_NOTE, Part, Text, Whole

MOST_ITEMS = 20
MOST_OPTIONS = 11


class ItemSchema(Schema):
    """One item: its allowed scores, and what it is about in our own words."""

    id = fields.String(required=True)
    label = fields.String(required=True, metadata={"description": "our own words, not the question's"})
    low = fields.Integer(required=True)
    high = fields.Integer(required=True)
    options = fields.List(
        fields.Integer(), required=True, allow_none=True, metadata={"description": "null: every step from low to high"}
    )
    step = fields.Float(required=True)


class OptionTextSchema(Schema):
    """The wording of one answer."""

    score = Whole(least=-5, most=10, required=True)
    text = Text(required=True, longest=1000)


class ItemTextSchema(Schema):
    """The wording of one item."""

    item = Text(required=True, longest=40)
    text = Text(required=True, longest=MAX_NOTE)
    options = fields.List(Part(OptionTextSchema), load_default=list, validate=[validate.Length(max=MOST_OPTIONS)])


class InstrumentTextsSchema(Schema):
    """The wording of an instrument in one language, and by which licence it is used here."""

    licence = Text(required=True, longest=1000, metadata={"description": "who allowed this, and on which terms"})
    title = Text(load_default=None, allow_none=True)
    instruction = Text(longest=MAX_NOTE, load_default=None, allow_none=True)
    items = fields.List(Part(ItemTextSchema), required=True, validate=[validate.Length(max=MOST_ITEMS)])


class StoredTextsSchema(Schema):
    """The wording as it was loaded; never loaded, it is empty."""

    instrument = fields.String(required=True)
    language = fields.String(required=True)
    revision = fields.String(required=True, metadata={"description": "also the entity tag; none: never loaded"})
    licence = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    instruction = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(ItemTextSchema), required=True)


class InstrumentSchema(Schema):
    """What an instrument is; the wording of its questions is not here."""

    id = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "questionnaire or test"})
    label = fields.String(required=True)
    version = fields.String(required=True)
    scoring_version = fields.String(required=True)
    item_count = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    unit = fields.String(required=True)
    better = fields.String(required=True, allow_none=True)
    about_a_knee = fields.Boolean(required=True, metadata={"description": "a side can be given"})
    important_change = fields.Nested(ImportantChangeSchema, required=True, allow_none=True)
    sources = fields.List(fields.String(), required=True, metadata={"description": "keys of references; M: memory"})
    licence_note = fields.String(required=True)
    text_languages = fields.List(fields.String(), required=True, metadata={"description": "loaded by the clinic"})


class InstrumentListSchema(Schema):
    """Every instrument."""

    items = fields.List(fields.Nested(InstrumentSchema), required=True)


class InstrumentInFullSchema(InstrumentSchema):
    """An instrument, with the wording in the reader's language where the clinic has loaded it."""

    texts = fields.Nested(StoredTextsSchema, required=True, allow_none=True)


def shown_instrument(instrument: Instrument, loaded: list[str], language: str) -> dict[str, Any]:
    """Return an instrument on the wire."""
    return {
        "id": instrument.id,
        "kind": kind_of(instrument),
        "label": label_of(instrument, language),
        "version": instrument.version,
        "scoring_version": SCORING_VERSION,
        "item_count": len(instrument.items),
        "items": [_item(instrument, item, language) for item in instrument.items],
        "low": instrument.low,
        "high": instrument.high,
        "unit": instrument.unit,
        "better": instrument.better,
        "about_a_knee": instrument.about_a_knee,
        "important_change": instrument.important,
        "sources": instrument.sources,
        "licence_note": licence_note(instrument, language),
        "text_languages": loaded,
    }


def shown_texts(instrument: str, language: str, found: Texts | None) -> dict[str, Any]:
    """Return licensed texts on the wire."""
    texts = found.texts if found else {"licence": None, "title": None, "instruction": None, "items": []}
    revision = str(found.revision) if found else NO_REVISION
    return {"instrument": instrument, "language": language, "revision": revision, **texts}


def _item(instrument: Instrument, item: Item, language: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "label": item_label(instrument, item.id, language),
        "low": item.low,
        "high": item.high,
        "options": item.options,
        "step": 1 / item.steps,
    }
