"""Lines that a source repeats at the top of its texts: above the title, or right below the timestamp."""

from collections import Counter
from collections.abc import Iterator, Sequence

from corpuskit import timestamps
from corpuskit.transforms.learning.pages import Page, keyed
from corpuskit.transforms.lines import is_link
from corpuskit.transforms.words import is_breadcrumb, is_buttons

_FEWEST_TEXTS, _LEAST_SHARE, _MOST_ELSEWHERE = 5, 0.05, 0.25
_LONGEST = 120


def learn_tops(pages: Sequence[Page]) -> frozenset[str]:
    """The keys of lines that many texts have at the top and hardly any elsewhere: neither sentences nor dates."""
    least = max(_FEWEST_TEXTS, round(len(pages) * _LEAST_SHARE))
    anywhere = Counter(key for page in pages for key in {keyed(line) for line in (*page.head, *page.tail)})
    known = {key for key, n in anywhere.items() if n >= least and len(key) <= _LONGEST and is_link(key)}
    top = Counter(key for page in pages for key in {keyed(line) for line in top_lines(page, known)})
    return frozenset(k for k, n in top.items() if n >= least and anywhere[k] - n <= _MOST_ELSEWHERE * n)


def top_lines(page: Page, known: set[str] | None = None) -> Iterator[str]:
    """The first lines of a page that may be navigation: until its title, and again behind its stamp."""
    going = True
    for line in page.head:
        if timestamps.looks_like_stamp(line) or line.isdigit():
            going = True
        elif going and (known is None or keyed(line) in known):
            yield line
        elif not (going and (is_breadcrumb(line) or is_buttons(line))):
            going = False
