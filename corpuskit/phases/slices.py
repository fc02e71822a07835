"""Where a big plain JSONL file is cut: behind lines that their own bytes choose, so that an edit moves few cuts."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpuskit.digests import line_digest


class Slice(NamedTuple):
    """A range of a file that ends behind a line: its bytes, the number of its first line, its sha256."""

    start: int
    end: int
    first_line: int
    sha256: str


def cut_lines(blocks: Iterable[bytes], most_bytes: int) -> Iterator[Slice]:
    """The slices of a file, given its bytes; their cuts hang on nothing else.

    From three quarters of `most_bytes` on a line of n bytes ends its slice with a chance of n in 1/64 of
    `most_bytes`, which its digest decides; the first line that ends beyond `most_bytes` ends it in any case.
    """
    start, offset, line, first_line = 0, 0, 1, 1
    digest, search = hashlib.sha256(), _Search(most_bytes)
    for block in blocks:
        view, begun = memoryview(block), 0
        while begun < len(block):
            found, stop = search.find(block, begun)
            digest.update(view[begun:stop])
            line += block.count(b"\n", begun, stop)
            if found:
                yield Slice(start, offset + stop, first_line, digest.hexdigest())
                start, first_line, digest, search = offset + stop, line, hashlib.sha256(), _Search(most_bytes)
            begun = stop
        offset += len(block)
    if start < offset:
        yield Slice(start, offset, first_line, digest.hexdigest())


@dataclass(slots=True)
class _Search:
    """The state of looking for the line that ends a slice: its size so far, and the line that is being read."""

    most: int
    size: int = 0
    is_open: bool = False
    length: int = 0
    mark: Any = field(default_factory=line_digest)

    def find(self, block: bytes, at: int) -> tuple[bool, int]:
        """Whether the slice ends in a block, of which the bytes before `at` are read, and where, else its end."""
        view, least = memoryview(block), self.most - self.most // 4
        while at < len(block):
            end = block.find(b"\n", at if self.is_open else at + max(0, least - self.size)) + 1
            stop = end or len(block)
            if self.is_open:
                self.mark.update(view[at:stop])
                self.length += stop - at
            self.size += stop - at
            at = stop
            if end and self._is_last_line():
                return True, at
        return False, at

    def _is_last_line(self) -> bool:
        # Lines that begin before the least size are not looked at: their digests would hang on the cut before.
        drawn = self.mark.intdigest() * max(1, self.most // 64) < self.length << 64
        chosen = (self.is_open and drawn) or self.size >= self.most
        self.is_open, self.length = True, 0
        self.mark.reset()
        return chosen
