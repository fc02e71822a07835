"""Where a body ends and the site's navigation begins: by declaration, by what the source repeats, by structure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from corpuskit.provenance import Source
from corpuskit.readers.records import Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.lines import (
    LONGEST_LINK,
    Line,
    ends_sentence,
    holds_stop,
    is_adjacent,
    is_bridge,
    is_link,
    is_list_item,
    lines_before,
    lines_from,
)
from corpuskit.transforms.repeats import HEAD_LINES, MOST_BRIDGED, Repeats, keyed
from corpuskit.transforms.words import (
    INLINE_LINK,
    is_breadcrumb,
    is_buttons,
    is_byline,
    is_copyright,
    is_navigation_word,
)

# A tail of fewer lines may be a sign-off; fewer than this is never cut by structure alone.
_FEWEST_LINES = 3
# No site has longer navigation: what stands above so many lines is text in any case.
_MOST_LINES = 400
_LONGEST_LABEL = 60
_SHORTEST_BREAK = 20
# A heading of one or two words above the links, such as "Kalender".
_HEADING = re.compile(r"[^\W\d]+(?: [^\W\d]+)?:?")

Block = Sequence[Line]


class Tail(NamedTuple):
    """Where a body ends and where navigation starts, which is the end of the text where there is none.

    `kept` is set where navigation was recognised and left alone, since it is most of the text.
    """

    body: int
    navigation: int
    kept: Problem | None = None


def find_tail(text: str, start: int, source: Source, repeats: Repeats) -> Tail:
    """The end of the body that starts at `start`, and the navigation after it."""
    mark = source.navigation_cut_from
    if mark is not None:
        link = next((line for line in lines_from(text, start) if line.text == mark), None)
    elif source.navigation == "off":
        link = None
    else:
        tail = list(islice(lines_before(text, start, len(text)), _MOST_LINES))
        link = _first_link(text, tail, repeats)
        if link is not None and (kept := _over_cut(link, tail, len(text) - start, source, repeats)):
            return Tail(tail[0].end, len(text), kept)
    if link is None:
        last = next(lines_before(text, start, len(text)), None)
        return Tail(last.end if last else start, len(text))
    last = next(lines_before(text, start, link.start), None)
    return Tail(last.end if last else start, link.start)


def _first_link(text: str, tail: Sequence[Line], repeats: Repeats) -> Line | None:
    """The first line of the navigation that a text ends in, None where there is none; `tail` runs upwards."""
    if found := _repeated(text, tail, repeats):
        return found
    lines = tail[::-1]
    first = _block_of_links(_blocks(text, lines)) or _run_of_links(lines)
    # In a source that repeats its navigation, what only looks like it must also say that it is.
    if (
        first is None
        or not repeats.closed
        or any(_says_so(line) for line in lines if line.start >= first.start)
    ):
        return first
    return None


def _over_cut(
    link: Line, tail: Sequence[Line], length: int, source: Source, repeats: Repeats
) -> Problem | None:
    """The problem where too much of a text would be cut that is neither repeated nor says that it is navigation."""
    known, unsure = set(), 0
    for line in tail:
        if line.start < link.start:
            break
        if _says_so(line) or (key := keyed(line.text)) in repeats.tail or key in repeats.bridges:
            known.add(line.text)
        else:
            unsure += len(line.text)
    # Enough lines say what they are, or nothing is left above: no article to spare.
    if unsure <= source.max_cut * length or len(known) >= _FEWEST_LINES or link is tail[-1]:
        return None
    message = (
        f"navigation seems to begin at {link.text[:60]!r}, but {unsure / length:.0%} of the text would go that the "
        f"source does not repeat; max_cut = {source.max_cut:g}, so nothing was cut"
    )
    return Problem("over-cut", message, "/text")


def _repeated(text: str, tail: Sequence[Line], repeats: Repeats) -> Line | None:
    """The topmost line of the navigation that a text ends in, from the bottom up; None where there is none."""
    top, bridged = -1, 0
    found: set[str] = set()
    strong = False
    for at, line in enumerate(tail):
        key, says_so, bridges = (
            _looked_at(line.text) if len(line.text) <= LONGEST_LINK else (keyed(line.text), False, False)
        )
        if says_so or key in repeats.tail:
            found.add(key)
            strong = strong or key in repeats.strong or is_copyright(line.text)
            top, bridged = at, 0
        elif (bridges and bridged < MOST_BRIDGED) or key in repeats.bridges:
            bridged += 1
        else:
            break
    if len(found) < 2 and not strong:
        return None
    # Links that differ from text to text stand right above, without a blank line between.
    while top + 1 < len(tail) and _belongs(text, tail[top + 1], tail[top]):
        top += 1
    return tail[top]


@lru_cache(maxsize=1 << 16)
def _looked_at(line: str) -> tuple[str, bool, bool]:
    """The key of a line, whether it says that it is navigation, and whether it may stand among navigation."""
    says_so = is_navigation_word(line) or is_copyright(line) or is_buttons(line)
    return keyed(line), says_so, is_bridge(line)


def _says_so(line: Line) -> bool:
    """Whether a line alone, whatever the source repeats, says that it is navigation."""
    return len(line.text) <= LONGEST_LINK and _looked_at(line.text)[1]


def _belongs(text: str, line: Line, below: Line) -> bool:
    if not is_adjacent(text, line, below) or not is_bridge(line.text) or is_list_item(line.text):
        return False
    return "\n\n" in text.strip() and INLINE_LINK.match(line.text) is None


def _blocks(text: str, lines: Sequence[Line]) -> Sequence[Block]:
    """Lines without a blank line between them, together."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and is_adjacent(text, blocks[-1][-1], line):
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
    while links and not is_link(links[0].text) and len(links[0].text) > _LONGEST_LABEL:
        del links[0]
    if not at or len(links) < _FEWEST_LINES or _is_wrapped(paragraphs):
        return None
    heading = paragraphs[-1]
    under = links[0] is blocks[at][0] and len(paragraphs) > 1 and len(heading) == 1
    return heading[0] if under and _HEADING.fullmatch(heading[0].text) else links[0]


def _is_links(block: Block) -> bool:
    if len(block) < 2 or 2 * sum(is_list_item(line.text) for line in block) >= len(block):
        return False
    return 2 * sum(is_link(line.text) for line in block) >= len(block)


def _is_wrapped(paragraphs: Sequence[Block]) -> bool:
    """Whether the lines are cut to a width or are verse, so that their ends say nothing."""
    lines = [line for block in paragraphs for line in block]
    many = 2 * sum(len(block) > 1 for block in paragraphs) > len(paragraphs)
    return many and 2 * sum(is_link(line.text) for line in lines) > len(lines)


def _run_of_links(lines: Sequence[Line]) -> Line | None:
    """The first of the lines without an end of a sentence that a text ends in."""
    start = len(lines)
    while start and (_is_lone_link(lines[start - 1]) or _is_counter(lines, start - 1)):
        start -= 1
    # A whole body without sentences is more likely a poem or a list than a page of links.
    if not start or len(lines) - start < _FEWEST_LINES:
        return None
    return lines[start]


def _is_lone_link(line: Line) -> bool:
    return is_link(line.text) and not is_list_item(line.text)


def _is_counter(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is a short one such as "Komentar (0)" right below a link."""
    line = lines[at]
    short = len(line.text) <= _LONGEST_LABEL and not holds_stop(line.text)
    return short and at > 0 and line.start - lines[at - 1].end == 1 and is_link(lines[at - 1].text)


def head_lines(lines: Sequence[Line], repeats: Repeats) -> int:
    """How many of the first lines of a page are navigation above its title: breadcrumbs, buttons, repeated lines."""
    count = 0
    while count < len(lines) and _is_head(lines[count], repeats):
        count += 1
    return count


def _is_head(line: Line, repeats: Repeats) -> bool:
    return is_breadcrumb(line.text) or is_buttons(line.text) or keyed(line.text) in repeats.head


def buttons(lines: Sequence[Line], repeats: Repeats) -> int:
    """How many of the first lines below a title or stamp are navigation, and no text."""
    count, sure = 0, False
    while count < min(len(lines), HEAD_LINES) and (said := _is_top(lines[count], repeats)):
        sure = sure or said > 1
        count += 1
    return count if sure or count > 1 else 0


def _is_top(line: Line, repeats: Repeats) -> int:
    """2 where a line says itself that it is navigation, 1 where the source repeats it there, else 0."""
    if is_byline(line.text):
        return 0
    if is_buttons(line.text) or is_breadcrumb(line.text):
        return 2
    return int(keyed(line.text) in repeats.head)


def cut_repeated(draft: Draft, source: Source, repeats: Repeats) -> Draft:
    """The draft without the repeated lines at either end of its `text`, for records that are no pages."""
    text = draft.fields.get("text")
    if not isinstance(text, str) or not text:
        return draft
    start, end = _repeated_ends(text, source, repeats)
    if (start, end) == (0, len(text)):
        return draft
    if len(text) - (end - start) > source.max_cut * len(text):
        message = f"repeated lines are {1 - (end - start) / len(text):.0%} of the text; nothing was cut"
        return draft._replace(notes=(*draft.notes, Problem("over-cut", message, "/text")))
    edits = [
        Edit("navigation", "text", len(text[:at].encode()), piece.encode(), b"")
        for at, piece in ((end, text[end:]), (0, text[:start]))
        if piece
    ]
    return draft._replace(fields=draft.fields | {"text": text[start:end]}, edits=(*draft.edits, *edits))


def _repeated_ends(text: str, source: Source, repeats: Repeats) -> tuple[int, int]:
    mark = source.navigation_cut_from
    if mark is not None:
        first = next((line for line in lines_from(text, 0) if line.text == mark), None)
        last = next(lines_before(text, 0, first.start), None) if first else None
        return 0, last.end if last else 0 if first else len(text)
    top = list(islice(lines_from(text, 0), HEAD_LINES))
    count = 0
    while count < len(top) and keyed(top[count].text) in repeats.head:
        count += 1
    start = top[count].start if 1 < count < len(top) else 0
    tail = list(islice(lines_before(text, start, len(text)), _MOST_LINES))
    link = _repeated(text, tail, repeats)
    if link is None or not any(keyed(line.text) in repeats.tail for line in tail if line.start >= link.start):
        return start, len(text)
    last = next(lines_before(text, start, link.start), None)
    return start, last.end if last else len(text)


def is_cut_short(text: str, repeats: Repeats) -> bool:
    """Whether a body without navigation breaks off: its last line has no end, the lines above have one.

    A short last line counts only in a source whose texts go on with navigation, or inside a bracket.
    """
    tail = list(islice(lines_before(text, 0, len(text)), 3))
    last = tail[0].text
    if len(tail) < 2 or ends_sentence(last) or is_list_item(last) or is_byline(last):
        return False
    known = 2 * repeats.closed > repeats.texts or _is_open(last)
    if len(last) < (_SHORTEST_BREAK if known else _LONGEST_LABEL):
        return False
    return all(ends_sentence(line.text) for line in tail[1:])


def _is_open(line: str) -> bool:
    """Whether a bracket or quotation is left open."""
    return (
        line.count("(") > line.count(")")
        or line.count("\u201c") > line.count("\u201d")
        or line.count('"') % 2 == 1
    )
