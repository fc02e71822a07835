"""The lines of a block, some at a time: where each ends, and how many keys the colons in it tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.readers.records import BLANK

# What is looked at several times, so much at once that it stays in the cache of a core.
_WINDOW = 512 << 10
_KEPT = 16 << 20
_LF, _QUOTE, _COLON, _BACKSLASH = ord("\n"), ord('"'), ord(":"), ord("\\")
# The bits that LF and colon share, with no byte of valid JSON outside strings but these two, and `*`.
_COMMON = np.uint8(_LF & _COLON | ~(_LF | _COLON) & 0xFF)
_IS_BLANK = np.isin(np.arange(256), list(BLANK))

Places = npt.NDArray[np.int64]


class Window(NamedTuple):
    """Whole lines of a block: the first byte of the first in the block, from there the place behind each line's LF.

    `keys` is for each line the number of keys that its colons tell, never fewer than it has, or -1.
    """

    start: int
    ends: list[int]
    keys: list[int]


@cache
def _keep_memory() -> None:
    """Have the memory of large blocks kept for the next ones; once a process, for a second time would fill it.

    When a block has been given back, glibc no longer asks the system for fresh pages for blocks up to its size
    (mallopt(3), dynamic mmap threshold). To get these pages each time was a quarter of all time here.
    """
    bytes(_KEPT)


@dataclass(slots=True)
class Windows:
    """Cuts blocks into windows."""

    _room: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(_WINDOW, np.uint8))

    def __post_init__(self) -> None:
        _keep_memory()

    def of(self, block: bytes, start: int, stop: int) -> Iterator[Window]:
        """The windows of the lines, all of them whole, between two places of a block."""
        view = memoryview(block)
        while start < stop:
            end = block.rfind(b"\n", start, min(start + _WINDOW, stop)) + 1 or block.index(b"\n", start) + 1
            data = np.frombuffer(view[start:end], np.uint8)
            places = np.flatnonzero(np.equal(np.bitwise_and(data, _COMMON, out=self._bits(end - start)), _LF))
            found = data[places]
            ends, marks = places[found == _LF] + 1, places[found == _COLON]
            yield Window(start, ends.tolist(), _key_counts(data, ends, marks))
            start = end

    def _bits(self, size: int) -> npt.NDArray[np.uint8]:
        """Room for so many bytes, the same each time: fresh memory costs more than what is done there."""
        if size > len(self._room):
            self._room = np.empty(size, np.uint8)
        return self._room[:size]


def _key_counts(data: npt.NDArray[np.uint8], ends: Places, colons: Places) -> list[int]:
    """For each line the number of keys that its colons tell: never fewer than it has, -1 where they cannot tell.

    `ends` are the places behind each line's LF. A quote inside a string is escaped: behind a single backslash it
    is certainly no end of a key. Where blanks may part a key from its colon, colons cannot tell.
    """
    before = data[colons - 1]
    quoted = colons[before == _QUOTE]
    escaped = data[quoted - 2] == _BACKSLASH
    if escaped.any():
        quoted = quoted[~(escaped & (data[quoted - 3] != _BACKSLASH))]
    counts = np.diff(np.searchsorted(quoted, ends), prepend=0)
    apart = colons[_IS_BLANK[before]]
    if len(apart):
        second = data[apart - 2]
        parted = apart[_IS_BLANK[second] | (second == _QUOTE)]
        counts[np.searchsorted(ends, parted, side="right")] = -1
    told: list[int] = counts.tolist()
    return told
