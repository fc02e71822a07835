"""The books of a build: ledger, rejects, edits and findings of all parts, with places in the whole file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import layout
from corpuskit.findings import FIELDS, Finding
from corpuskit.phases.index import FATES, KEPT, Index
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask
from corpuskit.transforms import Repeats
from corpuskit.writers.parquet import write_table

LEDGER = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("fate", pa.string()),
        ("reason", pa.string()),
        ("id", pa.string()),
        ("split", pa.string()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_source", pa.string()),
        ("sha256", pa.string()),
        ("text_key", pa.string()),
        ("group", pa.string()),
        ("record_digest", pa.string()),
    ]
)
REJECTS = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("reason", pa.string()),
        ("pointer", pa.string()),
        ("message", pa.string()),
        ("raw", pa.binary()),
    ]
)
EDITS = pa.schema(
    [
        ("source", pa.string()),
        ("id", pa.string()),
        ("transform", pa.string()),
        ("field", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("removed", pa.binary()),
        ("inserted", pa.binary()),
    ]
)


def write_books(
    folder: Path,
    tasks: Sequence[MapTask],
    parts: Sequence[Part],
    index: Index,
    sources: Sequence[str],
    more: Sequence[Finding],
    repeats: Mapping[str, Repeats],
) -> None:
    """Write the audit folder; `more` are findings that no single record of a part tells."""
    folder.mkdir()
    pairs = list(zip(tasks, parts, strict=True))
    write_table(folder / layout.LEDGER, LEDGER, ledger_tables(tasks, parts, index, sources))
    write_table(folder / layout.REJECTS, REJECTS, (_rejects(task, part) for task, part in pairs))
    write_table(folder / layout.EDITS, EDITS, (_edits(task, part) for task, part in pairs))
    with (folder / layout.FINDINGS).open("w", encoding="utf-8") as file:
        for found in (*all_findings(tasks, parts), *(f.as_dict() for f in more)):
            file.write(json.dumps(found, ensure_ascii=False) + "\n")
    learned = {name: each.as_dict() for name, each in repeats.items()}
    (folder / layout.NAVIGATION).write_text(
        json.dumps(learned, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def all_findings(tasks: Sequence[MapTask], parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    """Every finding about a record, in input order, with its place in the whole file."""
    for task, part in zip(tasks, parts, strict=True):
        for found in part.findings():
            piece = task.pieces[found.pop("piece")]
            if piece.end is not None:
                found["offset"] += piece.start
                found["line"] += piece.first_line - 1
            yield {name: found[name] for name in FIELDS}


def place_of(
    tasks: Sequence[MapTask], parts: Sequence[Part], index: Index
) -> Callable[[int], dict[str, Any]]:
    """A function from a record's number to its file, line, offset and id."""
    ledger = lru_cache(maxsize=16)(lambda number: parts[number].table("ledger"))

    def place(record: int) -> dict[str, Any]:
        number = int(np.searchsorted(index.starts, record, side="right")) - 1
        at = record - int(index.starts[number])
        row = _located(tasks[number], ledger(number).slice(at, 1)).to_pylist()[0]
        return {name: row[name] for name in ("file", "line", "offset", "record", "id")}

    return place


def _constant(value: str, rows: int) -> Any:
    return pa.array([value], pa.string()).take(pa.array(np.zeros(rows, dtype=np.int32)))


def _located(task: MapTask, table: Any) -> Any:
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


def _rejects(task: MapTask, part: Part) -> Any:
    return _located(task, part.table("rejects")).select(REJECTS.names)


def _edits(task: MapTask, part: Part) -> Any:
    table = part.table("edits")
    return table.append_column("source", _constant(task.source.name, table.num_rows)).select(EDITS.names)


def _hex(column: Any) -> Any:
    """A column of digests in hexadecimal."""
    return pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.string())


def ledger_tables(
    tasks: Sequence[MapTask], parts: Sequence[Part], index: Index, sources: Sequence[str]
) -> Iterator[Any]:
    """The ledger part by part: one row a record, with its fate."""
    fates = pa.array(FATES)
    splits = pa.array(index.splits)
    names = pa.array(list(sources))
    for number, (task, part) in enumerate(zip(tasks, parts, strict=True)):
        first, last = int(index.starts[number]), int(index.starts[number + 1])
        fate, kept_by = index.fate[first:last], index.kept_by[first:last]
        elsewhere = kept_by != np.arange(first, last)
        leader = pa.array(kept_by, mask=~elsewhere)
        split = pa.array(index.split[first:last], mask=fate != KEPT)
        table = _located(task, part.table("ledger")).drop_columns(["reason", "split"])
        for name in ("sha256", "text_key", "record_digest"):
            table = table.set_column(table.column_names.index(name), name, _hex(table[name]))
        columns = {
            "fate": fates.take(pa.array(fate)),
            "reason": pa.array(index.reason[first:last], pa.string()),
            "split": splits.take(split),
            "duplicate_of": index.ids.take(leader),
            "duplicate_of_source": names.take(pa.array(index.rank).take(leader)),
        }
        for name, column in columns.items():
            table = table.append_column(name, column)
        yield table.select(LEDGER.names)
