"""validate: files, corpora and releases, every error of every record with its place."""

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.errors import SchemaError, SpecError
from corpuskit.findings import FIELDS
from corpuskit.resources import read_json
from corpuskit.validation import compile_schema

FULL = {"source": "s", "language": "id", "license": "MIT"}
SCHEMA = {
    "type": "object",
    "required": ["id", "n"],
    "properties": {"n": {"type": "integer", "minimum": 0}, "when": {"type": "string", "format": "date-time"}},
}


def _places(report: corpuskit.Report) -> list[tuple[Any, ...]]:
    return [(f.line, f.offset, f.kind, f.pointer, f.keyword) for f in report.findings]


def test_every_error_of_every_record_is_located(tmp_path: Path) -> None:
    """Line, byte, pointer and keyword of each broken rule, several a record."""
    path = tmp_path / "a.jsonl"
    good = b'{"id": "a", "n": 1}\n'
    path.write_bytes(good + b'{"n": -1.5, "when": "yesterday"}\n{"id": \n' + good)
    report = corpuskit.validate(path, SCHEMA)
    assert report.summary["records"] == 4
    assert (report.summary["valid"], report.summary["invalid"]) == (2, 2)
    start = len(good)
    assert sorted(_places(report), key=str) == sorted(
        [
            (2, start, "missing-field", "", "required"),
            (2, start, "out-of-bounds", "/n", "minimum"),
            (2, start, "wrong-type", "/n", "type"),
            (2, start, "bad-format", "/when", "format"),
            (3, start + 33, "invalid-json", None, None),
        ],
        key=str,
    )
    assert not report.ok
    assert report.summary["by_kind"]["bad-format"] == 1


def _resolved(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


def test_a_broken_rule_is_located_in_the_schema(tmp_path: Path) -> None:
    """`schema_pointer` leads to the rule, through references, `~` and `/`, in lines, documents and every report."""
    schema = {
        "required": ["id"],
        "properties": {"a/b~c": {"$ref": "#/$defs/short"}, "gone": False, "n": {"anyOf": [{"type": "null"}]}},
        "$defs": {"short": {"allOf": [True, {"maxLength": 2}]}},
        "additionalProperties": False,
    }
    (tmp_path / "s.json").write_text(json.dumps(schema))
    record = b'{"a/b~c": "long", "gone": 1, "n": 3, "x": 1}'
    (tmp_path / "a.jsonl").write_bytes(record + b"\nnot JSON\n")
    (tmp_path / "a.json").write_bytes(record)
    for name in ("a.jsonl", "a.json"):
        report = corpuskit.validate(tmp_path / name, tmp_path / "s.json", document=True)
        told = {f.schema_pointer for f in report.findings}
        assert told - {None} == {
            "/required", "/$defs/short/allOf/1/maxLength", "/properties/gone", "/properties/n/anyOf",
            "/additionalProperties",
        }  # fmt: skip
        assert (None in told) == (name == "a.jsonl")  # what the reader refuses reached no schema
        for each in told - {None}:
            _resolved(schema, str(each))
    assert list(report.findings[0].as_dict())[-1] == "schema_pointer"
    corpuskit.write_report(report, tmp_path / "r.sarif")
    results = json.loads((tmp_path / "r.sarif").read_bytes())["runs"][0]["results"]
    assert [r["properties"]["schema_pointer"] for r in results] == [f.schema_pointer for f in report.findings]


def test_a_build_says_where_the_broken_rule_stands(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """The findings of the audit folder have the place in the schema; ledger and rejects keep their columns."""
    import pyarrow.parquet as pq

    spec = corpus({"a.jsonl": jsonl([article(1), {"id": "x"}])})
    assert {f.schema_pointer for f in corpuskit.validate(spec).findings} == {"/required"}
    audit = corpuskit.build(spec, tmp_path / "out").audit
    lines = (audit / "findings.jsonl").read_text().splitlines()
    assert {json.loads(line)["schema_pointer"] for line in lines} == {"/required"}
    assert "schema_pointer" not in pq.read_schema(audit / "rejects.parquet").names


def test_the_built_in_schema_is_the_default(tmp_path: Path) -> None:
    """A published article is valid; one without its source's facts is not."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl([article(1, **FULL), article(2)]))
    report = corpuskit.validate(path)
    assert (report.summary["valid"], report.summary["invalid"]) == (1, 1)
    assert {f.message.split('"')[1] for f in report.findings} == {"source", "language", "license"}


def test_formats_can_be_left_unasserted(tmp_path: Path) -> None:
    """Formats are asserted unless told otherwise."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "n": 1, "when": "2023-02-29T00:00:00Z"}\n')
    assert not corpuskit.validate(path, SCHEMA).ok
    assert corpuskit.validate(path, SCHEMA, formats=False).ok


def test_documents_of_any_type(tmp_path: Path) -> None:
    """With `document` each .json file is one instance, an array or a number too."""
    (tmp_path / "s.json").write_text('{"type": "array", "items": {"type": "integer"}}')
    for name, text in {"ok.json": "[1, 2]", "bad.json": '[1, "x"]', "broken.json": "[1,"}.items():
        (tmp_path / name).write_text(text)
    report = corpuskit.validate(
        [tmp_path / n for n in ("ok.json", "bad.json", "broken.json")], tmp_path / "s.json", document=True
    )
    assert [(Path(f.file).name, f.kind, f.pointer) for f in report.findings] == [
        ("bad.json", "wrong-type", "/1"), ("broken.json", "invalid-json", None),
    ]  # fmt: skip
    assert report.summary["records"] == 3


def test_corpus_records_go_through_reader_and_conform(corpus: Callable[..., Path]) -> None:
    """Validating a corpus.toml finds what a build would find, at the place in the input."""
    spec = corpus({"a.jsonl": jsonl([article(1), article(2, published="2020-01-01 10:00"), {"id": "x"}])})
    report = corpuskit.validate(spec)
    assert [(f.file, f.line, f.kind, f.severity) for f in report.findings] == [
        ("a.jsonl", 2, "missing-timezone", "warning"), ("a.jsonl", 3, "missing-field", "error"),
    ]  # fmt: skip
    spec.write_text(spec.read_text().replace('license = "CC-BY-4.0"', 'license = "nope"'))
    assert [(f.kind, f.line) for f in corpuskit.validate(spec).findings] == [("bad-configuration", 8)]


def test_releases_and_text_files(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A release is verified; a text file is read as the article it would become."""
    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(1)])}), tmp_path / "out")
    assert corpuskit.validate(release.path).ok
    shard = next(release.path.glob("data/*"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    report = corpuskit.validate(release.path)
    assert [f.kind for f in report.findings] == ["changed-file"]
    (tmp_path / "t.txt").write_bytes(
        b"Judul\n\n2020-01-01 10:00:00\n\nIsi berita yang tidak terlalu pendek.\n"
    )
    (tmp_path / "u.txt").write_bytes(b"\xff\xff")
    report = corpuskit.validate([tmp_path / "t.txt", tmp_path / "u.txt"])
    assert [(Path(f.file).name, f.kind) for f in report.findings] == [("u.txt", "invalid-encoding")]


def test_a_damaged_file_does_not_hide_the_others(tmp_path: Path) -> None:
    """A cut stream is a finding with its byte; what other files hold is still told."""
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(jsonl(article(i, **FULL) for i in range(99)))[:-9])
    (tmp_path / "b.jsonl").write_bytes(b"{}\n")
    report = corpuskit.validate([tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"])
    assert report.damaged
    assert {f.kind for f in report.findings} == {"unreadable-input", "missing-field"}


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.xlsx", "suffix"), ("a.png", "suffix"), ("gone.jsonl", "no such")],
)
def test_what_nothing_can_read_is_refused(tmp_path: Path, name: str, words: str) -> None:
    """A file of a format without reader, and a missing one, are refused in words before anything is read."""
    if name != "gone.jsonl":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(SpecError, match=words):
        corpuskit.validate(tmp_path / name)


@pytest.mark.parametrize(
    "schema", [{"type": "strin"}, {"$ref": "http://127.0.0.1:9/x"}, {"$ref": "file:///etc/passwd"}, 3]
)
def test_unusable_schemas_are_refused(tmp_path: Path, schema: Any) -> None:
    """A schema that is none, or refers to what it may not, is refused."""
    (tmp_path / "s.json").write_text(json.dumps(schema))
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    with pytest.raises(SchemaError):
        corpuskit.validate(tmp_path / "a.jsonl", tmp_path / "s.json")


def test_findings_have_the_shape_of_the_contract(tmp_path: Path) -> None:
    """Every finding is valid against its own schema, and the JSON of a report is cut where told."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" * 5)
    report = corpuskit.validate(path)
    judge = compile_schema(read_json("findings.schema.json"))
    assert all(judge.accepts(f.as_dict()) for f in report.findings)
    assert tuple(read_json("findings.schema.json")["properties"]) == FIELDS
    cut = report.as_dict(3)
    assert (len(cut["findings"]), cut["truncated"], cut["summary"]["invalid"]) == (3, True, 5)
    assert report.as_dict()["truncated"] is False


def test_verdicts_equal_the_reference_library(tmp_path: Path) -> None:
    """On mutated articles the verdict is that of the jsonschema library with its formats asserted."""
    import random

    import jsonschema

    document = read_json("article.schema.json")
    document = {
        **document,
        "properties": {
            k: {x: y for x, y in v.items() if x != "format"} for k, v in document["properties"].items()
        },
    }
    reference = jsonschema.Draft202012Validator(document)
    judge = compile_schema(document)
    draw = random.Random(5)
    values = [
        None,
        "",
        " ",
        "x",
        3,
        -1.5,
        True,
        [],
        ["a"],
        ["a", 1],
        {},
        "de-DE",
        "2017",
        "2017-12",
        "2017-12-19",
        "17",
    ]
    for _ in range(3000):
        record: dict[str, Any] = article(1, **FULL)
        for name in draw.sample(sorted(document["properties"]), 3):
            record[name] = draw.choice(values)
        if draw.random() < 0.3:
            del record[draw.choice(sorted(record))]
        assert judge.accepts(record) == reference.is_valid(record), record


def test_what_stands_before_a_damaged_file_of_a_corpus_is_judged(tmp_path: Path) -> None:
    """Learning what a source repeats reads its files first, and leaves it to the judge to tell of a damaged one."""
    (tmp_path / "1.txt").write_text(
        "Judul\n\n32/13/2017\n\nIsi berita yang cukup panjang.\n", encoding="utf-8"
    )
    (tmp_path / "2.txt.gz").write_bytes(gzip.compress(b"Judul\n\nIsi\n" * 9)[:-12])
    spec = tmp_path / "corpus.toml"
    spec.write_text(
        '[corpus]\nname = "c"\nversion = "1.0.0"\nlicense = "CC-BY-4.0"\n'
        '[[source]]\nname = "s"\nfiles = ["[12].*"]\nlanguage = "id"\nlicense = "CC-BY-4.0"\n',
        encoding="utf-8",
    )
    report = corpuskit.validate(spec)
    assert report.damaged
    assert report.summary["records"] == 1
    assert {f.kind for f in report.findings if f.file == "1.txt"} == {"bad-timestamp"}
    assert report.findings[-1].kind == "unreadable-input"
    assert report.findings[-1].file == "2.txt.gz"


def _piped(arguments: list[str], stdin: Any, cwd: Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "corpuskit", "validate", *arguments, "--format", "json"]
    done = subprocess.run(command, cwd=cwd, stdin=stdin, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)["summary"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_stdin_is_read_whatever_the_jobs(tmp_path: Path, jobs: str) -> None:
    """A pipe, a file, and a file that was begun: each record that is left in it, once, beside other files."""
    (tmp_path / "s.json").write_text('{"properties": {"a": {"type": "integer"}}}')
    (tmp_path / "in.jsonl").write_bytes(
        b'HEADER\n{"a":"x"}\n' + b'{"a":1}\n' * 5_000_000
    )  # as large as would be cut
    (tmp_path / "ok.jsonl").write_bytes(b'{"a":1}\n')
    with (tmp_path / "in.jsonl").open("rb", buffering=0) as file:
        file.read(7)
        code, told = _piped(["-", "ok.jsonl", "--schema", "s.json", "--jobs", jobs], file, tmp_path)
    assert (code, told["records"], told["invalid"]) == (1, 5_000_002, 1)
    with subprocess.Popen(["head", "-n", "3", "in.jsonl"], cwd=tmp_path, stdout=subprocess.PIPE) as pipe:
        code, told = _piped(["ok.jsonl", "-", "--schema", "s.json", "--jobs", jobs], pipe.stdout, tmp_path)
    assert (code, told["records"], told["invalid"]) == (1, 4, 2)


def test_a_file_is_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two names of one file, links, and a glob that a link leads round: one check, under the first name."""
    monkeypatch.chdir(tmp_path)
    Path("lk").mkdir()
    Path("lk/c.jsonl").write_bytes(b"{}\n" * 3)
    Path("lk/self").symlink_to(".")
    Path("other.jsonl").symlink_to("lk/c.jsonl")
    report = corpuskit.validate(
        ["./lk/c.jsonl", "lk/**/*.jsonl", "other.jsonl", "lk/c.jsonl"], {"required": ["a"]}
    )
    assert report.summary["records"] == 3
    assert {f.file for f in report.findings} == {"./lk/c.jsonl"}


def test_what_is_proven_before_the_damage_counts(tmp_path: Path) -> None:
    """Of a large packed file that is cut, all records up to the damage are counted, the valid ones too."""
    pick = random.Random(1)
    lines = [json.dumps({"id": str(n), "t": pick.randbytes(40).hex()}).encode() for n in range(60_000)]
    packed = gzip.compress(b"\n".join(lines) + b"\n")
    assert len(packed) > 1 << 20
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    report = corpuskit.validate(tmp_path / "a.jsonl.gz", {"required": ["id"]})
    assert report.damaged
    assert 40_000 < report.summary["records"] < 50_000
    assert report.summary["records"] == report.summary["valid"] + report.summary["invalid"]
