"""Compares what a consumer reads with what corpuskit reads: names, columns, types, rows and values."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from corpuskit.consumers.table import Consumer
from corpuskit.consumers.views import WHOLE, Reading, View
from corpuskit.findings import Finding, finding, shortened
from corpuskit.forms import regrouped
from corpuskit.likeness import differences

_LONGEST = 120


def compared(name: str, consumer: Consumer, view: View) -> Iterator[Finding]:
    """Every difference between what a consumer finds in a release and what it holds."""
    differ = partial(finding, "other-reading", file=view.folder.name)
    if consumer.names is not None:
        meant = set(consumer.pairs(view))
        try:
            found = consumer.names(view)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, it cannot open the release
            yield differ(f"{name} cannot list configs and splits: {_words(error)}")
            found = meant
        for config, split in sorted(found ^ meant):
            what = "finds no" if (config, split) in meant else "finds one more:"
            yield differ(f"{name} {what} config {config!r}, split {split!r}")
    for config, split in consumer.pairs(view):
        where = f"{name}, config {config!r}, {f'split {split!r}' if split != WHOLE else 'all splits'}"
        try:
            reading = consumer.open(view, config, split)
            for message, more in _differences(reading, view, config, split):
                yield differ(f"{where}: {message}", **more)
        except Exception as error:  # noqa: BLE001 - likewise
            yield differ(f"{where}: it cannot be read: {_words(error)}")


def _words(error: Exception) -> str:
    said = " ".join(str(error).split())
    return shortened(f"{type(error).__name__}: {said}" if said else type(error).__name__, 3 * _LONGEST)


# What a difference is, in words, and the fields of its finding.
Difference = tuple[str, dict[str, Any]]


def _differences(reading: Reading, view: View, config: str, split: str) -> Iterator[Difference]:
    meant = view.schema.remove_metadata()
    yield from _columns(reading.schema, meant)
    # What is of another type, or not there, has no values to compare.
    alike = [
        f for f in meant if f.name in reading.schema.names and _is_alike(reading.schema.field(f.name), f)
    ]
    schema = pa.schema(alike)
    tables = (
        table.select(schema.names).replace_schema_metadata(None).cast(schema) for table in reading.tables
    )
    wanted = (
        table.select(schema.names).replace_schema_metadata(None) for table in view.tables(config, split)
    )
    stated = sum(view.splits(config).values()) if split == WHOLE else view.splits(config)[split]
    rows, found = 0, dict[str, Difference]()
    for one, other in _paired(wanted, tables, schema):
        if one is not None and one.num_rows == other.num_rows:
            for column, row in differences(one, other):
                found.setdefault(column, _value(one, other, column, row, rows))
        rows += other.num_rows
    if rows != stated:
        yield f"{rows:,} rows; the manifest says {stated:,}", {}
    else:  # of other rows every value is another one
        yield from found.values()


def _columns(found: Any, meant: Any) -> Iterator[Difference]:
    """Columns that are missing, too many, in another order or of another type."""
    for name in sorted({*found.names} ^ {*meant.names}):
        yield f"column `{name}` {'is not there' if name in meant.names else 'is one more'}", {}
    if sorted(found.names) == sorted(meant.names) and found.names != meant.names:
        yield f"the columns are in another order: {', '.join(found.names)}", {}
    for field in meant:
        if field.name in found.names and not _is_alike(found.field(field.name), field):
            kind = found.field(field.name).type
            yield f"column `{field.name}` is of the type {kind}; the release has {field.type}", {}


def _is_alike(found: Any, meant: Any) -> bool:
    return bool(_plain(found.type).equals(_plain(meant.type)))


def _plain(kind: Any) -> Any:
    """A type without what says nothing of its values: how wide offsets are, and what lists call their items."""
    is_a = pa.types
    if is_a.is_large_string(kind) or is_a.is_string_view(kind):
        return pa.string()
    if is_a.is_list(kind) or is_a.is_large_list(kind) or is_a.is_list_view(kind):
        return pa.list_(_plain(kind.value_type))
    if is_a.is_struct(kind):
        return pa.struct([pa.field(field.name, _plain(field.type)) for field in kind])
    return kind


def _paired(meant: Iterable[Any], found: Iterator[Any], schema: Any) -> Iterator[tuple[Any, Any]]:
    """Tables that are meant and the same rows as they are found; None beside rows that are too many."""
    waiting: deque[Any] = deque()

    def counts() -> Iterator[int]:
        for table in meant:
            waiting.append(table)
            yield table.num_rows

    for table in regrouped(found, counts(), schema):
        yield waiting.popleft() if waiting else None, table


def _value(meant: Any, found: Any, column: str, row: int, before: int) -> Difference:
    one, other = meant[column][row].as_py(), found[column][row].as_py()
    said, here = (shortened(repr(value), _LONGEST) for value in (other, one))
    message = f"row {before + row:,}, column `{column}`: {said}; the release has {here}"
    more = {"id": meant["id"][row].as_py()} if "id" in meant.column_names else {}
    if (
        isinstance(one, str)
        and isinstance(other, str)
        and _time(one) is not None
        and _time(one) == _time(other)
    ):
        # The JSON parser of pyarrow takes text for a time where all of a block looks like one, whatever was asked for.
        return f"{message} (text that looks like a time is taken for one)", {**more, "severity": "warning"}
    return message, more


def _time(text: str) -> Any:
    for zone in (None, "UTC"):
        try:
            return pa.scalar(text).cast(pa.timestamp("us", zone)).cast(pa.int64())
        except pa.ArrowInvalid:
            continue
    return None
