"""The card that is sent: the release's keys and blocks in the card that lies there, and what changes of its YAML."""

import json
from collections.abc import Iterator
from typing import Any

from corpuskit.card import foreign_head, front_matter, merge_card
from corpuskit.card.obsolete import without_keys
from corpuskit.errors import InputError
from corpuskit.hub.publishing.plan import KeyChange
from corpuskit.manifest import broken_rules


def merged_card(theirs: bytes | None, earlier: bytes | None, ours: str) -> tuple[str, str | None]:
    """The card to be sent, and why it cannot be merged with theirs; then it is ours, and must not be sent.

    `earlier` is the manifest.json that lies there: keys that its release wrote, and this one has not, go.
    """
    try:
        card = (theirs or b"").decode()
        return merge_card(without_keys(card, _obsolete(card, earlier, ours)), ours), None
    except UnicodeDecodeError:
        return ours, "it is not UTF-8"
    except InputError as error:
        return ours, error.cause.rstrip(".")


def _obsolete(theirs: str, earlier: bytes | None, ours: str) -> set[str]:
    """The keys of a card that an earlier release wrote as they stand there, and that ours has no more."""
    try:
        manifest = json.loads(earlier or b"{}")
        wrote = front_matter(manifest) if not broken_rules(manifest) else {}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()  # nobody's manifest, or one of a version to come
    found, kept = _head(theirs), _head(ours)
    return {key for key, value in wrote.items() if key not in kept and found.get(key) == value}


def key_changes(theirs: bytes | None, merged: str) -> Iterator[KeyChange]:
    """The YAML keys in which two cards differ; a head that cannot be read has none."""
    before, after = _head((theirs or b"").decode(errors="replace")), _head(merged)
    for key in [*after, *(key for key in before if key not in after)]:
        if key not in before:
            yield KeyChange("add", key, None, after[key])
        elif key not in after:
            yield KeyChange("delete", key, before[key], None)
        elif before[key] != after[key]:
            yield KeyChange("change", key, before[key], after[key])


def _head(card: str) -> dict[str, Any]:
    try:
        return foreign_head(card)
    except ValueError:
        return {}
