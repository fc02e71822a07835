"""What the texts of a source repeat, as guesses: navigation at either end, and the name of the site in titles."""

from collections import Counter
from collections.abc import Sequence

from corpuskit.findings import shortened
from corpuskit.proposal.guesses import Guess
from corpuskit.transforms import Repeats
from corpuskit.transforms.learning.repeats import Block
from corpuskit.transforms.learning.suffixes import suffix_of

_SHOWN_BLOCKS, _SHOWN_CHARS, _SHOWN_SUFFIXES = 5, 60, 3
_LEAST_SUFFIX, _LEAST_SUFFIX_SHARE = 3, 0.02
_LEAST_CUT, _LEAST_CUT_SHARE = 5, 0.01


def guess_navigation(repeats: Repeats, reader: str, cut: int, texts: int) -> Guess | None:
    """The navigation that a source repeats, given from how many of the sampled texts a build would cut it.

    In text files it is cut anyway, elsewhere only where that is declared.
    """
    if not repeats.blocks or cut < max(_LEAST_CUT, _LEAST_CUT_SHARE * texts):
        return None
    shown = min(len(repeats.blocks), _SHOWN_BLOCKS)
    forms = f"; {shown} of {len(repeats.blocks):,} forms" if shown < len(repeats.blocks) else ""
    what = f"it is cut from {cut:,} of {texts:,} texts; the source repeats at their ends{forms}:"
    blocks = tuple(_block(block, repeats.texts) for block in repeats.blocks[:shown])
    return Guess("navigation", "auto", what, "note" if reader == "text" else "set", blocks)


def _block(block: Block, texts: int) -> str:
    """A block in a line: which end, how often, its first and last line, and where to look."""
    first, last = (shortened(block.lines[at], _SHOWN_CHARS) for at in (0, -1))
    count = len(block.lines)
    lines = f'"{first}"' if count == 1 else f'{count} lines, "{first}" to "{last}"'
    share = f"{block.texts:,} of {texts:,} texts ({block.texts / texts:.0%})"
    return f"{block.end} of {share}: {lines}; see {', '.join(block.samples)}"


def guess_suffix(repeats: Repeats, titles: Sequence[str]) -> list[Guess]:
    """The suffix that most titles end in; what only some end in is a question."""
    if repeats.title_suffix is not None:
        count = sum(title.endswith(repeats.title_suffix) for title in titles)
        return [Guess("title_suffix", repeats.title_suffix, f"{count:,} of {len(titles):,} titles end in it")]
    found = Counter(end[0] for title in titles if (end := suffix_of(title)) is not None)
    least = max(_LEAST_SUFFIX, _LEAST_SUFFIX_SHARE * len(titles))
    often = sorted(
        ((n, suffix) for suffix, n in found.items() if n >= least), key=lambda item: (-item[0], item[1])
    )
    if not often:
        return []
    named = ", ".join(f'"{suffix}" in {n:,}' for n, suffix in often[:_SHOWN_SUFFIXES])
    what = f"of {len(titles):,} titles some end alike: {named}; if that is the name of the site, declare it"
    return [Guess("title_suffix", often[0][1], what, "ask")]
