"""Passes over the lines of a block that are certainly valid, so that a reader need only look at the others.

A prover never says that a record is invalid: what it cannot prove goes the sure way, record by record. So it can
be exchanged for a faster one, and speed never changes a verdict.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from corpuskit.readers.records import BLANK, Line

# What is looked at several times, so much at once that it stays in the cache of a core.
_WINDOW = 512 << 10
_KEPT = 16 << 20
_LF, _QUOTE, _COLON, _BACKSLASH = ord("\n"), ord('"'), ord(":"), ord("\\")
# The bits that LF and colon share, with no byte of valid JSON outside strings but these two, and `*`.
_COMMON = np.uint8(_LF & _COLON | ~(_LF | _COLON) & 0xFF)
_IS_BLANK = np.isin(np.arange(256), list(BLANK))

Places = npt.NDArray[np.int64]


@cache
def _keep_memory() -> None:
    """Have the memory of large blocks kept for the next ones; once a process, for a second time would fill it.

    When a block has been given back, glibc no longer asks the system for fresh pages for blocks up to its size
    (mallopt(3), dynamic mmap threshold). To get these pages each time was a quarter of all time here.
    """
    bytes(_KEPT)


@dataclass(slots=True)
class LineProver:
    """Proves lines valid by parsing them fast, counting their keys, and asking for the verdict.

    `accepts` is the verdict on a parsed record. `keys` counts the keys of one that is accepted, and gives less than
    none where a number of it may be rounded, or nesting is too deep. `moved` is told the bytes of each block and
    the records proven there.
    """

    accepts: Callable[[Any], bool]
    keys: Callable[[Any], int]
    moved: Callable[[int, int], None]
    records: int = 0
    lines: int = 0
    _room: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(_WINDOW, np.uint8))

    def __post_init__(self) -> None:
        _keep_memory()

    def sift(self, block: bytes, start: int, stop: int) -> tuple[int, list[Line]]:
        """How many lines, all of them whole, stand between two places of a block, and those that are not proven.

        Blank lines are passed over without being counted.
        """
        left: list[Line] = []
        view, lines, size, before = memoryview(block), 0, stop - start, self.records
        while start < stop:
            end = block.rfind(b"\n", start, min(start + _WINDOW, stop)) + 1 or block.index(b"\n", start) + 1
            data = np.frombuffer(view[start:end], np.uint8)
            places = np.flatnonzero(np.equal(np.bitwise_and(data, _COMMON, out=self._bits(end - start)), _LF))
            found = data[places]
            ends, marks = places[found == _LF] + 1, places[found == _COLON]
            for index, first, last in self._unproven(view[start:end], ends, _key_counts(data, ends, marks)):
                left.append((lines + index, start + first, block[start + first : start + last - 1]))
            start, lines = end, lines + len(ends)
        self.moved(size, self.records - before)
        return lines, left

    def _bits(self, size: int) -> npt.NDArray[np.uint8]:
        """Room for so many bytes, the same each time: fresh memory costs more than what is done there."""
        if size > len(self._room):
            self._room = np.empty(size, np.uint8)
        return self._room[:size]

    def _unproven(
        self, window: memoryview, ends: Places, counts: list[int]
    ) -> Iterator[tuple[int, int, int]]:
        accepts, count, loads = self.accepts, self.keys, orjson.loads
        first = passed = 0
        for index, (last, keys) in enumerate(zip(ends.tolist(), counts, strict=True)):
            line, here, first = window[first:last], first, last
            try:
                value = loads(line)
            except orjson.JSONDecodeError:
                if not bytes(line).strip(BLANK):
                    continue
            else:
                if type(value) is dict and accepts(value) and count(value) == keys:
                    passed += 1
                    continue
            yield index, here, last
        self.records += passed


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
