"""What a broken rule says: one short sentence for every keyword of every draft, in words of the data."""

from typing import Any

import pytest

from corpuskit.validation import compile_schema

D4, D6, D7 = (f"http://json-schema.org/draft-0{n}/schema#" for n in (4, 6, 7))
D19 = "https://json-schema.org/draft/2019-09/schema"
STRING = {"type": "string"}
SLOW = "^(a|a)*$(?<!x)"  # takes too many steps on the next
SLOW_ON = "a" * 40 + "b"

# keyword: schema, instance, sentence
TABLE: list[tuple[str, Any, Any, str]] = [
    ("type", {"type": "string"}, 3, "3 is an integer, not a string"),
    ("type", {"type": ["null", "string", "array"]}, {"a": 1},
     '{"a": 1} is an object, not a string or an array or null'),
    ("type", {"type": "string"}, [1] * 300, "an array of 300, not a string"),
    ("type", {"properties": {"a b": {"items": {"type": "null"}}}}, {"a b": [1]}, "a b[0]: 1 is an integer, not null"),
    ("type", {"allOf": [STRING]}, 1, "1 is an integer, not a string"),
    ("type", {"$ref": "#/$defs/a", "$defs": {"a": STRING}}, 1, "1 is an integer, not a string"),
    ("type", {"$dynamicRef": "#a", "$defs": {"a": {"$dynamicAnchor": "a", **STRING}}}, 1,
     "1 is an integer, not a string"),
    ("type", {"$schema": D19, "type": "object", "additionalProperties": {"$recursiveRef": "#"}}, {"a": 1},
     "a: 1 is an integer, not an object"),
    ("type", {"patternProperties": {"^x": STRING}}, {"xa": 1}, "xa: 1 is an integer, not a string"),
    ("type", {"additionalProperties": STRING}, {"b": 1}, "b: 1 is an integer, not a string"),
    ("type", {"dependentSchemas": {"a": {"properties": {"b": STRING}}}}, {"a": 1, "b": 2},
     "b: 2 is an integer, not a string"),
    ("type", {"$schema": D7, "items": [{}], "additionalItems": STRING}, [1, 2], "[1]: 2 is an integer, not a string"),
    ("enum", {"enum": ["berita", "opini"]}, "x", '"x" is not one of "berita", "opini"'),
    ("enum", {"enum": [*range(40)]}, "x", '"x" is not one of 0, 1, 2, 3, 4 and 35 more'),
    ("const", {"const": {"a": [1]}}, "x", '"x" is not {"a": [1]}'),
    ("multipleOf", {"multipleOf": 0.01}, 0.123, "0.123 is not a multiple of 0.01"),
    ("multipleOf", {"$schema": D4, "multipleOf": 2}, 3, "3 is not a multiple of 2"),
    ("minimum", {"minimum": 3.5}, 1, "1 is less than 3.5"),
    ("maximum", {"maximum": 10}, 10**30, "1000000000000000000000000000000 is greater than 10"),
    ("exclusiveMinimum", {"exclusiveMinimum": 3}, 3, "3 is not greater than 3"),
    ("exclusiveMaximum", {"exclusiveMaximum": 3}, 3, "3 is not less than 3"),
    ("exclusiveMinimum", {"$schema": D4, "minimum": 3, "exclusiveMinimum": True}, 3, "3 is not greater than 3"),
    ("exclusiveMaximum", {"$schema": D4, "maximum": 3, "exclusiveMaximum": True}, 3, "3 is not less than 3"),
    ("minLength", {"minLength": 3}, "a", '"a" is shorter than 3 characters'),
    ("maxLength", {"maxLength": 1}, "abc", '"abc" is longer than 1 character (3)'),
    ("pattern", {"pattern": "^a+$"}, "b", '"b" does not match the pattern "^a+$"'),
    ("pattern", {"pattern": SLOW}, SLOW_ON,
     f'"{SLOW_ON}" takes too many steps to compare with a pattern of the schema'),
    ("patternProperties", {"patternProperties": {SLOW: False}}, {SLOW_ON: 1},
     "the name of a field takes too many steps to compare with a pattern of the schema"),
    ("format", {"properties": {"published": {"format": "date-time"}}}, {"published": "2017-13-40"},
     'published: "2017-13-40" is not an RFC 3339 date-time such as 2017-12-19T13:16:05+07:00'),
    ("format", {"format": "regex"}, "(", '"(" is not a regular expression'),
    ("contentEncoding", {"$schema": D7, "contentEncoding": "base64"}, "?", '"?" is not encoded in "base64"'),
    ("contentMediaType", {"$schema": D6, "contentMediaType": "application/json"}, "{",
     '"{" is not of the media type "application/json"'),
    ("items", {"items": False}, [1], "[0]: no item is allowed here; it is 1"),
    ("items", {"prefixItems": [True], "items": False}, [1, 2], "[1]: no item is allowed here; it is 2"),
    ("prefixItems", {"prefixItems": [False]}, [1], "[0]: no item is allowed here; it is 1"),
    ("additionalItems", {"$schema": D7, "items": [{}], "additionalItems": False}, [1, 2, 3],
     "has 3 items, more than 1"),
    ("unevaluatedItems", {"prefixItems": [True], "unevaluatedItems": False}, [1, 2],
     "the schema does not know the item 2"),
    ("unevaluatedItems", {"$schema": D19, "unevaluatedItems": False}, ["a", 2],
     'the schema does not know the items "a", 2'),
    ("minItems", {"properties": {"tags": {"minItems": 1}}}, {"tags": []}, "tags: has 0 items, fewer than 1"),
    ("maxItems", {"maxItems": 1}, [1, 2], "has 2 items, more than 1"),
    ("uniqueItems", {"uniqueItems": True}, [1, 1], "[1, 1] has equal items"),
    ("contains", {"contains": STRING}, [1], "[1] has no item of the sort that the schema asks for"),
    ("contains", {"$schema": D6, "contains": STRING}, [], "[] has no item of the sort that the schema asks for"),
    ("minContains", {"contains": STRING, "minContains": 2}, ["a"],
     '["a"] has too few items of the sort that the schema asks for'),
    ("maxContains", {"contains": STRING, "maxContains": 1}, ["a", "b"],
     '["a", "b"] has too many items of the sort that the schema counts'),
    ("required", {"required": ["title"]}, {}, 'the field "title" is missing'),
    ("required", {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, 'the field "b" is missing'),
    ("required", {"if": {"required": ["a"]}, "else": {"required": ["b"]}}, {}, 'the field "b" is missing'),
    ("required", {"$schema": D7, "dependencies": {"a": {"required": ["z"]}}}, {"a": 1}, 'the field "z" is missing'),
    ("dependencies", {"$schema": D4, "dependencies": {"a": ["b"]}}, {"a": 1},
     'the field "b" is missing, which another one needs'),
    ("dependentRequired", {"dependentRequired": {"a": ["b"]}}, {"a": 1},
     'the field "b" is missing, which another one needs'),
    ("dependentRequired", {"properties": {"required": {"dependentRequired": {"a": ["b"]}}}}, {"required": {"a": 1}},
     'required: the field "b" is missing, which another one needs'),
    ("properties", {"properties": {"required": False}}, {"required": 1}, "required: no value is allowed here; it is 1"),
    ("patternProperties", {"patternProperties": {"^x": False}}, {"xa": 1}, "xa: no value is allowed here; it is 1"),
    ("additionalProperties", {"properties": {"a": True}, "additionalProperties": False}, {"b": 1, "c": 2},
     'the schema does not know "b", "c"'),
    ("additionalProperties", {"additionalProperties": False}, {"b": 1},
     "the schema knows no field here; the first has the value 1"),
    ("unevaluatedProperties", {"unevaluatedProperties": False}, {str(i): 1 for i in range(9)},
     'the schema does not know "0", "1", "2", "3", "4" and 4 more'),
    ("unevaluatedProperties", {"unevaluatedProperties": STRING}, {"b": 1}, 'the schema does not know "b"'),
    ("propertyNames", {"propertyNames": {"maxLength": 3}}, {"long": 1},
     'the name of a field: "long" is longer than 3 characters (4)'),
    ("propertyNames", {"propertyNames": False}, {"a": 1}, "no field is allowed here"),
    ("minProperties", {"minProperties": 2}, {"a": 1}, "has 1 field, fewer than 2"),
    ("maxProperties", {"maxProperties": 1}, {"a": 1, "b": 2}, "has 2 fields, more than 1"),
    ("not", {"not": STRING}, "x", '"x" is what the schema forbids: {"type": "string"}'),
    ("falseSchema", False, 3, "no value is allowed here; it is 3"),
    ("allOf", {"allOf": [True, False]}, 3, "no value is allowed here; it is 3"),
    ("anyOf", {"properties": {"a": {"anyOf": [{"type": "null"}, STRING]}}}, {"a": 3},
     "a: 3 is an integer, not a string or null"),
    ("anyOf", {"anyOf": [STRING, {"required": ["a"]}]}, {},
     'the field "a" is missing (the closest of several alternatives)'),
    ("oneOf", {"oneOf": [STRING, {"minimum": 5}]}, 3, "3 is less than 5 (the closest of several alternatives)"),
    ("oneOf", {"oneOf": [STRING, {"minimum": 1}, {"minimum": 2}]}, 3,
     "3 fits the alternatives 2 and 3, and must fit exactly one"),
    ("oneOf", {"oneOf": [
        {"properties": {"kind": {"const": "news"}, "n": {"type": "string"}}},
        {"properties": {"kind": {"const": "book"}, "n": {"maximum": 1}, "pages": {"minimum": 1}}},
    ]}, {"kind": "book", "n": 3, "pages": 0}, "n: 3 is greater than 1 (the closest of several alternatives)"),
]  # fmt: skip


@pytest.mark.parametrize(("keyword", "schema", "instance", "told"), TABLE)
def test_a_broken_rule_is_a_sentence(keyword: str, schema: Any, instance: Any, told: str) -> None:
    """Place, value and what was expected; the keyword is one of JSON Schema."""
    found = compile_schema(schema).explain(instance)
    assert [(v.keyword, v.message) for v in found] == [(keyword, told)]


# The keywords that judge, of all drafts; those that only hold schemas or names are judged by what is in them.
JUDGING = {
    "type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "items", "prefixItems", "additionalItems",
    "unevaluatedItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "required",
    "dependencies", "dependentRequired", "properties", "patternProperties", "additionalProperties",
    "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "not", "allOf", "anyOf", "oneOf",
}  # fmt: skip


def test_every_keyword_has_its_sentence() -> None:
    """The table misses no keyword."""
    assert {row[0] for row in TABLE} - {"falseSchema"} == JUDGING


LONG = "x" * 5000
WIDE = {f"{i}{LONG}": LONG for i in range(50)}


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"enum": [LONG] * 50}, WIDE), ({"const": WIDE}, WIDE | {"a": 1}), ({"not": {"required": [*WIDE]}}, WIDE),
        ({"pattern": LONG}, "y" * 5000), ({"maxLength": 1}, LONG), ({"required": [LONG]}, {}), ({"type": "null"}, WIDE),
        ({"properties": {}, "additionalProperties": False}, WIDE), ({"unevaluatedProperties": False}, WIDE),
        ({"unevaluatedItems": False}, [LONG] * 50), ({"additionalProperties": {"type": "null"}}, {LONG: LONG}),
        ({"propertyNames": {"pattern": "^y+$"}}, {LONG: 1}), ({"uniqueItems": True}, [LONG, LONG]),
        ({"additionalProperties": {"additionalProperties": {"enum": ["y" * 5000]}}}, {LONG: {LONG: LONG}}),
        ({"anyOf": [{"additionalProperties": {"enum": ["y" * 5000]}}]}, {LONG: LONG}),
        ({"contains": {"type": "null"}}, [LONG]),
        ({"maximum": 1}, 10**4000), ({"minimum": 10**4000}, 1), ({"multipleOf": 7}, 10**4000),
        ({"oneOf": [True] * 300}, LONG), ({"properties": {"a": False}}, {"a": WIDE}), ({"format": "date"}, LONG),
        ({"$schema": D7, "contentEncoding": "base64"}, "?" * 5000),
    ],
)  # fmt: skip
def test_sentences_are_short(schema: Any, instance: Any) -> None:
    """Whatever the data and the schema hold, at most some 300 characters, and no word of the engine's own."""
    (first, *_) = compile_schema(schema).explain(instance)
    assert 0 < len(first.message) <= 301
    assert "schema does not allow" not in first.message
    assert "under the given schema" not in first.message
