"""What the map phase leaves on disk for the others: Arrow files of rows, ledger, rejects, edits, findings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.findings import Finding

DIGEST = pa.binary(32)

# One line a record. `piece` is the index of its piece in the task; offsets and lines count from there.
# A record without a `reason` gives the part's next row; `size` is what its digest is taken over, in bytes.
LEDGER = pa.schema(
    [
        ("piece", pa.int32()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("sha256", DIGEST),
        ("reason", pa.string()),
        ("id", pa.string()),
        ("id_digest", DIGEST),
        ("text_key", DIGEST),
        ("dedup_key", DIGEST),
        ("group", pa.string()),
        ("split", pa.string()),
        ("language", pa.string()),
        ("license", pa.string()),
        ("record_digest", DIGEST),
        ("size", pa.int64()),
    ]
)
REJECTS = pa.schema(
    [
        ("piece", pa.int32()),
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
        ("piece", pa.int32()),
        ("offset", pa.int64()),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("id", pa.string()),
        ("transform", pa.string()),
        ("field", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("removed", pa.binary()),
        ("inserted", pa.binary()),
    ]
)


EditCounts = dict[str, Sequence[int]]


def add_edits(sums: EditCounts, counts: Mapping[str, Sequence[int]]) -> None:
    """Add the edits of each transform, the bytes they removed and those they inserted, to sums of these."""
    for transform, added in counts.items():
        sums[transform] = [a + b for a, b in zip(sums.get(transform, (0, 0, 0)), added, strict=True)]


def edits_stated(sources: Mapping[str, Mapping[str, Sequence[int]]]) -> dict[str, dict[str, dict[str, int]]]:
    """Edits by source and transform as the manifest states them."""
    names = ("edits", "removed_bytes", "inserted_bytes")
    return {
        source: {name: dict(zip(names, sums, strict=True)) for name, sums in sorted(transforms.items())}
        for source, transforms in sources.items()
    }


@dataclass(frozen=True, slots=True)
class Part:
    """A part on disk and what is worth knowing without opening it.

    `records` is how many records each piece gave; `kinds` counts findings, `edits` the edits of
    each transform, the bytes they removed and those they inserted.
    """

    folder: Path
    records: tuple[int, ...]
    rows: int
    kinds: Mapping[str, int]
    edits: EditCounts

    def table(self, name: str) -> Any:
        """A table of the part, memory-mapped."""
        with pa.memory_map(str(self.folder / f"{name}.arrow")) as source:
            return pa.ipc.open_file(source).read_all()

    def findings(self) -> Iterator[dict[str, Any]]:
        """The findings of the part, as dicts with the fields of a Finding and the index of the piece."""
        path = self.folder / "findings.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)


# So much is gathered before it is written: enough for a batch, little enough for the memory of many workers.
_BATCH_BYTES, _BATCH_ROWS = 4 << 20, 4000


@dataclass(slots=True)
class PartWriter:
    """Writes one part: columns go to disk in batches, so that memory stays bounded; strings may be UTF-8 bytes."""

    folder: Path
    schemas: Mapping[str, Any]
    _columns: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    _files: dict[str, Any] = field(default_factory=dict)
    _findings: Any = None
    _bytes: int = 0

    def __enter__(self) -> "PartWriter":
        self.folder.mkdir(parents=True)
        for name, schema in self.schemas.items():
            self._files[name] = pa.ipc.new_file(str(self.folder / f"{name}.arrow"), schema)
            self._columns[name] = {column: [] for column in schema.names}
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:  # rows may be half added where something went wrong
                self._flush()
        finally:
            for file in self._files.values():
                file.close()
            if self._findings is not None:
                self._findings.close()

    def extend(self, name: str, columns: Mapping[str, Sequence[Any]], rows: int) -> None:
        """Add rows to a table of the part; a column that is not there is null."""
        for column, values in self._columns[name].items():
            values += columns.get(column) or [None] * rows

    def note(self, piece: int, finding: Finding) -> None:
        """Add a finding about a record of a piece."""
        if self._findings is None:
            self._findings = (self.folder / "findings.jsonl").open("w", encoding="utf-8")
        # Not `dump`, which leaves cycles behind.
        line = json.dumps({"piece": piece, **finding.as_dict()}, ensure_ascii=False)
        self._findings.write(line + "\n")

    def records_done(self, size: int) -> None:
        """Tell that records of so many bytes are complete; writes when enough has gathered."""
        self._bytes += size
        if self._bytes > _BATCH_BYTES or len(self._columns["ledger"]["piece"]) >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        """Write what has gathered as one record batch a table."""
        self._bytes = 0
        for name, columns in self._columns.items():
            schema = self.schemas[name]
            if any(columns.values()):
                arrays = [_array(columns[field.name], field.type) for field in schema]
                self._files[name].write_batch(pa.record_batch(arrays, schema=schema))
                for values in columns.values():
                    values.clear()


def _array(values: list[Any], kind: Any) -> Any:
    """An Arrow array of values; strings that are UTF-8 already are not decoded to be encoded again."""
    # The system's allocator keeps the memory of a batch for the next one; Arrow's own gives it back (engines.worker).
    pool = pa.system_memory_pool()
    if pa.types.is_string(kind):
        return pa.array(values, pa.binary(), memory_pool=pool).view(kind)
    return pa.array(values, kind, memory_pool=pool)
