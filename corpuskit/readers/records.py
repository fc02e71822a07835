"""What every reader yields: a located record, parsed or with the reason why it cannot be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.provenance import Limits, Place, Source


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
    """What is to be said of a record: a finding kind, in words, where inside it, which schema keyword."""

    kind: str
    message: str
    pointer: str | None = None
    keyword: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
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
    file is one article.
    """

    path: Path
    name: str
    start: int = 0
    end: int | None = None
    first_line: int = 1
    identifier: str | None = None


Reader = Callable[[Piece, Source, Limits], Iterator[Record]]
