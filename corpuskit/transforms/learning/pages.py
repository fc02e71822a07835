"""The two ends of a text as lines, which is all that learning looks at."""

import re
from itertools import islice
from typing import NamedTuple

from corpuskit.transforms.lines import lines_before, lines_from
from corpuskit.transforms.words import labelled

# How far from either end a text is looked at, in lines.
HEAD_LINES, TAIL_LINES = 10, 60
# What is kept of a text to look for names in.
_KEPT_CHARS, _LONGEST_LINE = 4000, 1000
_DIGITS = re.compile(r"\d+")


class Page(NamedTuple):
    """The ends of one text: its first lines from the top down, its last from the bottom up, and both as one text."""

    name: str
    title: str | None
    head: tuple[str, ...]
    tail: tuple[str, ...]
    ends: str


def page_of(name: str, title: str | None, text: str) -> Page:
    """The page of a text; `title` where that is known apart from it."""
    head = tuple(line.text[:_LONGEST_LINE] for line in islice(lines_from(text, 0), HEAD_LINES))
    tail = tuple(line.text[:_LONGEST_LINE] for line in islice(lines_before(text, 0, len(text)), TAIL_LINES))
    ends = text if len(text) <= 2 * _KEPT_CHARS else text[:_KEPT_CHARS] + text[-_KEPT_CHARS:]
    return Page(name, title, head, tail, ends)


def keyed(line: str) -> str:
    """The key of a line, by which lines are equal: its label if it is labelled, else itself with digits as zeros."""
    return labelled(line) or _DIGITS.sub("0", line)
