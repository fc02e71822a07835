"""The plain-text layout: title, blank line, timestamp, blank line, body paragraphs, site navigation.

Everything that is not body leaves the record by an edit, so the record's bytes can be rebuilt from the
text and the edits. Positions are bytes of the text as UTF-8; edits run from the end to the start, so each
counts in the text as the reader gave it.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit import timestamps
from corpuskit.provenance import Source
from corpuskit.readers.records import MOST_EDITS, Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.lines import Line, line_from
from corpuskit.transforms.navigation import find_ends

_LONGEST_TITLE = 300
# Possessive: a text of nothing but newlines would otherwise take a hundred times its size in memory.
_GAP = re.compile(r"\n(?:[ \t]*+\n)++")
_NEWLINE = re.compile(r"\n")
# Somebody printed a time here: short, no sentence, and a clock or a date of numbers or of a month by name.
_STAMP_LIKE = re.compile(
    r"(?=.{4,48}$)(?!.*[.?!]$)"
    r"(?:.*(?<!\d)(?:\d{1,2}:\d\d(?!\d)|\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?!\d))"
    r"|(?:[^\W\d]+,? )?\d{1,2} [^\W\d]{3,12}\.? (?:19|20)\d\d(?!\d))",
)


class Head(NamedTuple):
    """What stands before the body: title and stamp as printed, and where the body starts."""

    title: str | None
    stamp: str | None
    body: int


class Span(NamedTuple):
    """A piece of the text, from start to end, to be replaced."""

    transform: str
    start: int
    end: int
    inserted: str


def parse_layout(draft: Draft, source: Source) -> Draft:
    """The draft with `title`, `published` as printed, and the body as `text`."""
    text: str = draft.fields["text"]
    head = _head(text, source)
    ends = find_ends(text, head.body, source)
    spans = [
        Span("head", 0, head.body, ""),
        *_gaps(text, head.body, ends.body),
        Span("blank-lines", ends.body, ends.navigation, ""),
        Span("navigation", ends.navigation, len(text), ""),
    ]
    edits, kept = _edits(text, [span for span in spans if span.start < span.end])
    fields = draft.fields | {"text": kept}
    if head.title is not None:
        fields["title"] = head.title
    notes = draft.notes
    if head.stamp is not None:
        fields["published"] = head.stamp
    elif kept.strip():
        notes += (Problem("missing-timestamp", "no timestamp below the title"),)
    return draft._replace(fields=fields, edits=draft.edits + edits, notes=notes)


def _head(text: str, source: Source) -> Head:
    """Title and stamp at the top; a title is a short first line set apart from what follows."""
    read = timestamps.reader(source.date_format, source.timezone)
    line = line_from(text, 0)
    if line is None:
        return Head(None, None, len(text))
    title: str | None = None
    if _is_title(line, line_from(text, line.end), text, read):
        title, line = line.text, line_from(text, line.end)
        if line is not None and line.text == title:  # a site may print it twice, never more
            line = line_from(text, line.end)
    stamp: str | None = None
    if line is not None and _is_stamp(line.text, read):
        stamp, line = line.text, line_from(text, line.end)
    return Head(title, stamp, len(text) if line is None else line.start)


def _is_title(line: Line, following: Line | None, text: str, read: timestamps.Reader) -> bool:
    """Whether the first line is a title: short, and above a stamp or a blank line, repeated, or alone."""
    if len(line.text) > _LONGEST_TITLE:
        return False
    if following is not None and (_is_stamp(following.text, read) or following.text == line.text):
        return True
    # A result such as "Persib 2-1 Persija" is a title; only a date is none.
    if _is_stamp(line.text, read):
        return False
    if following is None or text.count("\n", line.end, following.start) > 1:
        return True
    # A file without a single blank line puts each paragraph on a line, the title too.
    return not _GAP.search(text.strip())


def _is_stamp(line: str, read: timestamps.Reader) -> bool:
    if len(line) > 64 or not any(c.isdigit() for c in line):
        return False
    stamp = read(line)
    return stamp is not timestamps.UNREADABLE or _STAMP_LIKE.match(line) is not None


def _gaps(text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between the paragraphs of a body, where it is not one blank line."""
    # No blank line at all: each line is a paragraph.
    gap = _GAP if _GAP.search(text, start, end) else _NEWLINE
    places = (match.span() for match in gap.finditer(text, start, end) if match[0] != "\n\n")
    first = next(places, None)
    if first is None:
        return
    if text.count("\n", start, end) > MOST_EDITS:
        last = deque(places, maxlen=1)
        stop = last[0][1] if last else first[1]
        yield Span("blank-lines", first[0], stop, gap.sub("\n\n", text[first[0] : stop]))
        return
    for place in (first, *places):
        yield Span("blank-lines", *place, "\n\n")


def _edits(text: str, spans: list[Span]) -> tuple[tuple[Edit, ...], str]:
    """The edits that replace spans of a text, from the last to the first, and the text that they leave."""
    kept: list[str] = []
    edits: list[Edit] = []
    at, position = 0, 0
    for span in spans:
        kept += (text[at : span.start], span.inserted)
        position += len(text[at : span.start].encode())
        removed = text[span.start : span.end].encode()
        edits.append(Edit(span.transform, None, position, removed, span.inserted.encode()))
        position += len(removed)
        at = span.end
    kept.append(text[at:])
    return tuple(reversed(edits)), "".join(kept)
