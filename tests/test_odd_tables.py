"""The odd CSV and Parquet files of others: each is read right, or refused or rejected in words."""

import base64
import csv
import gzip
import io
import math
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, parquet_file, reader_for

Shared = Callable[[str], Path]


def records(path: Path, **more: Any) -> list[Record]:
    """The records of a file."""
    source = Source("s", 0, (), "CC0-1.0", **more)
    return list(READERS[reader_for(path.name) or ""](Piece(path, path.name), source, Limits()))


# --- csv-odd ---

REFUSED_CSV = {
    "blank-headers.csv": "has no name for column 2 in its header (line 1)",
    "capital-invalid.csv": 'has two columns called "name" (line 1)',
    "compression__implicit-gz.csv": "has a header that is not UTF-8",
    "duplicate-column.csv": 'has two columns called "B"',
    "duplicate-headers.csv": 'has two columns called "id"',
    "invalid.csv": "has no name for column 3",
    "issue-1109.csv": "has no header that can be read: a quote stands inside a field",
    "issue-1138.csv": "has no name for column 4",
    "table-with-accents.csv": "has a header that is not UTF-8",
}
# The lines of the rows that are rejected, by why.
REJECTED_CSV: dict[str, dict[str, list[int]]] = {
    "compression__implicit-zip.csv": {"invalid-encoding": [2, 6], "ragged-row": [3, 4]},
    "countries.csv": {"ragged-row": [2, 3, 4, 5, 6]},
    "defective-rows.csv": {"ragged-row": [2, 3]},
    "dialect.csv": {"ragged-row": [3]},
    "escaping.csv": {"bad-quoting": [2, 3, 4]},
    "issue-1004-data1.csv": {"ragged-row": [3, 6]},
    "issue-1004-data2.csv": {"ragged-row": [2, 3, 5]},
    "latin1.csv": {"invalid-encoding": [3]},
    "matrix-with-comment.csv": {"ragged-row": [2, 3, 4, 5, 6]},
    "schema-errors.csv": {"ragged-row": [5]},
    "skip-blank-at-the-end.csv": {"ragged-row": [2]},
    "skip-rows-before-headers.csv": {"ragged-row": [2, 3, 4]},
    "skip-rows.csv": {"ragged-row": [2, 3, 5]},
    "structure-errors.csv": {"ragged-row": [5]},
    "table-infer-iso-8859-7.csv": {"invalid-encoding": [2, 3, 4, 5]},
    "without-headers-extra.csv": {"ragged-row": [3]},
}
SEMICOLONS = {
    "accent.csv", "delimiter.csv", "issue-1009-semicolon.csv", "issue-1100.csv", "issue-1105-timezone.csv",
    "issue-1232.csv", "table-delimiter.csv", "vix.csv",
}  # fmt: skip


def test_each_odd_csv_is_read_right_or_refused(shared: Shared) -> None:
    """The rows that are not rejected are those of the standard library's reader, told the right delimiter."""
    seen = 0
    for path in sorted(shared("csv-odd").iterdir()):
        name = path.name
        if reader_for(name) not in {"csv", "tsv"}:
            continue
        seen += 1
        if name in REFUSED_CSV:
            with pytest.raises(InputError) as refused:
                records(path)
            assert str(refused.value).startswith(f"{name}: {REFUSED_CSV[name]}")
            assert refused.value.hint
            continue
        found = records(path)
        rejected: defaultdict[str, list[int]] = defaultdict(list)
        for record in found:
            if record.problem is not None:
                rejected[record.problem.kind].append(record.place.line or 0)
        assert rejected == REJECTED_CSV.get(name, {}), name
        data = path.read_bytes()
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8-sig", errors="replace")
        mark = (
            ";"
            if name in SEMICOLONS
            else "|"
            if name == "dialect.csv"
            else "\t"
            if name.endswith(".tsv")
            else ","
        )
        theirs = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
        lines = {line for lines in rejected.values() for line in lines}
        if not lines:
            assert [[cell or "" for cell in (r.fields or {}).values()] for r in found] == theirs[1:], name
        for record in found:
            if record.fields is not None:
                assert list(record.fields) == theirs[0], name
                assert [cell or "" for cell in record.fields.values()] in theirs[1:], name
    assert seen > 100


def test_odd_csv_with_what_it_needs_declared(shared: Shared) -> None:
    """Where a file cannot tell how it is written, its source can."""
    folder = shared("csv-odd")
    assert [r.fields for r in records(folder / "dialect.csv", delimiter="|", quote="#")] == [
        {"id": "1", "name": "english"}, None
    ]  # fmt: skip
    assert [r.fields for r in records(folder / "latin1.csv", encoding="latin-1")][1] == {
        "id": "2",
        "name": "©",
    }
    (first, *_) = records(folder / "table-infer-iso-8859-7.csv", encoding="iso8859-7")
    assert first.fields == {
        "id": "1",
        "age": "39",
        "name": "\u039b\u03b5\u03c9\u03bd\u03b9\u03b4\u03b1\u03c2",
    }
    names = [r.fields for r in records(folder / "without-headers.csv", header=("id", "name"))]
    assert names == [
        {"id": "1", "name": "english"},
        {"id": "2", "name": "中国人"},
        {"id": "3", "name": "german"},
    ]
    accents = records(folder / "table-with-accents.csv", encoding="cp1252")
    assert (len(accents), {len(r.fields or {}) for r in accents}) == (638, {8})


# --- parquet-odd ---

REFUSED_PARQUET = {
    "bad_data/ARROW-GH-41317.parquet": "columns do not have the same size",
    "bad_data/ARROW-GH-41321.parquet": "bit_width",
    "bad_data/ARROW-GH-45185.parquet": "repetition level",
    "bad_data/ARROW-GH-47662.parquet": "end of stream",
    "bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet": "column metadata",
    "bad_data/ARROW-RS-GH-6229-LEVELS.parquet": "levels do not match",
    "bad_data/PARQUET-1481.parquet": "column type",
    "data/incorrect_map_schema.parquet": "Map keys must be annotated as required",
    "data/large_string_map.brotli.parquet": "takes more than 1024 MiB of memory to be read",
}
COUNTS = {"data/repeated_no_annotation.parquet": 6}  # its footer says 0, its row group 6


def plain(value: Any) -> Any:
    """A value of pyarrow in JSON."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], tuple):  # a map
        if isinstance(value[0][0], str):
            return {key: plain(item) for key, item in value}
        return [{"key": key, "value": plain(item)} for key, item in value]
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        shown = value.isoformat()
        return shown.removesuffix("000") if value.microsecond else shown
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def test_each_odd_parquet_is_read_right_or_refused(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are those of pyarrow, but for times that it wraps; DuckDB counts as many where it reads the file."""
    monkeypatch.setattr(parquet_file, "MEMORY_BYTES", 1 << 30)
    folder = shared("parquet-odd")
    paths = sorted(folder.rglob("*.parquet"))
    assert len(paths) >= 30
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if name in REFUSED_PARQUET:
            with pytest.raises(InputError) as refused:
                records(path)
            assert str(refused.value).startswith(f"{path.name}: ")
            assert REFUSED_PARQUET[name] in str(refused.value)
            continue
        found = records(path)
        assert len(found) == _count(path, COUNTS.get(name)), name
        if path.name == "int96_from_spark.parquet":
            continue
        assert all(record.problem is None for record in found), name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = pq.ParquetFile(path).read().to_pylist()
        assert [record.fields for record in found] == plain(theirs), name


def _count(path: Path, known: int | None) -> int:
    try:
        count = duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0]
    except duckdb.Error:
        count = pq.ParquetFile(path).metadata.num_rows
    return int(count) if known is None else known


def test_the_times_that_overflow(shared: Shared) -> None:
    """Times of Spark in INT96, of which pyarrow wraps two: one is read right, one is on no day of any calendar."""
    found = records(shared("parquet-odd") / "data" / "int96_from_spark.parquet")
    assert [(r.fields or {}).get("a") for r in found] == [
        "2024-01-01T20:34:56.123456", "2024-01-01T01:00:00", "9999-12-31T03:00:00", "2024-12-30T23:00:00", None, None
    ]  # fmt: skip
    assert [r.problem.kind if r.problem else None for r in found] == [None] * 5 + ["unrepresentable"]


def test_columns_of_bytes_that_are_texts(shared: Shared) -> None:
    """As old writers leave them, once the source says so."""
    path = shared("parquet-odd") / "data" / "alltypes_plain.parquet"
    first = records(path, encoding="utf-8")[0].fields
    assert first is not None
    assert (first["date_string_col"], first["string_col"]) == ("03/01/09", "0")
