"""The lines of a text that have something on them, one at a time from either end: a text may have millions."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"[^\n]+")


class Line(NamedTuple):
    """A line with something on it: where it starts and ends in the text, and what it says, stripped."""

    start: int
    end: int
    text: str


def lines_from(text: str, at: int) -> Iterator[Line]:
    """The lines after a place, which is the start or the end of a line."""
    for match in _LINE.finditer(text, at):
        if stripped := match[0].strip():
            yield Line(match.start(), match.end(), stripped)


def lines_before(text: str, floor: int, at: int) -> Iterator[Line]:
    """The lines that end at `at` or before and start at `floor` or after, the last one first."""
    while at > floor:
        start = max(floor, text.rfind("\n", floor, at) + 1)
        if stripped := text[start:at].strip():
            yield Line(start, at, stripped)
        at = start - 1


def line_from(text: str, at: int) -> Line | None:
    """The first line after a place, None where nothing but blanks follows."""
    return next(lines_from(text, at), None)
