"""The books of a release as Arrow tables: some rows at a time, with the columns that they must have."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit import parquet
from corpuskit.audit.claims import UNREADABLE

# So many findings of one sort are listed one by one.
MOST = 20
# A build writes at most 50,000 rows a group; a small file may claim any number, and is refused before it is unpacked.
_MOST_ROWS = 1 << 17
# So many rows are looked at at once.
_AT_ONCE = 1 << 14


class Unreadable(Exception):
    """A book of a release that is not what a build writes: its name, and why."""

    def __init__(self, file: str, reason: object) -> None:
        super().__init__(file, reason)
        self.file, self.reason = file, reason


def book_tables(audit: Path, name: str, schema: Any) -> Iterator[Any]:
    """A Parquet file of the audit folder as Arrow tables; raises Unreadable."""
    return typed(f"{audit.name}/{name}", schema, lambda: _groups(audit / name))


def _groups(path: Path) -> Iterator[Any]:
    if (most := max(parquet.group_rows(path), default=0)) > _MOST_ROWS:
        raise ValueError(f"a row group of {most:,} rows; no build writes so many")
    for table in parquet.read_groups(path):
        for first in range(0, max(table.num_rows, 1), _AT_ONCE):
            yield table.slice(first, _AT_ONCE)


def typed(file: str, schema: Any, tables: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """Tables of a file, whose columns must be those of a schema; raises Unreadable."""
    try:
        for table in tables():
            if not table.schema.remove_metadata().equals(schema):
                raise Unreadable(file, "its columns are other ones")
            yield table
    except UNREADABLE as error:
        raise Unreadable(file, error) from error


class Cursor:
    """The rows of tables, taken as many at a time as are wanted."""

    def __init__(self, tables: Iterator[Any]) -> None:
        self.tables, self.taken = tables, 0
        self._held: list[Any] = []

    def take(self, rows: int) -> Any:
        """The next rows, fewer where there are no more."""
        while sum(table.num_rows for table in self._held) < rows and self._next():
            pass
        held = pa.concat_tables(self._held) if self._held else None
        if held is None:
            return pa.table({})
        self._held = [held.slice(rows)]
        found = held.slice(0, rows)
        self.taken += found.num_rows
        return found

    def more(self) -> bool:
        """Whether there is another row."""
        while not any(table.num_rows for table in self._held):
            if not self._next():
                return False
        return True

    def _next(self) -> bool:
        table = next(self.tables, None)
        if table is not None:
            self._held.append(table)
        return table is not None
