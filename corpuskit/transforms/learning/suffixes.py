"""The name of the site at the end of titles: what most end in is a suffix, what some end in may be one."""

import re
from collections import Counter, deque
from collections.abc import Sequence

_FEWEST_TITLES, _SUFFIX_SHARE = 5, 0.5
_MOST_NAMES, _LONGEST_TITLE = 200, 300
_SEPARATOR = re.compile(r"\s+[-\u2013\u2014|:\u00b7\u2022\u00bb/]+\s+|\s*\|\s*")


def suffix_of(title: str) -> tuple[str, str] | None:
    """What a title ends in behind its last separator: all of it with the separator, and the name alone."""
    if len(title) > _LONGEST_TITLE:
        return None
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


def learn_suffix(titles: Sequence[str], texts: Sequence[str]) -> tuple[str | None, frozenset[str]]:
    """The suffix that most titles of a source end in, and the squeezed names of others that it names elsewhere too."""
    ends = [end for title in dict.fromkeys(titles) if (end := suffix_of(title)) is not None]
    suffixes = Counter(suffix for suffix, _ in ends)
    most = max(suffixes, key=lambda s: (suffixes[s], s), default=None)
    if most is not None and suffixes[most] < max(_FEWEST_TITLES, _SUFFIX_SHARE * len(titles)):
        most = None
    names = Counter(squeezed(name) for _, name in ends)
    known = {name for name, n in names.items() if n > 1}
    asked = sorted(names.keys() - known)[:_MOST_NAMES]
    if asked:
        bare = [squeezed(text) for text in texts]
        known.update(name for name in asked if sum(name in text for text in bare) > 2)
    return most, frozenset(known - {""})
