"""JSON Lines: one object a line, blank lines skipped, one bad line costs one record."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.dialect import Malformed, parse_object
from corpuskit.readers.encodings import check_marks, recode
from corpuskit.readers.records import BLANK, Gathering, Line, Piece, Problem, Prover, Record

_BOM = b"\xef\xbb\xbf"
_MARKED = Problem("byte-order-mark", "a byte order mark before the first record was skipped")


def read(piece: Piece, source: Source, limits: Limits, prover: Prover | None = None) -> Iterator[Record]:
    """The records of a JSONL file or of a newline-aligned range of it, but for those that a prover passes over.

    Lines and offsets of a range count from its start. Raises DamagedInput where the stream breaks,
    InputError where the declared encoding does not part lines by the byte of LF.
    """
    check_marks(source.encoding, "\n", piece.name)
    blocks = _blocks(piece, limits)
    first = next(blocks, b"")
    bom = piece.start == 0 and first.startswith(_BOM)
    notes = (_MARKED,) if bom else ()
    for line in _lines(first, blocks, limits.line_bytes, len(_BOM) if bom else 0, prover):
        yield _record(piece, line, source, limits, notes)
        notes = ()


class _Line(NamedTuple):
    """A line without its end that is not blank; `raw` is cut and `sha256` known where it exceeds the limit."""

    number: int
    offset: int
    raw: bytes
    length: int
    sha256: str | None = None


def _lines(
    first: bytes, blocks: Iterator[bytes], limit: int, offset: int, prover: Prover | None
) -> Iterator[_Line]:
    """The lines of the first block from `offset` on, and of all others; no block ends between CR and LF."""
    number, begun = 1, 0
    pending: Gathering | None = None
    block: bytes | None = first[offset:]
    # What a byte order mark is noted with must be seen, and so must a line that is too long.
    seen = offset > 0
    while block is not None:
        start = 0
        if pending is not None:
            end = block.find(b"\n")
            start = end + 1 if end >= 0 else len(block)
            pending.add(block[:end].removesuffix(b"\r") if end >= 0 else block)
            if end >= 0:
                if not pending.blank:
                    yield _gathered(number, begun, pending)
                number, pending = number + 1, None
        if pending is None:
            stop = max(block.rfind(b"\n") + 1, start)
            sift = every_line if prover is None or seen or limit < len(block) else prover.sift
            lines, found = sift(block, start, stop, number, offset)
            for index, at, line in found:
                raw = line.removesuffix(b"\r")
                yield _Line(number + index, offset + at, raw, len(raw))
            number += lines
            if stop < len(block):
                begun, pending = offset + stop, Gathering(limit)
                pending.add(block[stop:])
        offset, seen = offset + len(block), False
        block = next(blocks, None)
    if pending is not None and not pending.blank:
        yield _gathered(number, begun, pending)
    if prover is not None:
        prover.lines += number - 1


def every_line(block: bytes, start: int, stop: int, *_: int) -> tuple[int, list[Line]]:
    """How many lines, all of them whole, stand between two places of a block, and those that are not blank."""
    found: list[Line] = []
    lines = block[start:stop].split(b"\n")
    lines.pop()  # what follows the last LF: nothing
    for index, line in enumerate(lines):
        if line.strip(BLANK):
            found.append((index, start, line))
        start += len(line) + 1
    return len(lines), found


def _gathered(number: int, offset: int, line: Gathering) -> _Line:
    return _Line(number, offset, line.raw, line.length, line.sha256)


def _blocks(piece: Piece, limits: Limits) -> Iterator[bytes]:
    """The bytes of a piece in blocks that keep a byte order mark and a CR LF whole."""
    if piece.end is None:
        blocks = streams.blocks(piece.path, piece.name, limits.ratio)
    else:
        blocks = streams.span(piece.path, piece.name, piece.start, piece.end)
    held = b""
    for block in blocks:
        block = held + block if held else block
        held = block if len(block) < len(_BOM) else b"\r" if block.endswith(b"\r") else b""
        if len(held) < len(block):
            yield block[: len(block) - len(held)] if held else block
    if last := held.removesuffix(b"\r"):  # a CR that nothing follows is blank
        yield last


def _record(piece: Piece, line: _Line, source: Source, limits: Limits, notes: tuple[Problem, ...]) -> Record:
    digest = line.sha256 or hashlib.sha256(line.raw).hexdigest()
    place = Place(piece.name, line.offset, line.length, line.number, None, digest)
    if line.length > limits.line_bytes:
        message = f"a line of {line.length} bytes; the limit is {limits.line_bytes}"
        kept = line.raw[: limits.line_bytes]
        return Record(place, kept, problem=Problem("line-too-long", message), notes=notes)
    try:
        fields = parse_object(recode(line.raw, source.encoding), limits.depth)
    except Malformed as malformed:
        return Record(place, line.raw, problem=malformed.problem, notes=notes)
    return Record(place, line.raw, fields, notes=notes)
