"""The card that is sent: the release's, in which what others wrote into the target's card stays."""

import re
from collections.abc import Iterator
from typing import Any

from corpuskit.card import cut_card, foreign_head
from corpuskit.card.front_matter import dump
from corpuskit.hub.publishing.plan import KeyChange

# What `corpuskit.card.front_matter` may write: of these a card that lacks one has none, whatever lies there.
_OURS = frozenset({
    "pretty_name", "license", "license_name", "license_link", "language", "language_details", "size_categories",
    "task_categories", "tags", "configs", "dataset_info",
})  # fmt: skip
_BLOCK = re.compile(r"<!-- corpuskit:(?P<name>[a-z-]+) -->\n.*?<!-- /corpuskit:(?P=name) -->", re.DOTALL)


def merge_card(theirs: str, ours: str) -> str:
    """Our card with the YAML keys of another that are not ours, and with their text around our marked blocks.

    Their text stays where it holds every block of ours; otherwise ours takes its place. Raises ValueError where their
    YAML head cannot be read.
    """
    foreign = {key: value for key, value in _head(theirs).items() if key not in _OURS}
    our_body = cut_card(ours)[1]
    body = _merged_body(theirs, our_body)
    return dump(foreign_head(ours) | foreign) + body if foreign or body != our_body else ours


def _merged_body(theirs: str, ours: str) -> str:
    """The body of their card with our blocks brought up to date, or ours where it lacks any of them."""
    blocks = {match["name"]: match[0] for match in _BLOCK.finditer(ours)}
    body = _body(theirs)
    found = {match["name"] for match in _BLOCK.finditer(body)}
    if not blocks or not blocks.keys() <= found:
        return ours
    return _BLOCK.sub(lambda match: blocks.get(match["name"], match[0]), body)


def loses_prose(theirs: str, merged: str) -> bool:
    """Whether words that somebody else wrote into a card are not in the merged one."""
    left = _BLOCK.sub("", _body(theirs)).split("\n")
    kept = set(_body(merged).split("\n"))
    return any(line.strip() and line not in kept for line in left)


def key_changes(theirs: str, merged: str) -> Iterator[KeyChange]:
    """The YAML keys in which two cards differ; a head that cannot be read has none."""
    before, after = _head(theirs), _head(merged)
    for key in [*after, *(key for key in before if key not in after)]:
        if key not in before:
            yield KeyChange("add", key, None, after[key])
        elif key not in after:
            yield KeyChange("delete", key, before[key], None)
        elif before[key] != after[key]:
            yield KeyChange("change", key, before[key], after[key])


def _head(card: str) -> dict[str, Any]:
    return foreign_head(card) if card.lstrip("\ufeff").startswith("---") else {}


def _body(card: str) -> str:
    return cut_card(card)[1] if card.lstrip("\ufeff").startswith("---") else card
