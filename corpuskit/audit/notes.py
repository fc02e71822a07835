"""Rejects, edits and findings beside the ledger: each about a record that it has, and of one mind with it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit.claims import UNREADABLE, differing, short
from corpuskit.audit.ledger import counted, wrong
from corpuskit.audit.reversal import Texts
from corpuskit.audit.rows import Rows
from corpuskit.audit.tables import MOST, Cursor, Unreadable, book_tables
from corpuskit.digests import sha256
from corpuskit.findings import Finding, finding
from corpuskit.phases.books import EDITS, REJECTS
from corpuskit.phases.index import FATES
from corpuskit.phases.parts import EditCounts, add_edits, edits_stated

Row = Mapping[str, Any]

# A record longer than the limit is kept up to it.
_CUT = "line-too-long"
_spot = itemgetter("file", "offset", "record")


class Beside:
    """Rows of a book in the order of the ledger, those of one record at a time."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._groups = groupby(rows, key=_spot)
        self._next: tuple[Any, list[Row]] | None = None
        self._step()

    def _step(self) -> None:
        found = next(self._groups, None)
        self._next = None if found is None else (found[0], list(found[1]))

    def at(self, line: Row) -> list[Row]:
        """The rows about the record of a line of the ledger."""
        if self._next is None or self._next[0] != _spot(line):
            return []
        rows = self._next[1]
        self._step()
        return rows

    def rest(self) -> Iterator[Row]:
        """Rows about records that did not come."""
        while self._next is not None:
            yield from self._next[1]
            self._step()


class Edited:
    """Edits beside the records they were made to, and their sums beside the manifest."""

    def __init__(self, audit: Path, manifest: Mapping[str, Any], rows: Rows) -> None:
        self.manifest, self.file = manifest, f"{audit.name}/{layout.EDITS}"
        self.texts = Texts(manifest, rows.columns, self.file)
        self.sums: dict[str, EditCounts] = {name: {} for name in manifest["accounts"]["sources"]}
        tables = book_tables(audit, layout.EDITS, EDITS)
        self.edits = Beside(row for table in tables for row in table.to_pylist())

    def look(self, line: Row) -> Iterator[Finding]:
        """What is wrong with the edits to the record of a line of the ledger."""
        edits = self.edits.at(line)
        yield from self.texts.look(line, edits)
        for edit in edits:
            removed, inserted = edit["removed"] or b"", edit["inserted"] or b""
            counts = (1, len(removed), len(inserted))
            add_edits(self.sums.setdefault(edit["source"], {}), {edit["transform"]: counts})
            if line["fate"] == "rejected":
                yield wrong(self.file, edit, "an edit to a record that is rejected")
            for name in ("source", "id"):
                if edit[name] != line[name]:
                    yield wrong(self.file, edit, _apart(name, edit[name], line[name]))
            if edit["start"] is None or edit["start"] < 0 or edit["end"] != edit["start"] + len(removed):
                place = f"bytes {edit['start']} to {edit['end']}"
                yield wrong(self.file, edit, f"an edit of {place} that removes {len(removed)} bytes")

    def end(self) -> Iterator[Finding]:
        """Edits to records that are not there, and sums."""
        yield from self.texts.end()
        for edit in islice(self.edits.rest(), 1):
            yield wrong(self.file, edit, "no record of the ledger that comes here begins there")
            return
        edits = edits_stated(self.sums)
        if edits != self.manifest["edits"]:
            message = differing("edits", self.manifest["edits"], edits)
            yield finding("wrong-content", message, file=self.file)


class Noted:
    """Findings and rejects beside the records they are about, and the findings by kind beside the manifest."""

    def __init__(self, audit: Path, manifest: Mapping[str, Any]) -> None:
        self.manifest = manifest
        self.file, self.rejects_file = (f"{audit.name}/{n}" for n in (layout.FINDINGS, layout.REJECTS))
        self.kinds: Counter[str] = Counter()
        self.rejects = Cursor(book_tables(audit, layout.REJECTS, REJECTS))
        self.notes = Beside(self._notes(audit / layout.FINDINGS))
        self.elsewhere: list[Row] = []

    def _notes(self, path: Path) -> Iterator[Row]:
        """The findings; those about no record are only counted."""
        try:
            with path.open(encoding="utf-8") as lines:
                for note in map(json.loads, lines):
                    self.kinds[note["kind"]] += 1
                    if note["offset"] is not None or note["record"] is not None:
                        yield note
        except UNREADABLE as error:
            raise Unreadable(self.file, error) from error

    def look(self, line: Row) -> Iterator[Finding]:
        """What is wrong with the findings about the record of a line of the ledger, and with its reject."""
        notes = self.notes.at(line)
        yield from self._alike(notes, line)
        against = [note for note in notes if note["severity"] == "error"]
        if line["fate"] == "rejected":
            yield from self._rejected(line, against)
        elif against:
            yield wrong(self.file, line, f"a finding of severity error about a record that is {line['fate']}")

    def _alike(self, notes: Sequence[Row], line: Row) -> Iterator[Finding]:
        for note in notes:
            for name in ("line", "id"):
                if note[name] != line[name]:
                    yield wrong(self.file, note, _apart(name, note[name], line[name]))

    def _rejected(self, line: Row, against: Sequence[Row]) -> Iterator[Finding]:
        for reject in self.rejects.take(1).to_pylist():
            for name in ("source", "file", "offset", "length", "line", "record", "reason"):
                if reject[name] != line[name]:
                    yield wrong(self.rejects_file, reject, _apart(name, reject[name], line[name]))
            told = {
                "reason": against[0]["kind"] if against else None,
                "pointer": against[0]["pointer"] if against else None,
                "message": "; ".join(note["message"] for note in against),
            }
            for name, meant in told.items():
                if reject[name] != meant:
                    message = f"{name} is {short(reject[name])}; the findings say {short(meant)}"
                    yield wrong(self.rejects_file, reject, message)
            if (fault := self._raw_fault(reject["raw"] or b"", line)) is not None:
                yield wrong(self.rejects_file, reject, fault)

    def _raw_fault(self, raw: bytes, line: Row) -> str | None:
        """Why these are not the bytes of a record that was rejected; of one that is too long, its beginning."""
        if line["reason"] == _CUT:
            limit = self.manifest["limits"]["line_bytes"]
            known = line["length"] is None or line["length"] > limit
            return (
                None
                if len(raw) == limit and known
                else f"{len(raw):,} bytes are kept of a record that is too long"
            )
        if (found := sha256(raw)) != line["sha256"]:
            return f"the sha256 of its bytes is {found}; the ledger says {line['sha256']}"
        if line["length"] not in {None, len(raw)}:
            return f"it has {len(raw):,} bytes; the ledger says {line['length']:,}"
        return None

    def count(self, ledger: Any) -> None:
        """Count the fates that are findings."""
        told = {key: n for key, n in counted(ledger, "fate", "reason").items() if key[0] in FATES[2:]}
        self.kinds.update({reason: count for (_, reason), count in told.items()})

    def end(self) -> Iterator[Finding]:
        """Findings about records that did not come in their order, rejects that are left, and sums."""
        self.elsewhere = list(self.notes.rest())
        if self.rejects.more():
            message = "more rejects than the ledger has; the manifest says {:,}".format(
                self.manifest["accounts"]["total"]["rejected"]
            )
            yield finding("wrong-content", message, file=self.rejects_file)
        rejected = self.manifest["accounts"]["total"]["rejected"]
        if self.rejects.taken < rejected:
            message = f"{self.rejects.taken} rejects; the manifest says {rejected}"
            yield finding("wrong-content", message, file=self.rejects_file)
        if self.kinds != self.manifest["findings"]:
            message = differing("findings", self.manifest["findings"], dict(self.kinds))
            yield finding("wrong-content", message, file=self.file)

    def corpus_notes(self, tables: Iterable[Any]) -> Iterator[Finding]:
        """What is wrong with findings that the corpus as a whole led to, and that name a record."""
        left: dict[Any, list[Row]] = {}
        for note in self.elsewhere:
            left.setdefault(_spot(note), []).append(note)
        for table in tables if left else ():
            for line in table.select(["file", "offset", "record", "line", "id"]).to_pylist():
                yield from self._alike(left.pop(_spot(line), ()), line)
        for notes in list(left.values())[:MOST]:
            yield wrong(self.file, notes[0], "no record of the ledger begins there")


def _apart(name: str, said: Any, meant: Any) -> str:
    return f"{name} is {short(said)}; the ledger says {short(meant)}"
