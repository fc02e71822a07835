"""What a source repeats: lines that stand at the same end of many of its texts, and what its titles end in.

A line is learned from how many texts have it at that end, never from what stands in the middle of one. Digits
count as equal, so "Komentar (3)" and "© 2018" are learned once. Learning looks at a sample and is a pure
function of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from corpuskit.findings import shortened
from corpuskit.transforms.learning.pages import Page, keyed, page_of
from corpuskit.transforms.learning.suffixes import learn_suffix
from corpuskit.transforms.learning.tails import NO_TAILS, Tails, learn_tails
from corpuskit.transforms.learning.tops import learn_tops, top_lines
from corpuskit.transforms.words import is_breadcrumb

FEWEST_TEXTS = 5
_SHOWN_SAMPLES, _SHOWN_CHARS = 3, 200


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
    """What the texts of a source repeat: lines at the bottom (`tails`) and at the top, by their keys.

    `closed` counts the texts that end in navigation.
    """

    texts: int = 0
    tails: Tails = NO_TAILS
    head: frozenset[str] = frozenset()
    closed: int = 0
    title_suffix: str | None = None
    suffix_names: frozenset[str] = frozenset()
    blocks: tuple[Block, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the audit folder: blocks for people to read, and all lines that decide what is cut."""
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
            "lines": {name: sorted(keys) for name, keys in self._keys().items()},
        }

    def _keys(self) -> dict[str, frozenset[str]]:
        return {**self.tails._asdict(), "head": self.head, "suffix_names": self.suffix_names}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Repeats":
        """What the JSON of the audit folder tells, all but the blocks; raises KeyError where it lacks lines."""
        keys = {name: frozenset(lines) for name, lines in told["lines"].items()}
        tails = Tails(**{name: keys[name] for name in Tails._fields})
        return cls(
            told["texts"], tails, keys["head"], told["closed"], told["title_suffix"], keys["suffix_names"]
        )


NOTHING = Repeats()


def learn(samples: Iterable[Sample]) -> Repeats:
    """What the sampled texts of one source repeat; equal texts count once."""
    seen: set[bytes] = set()
    pages: list[Page] = []
    for sample in samples:
        digest = sha256(sample.text.encode()).digest()
        if digest not in seen:
            seen.add(digest)
            pages.append(page_of(*sample))
    if len(pages) < FEWEST_TEXTS:
        return Repeats(texts=len(pages))
    tails, regions = learn_tails(pages)
    head = learn_tops(pages)
    titles = [title for page in pages if (title := _title(page, head)) is not None]
    suffix, names = learn_suffix(titles, [page.ends for page in pages])
    closed = [tuple(page.tail[at] for at in places) for page, places in zip(pages, regions, strict=True)]
    opened = [tuple(line for line in top_lines(page) if keyed(line) in head) for page in pages]
    blocks = (*_blocks(pages, closed, "tail"), *_blocks(pages, opened, "head"))
    return Repeats(len(pages), tails, head, sum(map(bool, closed)), suffix, names, blocks)


def _title(page: Page, head: frozenset[str]) -> str | None:
    """The title of a page, or the first line that may be one."""
    if page.title is not None:
        return page.title
    return next((line for line in page.head if keyed(line) not in head and not is_breadcrumb(line)), None)


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
        yield Block(
            end,
            tuple(shortened(line, _SHOWN_CHARS) for line in regions[first]),
            len(places),
            tuple(names[:_SHOWN_SAMPLES]),
        )
