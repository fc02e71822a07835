"""What a source repeats: lines that stand at the same end of many of its texts, and what its titles end in.

A line is learned from how many texts have it at that end, never from what stands in the middle of one. Digits
count as equal, so "Komentar (3)" and "© 2018" are learned once. Learning looks at a sample and is a pure
function of it.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Literal, NamedTuple

from corpuskit import timestamps
from corpuskit.transforms.lines import (
    ends_sentence,
    is_bridge,
    is_link,
    is_sign_off,
    lines_before,
    lines_from,
)
from corpuskit.transforms.words import is_breadcrumb

# How far from either end a text is looked at, in lines.
HEAD_LINES, TAIL_LINES = 10, 60
# Lines that differ from text to text, such as headlines of the day, may stand between repeated ones.
MOST_BRIDGED = 14
_FEWEST_TEXTS, _TAIL_SHARE, _HEAD_SHARE = 5, 0.03, 0.05
# A repeated line that many texts lack, while they have the repeated lines below it, ends articles, not pages.
_LEAST_RATIO = 0.25
_LEAST_AT_END = 0.75
_LONGEST_NAVIGATION = 120
# One repeated line alone is cut only where it cannot be the end of an article.
_STRONG_SHARE, _STRONG_TEXTS, _STRONG_TEXTS_SHARE = 0.5, 100, 0.05
_STRONG_LINK_TEXTS, _STRONG_LINK_SHARE = 20, 0.1
_STRONG_CHARS, _STRONG_LEAST = 30, 10
_SUFFIX_SHARE = 0.5
# A title and a stamp are no text; a source has few pages that hold nothing else.
_HEAD_OF_PAGE, _EMPTIED_SHARE = 3, 0.1
_FEW_SPELLINGS = 6
_SHOWN_SAMPLES, _SHOWN_CHARS = 3, 200
# What is kept of a text to look for the names in which titles end, and how many names are looked for.
_KEPT_CHARS, _MOST_NAMES = 4000, 200

_DIGITS = re.compile(r"\d+")
_SEPARATOR = re.compile(r"\s+[-\u2013\u2014|:\u00b7\u2022\u00bb/]+\s+|\s*\|\s*")


class Sample(NamedTuple):
    """One text of a source: its name, its title where that is known apart, and the text."""

    name: str
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together at one end of so many texts, and the names of some of these."""

    end: Literal["head", "tail"]
    lines: tuple[str, ...]
    texts: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeats:
    """What the texts of a source repeat.

    `tail` and `head` are keys of lines (see `keyed`); `strong` are those of `tail` that may be cut alone, and
    `bridges` long sentences that stand between repeated lines. `closed` counts the texts that end in such lines.
    """

    texts: int = 0
    tail: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()
    bridges: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    closed: int = 0
    title_suffix: str | None = None
    suffix_names: frozenset[str] = frozenset()
    blocks: tuple[Block, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the audit folder."""
        return {
            "texts": self.texts,
            "closed": self.closed,
            "title_suffix": self.title_suffix,
            "blocks": [
                {
                    "end": block.end,
                    "texts": block.texts,
                    "share": round(block.texts / self.texts, 4) if self.texts else 0.0,
                    "lines": list(block.lines),
                    "samples": list(block.samples),
                }
                for block in self.blocks
            ],
        }


NOTHING = Repeats()


def keyed(line: str) -> str:
    """The key of a line: itself with every run of digits as one zero."""
    return _DIGITS.sub("0", line)


class Page(NamedTuple):
    """The ends of one text as lines: from the top down, and from the bottom up."""

    name: str
    title: str | None
    head: tuple[str, ...]
    tail: tuple[str, ...]
    ends: str


def learn(samples: Iterable[Sample]) -> Repeats:
    """What the sampled texts of one source repeat; equal texts count once."""
    seen: set[bytes] = set()
    pages: list[Page] = []
    for sample in samples:
        digest = sha256(sample.text.encode()).digest()
        if digest not in seen and not seen.add(digest):  # type: ignore[func-returns-value]
            pages.append(_page(sample))
    if len(pages) < _FEWEST_TEXTS:
        return Repeats(texts=len(pages))
    tail, bridges, regions = _learn_tail(pages)
    if _empties(pages, regions):  # articles made from a template: their sentences repeat, and are text
        tail, bridges, regions = _learn_tail(pages, links_only=True)
    if _empties(pages, regions):
        tail, bridges, regions = {}, frozenset(), [()] * len(pages)
    head = _learn_head(pages)
    titles = [title for page in pages if (title := _title(page, head)) is not None]
    suffix, names = _learn_suffix(titles, pages)
    blocks = [
        *_blocks(
            pages,
            [tuple(page.tail[at] for at in places) for page, places in zip(pages, regions, strict=True)],
            "tail",
        ),
        *_blocks(pages, [tuple(line for line in page.head if keyed(line) in head) for page in pages], "head"),
    ]
    strong = frozenset(key for key, texts in tail.items() if _is_strong(key, texts, len(pages)))
    return Repeats(
        len(pages),
        frozenset(tail),
        strong,
        bridges,
        head,
        sum(map(bool, regions)),
        suffix,
        names,
        tuple(blocks),
    )


def _page(sample: Sample) -> Page:
    head = tuple(line.text for line in islice(lines_from(sample.text, 0), HEAD_LINES))
    tail = tuple(line.text for line in islice(lines_before(sample.text, 0, len(sample.text)), TAIL_LINES))
    ends = (
        sample.text
        if len(sample.text) <= 2 * _KEPT_CHARS
        else sample.text[:_KEPT_CHARS] + sample.text[-_KEPT_CHARS:]
    )
    return Page(sample.name, sample.title, head, tail, ends)


def _least(texts: int, share: float) -> int:
    return max(_FEWEST_TEXTS, round(texts * share))


def _learn_tail(
    pages: Sequence[Page], *, links_only: bool = False
) -> tuple[dict[str, int], frozenset[str], list[tuple[int, ...]]]:
    """Repeated lines with their texts, long sentences among them, and the places of repeated lines in each tail."""
    least = _least(len(pages), _TAIL_SHARE)
    keys = [tuple(map(keyed, page.tail)) for page in pages]
    present = Counter(key for page in keys for key in set(page))
    known = {
        key: n
        for key, n in present.items()
        if n >= least and not is_sign_off(key) and not (links_only and ends_sentence(key))
    }
    facts = _facts(pages, keys, known)
    at_end: Counter[str] = Counter()
    below: defaultdict[str, int] = defaultdict(int)
    for page, lines in zip(keys, pages, strict=True):
        most = 0
        for key in dict.fromkeys(page[i] for i in _walk(page, lines.tail, known)):
            at_end[key] += 1
            below[key] += most
            most = max(most, known[key])
    learned = {
        key: n
        for key, n in at_end.items()
        if n >= least
        and n >= _LEAST_AT_END * present[key]
        and n * n >= _LEAST_RATIO * below[key]
        and key not in facts
    }
    bridges = frozenset(k for k, n in learned.items() if _is_prose(k) and not _is_strong(k, n, len(pages)))
    tail = {key: n for key, n in learned.items() if key not in bridges}
    regions = [
        _region(page, lines.tail, learned, tail, len(pages)) for page, lines in zip(keys, pages, strict=True)
    ]
    return tail, bridges, regions


def _facts(
    pages: Sequence[Page], keys: Sequence[tuple[str, ...]], known: Mapping[str, int]
) -> frozenset[str]:
    """Sentences whose numbers differ from text to text: they say something, unlike "© 2018" and "9 million readers"."""
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    for page, lines in zip(keys, pages, strict=True):
        for key, line in zip(page, lines.tail, strict=True):
            if key in known and "0" in key and ends_sentence(key):
                spelled[key].add(line)
    return frozenset(k for k, lines in spelled.items() if len(lines) > max(_FEW_SPELLINGS, known[k] * 0.1))


def _walk(keys: Sequence[str], lines: Sequence[str], known: Mapping[str, int]) -> Iterator[int]:
    """The places of known lines from the bottom up, until a line that belongs to a text."""
    bridged = 0
    for at, key in enumerate(keys):
        if key in known:
            bridged = 0
            yield at
        elif is_bridge(lines[at]) and bridged < MOST_BRIDGED:
            bridged += 1
        else:
            return


def _region(
    keys: Sequence[str], lines: Sequence[str], learned: Mapping[str, int], tail: Mapping[str, int], texts: int
) -> tuple[int, ...]:
    """The places of the repeated lines of one page from the top down, empty where they are too few to be cut."""
    places = list(_walk(keys, lines, learned))
    while places and keys[places[-1]] not in tail:  # the topmost is never a sentence that only bridges
        places.pop()
    found = {keys[at] for at in places if keys[at] in tail}
    if len(found) < 2 and not any(_is_strong(key, tail[key], texts) for key in found):
        return ()
    return tuple(reversed(places))


def _empties(pages: Sequence[Page], regions: Sequence[tuple[int, ...]]) -> bool:
    """Whether cutting the regions would leave many pages without a text."""
    emptied = 0
    for page, places in zip(pages, regions, strict=True):
        left = page.tail[places[0] + 1 :] if places else page.tail
        head = 0 if page.title is not None else _HEAD_OF_PAGE
        emptied += (
            bool(places) and len(page.tail) < TAIL_LINES and len(left) <= head and all(map(is_bridge, left))
        )
    return emptied > max(2, _EMPTIED_SHARE * len(pages))


def _is_prose(key: str) -> bool:
    return len(key) > _LONGEST_NAVIGATION and (len(key) > 160 or ends_sentence(key))


def _is_strong(key: str, texts: int, of: int) -> bool:
    """Whether a repeated line is no part of an article even where it stands alone."""
    if len(key) < _STRONG_CHARS or texts < _STRONG_LEAST:
        return False
    if texts >= _STRONG_SHARE * of or (texts >= _STRONG_TEXTS and texts >= _STRONG_TEXTS_SHARE * of):
        return True
    return is_link(key) and texts >= _STRONG_LINK_TEXTS and texts >= _STRONG_LINK_SHARE * of


def _learn_head(pages: Sequence[Page]) -> frozenset[str]:
    """Lines that many texts have near the top and hardly any elsewhere: neither sentences nor dates."""
    least = _least(len(pages), _HEAD_SHARE)
    top = Counter(
        key
        for page in pages
        for key in {
            keyed(line) for line in page.head if not timestamps.looks_like_stamp(line) and not line.isdigit()
        }
    )
    rest: Counter[str] = Counter()
    for page in pages:
        near = set(page.head)
        rest.update({keyed(line) for line in page.tail if line not in near})
    return frozenset(
        key
        for key, n in top.items()
        if n >= least and 4 * rest[key] <= n and len(key) <= _LONGEST_NAVIGATION and is_link(key)
    )  # fmt: skip


def _title(page: Page, head: frozenset[str]) -> str | None:
    """The title of a page, or the first line that may be one."""
    if page.title is not None:
        return page.title
    return next((line for line in page.head if keyed(line) not in head and not is_breadcrumb(line)), None)


def suffix_of(title: str) -> tuple[str, str] | None:
    """What a title ends in behind its last separator: all of it with the separator, and the name alone."""
    match = deque(_SEPARATOR.finditer(title), maxlen=1)
    if not match or match[0].start() == 0:
        return None
    name = title[match[0].end() :].strip()
    if not 2 <= len(name) <= 40 or any(c.isdigit() for c in name) or len(name.split()) > 5:
        return None
    return title[match[0].start() :], name


def squeezed(text: str) -> str:
    """Letters and digits alone, in one case: "ANTARA News" and "Antaranews" are one name."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _learn_suffix(titles: Sequence[str], pages: Sequence[Page]) -> tuple[str | None, frozenset[str]]:
    """The suffix that most titles of a source end in, and the squeezed names of others that it names elsewhere too."""
    ends = [end for title in dict.fromkeys(titles) if (end := suffix_of(title)) is not None]
    suffixes = Counter(suffix for suffix, _ in ends)
    most = max(suffixes, key=lambda s: (suffixes[s], s), default=None)
    if most is not None and suffixes[most] < max(_FEWEST_TEXTS, _SUFFIX_SHARE * len(titles)):
        most = None
    names = Counter(squeezed(name) for _, name in ends)
    known = {name for name, n in names.items() if n > 1}
    asked = sorted(names.keys() - known)[:_MOST_NAMES]
    if asked:
        texts = [squeezed(page.ends) for page in pages]
        known.update(name for name in asked if sum(name in text for text in texts) > 2)
    return most, frozenset(known - {""})


def _cut(line: str) -> str:
    return line if len(line) <= _SHOWN_CHARS else line[:_SHOWN_CHARS] + "\u2026"


def _blocks(
    pages: Sequence[Page], regions: Sequence[tuple[str, ...]], end: Literal["head", "tail"]
) -> Iterator[Block]:
    """The blocks at one end, the most frequent first; those that differ in digits alone are one."""
    grouped: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, region in enumerate(regions):
        if region:
            grouped[tuple(map(keyed, region))].append(at)
    for _, places in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
        first = min(places, key=lambda at: pages[at].name)
        names = sorted(pages[at].name for at in places)
        yield Block(end, tuple(map(_cut, regions[first])), len(places), tuple(names[:_SHOWN_SAMPLES]))
