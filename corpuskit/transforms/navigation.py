"""Where a body ends and the site's navigation begins, by the source's declaration or by structure."""

import re
from collections.abc import Sequence

from corpuskit.provenance import Source

# A tail of fewer lines may be a sign-off; fewer than this is never cut by structure alone.
_FEWEST_LINES = 3
_LONGEST_LINE = 160
# How a sentence, a quotation or a sign-off such as "(ard)" ends, also in other scripts.
_CLOSING = "\\])}\"'\u201d\u2019\u00bb"
_SENTENCE_END = re.compile(f"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964][{_CLOSING}]*$|[{_CLOSING}]$")
_LABEL = re.compile(r"[^.!?]{1,60}:$")


def navigation_start(lines: Sequence[str], source: Source) -> int:
    """How many of a body's lines, stripped and not blank, are text; those after them are navigation."""
    if source.navigation_cut_from is not None:
        mark = source.navigation_cut_from
        return next((i for i, line in enumerate(lines) if line == mark), len(lines))
    if source.navigation == "off":
        return len(lines)
    start = len(lines)
    while start and _like_navigation(lines[start - 1]):
        start -= 1
    tail = lines[start:]
    # A whole body without sentences is more likely a poem or a list than a page of links.
    if not start or len(tail) < _FEWEST_LINES:
        return len(lines)
    return start


def _like_navigation(line: str) -> bool:
    if _LABEL.fullmatch(line):
        return True
    return len(line) <= _LONGEST_LINE and not _SENTENCE_END.search(line)
