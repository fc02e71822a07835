"""Transforms: from the fields of a record to its fields and the edits made.

To add one: write its file with a function `(Draft, Source) -> Draft` and add one line to `TRANSFORMS`.
"""

from corpuskit.provenance import Source
from corpuskit.transforms import layout, titles
from corpuskit.transforms.drafts import Draft, Transform

__all__ = ["TRANSFORMS", "Draft", "Transform", "transforms_for"]

# In the order in which they run.
TRANSFORMS: dict[str, Transform] = {
    "layout": layout.parse_layout,
    "title-suffix": titles.cut_suffix,
}


def transforms_for(source: Source, reader: str) -> tuple[Transform, ...]:
    """The transforms that a source's records go through."""
    wanted = {"layout": reader == "text", "title-suffix": source.title_suffix is not None}
    return tuple(transform for name, transform in TRANSFORMS.items() if wanted[name])
