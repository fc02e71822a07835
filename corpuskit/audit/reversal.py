"""Edits undone: a published text and the edits that were made give back the bytes of the file that it comes from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.audit.ledger import wrong
from corpuskit.digests import sha256
from corpuskit.findings import Finding
from corpuskit.readers import reader_for

Row = Mapping[str, Any]

# So many bytes of edits are held, at about so many beside those of each, before the texts are read for them.
_HELD_BYTES, _BESIDE = 64 << 20, 300


class Change(NamedTuple):
    """An edit to all of a text: where, what stood there, and what stands there now."""

    start: int
    removed: bytes
    inserted: bytes


class Texts:
    """Text files that were published, and the changes that were made to them, until their texts are read."""

    def __init__(
        self, manifest: Mapping[str, Any], read: Callable[[Sequence[str]], Iterator[Any]], file: str
    ) -> None:
        self.read, self.file = read, file
        readers = {source["name"]: source.get("reader") for source in manifest["sources"]}
        plain = {source["name"] for source in manifest["sources"] if "fields" not in source}
        self.files = {
            item["file"]
            for item in manifest["inputs"]
            if item["source"] in plain and (readers[item["source"]] or reader_for(item["file"])) == "text"
        }
        if manifest["split_rule"]["text"] != ["text"]:
            self.files = set()
        self.held: dict[tuple[str, str], tuple[Row, list[Change]]] = {}
        self.size = 0

    def look(self, line: Row, edits: Iterable[Row]) -> Iterator[Finding]:
        """Take the next line of the ledger and the edits to its record."""
        if line["fate"] != "kept" or line["file"] not in self.files:
            return
        made = [
            Change(e["start"] or 0, e["removed"] or b"", e["inserted"] or b"")
            for e in edits
            if e["field"] is None
        ]
        self.held[line["source"], line["id"]] = (line, made)
        self.size += _BESIDE + sum(_BESIDE + len(each.removed) + len(each.inserted) for each in made)
        if self.size > _HELD_BYTES:
            yield from self.end()

    def end(self) -> Iterator[Finding]:
        """Read the texts of those that are held, and undo their changes."""
        sources = sorted({source for source, _ in self.held})
        for table in self.read(["source", "id", "text"]) if sources else ():
            own = table.filter(pc.is_in(table["source"], pa.array(sources)))
            columns = (own[name].to_pylist() for name in own.column_names)
            for source, identifier, text in zip(*columns, strict=True):
                line, changes = self.held.pop((source, identifier), (None, []))
                if line is not None and not _gives_back(text, changes, line):
                    message = (
                        "its text and its edits do not give back the bytes that the ledger has the sha256 of"
                    )
                    yield wrong(self.file, line, message)
        self.held, self.size = {}, 0  # what is left has no row, and that has been told


def _gives_back(text: str | None, changes: Sequence[Change], line: Row) -> bool:
    data = undone((text or "").encode(), changes)
    return data is not None and len(data) == line["length"] and sha256(data) == line["sha256"]


def undone(data: bytes, changes: Sequence[Change]) -> bytes | None:
    """The bytes before changes were made to them, one after the other; None where these were not made to them."""
    end = len(changes)
    while end > 0:
        first = end - 1
        # Changes that go from left to right are undone together: each stands where it was made.
        while (
            first > 0 and changes[first - 1].start + len(changes[first - 1].inserted) <= changes[first].start
        ):
            first -= 1
        parts, at = [], 0
        for start, removed, inserted in changes[first:end]:
            if start < at or data[start : start + len(inserted)] != inserted:
                return None
            parts += [data[at:start], removed]
            at = start + len(inserted)
        if at > len(data):
            return None
        data = b"".join([*parts, data[at:]])
        end = first
    return data
