"""Opens Parquet files, to read and to write them: the only importer of pyarrow.parquet."""

import io
import os
import re
from collections.abc import Iterator
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

_VIEWS = re.compile("(?:string|binary)_view")


@contextmanager
def writing(path: Path, schema: Any, compression: str) -> Iterator[Any]:
    """A writer of Parquet as hubs want it, durable at its end.

    With content-defined chunks, page index, page checksums; `compression` is a codec, and its level behind a colon.
    """
    codec, _, level = compression.partition(":")
    with (
        path.open("wb") as file,
        pq.ParquetWriter(
            file,
            schema,
            compression=codec,
            compression_level=int(level) if level else None,
            use_dictionary=[name for name in _LOW_CARDINALITY if name in schema.names],
            # With it pyarrow 26 aborts where texts or bytes are views: it cannot slice them.
            use_content_defined_chunking=not any(_VIEWS.search(str(field.type)) for field in schema),
            write_page_index=True,
            write_page_checksum=True,
        ) as writer,
    ):
        yield writer
    with path.open("rb") as written:
        os.fsync(written.fileno())


def refused_column(table: Any) -> tuple[str, str] | None:
    """The first column of a table that Parquet cannot hold as it is, and why; None where it holds all."""
    for name in table.schema.names:
        try:
            pq.write_table(table.select([name]), io.BytesIO(), compression="none")
        except pa.ArrowException as error:
            return name, " ".join(str(error).split())
    return None


@contextmanager
def opened(path: Any, **options: Any) -> Iterator[Any]:
    """A Parquet file, by path or open already, whose page checksums are verified; `options` are pyarrow's."""
    with pq.ParquetFile(path, page_checksum_verification=True, memory_map=False, **options) as file:
        yield file


def read_groups(path: Any, columns: list[str] | None = None) -> Iterator[Any]:
    """The row groups of a Parquet file as Arrow tables, page checksums verified."""
    with opened(path) as file:
        for index in range(file.num_row_groups):
            yield file.read_row_group(index, columns=columns)


def group_rows(path: Any) -> list[int]:
    """The number of rows of each row group of a Parquet file, as its footer states them."""
    with opened(path) as file:
        return [int(file.metadata.row_group(index).num_rows) for index in range(file.num_row_groups)]


def count_rows(path: Any) -> int:
    """The number of rows that the footer of a Parquet file, by its path or open already, states."""
    with opened(path) as file:
        return int(file.metadata.num_rows)


def read_schema(path: Any) -> Any:
    """The Arrow schema of a Parquet file."""
    with opened(path) as file:
        return file.schema_arrow
