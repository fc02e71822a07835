"""Plain text: one article a file, decoded as declared, line ends made LF, every change an edit."""

import codecs
import re
from collections.abc import Iterator

from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.records import MOST_EDITS, Edit, Gathering, Piece, Problem, Record

# A byte order mark is a certain sign of its encoding; nothing else is decoded undeclared but UTF-8.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_END = re.compile(b"\r\n?")
_CHUNK = 1 << 12


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The one record of a text file, an empty file included; `fields["text"]` holds all of it.

    Raises DamagedInput where a packed stream breaks.
    """
    file = Gathering(limits.line_bytes)
    for block in streams.blocks(piece.path, piece.name, limits.ratio):
        file.add(block)
    raw = file.raw
    place = Place(piece.name, 0, file.length, 1, None, file.sha256)
    if file.length > limits.line_bytes:
        message = f"a file of {file.length} bytes; the limit is {limits.line_bytes}"
        yield Record(place, raw, problem=Problem("line-too-long", message), identifier=piece.identifier)
        return
    try:
        data, edits, notes = _decoded(raw, source.encoding)
    except UnicodeError as error:
        yield Record(place, raw, problem=_undecodable(raw, source, error), identifier=piece.identifier)
        return
    data, ends = _line_ends(data)
    fields = {"text": data.decode()}
    yield Record(place, raw, fields, None, edits + ends, notes, piece.identifier)


def _decoded(raw: bytes, encoding: str | None) -> tuple[bytes, tuple[Edit, ...], tuple[Problem, ...]]:
    """The bytes as UTF-8 without a mark, and the edits that this took; raises UnicodeError."""
    mark, marked = next(((m, e) for m, e in _MARKS if raw.startswith(m)), (b"", None))
    edits: list[Edit] = []
    notes: tuple[Problem, ...] = ()
    name = marked or encoding or "utf-8"
    if mark:
        edits.append(Edit("byte-order-mark", None, 0, mark, b""))
        notes = (Problem("byte-order-mark", f"a byte order mark ({name}) was skipped"),)
    body = raw[len(mark) :]
    text = body.decode(name)
    data = text.encode()
    if data != body:
        start, stop = _difference(body, data)
        edits.append(
            Edit("decode", None, start, body[start : len(body) - stop], data[start : len(data) - stop])
        )
    return data, tuple(edits), notes


def _difference(old: bytes, new: bytes) -> tuple[int, int]:
    """How many bytes two different strings share at their start and at their end."""
    shortest = min(len(old), len(new))
    start = _shared(old[:shortest], new[:shortest])
    tail = shortest - start
    return start, _shared(old[len(old) - tail :][::-1], new[len(new) - tail :][::-1])


def _shared(old: bytes, new: bytes) -> int:
    """How many bytes two strings of one length share at their start."""
    at = next((i for i in range(0, len(old), _CHUNK) if old[i : i + _CHUNK] != new[i : i + _CHUNK]), len(old))
    return next((i for i in range(at, len(old)) if old[i] != new[i]), len(old))


def _line_ends(data: bytes) -> tuple[bytes, tuple[Edit, ...]]:
    """The data with LF at every line end, and an edit for each CR LF and each CR."""
    count = data.count(b"\r")
    if not count:
        return data, ()
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if count > MOST_EDITS:
        start, stop = data.index(b"\r"), data.rindex(b"\r") + 1
        inserted = plain[start : len(plain) - (len(data) - stop)]
        return plain, (Edit("line-end", None, start, data[start:stop], inserted),)
    # From the last to the first: each position then counts in the data as it was.
    edits = [Edit("line-end", None, m.start(), m[0], b"\n") for m in _LINE_END.finditer(data)]
    return plain, tuple(reversed(edits))


def _undecodable(raw: bytes, source: Source, error: UnicodeError) -> Problem:
    """Where decoding failed, and which encoding the bytes look like: a proposal, never a decision."""
    name = source.encoding or "UTF-8"
    if isinstance(error, UnicodeDecodeError) and error.start < len(error.object):
        what = f"byte 0x{error.object[error.start]:02x} at {error.start} is not {name}"
    else:
        what = f"the bytes are not {name}"
    proposal = _proposal(raw) if source.encoding is None else None
    return Problem("invalid-encoding", what + (f"; they may be {proposal}" if proposal else ""))


def _proposal(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(raw[: 1 << 16]).best()
    return best.encoding.replace("_", "-") if best and best.encoding not in {"ascii", "utf_8"} else None
