"""Passes over the lines of a block that are certainly valid, so that a reader need only look at the others.

A prover never says that a record is invalid: what it cannot prove goes the sure way, record by record. So it can
be exchanged for a faster one, and speed never changes a verdict.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from corpuskit.readers.records import BLANK, Line
from corpuskit.readers.windows import Window, Windows


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
    _windows: Windows = field(default_factory=Windows)

    def sift(self, block: bytes, start: int, stop: int, *_: int) -> tuple[int, list[Line]]:
        """How many lines, all of them whole, stand between two places of a block, and those that are not proven.

        Blank lines are passed over without being counted.
        """
        left: list[Line] = []
        view, lines, before = memoryview(block), 0, self.records
        for window in self._windows.of(block, start, stop):
            first = window.start
            for index, at, end in self._unproven(view[first : first + window.ends[-1]], window):
                left.append((lines + index, first + at, block[first + at : first + end - 1]))
            lines += len(window.ends)
        self.moved(stop - start, self.records - before)
        return lines, left

    def _unproven(self, data: memoryview, window: Window) -> Iterator[tuple[int, int, int]]:
        accepts, count, loads = self.accepts, self.keys, orjson.loads
        first = passed = 0
        for index, (last, keys) in enumerate(zip(window.ends, window.keys, strict=True)):
            line, here, first = data[first:last], first, last
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
