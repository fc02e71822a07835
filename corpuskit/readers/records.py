"""What every reader yields: a located record, parsed or with the reason why it cannot be."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from corpuskit.provenance import Limits, Place, Source

# What JSON counts as white space (RFC 8259, section 2): a line of nothing else is no record.
BLANK = b" \t\r\n"
# More edits of one kind in one record are told as a single one from the first to the last.
MOST_EDITS = 100_000


class Edit(NamedTuple):
    """One change to a record, reversible: at `start`, `removed` stood where `inserted` stands now.

    Positions are bytes before this edit: in the record where `field` is None, else in the field's UTF-8.
    """

    transform: str
    field: str | None
    start: int
    removed: bytes
    inserted: bytes


class Problem(NamedTuple):
    """What is to be said of a record: a finding kind, in words, where inside it, which schema keyword, where that."""

    kind: str
    message: str
    pointer: str | None = None
    keyword: str | None = None
    schema_pointer: str | None = None


class Record(NamedTuple):
    """One record where it lies: its bytes, and its fields or the problem with it.

    `raw` is cut to a first piece where the record is longer than the limit; `place` tells its true length.
    """

    place: Place
    raw: bytes
    fields: dict[str, Any] | None = None
    problem: Problem | None = None
    edits: tuple[Edit, ...] = ()
    notes: tuple[Problem, ...] = ()
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What one reader call reads: a file, or a newline-aligned byte range of a big plain one.

    `first_line` is the number of its first line in the file; `identifier` the id of the article where the
    file is one article; `sha256` the digest of its bytes as they lie on the disk, where that is known.
    """

    path: Path
    name: str
    start: int = 0
    end: int | None = None
    first_line: int = 1
    identifier: str | None = None
    sha256: str | None = None


def described(pieces: Sequence[Piece]) -> str:
    """The name of the first piece, with its range where it has one, and how many others there are."""
    first, more = pieces[0], len(pieces) - 1
    name = first.name if first.end is None else f"{first.name} (bytes {first.start:,} to {first.end:,})"
    return f"{name} and {more} more" if more else name


@dataclass(slots=True)
class Gathering:
    """The bytes of one record while they go by: counted, hashed, and kept up to a limit."""

    limit: int
    length: int = 0
    blank: bool = True
    _digest: Any = field(default_factory=hashlib.sha256)
    _kept: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """Take the next bytes of the record."""
        if self.length < self.limit:
            self._kept.append(data[: self.limit - self.length])
        self.blank = self.blank and not data.strip(BLANK)
        self._digest.update(data)
        self.length += len(data)

    @property
    def raw(self) -> bytes:
        """The bytes that were kept."""
        return b"".join(self._kept)

    @property
    def sha256(self) -> str:
        """Hexadecimal sha256 of all bytes, kept or not."""
        digest: str = self._digest.hexdigest()
        return digest


# The number of a line in its block from 0, its first byte there, and its bytes without LF.
Line = tuple[int, int, bytes]


class Prover(Protocol):
    """What lets a reader pass over lines that are certainly valid; it never says that one is not.

    `records` counts what was passed over, `lines` all lines of what was read, once it is read.
    """

    records: int
    lines: int

    def sift(self, block: bytes, start: int, stop: int, number: int, offset: int) -> tuple[int, list[Line]]:
        """How many whole lines stand between two places of a block, and those that the reader must look at.

        `number` is that of the first of these lines, `offset` that of the block, as the reader counts them.
        """
        ...


Reader = Callable[[Piece, Source, Limits], Iterator[Record]]
