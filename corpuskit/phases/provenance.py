"""Provenance files: where each row of a release came from, in files that are cut at the rows' own marks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.batches import cut_by_content
from corpuskit.layout import ARROW, provenance_name
from corpuskit.phases.index import AT_ONCE, KEPT, Index
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask

# A file has at most so many rows, and at least half as many; where it holds more, a batch has this number.
_MOST_ROWS, _BATCH_ROWS = 1 << 17, 1 << 16
PROVENANCE = pa.schema(
    [
        ("source", pa.string()),
        ("id", pa.string()),
        ("split", pa.string()),
        ("file", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("sha256", pa.string()),
        ("record_digest", pa.string()),
    ]
)
_READ = ["piece", "offset", "length", "line", "record", "sha256", "id", "split", "record_digest"]


class Origins(NamedTuple):
    """Records of one part from the number `first` on, each kept or not."""

    task: MapTask
    part: Part
    first: int
    kept: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ProvenanceTask:
    """One provenance file: which records of which parts, in input order; `folder` is that of the release."""

    kind: ClassVar[str] = "provenance"  # of its entry in the cache
    split: ClassVar[str | None] = None
    forms: ClassVar[tuple[str, ...]] = (ARROW,)
    told: ClassVar[int] = 0  # rows that are told of it
    folder: Path
    name: str
    origins: tuple[Origins, ...]

    @property
    def path(self) -> Path:
        """Where the file belongs."""
        return self.folder / self.name

    def __str__(self) -> str:
        return self.name


def provenance_tasks(
    folder: Path, index: Index, tasks: Sequence[MapTask], parts: Sequence[Part]
) -> Iterator[ProvenanceTask]:
    """The provenance files of a release, cut so that a change of one record leaves most of them as they are."""
    kept = np.flatnonzero(index.fate == KEPT)
    ends = cut_by_content(np.broadcast_to(1, len(kept)), index.mark[kept], _MOST_ROWS)
    start = 0
    for number, end in enumerate(ends or [0]):
        first, last = (int(kept[start]), int(kept[end - 1]) + 1) if end else (0, 0)
        origins = tuple(_by_part(first, last, index, tasks, parts))
        yield ProvenanceTask(folder, provenance_name(number), origins)
        start = end


def _by_part(
    first: int, last: int, index: Index, tasks: Sequence[MapTask], parts: Sequence[Part]
) -> Iterator[Origins]:
    """Which of the records from `first` to before `last` are kept, by part."""
    while first < last:
        number = int(index.part_of(np.array([first]))[0])
        start, end = (int(each) for each in index.starts[number : number + 2])
        kept = index.fate[first : min(last, end)] == KEPT
        if kept.any():
            yield Origins(tasks[number], parts[number], first - start, kept)
        first = end


def write_provenance(task: ProvenanceTask) -> int:
    """Write where each row came from as an Arrow file, its buffers packed; returns the rows."""
    task.path.parent.mkdir(parents=True, exist_ok=True)
    rows, pending = 0, PROVENANCE.empty_table()
    # Hexadecimal digests take half of their room, places much less: a higher level finds nothing more.
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1), use_threads=False)
    with task.path.open("wb") as file, pa.ipc.new_file(file, PROVENANCE, options=options) as writer:
        for table in _tables(task):
            pending, rows = pa.concat_tables([pending, table]), rows + table.num_rows
            # Batches of one size, wherever the inputs were cut into tasks.
            while pending.num_rows >= _BATCH_ROWS:
                writer.write_table(pending.slice(0, _BATCH_ROWS).combine_chunks())
                pending = pending.slice(_BATCH_ROWS)
        writer.write_table(pending.combine_chunks())
    return rows


def _tables(task: ProvenanceTask) -> Iterator[Any]:
    """The rows of a file, some records of a part at a time."""
    for origins in task.origins:
        ledger = origins.part.table("ledger").select(_READ)
        for first in range(0, len(origins.kept), AT_ONCE):
            kept = origins.kept[first : first + AT_ONCE]
            records = ledger.slice(origins.first + first, len(kept)).filter(pa.array(kept))
            table = located(origins.task, records)
            for name in ("sha256", "record_digest"):
                table = table.set_column(table.column_names.index(name), name, hexadecimal(table[name]))
            yield table.select(PROVENANCE.names).cast(PROVENANCE)


def located(task: MapTask, table: Any) -> Any:
    """Rows of a part with source and file, offsets and lines counted from the start of the file."""
    piece = table["piece"].combine_chunks()

    def base(values: list[int]) -> Any:
        return pa.array(values, pa.int64()).take(piece)

    table = table.append_column("source", _constant(task.source.name, table.num_rows))
    table = table.append_column("file", pa.array([p.name for p in task.pieces], pa.string()).take(piece))
    for column, values in (
        ("offset", [p.start for p in task.pieces]),
        ("line", [p.first_line - 1 for p in task.pieces]),
    ):
        position = table.column_names.index(column)
        table = table.set_column(position, column, pc.add(table[column], base(values)))
    return table


def _constant(value: str, rows: int) -> Any:
    return pa.array([value], pa.string()).take(pa.array(np.zeros(rows, dtype=np.int32)))


# The two characters of each byte.
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)


def hexadecimal(column: Any) -> Any:
    """A column of 32-byte digests in hexadecimal."""
    column = column.combine_chunks()
    valid = column.drop_null()
    raw = np.frombuffer(valid.buffers()[1] or b"", np.uint8, len(valid) * 32, valid.offset * 32)
    known = np.asarray(column.is_valid())
    offsets = np.concatenate([[0], np.cumsum(known, dtype=np.int32) * 64]).astype(np.int32)
    bits = pa.py_buffer(np.packbits(known, bitorder="little")) if column.null_count else None
    data = pa.py_buffer(_HEX[raw].tobytes())
    return pa.StringArray.from_buffers(len(column), pa.py_buffer(offsets), data, bits, column.null_count)
