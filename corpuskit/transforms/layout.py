"""The plain-text layout: title, blank line, timestamp, blank line, body paragraphs, site navigation.

Everything that is not body leaves the record by an edit, so the record's bytes can be rebuilt from the
text and the edits. Positions are bytes of the text as UTF-8; edits run from the end to the start, so each
counts in the text as the reader gave it.
"""

import re
from typing import NamedTuple

from corpuskit import timestamps
from corpuskit.provenance import Source
from corpuskit.readers.records import Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.navigation import navigation_start

_LONGEST_TITLE = 300
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_GAP = re.compile(r"\n(?:[ \t]*\n)+")
# Short, with digits around a separator, and no sentence: somebody printed a time here.
_STAMP_LIKE = re.compile(r"(?=.{4,48}$)(?!.*[.?!]$).*\d{1,4}[-/.:]\d{1,2}", re.ASCII)


class Line(NamedTuple):
    """A line with something on it: where it starts and ends in the text."""

    start: int
    end: int
    text: str


class Head(NamedTuple):
    """What stands before the body: title and stamp as printed, and where the body starts."""

    title: str | None
    stamp: str | None
    body: int


def parse_layout(draft: Draft, source: Source) -> Draft:
    """The draft with `title`, `published` as printed, and the body as `text`."""
    text: str = draft.fields["text"]
    lines = [Line(m.start(), m.end(), m[0].strip()) for m in _LINE.finditer(text)]
    head = _head(lines, text, source)
    body = [line for line in lines if line.start >= head.body]
    cut = navigation_start([line.text for line in body], source)
    end = body[cut - 1].end if cut else head.body
    edits, kept = _edits(text, head.body, end, len(text) if cut == len(body) else body[cut].start)
    fields = draft.fields | {"text": kept}
    if head.title is not None:
        fields["title"] = head.title
    notes = draft.notes
    if head.stamp is not None:
        fields["published"] = head.stamp
    elif kept.strip():
        notes += (Problem("missing-timestamp", "no timestamp below the title"),)
    return draft._replace(fields=fields, edits=draft.edits + edits, notes=notes)


def _head(lines: list[Line], text: str, source: Source) -> Head:
    """Title and stamp at the top; a title is a short first line set apart from what follows."""
    read = timestamps.reader(source.date_format, source.timezone)
    if not lines:
        return Head(None, None, len(text))
    first = 0
    title: str | None = None
    if not _is_stamp(lines[0].text, read):
        if not _set_apart(lines, text, read):
            return Head(None, None, lines[0].start)
        title, first = lines[0].text, 1
        while first < len(lines) and lines[first].text == title:
            first += 1
    if first < len(lines) and _is_stamp(lines[first].text, read):
        stamp = lines[first].text
        return Head(title, stamp, lines[first + 1].start if first + 1 < len(lines) else len(text))
    return Head(title, None, lines[first].start if first < len(lines) else len(text))


def _set_apart(lines: list[Line], text: str, read: timestamps.Reader) -> bool:
    """Whether the first line is a title: short, and above a blank line or a stamp, or alone."""
    if len(lines[0].text) > _LONGEST_TITLE:
        return False
    if len(lines) == 1:
        return True
    between = text[lines[0].end : lines[1].start]
    # A file without a single blank line puts each paragraph on a line, the title too.
    return between.count("\n") > 1 or _is_stamp(lines[1].text, read) or not _GAP.search(text.strip())


def _is_stamp(line: str, read: timestamps.Reader) -> bool:
    if len(line) > 64 or not any(c.isdigit() for c in line):
        return False
    stamp = read(line)
    return stamp is not timestamps.UNREADABLE or _STAMP_LIKE.match(line) is not None


def _edits(text: str, start: int, end: int, rest: int) -> tuple[tuple[Edit, ...], str]:
    """The edits that leave the body `text[start:end]` of a text, from the end to the start, and the body.

    Navigation starts at `rest`; between `end` and `rest` are blank lines.
    """
    body = text[start:end]
    spans: list[tuple[str, int, int, str]] = []
    if start:
        spans.append(("head", 0, start, ""))
    gaps = list(_GAP.finditer(body))
    if gaps:
        spans += [("blank-lines", start + m.start(), start + m.end(), "\n\n") for m in gaps if m[0] != "\n\n"]
    else:
        # No blank line at all: each line is a paragraph.
        spans += [
            ("blank-lines", start + m.start(), start + m.end(), "\n\n") for m in re.finditer("\n", body)
        ]
    if end < rest:
        spans.append(("blank-lines", end, rest, ""))
    if rest < len(text):
        spans.append(("navigation", rest, len(text), ""))
    kept, edits, at = [], [], 0
    position = 0
    for name, first, last, inserted in spans:
        kept.append(text[at:first])
        position += len(text[at:first].encode())
        removed = text[first:last].encode()
        edits.append(Edit(name, None, position, removed, inserted.encode()))
        kept.append(inserted)
        position += len(removed)
        at = last
    kept.append(text[at:])
    return tuple(reversed(edits)), "".join(kept)
