"""The process that parses a Parquet file: it may crash, or be killed, without taking anything along.

It is bounded in memory and, from one batch of rows to the next, in processor time. Rows go to a pipe as JSON, in
frames: what the frame is, how many bytes follow, and these.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from struct import Struct
from threading import Thread
from typing import Any, BinaryIO

FRAME = Struct("<cQ")
# A row; what is wrong with the next row; what is to be said of the file; why it cannot be read; its end.
ROW, FAULT, NOTE, FAILURE, END = b"R", b"B", b"N", b"F", b"Z"
# Rows as Arrow, and how many the footer states before the first of them.
TABLE, ROWS = b"T", b"C"
# Processor time that one batch may take, in seconds.
CPU_SECONDS = 60
# What a batch should hold, in bytes of its row group, and at most, in rows.
_BATCH_BYTES, _BATCH_ROWS, _TABLE_ROWS = 4 << 20, 256, 4096
_BUFFER = 1 << 20
# Pages are read one after the other: a row group as a whole may be larger than memory.
_SPARINGLY = {"buffer_size": _BUFFER, "pre_buffer": False}
_LONGEST = 300


def serve(descriptor: int, memory_bytes: int, *, is_text: bool) -> None:
    """Write the rows of the Parquet file that is open as a descriptor to stdout as JSON, until stdin is closed."""
    _alone(memory_bytes, lambda out: _serve(_path(descriptor), out, is_text=is_text))


def serve_tables(descriptor: int, memory_bytes: int) -> None:
    """Write them as Arrow: the schema as an IPC stream without rows, then batches of rows, each as such a stream."""
    _alone(memory_bytes, lambda out: _serve_tables(_path(descriptor), out))


def _path(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}")


def _alone(memory_bytes: int, work: Callable[[BinaryIO], None]) -> None:
    """Do the work of a process that has nothing else to do: bounded, and over when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends this process
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory_bytes)
    Thread(target=_end_with_parent, daemon=True).start()
    with open(sys.stdout.fileno(), "wb", buffering=_BUFFER, closefd=False) as out:
        _run(work, out, memory_bytes)


def _run(work: Callable[[BinaryIO], None], out: BinaryIO, memory_bytes: int = 0) -> None:
    """Do the work; whatever goes wrong with the file is the last that is written."""
    try:
        work(out)
    except BrokenPipeError:
        os._exit(0)
    except MemoryError:
        _send(out, FAILURE, f"takes more than {memory_bytes >> 20} MiB of memory to be read.".encode())
    except Exception as error:  # noqa: BLE001 - whatever a parser says of a file is said of that file
        _send(out, FAILURE, _words(error).encode())


def _end_with_parent() -> None:
    """Wait for the end of stdin, which nobody writes to: the parent has closed it, or ended."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def _words(error: Exception) -> str:
    """What went wrong with a file, as the end of a sentence."""
    from corpuskit.readers.arrow_values import NoForm, shown

    if isinstance(error, NoForm):
        return f"cannot be read: {shown(error.column)} {error.what}."
    said = " ".join(str(error).split()) or type(error).__name__
    return f"is damaged, or no Parquet file: {said[:_LONGEST].rstrip('.')}."


def _send(out: BinaryIO, kind: bytes, payload: bytes) -> None:
    out.write(FRAME.pack(kind, len(payload)))
    out.write(payload)


def _serve(path: Path, out: BinaryIO, *, is_text: bool) -> None:
    import pyarrow as pa

    from corpuskit.parquet import opened
    from corpuskit.readers.arrow_values import form

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    _more_time()
    with ExitStack() as stack:
        file = stack.enter_context(opened(path, **_SPARINGLY))
        other = file
        if _has_int96(file.schema):
            # In nanoseconds these times overflow for most years, in seconds they never do.
            other = stack.enter_context(opened(path, **_SPARINGLY, coerce_int96_timestamp_unit="s"))
        made = form(file.schema_arrow, other.schema_arrow, is_text=is_text)
        for note in made.notes:
            _send(out, NOTE, note.encode())
        rows = 0
        for batch, coarse in _batches(file, other):
            for row in made.rows(batch, coarse):
                if row.fault is not None:
                    _send(out, FAULT, row.fault.encode())
                _send(out, ROW, row.json)
            rows += batch.num_rows
            _more_time()
        # Only now: of a column that is encrypted the parser has no numbers, and aborts where it is asked for them.
        expected = _rows_stated(file)
        if rows != expected:
            raise ValueError(f"it has {rows} rows, its row groups should have {expected}")
        _send(out, END, b"")


def _serve_tables(path: Path, out: BinaryIO) -> None:
    import pyarrow as pa

    from corpuskit.parquet import opened
    from corpuskit.readers.parquet_types import given_back, recorded

    def write(sink: Any, batches: Iterable[Any]) -> None:
        with pa.ipc.new_stream(sink, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def send(*batches: Any) -> None:
        size = pa.MockOutputStream()  # counts, so that nothing is copied before it goes out
        write(size, batches)
        out.write(FRAME.pack(TABLE, size.size()))
        write(pa.PythonFile(out, "w"), batches)

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    _more_time()
    with ExitStack() as stack:
        file = other = stack.enter_context(opened(path, **_SPARINGLY))
        if _has_int96(file.schema):
            other = stack.enter_context(opened(path, **_SPARINGLY, coerce_int96_timestamp_unit="s"))
        schema = recorded(file.schema_arrow, file.metadata.metadata)
        send()
        _send(out, ROWS, str(file.metadata.num_rows).encode())
        out.flush()
        rows = 0
        for batch, coarse in _batches(file, other, _TABLE_ROWS):
            _check_whole(batch, coarse)
            columns = [given_back(c, field.type) for c, field in zip(batch.columns, schema, strict=True)]
            send(pa.RecordBatch.from_arrays(columns, schema=schema))
            rows += batch.num_rows
            _more_time()
        expected = _rows_stated(file)
        if rows != expected:
            raise ValueError(f"it has {rows} rows, its row groups should have {expected}")
        _send(out, END, b"")


def _check_whole(batch: Any, coarse: Any) -> None:
    """Raise NoForm for a column with text that is no UTF-8, or INT96 times that 64 bits of nanoseconds do not hold."""
    import pyarrow as pa

    from corpuskit.readers.arrow_values import NoForm

    for name, column, other in zip(batch.schema.names, batch.columns, coarse.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise NoForm(name, "holds text that is no UTF-8") from error
        if column.type != other.type and not _same_times(column, other):
            raise NoForm(name, "holds INT96 times outside of the years 1677 to 2262")


def _same_times(fine: Any, coarse: Any) -> bool:
    """Whether times in nanoseconds are those in seconds, none of them overflown; in parts of columns, too."""
    import pyarrow as pa

    if not pa.types.is_nested(fine.type):
        seconds = [None if v is None else v // 10**9 for v in fine.view(pa.int64()).to_pylist()]
        return bool(seconds == coarse.view(pa.int64()).to_pylist())
    parts = (
        zip(fine.flatten(), coarse.flatten(), strict=True)
        if pa.types.is_struct(fine.type)
        else [(fine.values, coarse.values)]
    )
    return all(a.type == b.type or _same_times(a, b) for a, b in parts)


def _has_int96(schema: Any) -> bool:
    return any(schema.column(i).physical_type == "INT96" for i in range(len(schema.names)))


def _rows_stated(file: Any) -> int:
    """The rows of all row groups; raises ValueError where the footer, or a column of a group, states another number.

    Some writers leave the number of the footer at 0.
    """
    flat = [i for i in range(len(file.schema.names)) if file.schema.column(i).max_repetition_level == 0]
    rows = 0
    for group in (file.metadata.row_group(i) for i in range(file.num_row_groups)):
        for column in map(group.column, flat):
            if column.num_values != group.num_rows:
                has = f"a column has {column.num_values} values, its row group {group.num_rows} rows"
                raise ValueError(has)
        rows += group.num_rows
    if file.metadata.num_rows not in {0, rows}:
        raise ValueError(f"its footer states {file.metadata.num_rows} rows, its row groups {rows}")
    return rows


def _batches(file: Any, other: Any, most: int = _BATCH_ROWS) -> Iterator[tuple[Any, Any]]:
    """The batches of a file as it was opened in two ways, or one, checked as far as that is cheap."""
    size = _rows_a_batch(file.metadata, most)
    if other is file:
        for batch in file.iter_batches(size, use_threads=False):
            _check(batch)
            yield batch, batch
        return
    fine, coarse = (f.iter_batches(size, use_threads=False) for f in (file, other))
    for batch, again in zip(fine, coarse, strict=True):
        _check(batch)
        yield batch, again


def _rows_a_batch(metadata: Any, most: int) -> int:
    """How many rows are read at once: few where a row group says that they are long."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    longest = max((g.total_byte_size // max(1, g.num_rows) for g in groups), default=1)
    return max(1, min(most, _BATCH_BYTES // max(1, longest)))


def _check(batch: Any) -> None:
    """Raise ValueError where offsets lead out of a batch; text that is no UTF-8 is the fault of its row."""
    try:
        batch.validate(full=True)
    except ValueError as error:
        if "UTF8" not in str(error):
            raise
        batch.validate()


def _more_time() -> None:
    """Allow so many seconds of processor time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS)


def _limit(kind: int, most: int) -> None:
    """Limit a resource of this process, or leave it where it may not have as much."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
