"""Opens a file of any form: its Arrow schema, and its rows as record batches, with how far in the file they reach."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pyarrow as pa

from corpuskit.conversion.cells import cell_values
from corpuskit.conversion.decoding import Misfit, decoder
from corpuskit.conversion.inference import TwoTypes, all_merged, types_of
from corpuskit.conversion.inputs import File
from corpuskit.conversion.sidecar import schema_beside, sidecar_of
from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, streams
from corpuskit.readers.arrow_values import shown
from corpuskit.readers.parquet_tables import opened_table
from corpuskit.readers.records import Piece, Record

# Records that become one batch: so many, or fewer where they are long.
_ROWS, _BYTES = 2000, 4 << 20
_LIMITS = Limits()
_DAMAGED = "Fetch the file again, or have it written anew."
# How a file that has a schema beside it is written: by this program.
_OURS = {"csv": ",", "tsv": "\t"}


class Rows(NamedTuple):
    """An open file: its schema, and record batches with the bytes of the file that are read by then."""

    schema: Any
    batches: Iterator[tuple[Any, int]]


@contextmanager
def opened_all(
    files: Sequence[File], look: Callable[[int, int], None] | None = None
) -> Iterator[tuple[Any, Iterator[tuple[Any, File, int]]]]:
    """The schema of the rows of some files of one schema, and batches of them: with its file, and its bytes so far.

    JSON Lines without a schema beside them are read once to tell it; `look(bytes, records)` hears how far that is.
    Raises InputError for files of several schemas, a column of two types, a damaged record, or no columns at all.
    """
    schema = _untyped_schema(files, look)
    with opened(files[0], schema) as first:
        if not len(first.schema):
            raise InputError(files[0].name, "has no columns.")
        yield first.schema, _batches(files, first)


def _batches(files: Sequence[File], first: Rows) -> Iterator[tuple[Any, File, int]]:
    for batch, reach in first.batches:
        yield batch, files[0], reach
    for file in files[1:]:
        with opened(file, first.schema) as rows:
            for batch, reach in rows.batches:
                yield batch, file, reach


def _untyped_schema(files: Sequence[File], look: Callable[[int, int], None] | None) -> Any:
    """The schema of JSON Lines by their values; None where files tell theirs."""
    untyped = [file for file in files if file.form == "jsonl" and schema_beside(file.path) is None]
    if not untyped:
        return None
    if len(untyped) < len(files):
        raise InputError(
            untyped[0].name, f"has no {sidecar_of(untyped[0].path).name}, and others have a schema."
        )
    return _inferred(files, look)


def opened(file: File, schema: Any) -> AbstractContextManager[Rows]:
    """The rows of a file; raises InputError where they are not of the schema, where one is given."""
    return _OPENERS[file.form](file, schema)


def check_schema(file: File, found: Any, schema: Any) -> None:
    """Raise InputError where a file has other columns than those before it."""
    if schema is None or found.equals(schema):
        return
    if found.names != schema.names:
        names = ", ".join(map(shown, found.names))
        raise InputError(file.name, f"has other columns than the files before it: {names[:300]}.")
    pairs = zip(found, schema, strict=True)
    one, other = next(((a, b) for a, b in pairs if not a.equals(b)), (found.field(0), schema.field(0)))
    cause = (
        f"has the column {shown(one.name)} of the type {_typed(one)}, the files before it of {_typed(other)}."
    )
    raise InputError(file.name, cause)


def _typed(field: Any) -> str:
    return f"{str(field.type)[:200]}{'' if field.nullable else ' not null'}"


@contextmanager
def _parquet(file: File, schema: Any) -> Iterator[Rows]:
    with opened_table(Piece(file.path, file.name), _LIMITS) as table:
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
    found = schema_beside(file.path)
    if found is not None:
        check_schema(file, found, schema)
    elif schema is not None:
        found = schema
    else:
        found = _inferred([file], None)
    yield Rows(found, _decoded(file, found, _records(file)))


@contextmanager
def _delimited(file: File, schema: Any) -> Iterator[Rows]:
    """CSV or TSV: typed by the schema beside it; without one every column is text."""
    found = schema_beside(file.path)
    if found is not None:
        records = _records(file, Source("", 0, (), "", delimiter=_OURS[file.form], quote='"'))
    else:
        records = _records(file)
    names = _header(file)
    if found is None:
        found = pa.schema([(name, pa.string()) for name in names])
    elif found.names != list(names):
        raise InputError(file.name, f"has other columns than {sidecar_of(file.path).name} says.")
    check_schema(file, found, schema)
    yield Rows(found, _decoded(file, found, records, cells=True))


def _header(file: File) -> Sequence[str]:
    from corpuskit.readers.csv_file import columns

    ours = schema_beside(file.path) is not None
    source = Source("", 0, (), "", delimiter=_OURS[file.form], quote='"') if ours else _SOURCE
    return columns(Piece(file.path, file.name), source, _LIMITS, file.form)


_SOURCE = Source("", 0, (), "")


def _records(file: File, source: Source = _SOURCE) -> Iterator[Record]:
    """The records of a text file; the first that cannot be read ends it."""
    for record in READERS[file.form](Piece(file.path, file.name), source, _LIMITS):
        if record.problem is not None:
            raise InputError(f"{file.name}:{record.place.line}", f"{record.problem.message}.")
        yield record


def _gathered(records: Iterator[Record]) -> Iterator[list[Record]]:
    held: list[Record] = []
    size = 0
    for record in records:
        held.append(record)
        size += len(record.raw)
        if len(held) >= _ROWS or size >= _BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _reach(file: File, record: Record) -> int:
    """How many bytes of a file are read with a record; of a packed one nobody knows."""
    place = record.place
    return 0 if streams.compression(file.path.name) else (place.offset or 0) + (place.length or 0)


def _decoded(
    file: File, schema: Any, records: Iterator[Record], *, cells: bool = False
) -> Iterator[tuple[Any, int]]:
    names = frozenset(schema.names)
    columns = [(field.name, decoder(field), cell_values(field.type) if cells else list) for field in schema]
    for held in _gathered(records):
        for record in held:
            if not names.issuperset(record.fields or {}):
                strange = next(name for name in record.fields or {} if name not in names)
                raise _misfit(file, record, strange, "is a column that its schema lacks")
        arrays = []
        for name, decode, prepared in columns:
            values = [(record.fields or {}).get(name) for record in held]
            try:
                arrays.append(decode(prepared(values)))
            except Misfit as misfit:
                raise _blamed(file, held, name, decode, prepared, misfit) from misfit
        yield pa.RecordBatch.from_arrays(arrays, schema=schema), _reach(file, held[-1])


def _blamed(
    file: File, held: Sequence[Record], name: str, decode: Any, prepared: Any, misfit: Misfit
) -> InputError:
    """The error of the first record whose value does not fit."""
    for record in held:
        try:
            decode(prepared([(record.fields or {}).get(name)]))
        except Misfit as alone:
            return _misfit(file, record, alone.path or name, alone.what)
    return _misfit(file, held[0], misfit.path or name, misfit.what)


def _misfit(file: File, record: Record, path: str, what: str) -> InputError:
    return InputError(f"{file.name}:{record.place.line}", f"{shown(path)} {what}.")


def _inferred(files: Sequence[File], look: Callable[[int, int], None] | None) -> Any:
    """The schema that the values of JSON Lines tell."""
    types: dict[str, Any] = {}
    done = records = 0
    for file in files:
        for held in _gathered(_records(file)):
            try:
                types = all_merged(types, types_of([record.fields or {} for record in held]))
            except Misfit:
                raise _two_types(file, held, types) from None
            records += len(held)
            if look is not None:
                look(done + _reach(file, held[-1]), records)
        done += file.path.stat().st_size
    return pa.schema(list(types.items()))


def _two_types(file: File, held: Sequence[Record], types: dict[str, Any]) -> InputError:
    """The error of the first record whose value is of another type than those before it."""
    hint = "A column has one type: mend the file, or make all of them text."
    for record in held:
        try:
            types = all_merged(types, types_of([record.fields or {}]))
        except TwoTypes as error:
            cause = f"the column {shown(error.path)} {error.what}."
            return InputError(f"{file.name}:{record.place.line}", cause, hint)
        except Misfit as error:
            return _misfit(file, record, error.path, error.what)
    return InputError(file.name, "has a column of two types.", hint)


_OPENERS: dict[str, Callable[[File, Any], AbstractContextManager[Rows]]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "jsonl": _jsonl,
    "csv": _delimited,
    "tsv": _delimited,
}
