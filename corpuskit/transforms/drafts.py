"""What transforms take and give: the fields so far, the edits made, what was noticed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from corpuskit.provenance import Source
from corpuskit.readers.records import Edit, Problem
from corpuskit.transforms.learning.repeats import Repeats


class Draft(NamedTuple):
    """The fields of an article on the way, with every edit and note so far.

    `aside` are input fields whose names belong to other values of the article: they go to `extra`.
    """

    fields: dict[str, Any]
    aside: dict[str, Any]
    edits: tuple[Edit, ...]
    notes: tuple[Problem, ...]


# What the source repeats comes third, empty where nothing was learned.
Transform = Callable[[Draft, Source, Repeats], Draft]
