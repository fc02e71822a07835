"""JSON Lines: one object a line, blank lines skipped, one bad line costs one record."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.dialect import Malformed, parse_object
from corpuskit.readers.records import Piece, Problem, Record

_BOM = b"\xef\xbb\xbf"
# What is kept of a line beyond the limit: enough to recognise it, little enough to bound memory.
_SAMPLE = 1 << 16


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a JSONL file or of a newline-aligned range of it.

    Lines and offsets of a range count from its start. Raises DamagedInput where the stream breaks.
    """
    for line in _lines(piece, limits):
        if line.raw.isspace() or not line.raw:
            continue
        yield _record(piece, line, source, limits)


@dataclass(slots=True)
class _Line:
    """A line without its end; `raw` is a sample where the line is longer than the limit."""

    number: int
    offset: int
    raw: bytes
    length: int
    sha256: str | None = None
    bom: bool = False


@dataclass(slots=True)
class _Overlong:
    """A line beyond the limit while it goes by: hashed and counted, not kept."""

    sample: bytes
    digest: Any = field(default_factory=hashlib.sha256)
    length: int = 0

    def add(self, data: bytes) -> None:
        self.digest.update(data)
        self.length += len(data)


def _lines(piece: Piece, limits: Limits) -> Iterator[_Line]:
    number, offset, carry = 1, 0, b""
    overlong: _Overlong | None = None
    bom = False
    for block in _range(piece, limits):
        if overlong is None and offset == 0 and not carry and piece.start == 0 and block.startswith(_BOM):
            block, offset, bom = block[len(_BOM) :], len(_BOM), True
        head, newline, rest = block.partition(b"\n")
        if not newline:
            if overlong is None and len(carry) + len(block) > limits.line_bytes:
                overlong = _Overlong((carry + block)[:_SAMPLE])
                overlong.add(carry)
                carry = b""
            if overlong is not None:
                overlong.add(block)
            else:
                carry += block
            continue
        if overlong is not None:
            overlong.add(head)
            yield _Line(number, offset, overlong.sample, overlong.length, overlong.digest.hexdigest(), bom)
            offset += overlong.length + 1
            overlong = None
        else:
            first = carry + head
            yield _Line(number, offset, first, len(first), None, bom)
            offset += len(first) + 1
        number, bom = number + 1, False
        *whole, carry = rest.split(b"\n")
        for raw in whole:
            yield _Line(number, offset, raw, len(raw))
            offset += len(raw) + 1
            number += 1
    if overlong is not None:
        yield _Line(number, offset, overlong.sample, overlong.length, overlong.digest.hexdigest(), bom)
    elif carry:
        yield _Line(number, offset, carry, len(carry), None, bom)


def _range(piece: Piece, limits: Limits) -> Iterator[bytes]:
    """The bytes of a piece in blocks."""
    if piece.end is None:
        yield from streams.blocks(piece.path, piece.name, limits.ratio)
        return
    with piece.path.open("rb", buffering=0) as file:
        file.seek(piece.start)
        left = piece.end - piece.start
        while left and (block := file.read(min(left, streams.BLOCK))):
            left -= len(block)
            yield block


def _record(piece: Piece, line: _Line, source: Source, limits: Limits) -> Record:
    raw = line.raw
    notes = (
        (Problem("byte-order-mark", "a byte order mark before the first record was skipped"),)
        if line.bom
        else ()
    )
    if line.sha256 is not None or line.length > limits.line_bytes:
        digest = line.sha256 or hashlib.sha256(raw).hexdigest()
        place = Place(piece.name, line.offset, line.length, line.number, None, digest)
        message = f"a line of {line.length} bytes; the limit is {limits.line_bytes}"
        return Record(place, raw, problem=Problem("line-too-long", message), notes=notes)
    if raw.endswith(b"\r"):
        raw = raw[:-1]
    place = Place(piece.name, line.offset, len(raw), line.number, None, hashlib.sha256(raw).hexdigest())
    try:
        return Record(place, raw, parse_object(recode(raw, source.encoding), limits.depth), notes=notes)
    except Malformed as malformed:
        return Record(place, raw, problem=malformed.problem, notes=notes)


def recode(raw: bytes, encoding: str | None) -> bytes:
    """Bytes in a source's declared encoding as UTF-8; raises Malformed where they are not in it."""
    if encoding is None or encoding in {"utf-8", "utf-8-sig"}:
        return raw
    try:
        return raw.decode(encoding).encode()
    except UnicodeError as error:
        raise Malformed("invalid-encoding", f"not {encoding}: {error}") from error
