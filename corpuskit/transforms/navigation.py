"""Where a body ends and the site's navigation begins: by declaration, by what the source repeats, by structure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from corpuskit.provenance import Source
from corpuskit.readers.records import Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.learning.pages import HEAD_LINES, keyed
from corpuskit.transforms.learning.repeats import Repeats
from corpuskit.transforms.learning.tails import ENOUGH_PLAIN, MOST_BRIDGED, Tails
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
from corpuskit.transforms.words import (
    HOMES,
    INLINE_LINK,
    is_breadcrumb,
    is_buttons,
    is_byline,
    is_copyright,
    is_section,
    says_so,
    starts_home,
)

# A tail of fewer lines may be a sign-off; fewer than this is never cut by structure alone.
_FEWEST_LINES = 3
# No site has longer navigation: what stands above so many lines is text in any case.
_MOST_LINES = 400
_MOST_ABOVE = 40
# Of so many texts the navigation would repeat.
_ENOUGH_TEXTS = 20
_LONGEST_LABEL = 60
_SHORTEST_BREAK, _LONGEST_HEADING = 4, 30
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
    kept: Problem | None = None
    if mark is not None:
        link = next((line for line in lines_from(text, start) if line.text == mark), None)
    elif source.navigation == "off":
        link = None
    else:
        found = _found(text, start, repeats)
        kept = _over_cut(text, start, found, source) if found else None
        link = found.first if found and kept is None else None
    navigation = len(text) if link is None else link.start
    last = next(lines_before(text, start, navigation), None)
    return Tail(last.end if last else start, navigation, kept)


class Found(NamedTuple):
    """The first line of navigation, how many of its lines the source repeats, and the characters not sure to be any."""

    first: Line
    repeated: int
    unsure_chars: int


def _found(text: str, start: int, repeats: Repeats) -> Found | None:
    """The navigation that a text ends in, None where there is none."""
    found = _repeated(text, start, repeats) or _structural(text, start, repeats)
    if found is None or not _announces(text, start, found.first):
        return found
    # What is announced is text, whatever it says; only that with which the navigation of others begins is not.
    return _repeated(text, start, repeats, hears=False)


def _announces(text: str, start: int, first: Line) -> bool:
    """Whether the line above navigation says that something follows."""
    line = next(lines_before(text, start, first.start), None)
    return (
        line is not None and line.text[-1] == ":" and len(line.text) > _LONGEST_HEADING and not _says_so(line)
    )


def _structural(text: str, start: int, repeats: Repeats) -> Found | None:
    """What looks like the navigation that a text ends in, None where nothing does."""
    last = list(islice(lines_before(text, start, len(text)), 2))
    if not last or not (is_link(last[0].text) or (len(last) > 1 and is_adjacent(text, last[1], last[0]))):
        return None  # a sentence in a paragraph of its own, as most texts end
    lines = list(islice(lines_before(text, start, len(text)), _MOST_LINES))[::-1]
    first = _block_of_links(_blocks(text, lines)) or _run_of_links(lines)
    if first is None:
        return None
    cut = [line for line in lines if line.start >= first.start]
    sure = sum(map(_says_so, cut))
    # In a source of which enough is known, what only looks like navigation must also say that it is.
    if repeats.texts >= _ENOUGH_TEXTS and not sure:
        return None
    return Found(first, 0, sum(len(line.text) for line in cut if not _says_so(line)))


def _over_cut(text: str, start: int, found: Found, source: Source) -> Problem | None:
    """The problem where too much of a text would be cut that is neither repeated nor says that it is navigation."""
    length = len(text) - start
    if found.unsure_chars <= source.max_cut * length or found.repeated >= _FEWEST_LINES:
        return None  # what the source repeats makes sure of what stands between
    if next(lines_before(text, start, found.first.start), None) is None:
        return None
    message = (
        f"navigation seems to begin at {found.first.text[:60]!r}, but {found.unsure_chars / length:.0%} of the text "
        f"would go that the source does not repeat; max_cut = {source.max_cut:g}, so nothing was cut"
    )
    return Problem("over-cut", message, "/text")


def _repeated(text: str, start: int, repeats: Repeats, *, hears: bool = True) -> Found | None:
    """The navigation that a text ends in by its repeated lines, from the bottom up; None where there is none.

    It begins with a line with which that of other texts begins, or, where it `hears`, one that says so.
    """
    found: set[str] = set()
    tails = repeats.tails
    strong, evident, bridged, pending, unsure = False, False, 0, 0, 0
    first: Line | None = None
    topmost: Line | None = None
    above: list[Line] = []
    upwards = islice(lines_before(text, start, len(text)), _MOST_LINES)
    for line in upwards:
        above.append(line)
        look = _looked_at(line.text) if len(line.text) <= LONGEST_LINK else _Look(keyed(line.text))
        key = look.key
        if look.says_so or key in tails.lines:
            found.add(key)
            strong = (
                strong
                or look.copyright
                or key in tails.strong
                or (first is None and _is_sure_start(look, tails))
            )
            evident = evident or look.says_so or key in tails.sure
            bridged, topmost = 0, line
            if key in tails.openers or (hears and look.says_so):
                first, unsure, pending = line, unsure + pending, 0
                above.clear()
        elif key in tails.bridges:
            bridged += 1
        elif look.bridges and bridged < MOST_BRIDGED:
            bridged += 1
            pending += len(line.text)
        else:
            break
    evident = evident or len(found & tails.plain) >= ENOUGH_PLAIN
    if first is None and hears:
        first, above, unsure = topmost, [], pending  # the middle of navigation whose beginning is lost
    if first is None or not (strong or (evident and len(found) > 1)):
        return None
    # Links that differ from text to text stand right above, without a blank line between.
    for line in (*above, *islice(upwards, _MOST_ABOVE)):
        if not _belongs(text, line, first):
            break
        first, unsure = line, unsure + len(line.text)
    return Found(first, len(found & tails.lines), unsure)


def _is_sure_start(look: "_Look", tails: Tails) -> bool:
    """Whether a line begins the navigation of so many texts that it does where a text ends in it."""
    return look.key in tails.openers and look.key in tails.sure and (look.says_so or look.key.endswith(":"))


class _Look(NamedTuple):
    """What a line is, whatever its text: its key; whether it says that it is navigation, or may stand among it."""

    key: str
    says_so: bool = False
    copyright: bool = False
    bridges: bool = False


# Navigation is the same lines again and again.
@lru_cache(maxsize=1 << 16)
def _looked_at(line: str) -> _Look:
    notice = is_copyright(line)
    return _Look(keyed(line), notice or says_so(line), notice, is_bridge(line))


def _says_so(line: Line) -> bool:
    """Whether a line alone, whatever the source repeats, says that it is navigation."""
    return len(line.text) <= LONGEST_LINK and _looked_at(line.text).says_so


def _belongs(text: str, line: Line, below: Line) -> bool:
    if not is_adjacent(text, line, below) or not is_bridge(line.text) or is_list_item(line.text):
        return False
    return INLINE_LINK.match(line.text) is None and "\n\n" in text[: below.start].strip()


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
    if len(line.text) > LONGEST_LINK:
        return False
    said = is_breadcrumb(line.text) or is_section(line.text) or line.text.lower() in HOMES
    return said or _says_so(line) or keyed(line.text) in repeats.head


def buttons(lines: Sequence[Line], repeats: Repeats) -> int:
    """How many of the first lines below a title or stamp are navigation, and no text."""
    count, sure = 0, False
    while count < min(len(lines), HEAD_LINES) and (said := _is_top(lines[count], repeats)):
        sure = sure or said > 1
        count += 1
    return count if sure or count > 1 else 0


def _is_top(line: Line, repeats: Repeats) -> int:
    """2 where a line says itself that it is navigation, 1 where the source repeats it there, else 0."""
    if len(line.text) > LONGEST_LINK or is_byline(line.text):
        return 0
    if is_buttons(line.text) or (is_breadcrumb(line.text) and starts_home(line.text)):
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
    found = _repeated(text, start, repeats)
    if (
        found is None
        or _over_cut(text, start, found, source)
        or not any(keyed(line.text) in repeats.tails.lines for line in lines_from(text, found.first.start))
    ):
        return start, len(text)
    last = next(lines_before(text, start, found.first.start), None)
    return start, last.end if last else len(text)


def is_cut_short(text: str, repeats: Repeats) -> bool:
    """Whether a body without navigation breaks off: its last line has no end, the lines above have one.

    A short last line counts only in a source whose texts go on with navigation, or inside a bracket.
    """
    tail = list(islice(lines_before(text, 0, len(text)), 3))
    last = tail[0].text
    if len(tail) < 2 or ends_sentence(last) or is_list_item(last) or is_byline(last):
        return False
    if keyed(last) in repeats.tails.closings:
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
