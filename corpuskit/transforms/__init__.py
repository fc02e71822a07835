"""Transforms: from the fields of a record to its fields and the edits made.

To add one: write its file with a function `(Draft, Source, Repeats) -> Draft`, add one line to `TRANSFORMS`
and its condition to `transforms_for`.
"""

from collections.abc import Callable

from corpuskit.provenance import Source
from corpuskit.transforms import doubts, layout, navigation, titles
from corpuskit.transforms.drafts import Draft, Transform
from corpuskit.transforms.learning.repeats import NOTHING, Repeats

__all__ = ["TRANSFORMS", "Draft", "Repeats", "Transform", "cuts_navigation", "only_doubts", "transforms_for"]

# In the order in which they run.
TRANSFORMS: dict[str, Transform] = {
    "layout": layout.parse_layout,
    "navigation": navigation.cut_repeated,
    "title-suffix": titles.cut_suffix,
    "doubts": doubts.note_doubts,
}


def cuts_navigation(source: Source, reader: str) -> bool:
    """Whether navigation is looked for in a source's texts: in text files unless told not to, else where told to."""
    if source.navigation_cut_from is not None or source.navigation == "auto":
        return True
    return source.navigation is None and reader == "text"


def transforms_for(
    source: Source, reader: str, repeats: Repeats = NOTHING
) -> tuple[Callable[[Draft], Draft], ...]:
    """The transforms that a source's records go through, given what its texts repeat."""
    return tuple(_applied(TRANSFORMS[name], source, repeats) for name in _wanted(source, reader))


def only_doubts(source: Source, reader: str) -> bool:
    """Whether a source's records go through no transform that may change them."""
    return _wanted(source, reader) == ["doubts"]


def _wanted(source: Source, reader: str) -> list[str]:
    is_text = reader == "text"
    cuts = cuts_navigation(source, reader)
    wanted = {
        "layout": is_text,
        "navigation": cuts and not is_text,
        "title-suffix": is_text or cuts or source.title_suffix is not None,
        "doubts": True,
    }
    return [name for name in TRANSFORMS if wanted[name]]


def _applied(transform: Transform, source: Source, repeats: Repeats) -> Callable[[Draft], Draft]:
    return lambda draft: transform(draft, source, repeats)
