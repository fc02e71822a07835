"""The YAML head of a card that anybody wrote, as plain values: what it costs to read is bounded."""

import math
from collections.abc import Mapping
from typing import Any

import yaml

from corpuskit.card.front_matter import cut_card

_MAX_BYTES, _MAX_DEPTH, _MAX_BITS = 256 * 1024, 50, 1024


def foreign_head(text: str) -> dict[str, Any]:
    """The head of a card as values that JSON has; raises ValueError where it is none, or goes beyond bounds.

    Aliases are refused: a few lines of them stand for more values than any memory holds.
    """
    return read_head(cut_card(text)[0])


def read_head(source: str, *, empty: bool = False) -> dict[str, Any]:
    """The values in the YAML source of a head, as `foreign_head` gives them; `empty` takes none for no keys."""
    if len(source.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise ValueError(f"the YAML head has more than {_MAX_BYTES:,} bytes")
    try:
        _check_events(source)
        head = yaml.safe_load(source)
        if head is None and empty:
            return {}
        if not isinstance(head, dict):
            raise ValueError("the YAML head is no mapping")
        values: dict[str, Any] = _plain(head)
    except (yaml.YAMLError, ArithmeticError, ValueError) as error:
        cause = str(error).partition("\n")[0]
        known = cause.startswith("the YAML head")
        raise ValueError(cause if known else f"the YAML head cannot be read: {cause}") from error
    return values


def _check_events(source: str) -> None:
    """Raise ValueError where YAML uses aliases or nests too deep, before anything is made of it."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("the YAML head uses aliases (`*name`)")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"the YAML head is nested more than {_MAX_DEPTH} deep")


def _plain(value: Any) -> Any:
    """A value that YAML gave as one that JSON has: dates and numbers that are none as text."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, set):
        return sorted((_plain(each) for each in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_BITS else f"{value:#x}"
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()
