"""The plain-text layout: title, blank line, timestamp, blank line, body paragraphs, site navigation.

Everything that is not body leaves the record by an edit, so the record's bytes can be rebuilt from the
text and the edits. Positions are bytes of the text as UTF-8; edits run from the end to the start, so each
counts in the text as the reader gave it.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from corpuskit.provenance import Source
from corpuskit.readers.records import MOST_EDITS, Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.head import Head, Stamp, bottom_stamp, find_head
from corpuskit.transforms.learning.repeats import Repeats
from corpuskit.transforms.lines import Line, line_from, lines_before
from corpuskit.transforms.navigation import Tail, find_tail, is_cut_short
from corpuskit.transforms.words import INLINE_FIRST, INLINE_LINK, is_byline

# Possessive: a text of nothing but newlines would otherwise take a hundred times its size in memory.
_GAP = re.compile(r"\n(?:[ \t]*+\n)++")
_NEWLINE = re.compile(r"\n")
# Bylines stand at the ends of a body.
_BYLINES_BELOW = 4
_SHORT_TEXT = 30
_MOST_NOTES, _LONGEST_LINE = 20, 1000


class Span(NamedTuple):
    """A piece of the text, from start to end, to be replaced."""

    transform: str
    start: int
    end: int
    inserted: str


class Removed(NamedTuple):
    """A line of a text that is cut, and by which transform."""

    transform: str
    line: Line


def parse_layout(draft: Draft, source: Source, repeats: Repeats) -> Draft:
    """The draft with `title`, `published` as printed, and the body as `text`."""
    text: str = draft.fields["text"]
    head = find_head(text, source, repeats)
    tail = find_tail(text, head.body, source, repeats)
    stamp = head.stamp or _stamp_below(text, head, tail, source)
    bylines = [line for line in (*head.kept, *_last_lines(text, head, tail)) if is_byline(line.text)]
    links = _inline_links(text, head.body, tail.body)
    removed = [Removed("inline-link", line) for line in links if source.inline_links == "cut"]
    removed += [Removed("byline", line) for line in bylines if source.bylines == "cut"]
    if stamp is not None and stamp.line.start >= head.body:
        removed.append(Removed("timestamp", stamp.line))
    removed.sort(key=lambda r: r.line.start)
    edits, kept = _edits(text, _spans(text, head, tail, removed))
    fields = draft.fields | {"text": kept}
    if head.title is not None:
        fields["title"] = head.title
    if stamp is not None:
        fields["published"] = stamp.printed
        if stamp.printed != stamp.line.text:
            fields["published_raw"] = stamp.line.text
    notes = [*draft.notes, *_notes(text, kept, head, tail, repeats, stamp)]
    notes += _noted("inline-link", text, links, source.inline_links)
    notes += _noted("byline", text, bylines, source.bylines)
    return draft._replace(fields=fields, edits=draft.edits + edits, notes=tuple(notes))


def _notes(
    text: str, kept: str, head: Head, tail: Tail, repeats: Repeats, stamp: Stamp | None
) -> Iterator[Problem]:
    """What is to be said of the layout of a text, and of a body that seems not to be whole."""
    if tail.kept is not None:
        yield tail.kept
    body = kept.strip()
    if not body:
        return
    if stamp is None:
        yield Problem("missing-timestamp", "no timestamp below the title")
    if head.title is None:
        yield Problem("missing-title", "the text starts without a line that is a title")
    if stamp is None and head.title is None and body[0].islower():
        yield Problem("truncated-text", f"the text begins in a sentence: {body[:60]!r}\u2026", "/text")
    if tail.navigation == len(text) and tail.kept is None and is_cut_short(kept, repeats):
        closed = (
            f"; {repeats.closed} of {repeats.texts} texts of the source end in navigation"
            if repeats.closed
            else ""
        )
        yield Problem("truncated-text", f"the text breaks off: \u2026{body[-60:]!r}{closed}", "/text")
    if len(body) < _SHORT_TEXT:
        yield Problem("short-text", f"{len(body)} characters: {body!r}", "/text")


def _noted(kind: str, text: str, lines: Sequence[Line], declared: str) -> Iterator[Problem]:
    """A note for each of the first lines of a kind, and one for all others."""
    what = "was cut, as declared" if declared == "cut" else "is kept as text"
    for line in lines[:_MOST_NOTES]:
        number = text.count("\n", 0, line.start) + 1
        yield Problem(kind, f"line {number}, {line.text[:80]!r}, {what}", "/text")
    if len(lines) > _MOST_NOTES:
        yield Problem(kind, f"{len(lines) - _MOST_NOTES:,} more such lines", "/text")


def _inline_links(text: str, start: int, end: int) -> list[Line]:
    """The lines of a body that lead away from it."""
    found = []
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text[start] in INLINE_FIRST and stop - start <= _LONGEST_LINE:
            line = text[start:stop]
            if INLINE_LINK.match(line):
                found.append(Line(start, stop, line.strip()))
        start = stop + 1
    return found


def _last_lines(text: str, head: Head, tail: Tail) -> list[Line]:
    return list(islice(lines_before(text, head.body, tail.body), _BYLINES_BELOW))[::-1]


def _stamp_below(text: str, head: Head, tail: Tail, source: Source) -> Stamp | None:
    """The stamp in the last line of a body that has none above it."""
    last = next(lines_before(text, head.body, tail.body), None)
    return bottom_stamp(last, source) if last is not None else None


class Piece(NamedTuple):
    """A piece of a text that is kept, and the transform that takes out what stands before it."""

    before: str
    start: int
    end: int


def _spans(text: str, head: Head, tail: Tail, removed: Sequence[Removed]) -> Iterator[Span]:
    """What leaves the text or stands in it otherwise, from its start to its end."""
    # No blank line at all: each line is a paragraph.
    gap = _GAP if _GAP.search(text, head.body, tail.body) else _NEWLINE
    at, between = 0, ""
    for piece in _pieces(text, head, tail, removed):
        if piece.start == piece.end:  # nothing is kept of what is left
            yield Span(piece.before, at, piece.start, "")
            at = piece.end
            continue
        if text[at : piece.start] != between:
            yield Span(piece.before, at, piece.start, between)
        if piece.start >= head.body:
            yield from _gaps(text, piece.start, piece.end, gap)
        at, between = piece.end, "\n\n"
    yield Span("blank-lines", at, tail.navigation, "")
    yield Span("navigation", tail.navigation, len(text), "")


def _pieces(text: str, head: Head, tail: Tail, removed: Sequence[Removed]) -> Iterator[Piece]:
    """What is kept, each piece a paragraph or more: lines of the head, the body around what is removed."""
    cut = {r.line for r in removed}
    yield from (Piece("head", line.start, line.end) for line in head.kept if line not in cut)
    at, before = head.body, "head"
    for transform, line in removed:
        if line.start < head.body:
            continue
        last = next(lines_before(text, at, line.start), None)
        if last is not None:
            yield Piece(before, at, last.end)
        following = line_from(text, line.end)
        at, before = min(tail.body, len(text) if following is None else following.start), transform
    yield Piece(before, at, tail.body)


def _gaps(text: str, start: int, end: int, gap: re.Pattern[str]) -> Iterator[Span]:
    """What stands between the paragraphs of a piece of a body, where it is not one blank line."""
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


def _edits(text: str, spans: Iterable[Span]) -> tuple[tuple[Edit, ...], str]:
    """The edits that replace spans of a text, from the last to the first, and the text that they leave."""
    kept: list[str] = []
    edits: list[Edit] = []
    at, position = 0, 0
    ascii_only = text.isascii()
    for span in spans:
        if span.start == span.end:
            continue
        between, removed = text[at : span.start], text[span.start : span.end]
        kept += (between, span.inserted)
        position += len(between) if ascii_only else len(between.encode())
        data = removed.encode()
        edits.append(Edit(span.transform, None, position, data, span.inserted.encode()))
        position += len(data)
        at = span.end
    kept.append(text[at:])
    return tuple(reversed(edits)), "".join(kept)
