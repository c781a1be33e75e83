"""The quick way of loading takes nothing that the schema refuses, and loads all else as the schema does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load

from app.logbook.schemas import CheckInSchema, EntrySchema, PainScoreSchema, RunSchema, SessionSchema
from app.sync.registry import COLLECTIONS
from app.web.loading import Loader
from tests.builders import devices
from tests.faults.figures import rounds

SCHEMAS = [SessionSchema(), RunSchema(), PainScoreSchema(), CheckInSchema()]
WHOLE: dict[str, Any] = {
    "id": "0198aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "performed_at": "2026-11-20T06:30:00+01:00",
    "zone": "Europe/Berlin",
}
SET = {"exercise": "clamshell", "side": "left", "repetitions": 12, "hold_seconds": None, "load_kg": 2.5, "rpe": 4}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.integers(),
    st.floats(),
    st.sampled_from([0, 3.0, 3.1, 3.14, 10, "left", "during", "road", "", "a\nb", "a\x00", "\ud800", 10**400]),
    st.sampled_from(["2026-11-20T06:30:00Z", "2026-02-30T06:30:00Z", "1700-01-01T00:00:00Z", "Europe/Nowhere"]),
    st.text(max_size=5),
    st.lists(st.sampled_from(["inner_knee_awareness", "locked_knee", None, 1, {}]), max_size=3),
    st.lists(
        st.dictionaries(st.sampled_from([*SET, "x"]), st.none() | st.sampled_from(list(SET.values()))), max_size=3
    ),
    st.just([SET, SET]),
)


def loaded(load: Any, data: Any) -> tuple[str, Any]:
    """Return what loading ends with."""
    try:
        return "loaded", load(data)
    except ValidationError as error:
        return "refused", error.messages
    except (OverflowError, ValueError) as error:  # what the schema does with a number beyond every float
        return "failed", type(error)


@settings(deadline=None)  # a busy machine is no other answer
@given(st.data())
def test_the_quick_way_ends_as_the_schema_does(data: st.DataObject) -> None:
    schema: EntrySchema = data.draw(st.sampled_from(SCHEMAS))
    names = st.sampled_from([*schema.fields, "strange"])
    given_body = {**WHOLE, **data.draw(st.dictionaries(names, VALUES, max_size=4))}
    quick, whole = loaded(Loader(schema).load, given_body), loaded(schema.load, given_body)
    assert repr(quick) == repr(whole)


ALL_EXAMPLES = 10_000
"""How many bodies of each collection `make torture` tries."""
USUAL: dict[str, Callable[[], dict[str, Any]]] = {
    "sessions": devices.a_session,
    "runs": devices.a_run,
    "pain_scores": devices.a_score,
    "check_ins": devices.a_check_in,
    "treatments": devices.a_treatment,
    "skips": devices.a_skip,
    "red_flags": devices.a_red_flag,
    "intakes": devices.an_intake,
    "questionnaire_responses": devices.a_response,
    "measurements": devices.a_measurement,
    "messages": lambda: {"performed_at": devices.a_day(1), "zone": "Europe/Berlin", "text": "It hurts."},
}
QUICK = {name: one for name, one in COLLECTIONS.items() if one.loader is not None}


def test_the_body_that_is_changed_at_random_is_a_good_one() -> None:
    assert set(USUAL) == set(QUICK)
    for name, made in USUAL.items():
        assert loaded(QUICK[name].loader.load, made())[0] == "loaded", name


ODD: list[Any] = [
    None,
    True,
    False,
    math.nan,
    math.inf,
    10**400,
    "",
    "left",
    "a\nb",
    "a\x00",
    "\ud800",
    {},
    [],
    [None],
    [{}],
]
ODD += [*range(-2, 13), 99, 100, 101, 999, 1000, 1001, *(float(one) for one in range(-1, 12)), 0.05, 3.1, 3.14, 10.1]
ODD += ["x" * count for count in (39, 40, 41, 199, 200, 201, 3999, 4000, 4001)]
ODD += ["2026-11-20T06:30:00Z", "2026-02-30T06:30:00Z", "1700-01-01T00:00:00Z", "2026-11-20", "Europe/Nowhere"]
ODD += [WHOLE["id"], WHOLE["id"].upper(), f"{{{WHOLE['id']}}}", WHOLE["id"].replace("-", "")]
LEFT_OUT = object()


@pytest.mark.parametrize("name", USUAL)
def test_each_member_with_each_odd_value_ends_the_quick_way_as_it_does_with_the_schema(name: str) -> None:
    schema: Schema = type(QUICK[name].schema)(exclude=("id",))
    for member in [*schema.fields, "strange"]:
        for odd in [LEFT_OUT, *ODD]:
            body = {other: value for other, value in {**USUAL[name](), member: odd}.items() if value is not LEFT_OUT}
            quick, whole = loaded(QUICK[name].loader.load, body), loaded(schema.load, body)
            assert repr(quick) == repr(whole), (member, odd)


def ends_alike(name: str, data: st.DataObject) -> None:
    """Check that a good body, changed at random, ends the quick way as it does with the schema of its collection."""
    schema: Schema = type(QUICK[name].schema)(exclude=("id",))  # an operation names the record, its data does not
    names = st.sampled_from([*schema.fields, "id", "strange"])
    given_body = {**USUAL[name](), **data.draw(st.dictionaries(names, VALUES, max_size=3))}
    for left_out in data.draw(st.sets(st.sampled_from(sorted(given_body)), max_size=1)):
        del given_body[left_out]
    quick, whole = loaded(QUICK[name].loader.load, given_body), loaded(schema.load, given_body)
    assert repr(quick) == repr(whole)


@pytest.mark.parametrize("name", USUAL)
@settings(deadline=None)
@given(data=st.data())
def test_each_collection_is_loaded_quickly_as_its_schema_loads_it(name: str, data: st.DataObject) -> None:
    ends_alike(name, data)


@pytest.mark.torture
@pytest.mark.parametrize("name", USUAL)
@settings(max_examples=rounds(ALL_EXAMPLES), deadline=None)
@given(data=st.data())
def test_ten_thousand_of_each_collection_are_loaded_as_the_schema_loads_them(name: str, data: st.DataObject) -> None:
    ends_alike(name, data)


@pytest.mark.parametrize("given_body", [None, [], "text", 3, {}, {"id": None}])
def test_what_is_no_whole_object_is_refused_as_the_schema_refuses_it(given_body: Any) -> None:
    for schema in SCHEMAS:
        assert loaded(Loader(schema).load, given_body) == loaded(schema.load, given_body)
        assert loaded(schema.load, given_body)[0] == "refused"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_a_usual_entry_never_needs_the_slow_way(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    own: dict[str, Any] = {"sets": [SET], "score": 3, "moment": "during"}
    body = {**WHOLE, **{name: value for name, value in own.items() if name in schema.fields}}
    expected = schema.load(body)
    monkeypatch.setattr(schema, "load", lambda _: pytest.fail("the schema was asked"))
    assert Loader(schema).load(body) == expected


class Hooked(Schema):
    """A schema that does more than its fields say."""

    name = fields.String(required=True)

    @post_load
    def shout(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"name": data["name"].upper()}


class Open(Schema):
    """A schema that takes what it does not know."""

    class Meta:
        unknown = INCLUDE


class Renamed(Schema):
    """A schema whose member has another name on the wire."""

    name = fields.String(required=True, data_key="Name")


class Partial(Schema):
    """A schema that leaves out what is not given."""

    name = fields.String()


@pytest.mark.parametrize("schema", [Hooked(), Open(), Renamed(), Partial()], ids=lambda schema: type(schema).__name__)
def test_a_schema_that_does_more_than_read_its_members_is_not_taken(schema: Schema) -> None:
    with pytest.raises(TypeError):
        Loader(schema)
