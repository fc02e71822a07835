"""The provenance of a release: does it lead to its content id, and say what rows and ledger say?"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import arrow, layout
from corpuskit.audit.claims import differing, short
from corpuskit.audit.prints import fingerprint, root_of
from corpuskit.audit.rows import Rows, row_count
from corpuskit.audit.tables import MOST, Cursor, typed
from corpuskit.findings import Finding, finding
from corpuskit.phases.provenance import PROVENANCE
from corpuskit.places import Place


def origin_entries(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The manifest's lines for the provenance files, in its order."""
    return [entry for entry in manifest["files"] if entry["role"] == "provenance"]


def origin_tables(release: Place, entry: Mapping[str, Any]) -> Iterator[Any]:
    """A provenance file as Arrow tables; raises Unreadable."""
    return typed(entry["path"], PROVENANCE, lambda: _batches(release, entry["path"]))


def _batches(release: Place, path: str) -> Iterator[Any]:
    with release.open(path) as source:
        yield from arrow.read_tables(source)


def root_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The content id is that of the record digests, and each file has the rows that are stated."""
    counted: list[int] = []

    def digests() -> Iterator[bytes]:
        for entry in origin_entries(manifest):
            rows = 0
            for table in origin_tables(release, entry):
                rows += table.num_rows
                yield from map(bytes.fromhex, table["record_digest"].to_pylist())
            counted.append(rows)

    root = root_of(digests())
    for entry, rows in zip(origin_entries(manifest), counted, strict=True):
        yield from row_count(rows, entry)
    if root != manifest["content_id"]:
        message = differing("content_id", manifest["content_id"], root)
        yield finding("wrong-claim", message, file=layout.MANIFEST)


class Lines:
    """The lines of a book about kept rows, each held beside the row that it is about."""

    def __init__(self, rows: Rows, file: str) -> None:
        self.rows, self.file = rows, file

    def add(self, lines: Any) -> Iterator[Finding]:
        """Lines that say otherwise than a row, or twice the same."""
        values = zip(*(lines[name].to_pylist() for name in self.rows.names), strict=True)
        marks = self.rows.facts.match([fingerprint(*each) for each in values])
        for line in lines.filter(pa.array(~marks)).slice(0, MOST).to_pylist():
            is_row = self.rows.has(line["source"], line["id"])
            message = "the row and this line do not agree" if is_row else "there is no such row"
            yield finding("wrong-content", message, file=self.file, id=line["id"])

    def end(self) -> Iterator[Finding]:
        """Rows without a line."""
        yield from self.rows.unmatched()


def origin_findings(release: Place, manifest: Mapping[str, Any], rows: Rows) -> Iterator[Finding]:
    """Every row has one origin, and every origin its row: all that a copy without ledger can tell."""
    lines = Lines(rows, layout.PROVENANCE)
    for entry in origin_entries(manifest):
        lines.file = entry["path"]
        for table in origin_tables(release, entry):
            yield from lines.add(table)
    yield from lines.end()


class Kept:
    """What the ledger says of kept records, beside provenance line by line, and beside the rows."""

    def __init__(self, release: Place, manifest: Mapping[str, Any], rows: Rows, file: str) -> None:
        self.entries = origin_entries(manifest)
        self.starts = list(accumulate((entry["rows"] for entry in self.entries), initial=0))
        self.origins = Cursor(t for entry in self.entries for t in origin_tables(release, entry))
        self.lines = Lines(rows, file)

    def add(self, ledger: Any) -> Iterator[Finding]:
        """Compare the next lines of the ledger."""
        kept = ledger.filter(pc.equal(ledger["fate"], "kept"))
        first, origins = self.origins.taken, self.origins.take(kept.num_rows)
        if origins.num_rows < kept.num_rows:
            message = f"{self.origins.taken:,} lines; the ledger keeps more records"
            yield finding("wrong-content", message, file=layout.PROVENANCE)
            kept = kept.slice(0, origins.num_rows)
        told = kept.select(PROVENANCE.names)
        if not told.equals(origins):
            yield from self._apart(first, origins, told)
        yield from self.lines.add(kept)

    def _apart(self, first: int, origins: Any, told: Any) -> Iterator[Finding]:
        """The first lines in which provenance and ledger differ."""
        differing = zip(origins.to_pylist(), told.to_pylist(), strict=True)
        apart = [(n, one, other) for n, (one, other) in enumerate(differing, first) if one != other]
        for number, one, other in apart[:MOST]:
            name = next(name for name in one if one[name] != other[name])
            message = (
                f"line {number + 1:,}: {name} is {short(one[name])}; the ledger says {short(other[name])}"
            )
            yield finding("wrong-content", message, file=self._file(number), id=one["id"])
        if len(apart) > MOST:
            message = f"{len(apart) - MOST:,} more lines are not those of the ledger"
            yield finding("wrong-content", message, file=layout.PROVENANCE)

    def _file(self, line: int) -> str:
        at = bisect_right(self.starts, line) - 1
        return str(self.entries[min(at, len(self.entries) - 1)]["path"])

    def end(self) -> Iterator[Finding]:
        """Lines that the ledger does not keep, and rows without a line."""
        if self.origins.more():
            message = f"more than {self.origins.taken:,} lines; the ledger keeps no more records"
            yield finding("wrong-content", message, file=layout.PROVENANCE)
        yield from self.lines.end()
