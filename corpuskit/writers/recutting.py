"""Re-cuts a stream of Arrow tables, so that where the pieces end hangs on the rows and not on how they came."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

# Pieces end only behind so many rows or a multiple of them: sizes are summed once a step.
STEP = 50


def recut(tables: Iterable[Any], schema: Any, *, rows: int, max_bytes: int) -> Iterator[Any]:
    """Tables of the rows of record batches or tables, each of `rows` rows, or fewer where they reach `max_bytes`.

    All have one chunk a column. Raises ValueError where what comes has another schema; metadata may differ.
    """
    steps: list[Any] = []
    count = size = 0
    for step in _steps(tables, schema):
        steps.append(step)
        count, size = count + step.num_rows, size + step.nbytes
        if count >= rows or size >= max_bytes:
            yield pa.concat_tables(steps).combine_chunks()
            steps, count, size = [], 0, 0
    if steps:
        yield pa.concat_tables(steps).combine_chunks()


def _steps(tables: Iterable[Any], schema: Any) -> Iterator[Any]:
    """The rows in tables of `STEP` rows, the last one excepted."""
    held: list[Any] = []
    count = 0
    for each in tables:
        table = pa.Table.from_batches([each]) if isinstance(each, pa.RecordBatch) else each
        if not table.schema.equals(schema):
            raise ValueError(f"rows of another schema: {table.schema}, not {schema}")
        table = table.replace_schema_metadata(schema.metadata)
        at = 0
        if held:
            at = min(STEP - count, table.num_rows)
            held.append(table.slice(0, at))
            count += at
            if count < STEP:
                continue
            yield pa.concat_tables(held)
            held, count = [], 0
        whole = at + (table.num_rows - at) // STEP * STEP
        for start in range(at, whole, STEP):
            yield table.slice(start, STEP)
        if whole < table.num_rows:
            held, count = [table.slice(whole)], table.num_rows - whole
    if held:
        yield pa.concat_tables(held)
