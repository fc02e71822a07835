"""From JSON Schema to columns: the documented subset, added columns, hub features, a user's own corpus."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import jsonl

import corpuskit
from corpuskit.schema import article_schema, built_in, card_feature
from corpuskit.shapes import Shape

S = Shape
TYPES: list[tuple[Any, Shape]] = [
    ({"type": "string"}, S("string")),
    ({"type": ["string", "null"]}, S("string")),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, S("integer")),
    ({"type": "number"}, S("number")),
    ({"type": ["integer", "number"]}, S("number")),
    ({"type": "boolean"}, S("boolean")),
    ({"enum": ["a", "b", None]}, S("string")),
    ({"const": 3}, S("integer")),
    ({"type": "string", "format": "date-time"}, S("instant")),
    ({"type": "array", "items": {"type": "string"}}, S("list", S("string"))),
    ({"type": "object", "properties": {"x": {"type": "integer"}}}, S("object", members={"x": S("integer")})),
    ({"$ref": "#/$defs/word"}, S("string")),
    ({"type": "array", "items": {"$ref": "#/$defs/word"}}, S("list", S("string"))),
]
NO_TYPE: list[Any] = [
    True, {}, {"type": ["string", "integer"]}, {"type": "array"}, {"type": "object"}, {"enum": ["a", 1]},
    {"$ref": "#/$defs/loop"}, {"type": "array", "prefixItems": [{}], "items": {"type": "string"}},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
]  # fmt: skip
DEFS = {"word": {"type": "string"}, "loop": {"$ref": "#/$defs/loop"}}


def _document(sub: Any, **more: Any) -> dict[str, Any]:
    return {"$defs": DEFS, "required": ["text"], "properties": {"text": {"type": "string"}, "x": sub}, **more}


@pytest.mark.parametrize(("sub", "shape"), TYPES, ids=lambda v: json.dumps(v) if isinstance(v, dict) else "")
def test_subset_becomes_typed_columns(sub: Any, shape: Shape) -> None:
    """Each type of the documented subset has its column, without a note."""
    schema = article_schema(_document(sub))
    assert schema.columns["x"] == shape
    assert schema.notes == ()


@pytest.mark.parametrize("sub", NO_TYPE, ids=json.dumps)
def test_the_rest_becomes_json_text_with_a_note(sub: Any) -> None:
    """What has no Arrow type becomes a column of JSON text, and a note says so."""
    schema = article_schema(_document(sub))
    assert schema.columns["x"].kind == "json"
    assert "/x" in schema.notes[0]


def test_a_recursive_property_ends(tmp_path: Path) -> None:
    """A property that contains itself becomes JSON text where it repeats."""
    node = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/properties/x"}}}
    shape = article_schema(_document(node)).columns["x"]
    assert shape.members["name"] == S("string")
    assert "json" in repr(shape)


def test_missing_columns_are_added() -> None:
    """id, source, language and license are added where a schema lacks them, and `extra` where it is open."""
    closed = article_schema(_document({"type": "string"}, additionalProperties=False))
    assert list(closed.columns) == ["id", "source", "text", "x", "language", "license"]
    assert list(article_schema(_document({"type": "string"})).columns)[-1] == "extra"


@pytest.mark.parametrize(
    "document",
    [{}, {"type": "object"}, {"properties": {}}, True, {"properties": {"text": {"type": "integer"}}}],
)
def test_a_schema_without_articles_is_refused(document: Any) -> None:
    """A schema needs properties, and a string for the text role."""
    with pytest.raises(corpuskit.SchemaError):
        article_schema(document)


def test_features_are_those_of_datasets() -> None:
    """Hub features and the card's form of them are what datasets makes of the Arrow schema."""
    from datasets import Features

    document = _document(
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "number"}}}}
    )
    for schema in (built_in(), article_schema(document)):
        features = Features.from_arrow_schema(schema.arrow)
        assert features == Features.from_arrow_schema(schema.arrow.remove_metadata())
        assert features.to_dict() == schema.features
        assert features._to_yaml_list() == [card_feature(n, shape) for n, shape in schema.columns.items()]


QA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["question", "context", "label"],
    "properties": {
        "question": {"type": "string", "minLength": 1},
        "context": {"type": "string"},
        "answers": {
            "type": "object",
            "properties": {
                "text": {"type": "array", "items": {"type": "string"}},
                "answer_start": {"type": "array", "items": {"type": "integer"}},
            },
        },
        "label": {"type": "integer"},
        "score": {"type": ["number", "null"]},
        "asked": {"type": "string", "format": "date-time"},
        "anything": {},
    },
}


def _qa(i: int, **more: Any) -> dict[str, Any]:
    answers = {"text": [f"j{i}"], "answer_start": [i]}
    return {"question": f"Apa {i}?", "context": f"Bacaan {i % 3}", "answers": answers, "label": i % 2, **more}


def _own(corpus: Callable[..., Path], records: list[Any], extra: str = "") -> Path:
    spec = corpus(
        {"qa.jsonl": jsonl(records)},
        extra='[schema]\narticle = "qa.schema.json"\ntext = "context"\n[dedup]\nexact = "none"\n' + extra,
    )
    (spec.parent / "qa.schema.json").write_text(json.dumps(QA))
    return spec


def test_a_users_own_schema(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A question-answering corpus keeps its repeated contexts, integers, nested objects and instants as columns."""
    from datasets import load_dataset

    records = [_qa(i) for i in range(30)]
    records[3] |= {"score": 1, "asked": "2020-02-29T23:59:59+07:00", "anything": {"deep": [1, 2.50]}}
    records[4]["score"] = None
    spec = _own(corpus, records, "[splits]\nshares = { train = 0.5, test = 0.5 }\n")
    release = corpuskit.build(spec, tmp_path / "out")
    assert release.accounts["kept"] == 30
    assert corpuskit.verify(release.path) == []
    table = pa.concat_tables(pq.read_table(p) for p in sorted(release.path.glob("data/*.parquet")))
    assert table.schema.field("answers").type == pa.struct(
        [("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int64()))]
    )
    assert table.schema.field("asked").type == pa.timestamp("us", "UTC")
    assert table.schema.names[:2] == ["id", "source"]
    row = next(r for r in table.to_pylist() if r["question"] == "Apa 3?")
    assert (row["score"], row["asked"].isoformat(), row["anything"]) == (
        1.0, "2020-02-29T16:59:59+00:00", '{"deep":[1,2.5]}',
    )  # fmt: skip
    contexts = [{r["context"] for r in data} for data in load_dataset(str(release.path)).values()]
    assert not set.intersection(*contexts), "the split key is the text role: a context is in one split only"


@pytest.mark.parametrize(
    ("change", "kind", "pointer"),
    [
        ({"label": "satu"}, "wrong-type", "/label"),
        ({"label": 2**70}, "unrepresentable", "/label"),
        ({"answers": {"text": [1]}}, "wrong-type", "/answers/text/0"),
        ({"answers": {"texts": []}}, "unrepresentable", "/answers/texts"),
        ({"asked": "kemarin"}, "bad-format", "/asked"),
        ({"unknown": 1}, "unknown-field", ""),
        ({"question": ""}, "out-of-bounds", "/question"),
        ({"context": " "}, "empty-text", "/context"),
    ],
)
def test_what_a_closed_schema_cannot_hold_is_rejected(
    corpus: Callable[..., Path], tmp_path: Path, change: dict[str, Any], kind: str, pointer: str
) -> None:
    """A value that does not fit is a located reject, never coerced or dropped."""
    release = corpuskit.build(_own(corpus, [_qa(1), _qa(2, **change)]), tmp_path / "out")
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    assert [(r["reason"], r["pointer"], r["line"]) for r in rejects] == [(kind, pointer, 2)]


def test_a_schema_in_several_files(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """References to files of the schema's own folder are followed, and the release verifies without them."""
    spec = corpus(
        {"qa.jsonl": jsonl([{"text": "satu", "label": {"n": 1}}, {"text": "dua", "label": {"n": "x"}}])},
        extra='[schema]\narticle = "s/main.json"\n',
    )
    (spec.parent / "s").mkdir()
    main = {
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "label": {"$ref": "parts.json#/$defs/l"}},
    }
    parts = {
        "$defs": {
            "l": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}},
            "n": {"type": "integer"},
        }
    }
    (spec.parent / "s" / "main.json").write_text(json.dumps({**main, "additionalProperties": False}))
    (spec.parent / "s" / "parts.json").write_text(json.dumps(parts))
    release = corpuskit.build(spec, tmp_path / "out")
    assert release.accounts["kept"] == 1
    assert pq.read_schema(next(release.path.glob("data/*"))).field("label").type == pa.struct(
        [("n", pa.int64())]
    )
    (spec.parent / "s" / "parts.json").unlink()
    assert corpuskit.verify(release.path) == []
