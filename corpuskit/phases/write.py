"""The write phase: from parts and fates to data shards, read back, and to provenance files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parquet
from corpuskit.batches import cut_by_content, cut_evenly
from corpuskit.engines import Tell
from corpuskit.errors import OutputError
from corpuskit.layout import shard_name
from corpuskit.likeness import values_digest
from corpuskit.output import Output
from corpuskit.phases.index import Index
from corpuskit.phases.parts import Part
from corpuskit.schema import ArticleSchema
from corpuskit.stats import Statistics
from corpuskit.writers.parquet import write_groups


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One data shard: which rows of which parts, in order, and where its row groups end."""

    path: Path
    name: str
    split: str
    schema: ArticleSchema
    rows: tuple[tuple[Path, npt.NDArray[np.int64]], ...]
    group_ends: tuple[int, ...]
    compression: str

    @property
    def row_count(self) -> int:
        """The number of its rows."""
        return self.group_ends[-1]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as written: its rows, their size in Arrow memory, and their statistics."""

    name: str
    split: str
    rows: int
    arrow_bytes: int
    statistics: Statistics = field(compare=False)


def shard_tasks(
    folder: Path, index: Index, parts: Sequence[Part], schema: ArticleSchema, output: Output
) -> Iterator[ShardTask]:
    """The shards of each split of each partition, in release order; a fixed count is that of each partition."""
    for partition, split, chosen in index.published():
        sizes, marks = index.size[chosen], index.mark[chosen]
        fixed = output.shards.get(split)
        ends = cut_evenly(sizes, fixed) if fixed else cut_by_content(sizes, marks, output.shard_bytes)
        start = 0
        for number, end in enumerate(ends):
            name = shard_name(split, number, len(ends), partition)
            groups = cut_by_content(sizes[start:end], marks[start:end], output.row_group_bytes)
            rows = tuple(_by_part(chosen[start:end], index, parts))
            yield ShardTask(folder / name, name, split, schema, rows, tuple(groups), output.compression)
            start = end


def _by_part(
    records: npt.NDArray[np.int64], index: Index, parts: Sequence[Part]
) -> Iterator[tuple[Path, npt.NDArray[np.int64]]]:
    """Rows by part, for records in input order."""
    numbers, starts = np.unique(index.part_of(records), return_index=True)
    for number, chosen in zip(numbers, np.split(records, starts[1:]), strict=True):
        yield parts[number].folder, index.rows(number)[chosen - index.starts[number]]


def write_shard(task: ShardTask, tell: Tell) -> Shard:
    """Write a shard durably, then decode it again and compare it with the parts; tells the rows of a group in each."""
    statistics, size = Statistics(), 0
    task.path.parent.mkdir(parents=True, exist_ok=True)
    part = task.path.with_name(task.path.name + ".part")
    meant: list[bytes] = []
    groups = _told(_digested(_groups(task), meant), tell)
    write_groups(part, task.schema.arrow, groups, task.compression)
    for written in _read_back(part, task, meant):
        statistics.add(written, task.schema)
        size += written.nbytes  # as a reader counts it: the card states what `datasets` will find
        tell(written.num_rows)
        del written
        pa.default_memory_pool().release_unused()
    if statistics.rows != task.row_count:
        raise OutputError(str(task.path), "what was written has lost rows: the disk is failing.")
    part.rename(task.path)
    return Shard(task.name, task.split, statistics.rows, size, statistics)


def _told(groups: Iterator[Any], tell: Tell) -> Iterator[Any]:
    """The same row groups, the rows of each told when the next one is asked for."""
    for group in groups:
        rows = group.num_rows
        yield group
        del group  # before the next one is made
        pa.default_memory_pool().release_unused()
        tell(rows)


def _digested(groups: Iterator[Any], meant: list[bytes]) -> Iterator[Any]:
    """The same row groups, with a digest of each of them."""
    for group in groups:
        meant.append(values_digest(group))
        yield group
        del group


def _read_back(part: Path, task: ShardTask, meant: Sequence[bytes]) -> Iterator[Any]:
    """The row groups of a written shard, decoded again and compared with what was meant; raises OutputError."""
    for number, written in enumerate(parquet.read_groups(part)):
        if values_digest(written) != meant[number] and not _is_meant(written, task, number):
            raise OutputError(
                str(task.path), "what was written does not read back as it was: the disk is failing."
            )
        yield written
        del written


def _is_meant(written: Any, task: ShardTask, number: int) -> bool:
    """Whether a row group is the one that the parts give, value by value."""
    return bool(written.equals(next(islice(_groups(task), number, None))))


def _groups(task: ShardTask) -> Iterator[Any]:
    """The row groups of a shard as Arrow tables, each in one chunk."""
    # Rows come part by part: one part is mapped at a time, whatever the shard's size.
    open_rows = lru_cache(maxsize=1)(_rows)
    starts = np.concatenate([[0], np.cumsum([len(rows) for _, rows in task.rows])])
    first = 0
    for last in task.group_ends:
        pieces = []
        for (folder, rows), begin, end in zip(task.rows, starts[:-1], starts[1:], strict=True):
            low, high = max(first, begin), min(last, end)
            if low < high:
                pieces.append(_selected(open_rows(folder), rows[low - begin : high - begin]))
        yield _joined(pieces, task.schema)
        first = last


def _joined(pieces: list[Any], schema: ArticleSchema) -> Any:
    """Tables as one in one chunk; the list is emptied, so that nothing keeps them beside it."""
    table = pa.concat_tables(pieces).replace_schema_metadata(schema.arrow.metadata)
    pieces.clear()
    return table.combine_chunks()


def _selected(table: Any, rows: npt.NDArray[np.int64]) -> Any:
    """Rows of a table, in ascending order; a mask over their range, since `take` first joins all that it takes from."""
    first, last = int(rows[0]), int(rows[-1]) + 1
    if last - first == len(rows):
        return table.slice(first, len(rows))
    mask = np.zeros(last - first, dtype=bool)
    mask[rows - first] = True
    return table.slice(first, last - first).filter(pa.array(mask))


def _rows(folder: Path) -> Any:
    with pa.memory_map(str(folder / "rows.arrow")) as source:
        return pa.ipc.open_file(source).read_all()


_BATCH_ROWS = 1 << 16
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


def write_provenance(path: Path, ledger: Iterator[Any]) -> int:
    """Write where each kept row came from, from the ledger's tables, as an Arrow file; returns the rows."""
    import pyarrow.compute as pc

    path.parent.mkdir(parents=True, exist_ok=True)
    rows, pending = 0, PROVENANCE.empty_table()
    with path.open("wb") as file, pa.ipc.new_file(file, PROVENANCE) as writer:
        for table in ledger:
            kept = table.filter(pc.equal(table["fate"], "kept")).select(PROVENANCE.names).cast(PROVENANCE)
            pending, rows = pa.concat_tables([pending, kept]), rows + kept.num_rows
            # Batches of one size, wherever the inputs were cut into tasks.
            while pending.num_rows >= _BATCH_ROWS:
                writer.write_table(pending.slice(0, _BATCH_ROWS).combine_chunks())
                pending = pending.slice(_BATCH_ROWS)
        writer.write_table(pending.combine_chunks())
    return rows
