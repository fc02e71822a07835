"""Where a body ends and the site's navigation begins, by the source's declaration or by structure."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from corpuskit.provenance import Source
from corpuskit.transforms.lines import Line, lines_before, lines_from

# A tail of fewer lines may be a sign-off; fewer than this is never cut by structure alone.
_FEWEST_LINES = 3
# No site has longer navigation: what stands above so many lines is text in any case.
_MOST_LINES = 400
_LONGEST_LINK = 160
_LONGEST_LABEL = 60
# How a sentence, a quotation or a sign-off such as "(ard)" ends, also in other scripts.
_STOPS = ".!?\u2026\u3002\uff01\uff1f\u061f\u0964"
_CLOSING = "\\])}\"'\u201d\u2019\u00bb"
_SENTENCE_END = re.compile(f"[{_STOPS}][{_CLOSING}]*$|[{_CLOSING}]$")
_STOP = re.compile(f"[{_STOPS}]")
# A heading of one or two words above the links, such as "Kalender".
_HEADING = re.compile(r"[^\W\d]+(?: [^\W\d]+)?:?")

Block = Sequence[Line]


class Ends(NamedTuple):
    """Where a body ends and where navigation starts, which is the end of the text where there is none."""

    body: int
    navigation: int


def find_ends(text: str, start: int, source: Source) -> Ends:
    """The ends of the body that starts at `start` in a text."""
    link = _first_link(text, start, source)
    navigation = len(text) if link is None else link.start
    last = next(lines_before(text, start, navigation), None)
    return Ends(last.end if last else start, navigation)


def _first_link(text: str, start: int, source: Source) -> Line | None:
    """The first line of the navigation, None where there is none."""
    mark = source.navigation_cut_from
    if mark is not None:
        return next((line for line in lines_from(text, start) if line.text == mark), None)
    if source.navigation == "off":
        return None
    tail = list(islice(lines_before(text, start, len(text)), _MOST_LINES))[::-1]
    return _block_of_links(_blocks(text, tail)) or _run_of_links(tail)


def _blocks(text: str, lines: Sequence[Line]) -> Sequence[Block]:
    """Lines without a blank line between them, together."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and text.count("\n", blocks[-1][-1].end, line.start) == 1:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _block_of_links(blocks: Sequence[Block]) -> Line | None:
    """The first line of the blocks of links at the end of a body that is not made of such blocks itself."""
    at = len(blocks)
    while at and _is_links(blocks[at - 1]):
        at -= 1
    paragraphs, links = blocks[:at], [line for block in blocks[at:] for line in block]
    # A paragraph may stand right above the links.
    while links and not _is_link(links[0]) and len(links[0].text) > _LONGEST_LABEL:
        del links[0]
    if not at or len(links) < _FEWEST_LINES or _is_wrapped(paragraphs):
        return None
    heading = paragraphs[-1]
    under = links[0] is blocks[at][0] and len(paragraphs) > 1 and len(heading) == 1
    return heading[0] if under and _HEADING.fullmatch(heading[0].text) else links[0]


def _is_links(block: Block) -> bool:
    return len(block) > 1 and 2 * sum(map(_is_link, block)) >= len(block)


def _is_wrapped(paragraphs: Sequence[Block]) -> bool:
    """Whether the lines are cut to a width or are verse, so that their ends say nothing."""
    lines = [line for block in paragraphs for line in block]
    many = 2 * sum(len(block) > 1 for block in paragraphs) > len(paragraphs)
    return many and 2 * sum(map(_is_link, lines)) > len(lines)


def _run_of_links(lines: Sequence[Line]) -> Line | None:
    """The first of the lines without an end of a sentence that a text ends in."""
    start = len(lines)
    while start and (_is_link(lines[start - 1]) or _is_counter(lines, start - 1)):
        start -= 1
    # A whole body without sentences is more likely a poem or a list than a page of links.
    if not start or len(lines) - start < _FEWEST_LINES:
        return None
    return lines[start]


def _is_link(line: Line) -> bool:
    return len(line.text) <= _LONGEST_LINK and not _SENTENCE_END.search(line.text)


def _is_counter(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is a short one such as "Komentar (0)" right below a link."""
    line = lines[at]
    short = len(line.text) <= _LONGEST_LABEL and not _STOP.search(line.text)
    return short and at > 0 and line.start - lines[at - 1].end == 1 and _is_link(lines[at - 1])
