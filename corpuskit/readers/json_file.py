"""One JSON value a file: the array of records that `records` points to, or one object."""

import hashlib
import mmap
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.dialect import Malformed, parse_object, parse_value
from corpuskit.readers.jsonl import recode
from corpuskit.readers.records import Piece, Problem, Record

_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
# What may end a value or contain a comma: strings are stepped over whole.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
# A reject keeps its bytes, but not more than fit into memory.
_KEPT = 64 << 20

_MARKED = Problem("byte-order-mark", "a byte order mark at the start of the file was skipped")

Buffer = bytes | mmap.mmap


class _Broken(Exception):
    """The file's own structure is not JSON, so no record can be told from the next."""

    def __init__(self, at: int, expected: str) -> None:
        super().__init__(at, expected)
        self.at, self.expected = at, expected


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a JSON file, numbered from 1, with the byte span of each.

    Raises DamagedInput where a packed stream breaks, InputError where the file as a whole is not JSON or
    holds nothing at the place that `records` names.
    """
    with _mapped(piece, limits) as data:
        start = len(_BOM) if data[:3] == _BOM else 0
        try:
            at, is_array = _locate(data, start, source.records)
            spans = _elements(data, at) if is_array else iter([(at, _value_end(data, at))])
            for record in _records(data, spans, piece, source, limits):
                notes = (_MARKED,) if start and record.place.number == 1 else ()
                # An article that is the whole file is named by the file, as a text file is.
                yield replace(record, notes=notes, identifier=None if is_array else piece.identifier)
        except _Broken as broken:
            cause = f"not JSON: expected {broken.expected} at byte {broken.at}."
            raise InputError(piece.name, cause, "Repair the file; nothing was released.") from broken


@contextmanager
def _mapped(piece: Piece, limits: Limits) -> Iterator[Buffer]:
    """The decompressed bytes, mapped from the file or from an unpacked temporary copy: bounded memory."""
    with _plain(piece, limits) as file:
        if not file.seek(0, 2):
            raise InputError(piece.name, "is empty, not JSON.", "Remove it, or write `[]`.")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _plain(piece: Piece, limits: Limits) -> IO[bytes]:
    """The file itself, or a temporary copy of what is packed in it."""
    if not streams.compression(piece.name):
        try:
            return piece.path.open("rb")
        except OSError as error:
            raise InputError(piece.name, f"cannot be opened: {error.strerror}.") from error
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    for block in streams.blocks(piece.path, piece.name, limits.ratio):
        unpacked.write(block)
    unpacked.flush()
    return unpacked


def _skip(data: Buffer, at: int) -> int:
    match = _BLANK.match(data, at)
    return match.end() if match else at


def _string(data: Buffer, at: int) -> tuple[bytes, int]:
    match = _STRING.match(data, at)
    if match is None:
        raise _Broken(at, "a string")
    return match[0], match.end()


def _value_end(data: Buffer, at: int) -> int:
    """Where the value that starts at `at` ends, by brackets and quotes alone: it may be malformed inside."""
    depth = 0
    for token in _TOKEN.finditer(data, at):
        mark = token[0]
        if mark in (b"[", b"{"):
            depth += 1
        elif mark == b'"':
            raise _Broken(token.start(), "the end of this string")
        elif mark in (b"]", b"}", b","):
            if depth == 0:
                return token.start()
            if mark != b",":
                depth -= 1
                if depth == 0:
                    return token.end()
        elif depth == 0:
            return token.end()
    if depth:
        raise _Broken(len(data), f"{depth} more closing brackets")
    return len(data)


def _trimmed(data: Buffer, start: int, end: int) -> int:
    while end > start and data[end - 1 : end] in (b" ", b"\t", b"\r", b"\n"):
        end -= 1
    return end


def _members(data: Buffer, at: int) -> Iterator[tuple[str, int, int]]:
    """Key, start and end of each member of the object at `at`."""
    at = _skip(data, at + 1)
    while data[at : at + 1] != b"}":
        raw, at = _string(data, at)
        at = _skip(data, at)
        if data[at : at + 1] != b":":
            raise _Broken(at, "a colon")
        at = _skip(data, at + 1)
        end = _value_end(data, at)
        try:
            key = parse_value(raw, 1)
        except Malformed as malformed:
            raise _Broken(at, "a key of valid text") from malformed
        yield key, at, end
        at = _after_comma(data, end, b"}")


def _after_comma(data: Buffer, at: int, closing: bytes) -> int:
    """The start of the next element, or the place of the closing bracket."""
    at = _skip(data, at)
    mark = data[at : at + 1]
    if mark == closing:
        return at
    if mark != b",":
        raise _Broken(at, "a comma or the closing bracket")
    following = _skip(data, at + 1)
    if data[following : following + 1] == closing:
        raise _Broken(following, "a value after the comma")
    return following


def _locate(data: Buffer, at: int, pointer: str | None) -> tuple[int, bool]:
    """Where the records start, and whether they are an array; checks what lies around them."""
    at = _skip(data, at)
    end = _value_end(data, at)
    if end == at or _skip(data, end) != len(data):
        raise _Broken(_skip(data, end), "one JSON value and nothing after it")
    for step in (pointer or "").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if data[at : at + 1] != b"{":
            raise _Broken(at, f"an object with the key {name!r} (records = {pointer!r})")
        found = [start for key, start, _ in _members(data, at) if key == name]
        if len(found) != 1:
            raise _Broken(at, f"the key {name!r} once (records = {pointer!r}), found {len(found)}")
        at = found[0]
    return at, data[at : at + 1] == b"["


def _elements(data: Buffer, at: int) -> Iterator[tuple[int, int]]:
    """Start and end of each element of the array at `at`."""
    at = _skip(data, at + 1)
    while data[at : at + 1] != b"]":
        end = _value_end(data, at)
        yield at, end
        at = _after_comma(data, end, b"]")


def _records(
    data: Buffer, spans: Iterator[tuple[int, int]], piece: Piece, source: Source, limits: Limits
) -> Iterator[Record]:
    line, counted = 1, 0
    for number, (start, end) in enumerate(spans, 1):
        line += _newlines(data, counted, start)
        counted = start
        raw = data[start : _trimmed(data, start, end)]
        place = Place(piece.name, start, len(raw), line, number, hashlib.sha256(raw).hexdigest())
        yield _record(place, raw, source, limits)


def _newlines(data: Buffer, start: int, end: int) -> int:
    return sum(
        data[at : min(at + streams.BLOCK, end)].count(b"\n") for at in range(start, end, streams.BLOCK)
    )


def _record(place: Place, raw: bytes, source: Source, limits: Limits) -> Record:
    if len(raw) > limits.line_bytes:
        message = f"a record of {len(raw)} bytes; the limit is {limits.line_bytes}"
        return Record(place, raw[:_KEPT], problem=Problem("line-too-long", message))
    try:
        return Record(place, raw, parse_object(recode(raw, source.encoding), limits.depth))
    except Malformed as malformed:
        return Record(place, raw, problem=malformed.problem)
