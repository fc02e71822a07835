"""Notes what looks damaged in titles and texts; nothing is changed."""

import re
from collections.abc import Callable, Iterator, Sequence
from html.entities import html5
from typing import NamedTuple

from corpuskit.provenance import Source
from corpuskit.readers.records import Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.learning.repeats import Repeats

_EXAMPLES = 3
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAGS = (
    "a|abbr|article|aside|audio|b|blockquote|body|br|button|center|cite|code|div|em|embed|figcaption|figure|font|footer|form"
    "|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|meta|nav|noscript|object|ol|p|picture|pre|s|script"
    "|section|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|th|thead|title|tr|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>\n]{{0,500}})?/?>|<!--|<!DOCTYPE", re.IGNORECASE)
# Zero-width spaces and joiners belong to some scripts: between letters of these they are spelling.
_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0001-\U000e007f]"
)
_SPELLING = frozenset("\u200b\u200c\u200d\u200e\u200f")
# What no text has: the replacement character, and the start of a curly quote in UTF-8 read as Windows-1252.
_LOST = "\ufffd"
_QUOTE = "\u00e2\u20ac"
_WIDE = re.compile(
    r"[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,}"
)
_CYRILLIC = re.compile(r"[\u0400-\u045f\u0490\u0491\u00a0-\u00bf\u2013-\u203a\u20ac\u2116\u2122]{6,}")

_ASCII_AS_SPACE = bytes(0x20 if byte < 0x80 else byte for byte in range(0x100))
# Two characters beyond ASCII are at least so many bytes; a single one may be as many, and is looked at in vain.
_SHORTEST_RUN = 4
# Bytes of which no doubt ever comes: what is left of a text without them is looked at more closely.
_PLAIN = bytes(range(0x20, 0x7F)) + b"\t\n"
# Characters beyond ASCII that hardly any text is without, and that damage never shows in.
_HARMLESS = re.compile(r"[\u00a0-\u00ac\u00ae-\u00bf\u2010-\u2027\u2030-\u203a\u2122]*")


def note_doubts(draft: Draft, source: Source, repeats: Repeats) -> Draft:  # noqa: ARG001 - the signature of a transform
    """The draft with a note for each kind of damage that its title or text shows."""
    notes: list[Problem] = []
    for name in ("title", "text"):
        value = draft.fields.get(name)
        if isinstance(value, str):
            notes += doubts_of(name, value)
    return draft._replace(notes=(*draft.notes, *notes)) if notes else draft


def doubts_of(name: str, text: str) -> Iterator[Problem]:
    """The doubts about one text, each found by the cheapest test that rules it out first."""
    unusual = text.encode().translate(None, _PLAIN).decode()
    controls = _CONTROL
    if not unusual.isascii() and not _HARMLESS.fullmatch(unusual):
        if (found := _mojibake(text)) is not None:
            yield _problem("possible-mojibake", name, text, _Seen([found], 1))
            controls = _ASCII_CONTROL  # the others are bytes of misread characters
        if (seen := _seen(_INVISIBLE, text, lambda m: not _is_spelling(text, m.start()))).times:
            yield _problem("invisible-characters", name, text, seen)
    if controls.search(unusual):
        yield _problem("control-characters", name, text, _seen(controls, text))
    if "&" in text and (seen := _seen(_ENTITY, text, _is_entity)).times:
        yield _problem("html-entities", name, text, seen)
    if "<" in text and (seen := _seen(_TAG, text)).times:
        yield _problem("html-tags", name, text, seen)


class _Seen(NamedTuple):
    """The first places of one kind of damage, and how many there are."""

    first: Sequence[re.Match[str]]
    times: int


def _seen(
    pattern: re.Pattern[str], text: str, counts: Callable[[re.Match[str]], bool] | None = None
) -> _Seen:
    first: list[re.Match[str]] = []
    count = 0
    for match in pattern.finditer(text):
        if counts is None or counts(match):
            count += 1
            if count <= _EXAMPLES:
                first.append(match)
    return _Seen(first, count)


def _is_entity(match: re.Match[str]) -> bool:
    return match[0][1] == "#" or match[0][1:] in html5


def _problem(kind: str, name: str, text: str, seen: _Seen) -> Problem:
    """A doubt with how often it occurs, and the first places with what is around them."""
    shown = [f"{text[max(0, m.start() - 12) : m.end() + 12]!r}" for m in seen.first]
    at = len(text[: seen.first[0].start()].encode())
    more = f" and {seen.times - len(seen.first)} more" if seen.times > len(seen.first) else ""
    return Problem(kind, f"{name}: {', '.join(shown)}{more} (the first at byte {at})", f"/{name}")


def _is_spelling(text: str, at: int) -> bool:
    """Whether a zero-width character stands beside a letter of a script, or in an emoji, that needs it."""
    if text[at] not in _SPELLING:
        # A flag of a region is spelled in tag characters.
        return text[at] >= "\U000e0001" and "\U0001f3f4" in text[max(0, at - 8) : at]
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return any(c >= "\u0530" and not "\u1e00" <= c <= "\u206f" for c in around)


def _mojibake(text: str) -> re.Match[str] | None:
    """The first run of characters that is UTF-8 read in another encoding, None where there is none."""
    if (at := text.find(_LOST)) >= 0:
        return re.compile(_LOST).search(text, at)
    if (at := text.find(_QUOTE)) >= 0:
        return re.compile(_QUOTE).search(text, at)
    # Both patterns are runs of characters beyond ASCII, and most of these stand alone.
    runs = {run for run in text.encode().translate(_ASCII_AS_SPACE).split() if len(run) >= _SHORTEST_RUN}
    joined = b" ".join(runs).decode()
    if not _WIDE.search(joined) and not _CYRILLIC.search(joined):
        return None
    for pattern, encoding in ((_WIDE, "cp1252"), (_CYRILLIC, "cp1251")):
        for match in pattern.finditer(text):
            if _is_misread(match[0], encoding):
                return match
    return None


def _is_misread(run: str, encoding: str) -> bool:
    """Whether characters, as bytes of an encoding, are the UTF-8 of likelier ones."""
    try:
        data = b"".join(_byte(c, encoding) for c in run)
        read = data.decode()
    except UnicodeError:
        return False
    # One character alone must be one that texts are full of; "\u00c9\u00bb" at the end of a French quotation is none.
    return len(read) > 1 or all("\u00a0" <= c <= "\u017f" or "\u2010" <= c <= "\u2122" for c in read)


def _byte(character: str, encoding: str) -> bytes:
    """The byte of a character; those that the encoding leaves undefined are read as control characters."""
    if "\x80" <= character <= "\x9f":
        return character.encode("latin-1")
    return character.encode(encoding)
