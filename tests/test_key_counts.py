"""Keys counted along a schema are those counted in full, of every value that the schema accepts."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.readers.dialect import exact_keys
from corpuskit.resources import read_json
from corpuskit.validation import compile_schema
from corpuskit.validation.keys import key_counter

NAMES = ["a", "b", "id", "type", "$id", "enum", ""]
DRAFTS = ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#",
          "http://json-schema.org/draft-04/schema#"]  # fmt: skip
VALUE = st.recursive(
    st.none() | st.booleans() | st.text("ab", max_size=2) | st.integers(-3, 3) | st.just(2**70)
    | st.sampled_from([1.5, 1.0, 2.0**63, -(2.0**63), 1e300, -0.0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
SCALARS = ["string", "boolean", "null", "integer", "number"]


@st.composite
def _schema(draw: st.DrawFn, left: int = 3) -> Any:
    """A schema of the kinds that are read, and of some that are not."""
    kinds = (
        ["type", "types", "enum", "object", "array", "ref", "open", "all"]
        if left
        else ["type", "types", "enum"]
    )
    kind = draw(st.sampled_from(kinds))
    inner = _schema(left=left - 1)
    if kind == "type":
        return {"type": draw(st.sampled_from([*SCALARS, "object", "array"]))}
    if kind == "types":
        return {
            "type": draw(
                st.lists(st.sampled_from([*SCALARS, "object", "array"]), min_size=1, max_size=4, unique=True)
            )
        }
    if kind == "enum":
        return {"enum": draw(st.lists(VALUE, min_size=1, max_size=4))}
    properties = st.dictionaries(st.sampled_from(NAMES), inner | st.booleans(), max_size=4)
    if kind == "object":
        closed = draw(st.sampled_from([False, False, False, True, {}, None]))
        extra = {} if closed is None else {"additionalProperties": closed}
        if draw(st.integers(0, 5)) == 0:
            extra["patternProperties"] = {"^a": {}}
        return {"type": draw(st.sampled_from(["object", ["object", "null"], ["object", "array", "number"]])),
                "properties": draw(properties), **extra}  # fmt: skip
    if kind == "array":
        return {"type": draw(st.sampled_from(["array", ["array", "string"]])), "items": draw(inner)}
    if kind == "ref":
        return {
            "$ref": draw(st.sampled_from(["#/definitions/x", "#", "#/definitions/none", "#/definitions/y"]))
        } | ({"type": "string"} if draw(st.booleans()) else {})
    if kind == "open":
        return draw(
            st.sampled_from([True, {}, {"minLength": 1}, {"type": "array", "items": [{"type": "string"}]}])
        )
    return {"type": ["object", "array", "string"], "allOf": [draw(inner)]}


@given(_schema(), _schema(left=1), st.sampled_from([*DRAFTS, None]), st.lists(VALUE, min_size=4, max_size=8))
@settings(max_examples=600)
def test_counts_are_the_same(schema: Any, other: Any, draft: str | None, values: list[Any]) -> None:
    """Where a number may be rounded, or nesting is too deep, both are less than none."""
    document = {
        **(copy.deepcopy(schema) if isinstance(schema, dict) else {"not": not schema}),
        "definitions": {"x": other, "y": {"$ref": "#/definitions/x"}, "none": False},
    }
    if draft is not None:
        document["$schema"] = draft
    try:
        judge = compile_schema(document)
    except Exception:  # noqa: BLE001 - a schema that is none in this draft
        return
    for depth in (64, 2):
        count = key_counter(document, depth, exact_keys)
        for value in [*values, {"a": values[0], "b": values}, dict.fromkeys(NAMES, values[1])]:
            if judge.accepts(value):
                full = exact_keys(value, depth)
                assert count(value) == full if full >= 0 else count(value) < 0


CLOSED = {
    "type": "object", "additionalProperties": False,
    "properties": {"id": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}},
                   "meta": {"$ref": "#/$defs/meta"}, "n": {"type": ["number", "null"]}},
    "$defs": {"meta": {"type": "object", "additionalProperties": False,
                       "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}},
}  # fmt: skip


def test_a_closed_schema_saves_the_looking() -> None:
    """Of a closed schema no value is counted in full but its numbers: otherwise nothing would be won."""
    looked: list[Any] = []

    def within(value: Any, _left: int) -> int:
        looked.append(value)
        return exact_keys(value, 64)

    value = {"id": "x", "tags": ["a", "b"], "meta": {"a": 1.0, "b": "c"}, "n": 2.5}
    assert key_counter(CLOSED, 64, within)(value) == 6
    assert looked == [1.0, 2.5]


@pytest.mark.parametrize(
    "change", [{"$schema": "https://example.org/mine"}, {"x": {"$id": "https://example.org/x"}}]
)
def test_unknown_dialects_are_counted_in_full(change: dict[str, Any]) -> None:
    """Where a type may be no rule, or a reference lead elsewhere, the schema is not relied on."""
    looked: list[Any] = []
    key_counter(CLOSED | change, 64, lambda value, _: looked.append(value) or 0)({"id": {"a": 1}})
    assert looked == [{"id": {"a": 1}}]


def test_the_built_in_schema() -> None:
    """The article schema of the package, with all its columns."""
    document = read_json("article.schema.json")
    article = {"id": "a", "source": "s", "text": "t", "language": "id", "license": "MIT", "authors": ["x"]}
    assert compile_schema(document).accepts(article)
    assert key_counter(document, 64, exact_keys)(article) == 6
