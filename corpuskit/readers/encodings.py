"""A source's declared encoding: its bytes as UTF-8, and whether a file in it can be cut byte by byte."""

from functools import cache

from corpuskit.errors import InputError
from corpuskit.readers.dialect import Malformed

_UTF_8 = frozenset({"utf-8", "utf-8-sig"})
# Escape sequences shift these into modes where every byte is half of a character.
SHIFTING = ("iso2022", "hz", "utf_7", "utf-7")


def is_utf8(encoding: str | None) -> bool:
    """Whether a declared encoding, or none, means UTF-8."""
    return encoding is None or encoding in _UTF_8


def recode(raw: bytes, encoding: str | None) -> bytes:
    """Bytes in a source's declared encoding as UTF-8; raises Malformed where they are not in it."""
    if is_utf8(encoding):
        return raw
    try:
        return raw.decode(str(encoding)).encode()
    except UnicodeError as error:
        raise Malformed("invalid-encoding", f"not {encoding}: {error}") from error


def decoded(raw: bytes, encoding: str | None) -> str:
    """Bytes in a source's declared encoding, by default UTF-8, as text; raises UnicodeDecodeError."""
    return raw.decode("utf-8" if encoding is None or encoding in _UTF_8 else encoding)


def check_marks(encoding: str | None, marks: str, file: str) -> None:
    """Raise InputError where the marks that part records are not plain bytes in the encoding.

    In UTF-16, and for some marks in Shift JIS or GB 18030, such a byte may be half of a character: cut
    there, one record would damage the next.
    """
    if encoding is not None and encoding not in _UTF_8 and not _are_plain(encoding, marks):
        cause = f"{encoding} cannot be cut into records byte by byte."
        raise InputError(file, cause, "Convert the file to UTF-8, and remove `encoding`.")


@cache
def _are_plain(encoding: str, marks: str) -> bool:
    """Whether the ASCII byte of each mark stands for that mark alone, whatever byte is before it."""
    if marks != "\n" and encoding.startswith(SHIFTING):
        return False
    before = [bytes([byte]) for byte in range(128, 256)]
    return all(_text(mark.encode(), encoding) == mark for mark in marks) and all(
        (_text(lead + mark.encode(), encoding) or mark).endswith(mark) for lead in before for mark in marks
    )


def _text(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None
