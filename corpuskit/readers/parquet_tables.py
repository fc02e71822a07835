"""Parquet of any writer as Arrow batches, parsed in a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.provenance import Limits
from corpuskit.readers.parquet_child import END, FAILURE, FRAME, ROWS, TABLE
from corpuskit.readers.parquet_file import AGAIN, MEMORY_BYTES, behind, end_of, parsing, unpacked
from corpuskit.readers.records import Piece

# A frame is never larger than what the process may hold.
_MOST_BYTES = MEMORY_BYTES


class ParquetTable(NamedTuple):
    """A file that is open: its schema, how many rows its footer states, and its batches, to be read once."""

    schema: Any
    rows: int
    batches: Iterator[Any]


@contextmanager
def opened_table(piece: Piece, limits: Limits) -> Iterator[ParquetTable]:
    """The rows of a Parquet file as record batches of some MiB.

    Raises InputError, with the number of rows that were read, where the file is no Parquet, damaged or encrypted, has
    text that is no UTF-8 or INT96 times that no Arrow type holds, or ends the process that parses it.
    """
    call = f"serve_tables({{}}, {MEMORY_BYTES})"
    with unpacked(piece, limits) as file, parsing(file, call) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        frames = _frames(process.stdout, piece.name, process)
        schema = pa.ipc.open_stream(_wanted(next(frames), TABLE, piece.name)).schema
        rows = int(_wanted(next(frames), ROWS, piece.name).to_pybytes())
        yield ParquetTable(schema, rows, _batches(frames, piece.name))


# What it is, and its bytes as a buffer of Arrow's, which keeps its memory for the next.
_Frame = tuple[bytes, Any]


def _wanted(frame: _Frame, kind: bytes, file: str, rows: int = 0) -> Any:
    """The bytes of a frame of a kind; raises InputError with what the process says where it is another."""
    if frame[0] == FAILURE:
        raise InputError(file, behind(frame[1].to_pybytes().decode(), rows), AGAIN)
    if frame[0] != kind:
        raise InputError(file, "cannot be read: the process that parsed it went wrong.", AGAIN)
    return frame[1]


def _batches(frames: Iterator[_Frame], file: str) -> Iterator[Any]:
    rows = 0
    for frame in frames:
        if frame[0] == END:
            return
        for batch in pa.ipc.open_stream(_wanted(frame, TABLE, file, rows)):
            yield batch
            rows += batch.num_rows


def _frames(pipe: Any, file: str, process: Any) -> Iterator[_Frame]:
    """The frames that come over a pipe; raises InputError where it ends without their end."""
    while len(head := pipe.read(FRAME.size)) == FRAME.size:
        kind, size = FRAME.unpack(head)
        if kind not in (TABLE, ROWS, FAILURE, END) or size > _MOST_BYTES:
            break
        raw = pa.allocate_buffer(size)
        if size and pipe.readinto(memoryview(raw)) < size:
            break
        yield kind, raw
        if kind in (FAILURE, END):
            return
    raise InputError(file, f"cannot be read: the process that parsed it {end_of(process)}.", AGAIN)
