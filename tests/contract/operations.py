"""Reads the operations of the application's own document, so that tests cover those added later as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask

from app.web.openapi import document

METHODS = ("get", "post", "put", "patch", "delete")
SOME_ID = str(UUID(int=0x01A1_0000_0000_7000_8000_0000_0000_0001))


@dataclass(frozen=True)
class Operation:
    """One operation: where it is, what it takes, and a sample of that."""

    method: str
    path: str
    said: dict[str, Any]
    path_names: tuple[str, ...]
    query_names: tuple[str, ...]
    header_names: tuple[str, ...]
    json_schema: dict[str, Any] | None
    is_form: bool
    components: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Return its operationId."""
        return str(self.said["operationId"])

    def url(self, patient_id: object, /, **instead: str) -> str:
        """Return its path for a patient, with some parts replaced."""
        path = self.path
        for name in self.path_names:
            value = instead.get(name, str(patient_id) if name == "patient_id" else SOME_ID)
            path = path.replace("{" + name + "}", value)
        return path

    def body(self) -> Any:
        """Return a sample of the body it takes."""
        return None if self.json_schema is None else sample(self.json_schema, self.components)

    def members(self) -> dict[str, Any]:
        """Return the schema of each member of the body."""
        schema = resolved(self.json_schema or {}, self.components)
        members: dict[str, Any] = schema.get("properties", {})
        return members


def operations(app: Flask) -> list[Operation]:
    """Return every operation of the document, in the order of paths."""
    said = document(app)
    return list(_operations(said))


def _operations(said: dict[str, Any]) -> Iterator[Operation]:
    for path in sorted(said["paths"]):
        item = said["paths"][path]
        for method in METHODS:
            if method in item:
                yield _operation(said, path, method, item)


def _operation(said: dict[str, Any], path: str, method: str, item: dict[str, Any]) -> Operation:
    operation = item[method]
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    content = operation.get("requestBody", {}).get("content", {})

    def names(place: str) -> tuple[str, ...]:
        return tuple(parameter["name"] for parameter in parameters if parameter["in"] == place)

    return Operation(
        method=method.upper(),
        path=path,
        said=operation,
        path_names=names("path"),
        query_names=names("query"),
        header_names=names("header"),
        json_schema=content.get("application/json", {}).get("schema"),
        is_form="multipart/form-data" in content,
        components=said["components"],
    )


def resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference stands for."""
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def sample(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """Return a value that fits a schema, and what is usual where the schema leaves a choice."""
    schema = resolved(schema, components)
    for choice in ("allOf", "oneOf", "anyOf"):
        if choice in schema:
            return sample(schema[choice][0], components)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    return _SAMPLES[kind](schema, components)


def _text(schema: dict[str, Any], _: dict[str, Any]) -> str:
    by_format = {
        "uuid": SOME_ID,
        "date-time": "2026-11-20T06:30:00+01:00",
        "date": "2026-11-20",
        "email": "ada@example.org",
    }
    if schema.get("format") in by_format:
        return by_format[schema["format"]]
    if schema.get("pattern", "").endswith(":[0-5][0-9]$"):
        return "17:30"
    if "zone" in schema.get("description", "").lower():
        return "Europe/Berlin"
    return "a" * max(schema.get("minLength", 1), 1)


def _number(schema: dict[str, Any], _: dict[str, Any]) -> Any:
    return schema.get("minimum", 1)


def _list(schema: dict[str, Any], components: dict[str, Any]) -> list[Any]:
    return [sample(schema.get("items", {}), components)] * max(schema.get("minItems", 1), 1)


def _object(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    return {name: sample(member, components) for name, member in schema.get("properties", {}).items()}


_SAMPLES = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda _schema, _components: True,
    "array": _list,
    "object": _object,
    "null": lambda _schema, _components: None,
}
