"""Drafts 4, 6, 7, 2019-09 and 2020-12: each by its `$schema`, each with the rules that are its own."""

import json
from pathlib import Path
from typing import Any

import pytest

import corpuskit
from corpuskit.errors import SchemaError
from corpuskit.readers.dialect import parse_value
from corpuskit.validation import compile_schema

URIS = {
    "4": "http://json-schema.org/draft-04/schema#",
    "6": "http://json-schema.org/draft-06/schema#",
    "7": "http://json-schema.org/draft-07/schema#",
    "2019-09": "https://json-schema.org/draft/2019-09/schema",
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
}
OLD, NEW, ALL = ("4", "6", "7"), ("2019-09", "2020-12"), tuple(URIS)
FROM6, FROM7 = ALL[1:], ALL[2:]
TREE_2019: dict[str, Any] = {
    "$id": "http://x.invalid/strict", "$recursiveAnchor": True, "$ref": "tree", "unevaluatedProperties": False,
    "$defs": {"tree": {
        "$id": "tree", "$recursiveAnchor": True, "properties": {"v": True, "kids": {"items": {"$recursiveRef": "#"}}}}},
}  # fmt: skip
TREE_2020: dict[str, Any] = {
    "$id": "http://x.invalid/strict", "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": False,
    "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node",
                       "properties": {"v": True, "kids": {"items": {"$dynamicRef": "#node"}}}}},
}  # fmt: skip

# (drafts, schema without `$schema`, instance as JSON, verdict)
ROWS: list[tuple[tuple[str, ...], Any, str, bool]] = [
    # siblings of $ref: nothing beside it counts up to draft 7
    (OLD, {"properties": {"a": {"$ref": "#/definitions/s", "maxLength": 1}}, "definitions": {"s": {"type": "string"}}},
     '{"a":"ab"}', True),
    (NEW, {"properties": {"a": {"$ref": "#/definitions/s", "maxLength": 1}}, "definitions": {"s": {"type": "string"}}},
     '{"a":"ab"}', False),
    (OLD, {"properties": {"a": {"$ref": "#/definitions/s", "maxLength": 1}}, "definitions": {"s": {"type": "string"}}},
     '{"a":1}', False),
    # exclusiveMinimum: beside a minimum in draft 4, a bound of its own since draft 6
    (("4",), {"minimum": 1, "exclusiveMinimum": True}, "1", False),
    (("4",), {"minimum": 1, "exclusiveMinimum": False}, "1", True),
    (("4",), {"maximum": 1, "exclusiveMaximum": True}, "1.0", False),
    (FROM6, {"exclusiveMinimum": 1}, "1", False),
    (FROM6, {"exclusiveMinimum": 1}, "1.5", True),
    (FROM6, {"exclusiveMaximum": 1}, "1.0", False),
    # arrays of schemas: items up to 2019-09, prefixItems since
    (ALL[:4], {"items": [{"type": "integer"}]}, '["x"]', False),
    (ALL[:4], {"items": [{"type": "integer"}], "additionalItems": False}, "[1,2]", False),
    (ALL[:4], {"items": [{"type": "integer"}]}, '[1,"x"]', True),
    (("2020-12",), {"prefixItems": [{"type": "integer"}], "items": False}, "[1,2]", False),
    (("2020-12",), {"prefixItems": [{"type": "integer"}]}, '["x"]', False),
    (ALL[:4], {"prefixItems": [{"type": "integer"}]}, '["x"]', True),
    (("2020-12",), {"prefixItems": [True], "additionalItems": False}, "[1,2]", True),
    # dependencies, and the two keywords that they became
    (OLD, {"dependencies": {"a": ["b"]}}, '{"a":1}', False),
    (OLD, {"dependencies": {"a": {"required": ["b"]}}}, '{"a":1}', False),
    (OLD, {"dependencies": {"a": ["b"]}}, '{"c":1}', True),
    (NEW, {"dependentRequired": {"a": ["b"]}}, '{"a":1}', False),
    (NEW, {"dependentSchemas": {"a": {"required": ["b"]}}}, '{"a":1}', False),
    (OLD, {"dependentRequired": {"a": ["b"]}}, '{"a":1}', True),
    # references that look where they were called from
    (("2019-09",), TREE_2019, '{"kids":[{"v":1}]}', True),
    (("2019-09",), TREE_2019, '{"kids":[{"w":1}]}', False),
    (("2020-12",), TREE_2020, '{"kids":[{"v":1}]}', True),
    (("2020-12",), TREE_2020, '{"kids":[{"w":1}]}', False),
    # contains
    (("4",), {"contains": {"const": 1}}, "[2]", True),
    (FROM6, {"contains": {"const": 1}}, "[2]", False),
    (FROM6, {"contains": {"const": 1}}, "[]", False),
    (("6", "7"), {"contains": {"const": 1}, "minContains": 2}, "[1]", True),
    (NEW, {"contains": {"const": 1}, "minContains": 2}, "[1]", False),
    (NEW, {"contains": {"const": 1}, "minContains": 0}, "[2]", True),
    (NEW, {"contains": {"const": 1}, "maxContains": 1}, "[1,1.0]", False),
    # unevaluated*
    (NEW, {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, '{"a":1}', True),
    (NEW, {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, '{"a":1,"b":1}', False),
    (OLD, {"unevaluatedProperties": False}, '{"a":1}', True),
    (NEW, {"anyOf": [{"properties": {"a": {"type": "string"}}}, True], "unevaluatedProperties": False},
     '{"a":1}', False),
    (("2020-12",), {"prefixItems": [True], "unevaluatedItems": False}, "[1,2]", False),
    (("2020-12",), {"contains": {"const": 1}, "unevaluatedItems": False}, "[1,1]", True),
    (("2019-09",), {"contains": {"const": 1}, "unevaluatedItems": False}, "[1]", True),  # as the reference has it
    (("2019-09",), {"items": [True], "unevaluatedItems": False}, "[1,2]", False),
    # const and enum: one number, whatever its form; never a boolean
    (ALL, {"enum": [1]}, "1.0", True), (ALL, {"enum": [1.0]}, "1", True), (ALL, {"enum": [1]}, "true", False),
    (ALL, {"enum": [False]}, "0", False), (ALL, {"enum": [[True]]}, "[1]", False),
    (ALL, {"enum": [{"a": [0]}]}, '{"a":[0.0]}', True), (FROM6, {"const": 1}, "1.0", True),
    (FROM6, {"const": True}, "1", False), (FROM6, {"const": {"a": False}}, '{"a":0}', False),
    (FROM6, {"const": None}, "null", True), (("4",), {"const": 1}, "2", True),
    (ALL, {"uniqueItems": True}, "[1,1.0]", False), (ALL, {"uniqueItems": True}, "[1,true]", True),
    # whole numbers with a point: integers since draft 6
    (("4",), {"type": "integer"}, "1.0", False),
    (FROM6, {"type": "integer"}, "1.0", True), (ALL, {"type": "integer"}, "1.5", False),
    (ALL, {"type": "number"}, "true", False), (ALL, {"type": "integer"}, "1180591620717411303424", True),
    # if, then, else
    (FROM7, {"if": {"type": "string"}, "then": {"minLength": 2}, "else": False}, '"a"', False),
    (FROM7, {"if": {"type": "string"}, "then": {"minLength": 2}, "else": False}, "1", False),
    (FROM7, {"then": False}, "1", True), (("4", "6"), {"if": True, "then": False}, "1", True),
    # booleans as schemas, names
    (FROM6, {"properties": {"a": False}}, '{"a":1}', False),
    (FROM6, {"propertyNames": {"maxLength": 1}}, '{"ab":1}', False),
    (("4",), {"propertyNames": {"maxLength": 1}}, '{"ab":1}', True), (FROM6, {"required": []}, "{}", True),
    # identifiers
    (("4",), {"id": "http://x.invalid/a", "items": {"$ref": "a#/definitions/n"}, "definitions": {"n": {"enum": [1]}}},
     "[2]", False),
    (("6", "7"), {"items": {"$ref": "#n"}, "definitions": {"n": {"$id": "#n", "enum": [1]}}}, "[2]", False),
    (NEW, {"items": {"$ref": "#n"}, "$defs": {"n": {"$anchor": "n", "enum": [1]}}}, "[2]", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "schema", "instance", "verdict"),
    [pytest.param(d, *row[1:], id=f"{d}-{n}") for n, row in enumerate(ROWS) for d in row[0]],
)
def test_each_draft_has_its_rules(draft: str, schema: Any, instance: str, verdict: bool) -> None:
    """The verdict is that of the draft that `$schema` names, and the reference library's."""
    import jsonschema

    document = {"$schema": URIS[draft], **schema}
    value = parse_value(instance.encode(), 64)
    assert compile_schema(document).accepts(value) is verdict
    validator = jsonschema.validators.validator_for(document, default=None)
    validator.check_schema(document)
    assert validator(document).is_valid(value) is verdict


@pytest.mark.parametrize("draft", ["6", "7"])
def test_contents_are_judged_in_drafts_6_and_7(draft: str) -> None:
    """contentEncoding and contentMediaType are rules up to draft 7, which allows it, and notes since."""
    for schema, bad in (
        ({"contentMediaType": "application/json"}, "{"),
        ({"contentEncoding": "base64"}, "%"),
    ):
        assert not compile_schema({"$schema": URIS[draft], **schema}).accepts(bad)
        for later in NEW:
            assert compile_schema({"$schema": URIS[later], **schema}).accepts(bad)


@pytest.mark.parametrize("uri", [*URIS.values(), *(uri.rstrip("#") for uri in URIS.values())])
def test_formats_are_judged_in_every_draft_unless_told_otherwise(uri: str) -> None:
    """`format` is a rule in every draft, with or without the `#` of its URI, and a note with `formats=False`."""
    schema = {"$schema": uri, "format": "date-time"}
    assert not compile_schema(schema).accepts("2023-02-29T00:00:00Z")
    assert compile_schema(schema, formats=False).accepts("2023-02-29T00:00:00Z")


@pytest.mark.parametrize("required", [True, False])
def test_a_metaschema_of_ones_own_says_which_keywords_count(tmp_path: Path, required: bool) -> None:
    """A vocabulary that a metaschema leaves out is no rule; formats are judged whatever it says of them."""
    core, words = (
        "https://json-schema.org/draft/2020-12/vocab/core",
        "https://json-schema.org/draft/2020-12/vocab/",
    )
    meta = {
        "$schema": URIS["2020-12"], "$id": "http://x.invalid/meta",
        "$vocabulary": {core: True, f"{words}applicator": True, f"{words}format-assertion": required},
    }  # fmt: skip
    (tmp_path / "meta").write_text(json.dumps(meta))
    schema = {
        "$schema": "http://x.invalid/meta",
        "properties": {"n": {"minimum": 5}, "d": {"format": "date"}},
    }
    judge = compile_schema(schema, registry={"http://x.invalid/": tmp_path})
    assert judge.accepts({"n": 1})
    assert not judge.accepts({"d": "2023-02-29"})
    assert compile_schema(schema, formats=False, registry={"http://x.invalid/": tmp_path}).accepts({"n": 1})


@pytest.mark.parametrize(
    "uri",
    ["http://example.org/unknown", "http://json-schema.org/draft-03/schema#", "nonsense", "urn:x",
     "https://json-schema.org/draft/2021-12/schema", "https://json-schema.org/v1", "", 5, None],
)  # fmt: skip
def test_an_unknown_draft_is_refused(tmp_path: Path, uri: Any) -> None:
    """A `$schema` that is no known draft, and no metaschema that is here, is refused and never guessed."""
    with pytest.raises(SchemaError):
        compile_schema({"$schema": uri})
    (tmp_path / "s.json").write_text(json.dumps({"$schema": uri}))
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(SchemaError, match=r"s\.json: is not"):
        corpuskit.validate(tmp_path / "a.jsonl", tmp_path / "s.json")


@pytest.mark.parametrize("schema", [{}, {"$schema": "http://json-schema.org/schema#"}])
def test_without_a_draft_it_is_2020_12(schema: Any) -> None:
    """A schema that names no draft, or just JSON Schema, is one of 2020-12."""
    assert not compile_schema({**schema, "prefixItems": [False]}).accepts([1])


@pytest.mark.parametrize(
    "schema",
    [{"type": "word"}, {"minLength": -1}, {"minLength": 1.5}, {"required": "a"}, {"required": ["a", "a"]}, {"enum": 1},
     {"multipleOf": 0}, {"multipleOf": -1}, {"pattern": "("}, {"properties": []}, {"$ref": 3}, {"items": [True]},
     {"exclusiveMinimum": True}, {"properties": {"a": {"not": 5}}}, {"$ref": "#/$defs/gone"}, {"$ref": "#gone"}],
    ids=json.dumps,
)  # fmt: skip
def test_a_schema_is_checked_against_its_draft(schema: Any) -> None:
    """What the metaschema of the draft forbids, and what refers to nothing, is refused before any record."""
    with pytest.raises(SchemaError):
        compile_schema(schema)
