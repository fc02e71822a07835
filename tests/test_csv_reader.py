"""CSV and TSV: every row where it lies, one bad row costs one, strings as they stand, the dialect told and said."""

import csv
import gzip
import hashlib
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.errors import DamagedInput, InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, csv_file, reader_for, streams
from corpuskit.readers.csv_grammar import Grammar
from corpuskit.readers.csv_rows import rows

BOM = b"\xef\xbb\xbf"
Read = Callable[..., list[Record]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """A function from the bytes and the name of a file to its records."""

    def records(data: bytes, name: str = "a.csv", limits: Limits = Limits(), **more: Any) -> list[Record]:  # noqa: B008 - frozen
        (tmp_path / name).write_bytes(data)
        source = Source("s", 0, (), "CC0-1.0", **more)
        return list(READERS[reader_for(name) or ""](Piece(tmp_path / name, name), source, limits))

    return records


def located(data: bytes, records: Sequence[Record], head: bytes = b"id,text") -> list[Any]:
    """The values of each record, or the kind of its problem, after checking every place against the bytes.

    The spans are disjoint, in order, and cover all that is not blank but the header, which comes first.
    """
    covered = bytearray(data)
    start = data.index(head)
    covered[: start + len(head)] = b" " * (start + len(head))
    for number, record in enumerate(records, 1):
        at, length = record.place.offset, record.place.length
        assert at is not None
        assert length is not None
        span = data[at : at + length]
        assert hashlib.sha256(span).hexdigest() == record.place.sha256
        assert record.place.line == data[:at].count(b"\n") + 1
        assert record.place.number == number
        assert span.startswith(record.raw)
        assert span == record.raw or (record.problem is not None and record.problem.kind == "line-too-long")
        assert b"\n" not in bytes(covered[at : at + length]) or b"\n" in record.raw
        covered[at : at + length] = b" " * length
    assert not bytes(covered).strip(b" \t\r\n")
    return [list((r.fields or {}).values()) if r.problem is None else r.problem.kind for r in records]


def form(records: Sequence[Record]) -> str:
    """What is said of how a file is written: once, with its first record."""
    notes = [(i, n.message) for i, r in enumerate(records) for n in r.notes if n.kind == "table-form"]
    assert [i for i, _ in notes] == [0]
    return notes[0][1]


# --- rows ---


def test_each_row_is_a_record_where_it_lies(read: Read) -> None:
    """Quoted delimiters, quotes and line ends are part of a field; blank lines count as lines only."""
    data = b'id,text\r\n1,"a ""b"", c"\r\n\r\n2,"d\r\n\r\ne"\r\n  \t\n3,\xc3\xa9 \r\n4,"f\n"'
    records = read(data)
    assert located(data, records) == [["1", 'a "b", c'], ["2", "d\r\n\r\ne"], ["3", "é "], ["4", "f\n"]]
    assert [r.place.line for r in records] == [2, 4, 8, 9]
    assert records[0].fields == {"id": "1", "text": 'a "b", c'}
    assert form(records) == 'fields parted by commas, quoted by "; 2 columns: "id", "text"'


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r", b"\n\n \n"])
@pytest.mark.parametrize("last", [b"b", b'"b"'])
def test_the_last_line_may_end_or_not(read: Read, end: bytes, last: bytes) -> None:
    """A file may end in the middle of a line end, or in blank lines, without another record."""
    data = b"id,text\r\n1,a\r\n2," + last + end
    assert located(data, read(data)) == [["1", "a"], ["2", "b"]]


def test_nothing_is_taken_for_another_type(read: Read) -> None:
    """Numbers, dates, booleans, null, formulas and blanks are strings as they stand."""
    cells = [b"007", b"1e5", b"true", b"NULL", b"\\N", b"NaN", b"=HYPERLINK(1)", b" x ", b"2017-12-19", b"-0"]
    data = b"id,text\n" + b"".join(b"%s,%s\n" % (cell, cell) for cell in cells)
    assert located(data, read(data)) == [[cell.decode()] * 2 for cell in cells]


def test_an_empty_field_is_none_and_a_quoted_one_is_empty(read: Read) -> None:
    """As PostgreSQL reads them: what is not there is told from an empty text."""
    data = b'id,text,more\n1,,\n2,"",""\n,"",x\n,,\n'
    assert located(data, read(data), b"id,text,more") == [
        ["1", None, None], ["2", "", ""], [None, "", "x"], [None, None, None]
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r\n\r\n", b" ", BOM, b"id,text", b"id,text\n", b"\n\nid,text\r\n \n"]
)
def test_a_file_without_rows_has_no_records(read: Read, data: bytes) -> None:
    """Nothing, or nothing but a header, is no error."""
    assert read(data) == []


def test_a_byte_order_mark_is_skipped_and_noted(read: Read) -> None:
    """It is no part of the first name; inside the file it is text."""
    data = BOM + b'"id",text\n1,a\n' + BOM + b"2,b\n"
    records = read(data)
    assert located(data, records, b'"id",text') == [["1", "a"], ["\ufeff2", "b"]]
    assert [n.kind for n in records[0].notes] == ["byte-order-mark", "table-form"]
    assert records[0].fields == {"id": "1", "text": "a"}


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 64])
def test_blocks_may_end_anywhere(read: Read, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """However few bytes come at once, places and verdicts are the same, also at the limit of a row."""
    limits = Limits(line_bytes=20)
    data = (
        BOM + b'id,text\r\n1,"\xc3\xa9 ""\r\n"\r\n\r\n2,' + b"x" * 30 + b'\r\n3,"' + b"y\n" * 20 + b'"\r\n4,"a"b\n'
        b'5,"' + b"z" * 17 + b'"\r\n6,"c\n\nd"\r\n7,"' + b'""' * 4 + b'"\r\n8,"\n' + b"w\n" * 30 + b"9,ok\r"
    )  # fmt: skip
    marks = {"delimiter": ",", "quote": '"'}
    whole = [(r.place, r.raw, r.fields, r.problem) for r in read(data, limits=limits, **marks)]
    monkeypatch.setattr(streams, "BLOCK", block)
    monkeypatch.setattr(streams.blocks, "__defaults__", (block,))
    monkeypatch.setattr(csv_file, "SAMPLE", 3)
    assert [(r.place, r.raw, r.fields, r.problem) for r in read(data, limits=limits, **marks)] == whole
    kinds = [p.kind if p else None for _, _, _, p in whole]
    assert {"line-too-long", "bad-quoting", "ragged-row", None} == set(kinds)
    assert [f["text"] for _, _, f, _ in whole if f] == ['é "\r\n', "c\n\nd", '""""', "ok"]


@pytest.mark.parametrize("limit", [8, 12, 100])
def test_a_file_may_be_cut_between_any_two_bytes(limit: int) -> None:
    """Two blocks, wherever the one ends: quote and quote, quote and line end, CR and LF are seen together."""
    data = b'1,"a\n""b"\r\n"c"\r\n2,"d\n\n"\r\n\r\n3,"e" f\r\n4,"g\nh",i\r\n"j\n","k"\r\n5,"l\r\n6,m\r\n'
    grammar = Grammar(",", '"')
    whole = list(rows(iter([data]), grammar, limit))
    assert len(whole) > 7
    for at in range(1, len(data)):
        assert list(rows(iter([data[:at], data[at:]]), grammar, limit)) == whole, at


# --- one bad row costs one row ---

ROWS = [["a1", "satu"], ["a2", 'dua, "dua"'], ["a3", "ti\nga"], ["a4", ""], ["a5", "lima"]]
HEAD, LINES = b"id,text\n", [b"a1,satu", b'a2,"dua, ""dua"""', b'a3,"ti\nga"', b'a4,""', b'a5,"lima"']


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"x", "ragged-row"),
        (b"x,y,z", "ragged-row"),
        (b'x,"y', "bad-quoting"),
        (b'"x,y', "bad-quoting"),
        (b'x,"y" z', "bad-quoting"),
        (b'x,y"', "bad-quoting"),
        (b'x,y "z" ', "bad-quoting"),
        (b'x,"y"\rz', "bad-quoting"),
        (b'x,"""', "bad-quoting"),
        (b"x,\xff", "invalid-encoding"),
        (b'x,"\xff\ny"', "invalid-encoding"),
        (b'x,"y\nz",w', "ragged-row"),
    ],
)
def test_one_bad_row_costs_one_row(read: Read, at: int, bad: bytes, kind: str) -> None:
    """Wherever it stands, the last place included, its neighbours are read as if it were not there."""
    lines = [*LINES[:at], bad, *LINES[at:]]
    data = HEAD + b"\n".join(lines) + b"\n"
    records = read(data)
    assert located(data, records) == [*ROWS[:at], kind, *ROWS[at:]]
    assert records[at].raw == bad
    assert records[at].problem is not None
    assert records[at].problem.message


def test_a_quote_that_is_never_closed_eats_nothing(read: Read) -> None:
    """Not even where no quote follows in a file much larger than what is looked at for one row."""
    many = [f"a{n},isi {n}".encode() for n in range(30_000)]
    data = HEAD + b'x,"y\n' + b"\n".join(many) + b"\n"
    for limits in (Limits(), Limits(line_bytes=1000)):
        records = read(data, limits=limits)
        assert located(data, records)[0] == "bad-quoting"
        assert [r.raw for r in records[1:]] == many
        assert all(r.problem is None for r in records[1:])


def test_quotes_lost_and_found_harm_no_other_row(read: Read) -> None:
    """A quote more or less anywhere in a row: every other row is there, unchanged."""
    choose = random.Random(7)
    words = ["berita", "kota,", '"kutip"', "baru", "desa\nlama", "akhir.", " ", "x, y"]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        rows = [[f"a{n}", " ".join(choose.choices(words, k=5)), f"t{n}"] for n in range(6)]
        written = [_written([row], quoting=quoting).encode() for row in rows]
        head = b"id,text,more\n"
        for owner, row in enumerate(written):
            others = [r for n, r in enumerate(rows) if n != owner]
            for at in range(len(row)):
                mutants = [row[:at] + b'"' + row[at:]]
                mutants += [row[:at] + row[at + 1 :]] if row[at : at + 1] == b'"' else []
                for mutant in mutants:
                    data = head + b"".join([*written[:owner], mutant, *written[owner + 1 :]])
                    got = located(data, read(data, delimiter=",", quote='"'), b"id,text,more")
                    kept = [values for values in got if values in others]
                    assert kept == others, (row, mutant)


def test_a_row_over_several_lines_tells_which(read: Read) -> None:
    """A row of well-paired quotes is one row, however many fields it has."""
    data = b'id,text\n1,"a\nb\nc",d\n2,e\n'
    records = read(data)
    assert located(data, records) == ["ragged-row", ["2", "e"]]
    assert records[0].problem is not None
    assert records[0].problem.message == "3 fields in lines 2 to 4 for 2 columns"


@pytest.mark.parametrize(
    ("length", "accepted"), [(99, True), (100, True), (101, False), (102, False), (5000, False)]
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_row_beyond_the_limit_is_a_reject(
    read: Read, length: int, accepted: bool, end: bytes, quote: bytes
) -> None:
    """The limit counts the bytes of a row without its line end; its length and digest are those of all of it."""
    text = b"x" * (length - 2 - 2 * len(quote))
    row = b"2," + quote + text + quote
    data = b"id,text" + end + b"1,a" + end + row + end + b"3,c" + end
    records = read(data, limits=Limits(line_bytes=100))
    assert located(data, records) == [
        ["1", "a"],
        ["2", text.decode()] if accepted else "line-too-long",
        ["3", "c"],
    ]
    assert records[1].raw == row[:100]
    assert records[1].place.length == length


# --- how a file is written ---


@pytest.mark.parametrize(
    ("data", "name", "rows", "said"),
    [
        (b"id;text\n1;a,b\n2;c,d\n", "a.csv", [["1", "a,b"], ["2", "c,d"]], "semicolons"),
        (b"id|text\n1|a;b,c\n", "a.csv", [["1", "a;b,c"]], "bars"),
        (b"id\ttext\n1\ta, b; c\n", "a.csv", [["1", "a, b; c"]], "tabs"),
        (b"id,text\n1,a;b;c\n2,d;e\n", "a.csv", [["1", "a;b;c"], ["2", "d;e"]], "commas"),
        (b'"id;x","text"\n1,a;b\n2,c;d\n', "a.csv", [["1", "a;b"], ["2", "c;d"]], "commas"),
        (b"text\nhalo, dunia\n", "a.csv", ["ragged-row"], "commas"),
        (b"text\nhalo\n", "a.csv", [["halo"]], "commas"),
        (b"id,text\n1\ta\n", "a.tsv", ["ragged-row", ], "tabs"),
        (b"id\ttext\n1\ta,b\n", "a.tsv", [["1", "a,b"]], "tabs"),
        (b'id\ttext\n1\t"a\tb"\n', "a.tsv", [["1", "a\tb"]], "tabs, quoted by \""),
        (b'id\ttext\n1\t"Halo," kata Budi\n2\t"a"\n3\tdia "x"\n', "a.tsv",
         [["1", '"Halo," kata Budi'], ["2", '"a"'], ["3", 'dia "x"']], "tabs, never quoted"),
        (b'id,text\n1,a "b" c\n2,5" disk\n', "a.csv", [["1", 'a "b" c'], ["2", '5" disk']], "commas, never quoted"),
        (b'id,text\n1, "a"\n2,b "c"\n', "a.csv", ["bad-quoting", "bad-quoting"], "commas, quoted by \""),
        (b'id,text\n1,a "b" c\n2,"x"\n', "a.csv", ["bad-quoting", ["2", "x"]], "commas, quoted by \""),
        (b"id,text\r1,a\r2,\"b\rc\"\r", "a.csv", [["1", "a"], ["2", "b\rc"]],
         "commas, quoted by \", lines ended by CR"),
        (b"id,text\n1,a\rb\r\n", "a.csv", [["1", "a\rb"]], "commas, quoted by \"; "),
    ],
)  # fmt: skip
def test_marks_are_told_from_the_file_and_said(
    read: Read, data: bytes, name: str, rows: list[Any], said: str
) -> None:
    """Delimiter, quote and line end, from what parts the rows as it parts the first."""
    records = read(data, name)
    assert [list((r.fields or {}).values()) if not r.problem else r.problem.kind for r in records] == rows
    assert form(records).startswith(f"fields parted by {said}")


def test_what_is_declared_is_not_told_otherwise(read: Read) -> None:
    """Marks that a source declares hold; where all are declared nothing is said."""
    data = b"id;text\n'1';'a;b'\n2;\"c\"\n"
    records = read(data, quote="'")
    assert [r.fields for r in records] == [{"id": "1", "text": "a;b"}, {"id": "2", "text": '"c"'}]
    assert form(records) == 'fields parted by semicolons, quoted by \'; 2 columns: "id", "text"'
    assert [r.notes for r in read(data, quote="'", delimiter=";")] == [(), ()]
    assert [r.fields for r in read(b"id,text\n1\x1fa,b\n", delimiter="\x1f", header=("n", "t"))][1] == {
        "n": "1", "t": "a,b"
    }  # fmt: skip
    assert [r.fields for r in read(b'a\tb\n"1"\t"2\n', "a.tsv", quote="")] == [{"a": '"1"', "b": '"2'}]


def test_columns_may_be_named_by_the_source(read: Read) -> None:
    """Then the first row is a record."""
    data = b"1,a\n2,b,c\n"
    records = read(data, header=("id", "text"))
    assert [r.fields for r in records] == [{"id": "1", "text": "a"}, None]
    assert [(r.place.line, r.place.number, r.place.offset) for r in records] == [(1, 1, 0), (2, 2, 4)]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"id,,text", "has no name for column 2 in its header (line 1)"),
        (b"id,text,", "has no name for column 3"),
        (b"id, ,text", "has no name for column 2"),
        (b"\n\nid,text,id", 'has two columns called "id" (line 3)'),
        (b'id,"text', "has no header that can be read: the quote at byte 3 of the row is not closed"),
        (b'id,"text" x', "has no header that can be read: more follows"),
        (b'"id", "text"', "has no header that can be read: a quote stands inside a field"),
        (b"id,text\xff", "has a header that is not UTF-8"),
        (b"id," + b"x" * 200, "has a header of 203 bytes"),
        ("id,text".encode("utf-16"), "is text in UTF-16"),
    ],
)
def test_a_header_that_names_no_columns_is_refused(read: Read, head: bytes, said: str) -> None:
    """By file, with what is wrong and where."""
    with pytest.raises(InputError) as refused:
        read(head + b"\n1,2,3\n", limits=Limits(line_bytes=100))
    assert str(refused.value).startswith(f"a.csv: {said}")
    assert refused.value.hint or "limit" in said or "bytes" in said


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "mac_roman", "shift_jis", "gb18030", "iso8859-7"])
def test_declared_encodings(read: Read, encoding: str) -> None:
    """Each row by itself: one that is not in the encoding costs one record."""
    texts = {"shift_jis": "日本 ア", "gb18030": "中文", "iso8859-7": "Γιώργος"}
    text = texts.get(encoding, "café ñ")
    broken = b"3,\xff\xff\n" if encoding in {"shift_jis", "gb18030", "iso8859-7"} else b""
    data = f'id,text\n1,{text}\n2,"{text}, \n""{text}"""\n'.encode(encoding) + broken + b"4,d\n"
    got = located(data, read(data, encoding=encoding))
    wanted: list[Any] = [["1", text], ["2", f'{text}, \n"{text}"']]
    assert got == [*wanted, *(["invalid-encoding"] if broken else []), ["4", "d"]]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-16", ","), ("utf-16-le", ","), ("shift_jis", "|"), ("iso2022_jp", ",")]
)
def test_encodings_that_cannot_be_cut_are_refused(read: Read, encoding: str, delimiter: str) -> None:
    """Where the byte of a mark may be half of a character, a row would damage the next."""
    data = f"id{delimiter}text\n1{delimiter}a\n".encode(encoding)
    with pytest.raises(InputError, match=r"UTF-16|cannot be cut"):
        read(data, encoding=encoding, delimiter=delimiter)


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_a_damaged_stream_is_no_short_file(read: Read, suffix: str) -> None:
    """A packed file that is cut raises DamagedInput, and whole it is read as if it were not packed."""
    import bz2
    import lzma

    import pyarrow as pa

    packers: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress,
        ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    }  # fmt: skip
    noise = random.Random(3)
    data = HEAD + b"".join(b"%d,%s\n" % (n, noise.randbytes(20).hex().encode()) for n in range(20_000))
    packed = packers[suffix](data)
    assert len(located(data, read(packed, "a.csv" + suffix))) == 20_000
    with pytest.raises(DamagedInput, match=r"a\.csv"):
        read(packed[: len(packed) // 2], "a.csv" + suffix)


# --- beside the reader of the standard library ---

CELLS = st.text(
    st.sampled_from(list("ab1,;\t|'\" \n\r\\=é\u2028\ufeff")) | st.characters(codec="utf-8"), max_size=8
)


def _written(rows: Sequence[Sequence[str]], **dialect: Any) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=dialect.pop("lineterminator", "\n"), **dialect).writerows(rows)
    return file.getvalue()


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=8)),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.sampled_from("\"'"),
)
def test_rows_are_those_of_the_standard_library(
    read: Read, rows: list[list[str]], delimiter: str, end: str, quoting: int, mark: str
) -> None:
    """What its writer writes is read as its reader reads it, whatever the cells hold."""
    names = [f"k{n}" for n in range(len(rows[0]) if rows else 1)]
    # Where it need not, its writer puts no quotes around a CR: such a file has no certain reading.
    if quoting == csv.QUOTE_MINIMAL:
        rows = [[cell if "\n" in cell else cell.replace("\r", "") for cell in row] for row in rows]
    marks = {"delimiter": delimiter, "quotechar": mark, "quoting": quoting, "lineterminator": end}
    data = _written([names, *rows], **marks).encode()
    records = read(data, "a.csv", delimiter=delimiter, quote=mark)
    # A line of blanks and tabs alone is no row.
    written = [row for row in rows if _written([row], **marks).strip(" \t\r\n")]
    text = _written([names, *written], **marks)
    theirs = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=mark))
    assert all(r.problem is None for r in records)
    assert [[cell or "" for cell in (r.fields or {}).values()] for r in records] == theirs[1:]
    assert theirs[1:] == written


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200)
    | st.text(st.sampled_from(list('ab,;"\n\r\t ')), max_size=200).map(str.encode)
)
def test_any_bytes_are_rows_or_refused(read: Read, tmp_path: Path, data: bytes) -> None:
    """Whatever a file holds: every byte belongs to the header or a record, or the file is refused in words."""
    try:
        records = read(data)
    except InputError:
        return
    head = csv_file.head(Piece(tmp_path / "a.csv", "a.csv"), Source("s", 0, (), "MIT"), Limits(), "csv")
    covered = bytearray(data.removeprefix(BOM))
    for record in records:
        at, length = record.place.offset, record.place.length
        assert at is not None
        assert length is not None
        assert data[at : at + length] == record.raw
        at -= len(data) - len(covered)
        covered[at : at + length] = b" " * length
    assert bytes(covered).strip(b" \t\r\n") == head.strip(b" \t\r\n")
