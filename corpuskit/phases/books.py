"""The books of a build: ledger, rejects, edits and findings of all parts, with places in the whole file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit import layout
from corpuskit.findings import FIELDS, Finding
from corpuskit.phases.index import AT_ONCE, FATES, KEPT, Index
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask
from corpuskit.phases.provenance import hexadecimal, located
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
        ("file", pa.string()),
        ("offset", pa.int64()),
        ("record", pa.int64()),
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
    """Write the books into the audit folder; `more` are findings that no single record of a part tells."""
    pairs = list(zip(tasks, parts, strict=True))
    # Half of it are digests, of which a higher level takes twice the time to make more bytes.
    write_table(folder / layout.LEDGER, LEDGER, ledger_tables(tasks, parts, index, sources), "zstd:1")
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
        row = located(tasks[number], ledger(number).slice(at, 1)).to_pylist()[0]
        return {name: row[name] for name in ("file", "line", "offset", "record", "id")}

    return place


def _rejects(task: MapTask, part: Part) -> Any:
    return located(task, part.table("rejects")).select(REJECTS.names)


def _edits(task: MapTask, part: Part) -> Any:
    return located(task, part.table("edits")).select(EDITS.names)


def ledger_tables(
    tasks: Sequence[MapTask], parts: Sequence[Part], index: Index, sources: Sequence[str]
) -> Iterator[Any]:
    """The ledger, some records of a part at a time: one row a record, with its fate."""
    names = {
        "fate": pa.array(FATES),
        "reason": pa.array(index.reasons, pa.string()),
        "split": pa.array(index.splits),
    }
    leader_sources = pa.array(list(sources)).take(pa.array(index.ranks[index.part_of(index.leaders)]))
    for number, (task, part) in enumerate(zip(tasks, parts, strict=True)):
        start, end = int(index.starts[number]), int(index.starts[number + 1])
        ledger = part.table("ledger").drop_columns(["reason", "split"])
        for first in range(start, end, AT_ONCE):
            last = min(first + AT_ONCE, end)
            fate = index.fate[first:last]
            low, high = np.searchsorted(index.lost, [first, last])
            leader = np.full(last - first, -1, dtype=np.int64)
            leader[index.lost[low:high] - first] = np.searchsorted(index.leaders, index.kept_by[low:high])
            place = pa.array(leader, mask=leader < 0)
            table = located(task, ledger.slice(first - start, last - first))
            for name in ("sha256", "text_key", "record_digest"):
                table = table.set_column(table.column_names.index(name), name, hexadecimal(table[name]))
            columns = {
                "fate": names["fate"].take(pa.array(fate)),
                "reason": names["reason"].take(pa.array(index.reason[first:last])),
                "split": names["split"].take(pa.array(index.split[first:last], mask=fate != KEPT)),
                "duplicate_of": index.leader_ids.take(place),
                "duplicate_of_source": leader_sources.take(place),
            }
            for name, column in columns.items():
                table = table.append_column(name, column)
            yield table.select(LEDGER.names)
