"""Verdicts beside those of an independent judge (benchmarks/judging.py): none missed, none extra, the same errors."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import corpus_verdicts
import pytest
import strict_json
import text_verdicts
import verdict_schemas as own
import verdicts
from formats import FORMATS
from generate import Plan
from judging import Expected, Row, compare, expected, reference
from test_torture import TWICE

import corpuskit

Shared = Callable[[str], Path]

# Each is a defect: the test of it fails once it is mended, and then its mark goes.


def _clean(rows: Iterable[Row]) -> Row:
    """The sum of rows without any difference."""
    total = sum(rows, Row("all"))
    assert total.clean, "\n".join(total.notes[:10])
    return total


@pytest.mark.parametrize(("layout", "size"), [("jsonl", 700_000), ("txt", 200_000)])
@pytest.mark.parametrize("share", [0.01, 0.3])
def test_planted_truth_is_met(tmp_path: Path, layout: str, size: int, share: float) -> None:
    """`validate corpus.toml`, a build, and the raw lines by two schemas: what was planted and nothing else."""
    plan = Plan(tmp_path / "corpus", size, None, 11, share, 0.05, 2, layout)
    total = _clean(verdicts.planted(plan))
    assert total.records > 100
    assert total.invalid or layout == "txt"


@pytest.mark.parametrize("name", verdicts.REAL)
def test_real_records(shared: Shared, name: str) -> None:
    """Every record of real JSONL, by schemas that some of them break and by the built-in one."""
    data = shared(verdicts.REAL[name].folder).parent
    # All schemas take ten seconds for the largest set; the benchmark takes them, and so does the sample here.
    total = _clean(verdicts.real(data, name, *(["shape", "article"] if name == "id-news" else [])))
    assert 0 < total.invalid < total.records


@pytest.mark.parametrize(
    "name", [name for name in verdicts.REAL if name not in {"id-news", "csv-odd ndjson"}]
)
def test_mutants_of_real_records(shared: Shared, tmp_path: Path, name: str) -> None:
    """Records damaged at random, as lines and as elements of an array."""
    data = shared(verdicts.REAL[name].folder).parent
    total = _clean(verdicts.mutated(data, name, tmp_path, 300, 3))
    assert total.records > 300


def test_mutants_by_each_draft(shared: Shared, tmp_path: Path) -> None:
    """Drafts 4, 6, 7, 2019-09 and 2020-12 read one schema differently, and both judges alike."""
    _clean(verdicts.drafts(shared("html-articles").parent, tmp_path, 200, 2))


def test_breaks_at_the_edges_of_blocks(tmp_path: Path) -> None:
    """A line end, a blank line or a mark where one block ends and the next begins."""
    for edge in (1 << 20, 256 << 10):
        for shift in range(-3, 4):
            for tail in (
                b'{"n":1}\r\n{"n":"x"}\r\n',
                b'\r\n\r\n \r\n{"n":"x"}\r',
                b'\xef\xbb\xbf{"n":1}\n{"n":"x"}\n',
            ):
                head = b'{"t":"' + b"a" * (edge + shift - 10) + b'"}' + b"\r\n"
                _clean([_one(tmp_path, head + tail, {"properties": {"n": {"type": "integer"}}})])


def test_real_documents(shared: Shared, tmp_path: Path) -> None:
    """Descriptions of data sets, each file one instance, as they are and damaged."""
    total = _clean(verdicts.croissant(shared("croissant-1.0").parent, tmp_path, 60, 1))
    assert total.errors > 300


def test_one_value_with_its_records_inside(shared: Shared, tmp_path: Path) -> None:
    """2,000 entries as one document and as records of a corpus.toml: the same places, each at its bytes."""
    total = _clean(verdicts.banyumasan(shared("banyumasan").parent, tmp_path))
    assert total.records == 2001


def test_torture(shared: Shared, tmp_path: Path) -> None:
    """The JSON test suite as lines and as documents, and the independent reader beside the suite's own names."""
    folder = shared("json-torture")
    for path in folder.glob("*.json"):
        try:
            strict_json.parse(path.read_bytes(), record=False)
            refused = False
        except strict_json.Refused:
            refused = True
        if path.name[0] != "i":
            assert refused == (path.name[0] == "n" or path.name in TWICE), path.name
    _clean(verdicts.torture(folder.parent, tmp_path))


@pytest.mark.parametrize("name", ["seed", "books-gutenberg", "udhr-encodings"])
def test_text_files(shared: Shared, tmp_path: Path, name: str) -> None:
    """What is no text in UTF-8 is refused, whatever its true encoding, and nothing else is."""
    _clean([text_verdicts.plain(name, shared(name), tmp_path)])


def test_text_files_whose_truth_is_known(shared: Shared) -> None:
    """Of 300 files those that are empty, a headline alone, or no text are refused."""
    assert _clean([text_verdicts.laid_out(shared("id-seed-txt").parent)]).invalid == 24


def test_made_encodings(tmp_path: Path) -> None:
    """One page in other encodings, with marks and without, cut and padded."""
    _clean([text_verdicts.damaged(tmp_path)])


@pytest.mark.parametrize("name", list(FORMATS))
def test_formats(tmp_path: Path, name: str) -> None:
    """Strings that are in a format or nearly, judged by its RFC."""
    assert 0 < _clean([verdicts.formats(name, tmp_path, 3000, 1)]).invalid < 3000


def _one(tmp_path: Path, data: bytes, schema: Any) -> Row:
    path = tmp_path / "records.jsonl"
    path.write_bytes(data)
    return verdicts.lines("one", path, schema)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"\\u0061":2}', b'{"a":{"b":1,"b":1}}', b'{"a" : 1, "b"\t:2}', b'{"a":"\\":","b":"\\"a\\":1"}',
        b'{"":1,"":2}', b'{"a":18446744073709551616,"a":1}', b'{"n":1' + b"0" * 3999 + b"}",
        b'{"n":1' + b"0" * 4000 + b"}", b'{"d":' + b"[" * 63 + b"]" * 63 + b"}",
        b'{"d":' + b"[" * 64 + b"]" * 64 + b"}",
        b"\xef\xbb\xbf{}", b'{"a":"\xed\xa0\x80"}', b'{"a":"\\ud83d\\ude00\\ude00"}', b'{"a":1}\x00', b"{}\r\r",
    ],
)  # fmt: skip
def test_lines_that_readers_get_wrong(tmp_path: Path, line: bytes) -> None:
    """Keys that are equal only once unescaped, limits to the digit and to the level, halves of characters."""
    _clean([_one(tmp_path, b'{"id":"before"}\n' + line + b'\n{"id":"after","n":0}', {"maxProperties": 2})])


def test_negative_integers_have_as_many_digits(tmp_path: Path) -> None:
    """4,000 digits are allowed, with a sign or without."""
    _clean([_one(tmp_path, b'{"n":-1' + b"0" * 3999 + b"}\n", {})])


@pytest.mark.parametrize("line", [b"\x0c", b"\x0b \x0b"])
def test_only_white_space_of_json_is_blank(tmp_path: Path, line: bytes) -> None:
    """Bytes that are no white space in JSON make a record, and one that is no JSON."""
    _clean([_one(tmp_path, b'{"id":"a"}\n' + line + b"\n", {})])


@pytest.mark.xfail(reason="the engine knows fewer quoted names than RFC 5321")
@pytest.mark.parametrize("address", ['"a <"@c.example', '"a\\ b"@c.example'])
def test_quoted_names_of_mailboxes(tmp_path: Path, address: str) -> None:
    """RFC 5321, 4.1.2: any printable character may be quoted."""
    _clean([_one(tmp_path, json.dumps({"v": address}).encode(), {"properties": {"v": {"format": "email"}}})])


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"url": False}}, {"properties": {"minLength": False}}, {"patternProperties": {"^u": False}},
        {"allOf": [False]}, {"$ref": "#/$defs/never", "$defs": {"never": False}}, {"dependentSchemas": {"url": False}},
    ],
)  # fmt: skip
def test_the_keyword_at_a_false_schema(schema: Any) -> None:
    """What a false schema refuses has no keyword of its own: null, or the one that led there."""
    judge = corpuskit.validation.compile_schema(schema)
    (found,) = judge.explain({"url": 1, "minLength": 1} if "minLength" in str(schema) else {"url": 1})
    assert found.keyword in {None, *schema, "falseSchema"}


@pytest.mark.parametrize("text", ["\u0085", "\x1c \x1f"])
def test_a_blank_text_is_blank_in_both_ways(tmp_path: Path, text: str) -> None:
    """A record has one verdict by the built-in schema, alone and in a corpus.toml."""
    path = tmp_path / "records.jsonl"
    fields = {"id": "a", "source": "s", "language": "id", "license": "MIT", "text": text}
    path.write_text(json.dumps(fields) + "\n")
    (tmp_path / "corpus.toml").write_text(corpus_verdicts.SPEC)
    assert corpuskit.validate(path).ok == corpuskit.validate(tmp_path / "corpus.toml").ok


@pytest.mark.parametrize("line", [b'{"":1}', b'{"":{"a":1}}', b'{"a":{"":[1]}}'])
def test_the_pointer_to_an_empty_name(tmp_path: Path, line: bytes) -> None:
    """RFC 6901: `/` points to the member whose name is empty, which is not the whole."""
    schema = {"$defs": {"all": {"type": ["object", "array"], "additionalProperties": {"$ref": "#/$defs/all"},
                                "items": {"$ref": "#/$defs/all"}}}, "$ref": "#/$defs/all"}  # fmt: skip
    _clean([_one(tmp_path, line, schema)])


def test_a_mark_before_a_document(tmp_path: Path) -> None:
    """A byte order mark at the start of a file is skipped, in a document as in any file."""
    path = tmp_path / "one.json"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}')
    assert corpuskit.validate(path, {}).ok
    assert corpuskit.validate(path, {}, document=True).ok


def test_a_packed_document(tmp_path: Path) -> None:
    """A packed file is unpacked, as a document as well."""
    import gzip

    path = tmp_path / "one.json.gz"
    path.write_bytes(gzip.compress(b'{"a":1}'))
    assert corpuskit.validate(path, {}).ok
    assert corpuskit.validate(path, {}, document=True).ok


def test_the_judge_sees_what_is_planted_wrong(tmp_path: Path) -> None:
    """The comparison itself: a report of other data differs in every way that is counted."""
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(b'{"id":"a","text":"x"}\n{"id":"b","text":1}\n')
    bad.write_bytes(b'{"id":"a","text":2}\n{"id":"b","text":"y"}\n{"id":"c"}\n')
    schema = {"required": ["text"], "properties": {"text": {"type": "string"}}}
    wanted = expected(good.read_bytes(), reference(schema))
    assert [(one.line, one.offset, one.invalid) for one in wanted] == [(1, 0, False), (2, 22, True)]
    assert compare("same", wanted, corpuskit.validate(good, schema), good.read_bytes()).clean
    row = compare("other", wanted, corpuskit.validate(bad, schema), bad.read_bytes())
    assert (row.records, row.invalid, row.missed, row.extra, row.differing) == (2, 1, 1, 2, 2)
    moved = [Expected(1, None, 1, b"x", one.errors) for one in wanted[1:]]
    assert compare("moved", moved, corpuskit.validate(bad, schema), bad.read_bytes()).notes


def test_schemas_cover_the_vocabulary() -> None:
    """The schemas of the comparison name nearly every keyword that asserts or applies."""
    schemas = [own.NEWS, own.HANDBOOK, own.SPEECHES, own.PAGES, own.GENERATED, own.WORDS, own.CROISSANT]
    text = json.dumps(schemas)
    named = {
        "minContains", "maxContains", "contains", "prefixItems", "propertyNames", "patternProperties", "if",
        "dependentRequired", "dependentSchemas", "unevaluatedProperties", "not", "uniqueItems", "multipleOf", "oneOf",
    }  # fmt: skip
    assert {name for name in named if f'"{name}"' in text} == named
