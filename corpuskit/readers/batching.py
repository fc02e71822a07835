"""Parses the lines of a block together, so that what follows can be done column by column."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from corpuskit.readers.records import BLANK, Line
from corpuskit.readers.windows import Window, Windows


class Parsed(NamedTuple):
    """Lines that are objects of the dialect: number and first byte of each, its bytes without line end, its fields."""

    numbers: list[int]
    offsets: list[int]
    raws: list[bytes]
    fields: list[dict[str, Any]]


@dataclass(slots=True)
class LineBatcher:
    """Hands over parsed lines in batches; the reader looks only at those that are not taken.

    `keys` counts the keys of a record, and gives less than none where a number of it may be rounded, or nesting is
    too deep. `begin` is called before each block that is sifted, `take` with each batch of it: it
    gives the indices of those that it does not take.
    """

    keys: Callable[[Any], int]
    begin: Callable[[], None]
    take: Callable[[Parsed], Collection[int]]
    records: int = 0
    lines: int = 0
    _windows: Windows = field(default_factory=Windows)

    def sift(self, block: bytes, start: int, stop: int, number: int, offset: int) -> tuple[int, list[Line]]:
        """How many lines, all of them whole, stand between two places of a block, and those that are not taken.

        Blank lines are passed over without being counted.
        """
        self.begin()
        left: list[Line] = []
        lines = 0
        for window in self._windows.of(block, start, stop):
            batch = Parsed([], [], [], [])
            for index, at, raw in self._unparsed(block, window, number + lines, offset, batch):
                left.append((lines + index, at, raw))
            if batch.raws:
                refused = self.take(batch)
                self.records += len(batch.raws) - len(refused)
                left += [_line(block, batch.numbers[i] - number, batch.offsets[i] - offset) for i in refused]
            lines += len(window.ends)
        left.sort()
        return lines, left

    def _unparsed(
        self, block: bytes, window: Window, number: int, offset: int, batch: Parsed
    ) -> list[tuple[int, int, bytes]]:
        """Parse the lines of a window into a batch; gives those that are no objects of the dialect."""
        count, loads, left, first = self.keys, orjson.loads, [], window.start
        for index, (end, keys) in enumerate(zip(window.ends, window.keys, strict=True)):
            here, first = first, window.start + end
            raw = block[here : first - 1]
            try:
                value = loads(raw)
            except orjson.JSONDecodeError:
                if raw.strip(BLANK):
                    left.append((index, here, raw))
                continue
            if type(value) is not dict or count(value) != keys:
                left.append((index, here, raw))
                continue
            batch.numbers.append(number + index)
            batch.offsets.append(offset + here)
            batch.raws.append(raw[:-1] if raw.endswith(b"\r") else raw)
            batch.fields.append(value)
        return left


def _line(block: bytes, index: int, at: int) -> Line:
    """A line of a block as it stands there."""
    return index, at, block[at : block.index(b"\n", at)]
