"""Rows to Parquet with exact row groups."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.parquet import writing


def write_groups(path: Path, schema: Any, groups: Iterable[Any], compression: str) -> None:
    """Write Arrow tables to a Parquet file, one row group each, durably."""
    with writing(path, schema, compression) as writer:
        for group in groups:
            # One chunk a column: the bytes then depend on the rows alone, not on how they were batched.
            writer.write_table(group.combine_chunks(), row_group_size=max(1, group.num_rows))
            del group  # before the next one is made


def write_table(path: Path, schema: Any, tables: Iterable[Any], compression: str = "zstd:3") -> int:
    """Write a stream of tables, re-cut to row groups of a fixed number of rows; returns the rows."""
    rows = 0
    held: list[Any] = []
    with writing(path, schema, compression) as writer:

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
