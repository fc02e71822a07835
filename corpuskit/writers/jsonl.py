"""Rows to JSON Lines: one compact object a row, all columns in their order, each value exactly.

The form of each type is the one in which a build reads it: readers/arrow_values.py.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from corpuskit.errors import CannotHold
from corpuskit.readers.arrow_values import Instead, NoForm, form, shown
from corpuskit.writers.durable import Written, durable
from corpuskit.writers.packing import packed
from corpuskit.writers.recutting import recut

_ROWS, _MAX_BYTES = 1000, 4 << 20


def write_jsonl(
    path: Path, schema: Any, tables: Iterable[Any], instead: Instead | None = None, *, hashed: bool = True
) -> Written:
    """Write record batches or tables as JSON Lines, packed where the name ends in .gz or .zst.

    Raises CannotHold for a type without a form in JSON and, unless `instead(path, what)` gives another value, for NaN
    and infinities, a map that has a key twice, and text that is no UTF-8: the file is then incomplete.
    """
    made = _form(schema, instead or _refuse)
    rows = 0
    with durable(path, hashed=hashed) as sink:
        with packed(sink, path) as stream:
            for table in recut(tables, schema, rows=_ROWS, max_bytes=_MAX_BYTES):
                rows += table.num_rows
                for batch in table.to_batches():
                    lines = [row.json for row in made.rows(batch, batch)]
                    stream.write(b"\n".join([*lines, b""]))
        return sink.written(rows)


def _form(schema: Any, instead: Instead) -> Any:
    try:
        return form(schema, schema, is_text=False, instead=instead)
    except NoForm as error:
        raise CannotHold(
            f"JSON Lines cannot hold the column {shown(error.column)}: it {error.what}."
        ) from error


def _refuse(column: str, what: str) -> NoReturn:
    raise CannotHold(f"JSON Lines cannot hold the column {shown(column)}: {what}.")
