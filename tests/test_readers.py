"""JSONL and JSON files: every record where it lies, one bad record costs one, and damage is never a short file."""

import bz2
import gzip
import hashlib
import itertools
import json
import lzma
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.errors import DamagedInput, InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, reader_for, stem, streams
from corpuskit.readers.jsonl import read as read_jsonl

BOM = b"\xef\xbb\xbf"
SOURCE = Source("s", 0, (), "CC0-1.0")
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}
PACKED = [suffix for suffix in PACKERS if suffix]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Record]]:
    """A function from the bytes and the name of a file to its records."""

    def records(data: bytes, name: str = "a.jsonl", limits: Limits = Limits(), **more: Any) -> list[Record]:  # noqa: B008 - frozen
        path = tmp_path / name
        path.write_bytes(data)
        source = Source("s", 0, (), "CC0-1.0", **more)
        reader = READERS[reader_for(name) or ""]
        return list(reader(Piece(path, name, identifier=stem(name)), source, limits))

    return records


Read = Callable[..., list[Record]]


def located(data: bytes, records: list[Record]) -> list[Any]:
    """The fields of each record, or the kind of its problem, after checking its place against the bytes."""
    for record in records:
        start, length = record.place.offset, record.place.length
        assert start is not None
        assert length is not None
        span = data[start : start + length]
        assert hashlib.sha256(span).hexdigest() == record.place.sha256
        assert record.place.line == data[:start].count(b"\n") + 1
        assert span.startswith(record.raw)
        assert span == record.raw or record.problem is not None
    return [r.fields if r.problem is None else r.problem.kind for r in records]


# --- JSON Lines ---


@pytest.mark.parametrize("suffix", PACKERS)
def test_each_line_is_a_record_where_it_lies(read: Read, suffix: str) -> None:
    """Offsets, lengths, lines and digests are those of the decompressed bytes; blank lines count as lines only."""
    data = b'{"a":1}\n\n  \t\n{"b":"\xc3\xa9"}\r\n\r\n{"c":3\n\x0c\n [1] \n{"d":4}'
    records = read(PACKERS[suffix](data), "a.jsonl" + suffix)
    assert located(data, records) == [
        {"a": 1},
        {"b": "é"},
        "invalid-json",
        "invalid-json",
        "not-an-object",
        {"d": 4},
    ]
    assert [r.place.line for r in records] == [1, 4, 6, 7, 8, 9]
    assert {(r.place.file, r.place.number, r.identifier) for r in records} == {
        ("a.jsonl" + suffix, None, None)
    }


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r", b"\n\n \n"])
def test_the_last_line_may_end_or_not(read: Read, end: bytes) -> None:
    """A file may end in the middle of a line end, or in blank lines, without another record."""
    data = b'{"a":1}\r\n{"b":2}' + end
    assert located(data, read(data)) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b" ", BOM, BOM + b"\n\n"])
def test_a_file_of_blanks_has_no_records(read: Read, data: bytes) -> None:
    """Nothing to read is no error in JSON Lines."""
    assert read(data) == []


@pytest.mark.parametrize("before", [b"", b"\n \n"])
def test_a_byte_order_mark_is_skipped_and_noted_once(read: Read, before: bytes) -> None:
    """The mark belongs to no record; the first record tells of it, and a later mark is a bad record."""
    data = BOM + before + b'{"a":1}\n{"b":2}\n' + BOM + b'{"c":3}\n'
    records = read(data)
    assert located(data, records) == [{"a": 1}, {"b": 2}, "invalid-json"]
    assert [[note.kind for note in r.notes] for r in records] == [["byte-order-mark"], [], []]


def test_only_lf_and_crlf_end_lines(read: Read) -> None:
    """A CR alone, and what Unicode calls a line separator, are no line ends."""
    data = '{"a":"\u2028\u0085\x7f"}\r{"b":2}\n{"c":"\u2029"}\r\r\n'.encode()
    assert located(data, read(data)) == ["trailing-data", {"c": "\u2029"}]


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 64])
def test_blocks_may_end_anywhere(read: Read, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """However few bytes come at once, marks, line ends and places are the same."""
    data = BOM + b'\r\n{"a":"\xc3\xa9"}\r\n\r\n' + b"x" * 30 + b"\r\n" + b" " * 40 + b'\n{"b":2}\r\n{"c":3}\r'
    whole = [(r.place, r.raw[:20], r.problem) for r in read(data, limits=Limits(line_bytes=20))]
    monkeypatch.setattr(streams, "BLOCK", block)
    monkeypatch.setattr(streams.blocks, "__defaults__", (block,))
    cut = [(r.place, r.raw[:20], r.problem) for r in read(data, limits=Limits(line_bytes=20))]
    assert cut == whole
    assert [place.line for place, _, _ in cut] == [2, 4, 6, 7]


@pytest.mark.parametrize(("length", "accepted"), [(99, True), (100, True), (101, False), (5000, False)])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_beyond_the_limit_is_a_reject(read: Read, length: int, accepted: bool, end: bytes) -> None:
    """The limit counts the bytes of a line without its end; what is beyond it keeps as many bytes as the limit."""
    line = b'{"a":"' + b"x" * (length - 8) + b'"}'
    data = b'{"n":1}' + end + line + end + b'{"n":2}' + end
    records = read(data, limits=Limits(line_bytes=100))
    assert located(data, records) == [{"n": 1}, json.loads(line) if accepted else "line-too-long", {"n": 2}]
    assert records[1].raw == line[:100]
    assert records[1].place.length == length


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_lines_over_many_blocks(read: Read, suffix: str) -> None:
    """Lines far longer than a block of the reader are read whole or refused, and their neighbours are unharmed."""
    many = 3 * streams.BLOCK + 17
    lines = [
        b'{"n":1}',
        b'{"a":"' + b"x" * many + b'"}',
        b'{"n":2}',
        b"y" * (2 * many),
        b" " * (2 * many),
        b'{"n":3}',
    ]
    data = b"\r\n".join(lines)
    records = read(PACKERS[suffix](data), "a.jsonl" + suffix, Limits(line_bytes=many + 8))
    assert [r.problem and r.problem.kind for r in records] == [None, None, None, "line-too-long", None]
    located(data, records)
    assert records[1].fields == {"a": "x" * many}
    assert len(records[3].raw) == many + 8


def test_a_long_line_that_begins_blank_is_no_blank_line(read: Read) -> None:
    """A line beyond the limit counts as a record wherever its first letter is."""
    data = b" " * 300_000 + b"{\n" + b" " * 300_000 + b"\n"
    assert located(data, read(data, limits=Limits(line_bytes=1000))) == ["line-too-long"]


def test_a_range_counts_from_its_start(tmp_path: Path) -> None:
    """A range of a file gives the records of its bytes; lines and offsets count from where it starts."""
    lines = [b'{"n":%d}\n' % n for n in range(100)]
    data = BOM + b"".join(lines)
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    cut = len(BOM) + sum(map(len, lines[:40]))
    first = list(read_jsonl(Piece(path, "a.jsonl", 0, cut), SOURCE, Limits()))
    second = list(read_jsonl(Piece(path, "a.jsonl", cut, len(data), 41), SOURCE, Limits()))
    assert [r.fields for r in first + second] == [{"n": n} for n in range(100)]
    assert [len(r.notes) for r in first + second] == [1] + [0] * 99
    assert located(data[:cut], first)
    assert located(data[cut:], second)
    assert (second[0].place.offset, second[0].place.line) == (0, 1)


def test_a_range_beyond_the_end_is_damage(tmp_path: Path) -> None:
    """A file that became shorter is no shorter corpus."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n":1}\n')
    with pytest.raises(DamagedInput, match=r"a\.jsonl"):
        list(read_jsonl(Piece(path, "a.jsonl", 0, 9), SOURCE, Limits()))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1252", "café €"), ("iso8859-15", "café €"), ("gb18030", "中文\U00020000"), ("shift_jis", "表ソ十"),
     ("big5", "功許蓋"), ("euc_jp", "表"), ("koi8-r", "да")],
)  # fmt: skip
def test_declared_encodings_of_lines(read: Read, encoding: str, text: str) -> None:
    """Lines are cut before they are decoded; one that is not in the declared encoding costs one record."""
    lines = [json.dumps({"t": text}, ensure_ascii=False).encode(encoding), b'{"t":"\xff\xff"', b'{"n":1}']
    records = read(b"\n".join(lines), encoding=encoding)
    assert [records[0].fields, records[2].fields] == [{"t": text}, {"n": 1}]
    assert records[1].problem is not None
    assert records[0].raw == lines[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "cp037"])
def test_encodings_without_the_byte_of_lf_are_refused(read: Read, encoding: str) -> None:
    """A file that cannot be cut into lines is refused with a way out, instead of damaging every record."""
    with pytest.raises(InputError, match="Convert the file to UTF-8"):
        read('{"a":1}\n'.encode(encoding), encoding=encoding)


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt", "a.jsonl.gz"])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    """A missing file is an InputError with its name."""
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        list(READERS[reader_for(name) or ""](Piece(tmp_path / name, name), SOURCE, Limits()))


GOOD = st.dictionaries(st.text("ab\u2028é", max_size=3), st.integers() | st.text(max_size=5), max_size=3).map(
    lambda fields: json.dumps(fields, ensure_ascii=False).encode(errors="backslashreplace")
)
BAD = st.sampled_from(
    [b"{", b"\xff\xfe", b'{"a":1}{"b":2}', b"[]", b'{"a":1,"a":2}', b"\0", b"null", b'{"a":"\\ud800"}', BOM + b"{}",
     b"\r{}\r", b"{" * 90, b"z" * 200]
)  # fmt: skip
BLANK = st.text(" \t\r", max_size=4).map(str.encode)


@given(
    lines=st.lists(st.tuples(BLANK, GOOD | BAD | BLANK, BLANK), max_size=12),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n"]), min_size=12, max_size=12),
    last=st.booleans(),
    block=st.integers(1, 50),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_cover_every_byte_that_is_not_blank(
    read: Read, lines: list[tuple[bytes, ...]], ends: list[bytes], last: bool, block: int
) -> None:
    """For any lines, good and bad: a record a line, whose spans are disjoint and cover all but blanks."""
    parts = [b"".join(line) for line in lines]
    data = b"".join(part + end for part, end in zip(parts, ends, strict=False))
    data = data if last or not parts else data[: -len(ends[len(parts) - 1])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams.blocks, "__defaults__", (block,))
        records = read(data, limits=Limits(line_bytes=100))
    outcomes = located(data, records)
    wanted = [line for line in data.split(b"\n") if line.strip()]
    assert len(records) == len(wanted)
    at, between = len(BOM) * data.startswith(BOM), b""
    for record in records:
        start, length = record.place.offset or 0, record.place.length or 0
        assert start >= at
        between += data[at:start]
        at = start + length
    assert not (between + data[at:]).strip()
    for line, outcome in zip(wanted, outcomes, strict=True):
        assert not isinstance(outcome, dict) or outcome == json.loads(line)


# --- packed files ---


def lines_of(count: int) -> bytes:
    """So many lines that do not pack well."""
    rng = random.Random(7)
    return b"".join(json.dumps({"n": n, "r": rng.random()}).encode() + b"\n" for n in range(count))


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize("padding", [b"", b"\0" * 512])
def test_files_of_several_members(read: Read, suffix: str, parts: int, padding: bytes) -> None:
    """Packed streams one after another are one file, and zeros after them nothing; zstd knows no padding."""
    if padding and suffix == ".zst":
        padding = b"\x50\x2a\x4d\x18\x04\0\0\0skip"  # its own kind: a frame to be skipped
    data = lines_of(200)
    cuts = [len(data) * part // parts for part in range(parts + 1)]
    packed = b"".join(PACKERS[suffix](data[a:b]) + padding for a, b in itertools.pairwise(cuts))
    assert [r.fields for r in read(packed, "a.jsonl" + suffix)] == [
        json.loads(line) for line in data.splitlines()
    ]


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("members", [1, 2])
def test_a_cut_file_is_damaged_wherever_it_is_cut(tmp_path: Path, suffix: str, members: int) -> None:
    """Every true prefix that does not end with a whole member raises DamagedInput with the file's name."""
    data = lines_of(40 * members)
    half = len(data) // members
    pieces = [PACKERS[suffix](data[:half]), PACKERS[suffix](data[half:])][:members]
    packed = b"".join(pieces)
    path = tmp_path / ("a.jsonl" + suffix)
    for cut in range(len(packed)):
        if cut == len(pieces[0]):
            continue
        path.write_bytes(packed[:cut])
        with pytest.raises(DamagedInput) as caught:
            list(read_jsonl(Piece(path, "x/a.jsonl" + suffix), SOURCE, Limits()))
        assert caught.value.file == "x/a.jsonl" + suffix
        assert caught.value.offset <= len(data)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_a_flipped_bit_is_damage_or_changes_nothing(tmp_path: Path, suffix: str) -> None:
    """In the formats that carry a checksum no flipped bit of any member changes or shortens what is read."""
    data = lines_of(60)
    packed = PACKERS[suffix](data[:1000]) + PACKERS[suffix](data[1000:])
    path = tmp_path / ("a.jsonl" + suffix)
    damaged = 0
    for at in range(len(packed)):
        changed = bytearray(packed)
        changed[at] ^= 1 << at % 8
        path.write_bytes(changed)
        try:
            assert b"".join(streams.blocks(path, path.name, 1000)) == data, at
        except DamagedInput:
            damaged += 1
    assert damaged > 0.98 * len(packed)


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("junk", [b"junk", b"\x1f", b"\n", b'{"a":1}\n' * 2000])
def test_what_follows_the_last_member_is_damage(read: Read, suffix: str, junk: bytes) -> None:
    """Bytes that belong to no packed stream may be a broken one, so they are never passed over."""
    with pytest.raises(DamagedInput):
        read(PACKERS[suffix](b'{"a":1}\n') + junk, "a.jsonl" + suffix)


@pytest.mark.parametrize("suffix", PACKED)
def test_a_packed_file_without_a_byte_is_damaged(read: Read, suffix: str) -> None:
    """An empty file is no packed stream, while a packed nothing is an empty file."""
    with pytest.raises(DamagedInput):
        read(b"", "a.jsonl" + suffix)
    assert read(PACKERS[suffix](b""), "a.jsonl" + suffix) == []


@pytest.mark.parametrize("suffix", PACKED)
def test_the_place_of_damage_is_told_in_decompressed_bytes(tmp_path: Path, suffix: str) -> None:
    """What could be read before the damage is counted, to a quarter of a MiB or a block of the format."""
    data = random.Random(3).randbytes(3 << 20)
    packed = PACKERS[suffix](data)
    path = tmp_path / ("a.jsonl" + suffix)
    path.write_bytes(packed[:-9])
    with pytest.raises(DamagedInput, match=r"after byte \d+ of the decompressed data") as caught:
        list(streams.blocks(path, path.name, 1000))
    assert 1 << 20 <= caught.value.offset <= 3 << 20


@pytest.mark.parametrize("suffix", PACKED)
def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path, suffix: str) -> None:
    """A file that grows beyond the ratio is refused once it is large, not after it was unpacked."""
    path = tmp_path / ("a.jsonl" + suffix)
    path.write_bytes(PACKERS[suffix](b"\n" * (80 << 20)))
    sizes: list[int] = []
    with pytest.raises(DamagedInput, match="unpacks to more than 100 times its size"):
        sizes.extend(map(len, streams.blocks(path, path.name, 100)))
    assert sum(sizes) <= 64 << 20


def test_a_small_file_may_pack_as_well_as_it_likes(read: Read) -> None:
    """The ratio says nothing of a file of few bytes."""
    data = b'{"a":"' + b"x" * 1_000_000 + b'"}\n'
    assert len(read(PACKERS[".xz"](data), "a.jsonl.xz", Limits(ratio=10))) == 1


# --- JSON files ---


@pytest.mark.parametrize("suffix", PACKERS)
def test_each_element_of_an_array_is_a_record(read: Read, suffix: str) -> None:
    """Elements are numbered from 1, each with its span, line and digest, whatever stands inside its strings."""
    data = b' [ {"a":"[{\\"},]\\\\"} ,\n\n{"b":{"c":[1,{"d":"}"}]}}\r\n,{"e":"\xc3\xa9\\u007d"},\t{ } ]\n '
    records = read(PACKERS[suffix](data), "a.json" + suffix)
    assert located(data, records) == [
        {"a": '[{"},]\\'}, {"b": {"c": [1, {"d": "}"}]}}, {"e": "é}"}, {},
    ]  # fmt: skip
    assert [r.place.number for r in records] == [1, 2, 3, 4]
    assert [r.place.line for r in records] == [1, 3, 4, 4]
    assert {r.identifier for r in records} == {None}


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        (b"1", "not-an-object"), (b'"a,b]"', "not-an-object"), (b"[1,2]", "not-an-object"),
        (b"", "invalid-json"), (b"nope", "invalid-json"), (b"{'a':1}", "invalid-json"), (b'{"a":1]', "invalid-json"),
        (b'{"a":\xff}', "invalid-encoding"), (b'{"a":1,"a":2}', "duplicate-key"), (b'{"a":NaN}', "invalid-json"),
        (b'{"a":1} {"b":2}', "trailing-data"), (b'{"a":1}x', "trailing-data"), (b'"a" "b"', "trailing-data"),
        (b"[" * 99 + b"]" * 99, "too-deep"), (b'{"a":"' + b"x" * 999 + b'"}', "line-too-long"),
        (b"{} " + b" " * 999 + b"{}", "line-too-long"), (b'{"a":"\\ud800"}', "lone-surrogate"),
    ],
)  # fmt: skip
def test_a_bad_element_costs_one_record(read: Read, element: bytes, kind: str) -> None:
    """What stands between two commas is one record, however broken; its neighbours are read."""
    data = b'[{"n":1},\n ' + element + b' ,{"n":2}\n]'
    records = read(data, "a.json", Limits(line_bytes=900))
    assert located(data, records) == [{"n": 1}, kind, {"n": 2}]
    assert records[1].raw == element[:900]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "is empty"), (b" \n", "expected one JSON value"), (BOM, "expected one JSON value"),
        (b'[{"a":1}', "1 more closing brackets"), (b'[{"a":[1}', "2 more closing brackets"),
        (b'[{"a":"b}]', "the end of this string"), (b'["a]', "the end of this string"), (b'"a', "end of this string"),
        (b"[1,2]]", "nothing after it"), (b"[1] [2]", "nothing after it"), (b"]", "expected one JSON value"),
        (b'{"a":1}\n{"b":2}\n', 'reader = "jsonl"'), (b"[1,]", "a value after the comma"), (b"[1}", "a comma or the"),
        (b"[1]\0", "nothing after it"), (b'\xff\xfe[\0"\0a\0"\0]\0', "not JSON"),
    ],
)  # fmt: skip
def test_a_file_whose_records_cannot_be_told_apart_is_refused(read: Read, data: bytes, cause: str) -> None:
    """Where the brackets or quotes of the file itself do not close, nothing is guessed."""
    with pytest.raises(InputError) as caught:
        read(data, "a.json")
    assert caught.value.file == "a.json"
    assert cause in str(caught.value)


def test_the_place_of_the_break_is_named(read: Read) -> None:
    """The message gives the byte where the file stops making sense."""
    with pytest.raises(InputError, match="at byte 10"):
        read(b'[{"a":1} ,"b]', "a.json")


def test_one_object_is_one_record(read: Read) -> None:
    """A file that is one object is one article, named by the file."""
    data = b'\n {"id":"x",\n"text":"y"}\n'
    records = read(data, "d/one.json".replace("/", "-"))
    assert located(data, records) == [{"id": "x", "text": "y"}]
    assert (records[0].identifier, records[0].place.number) == ("d-one", 1)


@pytest.mark.parametrize("data", [b"[]", b"[ \n ]", BOM + b"[]\n"])
def test_an_empty_array_has_no_records(read: Read, data: bytes) -> None:
    """No article is no error."""
    assert read(data, "a.json") == []


def test_a_mark_before_an_array_is_noted(read: Read) -> None:
    """Offsets count the mark, and the first record tells of it."""
    data = BOM + b'[{"a":1},{"b":2}]'
    records = read(data, "a.json")
    assert located(data, records) == [{"a": 1}, {"b": 2}]
    assert [len(r.notes) for r in records] == [1, 0]


@pytest.mark.parametrize(
    ("pointer", "fields"),
    [
        ("", ["not-an-object"]), ("/0/entries", [{"n": 1}, {"n": 2}]), ("/0/a~1b~0", [{"n": 3}]),
        ("/0/deep/er", [{"n": 4}]), ("/0/one", [{"n": 5}]), ("/0/\u00e9", []), ("/1", ["not-an-object"]),
    ],
)  # fmt: skip
def test_records_are_found_by_a_json_pointer(read: Read, pointer: str, fields: list[Any]) -> None:
    """The pointer leads through objects and arrays to the array of records, or to one object."""
    inner = '{"x":"]}","entries":[{"n":1},{"n":2}],"a/b~":[{"n":3}],"deep":{"er":[{"n":4}]},"one":{"n":5},"\\u00e9":[]}'
    data = f"[{inner}, 7]".encode()
    if not pointer:
        fields = [json.loads(inner), "not-an-object"]
    assert located(data, read(data, "a.json", records=pointer)) == fields


@pytest.mark.parametrize("pointer", ["/none", "/twice", "/text/0", "/list/2", "/list/x", "/list/-"])
def test_a_pointer_to_nothing_is_refused(read: Read, pointer: str) -> None:
    """Where the pointer names nothing, or a key that stands twice, the message tells to compare `records`."""
    with pytest.raises(InputError, match="Compare `records` with the file"):
        read(b'{"twice":[],"twice":[],"text":"[1]","list":[[],[]]}', "a.json", records=pointer)


@pytest.mark.parametrize("encoding", ["utf-16", "shift_jis", "gb18030", "iso2022_jp", "cp037"])
def test_arrays_in_encodings_with_marks_inside_characters_are_refused(read: Read, encoding: str) -> None:
    """Where a bracket or backslash may be half of a character, elements cannot be told apart by bytes."""
    with pytest.raises(InputError, match="Convert the file to UTF-8"):
        read(b"[]", "a.json", encoding=encoding)


def test_arrays_in_encodings_that_keep_ascii_apart(read: Read) -> None:
    """Elements are decoded one by one; spans are those of the file's own bytes."""
    data = '[{"t":"café"},{"t":"€"}]'.encode("cp1252")
    assert located(data, read(data, "a.json", encoding="cp1252")) == [{"t": "café"}, {"t": "€"}]


ELEMENTS = st.recursive(
    st.none() | st.integers() | st.text('"\\[]{},:é ', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\]},', max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.lists(st.tuples(BLANK, st.dictionaries(st.text(max_size=3), ELEMENTS, max_size=3), BLANK), max_size=6),
    st.data(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_array_gives_its_elements(
    read: Read, elements: list[tuple[bytes, Any, bytes]], data: st.DataObject
) -> None:
    """For any objects and blanks: as many records as elements, with the values of the standard library."""
    ascii_only = data.draw(st.booleans())
    parts = [
        before + json.dumps(value, ensure_ascii=ascii_only).encode(errors="backslashreplace") + after + b"\n"
        for before, value, after in elements
    ]
    raw = b"[" + b",".join(parts) + b"]"
    outcomes = located(raw, read(raw, "a.json"))
    for outcome, value in zip(outcomes, json.loads(raw), strict=True):
        assert outcome in (value, "lone-surrogate")


def test_a_large_array_takes_little_memory(tmp_path: Path) -> None:
    """An array of 200 MB, packed, is read in a fraction of its size."""
    element = b'{"id":"%06d","text":"' + b"kata " * 2000 + b'"}'
    with gzip.open(tmp_path / "a.json.gz", "wb", 1) as file:
        file.write(b"[")
        for number in range(20_000):
            file.write(element % number + b",\n")
        file.write(b"{}]")
    code = (
        "import resource, sys, pathlib\n"
        "from corpuskit.provenance import Limits, Source\n"
        "from corpuskit.readers import Piece, json_file\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "count = sum(1 for _ in json_file.read(Piece(path, path.name), Source('s', 0, (), 'x'), Limits(ratio=10**6)))\n"
        "anonymous = next(l for l in open('/proc/self/status') if l.startswith('RssAnon')).split()[1]\n"
        "print(count, int(anonymous) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.json.gz")], capture_output=True, text=True, check=True
    )
    count, megabytes = map(int, done.stdout.split())
    assert count == 20_001
    assert megabytes < 100


@pytest.mark.parametrize("suffix", PACKED)
def test_a_damaged_packed_array_is_damaged_input(read: Read, suffix: str) -> None:
    """A cut container is named as damaged, not as bad JSON."""
    packed = PACKERS[suffix](b"[" + b",".join(lines_of(50).splitlines()) + b"]")
    with pytest.raises(DamagedInput, match=r"a\.json"):
        read(packed[:-7], "a.json" + suffix)
