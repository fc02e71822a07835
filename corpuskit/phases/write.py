"""The write phase: from parts and fates to data shards, read back, and to provenance files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
from corpuskit.phases.index import Index
from corpuskit.phases.parts import Part
from corpuskit.schema import ArticleSchema
from corpuskit.spec import Output
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
    """The shards of all splits, in release order."""
    for split in index.splits:
        chosen = index.kept(split)
        sizes, marks = index.size[chosen], index.mark[chosen]
        fixed = output.shards.get(split)
        ends = cut_evenly(sizes, fixed) if fixed else cut_by_content(sizes, marks, output.shard_bytes)
        start = 0
        for number, end in enumerate(ends):
            name = shard_name(split, number, len(ends))
            groups = cut_by_content(sizes[start:end], marks[start:end], output.row_group_bytes)
            rows = tuple(_by_part(chosen[start:end], index, parts))
            yield ShardTask(folder / name, name, split, schema, rows, tuple(groups), output.compression)
            start = end


def _by_part(
    records: npt.NDArray[np.int64], index: Index, parts: Sequence[Part]
) -> Iterator[tuple[Path, npt.NDArray[np.int64]]]:
    """Rows by part, for records in input order."""
    part_of = np.searchsorted(index.starts, records, side="right") - 1
    for number in np.unique(part_of):
        yield parts[number].folder, index.row[records[part_of == number]]


def write_shard(task: ShardTask, tell: Tell) -> Shard:
    """Write a shard durably, then decode it again and compare it with the parts; tells the rows of each group."""
    statistics, size = Statistics(), 0
    task.path.parent.mkdir(parents=True, exist_ok=True)
    part = task.path.with_name(task.path.name + ".part")
    write_groups(part, task.schema.arrow, _groups(task), task.compression)
    for written, meant in zip(parquet.read_groups(part), _groups(task), strict=True):
        if not written.equals(meant):
            raise OutputError(
                str(task.path), "what was written does not read back as it was: the disk is failing."
            )
        statistics.add(written, task.schema)
        size += written.nbytes  # as a reader counts it: the card states what `datasets` will find
        tell(written.num_rows)
    part.rename(task.path)
    return Shard(task.name, task.split, statistics.rows, size, statistics)


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
        yield pa.concat_tables(pieces).replace_schema_metadata(task.schema.arrow.metadata).combine_chunks()
        first = last


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


def split_rows(shards: Sequence[Shard], splits: Sequence[str]) -> Mapping[str, int]:
    """Rows by split, a split without rows included."""
    return {split: sum(shard.rows for shard in shards if shard.split == split) for split in splits}
