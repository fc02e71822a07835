"""Parquet of any writer: rows as JSON, and a parser that may crash, run wild or lie without taking anything along."""

import gzip
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from conftest import article

import corpuskit
from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, parquet_file

SOURCE = Source("s", 0, (), "CC0-1.0")


def records(path: Path, limits: Limits = Limits(), **more: Any) -> Iterator[Record]:  # noqa: B008 - frozen
    """The records of a Parquet file."""
    return READERS["parquet"](Piece(path, path.name), Source("s", 0, (), "CC0-1.0", **more), limits)


def told(path: Path, **more: Any) -> list[Any]:
    """The fields of each record of a Parquet file, or the kind of its problem."""
    return [r.fields if r.problem is None else r.problem.kind for r in records(path, **more)]


def drained(stream: Iterator[Record]) -> tuple[list[Record], InputError | None]:
    """The records that come of a stream, and the error that ends it."""
    found: list[Record] = []
    try:
        found.extend(stream)
    except InputError as error:
        return found, error
    return found, None


def articles(count: int, size: int = 50) -> Any:
    """A table of small articles with noise, so that nothing in it packs well."""
    noise = random.Random(5)
    texts = [noise.randbytes(size).hex() for _ in range(count)]
    return pa.table({"id": [f"a{n}" for n in range(count)], "text": texts, "n": range(count)})


def children() -> set[int]:
    """The processes that this one has started and that are there."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(number) for number in (task / "children").read_text().split()}
    return found


# --- rows ---


def test_rows_are_records_by_number(tmp_path: Path) -> None:
    """Over all row groups and batches; the bytes of a record are its row as compact JSON, columns in order."""
    table = articles(1000)
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=300)
    found = list(records(tmp_path / "a.parquet"))
    assert [r.fields for r in found] == table.to_pylist()
    for number, record in enumerate(found, 1):
        assert record.raw == json.dumps(record.fields, separators=(",", ":")).encode()
        digest = hashlib.sha256(record.raw).hexdigest()
        assert record.place == ("a.parquet", None, None, None, number, digest)
        assert record.notes == ()


@pytest.mark.parametrize(
    "options",
    [
        {"compression": codec} for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4")
    ] + [
        {"use_dictionary": False}, {"data_page_version": "2.0"}, {"version": "1.0"}, {"write_batch_size": 7},
        {"use_dictionary": False, "column_encoding": {"id": "DELTA_BYTE_ARRAY", "n": "DELTA_BINARY_PACKED"}},
        {"row_group_size": 1}, {"write_page_index": True, "write_page_checksum": True}, {"store_schema": False},
    ],
    ids=str,
)  # fmt: skip
def test_files_written_in_any_way(tmp_path: Path, options: dict[str, Any]) -> None:
    """Codecs, pages, encodings and row groups change no row."""
    table = articles(40)
    pq.write_table(table, tmp_path / "a.parquet", **options)
    assert told(tmp_path / "a.parquet") == table.to_pylist()


def test_files_of_other_writers(tmp_path: Path) -> None:
    """Of polars and DuckDB, with the types that each has its own way to write."""
    where = tmp_path / "p.parquet"
    frame = polars.DataFrame({
        "id": ["a", None], "n": [2**64 - 1, 0], "l": [[1, None], []], "s": [{"x": "é"}, None],
        "c": polars.Series(["u", "v"], dtype=polars.Categorical),
        "t": polars.Series([1_513_689_365_123_456_789, None], dtype=polars.Datetime("ns")),
    }, schema_overrides={"n": polars.UInt64})  # fmt: skip
    frame.write_parquet(where)
    assert told(where) == [
        {
            "id": "a",
            "n": 2**64 - 1,
            "l": [1, None],
            "s": {"x": "é"},
            "c": "u",
            "t": "2017-12-19T13:16:05.123456789",
        },
        {"id": None, "n": 0, "l": [], "s": None, "c": "v", "t": None},
    ]
    where = tmp_path / "d.parquet"
    duckdb.sql(
        "copy (select 'a' id, 12.50::decimal(9,2) d, map{'k': 1, 'm': null} m, date '2017-12-19' t, true b, "
        "timestamptz '2017-12-19 13:16:05+07' z, uuid '30313233-3435-3637-3839-616263646566' u, "
        f"1701411834604692317316873037158841057::decimal(38, 0) h, 0.1::float f) to '{where}' (format parquet)"
    )
    (found,) = records(where)
    assert found.raw.decode() == (
        '{"id":"a","d":12.50,"m":{"k":1,"m":null},"t":"2017-12-19","b":true,"z":"2017-12-19T06:16:05Z",'
        '"u":"30313233-3435-3637-3839-616263646566","h":1701411834604692317316873037158841057,'
        '"f":0.10000000149011612}'
    )


def test_int96_times(tmp_path: Path) -> None:
    """Of years that nanoseconds in 64 bits do not reach, nested too; a day that no calendar has costs its record."""
    times = [253_402_300_799_123_456, -62_135_596_800_000_000, None, 0]
    kind = pa.timestamp("us")
    table = pa.table({"t": pa.array(times, kind), "l": pa.array([[t] for t in times], pa.list_(kind))})
    where = tmp_path / "a.parquet"
    pq.write_table(
        table, where, use_deprecated_int96_timestamps=True, use_dictionary=False, compression="none"
    )
    shown = ["9999-12-31T23:59:59.123456", "0001-01-01T00:00:00", None, "1970-01-01T00:00:00"]
    assert told(where) == [{"t": t, "l": [t]} for t in shown]
    data = where.read_bytes()
    day = (2_440_588).to_bytes(4, "little")  # the Julian day of 1970-01-01 behind no nanoseconds
    assert data.count(bytes(8) + day) == 2
    where.write_bytes(data.replace(bytes(8) + day, bytes(8) + b"\xa8\xab\xb0\xf9"))
    found = list(records(where))
    assert [r.fields for r in found[:3]] == [{"t": t, "l": [t]} for t in shown[:3]]
    assert found[3].problem is not None
    assert found[3].problem.kind == "unrepresentable"


def test_a_row_that_is_no_json_costs_one_record(tmp_path: Path) -> None:
    """Text that is no UTF-8, and a map with a key twice; their bytes are kept."""
    texts = pa.array([b"a", b"\xff", b"c", b"d"], pa.binary()).view(pa.string())
    maps = pa.array([[], [], [("k", 1), ("k", 2)], [("k", 1)]], pa.map_(pa.string(), pa.int8()))
    pq.write_table(pa.table({"t": texts, "m": maps}), tmp_path / "a.parquet")
    found = list(records(tmp_path / "a.parquet"))
    assert [r.fields if r.problem is None else r.problem.kind for r in found] == [
        {"t": "a", "m": {}}, "invalid-encoding", "duplicate-key", {"t": "d", "m": {"k": 1}}
    ]  # fmt: skip
    assert [r.raw for r in found[1:3]] == [b'{"t":"\xff","m":{}}', b'{"t":"c","m":{"k":1,"k":2}}']


def test_columns_of_bytes(tmp_path: Path) -> None:
    """They are no text unless the source says so, and then one that is none costs its record."""
    where = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["1", "2"], "text": [b"isi \xc3\xa9", b"\xff"]}), where)
    found = list(records(where))
    assert [r.fields for r in found] == [
        {"id": "1", "text": {"base64": "aXNpIMOp"}}, {"id": "2", "text": {"base64": "/w=="}}
    ]  # fmt: skip
    assert [[n.kind for n in r.notes] for r in found] == [["table-form"], []]
    assert '"text" holds bytes' in found[0].notes[0].message
    assert told(where, encoding="utf-8") == [{"id": "1", "text": "isi é"}, "invalid-encoding"]
    with pytest.raises(InputError, match="whose text is not cp1252"):
        list(records(where, encoding="cp1252"))


def test_limits(tmp_path: Path) -> None:
    """A row too long keeps its first bytes and the digest of all; one nested too deep is refused likewise."""
    where = tmp_path / "a.parquet"
    pq.write_table(pa.table({"t": ["a", "x" * 3_000_000, "c"], "l": [[[1]], [], None]}), where)
    found = list(records(where, limits=Limits(line_bytes=1000, depth=2)))
    assert [r.problem.kind if r.problem else r.fields for r in found] == [
        "too-deep", "line-too-long", {"t": "c", "l": None}
    ]  # fmt: skip
    whole = b'{"t":"' + b"x" * 3_000_000 + b'","l":[]}'
    assert (found[1].raw, found[1].place.sha256) == (whole[:1000], hashlib.sha256(whole).hexdigest())


def test_a_row_costs_no_more_than_allowed(tmp_path: Path) -> None:
    """Nor do all rows of a file together, and what is said of a file is whole, however small the limit."""
    where = tmp_path / "a.parquet"
    pq.write_table(pa.table({"b": [b"\xff"], "d": pa.array([1], pa.decimal128(30, 2))}), where)
    (found,) = records(where, limits=Limits(line_bytes=5))
    assert found.problem is not None
    assert found.problem.kind == "line-too-long"
    assert found.notes[0].message.endswith("holds decimals of up to 30 digits, read as text")
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 70), ["x" * (1 << 20)])
    pq.write_table(pa.table({"t": text}), where, compression="zstd")
    assert len(told(where, limits=Limits(ratio=10**6))) == 70
    with pytest.raises(corpuskit.DamagedInput, match=r"a\.parquet: unpacks to more than 1000 times its size"):
        told(where)


@pytest.mark.parametrize(
    "sent", [b"", b"R", b"\0" * 50, b"X" + bytes(8), b"N" + b"\xff" * 8, b"R" + b"\xff" * 8 + b"x"]
)
def test_what_is_no_frame_ends_the_rows(sent: bytes) -> None:
    """Whatever a parser sends whose memory is damaged: nothing is made of it, and nothing is waited for."""
    row = b"R" + (2).to_bytes(8, "little") + b"{}"
    assert [f.raw for f in parquet_file._frames(io.BytesIO(row + sent), 1000)] == [b"{}"]


def test_packed_files(tmp_path: Path) -> None:
    """A .parquet.gz is unpacked first; one that is cut is a damaged stream."""
    pq.write_table(articles(20), tmp_path / "a.parquet")
    packed = gzip.compress((tmp_path / "a.parquet").read_bytes())
    (tmp_path / "b.parquet.gz").write_bytes(packed)
    assert told(tmp_path / "b.parquet.gz") == articles(20).to_pylist()
    (tmp_path / "b.parquet.gz").write_bytes(packed[:-20])
    with pytest.raises(corpuskit.DamagedInput, match=r"b\.parquet\.gz"):
        told(tmp_path / "b.parquet.gz")


def test_empty_tables(tmp_path: Path) -> None:
    """Without rows there are no records; without columns each row is an empty object."""
    pq.write_table(articles(0), tmp_path / "a.parquet")
    pq.write_table(pa.table({"a": [1, 2]}).select([]), tmp_path / "b.parquet")
    assert told(tmp_path / "a.parquet") == []
    assert told(tmp_path / "b.parquet") in ([], [{}, {}])


# --- files that are refused ---


class _Keys(pe.KmsClient):  # type: ignore[misc] # pyarrow has no types
    """Wraps each key in nothing: what is tested is that corpuskit has none."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def wrap_key(self, key_bytes: bytes, _master: str) -> bytes:
        return key_bytes

    def unwrap_key(self, wrapped_key: bytes, _master: str) -> bytes:
        return wrapped_key


@pytest.mark.parametrize("plain_footer", [False, True])
def test_encrypted_files_are_refused_by_name(tmp_path: Path, plain_footer: bool) -> None:
    """Whole, and of columns below a footer that can be read."""
    table, where = articles(20), tmp_path / "a.parquet"
    config = pe.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["text"]}, plaintext_footer=plain_footer, double_wrapping=False
    )
    properties = pe.CryptoFactory(_Keys).file_encryption_properties(pe.KmsConnectionConfig(), config)
    with pq.ParquetWriter(where, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    with pytest.raises(InputError, match=r"a\.parquet: .*(crypt|Encrypt)"):
        told(where)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty, no Parquet file"),
        (b"x", "is damaged, or no Parquet file"),
        (b"id,text\n1,a\n", "is damaged, or no Parquet file"),
        (b"PAR1" + b"\xff" * 100 + b"PAR1", "is damaged, or no Parquet file"),
        (b"PAR1" * 9, "is damaged, or no Parquet file"),
    ],
)
def test_what_is_no_parquet_is_refused_by_name(tmp_path: Path, data: bytes, said: str) -> None:
    """In one sentence and what to do."""
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(InputError) as refused:
        told(tmp_path / "a.parquet")
    assert str(refused.value).startswith(f"a.parquet: {said}")
    assert str(refused.value).endswith("Fetch the file again, or have it written anew.")


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    """By that name."""
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["teks", "teks"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r'a\.parquet: cannot be read: "teks" is the name of two columns\.'):
        told(tmp_path / "a.parquet")


@pytest.mark.parametrize("stated", [36, 38])
@pytest.mark.parametrize("values", [list(range(37)), [[n] for n in range(37)]], ids=["flat", "lists"])
def test_rows_are_as_many_as_the_footer_states(tmp_path: Path, stated: int, values: list[Any]) -> None:
    """Parsers give what the smaller number allows, and say nothing."""
    where = tmp_path / "a.parquet"
    plain: dict[str, Any] = {"use_dictionary": False, "compression": "none", "write_statistics": False}
    pq.write_table(pa.table({"a": values}), where, store_schema=False, **plain)
    data = where.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    refused = []
    for at in range(footer, len(data) - 8):
        if data[at] != 2 * 37:
            continue
        where.write_bytes(data[:at] + bytes([2 * stated]) + data[at + 1 :])
        file = pq.read_metadata(where)
        found, error = drained(records(where))
        if (file.num_rows, file.row_group(0).num_rows) != (37, 37):
            assert error is not None
            assert "its row group" in error.cause
            refused.append(at)
        elif error is None:
            assert [r.fields for r in found] == [{"a": value} for value in values]
    assert len(refused) == 2
    both = bytearray(data)
    for at in refused:
        both[at] = 2 * stated
    where.write_bytes(both)
    _, error = drained(records(where))
    # Of rows that are lists nothing tells how many there are, but that there must not be fewer.
    assert error is not None or (isinstance(values[0], list) and stated == 36)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_refused_or_read_right(tmp_path: Path, seed: int) -> None:
    """Bits flipped and ends cut off, anywhere: an error that names the file, or rows as they were.

    Pages have checksums here, so a row is never another; what is flipped in the footer may rename a column.
    """
    table, where = articles(60, 400), tmp_path / "a.parquet"
    pq.write_table(table, where, row_group_size=20, write_page_checksum=True, use_dictionary=seed % 2 == 0)
    whole, rows = where.read_bytes(), table.to_pylist()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    noise = random.Random(seed)
    refused = 0
    for case in range(15):
        at = noise.randrange(footer) if case < 7 else noise.randrange(footer, len(whole))
        data = bytearray(whole)
        data[at] ^= 1 << noise.randrange(8)
        where.write_bytes(whole[:at] if case % 5 == 4 else bytes(data))
        found, error = drained(records(where))
        refused += error is not None
        if error is not None:
            assert (error.file, bool(error.cause)) == ("a.parquet", True)
        elif at < footer:
            assert [r.fields for r in found] == rows
    assert refused > 3
    assert not children()


# --- a parser that does not come to its end ---


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
def test_a_parser_that_dies_is_an_error_that_names_the_file(tmp_path: Path, number: signal.Signals) -> None:
    """With how many rows were read, whatever ended it; what was read before stands."""
    table = articles(20_000, 500)
    pq.write_table(table, tmp_path / "a.parquet")
    before = children()
    stream = records(tmp_path / "a.parquet")
    assert [next(stream).fields for _ in range(10)] == table.slice(0, 10).to_pylist()
    (parser,) = children() - before
    os.kill(parser, number)
    rest, lost = drained(stream)
    how = (
        "took more than 60 s of processor time"
        if number == signal.SIGXCPU
        else f"was killed by {number.name}"
    )
    assert f"a.parquet: cannot be read: the process that parsed it {how}" in str(lost)
    assert f"behind row {10 + len(rest)}." in str(lost)
    assert children() == before


def test_a_parser_ends_when_nobody_holds_on_to_it(tmp_path: Path) -> None:
    """Also where it does not come to write: that its line is closed is enough."""
    where = tmp_path / "a.parquet"
    pq.write_table(articles(20_000, 500), where)
    call = f"serve({{}}, {parquet_file.MEMORY_BYTES}, is_text=False)"
    with where.open("rb") as file, parquet_file.parsing(file, call) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.read(1) == b"R"
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_parser_ends_with_its_reader(tmp_path: Path) -> None:
    """Nobody reads on: nothing is left behind."""
    pq.write_table(articles(20_000, 500), tmp_path / "a.parquet")
    before = children()
    stream = records(tmp_path / "a.parquet")
    next(stream)
    assert len(children() - before) == 1
    stream.close()  # type: ignore[attr-defined] # it is a generator
    assert children() == before


def test_a_parser_ends_with_the_process_that_reads(tmp_path: Path) -> None:
    """However that ends: a reader that is killed takes the parser along, in the middle of a file."""
    pq.write_table(articles(20_000, 500), tmp_path / "a.parquet")
    code = (
        f"import sys, time; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path; from test_parquet_reader import records, children\n"
        f"stream = records(Path({str(tmp_path / 'a.parquet')!r})); next(stream)\n"
        "print(*children(), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        parser = Path("/proc") / reader.stdout.readline().strip()
        assert parser.is_dir()
        reader.kill()
    for _ in range(600):
        if not parser.exists() or "\nState:\tZ" in (parser / "status").read_text():
            break
        time.sleep(0.1)
    else:
        pytest.fail("the parser outlives its reader")


def test_a_file_that_takes_all_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may unpack to any size: the parser has so much, and this process needs none of it."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 200), ["x" * 20_000_000])
    pq.write_table(pa.table({"t": texts}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2_000_000
    monkeypatch.setattr(parquet_file, "MEMORY_BYTES", 1 << 30)
    with pytest.raises(InputError, match=r"a\.parquet: takes more than 1024 MiB of memory to be read\."):
        told(tmp_path / "a.parquet")


def test_a_row_group_may_be_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows in one group, which is never in memory as a whole."""
    table = articles(30_000, 10_000)
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=len(table), compression="none")
    size = (tmp_path / "a.parquet").stat().st_size
    assert size > 500_000_000
    monkeypatch.setattr(parquet_file, "MEMORY_BYTES", (512 << 20) + size // 2)
    assert sum(1 for _ in records(tmp_path / "a.parquet")) == len(table)


# --- in a corpus ---

Corpus = Callable[..., Path]


def _bytes(table: Any, path: Path) -> bytes:
    pq.write_table(table, path)
    return path.read_bytes()


def test_a_build_takes_parquet(corpus: Corpus, tmp_path: Path) -> None:
    """Every row is accounted for by its number; what the schema does not know goes to `extra`, to the digit."""
    rows = [article(n) for n in range(20)]
    rows[3]["text"] = ""
    rows[7]["text"] = rows[6]["text"]
    table = pa.Table.from_pylist(rows).append_column(
        "d", pa.array([Decimal("1.50")] * 20, pa.decimal128(5, 2))
    )
    table = table.append_column("u", pa.array([2**64 - 1] * 20, pa.uint64()))
    table = table.append_column("published", pa.array([1_513_689_365] * 20, pa.timestamp("s", "UTC")))
    spec = corpus({"a.parquet": _bytes(table, tmp_path / "x.parquet")})
    release = corpuskit.build(spec, tmp_path / "out")
    assert release.accounts == {"in": 20, "kept": 18, "rejected": 1, "duplicate": 1, "removed": 0}
    ledger = pq.read_table(release.audit / "ledger.parquet").to_pylist()
    assert [(r["record"], r["offset"], r["length"], r["line"]) for r in ledger] == [
        (n, None, None, None) for n in range(1, 21)
    ]
    (reject,) = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    assert (reject["record"], reject["reason"]) == (4, "empty-text")
    assert json.loads(reject["raw"])["id"] == "a00003"
    kept = [row for batch in corpuskit.read(release.path) for row in batch.to_pylist()]
    assert {row["extra"] for row in kept} == {'{"d":1.50,"u":18446744073709551615}'}
    assert {str(row["published"]) for row in kept} == {"2017-12-19 13:16:05+00:00"}
    again = corpuskit.build(spec, tmp_path / "again", jobs=2)
    assert again.root_digest == release.root_digest
    assert corpuskit.verify(release.path) == []


def test_a_damaged_file_fails_a_build_and_no_other_task(corpus: Corpus, tmp_path: Path) -> None:
    """With exit code 3, the name of the file, and nothing released; validation goes on to the next file."""
    good = _bytes(pa.Table.from_pylist([article(n) for n in range(9)]), tmp_path / "x.parquet")
    spec = corpus({"a.parquet": good, "b.parquet": good[:200] + bytes(50) + good[250:], "c.parquet": good})
    for jobs in (1, 2):
        with pytest.raises(InputError, match=r"^b\.parquet: ") as broken:
            corpuskit.build(spec, tmp_path / f"out{jobs}", jobs=jobs)
        assert broken.value.exit_code == 3
        assert [p.name for p in (tmp_path / f"out{jobs}").iterdir()] == [".tiny.lock"]
    report = corpuskit.validate(spec)
    assert report.damaged
    assert [(f.kind, f.file) for f in report.findings if f.severity == "error"] == [
        ("unreadable-input", "b.parquet")
    ]
    assert report.summary["valid"] == 18


def test_rejects_of_parquet_are_json_lines(tmp_path: Path) -> None:
    """Rows can be repaired by hand, and are inputs again."""
    table = pa.Table.from_pylist([article(n, source="s", language="id", license="MIT") for n in range(3)])
    pq.write_table(table.set_column(2, "text", pa.array(["a", "", "c"])), tmp_path / "a.parquet")
    report = corpuskit.validate(tmp_path / "a.parquet", rejects=tmp_path / "rejects")
    assert (report.summary["valid"], report.summary["invalid"]) == (2, 1)
    (kept,) = (tmp_path / "rejects").iterdir()
    assert kept.name == "a.parquet.jsonl"
    assert json.loads(kept.read_bytes())["id"] == "a00001"
    assert corpuskit.validate(kept).summary["invalid"] == 1
