"""CSV and TSV: one row a record, a string for each column, no types guessed, one bad row costs one record."""

import hashlib
import json
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.csv_dialect import SAMPLE, described, sniffed
from corpuskit.readers.csv_grammar import Grammar
from corpuskit.readers.csv_rows import Row, rows
from corpuskit.readers.encodings import check_marks, decoded
from corpuskit.readers.records import Piece, Problem, Record

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_MARKED = Problem("byte-order-mark", "a byte order mark at the start of the file was skipped")
_SHOWN_CHARS = 60
_STRAY = "a quote stands inside a field that does not begin with one"
_NAME_THEM = "Write names for all columns into the file, each another one"


class _Table(NamedTuple):
    """A file that is open: how it is written, its columns, its header as it stands there, and its rows."""

    grammar: Grammar
    names: tuple[str, ...]
    head: bytes
    rows: Iterator[Row]
    notes: tuple[Problem, ...]


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a CSV file; its delimiter is told from its first bytes where the source declares none.

    A field is a string, an empty one without quotes None. Raises InputError where the header cannot be read, names
    a column twice or not at all, or the declared encoding does not part rows by single bytes; DamagedInput where
    the stream breaks.
    """
    yield from _records(piece, source, limits, None)


def read_tsv(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a file of fields parted by tabs; otherwise as `read`."""
    yield from _records(piece, source, limits, "\t")


def head(piece: Piece, source: Source, limits: Limits, reader: str) -> bytes:
    """The header of a file as it stands there, empty where it has none; raises as `read`."""
    return _opened(piece, source, limits, "\t" if reader == "tsv" else None).head


def columns(piece: Piece, source: Source, limits: Limits, reader: str) -> tuple[str, ...]:
    """The names of its columns; raises as `read`."""
    return _opened(piece, source, limits, "\t" if reader == "tsv" else None).names


def _records(piece: Piece, source: Source, limits: Limits, delimiter: str | None) -> Iterator[Record]:
    table = _opened(piece, source, limits, delimiter)
    notes = table.notes
    for number, row in enumerate(table.rows, 1):
        digest = row.sha256 or hashlib.sha256(row.raw).hexdigest()
        place = Place(piece.name, row.offset, row.length, row.line, number, digest)
        yield _record(place, row, table, source, limits, notes)
        notes = ()


def _opened(piece: Piece, source: Source, limits: Limits, delimiter: str | None) -> _Table:
    blocks = streams.blocks(piece.path, piece.name, limits.ratio)
    start, whole = _start(blocks)
    if start.startswith(_WIDE):
        raise InputError(piece.name, "is text in UTF-16.", "Save it as UTF-8: iconv -f UTF-16 -t UTF-8.")
    skipped = len(_BOM) if start.startswith(_BOM) else 0
    grammar = sniffed(start[skipped:SAMPLE], source, delimiter, whole=whole and len(start) <= SAMPLE)
    check_marks(source.encoding, grammar.delimiter + grammar.quote + "\r\n", piece.name)
    found = rows(chain([start[skipped:]], blocks), grammar, limits.line_bytes, skipped)
    first = None if source.header else next(found, None)
    names = source.header or (() if first is None else _names(first, grammar, source, limits, piece.name))
    notes = (_MARKED,) if skipped else ()
    if source.delimiter is None or source.quote is None:
        notes = (*notes, Problem("table-form", described(grammar, names)))
    return _Table(grammar, names, first.raw if first else b"", found, notes)


def _start(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first bytes, at least as many as a sample has where there are so many; whether they are all."""
    parts, size = [], 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size > SAMPLE:
            return b"".join(parts), False
    return b"".join(parts), True


def _names(row: Row, grammar: Grammar, source: Source, limits: Limits, file: str) -> tuple[str, ...]:
    """The names of the columns in the header; raises InputError where it does not give one to each."""
    if row.length > limits.line_bytes:
        raise InputError(file, f"has a header of {row.length} bytes; the limit is {limits.line_bytes}.")
    if row.fault:
        raise InputError(file, f"has no header that can be read: {row.fault}.", "Repair its first line.")
    try:
        names, _, strays, _ = grammar.split(decoded(row.raw, source.encoding))
    except UnicodeError as error:
        hint = "Declare its `encoding` in corpus.toml, or save the file as UTF-8."
        raise InputError(file, f"has a header that is not {source.encoding or 'UTF-8'}.", hint) from error
    if strays:
        raise InputError(file, f"has no header that can be read: {_STRAY}.", "Repair its first line.")
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if name is None or not name.strip():
            cause = f"has no name for column {number} in its header (line {row.line})."
            raise InputError(file, cause, f"{_NAME_THEM}.")
        if name in seen:
            called = json.dumps(name[:_SHOWN_CHARS], ensure_ascii=False)
            raise InputError(file, f"has two columns called {called} (line {row.line}).", f"{_NAME_THEM}.")
        seen.add(name)
    return tuple(name for name in names if name is not None)


def _record(
    place: Place, row: Row, table: _Table, source: Source, limits: Limits, notes: tuple[Problem, ...]
) -> Record:
    if row.length > limits.line_bytes:
        message = f"a row of {row.length} bytes; the limit is {limits.line_bytes}"
        kept = row.raw[: limits.line_bytes]
        return Record(place, kept, problem=Problem("line-too-long", message), notes=notes)
    if row.fault is not None:
        message = f"{row.fault}; the next line was read as a row again"
        return Record(place, row.raw, problem=Problem("bad-quoting", message), notes=notes)
    try:
        text = decoded(row.raw, source.encoding)
    except UnicodeError as error:
        problem = Problem("invalid-encoding", _undecodable(row.raw, source, error))
        return Record(place, row.raw, problem=problem, notes=notes)
    values, _, strays, _ = table.grammar.split(text)
    if strays:
        return Record(place, row.raw, problem=Problem("bad-quoting", _STRAY), notes=notes)
    if len(values) != len(table.names):
        return Record(place, row.raw, problem=_ragged(row, len(values), table), notes=notes)
    return Record(place, row.raw, dict(zip(table.names, values, strict=True)), notes=notes)


def _undecodable(raw: bytes, source: Source, error: UnicodeError) -> str:
    name = source.encoding or "UTF-8"
    if not isinstance(error, UnicodeDecodeError):
        return f"not {name}: {error}"
    return f"byte 0x{raw[error.start]:02x} at byte {error.start} of the row is not {name}"


def _ragged(row: Row, count: int, table: _Table) -> Problem:
    """What is said of a row with another number of fields than there are columns."""
    lines = row.raw.count(table.grammar.end)
    where = f" in lines {row.line} to {row.line + lines}" if lines else ""
    columns = f"{len(table.names)} column{'' if len(table.names) == 1 else 's'}"
    return Problem("ragged-row", f"{count} field{'' if count == 1 else 's'}{where} for {columns}")
