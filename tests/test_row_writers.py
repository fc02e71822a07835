"""Rows to Arrow, JSON Lines and CSV, read back by others."""

import csv
import gzip
import io
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.errors import CannotHold, SpecError
from corpuskit.writers.arrow import write_dataset, write_file, write_splits, write_stream
from corpuskit.writers.csv import write_csv
from corpuskit.writers.durable import Written
from corpuskit.writers.jsonl import write_jsonl

Writer = Callable[..., Written]

TABLE = pa.table(
    {
        "id": pa.array(["a", "", None], pa.string()),
        "n": pa.array([2**63 - 1, -(2**63), None], pa.int64()),
        "at": pa.array(
            [datetime(2017, 12, 19, 6, 16, 5, tzinfo=UTC), None, None], pa.timestamp("us", "Asia/Jakarta")
        ),
        "price": pa.array([Decimal("1.50"), None, Decimal("-0.01")], pa.decimal128(30, 2)),
        "blob": pa.array([b"\xff\0", b"", None], pa.binary()),
        "kind": pa.array(["x", "y", "x"]).dictionary_encode(),
    }
)


def batches(table: Any, rows: int) -> list[Any]:
    """A table in batches of so many rows."""
    found: list[Any] = table.to_batches(max_chunksize=rows)
    return found


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_stream, "a.arrow"), (write_file, "a.ipc"), (write_csv, "a.csv"), (write_jsonl, "a.jsonl"),
     (write_jsonl, "a.jsonl.gz"), (write_jsonl, "a.jsonl.zst")],
)  # fmt: skip
def test_bytes_hang_on_rows_alone(write: Writer, name: str, tmp_path: Path) -> None:
    """However they were batched; and the account is that of the file."""
    table = pa.concat_tables([TABLE.drop_columns("kind")] * 700)
    one, other = tmp_path / f"1-{name}", tmp_path / f"2-{name}"
    written = write(one, table.schema, [table])
    assert write(other, table.schema, batches(table, 37)) == written
    assert one.read_bytes() == other.read_bytes()
    assert (written.rows, written.bytes) == (2100, one.stat().st_size)


@pytest.mark.parametrize(
    ("write", "read"), [(write_stream, pa.ipc.open_stream), (write_file, pa.ipc.open_file)]
)
def test_arrow_is_read_back(write: Writer, read: Any, tmp_path: Path) -> None:
    """With its types and hub features, dictionaries that differ from batch to batch, and none at all."""
    other = TABLE.set_column(5, "kind", pa.array(["z", "x", None]).dictionary_encode())
    write(tmp_path / "a", TABLE.schema, [TABLE, other, TABLE])
    found = read((tmp_path / "a").read_bytes()).read_all()
    assert found.schema.equals(TABLE.schema)
    assert found.to_pylist() == pa.concat_tables([TABLE, other, TABLE]).to_pylist()
    assert json.loads(found.schema.metadata[b"huggingface"])["info"]["features"]["at"] == {
        "dtype": "timestamp[us, tz=Asia/Jakarta]", "_type": "Value",
    }  # fmt: skip
    write(tmp_path / "b", TABLE.schema, [])
    assert read((tmp_path / "b").read_bytes()).read_all().num_rows == 0


def test_datasets_loads_folders(tmp_path: Path) -> None:
    """Of one dataset and of several splits; the fingerprint is that of the data."""
    import datasets

    metadata = {"info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}
    table = pa.table({"label": [0, 1], "tags": [["a"], []]}).replace_schema_metadata(
        {"huggingface": json.dumps(metadata)}
    )
    write_splits(tmp_path / "d", table.schema, {"train": [[table], [table]], "test": [[]]})
    found = datasets.load_from_disk(str(tmp_path / "d"))
    assert found["train"].to_list() == table.to_pylist() * 2
    assert found["test"].num_rows == 0
    assert found["train"].features == datasets.Features(
        {"label": datasets.ClassLabel(names=["no", "yes"]), "tags": datasets.List(datasets.Value("string"))}
    )
    assert found["train"].info.splits["train"].num_examples == 4
    write_dataset(tmp_path / "one", table.schema, [[table]])
    write_dataset(tmp_path / "same", table.schema, [batches(table, 1)])
    write_dataset(tmp_path / "other", table.schema, [[table.slice(1)]])
    one, same, other = (datasets.load_from_disk(str(tmp_path / name)) for name in ("one", "same", "other"))
    assert one.split is None
    assert one._fingerprint == same._fingerprint != other._fingerprint


def test_a_type_without_feature_is_written_without_features(tmp_path: Path) -> None:
    """`datasets` refuses a map; everything else reads it."""
    table = pa.table({"m": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64()))})
    write_dataset(tmp_path / "m", table.schema, [[table]])
    assert pa.ipc.open_stream(tmp_path / "m" / "data-00000-of-00001.arrow").read_all().equals(table)
    assert json.loads((tmp_path / "m" / "dataset_info.json").read_bytes())["features"] is None


def test_json_lines(tmp_path: Path) -> None:
    """One object a row, all columns, values to the digit."""
    write_jsonl(tmp_path / "a.jsonl.gz", TABLE.schema, [TABLE])
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).decode() == (
        '{"id":"a","n":9223372036854775807,"at":"2017-12-19T06:16:05Z","price":"1.50",'
        '"blob":{"base64":"/wA="},"kind":"x"}\n'
        '{"id":"","n":-9223372036854775808,"at":null,"price":null,"blob":{"base64":""},"kind":"y"}\n'
        '{"id":null,"n":null,"at":null,"price":"-0.01","blob":null,"kind":"x"}\n'
    )


def test_csv(tmp_path: Path) -> None:
    """Text in quotes, null as nothing; the csv module reads the same cells."""
    table = TABLE.set_column(0, 'i"d', pa.array(['say "a",\r\n\u2028\0', "", None]))
    write_csv(tmp_path / "a.csv", table.schema, [table])
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.decode() == (
        '"i""d","n","at","price","blob","kind"\r\n'
        '"say ""a"",\r\n\u2028\0",9223372036854775807,2017-12-19T06:16:05Z,1.50,"/wA=","x"\r\n'
        '"",-9223372036854775808,,,"","y"\r\n'
        ',,,-0.01,,"x"\r\n'
    )
    found = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    assert found[1] == [
        'say "a",\r\n\u2028\0',
        "9223372036854775807",
        "2017-12-19T06:16:05Z",
        "1.50",
        "/wA=",
        "x",
    ]
    write_csv(tmp_path / "a.tsv", table.schema, [table], delimiter="\t")
    assert (
        list(csv.reader(io.StringIO((tmp_path / "a.tsv").read_bytes().decode(), newline=""), delimiter="\t"))
        == found
    )


def _broken() -> Any:
    return pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )


@pytest.mark.parametrize(
    ("write", "table", "said"),
    [
        (write_jsonl, pa.table({"x": [{"y": [1.0, math.nan]}]}), '"x.y[]": NaN is no number of JSON'),
        (write_jsonl, pa.table({"x": pa.array([-math.inf], pa.float32())}), '"x": -Infinity is no number of JSON'),
        (write_jsonl, pa.table({"x": pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int8()))}),
         '"x": a key stands twice in a map'),
        (write_jsonl, pa.table({"x": [_broken()][0]}), '"x": text is no UTF-8'),
        (write_jsonl, pa.table({"x": pa.nulls(1, pa.month_day_nano_interval())}), '"x": it is of the type'),
        (write_csv, pa.table({"x": [_broken()][0]}), '"x": text is no UTF-8'),
        (write_csv, pa.table({"x": [[1]]}), '"x": it is of the type list'),
        (write_csv, pa.table({"x": ["a", None]}), '"x": a row of nulls alone is a blank line'),
        (write_csv, pa.table({" ": ["a"]}), '" ": it has no name'),
        (write_csv, pa.table([pa.array([1]), pa.array([2])], names=["x", "x"]), '"x": it is the name of two'),
        (write_csv, pa.table({}), "rows without columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_a_form_cannot_hold_is_refused(write: Writer, table: Any, said: str, tmp_path: Path) -> None:
    """By its column, and why."""
    with pytest.raises(CannotHold) as caught:
        write(tmp_path / "a", table.schema, [table])
    assert said in str(caught.value)


def test_a_packing_that_is_only_read(tmp_path: Path) -> None:
    """Is refused in words."""
    with pytest.raises(SpecError, match=r"\.xz is read, not written"):
        write_jsonl(tmp_path / "a.jsonl.xz", TABLE.schema, [TABLE])
