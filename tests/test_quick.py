"""The quick verdict is that of the judge."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.resources import read_json
from corpuskit.validation import compile_schema
from corpuskit.validation.quick import quick_verdict

WHITES = ["\t", "\n", "\v", "\f", "\r", " ", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000", "\ufeff",
          "\u0085", "\u200b", "\x1c", "\u180e", "x", "é", "😀"]  # fmt: skip
TEXTS = st.builds(
    lambda first, middle, last, size: first + middle * size + last, st.sampled_from(WHITES), st.sampled_from(WHITES),
    st.sampled_from(["", *WHITES]), st.sampled_from([0, 1, 253, 254, 255, 256, 257, 299, 300, 301, 600]),
)  # fmt: skip
RULES: list[Any] = [
    {"type": "string"}, {"type": "string", "minLength": 1, "pattern": "\\S"}, {"type": "string", "maxLength": 300},
    {"type": "string", "minLength": 300}, {"type": ["string", "null"], "minLength": 256},
    {"type": "string", "maxLength": 3},
    {"type": "string", "pattern": "x$"}, {"type": "string", "maxLength": 300.0}, {"type": "string", "minLength": 257.0},
    {"type": "string", "enum": ["x"]}, {"type": "string", "const": "x"}, {"type": "string", "not": {"minLength": 300}},
    {"type": ["string", "integer"], "minLength": 2}, {"minLength": 300}, True, False,
    {"type": "string", "format": "date"},
    {"type": "string", "description": "long", "minLength": 1}, {"$ref": "#/$defs/short", "type": "string"},
]  # fmt: skip
ROOTS: list[dict[str, Any]] = [
    {}, {"required": ["t"]}, {"additionalProperties": False}, {"allOf": [{"properties": {"t": {"maxLength": 5}}}]},
    {"patternProperties": {"^t": {"maxLength": 5}}}, {"if": {"properties": {"t": {"minLength": 400}}}, "then": False},
    {"unevaluatedProperties": False}, {"dependentSchemas": {"t": {"properties": {"t": {"maxLength": 5}}}}},
    {"anyOf": [{"properties": {"t": {"pattern": "x"}}}]}, {"enum": [{"t": "x"}, {"t": "é" * 301}]},
    {"maxProperties": 1},
    {"$ref": "#/$defs/closed"}, {"not": {"properties": {"t": {"minLength": 256}}, "required": ["t"]}},
    {"$schema": "http://json-schema.org/draft-07/schema#"}, {"propertyNames": {"maxLength": 1}},
]  # fmt: skip
DEFINITIONS = {"short": {"maxLength": 5}, "closed": {"properties": {"t": {"maxLength": 4}}}}


@given(st.sampled_from(ROOTS), st.sampled_from(RULES), TEXTS | st.none() | st.integers(), st.booleans())
@settings(max_examples=3000)
def test_verdicts_are_those_of_the_judge(root: dict[str, Any], rule: Any, text: Any, more: bool) -> None:
    """Whatever else the schema says, of the same property or of the whole record."""
    judge = compile_schema({**root, "properties": {"t": rule, "u": {"type": "string"}}, "$defs": DEFINITIONS})
    record = {"t": text, **({"u": "y" * 400} if more else {})}
    assert quick_verdict(judge)(dict(record)) == judge.accepts(record)


@pytest.mark.parametrize(
    "document", [read_json("article.schema.json"), {"properties": {"text": {"type": "string"}}}]
)
def test_long_texts_are_spared(document: dict[str, Any]) -> None:
    """The engine gets a short text for a long one of which nothing else is said, otherwise nothing would be won."""
    record = {"text": "isi " * 100, "id": "a", "source": "s", "language": "id", "license": "MIT"}
    assert quick_verdict(compile_schema(document))(record)
    assert record["text"] == "x"


def test_limits_hold() -> None:
    """A record that is too large to be judged is so for the quick verdict too, which must not make it smaller."""
    judge = compile_schema({"properties": {"t": {"type": "string"}, "n": {"uniqueItems": True}}})
    record = {"t": "x" * 300, "n": [2**70 + n for n in range(3000)]}
    assert not judge.accepts(record)
    assert not quick_verdict(judge)(record)
