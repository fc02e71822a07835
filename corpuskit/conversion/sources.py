"""Opens a file of any form: its Arrow schema, and its rows as record batches, with how far in the file they reach."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.types as is_a

from corpuskit.conversion import json_lines
from corpuskit.conversion.inputs import File
from corpuskit.conversion.records import LIMITS, SOURCE, Columns, Held, read_by
from corpuskit.conversion.sidecar import schema_beside, sidecar_of
from corpuskit.errors import InputError
from corpuskit.provenance import Source
from corpuskit.readers import READERS
from corpuskit.readers.arrow_values import shown
from corpuskit.readers.csv_file import columns as header
from corpuskit.readers.parquet_tables import opened_table
from corpuskit.readers.records import Piece, Record

_APART = "Files that are converted together have the same columns: --columns takes some of each file, one at a time."
_DAMAGED = "Fetch the file again, or have it written anew."
# How a file that has a schema beside it is written: by this program.
_OURS = {"csv": ",", "tsv": "\t"}


class Rows(NamedTuple):
    """An open file: its schema, and record batches with the bytes of the file that are read by then."""

    schema: Any
    batches: Iterator[tuple[Any, int]]


class Opened(NamedTuple):
    """Some files of one schema: it, whether it is told by all rows or by the first, and batches of the rows."""

    schema: Any
    is_final: bool
    batches: Iterator[tuple[Any, File, int]]


@contextmanager
def opened_all(
    files: Sequence[File], look: json_lines.Look | None = None, *, whole: bool = False
) -> Iterator[Opened]:
    """The schema of the rows of some files of one schema, and batches of them: with its file, and its bytes so far.

    The first rows of JSON Lines without a schema beside them tell it; they raise Widened where a later one has more.
    If `whole` is set, all of them are read for that before; `look(bytes, records)` hears how far that is.
    Raises InputError for files of several schemas, a column of two types, a damaged record, or no columns at all.
    """
    schema, is_final = _untyped_schema(files, look, whole=whole)
    with opened(files[0], schema) as first:
        if not len(first.schema):
            raise InputError(files[0].name, "has no columns.")
        yield Opened(first.schema, is_final, _batches(files, first))


def _batches(files: Sequence[File], first: Rows) -> Iterator[tuple[Any, File, int]]:
    for batch, reach in first.batches:
        yield batch, files[0], reach
    for file in files[1:]:
        with opened(file, first.schema) as rows:
            for batch, reach in rows.batches:
                yield batch, file, reach


def _untyped_schema(files: Sequence[File], look: json_lines.Look | None, *, whole: bool) -> tuple[Any, bool]:
    """The schema of files of which some tell none; None where all tell theirs. The second tells whether it is final."""
    untyped = [file for file in files if file.form == "jsonl" and schema_beside(file.path) is None]
    if not untyped:
        return None, True
    if len(untyped) == len(files):
        return json_lines.schema_of(files, look, whole=whole)
    typed = next(file for file in files if file not in untyped)
    with opened(typed, None) as rows:
        schema = rows.schema
    found, _ = json_lines.schema_of(untyped, look, whole=True)
    for field in found:
        if field.name not in schema.names:
            cause = f"has the column {shown(field.name)}, which {typed.name} lacks."
            raise InputError(untyped[0].name, cause, _APART)
        other = schema.field(field.name)
        if field.type != other.type and not is_a.is_null(field.type):
            cause = f"has the column {shown(field.name)} of the type {_typed(field)} by its values"
            raise InputError(untyped[0].name, f"{cause}, {typed.name} of {_typed(other)}.", _APART)
    return schema, True


def opened(file: File, schema: Any) -> AbstractContextManager[Rows]:
    """The rows of a file; raises InputError where they are not of the schema, where one is given."""
    return _OPENERS[file.form](file, schema)


def check_schema(file: File, found: Any, schema: Any) -> None:
    """Raise InputError where a file has other columns than those before it."""
    if schema is None or found.equals(schema):
        return
    if found.names != schema.names:
        lacks, adds = _beyond(schema.names, found.names), _beyond(found.names, schema.names)
        told = [f"it lacks {lacks}"] * bool(lacks) + [f"it has {adds} more"] * bool(adds)
        apart = ", ".join(told) or "they stand in another order"
        raise InputError(file.name, f"has other columns than the files before it: {apart}.")
    pairs = zip(found, schema, strict=True)
    one, other = next(((a, b) for a, b in pairs if not a.equals(b)), (found.field(0), schema.field(0)))
    cause = (
        f"has the column {shown(one.name)} of the type {_typed(one)}, the files before it of {_typed(other)}."
    )
    raise InputError(file.name, cause)


def _beyond(names: Sequence[str], others: Sequence[str]) -> str:
    """Names that are not among others."""
    return ", ".join(shown(name) for name in names if name not in others)[:300]


def _typed(field: Any) -> str:
    return f"{str(field.type)[:200]}{'' if field.nullable else ' not null'}"


@contextmanager
def _parquet(file: File, schema: Any) -> Iterator[Rows]:
    with opened_table(Piece(file.path, file.name), LIMITS) as table:
        check_schema(file, table.schema, schema)
        yield Rows(table.schema, _counted(table.batches, file.path.stat().st_size, table.rows))


def _counted(batches: Iterator[Any], size: int, rows: int) -> Iterator[tuple[Any, int]]:
    done = 0
    for batch in batches:
        done += batch.num_rows
        yield batch, size * min(done, rows) // max(1, rows)


@contextmanager
def _arrow(file: File, schema: Any) -> Iterator[Rows]:
    """An IPC file or stream. It is read and not mapped: pages of a mapped file count as memory."""
    try:
        with pa.OSFile(str(file.path)) as data:
            reader = _reader(data, file)
            check_schema(file, reader.schema, schema)
            yield Rows(reader.schema, _read(reader, data, file))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from error


def _reader(data: Any, file: File) -> Any:
    head = data.read(6)
    data.seek(0)
    if head == b"ARROW1":
        return pa.ipc.open_file(data)
    # A stream may end anywhere between two batches: only its mark tells that it is whole.
    data.seek(max(0, data.size() - 4))
    if data.read() != b"\0\0\0\0":
        raise InputError(file.name, "is cut, or no Arrow file: it does not end as a stream does.", _DAMAGED)
    data.seek(0)
    return pa.ipc.open_stream(data)


def _read(reader: Any, data: Any, file: File) -> Iterator[tuple[Any, int]]:
    try:
        is_file = hasattr(reader, "num_record_batches")
        batches = map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader
        for batch in batches:
            _validate(batch, file)
            yield batch, data.tell()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from error


def _validate(batch: Any, file: File) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise InputError(file.name, f"has a column {shown(name)} that is damaged: {error}.") from error


def _damaged(file: File, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.errno:
        return InputError(file.name, f"cannot be read: {os.strerror(error.errno)}.")
    said = " ".join(str(error).split())[:300].rstrip(".")
    return InputError(file.name, f"is damaged, or no Arrow file: {said}.", _DAMAGED)


@contextmanager
def _jsonl(file: File, schema: Any) -> Iterator[Rows]:
    """JSON Lines: typed by the schema beside them, else by the one that the values of all files told."""
    found = schema_beside(file.path)
    if found is not None:
        check_schema(file, found, schema)
        yield Rows(found, json_lines.batches(file, json_lines.Fixed(found)))
    else:
        yield Rows(schema, json_lines.batches(file, json_lines.Inferred(schema, json_lines.refuse_wider)))


@contextmanager
def _delimited(file: File, schema: Any) -> Iterator[Rows]:
    """CSV or TSV: typed by the schema beside it; without one every column is text."""
    found = schema_beside(file.path)
    source = SOURCE if found is None else Source("", 0, (), "", delimiter=_OURS[file.form], quote='"')
    names = header(Piece(file.path, file.name), source, LIMITS, file.form)
    if found is None:
        found = pa.schema([(name, pa.string()) for name in names])
    elif found.names != list(names):
        raise InputError(file.name, f"has other columns than {sidecar_of(file.path).name} says.")
    check_schema(file, found, schema)
    records = read_by(READERS[file.form](Piece(file.path, file.name), source, LIMITS), file)
    yield Rows(found, _decoded(file, records, Columns(found, cells=True)))


def _decoded(file: File, records: Iterator[Record], columns: Columns) -> Iterator[tuple[Any, int]]:
    held = Held(file, lambda some: columns.batch([record.fields or {} for record in some]))
    for record in records:
        if held.add(record):
            yield from held.taken()
    yield from held.taken()


_OPENERS: dict[str, Callable[[File, Any], AbstractContextManager[Rows]]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "jsonl": _jsonl,
    "csv": _delimited,
    "tsv": _delimited,
}
