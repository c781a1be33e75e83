"""Reads a form as the API reads a body: through the same schema, refused by the same words, field by field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from app.kernel.errors import FieldFault, Invalid

_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,6})?", re.ASCII)
_NOT_FIELDS = frozenset({"form_token"})
FILL_IN = "Missing data for required field."


class FormInvalid(Invalid):
    """Some fields of a form are not valid; each is named."""

    code = "form_invalid"
    title = "Some fields need another look"


def read_form(
    schema: type[Schema],
    *,
    numbers: Collection[str] = (),
    flags: Collection[str] = (),
    lists: Collection[str] = (),
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a form says, as the schema loads it; an empty field is left out. Raises FormInvalid.

    `more` is what the form does not ask for, because the page knows it.
    """
    filled = {name: value for name, value in request.form.items() if value.strip() and name not in _NOT_FIELDS}
    told: dict[str, Any] = {name: _plain(name, value, numbers, flags) for name, value in filled.items()}
    told |= {name: request.form.getlist(name) for name in lists}
    return load(schema, {**told, **(more or {})})


def load(schema: type[Schema], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a schema loads; raise FormInvalid with each fault at its place."""
    try:
        loaded: dict[str, Any] = schema().load(told)
    except ValidationError as error:
        raise FormInvalid(faults=list(_faults(error.messages, ""))) from None
    return loaded


def number_of(text: str) -> Any:
    """Return a number as people write it, with a point or a comma; what is none stays text, and is refused."""
    written = text.strip()
    if not _NUMBER.fullmatch(written):
        return text
    plain = written.replace(",", ".")
    return float(plain) if "." in plain else int(plain)


def _plain(name: str, value: str, numbers: Collection[str], flags: Collection[str]) -> Any:
    if name in numbers:
        return number_of(value)
    if name in flags:
        return value == "on"
    return value.replace("\r\n", "\n")


def _faults(node: Any, pointer: str) -> Iterator[FieldFault]:
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from _faults(child, pointer if key == "_schema" else f"{pointer}/{key}")
        return
    for message in node if isinstance(node, list) else [node]:
        yield FieldFault(pointer, "required" if str(message) == FILL_IN else "invalid", str(message))
