"""The quick way of reading a query takes nothing that its schema refuses, and reads all it takes as the schema does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

import app.factory
from app.sync.schemas.documents import ChangesQuerySchema
from app.web.feature import NoQuery
from app.web.paging import Paged
from app.web.quick_query import QuickQuery

assert app.factory.FEATURES  # with them every schema of a query is there


def _of_queries(schema: type[Schema]) -> Iterator[type[Schema]]:
    for found in schema.__subclasses__():
        if issubclass(found, Paged | NoQuery) or "Query" in found.__name__:
            yield found
        yield from _of_queries(found)


SCHEMAS = sorted(set(_of_queries(Schema)), key=lambda one: f"{one.__module__}.{one.__qualname__}")
VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "1", "100", "1000", "1001", "-1", "٣", "1.5", "true", "false", "left", "name", "urgency"]
    ),
    st.sampled_from(
        ["2026-11-20", "2026-02-30", "2026-11-20T06:30:00Z", "Europe/Berlin", "runs,pain_scores", "x" * 1001]
    ),
    st.sampled_from(["0198aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", "hip", "relieve", "en", "a\x00b", "\ud800"]),
    st.text(max_size=4),
)


def as_the_schema_reads(schema: Schema, sent: list[tuple[str, str]]) -> Any:
    """Return what the schema reads; a parameter that has one value and is given twice is refused before."""
    args = MultiDict(sent)
    lists = {name for name, field in schema.fields.items() if isinstance(field, fields.List)}
    if any(len(values) > 1 and name not in lists for name, values in args.lists()):
        return "refused"
    try:
        return schema.load(MultiDictProxy(args, schema), unknown=RAISE)
    except ValidationError:
        return "refused"


def test_most_queries_are_read_the_quick_way() -> None:
    quick = [one for one in SCHEMAS if QuickQuery(one()).read(MultiDict()) is not None]
    assert len(quick) > len(SCHEMAS) / 2
    assert {ChangesQuerySchema, Paged} <= set(quick)


@settings(deadline=None)  # a busy machine is no other answer
@given(st.data())
def test_what_is_read_quickly_is_what_the_schema_reads(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(SCHEMAS))()
    names = st.sampled_from([*schema.fields, "strange"])
    sent = data.draw(st.lists(st.tuples(names, VALUES), max_size=4))
    quick = QuickQuery(schema).read(MultiDict(sent))
    if quick is not None:
        assert repr(quick) == repr(as_the_schema_reads(schema, sent))


@pytest.mark.parametrize(
    "sent",
    [
        [("limit", "5"), ("limit", "6")],
        [("limit", "0")],
        [("limit", "1001")],
        [("limit", "٣")],
        [("strange", "1")],
        [("collections", "x" * 1001)],
    ],
)
def test_what_the_schema_refuses_is_left_to_it(sent: list[tuple[str, str]]) -> None:
    assert as_the_schema_reads(ChangesQuerySchema(), sent) == "refused"
    assert QuickQuery(ChangesQuerySchema()).read(MultiDict(sent)) is None


def test_what_is_given_more_than_once_is_read_whole() -> None:
    sent = MultiDict([("collections", "runs"), ("limit", "7"), ("collections", "sessions")])
    told = QuickQuery(ChangesQuerySchema()).read(sent)
    assert told == {"cursor": None, "since": None, "limit": 7, "collections": ["runs", "sessions"]}
