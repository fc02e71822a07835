"""What a file is by its first bytes, where that is not what its name says: told, and never acted upon."""

import json
import re
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from corpuskit.errors import InputError
from corpuskit.readers import streams

_START = 64 << 10
_LINES = 5  # how many lines show of what sort all are
_WORDS = 3  # fewer are no text
_RATIO = 1_000_000  # of a start: what unpacks to more than allowed is told by the reader


class Signature(NamedTuple):
    """One row of the table: the bytes at a place by which a file is known, what it is, what to do."""

    at: int
    magic: bytes
    what: str
    advice: str


_EXPORT = "export its text, as UTF-8, to a .txt file"
_NOT_TEXT = "it holds no text; leave it out"
_UNPACK = "unpack it, and name the files in it"
_SAVE = "save its rows as JSON Lines first"
_PACKED = "name it {name}{suffix}, or unpack it"

# The first row that fits counts, so what is told by more bytes stands before what it is a sort of.
SIGNATURES: tuple[Signature, ...] = (
    Signature(0, b"\x1f\x8b", "a gzip file", _PACKED.replace("{suffix}", ".gz")),
    Signature(0, b"\x28\xb5\x2f\xfd", "a Zstandard file", _PACKED.replace("{suffix}", ".zst")),
    Signature(4, b"1AY&SY", "a bzip2 file", _PACKED.replace("{suffix}", ".bz2")),
    Signature(0, b"\xfd7zXZ\x00", "an xz file", _PACKED.replace("{suffix}", ".xz")),
    Signature(0, b"\x04\x22\x4d\x18", "an LZ4 file", _UNPACK),
    Signature(30, b"mimetypeapplication/epub+zip", "an EPUB book", _EXPORT),
    Signature(30, b"mimetypeapplication/vnd.oasis", "an OpenDocument file", _EXPORT),
    Signature(30, b"[Content_Types].xml", "a document of Word, Excel or PowerPoint", _EXPORT),
    Signature(0, b"PK\x03\x04", "a ZIP archive", _UNPACK),
    Signature(0, b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    Signature(0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    Signature(0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    Signature(257, b"ustar", "a tar archive", _UNPACK),
    Signature(0, b"%PDF-", "a PDF document", _EXPORT),
    Signature(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an old Office program", _EXPORT),
    Signature(0, b"{\\rtf", "an RTF document", _EXPORT),
    Signature(0, b"PAR1", "a Parquet file", "name it .parquet"),
    Signature(0, b"PARE", "an encrypted Parquet file", "have it written without encryption"),
    Signature(0, b"ARROW1", "an Arrow file", _SAVE),
    Signature(0, b"Obj\x01", "an Avro file", _SAVE),
    Signature(0, b"SQLite format 3\x00", "an SQLite database", _SAVE),
    Signature(0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", _SAVE),
    Signature(0, b"\x93NUMPY", "a NumPy array", _SAVE),
    Signature(0, b"\x80\x03", "a pickle of Python", _SAVE),
    Signature(0, b"\x80\x04\x95", "a pickle of Python", _SAVE),
    Signature(0, b"\x80\x05\x95", "a pickle of Python", _SAVE),
    Signature(0, b"\x89PNG\r\n\x1a\n", "a PNG picture", _NOT_TEXT),
    Signature(0, b"\xff\xd8\xff", "a JPEG picture", _NOT_TEXT),
    Signature(0, b"GIF87a", "a GIF picture", _NOT_TEXT),
    Signature(0, b"GIF89a", "a GIF picture", _NOT_TEXT),
    Signature(8, b"WEBP", "a WebP picture", _NOT_TEXT),
    Signature(4, b"ftyp", "an MP4 or HEIF file", _NOT_TEXT),
    Signature(0, b"ID3\x03", "an MP3 file", _NOT_TEXT),
    Signature(0, b"ID3\x04", "an MP3 file", _NOT_TEXT),
    Signature(0, b"\x7fELF", "a program", _NOT_TEXT),
    Signature(0, b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS", "fetch it with `git lfs pull`"),
    Signature(0, b"\xff\xfe\x00\x00", "text in UTF-32", "save it as UTF-8"),
    Signature(0, b"\x00\x00\xfe\xff", "text in UTF-32", "save it as UTF-8"),
    Signature(0, b"\xff\xfe", "text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8"),
    Signature(0, b"\xfe\xff", "text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8"),
    Signature(0, b"\x00" * 64, "a file of zeros", "it was not written to its end; fetch it again"),
)  # fmt: skip
# By what the files of a reader begin themselves.
_OWN = {"parquet": b"PAR1"}
_MAGIC = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd", ".bz2": b"BZh", ".xz": b"\xfd7zXZ\x00"}
# Zstandard and LZ4 allow frames of any content in front.
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_ARRAY = re.compile(rb"\[\s*(?:[\[{\"\d\]-]|\Z)")


class Form(NamedTuple):
    """One row of the table of text forms: how the first bytes look, what that is, what to do."""

    pattern: re.Pattern[bytes]
    what: str
    advice: str


_BLANK = rb"\A(?:\xef\xbb\xbf)?\s*"
# What is no JSON and begins like none; tried where the first line is no JSON.
FORMS: tuple[Form, ...] = (
    Form(re.compile(_BLANK + rb"(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL),
         "an HTML page", "take the text out of the page first; often it is an error page of the server"),
    Form(re.compile(_BLANK + rb"<(?:\?xml\b|[a-z][\w:.-]*[\s>])", re.IGNORECASE), "XML",
         "take the text out of it first"),
    Form(re.compile(_BLANK + rb"[\[{(]\s*(?:\{\s*)?'[^'\n]*'\s*[:,]"), "a file of values as Python prints them",
         "write each record with json.dumps"),
    Form(re.compile(rb"\A[\[{]\x00[^\x00]\x00"), "text in UTF-16", "save it as UTF-8: iconv -f UTF-16LE -t UTF-8"),
    Form(re.compile(rb"\A\x00[\[{]\x00[^\x00]"), "text in UTF-16", "save it as UTF-8: iconv -f UTF-16BE -t UTF-8"),
    Form(re.compile(rb"\A\x1e"), "a JSON text sequence (RFC 7464)", r"take out the separators: tr -d '\036'"),
    Form(re.compile(_BLANK + rb"(?://|/\*)"), "JSON with comments", "take out the comments"),
    Form(re.compile(_BLANK + rb"---\s"), "YAML", "convert it to JSON Lines"),
    Form(re.compile(_BLANK + rb"\[{1,2}[A-Za-z_][\w.-]*\]{1,2}\s*(?:#.*)?\n"), "TOML or an INI file",
         "convert it to JSON Lines"),
)  # fmt: skip


def recognised(path: Path, name: str, reader: str) -> str | None:
    """What a file is and what to do, in words, where it is not what its name and reader say, else None."""
    packed = streams.compression(name)
    with suppress(OSError, InputError):
        if not path.is_file():
            return None
        with path.open("rb") as file:
            start = file.read(_START)
        if packed and not start.startswith(_MAGIC[packed]):
            return None if _SKIPPABLE.match(start) else _not_packed(start, name, packed)
        if packed:
            start = next(streams.blocks(path, name, _RATIO, _START), b"")
        return _told(start, PurePosixPath(name).name, reader)
    return None


def _told(start: bytes, name: str, reader: str) -> str | None:
    for each in SIGNATURES:
        if start.startswith(each.magic, each.at) and each.magic != _OWN.get(reader):
            return f"this is {each.what}: {each.advice.replace('{name}', name)}"
    lines, alone = _lines(start)
    if reader not in _READ_AS or not lines or (reader == "jsonl" and _is(lines[0], dict)):
        return None
    form = next((f"{form.what}: {form.advice}" for form in FORMS if form.pattern.match(start)), None)
    found = form or _READ_AS[reader](lines, alone)
    return f"this is {found}" if found else None


def _not_packed(start: bytes, name: str, suffix: str) -> str:
    bare = PurePosixPath(name).name[: -len(suffix)]
    known = next((s for s in SIGNATURES if start.startswith(s.magic, s.at)), None)
    what = f"{known.what}, not {suffix}" if known else f"no {suffix} file"
    other = next((s for s, magic in _MAGIC.items() if start.startswith(magic)), "")
    plain = f"name it {bare}{other}" if other or not known else known.advice.replace("{name}", bare)
    return f"this is {what}: {plain}"


def _lines(start: bytes) -> tuple[list[bytes], bool]:
    """The first lines that are not blank, and whether there is but one; that one may be cut."""
    every = [line.strip() for line in start.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    lines = [line for line in every if line]
    alone = len(lines) == 1
    if len(start) == _START and every[-1] and not alone:
        lines.pop()  # cut where the start ends
    return lines[:_LINES], alone


def _is(text: bytes, kind: type) -> bool:
    """Whether a text is a JSON value of a type."""
    try:
        return isinstance(json.loads(text.decode()), kind)  # of bytes it would take UTF-16, too
    except (ValueError, RecursionError):
        return False


def _in_lines(lines: list[bytes], alone: bool) -> str | None:  # noqa: FBT001 - of the type of its table
    """What a file is that should hold one JSON object a line."""
    is_array = _ARRAY.match(lines[0])
    if is_array and alone:
        return "a JSON array on one line: name it .json"
    if _is(lines[0], object):
        return None  # it begins as it should: a bad line is a bad line
    if is_array:
        return "a JSON array over several lines: name it .json"
    if any(_is(line, dict) for line in lines[1:]):
        return None
    if lines[0][:1] == b"{" and lines[0][-1:] in b"{[," and len(lines) > 1:
        return "JSON over several lines: name it .json if it is one value, or write each object on a line (jq -c .)"
    return _table(lines) or _prose(lines)


def _in_one(lines: list[bytes], alone: bool) -> str | None:  # noqa: ARG001, FBT001 - of the type of its table
    """What a file is that should be one JSON value."""
    if len(lines) > 1 and all(_is(line, dict) for line in lines):
        return "JSON Lines: name it .jsonl"
    return _table(lines) or _prose(lines)


def _table(lines: list[bytes]) -> str | None:
    """CSV and its like: as many commas, tabs or semicolons on each line as on the first, or more."""
    for mark, what in ((b"\t", "TSV"), (b",", "CSV"), (b";", "CSV")):
        if len(lines) > 1 and min(line.count(mark) for line in lines) >= lines[0].count(mark) > 0:
            return None if lines[0][:1] in b"{[" else f"{what}: name it .{what.lower()}"
    return None


def _prose(lines: list[bytes]) -> str | None:
    with suppress(UnicodeDecodeError):
        text = b" ".join(lines).decode()
        is_other = len(text.split()) < _WORDS or any(line[:1] in b'{[]}",' for line in lines)
        if not is_other and 2 * sum(c.isalpha() for c in text) > len(text):
            return "plain text: name it .txt if it is an article"
    return None


def _in_rows(lines: list[bytes], alone: bool) -> str | None:  # noqa: FBT001 - of the type of its table
    """What a file is that should hold rows of fields."""
    if all(_is(line, dict) for line in lines):
        return "JSON Lines: name it .jsonl"
    if _ARRAY.match(lines[0]):
        return f"a JSON array {'on one line' if alone else 'over several lines'}: name it .json"
    return None


def _in_pages(lines: list[bytes], alone: bool) -> str | None:  # noqa: FBT001 - of the type of its table
    """What a text is that should be Parquet."""
    return _in_rows(lines, alone) or _table(lines) or _prose(lines)


_READ_AS = {"jsonl": _in_lines, "json": _in_one, "csv": _in_rows, "tsv": _in_rows, "parquet": _in_pages}
