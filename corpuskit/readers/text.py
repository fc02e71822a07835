"""Plain text: one article a file, decoded as declared, line ends made LF, every change an edit."""

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import streams
from corpuskit.readers.encodings import SHIFTING
from corpuskit.readers.records import MOST_EDITS, Edit, Piece, Problem, Record

# A byte order mark is a certain sign of its encoding; nothing else is decoded undeclared but UTF-8.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKED = frozenset(mark[:1] for mark, _ in _MARKS)
_LINE_END = re.compile(b"\r\n?")
_CHUNK = 1 << 12
_WINDOW = 1 << 16
_REPLACEMENT = "\ufffd".encode()
# Fewer of them, or less than a quarter of the bytes, are control characters in a text.
_FEWEST_NULS = 8


# Most of what texts in Latin letters have beyond ASCII, in any of their encodings.
_PUNCTUATION = frozenset("\u201c\u201d\u2018\u2019\u2013\u2014\u2026\u2022\u00a0\u00ab\u00bb\u00b0\u00a9")
_LETTERS = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00fe\u0152\u0153\u0160\u0161\u017d\u017e\u00df"
                      f"{''.join(sorted(_PUNCTUATION))}]+")  # fmt: skip
_FEWEST_WIDE, _FEWEST_SHARE = 2, 20


class _Normalised(NamedTuple):
    """A text, the edits that it took to read it, and what was noticed."""

    text: str
    edits: tuple[Edit, ...] = ()
    notes: tuple[Problem, ...] = ()


def read(piece: Piece, source: Source, limits: Limits) -> Iterator[Record]:
    """The one record of a text file, an empty file included; `fields["text"]` holds all of it.

    Raises DamagedInput where a packed stream breaks.
    """
    raw, length, digest = streams.whole(piece.path, piece.name, limits.ratio, limits.line_bytes)
    place = Place(piece.name, 0, length, 1, None, digest)
    if length > limits.line_bytes:
        message = f"a file of {length} bytes; the limit is {limits.line_bytes}"
        yield Record(place, raw, problem=Problem("line-too-long", message), identifier=piece.identifier)
        return
    try:
        text, edits, notes = _plain(raw, source) or _normalised(raw, source)
    except (UnicodeError, NoText) as error:
        yield Record(place, raw, problem=_undecodable(raw, source, error), identifier=piece.identifier)
        return
    yield Record(place, raw, {"text": text}, None, edits, notes, piece.identifier)


def _plain(raw: bytes, source: Source) -> _Normalised | None:
    """What most files are: UTF-8 and nothing to undo; None for any other."""
    if source.encoding is None and raw[:1] not in _MARKED and b"\r" not in raw and b"\0" not in raw:
        with suppress(UnicodeDecodeError):
            return _Normalised(raw.decode())
    return None


def _normalised(raw: bytes, source: Source) -> _Normalised:
    """The text of bytes with LF line ends and without a mark, the edits that this took, and what it met."""
    data, edits, notes = _decoded(raw, source)
    data, ends = _line_ends(data)
    return _Normalised(data.decode(), edits + ends, notes)


class NoText(Exception):
    """Bytes that decode and are yet no text in that encoding."""


def _decoded(raw: bytes, source: Source) -> tuple[bytes, tuple[Edit, ...], tuple[Problem, ...]]:
    """The bytes as UTF-8 without a mark, and the edits that this took; raises UnicodeError or NoText."""
    mark, marked = next(((m, e) for m, e in _MARKS if raw.startswith(m)), (b"", None))
    name = marked or source.encoding or "utf-8"
    if marked is None and source.encoding is None:
        _check_nuls(raw)
    edits: list[Edit] = []
    notes: list[Problem] = []
    if mark:
        edits.append(Edit("byte-order-mark", None, 0, mark, b""))
        notes.append(Problem("byte-order-mark", f"a byte order mark ({name}) was skipped"))
    body = raw[len(mark) :]
    try:
        data = body.decode(name).encode()
    except UnicodeDecodeError:
        if source.encoding_errors != "replace":
            raise
        data, replaced = _replaced(body, name)
        return data, (*edits, *replaced), (*notes, _note(replaced, name))
    if data != body:
        start, stop = _difference(body, data)
        edits.append(
            Edit("decode", None, start, body[start : len(body) - stop], data[start : len(data) - stop])
        )
    return data, tuple(edits), tuple(notes)


def _check_nuls(raw: bytes) -> None:
    """Raise NoText for bytes that are UTF-8 by chance: UTF-16 and UTF-32 fill ASCII up with NUL, as do disks."""
    nuls = raw.count(b"\0")
    if nuls and nuls == len(raw):
        raise NoText("nothing but NUL bytes")
    if nuls < _FEWEST_NULS or 4 * nuls < len(raw):
        return
    wide = 4 if nuls > 0.6 * len(raw) else 2
    ends = "be" if raw[:1] == b"\0" else "le"
    raise NoText(f"{nuls} of {len(raw)} bytes are NUL; it may be utf-{8 * wide}-{ends}")


def _replaced(body: bytes, name: str) -> tuple[bytes, tuple[Edit, ...]]:
    """The bytes as UTF-8 with U+FFFD for each sequence that is not in the encoding, an edit for each of these.

    What decodes between them is an edit too where that changes its bytes. Raises UnicodeError for bytes of
    which nothing but such sequences can be read, and for encodings in which one lost byte changes the rest.
    """
    if name.startswith(SHIFTING):
        body.decode(name)
    parts: list[bytes] = []
    edits: list[Edit] = []
    at, bad = 0, 0
    while at < len(body):
        # In windows: each error holds a copy of what was to be decoded.
        window = body[at : at + _WINDOW]
        try:
            end, wrong = len(window), b""
            part = window.decode(name).encode()
        except UnicodeDecodeError as error:
            end, wrong = error.start, window[error.start : error.end]
            part = window[:end].decode(name).encode()
            if end and error.end == len(window) and at + len(window) < len(body):
                wrong = b""  # perhaps only cut by the window
        if part != window[:end]:
            edits.append(Edit("decode", None, at, window[:end], part))
        parts.append(part)
        if wrong:
            bad += len(wrong)
            edits.append(Edit("replace", None, at + end, wrong, _REPLACEMENT))
            parts.append(_REPLACEMENT)
        at += end + len(wrong)
        if bad == len(body) or len(edits) > MOST_EDITS:
            body.decode(name)
    # From the last to the first: each position then counts in the bytes as they were.
    return b"".join(parts), tuple(reversed(edits))


def _note(edits: Sequence[Edit], name: str) -> Problem:
    replaced = [edit for edit in edits if edit.transform == "replace"]
    first = replaced[-1]
    what = f"{len(replaced)} sequences are not {name}; the first, {first.removed.hex(' ')} at byte {first.start},"
    return Problem("replaced-bytes", f"{what} and each other stands as U+FFFD")


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


def _undecodable(raw: bytes, source: Source, error: UnicodeError | NoText) -> Problem:
    """Where decoding failed, and which encoding the bytes look like: a proposal, never a decision."""
    if isinstance(error, NoText):
        return Problem("invalid-encoding", str(error))
    name = source.encoding or "UTF-8"
    if not isinstance(error, UnicodeDecodeError) or error.start >= len(error.object):
        what = f"the bytes are not {name}"
    elif error.end == len(error.object) and "unexpected end" in error.reason:
        what = f"the file ends inside a character, at byte {error.start}: it was cut short"
        return Problem("invalid-encoding", what)
    else:
        what = f"byte 0x{error.object[error.start]:02x} at {error.start} is not {name}"
    proposal = proposed_encoding(raw) if source.encoding is None else None
    return Problem("invalid-encoding", what + (f"; they may be {proposal}" if proposal else ""))


def proposed_encoding(raw: bytes) -> str | None:
    """The encoding that bytes which are not UTF-8 look like, None where nothing does; never decoded by it."""
    text = raw.decode(errors="replace")
    lost = text.count("\ufffd")
    # A damaged file, not one in another encoding: mostly UTF-8, or a byte or two in plain ASCII.
    if sum(c > "\x7f" and c != "\ufffd" for c in text) > 2 * lost or lost < _FEWEST_WIDE:
        return None
    for name in ("cp1252", "mac_roman"):
        wide = _wide(raw, name)
        if wide and 2 * sum(c in _PUNCTUATION for c in wide) >= len(wide):
            return name.replace("_", "-")
    if _LETTERS.fullmatch(_wide(raw, "cp1252")):
        return "cp1252"
    if _FEWEST_SHARE * sum(byte > 0x7F for byte in raw) < len(raw):
        return None  # too few bytes to tell by
    from charset_normalizer import from_bytes

    best = from_bytes(raw[: 1 << 16]).best()
    return best.encoding.replace("_", "-") if best and best.encoding not in {"ascii", "utf_8"} else None


def _wide(raw: bytes, encoding: str) -> str:
    """What bytes say in an encoding beyond ASCII, empty where they are not in it."""
    try:
        return "".join(c for c in raw.decode(encoding) if c > "\x7f")
    except UnicodeDecodeError:
        return ""
