"""The formats that are asserted, draft by draft, and the warning for those that are not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.resources import folder, read_json
from corpuskit.validation import compile_schema
from corpuskit.validation.formats import DRAFTS, FORMATS, asserted, format_findings, unknown_formats

URIS = {
    "4": "http://json-schema.org/draft-04/schema#",
    "6": "http://json-schema.org/draft-06/schema#",
    "7": "http://json-schema.org/draft-07/schema#",
    "2019-09": "https://json-schema.org/draft/2019-09/schema",
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
}
# No format that is asserted allows all of these.
ODD = ["", " ", "(", "~", "a b", "%", "{", "http://[", "-1", "é", "x" * 300, "2020-13-40", "\x00"]
# Names of other drafts and tools, and names of ours in another spelling: none is asserted.
OTHERS = [
    "", "color", "host-name", "ip-address", "phone", "style", "utc-millisec", "url", "byte", "binary", "password",
    "int32", "int64", "float", "double", "iso-date-time", "datetime", "Date", "DATE-TIME", "date ", "uri_reference",
    "markdown", "html", "cidr", "mac", "base64", "isbn", "doi", "bcp47", "language", "semver", "regexp", "guid",
]  # fmt: skip
FULL = {"source": "s", "language": "id", "license": "MIT"}


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("name", [*FORMATS, *OTHERS])
def test_the_table_is_what_the_engine_does(name: str, draft: str) -> None:
    """A name stands in the table from a draft on if, and only if, that draft refuses some string for it."""
    judge = compile_schema({"$schema": URIS[draft], "format": name})
    assert asserted(name, draft) == any(not judge.accepts(text) for text in ODD)
    assert all(map(judge.accepts, (None, 1, [], {})))


def test_formats_are_found_wherever_a_schema_stands() -> None:
    """Every keyword that holds schemas is followed; a `format` in data, or that is no string, is none."""
    odd = {"format": "odd"}
    schema = {
        "format": "top",
        "properties": {"format": {"format": "date"}, "a/b~c": odd, "enum": odd, "const": {"items": odd}},
        "patternProperties": {"^x": odd},
        "items": [odd, {"format": 3}, {"format": None}],
        "prefixItems": [True, odd],
        "allOf": [{"not": {"if": odd, "then": {"format": "date-time"}}}],
        "dependencies": {"a": ["format"], "b": odd},
        "dependentSchemas": {"b": odd},
        "$defs": {"d": {"additionalProperties": odd, "propertyNames": odd}},
        "definitions": {"d": {"contains": odd}},
        "enum": [odd],
        "const": odd,
        "default": odd,
        "examples": [odd],
        "x-note": odd,
        "required": ["format"],
    }
    assert [where for name, where in unknown_formats(schema) if name == "odd"] == [
        "/properties/a~1b~0c/format", "/properties/enum/format", "/properties/const/items/format",
        "/patternProperties/^x/format", "/items/0/format", "/prefixItems/1/format", "/allOf/0/not/if/format",
        "/dependencies/b/format", "/dependentSchemas/b/format", "/$defs/d/additionalProperties/format",
        "/$defs/d/propertyNames/format", "/definitions/d/contains/format",
    ]  # fmt: skip
    assert ("top", "/format") in list(unknown_formats(schema))
    assert list(unknown_formats(True)) == []


def test_deep_schemas_are_followed_to_their_end() -> None:
    """A schema deeper than Python's stack is no trouble."""
    schema: Any = {"format": "odd"}
    for _ in range(5000):
        schema = {"not": schema}
    assert [where.count("/not") for _, where in unknown_formats(schema)] == [5000]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("datetime", "date-time"), ("Date-Time", "date-time"), ("date_time", "date-time"), ("url", "uri"),
        ("host-name", "hostname"), ("ip-address", "ipv4"), ("guid", "uuid"), ("e-mail", "email"), ("iri-ref", None),
        ("phone", None), ("decimal", None), ("color", None), ("", None), ("x" * 9999, None),
    ],
)  # fmt: skip
def test_the_nearest_known_name_is_proposed(name: str, meant: str | None) -> None:
    """A name that is close to a known one, or another word for it, is told so, and no other."""
    (found,) = format_findings({"s.json": {"items": {"format": name}, "not": {"format": name}}})
    assert "(at 2 places)" in found.message
    assert ("did you mean" in found.message) == (meant is not None)
    assert meant is None or found.message.endswith(f"did you mean {meant!r}?")
    assert len(found.message) < 250


def _records(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl([{"when": "yesterday"}, {"when": 3}]))
    return path


def test_validate_warns_once_for_each_name(tmp_path: Path) -> None:
    """The warning names file, place and the nearest name, also of files that are referred to; no verdict changes."""
    records = _records(tmp_path)
    (tmp_path / "more").mkdir()
    schema = {
        "properties": {
            "when": {"format": "datetime"},
            "since": {"format": "datetime"},
            "x": {"$ref": "more/x.json"},
        }
    }
    (tmp_path / "s.json").write_text(json.dumps(schema))
    (tmp_path / "more" / "x.json").write_text(
        '{"items": {"format": "colour"}, "allOf": [{"$ref": "../s.json"}]}'
    )
    report = corpuskit.validate(records, tmp_path / "s.json")
    assert [(f.file, f.pointer, f.severity, f.line) for f in report.findings] == [
        (str(tmp_path / "s.json"), "/properties/when/format", "warning", None),
        (str(tmp_path / "more/x.json"), "/items/format", "warning", None),
    ]
    assert report.findings[0].message.endswith("(at 2 places); did you mean 'date-time'?")
    assert (report.ok, report.summary["invalid"], report.summary["by_kind"]) == (
        True,
        0,
        {"unknown-format": 2},
    )
    assert corpuskit.validate(records, tmp_path / "s.json", formats=False).findings == []
    parsed = schema | {"$id": "http://x.invalid/s.json"}
    report = corpuskit.validate(records, parsed, registry={"http://x.invalid/more/": tmp_path / "more"})
    assert [f.file for f in report.findings] == ["schema", str(tmp_path / "more/x.json")]


def test_validate_warns_of_a_corpus_s_own_schema(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """validate corpus.toml and build tell it, with the schema's file relative to corpus.toml."""
    schema = {"properties": {"id": {"type": "string"}, "text": {"type": "string"}, "on": {"format": "day"}}}
    files = {"a.jsonl": jsonl([article(1)]), "schemas/s.json": json.dumps(schema).encode()}
    spec = corpus(files, extra='[schema]\narticle = "schemas/s.json"')
    spec.write_text(spec.read_text().replace('["a.jsonl", "schemas/s.json"]', '["a.jsonl"]'))
    report = corpuskit.validate(spec)
    assert [(f.kind, f.file, f.pointer) for f in report.findings] == [
        ("unknown-format", "schemas/s.json", "/properties/on/format")
    ]
    assert report.summary["invalid"] == 0
    assert [Path(f.file) for f in report.located()] == [spec.parent / "schemas/s.json"]
    assert corpuskit.validate(spec, formats=False).findings == []
    assert corpuskit.build(spec, tmp_path / "out").findings["unknown-format"] == 1


def test_packaged_schemas_have_no_unknown_format(tmp_path: Path) -> None:
    """What corpuskit brings is checked whole."""
    for path in folder("schemas").glob("*.schema.json"):
        assert format_findings({path.name: read_json(path.name)}) == []
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl([article(1, **FULL)]))
    assert corpuskit.validate(path).findings == []
