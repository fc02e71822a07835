"""References to the schemas that corpuskit brings, by their `$id`: nothing is fetched, in validate and in build."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, article, jsonl

import corpuskit
from corpuskit import layout
from corpuskit.errors import SchemaError
from corpuskit.resources import ARTICLE, PACKAGED, folder, read_json
from corpuskit.schema import article_schema, built_in
from corpuskit.validation import compile_schema

FULL = {"source": "s", "language": "id", "license": "MIT"}
OWN = {
    "allOf": [{"$ref": ARTICLE}],
    "required": ["section"],
    "properties": {"section": {"enum": ["news", "sport"]}, "title": {"minLength": 3}},
}
DRAFTS = [
    "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
]  # fmt: skip
RECORDS: list[dict[str, Any]] = [
    article(1, **FULL, section="news"),
    article(2, **FULL, section="arts"),
    article(3, **FULL),
    {**article(4, **FULL, section="sport"), "text": " "},
    {**article(5, **FULL, section="sport"), "title": "x"},
]
# What is wrong with each: the rules of both schemas count.
WRONG = [(2, "/section", "enum"), (3, "", "required"), (4, "/text", "pattern"), (5, "/title", "minLength")]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_the_table_names_every_packaged_schema() -> None:
    """Each by the `$id` that stands in it."""
    names = sorted(path.name for path in folder("schemas").glob("*.schema.json"))
    assert sorted(PACKAGED.values()) == names
    assert {read_json(name)["$id"]: name for name in names} == PACKAGED


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("as_file", [True, False])
def test_an_own_schema_adds_to_the_article_schema(tmp_path: Path, draft: str, *, as_file: bool) -> None:
    """The rules of both count, whatever the draft of the schema, as a file and as a dict."""
    schema = {"$schema": draft, **OWN}
    (tmp_path / "s.json").write_text(json.dumps(schema))
    (tmp_path / "a.jsonl").write_bytes(jsonl(RECORDS))
    report = corpuskit.validate(tmp_path / "a.jsonl", tmp_path / "s.json" if as_file else schema)
    assert [(f.line, f.pointer, f.keyword) for f in report.findings] == WRONG


def test_every_packaged_schema_is_known_by_fragment_and_from_files(tmp_path: Path) -> None:
    """Also a part of one, and from a file in a folder below; another such name is refused with the known ones."""
    for uri in PACKAGED:
        assert not compile_schema({"$ref": uri}).accepts(3)
    part = compile_schema({"$ref": f"{ARTICLE}#/properties/text"})
    assert (part.accepts("isi"), part.accepts("")) == (True, False)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "x.json").write_text(json.dumps({"$ref": ARTICLE}))
    assert not compile_schema({"$ref": "more/x.json"}, tmp_path / "s.json").accepts({})
    with pytest.raises(SchemaError, match=f"Known are {ARTICLE}"):
        compile_schema({"$ref": "urn:corpuskit:schema:artikel"})


def test_the_example_of_the_docs_is_such_a_schema() -> None:
    """It is judged by, and has the columns of both."""
    page = (REPOSITORY / "docs" / "validation-rules.md").read_text(encoding="utf-8")
    schema = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert compile_schema(schema).accepts(RECORDS[0])
    assert not compile_schema(schema).accepts(RECORDS[2])
    assert list(article_schema(schema, file=Path("s.json")).columns)[-1] == "section"


def test_the_registry_comes_first(tmp_path: Path) -> None:
    """Where the user says where such a reference leads, it leads there and nowhere else."""
    (tmp_path / "schema:article").write_text('{"type": "integer"}')
    judge = compile_schema({"$ref": ARTICLE}, registry={"urn:corpuskit:": tmp_path})
    assert (judge.accepts(3), judge.accepts(article(1, **FULL))) == (True, False)
    with pytest.raises(SchemaError, match="names no file"):
        compile_schema({"$ref": "urn:corpuskit:schema:corpus"}, registry={"urn:corpuskit:": tmp_path})


def test_columns_are_those_of_the_article_and_the_own_ones() -> None:
    """Through `allOf` and through a `$ref` beside properties, in the order of the article schema, each once."""
    for schema in (OWN, {"$ref": ARTICLE, "properties": OWN["properties"]}):
        columns = article_schema(schema, file=Path("s.json"))
        assert list(columns.columns) == [*built_in().columns, "section"]
        assert {n: s for n, s in columns.columns.items() if n != "section"} == built_in().columns
        assert columns.keeps_extra
        assert {"id", "text"} <= columns.required
    assert not article_schema({"properties": {"text": {"type": "string"}}}, file=Path("s.json")).extends


def test_text_files_are_judged_by_it(tmp_path: Path) -> None:
    """A text file has the columns of the article, and lacks those that the schema adds."""
    (tmp_path / "s.json").write_text(json.dumps(OWN))
    (tmp_path / "t.txt").write_bytes(b"Judul\n\nIsi berita yang tidak terlalu pendek.\n")
    report = corpuskit.validate(tmp_path / "t.txt", tmp_path / "s.json")
    assert [f.message for f in report.findings if f.severity == "error"] == ['the field "section" is missing']


@pytest.mark.parametrize("nested", [True, False])
def test_a_build_takes_it(corpus: Callable[..., Path], tmp_path: Path, *, nested: bool) -> None:
    """The release carries one schema that holds both, is whole, and keeps fields that neither knows."""
    schema: dict[str, Any] = {**OWN, "allOf": [{"$ref": "more/base.json"}]} if nested else OWN
    records = [{k: v for k, v in r.items() if k not in FULL} | {"mood": "calm"} for r in RECORDS]
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[schema]\narticle = "s.json"')
    (spec.parent / "s.json").write_text(json.dumps(schema))
    (spec.parent / "more").mkdir()
    (spec.parent / "more" / "base.json").write_text(json.dumps({"$ref": ARTICLE}))
    findings = [f for f in corpuskit.validate(spec).findings if f.severity == "error"]
    assert [(f.line, f.pointer, f.keyword) for f in findings] == WRONG
    release = corpuskit.build(spec, tmp_path / "out")
    assert (release.accounts["kept"], release.accounts["rejected"]) == (1, 4)
    assert corpuskit.verify(release.path) == []
    (row,) = _rows(release.path)
    assert (row["section"], json.loads(row["extra"])) == ("news", {"mood": "calm"})
    published = json.loads((release.path / layout.ARTICLE_SCHEMA).read_bytes())
    assert "urn:corpuskit" not in json.dumps([v for k, v in published.items() if k == "$id"])
    assert compile_schema(published).accepts({**row, "extra": None, "published": None})


def _rows(release: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    (shard,) = release.glob("data/*.parquet")
    rows: list[dict[str, Any]] = pq.read_table(shard).to_pylist()
    return rows
