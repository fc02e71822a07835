"""Reads Arrow files of others: Arrow believes the offsets in a file, and hostile ones lead out of its buffers."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa


def read_tables(source: Any) -> Iterator[Any]:
    """The record batches of an Arrow file as sound tables; raises pyarrow.ArrowException."""
    with pa.ipc.open_file(source) as reader:
        yield from sound_tables(map(reader.get_batch, range(reader.num_record_batches)))


def sound_tables(batches: Iterable[Any]) -> Iterator[Any]:
    """Record batches as tables, each checked to the last value; raises pyarrow.ArrowException."""
    for batch in batches:
        batch.validate(full=True)
        yield pa.Table.from_batches([batch])
