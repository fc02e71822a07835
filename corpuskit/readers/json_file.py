"""One JSON value a file: the array of records that `records` points to, or one object."""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from corpuskit.errors import InputError
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.dialect import Malformed, parse_object, parse_value
from corpuskit.readers.encodings import check_marks, recode
from corpuskit.readers.records import Gathering, Piece, Problem, Record

_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(rb"[ \t\r\n]*")
# Strings are stepped over whole; a quote alone begins one that never ends.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NESTED = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}"]', re.DOTALL)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}",]', re.DOTALL)
_MARKS = '"\\[]{},:'

MARKED = Problem("byte-order-mark", "a byte order mark at the start of the file was skipped")

Buffer = bytes | mmap.mmap


class _Broken(Exception):
    """The file's own structure is not JSON, so no record can be told from the next."""

    def __init__(self, at: int, expected: str, hint: str = "Repair the file.") -> None:
        super().__init__(at, expected, hint)
        self.at, self.expected, self.hint = at, expected, hint


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The records of a JSON file, numbered from 1, with the byte span of each.

    Raises DamagedInput where a packed stream breaks, InputError where the file as a whole is not JSON or
    holds nothing at the place that `records` names.
    """
    check_marks(source.encoding, _MARKS, piece.name)
    with _mapped(piece, limits) as data:
        start = len(_BOM) if data[:3] == _BOM else 0
        try:
            at, is_array = _locate(data, start, source.records)
            spans = _elements(data, at) if is_array else iter([(at, _value_end(data, at))])
            for record in _records(data, spans, piece, source, limits):
                notes = (MARKED,) if start and record.place.number == 1 else ()
                # An article that is the whole file is named by the file, as a text file is.
                yield record._replace(notes=notes, identifier=None if is_array else piece.identifier)
        except _Broken as broken:
            cause = f"not JSON: expected {broken.expected} at byte {broken.at}."
            raise InputError(piece.name, cause, broken.hint) from broken


@contextmanager
def _mapped(piece: Piece, limits: Limits) -> Iterator[Buffer]:
    """The decompressed bytes, mapped from a temporary copy: bounded memory, whatever becomes of the file.

    A mapped file that somebody cuts short kills the process that reads it; nobody can cut the copy.
    """
    with streams.copied(piece.path, piece.name, limits.ratio) as copy:
        if not copy.tell():
            raise InputError(piece.name, "is empty, not JSON.", "Remove it, or write `[]`.")
        with mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


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
    token = _TOKEN.search(data, at)
    if token is None:
        return len(data)
    start, end = token.span()
    mark = data[start]
    if mark in b",]}":
        return start
    if mark in b"[{":
        return _closing(data, start)
    if end - start == 1:
        raise _Broken(start, "the end of this string")
    return end


def _closing(data: Buffer, at: int) -> int:
    """The end of the array or object that starts at `at`."""
    depth = 0
    for token in _NESTED.finditer(data, at):
        start, end = token.span()
        mark = data[start]
        if mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
            if not depth:
                return end
        elif end - start == 1:
            raise _Broken(start, "the end of this string")
    raise _Broken(len(data), f"{depth} more closing brackets")


def _element_end(data: Buffer, at: int) -> int:
    """Where the element that starts at `at` ends: what stands up to the next comma is one record."""
    end = _value_end(data, at)
    while (following := _value_end(data, end)) != end:
        end = following
    return end


def _trimmed(data: Buffer, start: int, end: int) -> int:
    """The end of what is not blank between two places."""
    while end > start:
        block = data[max(start, end - streams.BLOCK) : end]
        kept = len(block.rstrip(b" \t\r\n"))
        end -= len(block) - kept
        if kept:
            break
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
    after = _skip(data, end)
    if end == at or after != len(data):
        lines = data[at : at + 1] == data[after : after + 1] == b"{"
        hint = 'If it holds one object a line, say `reader = "jsonl"`.' if lines else "Repair the file."
        raise _Broken(after, "one JSON value and nothing after it", hint)
    for step in (pointer or "").split("/")[1:]:
        at = _inside(data, at, step.replace("~1", "/").replace("~0", "~"), pointer)
    return at, data[at : at + 1] == b"["


def _inside(data: Buffer, at: int, step: str, pointer: str | None) -> int:
    """Where the member or element of that name starts in the object or array at `at`."""
    mark, found = data[at : at + 1], []
    if mark == b"{":
        found = [start for key, start, _ in _members(data, at) if key == step]
    elif mark == b"[" and step.isascii() and step.isdigit() and len(step) < 19:
        found = [start for start, _ in islice(_elements(data, at), int(step), int(step) + 1)]
    if len(found) != 1:
        hint = "Compare `records` with the file."
        raise _Broken(at, f"{step!r} once in this value (records = {pointer!r}), found {len(found)}", hint)
    return found[0]


def _elements(data: Buffer, at: int) -> Iterator[tuple[int, int]]:
    """Start and end of each element of the array at `at`."""
    at = _skip(data, at + 1)
    while data[at : at + 1] != b"]":
        end = _element_end(data, at)
        yield at, end
        at = _after_comma(data, end, b"]")


def _records(
    data: Buffer, spans: Iterator[tuple[int, int]], piece: Piece, source: Source, limits: Limits
) -> Iterator[Record]:
    line, counted = 1, 0
    for number, (start, end) in enumerate(spans, 1):
        line += sum(block.count(b"\n") for block in _blocks(data, counted, start))
        counted = start
        element = Gathering(limits.line_bytes)
        for block in _blocks(data, start, _trimmed(data, start, end)):
            element.add(block)
        place = Place(piece.name, start, element.length, line, number, element.sha256)
        yield _record(place, element.raw, source, limits)


def _blocks(data: Buffer, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, streams.BLOCK):
        yield data[at : min(at + streams.BLOCK, end)]


def _record(place: Place, raw: bytes, source: Source, limits: Limits) -> Record:
    if place.length != len(raw):
        message = f"a record of {place.length} bytes; the limit is {limits.line_bytes}"
        return Record(place, raw, problem=Problem("line-too-long", message))
    try:
        return Record(place, raw, parse_object(recode(raw, source.encoding), limits.depth))
    except Malformed as malformed:
        return Record(place, raw, problem=malformed.problem)
