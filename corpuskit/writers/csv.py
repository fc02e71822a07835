"""Rows to CSV and TSV by RFC 4180: text in quotes, nothing at all for null, so that the empty text is another value.

Numbers and all other cells stand without quotes, as JSON writes them; bytes are base64.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_a

from corpuskit.errors import CannotHold
from corpuskit.readers.arrow_values import NoForm, form, shown
from corpuskit.writers.durable import Written, durable
from corpuskit.writers.packing import packed
from corpuskit.writers.recutting import recut

_ROWS, _MAX_BYTES = 10_000, 4 << 20
_END = "\r\n"
_QUOTE, _NOTHING = pa.scalar('"', pa.large_string()), pa.scalar("", pa.large_string())
_BYTES = (is_a.is_binary, is_a.is_large_binary, is_a.is_binary_view, is_a.is_fixed_size_binary)

# From a column of one chunk to its cells, as text.
Cells = Callable[[Any], Any]


def write_csv(
    path: Path, schema: Any, tables: Iterable[Any], delimiter: str = ",", *, hashed: bool = True
) -> Written:
    """Write record batches or tables as delimited text in UTF-8, packed where the name ends in .gz or .zst.

    Raises CannotHold for lists, structs and maps, columns without a name or with one that stands twice, text that is
    no UTF-8, and a null in a table of one column, which would be a blank line: the file is then incomplete.
    """
    names = _names(schema)
    cells = [_cells(field) for field in schema]
    rows = 0
    with durable(path, hashed=hashed) as sink:
        with packed(sink, path) as stream:
            stream.write((delimiter.join(map(_quoted, names)) + _END).encode())
            for table in recut(tables, schema, rows=_ROWS, max_bytes=_MAX_BYTES):
                rows += table.num_rows
                stream.write(_lines(table, cells, delimiter))
        return sink.written(rows)


def _lines(table: Any, cells: Sequence[Cells], delimiter: str) -> bytes:
    names = table.schema.names
    columns = []
    for name, put, column in zip(names, cells, table.columns, strict=True):
        try:
            columns.append(put(column.chunk(0)))
        except pa.ArrowInvalid as error:
            raise _cannot(name, "text is no UTF-8") from error
    mark = pa.scalar(delimiter, pa.large_string())
    lines = pc.binary_join_element_wise(*columns, mark, null_handling="replace", null_replacement="")
    # Blanks and tabs alone are a blank line to readers, which is no row.
    if pc.any(pc.equal(pc.ascii_trim(lines, " \t"), _NOTHING)).as_py():
        raise _cannot(names[0], "a row of nulls alone is a blank line, which is no row")
    return _END.join([*lines.to_pylist(), ""]).encode()


def _cells(field: Any) -> Cells:
    """The function that makes cells of a column of a type; raises CannotHold where a cell cannot hold it."""
    kind = field.type
    if is_a.is_dictionary(kind):
        inner = _cells(field.with_type(kind.value_type))
        return lambda a: inner(a.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType) and kind.extension_name != "arrow.uuid":
        inner = _cells(field.with_type(kind.storage_type))
        return lambda a: inner(a.storage)
    if is_a.is_string(kind) or is_a.is_large_string(kind) or is_a.is_string_view(kind):
        return _texts
    if is_a.is_integer(kind) or is_a.is_boolean(kind) or is_a.is_null(kind):
        return lambda a: a.cast(pa.large_string())
    if is_a.is_nested(kind):
        raise _cannot(field.name, f"it is of the type {kind}, and a cell holds one value")
    schema = pa.schema([field])
    try:
        (values,) = form(schema, schema, is_text=False).columns.values()
    except NoForm as error:
        raise _cannot(error.column, f"it {error.what}") from error
    if any(is_bytes(kind) for is_bytes in _BYTES):
        return lambda a: _texts(pa.array([v and v["base64"] for v in values(a, a)], pa.large_string()))
    return lambda a: pa.array([_printed(v) for v in values(a, a)], pa.large_string())


def _texts(array: Any) -> Any:
    array.validate(full=True)  # raises where text is no UTF-8
    doubled = pc.replace_substring(array.cast(pa.large_string()), '"', '""')
    return pc.binary_join_element_wise(_QUOTE, doubled, _QUOTE, _NOTHING)


def _printed(value: Any) -> str | None:
    """A number, a date, a time, an id as JSON writes it, without quotes."""
    if value is None or type(value) is str:
        return value
    return format(value, "f") if type(value) is Decimal else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _names(schema: Any) -> list[str]:
    names: list[str] = schema.names
    if not names:
        raise CannotHold("CSV cannot hold rows without columns.")
    for index, name in enumerate(names):
        if not name.strip():
            raise _cannot(name, "it has no name")
        if name in names[:index]:
            raise _cannot(name, "it is the name of two columns")
    return names


def _cannot(column: str, what: str) -> CannotHold:
    return CannotHold(f"CSV cannot hold the column {shown(column)}: {what}.")
