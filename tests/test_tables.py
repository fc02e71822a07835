"""Tables of strings in a corpus: typed where the schema says so, accounted for row by row, told and proposed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import corpuskit
from corpuskit.conform import Cells
from corpuskit.proposal.proposing import propose
from corpuskit.schema import built_in

Corpus = Callable[..., Path]

OWN: dict[str, Any] = {
    "type": "object",
    "required": ["text", "n", "label"],
    "properties": {
        "text": {"type": "string"},
        "n": {"type": "integer"},
        "x": {"type": ["number", "null"]},
        "yes": {"type": "boolean"},
        "when": {"type": "string", "format": "date-time"},
        "label": {"type": "string"},
        "note": {"type": "string"},
        "any": {},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def rows(release: Path) -> list[dict[str, Any]]:
    """The published rows."""
    return [row for batch in corpuskit.read(release) for row in batch.to_pylist()]


# --- cells ---


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("n", "5", 5),
        ("n", "-0", 0),
        ("n", "1.0", 1.0),
        ("n", "1e3", 1000.0),
        ("n", "123456789012345678901", 123456789012345678901),
        *(
            ("n", cell, cell)
            for cell in ("", " 5", "5 ", "05", "+5", "0x5", "5_0", "1.5", "5,0", "\u0665", "true", "null")
        ),
        ("x", "0.1", 0.1),
        ("x", "-1", -1),
        ("x", "1e5", 1e5),
        *(("x", cell, cell) for cell in (".5", "1.", "NaN", "Infinity", "1e999", '"1"', "[1]", "1 2")),
        ("yes", "true", True),
        ("yes", "false", False),
        *(("yes", cell, cell) for cell in ("True", "TRUE", "1", "0", "yes", " true")),
        *((name, "5", "5") for name in ("text", "when", "any", "tags", "unknown")),
    ],
)
def test_a_cell_is_what_it_spells_in_json(name: str, cell: str, value: Any) -> None:
    """Where the column takes such values; all else stays the string that it is."""
    typed = Cells.of_document(OWN).typed({name: cell})[name]
    assert (typed, type(typed)) == (value, type(value))


def test_an_empty_cell() -> None:
    """Is an empty string where a string must be, no value in other columns, and kept where no column is."""
    cells = Cells.of_document(OWN)
    assert cells.typed(dict.fromkeys(["text", "n", "x", "yes", "when", "label", "note", "tags", "unknown"])) == {
        "text": "", "label": "", "unknown": None
    }  # fmt: skip
    # Columns that a build fills are left to it.
    assert Cells.of(built_in()).typed(
        dict.fromkeys(["id", "text", "title", "language", "license", "source"])
    ) == {"text": ""}


# --- in a corpus ---


def test_a_build_takes_tables(corpus: Corpus, tmp_path: Path) -> None:
    """Each row has its place and one fate; empty cells take the source's own, others go to `extra` as they stand."""
    data = (
        "\ufeffid;title;text;language;published;skor\r\n"
        'a1;Satu;"Isi, ""satu""";;2017-12-19 13:16:05;1,50\r\n'
        "a2;;Isi dua;jv;;\r\n"
        "a3;Tiga;;;;\r\n"
        'a4;"Empat\r\n'
        ';Lima;Isi lima;;;""\r\n'
        "\r\n"
        "a6;Enam;Isi dua;;;=1+1\r\n"
    ).encode()
    release = corpuskit.build(corpus({"a.csv": data}, 'timezone = "Asia/Jakarta"\n'), tmp_path / "out")
    assert release.accounts == {"in": 6, "kept": 3, "rejected": 2, "duplicate": 1, "removed": 0}
    ledger = pq.read_table(release.audit / "ledger.parquet").to_pylist()
    assert [(r["record"], r["line"], r["fate"], r["reason"]) for r in ledger] == [
        (1, 2, "kept", None), (2, 3, "kept", None), (3, 4, "rejected", "empty-text"),
        (4, 5, "rejected", "bad-quoting"), (5, 6, "kept", None), (6, 8, "duplicate", "duplicate"),
    ]  # fmt: skip
    spans = [data[r["offset"] : r["offset"] + r["length"]] for r in ledger]
    assert b"\r\n".join([data[3:].split(b"\r\n")[0], *spans[:5], b"", spans[5], b""]) == data[3:]
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    assert [r["raw"] for r in rejects] == [b"a3;Tiga;;;;", b'a4;"Empat']
    first, second, fifth = rows(release.path)
    assert (first["title"], first["text"], first["language"]) == ("Satu", 'Isi, "satu"', "id")
    assert str(first["published"]) == "2017-12-19 06:16:05+00:00"
    assert (first["extra"], fifth["extra"]) == ('{"skor":"1,50"}', '{"skor":""}')
    assert (second["title"], second["language"], second["extra"]) == (None, "jv", '{"skor":null}')
    assert len(fifth["id"]) == 32
    again = corpuskit.build(
        corpus({"a.csv": data}, 'timezone = "Asia/Jakarta"\n'), tmp_path / "again", jobs=2
    )
    assert again.root_digest == release.root_digest
    assert corpuskit.verify(release.path) == []


def test_columns_of_an_own_schema_are_typed(corpus: Corpus, tmp_path: Path) -> None:
    """A cell that does not fit is a reject where the column is required, else it goes to `extra` as it stands."""
    data = (
        b"teks,n,x,yes,when,label,note,any,tags\n"
        b"a,1,0.10,true,2017-12-19T13:16:05Z,,,5,\n"
        b"b,x,1,,,l,,,\n"
        b"c,,1,,,l,,,\n"
        b"d,2,satu,TRUE,kemarin,l,n,,\"[\"\"t\"\"]\"\n"
        b"e,99999999999999999999,1,,,l,,,\n"
    )  # fmt: skip
    files = {"a.csv": data, "own.json": json.dumps(OWN).encode()}
    spec = corpus(files, 'fields = { text = "teks" }\n', '[schema]\narticle = "own.json"\n')
    spec.write_text(spec.read_text().replace('["a.csv", "own.json"]', '["a.csv"]'))
    release = corpuskit.build(spec, tmp_path / "out")
    first, fourth = rows(release.path)
    assert (first["text"], first["n"], first["x"], first["yes"], first["label"]) == ("a", 1, 0.1, True, "")
    assert (str(first["when"]), first["any"], first["note"]) == ("2017-12-19 13:16:05+00:00", '"5"', None)
    assert first["extra"] is None
    assert (fourth["n"], fourth["x"], fourth["yes"], fourth["when"]) == (2, None, None, None)
    assert json.loads(fourth["extra"]) == {"x": "satu", "yes": "TRUE", "when": "kemarin", "tags": '["t"]'}
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    assert [(r["line"], r["reason"], r["pointer"]) for r in rejects] == [
        (3, "wrong-type", "/n"), (4, "missing-field", ""), (6, "unrepresentable", "/n")
    ]  # fmt: skip


def test_raw_rows_are_judged_with_their_types(tmp_path: Path) -> None:
    """`validate` of a file and a schema, without a corpus.toml."""
    (tmp_path / "a.tsv").write_bytes(b"text\tn\tlabel\na\t1\tl\nb\tx\tl\nc\t2\t\nd\t\tl\n")
    report = corpuskit.validate(tmp_path / "a.tsv", OWN)
    assert [(f.line, f.record, f.kind, f.pointer) for f in report.findings if f.severity == "error"] == [
        (3, 2, "wrong-type", "/n"), (5, 4, "missing-field", "")
    ]  # fmt: skip
    (note,) = [f for f in report.findings if f.kind == "table-form"]
    assert (note.severity, note.line) == ("info", 2)
    assert note.message == 'fields parted by tabs, quoted by "; 3 columns: "text", "n", "label"'
    assert report.summary["valid"] == 2


def test_keys_of_a_source(corpus: Corpus, tmp_path: Path) -> None:
    """`delimiter`, `quote` and `header` say how its files are written, whatever their suffix."""
    more = 'reader = "csv"\ndelimiter = "\\u001f"\nquote = ""\nheader = ["id", "text"]\n'
    release = corpuskit.build(corpus({"a.dat": b'1\x1f"isi\n2\x1fisi, dua\n'}, more), tmp_path / "out")
    assert [(row["id"], row["text"]) for row in rows(release.path)] == [("1", '"isi'), ("2", "isi, dua")]
    assert "table-form" not in release.findings


@pytest.mark.parametrize("name", ["a.csv", "a.tsv.gz"])
def test_rejects_keep_their_header(tmp_path: Path, name: str) -> None:
    """The rows that are invalid, as they stand, below the header: the same reader takes them again."""
    import gzip

    mark = b"\t" if "tsv" in name else b";"
    lines = [b"id;text", b'1;"a"', b"2", b'3;"', b'4;"b"', b'5;"c', b'6;"d"']
    data = b"\r\n".join(lines).replace(b";", mark)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    schema = {"type": "object", "required": ["id"]}
    corpuskit.validate(tmp_path / name, schema, rejects=tmp_path / "rejects")
    (kept,) = (tmp_path / "rejects").iterdir()
    assert kept.name == name.removesuffix(".gz")
    assert kept.read_bytes() == b"\n".join(lines[n] for n in (0, 2, 3, 5)).replace(b";", mark) + b"\n"
    report = corpuskit.validate(kept, schema)
    # Where tabs part the fields, and no row shows what quotes are for, they are text.
    assert (report.summary["records"], report.summary["invalid"]) == (3, 1 if "tsv" in name else 3)


def test_init_proposes_tables(tmp_path: Path) -> None:
    """With their dialect, and which column is which; a build of it works."""
    pa = pytest.importorskip("pyarrow")
    text = "Gempa mengguncang kota {n} pada hari ini, dan warga berlari keluar rumah untuk berlindung."
    lines = [f'{n};"Judul {n}";"{text.format(n=n)}";2017-12-{n:02d} 13:16:05' for n in range(1, 20)]
    root = tmp_path / "in"
    (root / "warta").mkdir(parents=True)
    (root / "lama").mkdir()
    (root / "warta" / "a.csv").write_text("nomor;judul;isi;tanggal\n" + "\n".join(lines) + "\n")
    old = pa.table({
        "url": [f"https://example.org/{n}".encode() for n in range(20)],
        "body": [text.format(n=n).encode() for n in range(20)],
    })  # fmt: skip
    pq.write_table(old, root / "lama" / "b.parquet")
    proposal = propose(root)
    lama, warta = proposal.sources
    assert (warta.reader, warta.files, lama.reader, lama.files) == (
        "csv", ("warta/*.csv",), "parquet", ("lama/*.parquet",)
    )  # fmt: skip
    guessed = {guess.key: guess.value for guess in (*warta.guesses, *lama.guesses)}
    assert guessed["fields.title"] == "judul"
    assert {g.value for s in proposal.sources for g in s.guesses if g.key == "fields.text"} == {"isi", "body"}
    assert guessed["encoding"] == "utf-8"
    (said,) = [guess.evidence for guess in warta.guesses if guess.key == "delimiter"]
    assert said.startswith("fields parted by semicolons")
    proposal.file.write_text(proposal.text)
    release = corpuskit.build(proposal.file, tmp_path / "out")
    assert release.accounts["kept"] == 39 - 19  # both have the same texts
