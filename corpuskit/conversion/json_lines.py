"""JSON Lines as record batches: of the schema that stands beside them, or of the one that their values tell.

Values that tell the schema are read once: the first rows tell it for all, and rows that have more of it than those
before end the reading. Only then all of the files are read for their types alone.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from corpuskit.conversion.decoding import Misfit
from corpuskit.conversion.inference import all_merged, types_of
from corpuskit.conversion.inputs import File
from corpuskit.conversion.records import LIMITS, SOURCE, Columns, Fields, Held, read_by
from corpuskit.readers import jsonl, streams
from corpuskit.readers.json_blocks import arrow_rows, is_parsed_by_arrow, parsed_rows
from corpuskit.readers.records import Line, Piece, Record

# So many bytes of rows tell the schema of all, where no later one objects.
_TELLING = 4 << 20
# A file of which so many blocks in a row were not for Arrow's parser is not for it.
_MOST_MISSES = 3

Look = Callable[[int, int], None]


class Widened(Exception):
    """Rows have a column, or a part of one, that the rows before them did not tell of."""


class Fixed:
    """A schema that is given."""

    inferred = False

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def tell(self, rows: Sequence[Fields]) -> None:
        """Nothing more is to be learnt of rows."""


class Inferred:
    """A schema that values tell: `widened` is called where they tell of more than is known.

    It may raise, else the schema is the wider one from there on.
    """

    inferred = True

    def __init__(self, schema: Any, widened: Callable[[], None]) -> None:
        self.schema = schema
        self._types = {field.name: field.type for field in schema}
        self._widened = widened

    def tell(self, rows: Sequence[Fields]) -> None:
        """Learn what rows tell of types; raises Misfit where a column has two."""
        types = all_merged(self._types, types_of(rows))
        if types != self._types:
            self._widened()
            self._types, self.schema = types, pa.schema(list(types.items()))


def refuse_wider() -> None:
    """Raise Widened."""
    raise Widened


def batches(file: File, typing: Fixed | Inferred) -> Iterator[tuple[Any, int]]:
    """The rows of a file as record batches, each with the bytes of the file that are read by then."""
    blocks = _Blocks(file, typing)
    for record in read_by(jsonl.read(Piece(file.path, file.name), SOURCE, LIMITS, blocks), file):
        yield from blocks.taken()
        if blocks.held.add(record):
            yield from blocks.held.taken()
    yield from blocks.taken()
    yield from blocks.held.taken()


class _Blocks:
    """Takes whole blocks of lines as batches where that is sure: a Prover, so that the reader reads the other lines."""

    def __init__(self, file: File, typing: Fixed | Inferred) -> None:
        self.records = self.lines = 0
        self.held = Held(file, self._of_records)
        self._found: list[tuple[Any, int]] = []
        self._is_packed = bool(streams.compression(file.path.name))
        self._typing, self._misses = typing, 0
        self._columns: Columns | None = None
        self._asked: Any = None
        self._is_plain = False

    def taken(self) -> list[tuple[Any, int]]:
        """What was found since this was asked last: it stands before the record that the reader gives then."""
        found, self._found = self._found, []
        return found

    def sift(self, block: bytes, start: int, stop: int, _: int, offset: int) -> tuple[int, list[Line]]:
        """How many whole lines stand between two places of a block, and those that are left to the reader."""
        # Types are told in the order of the rows, so those of records that stand before come first.
        self._found += self.held.taken()
        # The reader gets at least the end of each block: what is found is taken when it gives a record.
        end = stop if stop < len(block) else block.rfind(b"\n", start, max(start, stop - 1)) + 1
        batch = self._of_lines(block, start, end) if end > start else None
        if batch is None:
            return jsonl.every_line(block, start, stop)
        self.records += batch.num_rows
        self._found.append((batch, 0 if self._is_packed else offset + end))
        count, left = jsonl.every_line(block, end, stop)
        return batch.num_rows + count, [(batch.num_rows + index, at, line) for index, at, line in left]

    def _of_lines(self, block: bytes, start: int, stop: int) -> Any:
        """The rows of lines of a block, None where the reader shall judge them."""
        lines = memoryview(block)[start:stop]
        try:
            return self._batch(lines, lambda: parsed_rows(block, start, stop, LIMITS.depth))
        except Misfit:
            return None

    def _of_records(self, records: Sequence[Record]) -> Any:
        """The rows of records; raises Misfit where a value does not fit."""
        lines = b"".join([record.raw + b"\n" for record in records])
        return self._batch(memoryview(lines), lambda: [record.fields or {} for record in records])

    def _batch(self, lines: memoryview, parsed: Callable[[], Sequence[Fields] | None]) -> Any:
        if (batch := self._of_arrow(lines)) is not None:
            return batch
        rows = parsed()
        if not rows:
            return None
        known = self._typing.schema
        self._typing.tell(rows)
        if self._typing.schema is not known and (batch := self._of_arrow(lines)) is not None:
            return batch
        if self._columns is None or self._columns.schema is not self._typing.schema:
            self._columns = Columns(self._typing.schema)
        return self._columns.batch(rows)

    def _of_arrow(self, lines: memoryview) -> Any:
        if self._asked is not self._typing.schema:
            self._asked, self._misses = self._typing.schema, 0
            self._is_plain = is_parsed_by_arrow(self._asked)
        if not self._is_plain or self._misses >= _MOST_MISSES:
            return None
        batch = arrow_rows(lines, self._asked, inferred=self._typing.inferred)
        self._misses = 0 if batch is not None else self._misses + 1
        return batch


def schema_of(files: Sequence[File], look: Look | None, *, whole: bool) -> tuple[Any, bool]:
    """The schema that the values of some files tell, and whether these are all: of the first rows, or of the `whole`.

    `look(bytes, records)` hears how far the files are read.
    """
    typing = Inferred(pa.schema([]), lambda: None)
    done = rows = size = 0
    for file in files:
        for batch, reached in batches(file, typing):
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if look is not None:
                look(done + reached, rows)
            if size >= _TELLING and not whole:
                return typing.schema, False
        done += file.path.stat().st_size
    return typing.schema, True
