"""The published split rule: a keyed digest of a group decides, so nothing moves when a corpus grows."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

TRAIN = "train"
# Hubs show some thirty; a field that gives each record a split of its own is not what was meant.
MAX_SPLITS = 100
_NAME = re.compile(r"[A-Za-z0-9_]+")


def is_split_name(name: object) -> bool:
    """Whether a value can name a split: letters, digits and `_`, which every loader accepts."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def split_order(name: str) -> tuple[int, str]:
    """A sort key that puts train, validation and test first, then the others by name."""
    usual = (TRAIN, "validation", "test")
    return (usual.index(name) if name in usual else len(usual), name)


def splitter(shares: Mapping[str, Fraction], salt: str) -> Callable[[bytes], str]:
    """A function from a key's UTF-8 to its split.

    u = the first 8 bytes, big-endian, of sha256(salt || 0x00 || key), as a fraction of 2^64. The splits
    other than `train` take [0, s1), [s1, s1+s2), ... in the order of their names; `train` takes the rest.
    """
    bounds = upper_bounds(shares)

    def split(key: bytes) -> str:
        u = drawn(salt, key)
        return next((name for bound, name in bounds if u < bound), TRAIN)

    return split


def upper_bounds(shares: Mapping[str, Fraction]) -> list[tuple[int, str]]:
    """Where the interval of each split other than `train` ends, in 2^-64, in the order of the intervals."""
    bounds: list[tuple[int, str]] = []
    total = Fraction(0)
    for name in sorted(shares):
        if name != TRAIN:
            total += shares[name]
            bounds.append((math.ceil(total * 2**64), name))
    return bounds


def drawn(salt: str, key: bytes) -> int:
    """The u of a key in 2^-64: the first 8 bytes, big-endian, of sha256(salt || 0x00 || key)."""
    return int.from_bytes(hashlib.sha256(salt.encode() + b"\0" + key).digest()[:8], "big")


def rule(shares: Mapping[str, Any] | None, salt: str, by: str, field: str | None) -> dict[str, Any]:
    """The rule as the manifest states it, enough for anyone to recompute each split, and each group."""
    grouped = {} if by == "text" else {"by": by}
    if field is not None:
        return {"kind": "given", "field": field, **grouped}
    if shares is None:
        return {"kind": "none", "split": TRAIN, **grouped}
    return {
        "kind": "keyed-digest",
        "by": by,
        "salt": salt,
        "shares": {name: float(share) for name, share in sorted(shares.items())},
        "u": "first 8 bytes, big-endian, of sha256(salt || 0x00 || key), as a fraction of 2^64",
        "intervals": "splits other than train take [0, s1), [s1, s1+s2), ... in the order of their names; "
        "train takes the rest",
    }
