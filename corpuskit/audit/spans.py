"""Where records lie in their files: in order, apart from each other, inside, and with nothing between that is a record.

What is between two records of a packed file, or of a container, cannot be told without the file.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from corpuskit.audit.ledger import wrong
from corpuskit.audit.tables import MOST
from corpuskit.findings import Finding, finding
from corpuskit.readers import reader_for
from corpuskit.readers.streams import compression

# What a byte order mark takes, and what ends a line at most.
_BOM, _LINE_END = 3, 2
# Readers whose records have numbers, places in bytes, or both.
_NUMBERED = frozenset({"json", "csv", "tsv", "parquet"})
_WITHOUT_BYTES = frozenset({"parquet"})


class _Line(NamedTuple):
    """A line of a book as far as it tells of a place."""

    source: str
    file: str
    offset: int | None
    length: int | None
    line: int | None
    record: int | None
    sha256: str
    id: str | None

    @property
    def end(self) -> int:
        return (self.offset or 0) + (self.length or 0)


class _Input(NamedTuple):
    """An input file: its number in the order of the build, how it is read, whether it is packed."""

    number: int
    source: str
    reader: str
    packed: bool
    bytes: int
    sha256: str


class Spans:
    """The places of records, line by line of a book; `whole` where it has a line for every record."""

    def __init__(self, manifest: Mapping[str, Any], file: str, *, whole: bool) -> None:
        self.file, self.whole, self.wrong = file, whole, 0
        readers = {source["name"]: source.get("reader") for source in manifest["sources"]}
        self.inputs = {
            item["file"]: _Input(
                number,
                item["source"],
                readers.get(item["source"]) or reader_for(item["file"]) or "",
                bool(compression(item["file"])),
                item["bytes"],
                item["sha256"],
            )
            for number, item in enumerate(manifest["inputs"])
        }
        self.before: _Line | None = None

    def add(self, lines: Any) -> Iterator[Finding]:
        """Lines that stand where no record can."""
        columns = (lines[name].to_pylist() for name in _Line._fields)
        for line in map(_Line._make, zip(*columns, strict=True)):
            fault = self._fault(line)
            self.before = line
            if fault is not None:
                self.wrong += 1
                if self.wrong <= MOST:
                    yield wrong(self.file, line._asdict(), fault)

    def end(self) -> Iterator[Finding]:
        """How many more there are."""
        if self.wrong > MOST:
            message = f"{self.wrong - MOST:,} more records stand where none can"
            yield finding("wrong-content", message, file=self.file)

    def _fault(self, line: _Line) -> str | None:
        """Why no record can stand there, None where one can."""
        item = self.inputs.get(line.file)
        if item is None:
            return "the manifest has no such input"
        if item.source != line.source:
            return f"it is said to be of {line.source!r}; by the manifest the file is of {item.source!r}"
        if fault := _ill_formed(line, item):
            return fault
        before = self.before if self.before is not None and self.before.file == line.file else None
        if before is None:
            last = self.inputs.get(self.before.file) if self.before is not None else None
            if last is not None and last.number > item.number:
                return "its file comes before that of the line before, in the order of the manifest"
        elif _ill_formed(before, item):
            return None  # has been told
        if item.reader == "text":
            return _text_fault(line, item, before)
        if item.reader in _NUMBERED and (fault := self._number_fault(line, before)):
            return fault
        return None if item.reader in _WITHOUT_BYTES else self._span_fault(line, item, before)

    def _number_fault(self, line: _Line, before: _Line | None) -> str | None:
        last, number = (before.record or 0) if before else 0, line.record or 0
        if number <= last or (self.whole and number != last + 1):
            return f"it is record {number:,} of its file; the one before it is record {last:,}"
        return None

    def _span_fault(self, line: _Line, item: _Input, before: _Line | None) -> str | None:
        offset, number = line.offset or 0, line.line or 0
        if before is None:
            gap, lines = offset, number - 1
            if item.reader == "jsonl" and number == 1 and offset not in {0, _BOM}:
                return f"the first line of a file begins at its first byte, not at byte {offset:,}"
        else:
            gap, lines = offset - before.end, number - (before.line or 0)
            if gap < 1 or lines < (0 if item.reader == "json" else 1):
                return f"it begins at byte {offset:,}, line {number:,}: not after the record before it"
        if item.reader == "json":
            return None
        if gap < lines and item.reader == "jsonl":
            return f"{gap:,} bytes are too few for {lines:,} ends of lines before it"
        if before is not None and self.whole and item.reader == "jsonl" and lines == 1 and gap > _LINE_END:
            return f"{gap:,} bytes before it are in no record"
        return None


def _ill_formed(line: _Line, item: _Input) -> str | None:
    """What a record of such a file has and this one lacks, or the other way round."""
    in_bytes, numbered = item.reader not in _WITHOUT_BYTES, item.reader in _NUMBERED
    for name in ("offset", "length", "line"):
        value = getattr(line, name)
        if (value is not None) != in_bytes or (value or 0) < 0:
            return f"its {name} is {value}"
    if (line.record is not None) != numbered or (line.line == 0):
        return f"its number is {line.record}, its line {line.line}"
    if in_bytes and not item.packed and line.end > item.bytes:
        return f"it ends at byte {line.end:,} of a file of {item.bytes:,} bytes"
    return None


def _text_fault(line: _Line, item: _Input, before: _Line | None) -> str | None:
    """A text file is one record, and all of its bytes."""
    if before is not None:
        return "its file is one text: it has one record"
    if line.offset != 0 or line.line != 1:
        return f"a text begins at the first byte of its file, not at byte {line.offset:,}, line {line.line:,}"
    if not item.packed and (line.length, line.sha256) != (item.bytes, item.sha256):
        return (
            f"it is {line.length:,} bytes with the sha256 {line.sha256}; "
            f"by the manifest the file has {item.bytes:,} with {item.sha256}"
        )
    return None
