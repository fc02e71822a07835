"""The card that is sent: the release's keys and blocks in the card that lies there, and what changes of its YAML."""

from collections.abc import Iterator
from typing import Any

from corpuskit.card import foreign_head, merge_card
from corpuskit.errors import InputError
from corpuskit.hub.publishing.plan import KeyChange


def merged_card(theirs: bytes | None, ours: str) -> tuple[str, str | None]:
    """The card to be sent, and why it cannot be merged with theirs; then it is ours, and must not be sent."""
    try:
        return merge_card((theirs or b"").decode(), ours), None
    except UnicodeDecodeError:
        return ours, "it is not UTF-8"
    except InputError as error:
        return ours, error.cause.rstrip(".")


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
