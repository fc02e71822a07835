"""Rows of text files by their records: gathered, decoded column by column, and the first that does not fit blamed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from corpuskit.conversion.cells import cell_values
from corpuskit.conversion.decoding import Misfit, decoder
from corpuskit.conversion.inference import TwoTypes
from corpuskit.conversion.inputs import File
from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import streams
from corpuskit.readers.arrow_values import shown
from corpuskit.readers.records import Record

# Records that become one batch: so many, or fewer where they are long.
_ROWS, _BYTES = 2000, 4 << 20
LIMITS = Limits()
SOURCE = Source("", 0, (), "")

Fields = Mapping[str, Any]


class Columns:
    """The columns of a schema, each with the way from its values to Arrow."""

    def __init__(self, schema: Any, *, cells: bool = False) -> None:
        self.schema = schema
        self._names = frozenset(schema.names)
        self._made = [(f.name, decoder(f), cell_values(f.type) if cells else list) for f in schema]

    def batch(self, rows: Sequence[Fields]) -> Any:
        """The record batch of some rows; raises Misfit where a value is of another type, or of no column."""
        if strange := [name for name in dict.fromkeys(chain.from_iterable(rows)) if name not in self._names]:
            raise Misfit(strange[0], "is a column that its schema lacks")
        return pa.RecordBatch.from_arrays(
            [self._array(rows, *column) for column in self._made], schema=self.schema
        )

    def _array(self, rows: Sequence[Fields], name: str, decode: Any, prepared: Any) -> Any:
        try:
            return decode(prepared([row.get(name) for row in rows]))
        except Misfit as misfit:
            if misfit.path:
                raise
            raise Misfit(name, misfit.what) from misfit


def read_by(records: Iterator[Record], file: File) -> Iterator[Record]:
    """Records of a file; raises InputError at the first that cannot be read."""
    for record in records:
        if record.problem is not None:
            raise InputError(f"{file.name}:{record.place.line}", f"{record.problem.message}.")
        yield record


class Held:
    """Records of a file that become one batch: `make` makes it, or raises Misfit."""

    def __init__(self, file: File, make: Callable[[Sequence[Record]], Any]) -> None:
        self._file, self._make = file, make
        self._records: list[Record] = []
        self._bytes = 0

    def add(self, record: Record) -> bool:
        """Hold one more; whether these are enough."""
        self._records.append(record)
        self._bytes += len(record.raw)
        return len(self._records) >= _ROWS or self._bytes >= _BYTES

    def taken(self) -> Iterator[tuple[Any, int]]:
        """The batch of the records that are held, if any, and how many bytes of the file are read with them.

        Raises InputError that names the first record whose value does not fit.
        """
        held, self._records, self._bytes = self._records, [], 0
        if held:
            try:
                yield self._make(held), _reach(self._file, held[-1])
            except Misfit as misfit:
                raise self._blamed(held, misfit) from misfit

    def _blamed(self, held: Sequence[Record], misfit: Misfit) -> InputError:
        for record in held:
            try:
                self._make([record])
            except Misfit as alone:
                return _misfit(self._file, record, alone)
        return _misfit(self._file, held[0], misfit)


def _reach(file: File, record: Record) -> int:
    """How many bytes of a file are read with a record; of a packed one nobody knows."""
    place = record.place
    return 0 if streams.compression(file.path.name) else (place.offset or 0) + (place.length or 0)


def _misfit(file: File, record: Record, misfit: Misfit) -> InputError:
    place = f"{file.name}:{record.place.line}"
    if isinstance(misfit, TwoTypes):
        hint = "A column has one type: mend the file, or make all of them text."
        return InputError(place, f"the column {shown(misfit.path)} {misfit.what}.", hint)
    return InputError(place, f"{shown(misfit.path)} {misfit.what}.")
