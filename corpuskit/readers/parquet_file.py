"""Parquet of any writer: one row a record, parsed in a process of its own, values as JSON has them."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.dialect import Malformed, parse_object
from corpuskit.readers.parquet_child import CPU_SECONDS, END, FAILURE, FAULT, FRAME, NOTE, ROW
from corpuskit.readers.records import Gathering, Piece, Problem, Record

# Address space of the process that parses: its libraries take half a gigabyte of it.
_MEMORY_BYTES = 4 << 30
_PIPE_BYTES = 1 << 20
_SHOWN_NOTES = 5
# One thread each for what nobody asks of these libraries, and memory given back as it was taken.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
_TEXT = frozenset({"utf-8", "utf-8-sig"})
_AGAIN = "Fetch the file again, or have it written anew."


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The rows of a Parquet file, numbered from 1; the bytes of a record are its row as compact JSON.

    A declared encoding says that columns of bytes hold text. Raises InputError, with the number of rows that were
    read, where the file is no Parquet, damaged, encrypted, has columns that JSON has no form for, or ends the
    process that parses it; DamagedInput where a packed stream breaks.
    """
    if source.encoding is not None and source.encoding not in _TEXT:
        hint = 'Write `encoding = "utf-8"` where columns of bytes hold text, or leave it out.'
        raise InputError(piece.name, f"is Parquet, whose text is not {source.encoding}.", hint)
    with _unpacked(piece, limits) as file, _parsing(file, is_text=source.encoding is not None) as process:
        assert process.stdout is not None  # noqa: S101 - asked for below
        rows, fault = 0, None
        notes: list[str] = []
        while True:
            head = process.stdout.read(FRAME.size)
            if len(head) < FRAME.size:
                raise _lost(piece, process, rows)
            kind, size = FRAME.unpack(head)
            frame = _frame(process.stdout, size, limits.line_bytes)
            if frame is None:
                raise _lost(piece, process, rows)
            if kind == ROW:
                rows += 1
                yield _record(piece, rows, frame, fault, limits, _said(notes))
                notes, fault = [], None
            elif kind == FAULT:
                fault = frame.raw.decode()
            elif kind == NOTE:
                notes.append(frame.raw.decode())
            elif kind == END:
                return
            else:
                assert kind == FAILURE  # noqa: S101 - there is no other
                raise InputError(piece.name, _behind(frame.raw.decode(), rows), _AGAIN)


def _said(notes: list[str]) -> tuple[Problem, ...]:
    if not notes:
        return ()
    more = [f"and {len(notes) - _SHOWN_NOTES} more columns"] if len(notes) > _SHOWN_NOTES else []
    return (Problem("table-form", "; ".join([*notes[:_SHOWN_NOTES], *more])),)


def _behind(cause: str, rows: int) -> str:
    return f"{cause[:-1]}, behind row {rows}." if rows else cause


@contextmanager
def _unpacked(piece: Piece, limits: Limits) -> Iterator[IO[bytes]]:
    """The file, or where it is packed an unpacked copy of it; raises InputError where it is empty."""
    if streams.compression(piece.name):
        with tempfile.TemporaryFile() as copy:
            for block in streams.blocks(piece.path, piece.name, limits.ratio):
                copy.write(block)
            copy.flush()
            yield copy
        return
    with streams.plain(piece.path, piece.name) as file:
        if not os.fstat(file.fileno()).st_size:
            raise InputError(piece.name, "is empty, no Parquet file.", _AGAIN)
        yield file


@contextmanager
def _parsing(file: IO[bytes], *, is_text: bool) -> Iterator[subprocess.Popen[bytes]]:
    """A process that parses an open file; it ends with this block, and with this process."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from corpuskit.readers.parquet_child import serve\n"
        f"serve({file.fileno()}, {_MEMORY_BYTES}, is_text={is_text})"
    )
    process = subprocess.Popen(  # noqa: S603 - this interpreter, and code that stands here
        [sys.executable, "-c", code],
        bufsize=_PIPE_BYTES,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[file.fileno()],
        env=os.environ | _ENVIRONMENT,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


class _Frame(NamedTuple):
    """The bytes of a frame, up to a limit, how many there are, and the sha256 of all of them."""

    raw: bytes
    length: int
    sha256: str


def _frame(pipe: IO[bytes], size: int, limit: int) -> _Frame | None:
    """The next bytes of a pipe, None where it ends too soon."""
    if size <= limit:
        raw = pipe.read(size)
        return _Frame(raw, size, hashlib.sha256(raw).hexdigest()) if len(raw) == size else None
    long = Gathering(limit)
    while long.length < size and (data := pipe.read(min(size - long.length, _PIPE_BYTES))):
        long.add(data)
    return _Frame(long.raw, size, long.sha256) if long.length == size else None


def _record(
    piece: Piece, number: int, row: _Frame, fault: str | None, limits: Limits, notes: tuple[Problem, ...]
) -> Record:
    place = Place(piece.name, None, None, None, number, row.sha256)
    if row.length > limits.line_bytes:
        message = f"a row of {row.length} bytes as JSON; the limit is {limits.line_bytes}"
        return Record(place, row.raw, problem=Problem("line-too-long", message), notes=notes)
    if fault is not None:
        return Record(place, row.raw, problem=Problem("unrepresentable", fault), notes=notes)
    try:
        return Record(place, row.raw, parse_object(row.raw, limits.depth), notes=notes)
    except Malformed as malformed:
        return Record(place, row.raw, problem=malformed.problem, notes=notes)


def _lost(piece: Piece, process: subprocess.Popen[bytes], rows: int) -> InputError:
    """What is to be said where the parsing process has ended before the file has."""
    code = process.wait()
    if -code == signal.SIGXCPU:
        how = f"took more than {CPU_SECONDS} s of processor time for one batch of rows"
    elif code < 0:
        how = f"was killed by {signal.Signals(-code).name}"
    else:
        how = f"ended with code {code}"
    return InputError(piece.name, _behind(f"cannot be read: the process that parsed it {how}.", rows), _AGAIN)
