"""Records that are looked at together become what each becomes alone, to the byte; no damage passes unseen."""

import bz2
import gc
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.conform import ColumnConformer, Conformer
from corpuskit.phases import map as mapping
from corpuskit.phases.map import MapContext, map_part
from corpuskit.phases.plan import MapTask
from corpuskit.provenance import Limits, Source
from corpuskit.readers import Piece
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.spec import Dedup, Splits
from corpuskit.transforms.doubts import doubts_of
from corpuskit.transforms.suspects import suspects
from corpuskit.validation import compile_schema

OWN = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 2},
        "title": {"type": "string"},
        "score": {"type": "number", "minimum": 0},
        "rank": {"type": "integer"},
        "good": {"type": ["boolean", "null"]},
        "license": {"type": ["string", "null"]},
        "authors": {"type": "array", "items": {"type": ["string", "null"]}},
        "published": {"type": "string", "format": "date-time"},
        "published_date": {"type": "string"},
        "meta": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}},
        "free": {},
    },
    "required": ["text"],
}
CLOSED = {**OWN, "additionalProperties": False}
# A corpus of questions: neither `title` nor `text` is what it is elsewhere.
ASKED = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "title": {}, "isi": {"type": "string"}},
    "required": ["isi"],
}
SOURCES = {
    "plain": {"language": "id", "timezone": "Asia/Jakarta"},
    "no-zone": {"language": "id"},
    "bare": {},
    "mapped": {"language": "id", "fields": (("title", "judul"), ("source", "media"))},
    "declared": {"language": "id", "date_format": ("%d/%m/%Y %H:%M",), "timezone": "Asia/Jakarta"},
}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ArticleSchema]:
    """The built-in schema, one that keeps other fields, and one that allows none."""
    folder = tmp_path_factory.mktemp("schemas")
    made = {"article": built_in()}
    for name, document in (("own", OWN), ("closed", CLOSED), ("asked", ASKED)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        text = ("isi", "question") if name == "asked" else ("text",)
        made[name] = article_schema(document, text=text, file=path)
    return made


words = st.sampled_from(
    ["kata", "", " ", "a b", "é", "\u00e2\u20ac\u2122", "<b>", "&amp;", "\x07", "\u200b", "日本"]
)
numbers = st.sampled_from(
    ["0", "-0", "1", "1.0", "1.10", "2e2", "18446744073709551615", "18446744073709551616", "7"]
)
scalars = st.one_of(
    words.map(json.dumps), numbers, st.sampled_from(["null", "true", "[]", "{}", '["a"]', "[null]"])
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda each: "[" + ",".join(each) + "]"),
        st.dictionaries(st.sampled_from(["a", "b", "meta"]), inner, max_size=2).map(
            lambda each: "{" + ",".join(f'"{k}":{v}' for k, v in each.items()) + "}"
        ),
    ),
    max_leaves=4,
)
dates = st.sampled_from([
    "2020-01-02T03:04:05Z", "2020-01-02T03:04:05.1234567+07:00", "2020-01-02 03:04:05", "2020-01", "kemarin",
    "05/06/2020 10:00", "1577934245", "0001-01-01T00:00:00+14:00", "",
])  # fmt: skip
FIELDS: dict[str, st.SearchStrategy[str]] = {
    "id": st.sampled_from(['"1"', '"2"', '"x"', '""', "null", "7"]),
    "text": st.sampled_from(
        ["isi berita", "tulisan lain", "teks <i>miring</i>", "caf\u00e9 \u201cx\u201d", " ", ""]
    ).map(json.dumps),
    "title": words.map(json.dumps),
    "language": st.sampled_from(['"id"', '"ID"', '"en-us"', '"en-US"', '"??"', "null", "3"]),
    "license": st.sampled_from(['"CC-BY-4.0"', '"cc-by-4.0"', '"none at all"', "null", '["MIT"]']),
    "published": dates.map(json.dumps),
    "retrieved": dates.map(json.dumps),
    "published_raw": st.sampled_from(['"2020-01-02T03:04:05Z"', '"x"', "null"]),
    "published_date": st.sampled_from(['"2020-01-02"', '"x"', "null"]),
    "authors": st.sampled_from(['["A"]', '["A", "B"]', '"A"', "[null]", "null", "[]"]),
    "source": words.map(json.dumps),
    "extra": values,
    "meta": values,
    "score": scalars,
    "rank": scalars,
    "good": scalars,
    "free": values,
    "judul": words.map(json.dumps),
    "isi": words.map(json.dumps),
    "media": words.map(json.dumps),
    "ekstra": values,
}
separators = st.sampled_from([",", ", ", " , "])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line: an object of fields that mostly fit, now and then with a key twice, or no JSON at all."""
    if draw(st.integers(0, 15)) == 0:
        return draw(
            st.sampled_from(
                [b"", b"  ", b"{", b"[1]", b'"x"', b'{"text": "\xff"}', b'{"text":"a"}}', b"{}\r"]
            )
        )
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=9, unique=draw(st.integers(0, 9)) > 0))
    if "text" not in names and draw(st.booleans()):
        names = ["text", *names]
    colon = draw(st.sampled_from([":", ": "]))
    members = [
        f'"{name}"{colon}{draw(FIELDS[name] if draw(st.integers(0, 11)) else values)}' for name in names
    ]
    return ("{" + draw(separators).join(members) + "}").encode() + draw(st.sampled_from([b"", b"\r", b" "]))


def _part(folder: Path, path: Path, context: MapContext, source: Source) -> dict[str, Any]:
    task = MapTask(source, "jsonl", (Piece(path, "a.jsonl"),))
    part = map_part(task, context, folder, lambda _: None)
    tables = {name: part.table(name).combine_chunks() for name in ("rows", "ledger", "rejects", "edits")}
    told = (part.records, part.rows, dict(sorted(part.kinds.items())), dict(sorted(part.edits.items())))
    return {**{n: t.to_pylist() for n, t in tables.items()}, "findings": list(part.findings()), "told": told}


@pytest.mark.parametrize("own", ["article", "own", "closed", "asked"])
@pytest.mark.parametrize("said", sorted(SOURCES))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    written=st.lists(lines(), min_size=1, max_size=12),
    by=st.sampled_from(["text", "id", "title", "meta", "site"]),
)
def test_together_is_as_alone(
    own: str, said: str, written: list[bytes], by: str,
    schemas: dict[str, ArticleSchema], tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """The part is the same whether records are looked at together or each alone: rows, keys, findings, counts."""
    folder = tmp_path_factory.mktemp("columns")
    path = folder / "a.jsonl"
    path.write_bytes(b"\n".join(written) + b"\n")
    schema = schemas[own]
    source = Source("s", 0, ("a.jsonl",), "CC0-1.0", **SOURCES[said])  # type: ignore[arg-type]
    splits = Splits({"train": Fraction(1, 2), "test": Fraction(1, 2)}, by=by, salt="x")
    for dedup in (Dedup(), Dedup(("record",)), Dedup(("title", "ekstra"))):
        context = MapContext(schema, compile_schema(schema.document, schema.file), Limits(), dedup, splits)
        together = _part(folder / f"together-{dedup.exact}", path, context, source)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mapping, "_column_conformer", lambda *_: None)
            alone = _part(folder / f"alone-{dedup.exact}", path, context, source)
        assert together == alone


def test_most_records_are_looked_at_together(schemas: dict[str, ArticleSchema]) -> None:
    """What the comparison above compares: usual records go together, whatever their extra fields and dates."""
    source = Source("s", 0, (), "CC0-1.0", language="id", timezone="Asia/Jakarta")
    conformer = Conformer.of(schemas["article"], source)
    judge = compile_schema(schemas["article"].document)
    columns = ColumnConformer(conformer, judge.accepts)
    raws = [
        b'{"id":"1","text":"isi","published":"2020-01-02T03:04:05+07:00","meta":{"x":1.25}}',
        b'{"text":"isi","published":"2020-01-02 03:04:05","authors":["A"],"tags":["a"],"n":0}',
        b'{"text":"isi","published":"2020-01-02","license":"CC-BY-4.0","source":"kompas"}',
        b'{"text":"isi","meta": {"x": 1.25}, "url":"https://example.org/"}',
    ]
    articles = columns.articles([json.loads(raw) for raw in raws], raws)
    assert list(articles.chosen) == [0, 1, 2, 3]
    assert [problem.kind for problem in articles.notes[2]] == ["partial-date"]


# Letters and signs near the borders of what the patterns of doubts name.
odd = st.sampled_from(
    [*"ab &<>;", "amp;", "<b>", "\U0001f3f4", "\u65e5", "\u00d0\u009f", "\u00d1\u0080",
     *map(chr, [
        0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x7F, 0x80, 0x9F, 0xA0, 0xAD, 0xB0, 0xC3, 0xC5, 0xDF, 0xE2, 0xE9, 0x153, 0x192,
        0x2DC, 0x420, 0x457, 0x491, 0x200A, 0x200B, 0x200F, 0x2013, 0x201C, 0x2026, 0x2029, 0x202A, 0x202E,
        0x202F, 0x205F, 0x2060, 0x206F, 0x2070, 0x20AC, 0x2116, 0x2122, 0xFEFF, 0xFFFC, 0xFFFD, 0xE0001, 0xE007F,
     ])]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.lists(odd, max_size=12).map("".join), st.text(max_size=8)), max_size=6)
)
def test_no_doubtful_text_passes(texts: list[str | None]) -> None:
    """Every text of which anything is to be said is a suspect."""
    found = suspects([None if text is None else text.encode() for text in texts])
    for index, text in enumerate(texts):
        if index not in found and text is not None:
            assert list(doubts_of("text", text)) == []


def test_plain_texts_are_no_suspects() -> None:
    """Most texts pass: ASCII with line ends, letters with accents, quotation marks, other scripts."""
    plain = [
        "a\n\nb\tc\r\n",
        "caf\u00e9 na\u00efve",
        "\u201ckutipan\u201d \u2013 3\u00bd\u00a0km\u00b2",
        "日本語のテキスト",
        "ꦗꦮ",
        "☕ 🌋",
        None,
        "",
    ]
    assert suspects([None if text is None else text.encode() for text in plain]) == set()


@pytest.mark.parametrize("line", [b'{"text":"isi","published":"2020-01"}', b'{"text":3}', b"{rusak"])
def test_records_leave_no_cycles(line: bytes, schemas: dict[str, ArticleSchema], tmp_path: Path) -> None:
    """What is said of many records is no more garbage than what is said of few: nobody looks for it meanwhile."""
    schema = schemas["article"]
    context = MapContext(schema, compile_schema(schema.document), Limits(), Dedup(), Splits())
    source = Source("s", 0, ("a.jsonl",), "CC0-1.0", language="id")
    left = []
    for records in (20, 20, 120):
        path = tmp_path / f"{len(left)}.jsonl"
        path.write_bytes(b"\n".join([line] * records))
        gc.collect()
        gc.disable()
        try:
            map_part(
                MapTask(source, "jsonl", (Piece(path, "a.jsonl"),)), context, tmp_path / f"{len(left)}", print
            )
            left.append(gc.collect())
        finally:
            gc.enable()
    assert left[2] - left[1] < 20


def test_what_stands_behind_a_batch_is_not_kept(tmp_path: Path, schemas: dict[str, ArticleSchema]) -> None:
    """Blocks that are too long for a batch, behind one that is not, are written as they come."""
    path, schema = tmp_path / "a.jsonl.bz2", schemas["article"]
    line = b'{"text":"isi"}\n'
    path.write_bytes(bz2.compress(line) + bz2.compress(line * 20_000))
    context = MapContext(schema, compile_schema(schema.document), Limits(line_bytes=1000), Dedup(), Splits())
    told: list[int] = []
    source = Source("s", 0, ("*",), "CC0-1.0", language="id")
    task = MapTask(source, "jsonl", (Piece(path, "a.jsonl.bz2"),))
    map_part(task, context, tmp_path / "part", lambda said: told.append(said[0]))
    assert sum(told) == 20_001
    assert max(told) <= 500
