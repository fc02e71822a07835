"""Parquet as hubs want it: zstd, content-defined chunks, page index, page checksums, exact row groups."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# Columns with few distinct values; a dictionary of texts would only be built and thrown away.
_LOW_CARDINALITY = (
    "source",
    "language",
    "license",
    "published_date",
    "split",
    "file",
    "fate",
    "reason",
    "transform",
)


@contextmanager
def _writer(path: Path, schema: Any, compression: str) -> Iterator[Any]:
    codec, _, level = compression.partition(":")
    with (
        path.open("wb") as file,
        pq.ParquetWriter(
            file,
            schema,
            compression=codec,
            compression_level=int(level) if level else None,
            use_dictionary=[name for name in _LOW_CARDINALITY if name in schema.names],
            use_content_defined_chunking=True,
            write_page_index=True,
            write_page_checksum=True,
        ) as writer,
    ):
        yield writer
    with path.open("rb") as written:
        os.fsync(written.fileno())


def write_groups(path: Path, schema: Any, groups: Iterable[Any], compression: str) -> None:
    """Write Arrow tables to a Parquet file, one row group each, durably."""
    with _writer(path, schema, compression) as writer:
        for group in groups:
            # One chunk a column: the bytes then depend on the rows alone, not on how they were batched.
            writer.write_table(group.combine_chunks(), row_group_size=max(1, group.num_rows))
            del group  # before the next one is made


def write_table(path: Path, schema: Any, tables: Iterable[Any], compression: str = "zstd:3") -> int:
    """Write a stream of tables, re-cut to row groups of a fixed number of rows; returns the rows."""
    rows = 0
    held: list[Any] = []
    with _writer(path, schema, compression) as writer:

        def flush(least: int) -> None:
            nonlocal held
            table = pa.concat_tables(held) if held else schema.empty_table()
            while table.num_rows >= least and table.num_rows:
                writer.write_table(table.slice(0, _ROWS).combine_chunks(), row_group_size=_ROWS)
                table = table.slice(_ROWS)
            held = [table] if table.num_rows else []

        for table in tables:
            rows += table.num_rows
            held.append(table.cast(schema))
            flush(_ROWS)
        flush(1)
    return rows


_ROWS = 50_000


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A Parquet file whose page checksums are verified as it is read."""
    with pq.ParquetFile(path, page_checksum_verification=True, memory_map=False) as file:
        yield file


def read_groups(path: Path, columns: list[str] | None = None) -> Iterator[Any]:
    """The row groups of a Parquet file as Arrow tables, page checksums verified."""
    with opened(path) as file:
        for index in range(file.num_row_groups):
            yield file.read_row_group(index, columns=columns)


def count_rows(path: Path) -> int:
    """The number of rows that a Parquet file's footer states."""
    with opened(path) as file:
        return int(file.metadata.num_rows)


def read_schema(path: Path) -> Any:
    """The Arrow schema of a Parquet file."""
    with opened(path) as file:
        return file.schema_arrow
