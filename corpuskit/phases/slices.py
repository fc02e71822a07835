"""Where a big plain JSONL file is cut: behind lines that their own bytes choose, so that an edit moves few cuts."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpuskit.digests import line_digest

# So much a line counts beyond its bytes: what its record takes of memory however short it is.
_LINE_BYTES = 128
_LF = ord("\n")


class Slice(NamedTuple):
    """A range of a file that ends behind a line: its bytes, the number of its first line, its sha256."""

    start: int
    end: int
    first_line: int
    sha256: str


def cut_lines(blocks: Iterable[bytes], most_bytes: int) -> Iterator[Slice]:
    """The slices of a file, given its bytes; their cuts hang on nothing else.

    From a quarter of `most_bytes` on, a line that counts n bytes ends its slice with a chance of n in a quarter of
    `most_bytes`, which its digest decides; the first line that ends beyond `most_bytes` ends it in any case. So
    slices are of very different sizes: that lets the cuts fall on the same lines again soon behind an edit.
    A line counts its bytes and 128 more: short records are many, and a slice is bounded by both.
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
    """The state of looking for the line that ends a slice: what it counts so far, and the line that is being read.

    Lines that begin in the first quarter are passed over, also the last of them: where it begins hangs on the cut
    before.
    """

    most: int
    size: int = 0
    passed: bool = False
    open_bytes: int = 0
    open_digest: Any = field(default_factory=line_digest)

    def find(self, block: bytes, at: int) -> tuple[bool, int]:
        """Whether the slice ends in a block, of which the bytes before `at` are read, and where, else its end."""
        view, quarter = memoryview(block), self.most // 4
        while at < len(block):
            if not self.passed:
                first, at = at, self._passed(block, at)
                self.open_bytes += at - first
            end = block.find(b"\n", at) + 1
            line = view[at : end or len(block)]
            self.size += len(line) + (_LINE_BYTES if end else 0)
            at += len(line)
            if not end or self.open_bytes:
                self.open_digest.update(line)
                self.open_bytes += len(line)
            if not end:
                break
            length, digest = self._line(line)
            drawn = self.passed and digest * max(1, quarter) < (length + _LINE_BYTES) << 64
            self.passed = True
            if drawn or self.size >= self.most:
                return True, at
        return False, at

    def _passed(self, block: bytes, at: int) -> int:
        """Where in a block the first quarter ends, its end where it does not; what is before it counts from now on."""
        left = self.most // 4 - self.size
        low, high, lines = at, min(len(block), at + max(0, left)), 0
        while low < high:  # the first place before which the bytes and lines count as much as is left
            middle = (low + high) // 2
            more = lines + block.count(b"\n", low, middle)
            if middle - at + _LINE_BYTES * more < left:
                low, lines = middle + 1, more + (block[middle] == _LF)
            else:
                high = middle
        self.size += low - at + _LINE_BYTES * lines
        return low

    def _line(self, line: memoryview) -> tuple[int, int]:
        """The length and the digest of a line that ends here."""
        if not self.open_bytes:
            return len(line), line_digest(line).intdigest()
        found = self.open_bytes, self.open_digest.intdigest()
        self.open_bytes, self.open_digest = 0, line_digest()
        return found
