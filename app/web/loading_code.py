"""Writes the code that loads objects of one schema: a Python function with each member's checks in its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from marshmallow import RAISE, Schema, fields, missing, validate

from app.kernel.clock import zone_names
from app.kernel.ids import is_id, uuid_of
from app.web.fields import PAIN_STEP, PAIN_STEP_TOLERANCE, Choice, Flag, Id, Number, Pain, Part, Text, Whole, Zone

Quick = Callable[[Any], dict[str, Any]]
Lines = Iterable[str]


class Unsure(Exception):
    """The quick way cannot tell; the whole way will."""


def quick_load(schema: Schema) -> Quick:
    """Return a function that loads what the schema surely takes, and raises Unsure or ValidationError for the rest.

    Raises TypeError for a schema with hooks, renamed members, or members that are neither required nor have a
    default: of those a list of checks does not say all.
    """
    writer = _Writer()
    name = writer.function_of(schema)
    return writer.compiled(name)


class _Writer:
    """The text of the functions, and the values that they speak of by name."""

    def __init__(self) -> None:
        self._functions: list[str] = []
        self._known: dict[str, Any] = {
            "unsure": Unsure,
            "absent": object(),
            "uuid_of": uuid_of,
            "is_id": is_id,
            "zone_names": zone_names,
        }

    def compiled(self, name: str) -> Quick:
        """Return one of the functions, ready to be called."""
        source = "\n".join(self._functions)
        exec(compile(source, "<loading>", "exec"), self._known)  # noqa: S102 - written from our own schemas alone
        found: Quick = self._known[name]
        return found

    def function_of(self, schema: Schema) -> str:
        """Write the function of a schema, and return its name."""
        # marshmallow keeps its hooks nowhere else
        if any(schema._hooks.values()) or schema.unknown != RAISE:
            raise TypeError(f"{type(schema).__name__} has hooks or takes unknown members")
        members = list(enumerate(schema.load_fields.items()))
        lines = [
            f"if type(data) is not dict or not data.keys() <= {self.named(frozenset(schema.load_fields))}:",
            "    raise unsure",
            *self._taking(list(schema.load_fields)),
        ]
        for place, (name, field) in members:
            lines += self._member(f"v{place}", name, field)
        lines.append("return {" + ", ".join(f"{name!r}: v{place}" for place, (name, _) in members) + "}")
        return self._function(lines, "data")

    def named(self, value: Any) -> str:
        """Return the name by which a value is known to the functions."""
        name = f"known_{len(self._known)}"
        self._known[name] = value
        return name

    def item_function(self, field: fields.Field[Any]) -> str:
        """Write the function that reads one item of a list, and return its name; no item is null."""
        if isinstance(field, fields.Nested):
            return self.function_of(field.schema)
        lines = ["if v is None:", "    raise unsure", *self.reading("v", "", field), "return v"]
        return self._function(lines, "v, data=absent")

    def reading(self, var: str, name: str, field: fields.Field[Any]) -> Iterator[str]:
        """Yield the lines that turn what was sent, which is not null, into what is loaded."""
        read = _READS.get(type(field))
        if read is None:
            # the field's own reading, without the schema's book-keeping
            yield f"{var} = {self.named(field._deserialize)}({var}, {name!r}, data)"
        else:
            yield from read(self, var, field)
        for check in field.validators[1:] if type(field) is Choice else field.validators:
            yield from self._check(var, check)

    def _function(self, lines: Lines, parameters: str) -> str:
        name = f"load_{len(self._functions)}"
        self._functions.append("\n    ".join([f"def {name}({parameters}):", *lines]))
        return name

    def _taking(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the lines that take out what was sent; where every member was, all at once."""
        if not names:
            return
        names_of = ", ".join(f"v{place}" for place in range(len(names)))
        yield f"if len(data) == {len(names)}:"
        yield f"    {names_of}, = {self.named(_taker(names))}(data)"
        yield "else:"
        yield "    get = data.get"
        for place, name in enumerate(names):
            yield f"    v{place} = get({name!r}, absent)"

    def _member(self, var: str, name: str, field: fields.Field[Any]) -> Iterator[str]:
        if field.data_key not in (None, name) or (not field.required and field.load_default is missing):
            raise TypeError(f"{name} is renamed or has no default")
        yield f"if {var} is absent:"
        yield f"    {self._otherwise(var, field.load_default, given=not field.required)}"
        yield f"elif {var} is None:"
        null = field.deserialize(None) if field.allow_none else None
        yield f"    {self._otherwise(var, null, given=bool(field.allow_none))}"
        yield "else:"
        for line in self.reading(var, name, field):
            yield f"    {line}"

    def _otherwise(self, var: str, value: Any, *, given: bool) -> str:
        """Return the line that says what stands for a member that was not sent, or was sent as null."""
        if not given:
            return "raise unsure"
        if value is None or isinstance(value, bool):
            return f"{var} = {value}"
        return f"{var} = {self.named(value)}{'()' if callable(value) else ''}"

    def _check(self, var: str, check: Callable[[Any], Any]) -> Lines:
        """Return the lines that ask what a validator asks."""
        if type(check) is validate.Range and check.min_inclusive and check.max_inclusive:
            return _bounds(var, self, check.min, check.max)
        if type(check) is validate.Length and check.equal is None:
            return _bounds(f"len({var})", self, check.min, check.max)
        return [f"{self.named(check)}({var})"]


def _taker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return what takes these members out of what was sent, in this order, however few they are."""
    return itemgetter(*names) if len(names) > 1 else lambda data: [data[name] for name in names]


def _bounds(what: str, writer: _Writer, least: Any, most: Any) -> Lines:
    """Return the lines that refuse what does not lie between two values, NaN included."""
    low = f"{writer.named(least)} <= " if least is not None else ""
    high = f" <= {writer.named(most)}" if most is not None else ""
    return [f"if not ({low}{what}{high}):", "    raise unsure"] if low or high else []


def _read_text(_: _Writer, var: str, __: Any) -> Lines:
    return [f"if type({var}) is not str or not {var}.isprintable():", "    raise unsure"]


def _read_whole(_: _Writer, var: str, __: Any) -> Lines:
    return [f"if type({var}) is not int:", "    raise unsure"]


def _read_number(_: _Writer, var: str, __: Any) -> Lines:
    return [
        f"if type({var}) is not float:",
        f"    if type({var}) is not int:",
        "        raise unsure",
        f"    {var} = float({var})",
    ]


def _read_pain(writer: _Writer, var: str, field: Any) -> Lines:
    return [
        *_read_number(writer, var, field),
        f"if not (0 <= {var} <= 10):",
        "    raise unsure",
        f"tenths = round({var} * {PAIN_STEP})",
        f"if abs({var} * {PAIN_STEP} - tenths) > {PAIN_STEP_TOLERANCE}:",
        "    raise unsure",
        f"{var} = tenths / {PAIN_STEP}",
    ]


def _read_flag(_: _Writer, var: str, __: Any) -> Lines:
    return [f"if {var} is not True and {var} is not False:", "    raise unsure"]


def _read_choice(writer: _Writer, var: str, field: Choice) -> Lines:
    members: Mapping[str, str] = field.members
    return [
        f"{var} = {writer.named(members.get)}({var}) if type({var}) is str else None",
        f"if {var} is None:",
        "    raise unsure",
    ]


def _read_id(_: _Writer, var: str, __: Any) -> Lines:
    return [f"if type({var}) is not str or not is_id({var}):", "    raise unsure", f"{var} = uuid_of({var})"]


def _read_zone(_: _Writer, var: str, __: Any) -> Lines:
    return [f"if type({var}) is not str or {var} not in zone_names():", "    raise unsure"]


def _read_list(writer: _Writer, var: str, field: Any) -> Lines:
    read = writer.item_function(field.inner)
    return [f"if type({var}) is not list:", "    raise unsure", f"{var} = [{read}(item) for item in {var}]"]


def _read_part(writer: _Writer, var: str, field: Any) -> Lines:
    return [f"{var} = {writer.function_of(field.schema)}({var})"]


_READS: Mapping[type, Callable[[_Writer, str, Any], Lines]] = {
    Text: _read_text,
    Whole: _read_whole,
    Number: _read_number,
    Pain: _read_pain,
    Flag: _read_flag,
    Choice: _read_choice,
    Id: _read_id,
    Zone: _read_zone,
    Part: _read_part,
    fields.Nested: _read_part,
    fields.List: _read_list,
}
"""How each kind of field is read, in lines; a field that is not among them reads by itself."""
