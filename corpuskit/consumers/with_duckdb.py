"""A release as DuckDB opens it."""

from collections.abc import Iterator
from typing import Any

from corpuskit.consumers.views import Reading, View

_ROWS = 1000
# Instants are the same in every zone; only how they are printed is not.
_SETTINGS = (
    "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false"
)


def queried(view: View, config: str, split: str) -> Reading:
    """`SELECT * FROM read_parquet(glob)`."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(_SETTINGS)
    connection.execute("SELECT * FROM read_parquet(?)", [view.globs("parquet", config, split)])
    reader: Any = connection.to_arrow_reader(_ROWS)
    return Reading(reader.schema, _tables(reader, connection))


def _tables(reader: Any, connection: Any) -> Iterator[Any]:
    import pyarrow as pa

    with connection:  # it must outlive what reads from it
        for batch in reader:
            yield pa.Table.from_batches([batch])
