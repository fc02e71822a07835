"""Fingerprints of very many records in little memory: of each a 64-bit key, 128 bits that are compared, a flag."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from corpuskit.audit.prints import PRINT_BYTES, fingerprint
from corpuskit.tracing.books import Spot

_KEY = 8


def spot_key(where: Spot) -> bytes:
    """The key of a record by its place."""
    return fingerprint(*where)


@dataclass
class Fingerprints:
    """Fingerprints by keys: all are added first, then they are looked up, each marked where it was seen.

    Of a key its first 64 bits count: of ten million records two have the same with a chance of one in 300,000.
    """

    _keys: "array[int]" = field(default_factory=lambda: array("Q"))
    _prints: bytearray = field(default_factory=bytearray)
    _flags: bytearray = field(default_factory=bytearray)

    def add(self, key: bytes, value: bytes = bytes(PRINT_BYTES), *, flag: bool = False) -> None:
        """Add a fingerprint of 128 bits."""
        self._keys.append(int.from_bytes(key[:_KEY], "big"))
        self._prints += value
        self._flags.append(flag)

    def __len__(self) -> int:
        return len(self._keys)

    @cached_property
    def _order(self) -> Any:
        return np.argsort(self._numbers, kind="stable")

    @cached_property
    def _numbers(self) -> Any:
        return np.array(self._keys, np.uint64)

    @cached_property
    def _sorted(self) -> Any:
        return self._numbers[self._order]

    @cached_property
    def seen(self) -> bytearray:
        """Which were seen, in the order in which they were added."""
        return bytearray(len(self))

    def find(self, key: bytes) -> int | None:
        """The number of the first with a key, as they were added; None where there is none."""
        wanted = np.uint64(int.from_bytes(key[:_KEY], "big"))
        at = int(np.searchsorted(self._sorted, wanted))
        return int(self._order[at]) if at < len(self) and self._sorted[at] == wanted else None

    def value(self, number: int) -> bytes:
        """The fingerprint with a number."""
        return bytes(self._prints[number * PRINT_BYTES : (number + 1) * PRINT_BYTES])

    def flag(self, number: int) -> bool:
        """The flag with a number."""
        return bool(self._flags[number])

    def mark(self, number: int) -> bool:
        """Mark one as seen; tells whether it was already."""
        before, self.seen[number] = self.seen[number], 1
        return bool(before)

    def unseen(self) -> Iterable[int]:
        """The numbers of those that were not seen."""
        return (number for number, seen in enumerate(self.seen) if not seen)
