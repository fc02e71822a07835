"""Parquet of any writer: one row a record, parsed in a process of its own, values as JSON has them."""

import hashlib
import os
import signal
import subprocess
import sys
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
MEMORY_BYTES = 4 << 30
_PIPE_BYTES = 1 << 20
_SHOWN_NOTES = 5
# Frames that hold a sentence, or nothing.
_WORDS = frozenset({FAULT, NOTE, FAILURE, END})
_PATIENCE = 10  # seconds in which a process ends that has closed its pipe
# One thread each for what nobody asks of these libraries, and memory given back as it was taken.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
_TEXT = frozenset({"utf-8", "utf-8-sig"})
AGAIN = "Fetch the file again, or have it written anew."


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The rows of a Parquet file, numbered from 1; the bytes of a record are its row as compact JSON.

    A declared encoding says that columns of bytes hold text. Raises InputError, with the number of rows that were
    read, where the file is no Parquet, damaged, encrypted, has columns that JSON has no form for, or ends the
    process that parses it; DamagedInput where a packed stream breaks, or its rows are more bytes than `ratio` allows.
    """
    if source.encoding is not None and source.encoding not in _TEXT:
        hint = 'Write `encoding = "utf-8"` where columns of bytes hold text, or leave it out.'
        raise InputError(piece.name, f"is Parquet, whose text is not {source.encoding}.", hint)
    rows, done, fault = 0, 0, None
    notes: list[str] = []
    call = f"serve({{}}, {MEMORY_BYTES}, is_text={source.encoding is not None})"
    with unpacked(piece, limits) as file, parsing(file, call) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        size = os.fstat(file.fileno()).st_size
        for frame in _frames(process.stdout, limits.line_bytes):
            if frame.kind == ROW:
                rows += 1
                done += frame.length
                streams.check_ratio(piece.name, done, size, limits.ratio)
                yield _record(piece, rows, frame, fault, limits, _said(notes))
                notes, fault = [], None
            elif frame.kind == FAULT:
                fault = frame.raw.decode()
            elif frame.kind == NOTE:
                notes.append(frame.raw.decode())
            elif frame.kind == FAILURE:
                raise InputError(piece.name, behind(frame.raw.decode(), rows), AGAIN)
            else:
                return
        cause = f"cannot be read: the process that parsed it {end_of(process)}."
        raise InputError(piece.name, behind(cause, rows), AGAIN)


def _said(notes: list[str]) -> tuple[Problem, ...]:
    if not notes:
        return ()
    more = [f"and {len(notes) - _SHOWN_NOTES} more columns"] if len(notes) > _SHOWN_NOTES else []
    return (Problem("table-form", "; ".join([*notes[:_SHOWN_NOTES], *more])),)


def behind(cause: str, rows: int) -> str:
    """A cause, and how many rows were read before it."""
    return f"{cause[:-1]}, behind row {rows}." if rows else cause


@contextmanager
def unpacked(piece: Piece, limits: Limits) -> Iterator[IO[bytes]]:
    """The file, or where it is packed an unpacked copy of it; raises InputError where it is empty."""
    if streams.compression(piece.name):
        with streams.copied(piece.path, piece.name, limits.ratio) as copy:
            yield copy
        return
    with streams.plain(piece.path, piece.name) as file:
        if not os.fstat(file.fileno()).st_size:
            raise InputError(piece.name, "is empty, no Parquet file.", AGAIN)
        yield file


@contextmanager
def parsing(file: IO[bytes], call: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that parses an open file; it ends with this block, and with this process.

    `call` is that of a function of readers/parquet_child.py, with `{}` for the descriptor of the file.
    """
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from corpuskit.readers.parquet_child import serve, serve_tables\n"
        f"{call.format(file.fileno())}"
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
    """What a frame is, its bytes up to a limit, how many there are, and the sha256 of all of them."""

    kind: bytes
    raw: bytes
    length: int
    sha256: str


def _frames(pipe: IO[bytes], limit: int) -> Iterator[_Frame]:
    """The frames that come over a pipe, those of rows kept up to a limit, until it ends, or what comes is none."""
    while len(head := pipe.read(FRAME.size)) == FRAME.size:
        kind, size = FRAME.unpack(head)
        if kind == ROW and size > limit:
            long = Gathering(limit)
            while long.length < size and (data := pipe.read(min(size - long.length, _PIPE_BYTES))):
                long.add(data)
            if long.length < size:
                return
            yield _Frame(kind, long.raw, size, long.sha256)
            continue
        if kind != ROW and (kind not in _WORDS or size > _PIPE_BYTES):
            return
        raw = pipe.read(size)
        if len(raw) < size:
            return
        yield _Frame(kind, raw, size, hashlib.sha256(raw).hexdigest())


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


def end_of(process: subprocess.Popen[bytes]) -> str:
    """How a process came to its end before its time, in words."""
    try:
        code = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:  # it is there, and what it sent is no frame
        return "went wrong"
    if -code == signal.SIGXCPU:
        return f"took more than {CPU_SECONDS} s of processor time for one batch of rows"
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
