"""The shape of a column as plain data, from which Arrow types, hub features and digests are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["string", "integer", "number", "boolean", "instant", "json", "list", "object"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What one column or nested value holds.

    `instant` is a UTC time, in Python int microseconds since 1970-01-01T00:00:00Z; `json` is any value,
    stored as compact JSON text; `list` has an `item`, `object` has `members` in schema order.
    """

    kind: Kind
    item: "Shape | None" = None
    members: Mapping[str, "Shape"] = field(default_factory=dict)
