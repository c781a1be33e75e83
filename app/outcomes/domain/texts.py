"""The wording of an instrument that a clinic loads: it fits the items, or is refused whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from app.kernel.errors import FieldFault, Invalid
from app.outcomes.domain.instruments import Instrument, Item

NO_REVISION = "none"
"""The revision of texts that were never loaded."""


class TextsUnfit(Invalid):
    """The texts are not those of this instrument's items."""

    code = "texts_unfit"
    title = "The texts do not fit the items of the instrument"


def check_texts(instrument: Instrument, texts: Mapping[str, Any]) -> None:
    """Raise TextsUnfit unless each item has its text once, with words for scores that it has."""
    faults = list(_faults(instrument, texts["items"]))
    if faults:
        raise TextsUnfit(faults=faults)


def _faults(instrument: Instrument, told: list[Mapping[str, Any]]) -> Iterator[FieldFault]:
    known = {item.id: item for item in instrument.items}
    times = Counter(one["item"] for one in told)
    for place, one in enumerate(told):
        if one["item"] not in known:
            yield FieldFault(f"/items/{place}/item", "unknown_item", "The instrument has no such item.")
        elif times[one["item"]] > 1:
            yield FieldFault(f"/items/{place}/item", "repeated", "Each item has one text.")
        else:
            yield from _faults_of_options(known[one["item"]], one["options"], f"/items/{place}/options")
    for missing in [item.id for item in instrument.items[: instrument.least_items] if item.id not in times]:
        yield FieldFault("/items", "missing", f"There is no text for item {missing}.")


def _faults_of_options(item: Item, options: list[Mapping[str, Any]], pointer: str) -> Iterator[FieldFault]:
    allowed = item.options or range(item.low, item.high + 1)
    for place, option in enumerate(options):
        if option["score"] not in allowed:
            yield FieldFault(f"{pointer}/{place}/score", "not_an_option", "The item has no such score.")
