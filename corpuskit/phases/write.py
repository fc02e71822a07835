"""The write phase: from parts and fates to data shards, read back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit import parquet
from corpuskit.batches import cut_by_content, cut_evenly
from corpuskit.engines import Tell
from corpuskit.errors import OutputError
from corpuskit.forms import FORMS, regrouped
from corpuskit.layout import form_name, shard_name
from corpuskit.likeness import values_digest
from corpuskit.output import FORMATS, Output
from corpuskit.phases.index import Index
from corpuskit.phases.parts import Part
from corpuskit.schema import ArticleSchema
from corpuskit.stats import Statistics
from corpuskit.writers.parquet import write_groups

PARQUET = FORMATS[0]


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One data shard: which rows of which parts, in order, where its row groups end, and the forms it is written in.

    `folder` is that of the release; the first form is always Parquet.
    """

    kind: ClassVar[str] = "shard"  # of its entry in the cache
    folder: Path
    name: str
    split: str
    schema: ArticleSchema
    rows: tuple[tuple[Path, npt.NDArray[np.int32]], ...]
    group_ends: tuple[int, ...]
    compression: str
    forms: tuple[str, ...]

    def path(self, form: str) -> Path:
        """Where its file of a form belongs."""
        return self.folder / form_name(self.name, form)

    @property
    def row_count(self) -> int:
        """The number of its rows."""
        return self.group_ends[-1]

    @property
    def told(self) -> int:
        """How many rows are told of it: each twice a form, when it is written and when it is read back."""
        return 2 * len(self.forms) * self.row_count

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
            yield ShardTask(
                folder, name, split, schema, rows, tuple(groups), output.compression, output.formats
            )
            start = end


def _by_part(
    records: npt.NDArray[np.int64], index: Index, parts: Sequence[Part]
) -> Iterator[tuple[Path, npt.NDArray[np.int32]]]:
    """Rows by part, for records in input order."""
    numbers, starts = np.unique(index.part_of(records), return_index=True)
    for number, chosen in zip(numbers, np.split(records, starts[1:]), strict=True):
        rows = index.rows(number)[chosen - index.starts[number]]
        yield parts[number].folder, rows.astype(np.int32)  # there may be very many


def write_shard(task: ShardTask, tell: Tell) -> Shard:
    """Write a shard durably, then decode it again and compare it with the parts; tells the rows of a group in each.

    Its other forms are written and compared likewise, one after the other.
    """
    statistics, size = Statistics(), 0
    part, meant = _part(task, PARQUET), list[bytes]()
    groups = _told(_digested(_groups(task), meant), tell)
    write_groups(part, task.schema.arrow, groups, task.compression)
    for written in _read_back(parquet.read_groups(part), task, PARQUET, meant):
        statistics.add(written, task.schema)
        size += written.nbytes  # as a reader counts it: the card states what `datasets` will find
        tell(written.num_rows)
        del written
        pa.default_memory_pool().release_unused()
    if statistics.rows != task.row_count:
        raise OutputError(str(task.path(PARQUET)), "what was written has lost rows: the disk is failing.")
    part.rename(task.path(PARQUET))
    for form in task.forms[1:]:
        _write_form(task, form, meant, tell)
    return Shard(task.name, task.split, statistics.rows, size, statistics)


def _write_form(task: ShardTask, form: str, meant: Sequence[bytes], tell: Tell) -> None:
    """Write the rows of a shard in another form durably, read them again and compare them with the parts."""
    part, schema = _part(task, form), task.schema.arrow
    FORMS[form].write(part, schema, _told(_groups(task), tell))
    counts = np.diff(task.group_ends, prepend=0).tolist()
    with part.open("rb") as source:
        found = regrouped(FORMS[form].read(source, schema), counts, schema)
        for written in _read_back(found, task, form, meant):
            tell(written.num_rows)
    part.rename(task.path(form))


def _part(task: ShardTask, form: str) -> Path:
    """The file of a form while it is not known to be whole; its folder is made."""
    path = task.path(form)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(path.name + ".part")


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


def _read_back(groups: Iterator[Any], task: ShardTask, form: str, meant: Sequence[bytes]) -> Iterator[Any]:
    """The row groups of a written file, decoded again and compared with what was meant; raises OutputError."""
    for number, written in enumerate(groups):
        is_read = number < len(meant) and values_digest(written) == meant[number]
        if not is_read and not _is_meant(written, task, number):
            raise OutputError(
                str(task.path(form)), "what was written does not read back as it was: the disk is failing."
            )
        yield written
        del written


def _is_meant(written: Any, task: ShardTask, number: int) -> bool:
    """Whether a row group is the one that the parts give, value by value."""
    meant = next(islice(_groups(task), number, None), None)
    return meant is not None and bool(written.equals(meant))


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


def _selected(table: Any, rows: npt.NDArray[np.int32]) -> Any:
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
