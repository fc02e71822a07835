"""The rows of a delimited file where they lie: one bad row costs one row."""

from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.readers.csv_grammar import BEHIND, CR, LF, Grammar
from corpuskit.readers.records import BLANK, Gathering


class Row(NamedTuple):
    """A row that is not blank, without its line end: its place, its bytes, and what is wrong with it.

    `raw` is cut, and `sha256` known, where the row is longer than the limit.
    """

    offset: int
    line: int
    raw: bytes
    length: int
    fault: str | None = None
    sha256: str | None = None


def rows(blocks: Iterator[bytes], grammar: Grammar, limit: int, offset: int = 0) -> Iterator[Row]:
    """The rows of some blocks of bytes, the first of which stands at `offset` of its file.

    A row whose quotes do not pair ends with its first line, and the next line is a row again. So does one that is
    longer than `limit` bytes and has several lines: what may be looked at for one row is bounded.
    """
    data, at, line = next(blocks, b""), 0, 1
    final = not data
    while at < len(data) or not final:
        extent = grammar.extent(data, at, limit, final=final)
        if extent is None:
            if len(data) - at >= limit + BEHIND:
                row, behind = _overlong(data[at:], blocks, grammar.end, limit, offset + at, line)
                if row is not None:
                    yield row
                offset, data, at, line = behind.offset, behind.data, 0, line + 1
            else:
                more = _more(blocks, len(data) - at)
                offset, data, at, final = offset + at, data[at:] + more, 0, not more
            continue
        raw = data[at : extent.stop]
        if grammar.end == LF:
            raw = raw.removesuffix(CR)
        if raw.strip(BLANK):
            yield Row(offset + at, line, raw, len(raw), extent.fault)
        line += data.count(grammar.end, at, extent.next)
        at = extent.next


def _more(blocks: Iterator[bytes], least: int) -> bytes:
    """The next blocks, of at least so many bytes together where there are so many: it is done in few steps."""
    parts, size = [], 0
    while size <= least and (block := next(blocks, b"")):
        parts.append(block)
        size += len(block)
    return b"".join(parts)


class _Behind(NamedTuple):
    offset: int
    data: bytes


def _overlong(
    data: bytes, blocks: Iterator[bytes], end: bytes, limit: int, offset: int, line: int
) -> tuple[Row | None, _Behind]:
    """A line that is longer than the limit, kept up to it, None where it is blank; and what follows."""
    gathering, held, size = Gathering(limit), b"", 0
    while data and (stop := data.find(end)) < 0:
        size += len(data)
        data = held + data
        held = CR if data.endswith(CR) else b""  # perhaps that of the line end
        gathering.add(data[: len(data) - len(held)])
        data = next(blocks, b"")
    last = held + data[:stop] if data else held
    gathering.add(last.removesuffix(CR) if end == LF else last)
    size += stop + 1 if data else 0
    row = Row(offset, line, gathering.raw, gathering.length, None, gathering.sha256)
    return None if gathering.blank else row, _Behind(offset + size, data[stop + 1 :] if data else b"")
