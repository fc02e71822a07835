"""What stands above a body: navigation, title, bylines, timestamp, buttons; which of it is text is kept."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from corpuskit import timestamps
from corpuskit.provenance import Source
from corpuskit.transforms.learning.repeats import Repeats
from corpuskit.transforms.learning.suffixes import suffix_of
from corpuskit.transforms.lines import Line, ends_sentence, is_adjacent, is_list_item, line_from, lines_from
from corpuskit.transforms.navigation import buttons, head_lines
from corpuskit.transforms.words import BYLINE_BEHIND, is_breadcrumb, is_byline, is_section, of_update, says_so

_LONGEST_TITLE, _MOST_TITLE_LINES = 300, 3
_LONGEST_STAMP, _LONGEST_BELOW = 100, 120
# Lines that may stand above a body, navigation included, and between a title and its stamp.
_FEW_LINES, _MOST_LINES, _MOST_BETWEEN, _MOST_BELOW = 4, 48, 5, 12
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BARS = re.compile(r"\s*[|\u2022\u00b7]\s*")
_PARTS = re.compile(r"\s*[|\u2022\u00b7]\s*|\s+[-\u2013\u2014]\s+|\s+\(|\)")
_BEHIND = re.compile(
    r"(?:\t+|\s*\|\s*|\s+[-\u2013\u2014]\s+)(?P<stamp>[^|\t]*\d[^|\t]*)$|\s*\((?P<bracketed>[^()]*\d[^()]*)\)$"
)
# What may stand beside a stamp: an author, a site, a place; what is longer is a title.
_LONGEST_REST = 40
# Two titles that differ more in length are not the same.
_LONGEST_PARTED = 60
_YEAR = re.compile(r"\d{4}")  # rather a title, or the first word of a text
_PLACE = re.compile(r"([^\W\d]+)(?: [^\W\d]+){0,2},\s+(?=\S*\d)")


class Stamp(NamedTuple):
    """The line that prints when an article appeared, and the part of it that is read."""

    line: Line
    printed: str


class Head(NamedTuple):
    """What stands before the body; `kept` are lines among it that are text, `body` is where the rest starts."""

    title: str | None
    stamp: Stamp | None
    kept: tuple[Line, ...]
    body: int


class _Top(NamedTuple):
    """A text's first lines, how its source is read, and whether navigation is cut from it."""

    text: str
    lines: Sequence[Line]
    read: timestamps.Reader
    repeats: Repeats
    cuts: bool

    def navigation(self, at: int) -> int:
        """How many lines from a place on are navigation as it stands above a title."""
        return head_lines(self.lines[at:], self.repeats) if self.cuts else 0


def find_head(text: str, source: Source, repeats: Repeats) -> Head:
    """Title, stamp and body of a text whose line ends are LF."""
    # Most texts say at once what they are: title, stamp, and a paragraph.
    head, used = _head(text, list(islice(lines_from(text, 0), _FEW_LINES)), source, repeats)
    if head.stamp is not None and used + 1 < _FEW_LINES:
        return head
    return _head(text, list(islice(lines_from(text, 0), _MOST_LINES)), source, repeats)[0]


def _head(text: str, lines: Sequence[Line], source: Source, repeats: Repeats) -> tuple[Head, int]:
    """The head of a text by its first lines, and how many of these are above its body."""
    if not lines:
        return Head(None, None, (), len(text)), 0
    read = timestamps.reader(source.date_format, source.timezone)
    top = _Top(text, lines, read, repeats, source.navigation != "off")
    first, stamp = _places(top)
    kept: tuple[Line, ...] = ()
    if stamp is None:
        title, after = _title_alone(top, first)
    else:
        title, kept = _title_above(top, first, stamp)
        after = stamp + (2 if stamp == first and title is not None else 1)
    after, below = _below(top, after, title)
    body = lines[after] if after < len(lines) else line_from(text, lines[-1].end)
    found = None if stamp is None else Stamp(lines[stamp], _readable(lines[stamp].text, top.read))
    # A line that holds both: the title is all there is above the stamp, or the stamp has no title at all.
    alone = found is None if title is not None else stamp == first
    if alone and (parted := _parted(lines[first], top.read)):
        title, found = parted
    return Head(title, found, (*kept, *below), len(text) if body is None else body.start), after


def _places(top: _Top) -> tuple[int, int | None]:
    """The places of the line that may be the title, and of the stamp."""
    lines, first = top.lines, top.navigation(0)
    stamp = _stamp_below(top, first)
    if stamp is None:
        certain = first and (says_so(lines[first - 1].text) or is_breadcrumb(lines[first - 1].text))
        if first and not certain and (len(lines) - first < 2 or ends_sentence(lines[first].text)):
            first = max(0, min(first, len(lines) - 1) - 1)  # a title and a text must be left
        return first, None
    # The line above a stamp is the title, however often the source repeats it.
    if first and stamp == first:
        first -= 1
    elif top.cuts and stamp > first + 1 and _is_section(lines[first].text, lines[first + 1].text):
        first += 1
    return first, stamp


def _stamp_below(top: _Top, first: int) -> int | None:
    """The place of the line that prints when the article appeared, near the title at `first`."""
    lines = top.lines
    if first >= len(lines):
        return None
    if first + 1 < len(lines) and is_stamp(lines[first + 1].text, top.read):
        return first + 1
    # A result such as "Persib 2-1 Persija" is a title; only a date is none.
    if is_stamp(lines[first].text, top.read):
        return first
    for at in range(first + 2, min(first + 2 + _MOST_BETWEEN, len(lines))):
        between = lines[at - 1]
        if len(between.text) > _LONGEST_TITLE or len(lines[first].text) > _LONGEST_TITLE:
            return None
        if is_stamp(lines[at].text, top.read):
            clear = all(_is_between(top, first, i) for i in range(first + 1, at))
            return at if clear or _is_full(_readable(lines[at].text, top.read), top.read) else None
    return None


def _is_between(top: _Top, first: int, at: int) -> bool:
    """Whether a line between title and stamp is certainly neither's text: the title again or on, a byline, a link."""
    line, title = top.lines[at], top.lines[first].text
    return (
        _is_again(line.text, title)
        or is_byline(line.text)
        or top.navigation(at) > 0
        or (is_adjacent(top.text, top.lines[at - 1], line) and not ends_sentence(line.text))
    )


def is_stamp(line: str, read: timestamps.Reader) -> bool:
    """Whether a line is there to print a time, readable or not."""
    if len(line) > _LONGEST_STAMP or not any(c.isdigit() for c in line) or _YEAR.fullmatch(line):
        return False
    if read(line) != timestamps.UNREADABLE:
        return True
    if (readable := _readable(line, read)) != line:
        return len(line) - len(readable) <= _LONGEST_REST
    return timestamps.looks_like_stamp(line)


def _parted(line: Line, read: timestamps.Reader) -> tuple[str, Stamp] | None:
    """The title and the stamp where one line holds both, the stamp behind a tab, a bar or a dash or in brackets."""
    match = _BEHIND.search(line.text)
    if match is None:
        return None
    printed = match["bracketed"] or match["stamp"]
    title = line.text[: match.start()].rstrip()
    return (title, Stamp(line, printed)) if title and _is_full(printed, read) else None


def _readable(line: str, read: timestamps.Reader) -> str:
    """The part of a stamp that has a certain reading, where the rest prints no number; else all of it."""
    if read(line) != timestamps.UNREADABLE:
        return line
    for parts in _ways_to_part(line):
        dated = [part for part in parts if any(c.isdigit() for c in part) and of_update(part) is None]
        if len(dated) == 1 and read(dated[0]) != timestamps.UNREADABLE:
            return dated[0]
    return line


def _ways_to_part(line: str) -> Iterator[Sequence[str]]:
    """A stamp without what may stand beside it: author, site or section behind a mark, a byline, a place."""
    yield _BARS.split(line)
    yield _PARTS.split(line)
    yield [BYLINE_BEHIND.sub("", line)]
    place = _PLACE.match(line)
    if place and not timestamps.is_day(place[1]):
        yield [line[place.end() :]]


def _is_full(printed: str, read: timestamps.Reader) -> bool:
    """Whether a printed date has a certain reading with a time of the day."""
    stamp = read(printed)
    return stamp.instant is not None or stamp.doubt == "missing-timezone"


def bottom_stamp(line: Line, source: Source) -> Stamp | None:
    """The stamp that the last line of a body is, where it is certain to be one and nothing else."""
    if not any(c.isdigit() for c in line.text) or len(line.text) > _LONGEST_STAMP:
        return None
    read = timestamps.reader(source.date_format, source.timezone)
    printed = _readable(line.text, read)
    return Stamp(line, printed) if _is_full(printed, read) and not printed.isdigit() else None


def _is_later(line: str, read: timestamps.Reader) -> bool:
    """Whether a line below the stamp is a second one, such as the time of a change: a full one, or labelled."""
    if len(line) > _LONGEST_STAMP or line.isdigit() or not any(c.isdigit() for c in line):
        return False
    changed = of_update(line)
    if changed is not None:
        return read(changed) != timestamps.UNREADABLE
    readable = _readable(line, read)
    return len(line) - len(readable) <= _LONGEST_REST and _is_full(readable, read)


def _title_above(top: _Top, first: int, stamp: int) -> tuple[str | None, tuple[Line, ...]]:
    """The title above a stamp, and the lines between them that are text."""
    if stamp == first:
        return _title_below(top, stamp), ()
    title, after = top.lines[first].text, first + 1
    block = [title]
    while after < stamp and len(block) < _MOST_TITLE_LINES and _goes_on(top, after, title):
        block.append(top.lines[after].text)
        after += 1
    title = " ".join(block) if len(" ".join(block)) <= _LONGEST_TITLE else title
    if title == block[0]:
        after = first + 1
    if len(title) > _LONGEST_TITLE:
        return None, tuple(top.lines[first:stamp])
    kept = []
    for at in range(after, stamp):
        line = top.lines[at]
        if _is_again(line.text, title):
            title = min(title, line.text, key=len)
        elif not top.navigation(at):
            kept.append(line)
    return title, tuple(kept)


def _is_section(line: str, title: str) -> bool:
    """Whether a line above a title is the name of a section: a known one, or a word in capitals above others."""
    if is_section(line):
        return True
    return line.isupper() and line.isalpha() and not title.isupper() and len(title.split()) > 2


def _title_below(top: _Top, stamp: int) -> str | None:
    """The title where it stands below the stamp: a short line apart, no sentence, above one or more."""
    if stamp + 2 >= len(top.lines):
        return None
    line, following = top.lines[stamp + 1], top.lines[stamp + 2]
    if is_adjacent(top.text, line, following) or ends_sentence(line.text) or is_list_item(line.text):
        return None
    longer = len(following.text) > 2 * len(line.text) or ends_sentence(following.text)
    return line.text if len(line.text) <= _LONGEST_BELOW and longer and not is_byline(line.text) else None


def _goes_on(top: _Top, at: int, title: str) -> bool:
    """Whether a title goes on in the next line: without a blank line between, but not with a byline or itself."""
    line = top.lines[at]
    return (
        is_adjacent(top.text, top.lines[at - 1], line)
        and not is_byline(line.text)
        and not _is_again(line.text, title)
        and not top.navigation(at)
    )


def _title_alone(top: _Top, first: int) -> tuple[str | None, int]:
    """The title of a text without a stamp, and where what is below it starts."""
    lines = top.lines
    if first >= len(lines) or not _is_title(top, first):
        return None, first
    title, after = lines[first].text, first + 1
    if after < len(lines) and _is_again(lines[after].text, title):  # a site may print it twice, never more
        title, after = min(title, lines[after].text, key=len), after + 1
    return title, after


def _is_title(top: _Top, at: int) -> bool:
    """Whether a line is a title: short, and above a blank line, repeated, or alone."""
    line = top.lines[at]
    if len(line.text) > _LONGEST_TITLE or (line.text[-1] == "." and len(line.text) > _LONGEST_BELOW):
        return False
    if at + 1 == len(top.lines) or not is_adjacent(top.text, line, top.lines[at + 1]):
        return True
    if _is_again(top.lines[at + 1].text, line.text):
        return True
    # A file without a single blank line puts each paragraph on a line, the title too.
    return _BLANK_LINE.search(top.text.strip()) is None


def _is_again(line: str, title: str) -> bool:
    """Whether a line is the title again, in other case or with the name of the site behind one of them."""
    if abs(len(line) - len(title)) > _LONGEST_PARTED:
        return False
    forms = [{text.casefold(), _bare(text).casefold()} for text in (line, title)]
    return not forms[0].isdisjoint(forms[1])


def _bare(title: str) -> str:
    suffix = suffix_of(title)
    return title[: -len(suffix[0])].rstrip() if suffix else title


def _below(top: _Top, after: int, title: str | None) -> tuple[int, tuple[Line, ...]]:
    """Where the body starts behind a title or stamp, and the bylines on the way."""
    kept: list[Line] = []
    lines, start, later = top.lines, after, 0
    while start and after < min(len(lines), start + _MOST_BELOW):
        line = lines[after]
        count = buttons(lines[after:], top.repeats) if top.cuts else 0
        if count:
            after += count
        elif not later and _is_later(line.text, top.read):
            later = after = after + 1
        elif title is not None and line.text == title:
            after += 1
        elif is_byline(line.text) and after + 1 < len(lines):
            kept.append(line)
            after += 1
        else:
            break
    return after, tuple(kept)
