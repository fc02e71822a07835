"""The lines of a text that have something on them, one at a time from either end: a text may have millions."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What `str.strip` leaves: anything but white space, to which the separators FS to US belong.
_MARK = re.compile(r"[^\s\x1c-\x1f]")
# How a sentence, a quotation or a sign-off such as "(ard)" ends, also in other scripts.
_STOPS = ".!?\u2026\u3002\uff01\uff1f\u061f\u0964"
_CLOSING = "\\])}\"'\u201d\u2019\u00bb"
_SENTENCE_END = re.compile(f"[{_STOPS}][{_CLOSING}]*$|[{_CLOSING}]$")
_STOP = re.compile(f"[{_STOPS}]")
# The end of a sentence before the end of the line; "10.7. Domain Names (DNS)" has none.
_SENTENCE_INSIDE = re.compile(rf"[^\W\d][{_STOPS}][{_CLOSING}]*\s")
_LIST_ITEM = re.compile(r"[-*\u2022\u2013\u2014\u25cf\u25aa]\s|\(?\d{1,2}[.)]\s|[a-z][.)]\s")
_SIGN_OFF = re.compile(r"[\[(].{1,40}[\])]")
# What is longer is a sentence, whatever it ends in.
LONGEST_LINK = 160
_WINDOW = 1 << 12


class Line(NamedTuple):
    """A line with something on it: where it starts and ends in the text, and what it says, stripped."""

    start: int
    end: int
    text: str


def lines_from(text: str, at: int) -> Iterator[Line]:
    """The lines after a place, which is the start or the end of a line."""
    while match := _MARK.search(text, at):
        start = match.start()
        at = text.find("\n", start)
        if at < 0:
            at = len(text)
        yield Line(text.rfind("\n", 0, start) + 1, at, text[start:at].rstrip())


def lines_before(text: str, floor: int, at: int) -> Iterator[Line]:
    """The lines that end at `at` or before and start at `floor` or after, the last one first."""
    while at > floor:
        start = text.rfind("\n", floor, at) + 1 or floor
        if stripped := text[start:at].strip():
            yield Line(start, at, stripped)
            at = start - 1
        else:
            at = _end_above(text, floor, start - 1)


def _end_above(text: str, floor: int, at: int) -> int:
    """The end of the last line with something on it that ends at `at` or before; `floor` where there is none."""
    ends = at
    while at > floor:
        start = max(floor, at - _WINDOW)
        if kept := text[start:at].rstrip():
            stop = text.find("\n", start + len(kept), ends)
            return ends if stop < 0 else stop
        at = start
    return floor


def line_from(text: str, at: int) -> Line | None:
    """The first line after a place, None where nothing but blanks follows."""
    return next(lines_from(text, at), None)


def is_adjacent(text: str, line: Line, following: Line) -> bool:
    """Whether no blank line stands between two lines that follow each other."""
    return text.count("\n", line.end, following.start) == 1


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence, a quotation or a sign-off does."""
    return _SENTENCE_END.search(line) is not None


def holds_stop(line: str) -> bool:
    """Whether a sentence ends anywhere in a line."""
    return _STOP.search(line) is not None


def is_link(line: str) -> bool:
    """Whether a line may be a link: short, and without the end of a sentence."""
    return len(line) <= LONGEST_LINK and _SENTENCE_END.search(line) is None


def is_bridge(line: str) -> bool:
    """Whether a line may stand among links: a link, one that ends in "(2 jam lalu)" or is cut, a short question."""
    if is_link(line):
        return True
    if line[-1] in "?!":
        return len(line) <= 120
    is_headline = line[-1] in ")]\u2026" or line.endswith("...")
    return (
        is_headline
        and len(line) <= LONGEST_LINK
        and not _SENTENCE_INSIDE.search(line)
        and not is_sign_off(line)
    )


def is_list_item(line: str) -> bool:
    """Whether a line is an item of a list in a text."""
    return _LIST_ITEM.match(line) is not None


def is_sign_off(line: str) -> bool:
    """Whether a line is the sign-off of an editor such as "(ard)" or "[pan]"."""
    return len(line) <= 42 and _SIGN_OFF.fullmatch(line) is not None
