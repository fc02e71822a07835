"""Whether two tables hold the same values: a digest of them, told in passing, and where they differ."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash


def values_digest(table: Any) -> bytes:
    """128 bits of XXH3 over the values of a table, column by column.

    Equal digests are equal values. Equal values have equal digests as far as their columns stand in one chunk each;
    where they do not, or nulls cover values, it says less than a comparison.
    """
    digest = xxhash.xxh3_128()
    for column in table.columns:
        for chunk in column.chunks:
            for part in _values(chunk):
                digest.update(part)
    return digest.digest()


def differences(one: Any, other: Any) -> Iterator[tuple[str, int]]:
    """The columns in which two tables of the same columns, types and number of rows differ, each with the first row."""
    for name in one.column_names:
        columns = [table.select([name]).combine_chunks() for table in (one, other)]
        if values_digest(columns[0]) == values_digest(columns[1]) or columns[0].equals(columns[1]):
            continue
        # As text, so that NaN is itself, and -0.0 is not 0.0.
        values = ([repr(value) for value in column[name].to_pylist()] for column in columns)
        row = next((row for row, pair in enumerate(zip(*values, strict=True)) if pair[0] != pair[1]), None)
        if row is not None:
            yield name, row


def _values(array: Any) -> Iterator[Any]:
    """What makes up the values of an array, as buffers: which are null, how long each is, and the data."""
    kind, rows = array.type, len(array)
    yield rows.to_bytes(8, "big") + array.null_count.to_bytes(8, "big")
    if array.null_count:
        yield np.packbits(np.asarray(array.is_null()))
    if array.null_count == rows:
        return
    if pa.types.is_struct(kind):
        for child in array.flatten():
            yield from _values(child)
        return
    if pa.types.is_string(kind) or pa.types.is_list(kind):
        offsets = np.frombuffer(array.buffers()[1], np.int32, rows + 1, array.offset * 4)
        yield np.diff(offsets)
        first, last = int(offsets[0]), int(offsets[-1])
        if pa.types.is_list(kind):
            yield from _values(array.values.slice(first, last - first))
        elif last > first:
            yield memoryview(array.buffers()[2])[first:last]
        return
    if pa.types.is_boolean(kind):
        yield np.packbits(np.asarray(array.fill_null(False)))  # noqa: FBT003 - the value that nulls get
        return
    if array.null_count:
        array = array.fill_null(pa.scalar(0).cast(kind))  # what lies under a null is anything
    width = kind.bit_width // 8
    yield memoryview(array.buffers()[1])[array.offset * width : (array.offset + rows) * width]
