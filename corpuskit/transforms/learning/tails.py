"""Lines that a source repeats at the end of its texts: which are navigation, and which end articles.

A sign-off or a closing line is repeated too. It differs from navigation in that some texts go on without it,
straight from their last sentence to the same navigation, or end in it and have no navigation at all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from corpuskit.transforms.learning.pages import TAIL_LINES, Page, keyed
from corpuskit.transforms.lines import ends_sentence, is_bridge, is_link, is_list_item, is_sign_off
from corpuskit.transforms.words import is_appeal, is_copyright, says_so

# Lines that differ from text to text, such as headlines of the day, may stand between repeated ones.
MOST_BRIDGED = 14
_FEWEST_TEXTS, _LEAST_SHARE, _LEAST_AT_END = 5, 0.01, 0.75
_LONGEST_NAVIGATION, _LONGEST_SENTENCE = 160, 120
# One repeated line alone is cut only where it cannot be the end of an article.
_STRONG_SHARE, _STRONG_LEAST, _STRONG_CHARS = 0.5, 10, 30
_STRONG_TEXTS, _STRONG_TEXTS_SHARE, _STRONG_TEXTS_CHARS = 100, 0.05, 80
# Where no line says that it is navigation, so many texts must have one, or a block so many, each as it stands.
_SURE_SHARE, _SURE_TEXTS, ENOUGH_PLAIN = 0.25, 100, 4
# What is below a line in so many of its texts is usual; so many of the texts with that must lack the line.
_USUAL_SHARE, _LEAST_WITHOUT, _LEAST_ALONE = 0.9, 0.1, 0.1
_ROUNDS = 8
_LEAST_OPENING = 0.02
# Numbers that are spelled in more ways than this, and than a tenth of the texts, are facts.
_FEW_SPELLINGS, _FACTS_SHARE = 6, 0.1
# A title and a stamp are no text; a source has few pages that hold nothing else.
_HEAD_OF_PAGE, _EMPTIED_SHARE = 2, 0.1

Region = tuple[int, ...]


class Tails(NamedTuple):
    """What the texts of a source repeat at their end, by keys of lines.

    `lines` are navigation; `strong` are those of them that may be cut alone, `sure` those that make a block
    navigation although none of its lines says so; `plain` are links without numbers that change, of which
    several do that too; `openers` are those with which it begins. `bridges` are long sentences that stand
    between such lines, `closings` lines that end articles.
    """

    lines: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    bridges: frozenset[str] = frozenset()
    closings: frozenset[str] = frozenset()


NO_TAILS = Tails()


class _Tail(NamedTuple):
    """The last lines of one page, from the bottom up, and their keys."""

    lines: tuple[str, ...]
    keys: tuple[str, ...]


def learn_tails(pages: Sequence[Page]) -> tuple[Tails, list[Region]]:
    """What pages repeat at their end, and for each page the places of such lines in its tail, from the top down."""
    for links_only in (False, True):
        tails, regions = _learn(pages, links_only=links_only)
        if not _empties(pages, regions):
            return tails, regions
        # Articles made from a template: their sentences repeat, and are text.
    return NO_TAILS, [()] * len(pages)


def _learn(pages: Sequence[Page], *, links_only: bool) -> tuple[Tails, list[Region]]:
    all_tails = [_Tail(page.tail, tuple(map(keyed, page.tail))) for page in pages]
    present = Counter(key for tail in all_tails for key in set(tail.keys))
    least = max(_FEWEST_TEXTS, round(len(pages) * _LEAST_SHARE))
    known = {
        key: n
        for key, n in present.items()
        if n >= least and not is_sign_off(key) and not (links_only and ends_sentence(key))
    }
    facts = _facts(all_tails, known)
    known = {key: n for key, n in known.items() if key not in facts or not ends_sentence(key)}
    at_end = Counter(key for tail in all_tails for key in {tail.keys[at] for at in _walk(tail, known)})
    learned = {key: n for key, n in at_end.items() if n >= least and n >= _LEAST_AT_END * present[key]}
    sure = {key for key, n in learned.items() if _is_sure(key, n, len(pages)) and key not in facts}
    strong = {key for key, n in learned.items() if _is_strong(key, n, len(pages))}
    closings: set[str] = set()
    for _ in range(_ROUNDS):
        ending = _closings(all_tails, learned)
        if not ending:
            break
        closings |= ending
        learned = {key: n for key, n in learned.items() if key not in ending}
    bridges = {key for key in learned if _is_prose(key) and key not in strong}
    lines = learned.keys() - bridges
    plain = {key for key in lines - facts if is_link(key) and not is_list_item(key)}
    openers = _openers(all_tails, lines)
    tails = Tails(*map(frozenset, (lines, strong & lines, sure & lines, plain, openers, bridges, closings)))
    return tails, [_region(tail, tails) for tail in all_tails]


def _openers(tails: Iterable[_Tail], lines: Set[str]) -> set[str]:
    """Lines that are the topmost of some navigation, and not in a single text alone.

    A headline that stands in the lists of other texts is repeated, and may well be text above them.
    """
    tops: Counter[str] = Counter()
    having: Counter[str] = Counter()
    for tail in tails:
        region = [tail.keys[at] for at in _walk(tail, lines)]
        having.update(set(region))
        tops.update(region[-1:])
    return {key for key, n in tops.items() if n >= max(2, _LEAST_OPENING * having[key])}


def _facts(tails: Iterable[_Tail], known: Mapping[str, int]) -> set[str]:
    """Lines whose numbers differ from text to text, unlike those of "© 2018" and "9 million readers"."""
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    for tail in tails:
        for key, line in zip(tail.keys, tail.lines, strict=True):
            if key in known and "0" in key:
                spelled[key].add(line)
    return {k for k, lines in spelled.items() if len(lines) > max(_FEW_SPELLINGS, known[k] * _FACTS_SHARE)}


def _walk(tail: _Tail, known: Mapping[str, int] | Set[str]) -> Iterator[int]:
    """The places of known lines from the bottom up, until a line that belongs to a text."""
    bridged = 0
    for at, key in enumerate(tail.keys):
        if key in known:
            bridged = 0
            yield at
        elif is_bridge(tail.lines[at]) and bridged < MOST_BRIDGED:
            bridged += 1
        else:
            return


def _closings(tails: Sequence[_Tail], learned: Mapping[str, int]) -> set[str]:
    """Learned lines that end articles, among those with nothing above them that says that it is navigation.

    Of the texts that go on as those with such a line do, a part lacks it; or they go on in other ways each
    time; or some end in it, while navigation follows it in others.
    """
    having: defaultdict[str, set[int]] = defaultdict(set)
    # For each line, the texts in which it is above all that says that it is navigation, and what that is.
    on_top: defaultdict[str, dict[int, list[str]]] = defaultdict(dict)
    for number, tail in enumerate(tails):
        region = [tail.keys[at] for at in _walk(tail, learned)]
        said = next((at for at in range(len(region), 0, -1) if says_so(region[at - 1])), 0)
        for at, key in enumerate(region):
            having[key].add(number)
            if at >= said:
                on_top[key][number] = region[:said]
    return {
        key
        for key, below in on_top.items()
        if not is_appeal(key) and 2 * len(below) > len(having[key]) and _is_closing(key, below, having)
    }


def _is_closing(key: str, below: Mapping[int, Sequence[str]], having: Mapping[str, set[int]]) -> bool:
    """Whether a line ends articles; `below` is what follows it in each text, `having` are the texts with a line."""
    followed = [keys for keys in below.values() if keys]
    if not followed:
        return False
    if len(below) - len(followed) >= max(2, _LEAST_ALONE * len(below)):
        return True
    counts = Counter(each for keys in followed for each in set(keys))
    usual = [each for each, n in counts.items() if n >= _USUAL_SHARE * len(followed)]
    if not usual:
        return True
    without = len(set.intersection(*(having[each] for each in usual)) - having[key])
    return without >= _LEAST_WITHOUT * (without + len(followed))


def _region(tail: _Tail, tails: Tails) -> Region:
    """The places of the repeated lines of one page from the top down, empty where they are too few to be cut."""
    places = list(_walk(tail, tails.lines | tails.bridges))
    while places and tail.keys[places[-1]] not in tails.openers and not says_so(tail.lines[places[-1]]):
        places.pop()  # the topmost is no sentence that only bridges, and no headline of a list
    found = {tail.keys[at] for at in places} & tails.lines
    if not found & tails.strong and not any(is_copyright(tail.lines[at]) for at in places):
        evident = (
            any(key in tails.sure or says_so(key) for key in found)
            or len(found & tails.plain) >= ENOUGH_PLAIN
        )
        if len(found) < 2 or not evident:
            return ()
    return tuple(reversed(places))


def _empties(pages: Sequence[Page], regions: Sequence[Region]) -> bool:
    """Whether cutting the regions would leave many pages without a text."""
    emptied = 0
    for page, places in zip(pages, regions, strict=True):
        if places and len(page.tail) < TAIL_LINES:
            left = page.tail[places[0] + 1 :]
            head = 0 if page.title is not None else _HEAD_OF_PAGE
            emptied += len(left) <= head and all(map(is_bridge, left))
    return emptied > max(2, _EMPTIED_SHARE * len(pages))


def _is_prose(key: str) -> bool:
    return len(key) > _LONGEST_NAVIGATION or (len(key) > _LONGEST_SENTENCE and ends_sentence(key))


def _is_sure(key: str, texts: int, of: int) -> bool:
    """Whether so many texts have a line that it makes a block navigation although none of its lines says so."""
    return is_link(key) and (texts >= _SURE_SHARE * of or texts >= _SURE_TEXTS)


def _is_strong(key: str, texts: int, of: int) -> bool:
    """Whether a repeated line is no part of an article even where it stands alone."""
    if texts >= _STRONG_SHARE * of:
        return texts >= _STRONG_LEAST and len(key) >= _STRONG_CHARS
    return texts >= max(_STRONG_TEXTS, _STRONG_TEXTS_SHARE * of) and len(key) >= _STRONG_TEXTS_CHARS
