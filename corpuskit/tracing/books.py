"""Looks up records in what a release and its audit folder hold of them: ledger, rejects, edits, findings."""

import heapq
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import arrow, layout, parquet
from corpuskit.audit.claims import UNREADABLE, is_file
from corpuskit.errors import InputError

# One row of the ledger; of provenance, where the audit folder is not there: then what that lacks is missing.
Line = Mapping[str, Any]

_PLACE = re.compile(r"(.+):([1-9][0-9]{0,17})", re.DOTALL)
_LONGEST_ID, _CANDIDATES, _NEAREST = 200, 1000, 5
# So alike an id must be to the one that was asked for; 1 is the same.
_LEAST_ALIKE = 0.5


class Spot(NamedTuple):
    """What tells one record from all others of a build: its file, and its first byte or its number there."""

    file: str
    offset: int | None
    record: int | None


def spot(line: Mapping[str, Any]) -> Spot:
    """The place of a record, from a row of any of the books."""
    return Spot(line["file"], line["offset"], line["record"])


def fate_of(line: Line) -> str:
    """The fate of a record; provenance names those alone that are kept."""
    return str(line.get("fate", "kept"))


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Raise InputError for whatever reading a damaged file of a release raises."""
    try:
        yield
    except InputError:
        raise
    except UNREADABLE as error:
        cause = f"cannot be read: {str(error).rstrip('.')}."
        raise InputError(where, cause, "Run `corpuskit verify` on the release.") from error


class Books(NamedTuple):
    """The books of a release: its provenance files and, where it lies beside the release, its audit folder."""

    release: Path
    provenance: Sequence[str]
    audit: Path | None

    @classmethod
    def of(cls, release: Path, manifest: Mapping[str, Any]) -> "Books":
        """The books that are there."""
        files = [entry["path"] for entry in manifest["files"] if entry["role"] == "provenance"]
        audit = layout.audit_folder(release)
        return cls(release, files, audit if is_file(audit / layout.LEDGER) else None)

    def lines(self) -> Iterator[Any]:
        """The lines of all records that are known, as Arrow tables: the ledger, or the provenance of what is kept."""
        yield from self.origins() if self.audit is None else self.tables(layout.LEDGER)

    def holds(self, book: str) -> bool:
        """Whether a file of the audit folder is there."""
        return self.audit is not None and is_file(self.audit / book)

    def tables(self, book: str) -> Iterator[Any]:
        """A Parquet file of the audit folder, as Arrow tables."""
        folder = layout.audit_folder(self.release)
        with readable(f"{folder.name}/{book}"):
            yield from parquet.read_groups(folder / book)

    def origins(self) -> Iterator[Any]:
        """The provenance of all kept rows, as Arrow tables."""
        for name in self.provenance:
            with readable(name), pa.memory_map(str(self.release / name)) as source:
                yield from arrow.read_tables(source)

    def find(self, identifier: str, source: str | None) -> list[Line]:
        """The lines of the records with that id, or that stand at that `file:line` or `file:number`."""
        place = _PLACE.fullmatch(identifier)
        found: list[Line] = []
        for table in self.lines():
            mask = pc.equal(table["id"], identifier)
            if place is not None:
                at = pc.equal(pc.coalesce(table["record"], table["line"]), int(place[2]))
                mask = pc.or_kleene(mask, pc.and_kleene(pc.equal(table["file"], place[1]), at))
            if source is not None:
                mask = pc.and_kleene(mask, pc.equal(table["source"], source))
            found += table.filter(mask).to_pylist()
        return found

    def nearest(self, identifier: str) -> list[str]:
        """The ids that are written most like one that is not there."""
        wanted = identifier[:_LONGEST_ID]
        ids = (i for table in self.lines() for i in table["id"].to_pylist() if i and len(i) <= _LONGEST_ID)
        close = heapq.nlargest(_CANDIDATES, dict.fromkeys(ids), key=lambda each: _alike(wanted, each))
        return get_close_matches(wanted, close, _NEAREST, _LEAST_ALIKE)

    def duplicates(self, line: Line) -> list[Line] | None:
        """The records that are not published because this one is; None without the audit folder."""
        if self.audit is None:
            return None
        found: list[Line] = []
        for table in self.lines():
            own = pc.equal(table["duplicate_of"], line["id"])
            own = pc.and_kleene(own, pc.equal(table["duplicate_of_source"], line["source"]))
            found += table.filter(own).to_pylist()
        return found

    def rows_at(self, book: str, where: Spot) -> list[dict[str, Any]] | None:
        """The rows of rejects or edits about one record; None where the book is not there."""
        if not self.holds(book):
            return None
        found: list[dict[str, Any]] = []
        for table in self.tables(book):
            mask = pc.equal(table["file"], where.file)
            for name in ("offset", "record"):
                value = getattr(where, name)
                same = pc.is_null(table[name]) if value is None else pc.equal(table[name], value)
                mask = pc.and_(mask, pc.fill_null(same, pa.scalar(value=False)))
            found += table.filter(mask).to_pylist()
        return found

    def findings(self, where: Spot) -> list[dict[str, Any]] | None:
        """The findings about one record; None where they are not there."""
        if self.audit is None or not self.holds(layout.FINDINGS):
            return None
        name = json.dumps(where.file, ensure_ascii=False)
        with (
            readable(f"{self.audit.name}/{layout.FINDINGS}"),
            (self.audit / layout.FINDINGS).open(encoding="utf-8") as lines,
        ):
            told = [json.loads(line) for line in lines if name in line]
            return [each for each in told if spot(each) == where]


def _alike(one: str, other: str) -> int:
    """How many characters two ids share at their ends: cheap, and enough to choose whom to compare."""
    return _shared(one, other) + _shared(one[::-1], other[::-1])


def _shared(one: str, other: str) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
