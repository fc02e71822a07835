"""Pins a file: its size and sha256, and those of the slices that it is cut into, from one reading of it."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from os import SEEK_CUR
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit import cache as caches
from corpuskit.engines import Tell
from corpuskit.phases.slices import Slice, cut_lines

_BLOCK = 1 << 20


class Pin(NamedTuple):
    """The sha256 and size of a file as it was read, and its slices if it is one that is cut."""

    sha256: str
    bytes: int
    slices: tuple[Slice, ...] = ()


def pin(path: Path, tell: Tell) -> Pin:
    """Read a file to its end; tells the bytes of each block."""
    digest = hashlib.sha256()
    size = 0
    for block in _blocks(path, tell):
        digest.update(block)
        size += len(block)
    return Pin(digest.hexdigest(), size)


def pin_sliced(path: Path, slice_bytes: int, tell: Tell, cache: Path | None, name: str) -> Pin:
    """Read a file that is cut; as far as it begins like the last one of its name, the cache knows the cuts."""
    key = caches.key_of(name, slice_bytes)
    entry = caches.find(cache, "cut", key)
    known = [] if entry is None else [_Cut(Slice(*cut), prefix) for cut, prefix in entry.value]
    with path.open("rb", buffering=0) as file:
        same, digest, is_all = _same(file, known, tell)
        if is_all and same:
            return _pin(same)
        told, start = file.tell(), same[-1].slice.end if same else 0
        file.seek(start)
        line = known[len(same)].slice.first_line if known else 1
        with ThreadPoolExecutor(1) as beside:
            read = _Reading(file, digest, start, told, tell, beside)
            cuts = [*same, *read.cuts(slice_bytes, line)]
    caches.keep_files(cache, "cut", key, {}, {}, cuts)
    return _pin(cuts) if cuts else Pin(digest.hexdigest(), 0)


class _Cut(NamedTuple):
    """A slice, and the sha256 of the file from its begin to the end of the slice."""

    slice: Slice
    prefix: str


def _pin(cuts: Sequence[_Cut]) -> Pin:
    return Pin(cuts[-1].prefix, cuts[-1].slice.end, tuple(cut.slice for cut in cuts))


def _same(file: FileIO, known: Sequence[_Cut], tell: Tell) -> tuple[list[_Cut], Any, bool]:
    """The cuts that stand in a file, the digest of all before the last of them, whether nothing comes behind it.

    One digest of all that was read proves them: what begins with the same bytes is cut at the same places. The last
    cut that is known is where the file ended, so it stands if the file still ends there.
    """
    digest, before, same = hashlib.sha256(), hashlib.sha256(), list[_Cut]()
    for cut in known:
        before = digest.copy()
        left = cut.slice.end - cut.slice.start
        while left and (block := file.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
            tell(len(block))
        if digest.hexdigest() != cut.prefix:
            return same, before, False
        same.append(cut)
    if not file.read(1):
        return same, digest, True
    file.seek(-1, SEEK_CUR)
    return same[:-1], before, False


@dataclass(slots=True)
class _Reading:
    """The state of reading the rest of a file: `digest` is that of all before `at`; up to `told` it was told."""

    file: FileIO
    digest: Any
    at: int
    told: int
    tell: Tell
    beside: ThreadPoolExecutor
    block: bytes = b""
    before: Any = None

    def blocks(self) -> Iterator[bytes]:
        """The blocks, each also taken into the digest of the file, in another thread meanwhile."""
        while block := self.file.read(_BLOCK):
            self.block, self.before = block, self.digest.copy()
            taken = self.beside.submit(self.digest.update, block)
            yield block
            taken.result()
            self.at += len(block)
            self.tell(max(0, min(len(block), self.at - self.told)))

    def cuts(self, slice_bytes: int, line: int) -> Iterator[_Cut]:
        """The cuts of the rest, whose first line has that number."""
        start = self.at
        for found in cut_lines(self.blocks(), slice_bytes):
            end = start + found.end
            whole = self.digest
            if end > self.at:  # in the block that is at hand
                whole = self.before.copy()
                whole.update(memoryview(self.block)[: end - self.at])
            shifted = Slice(start + found.start, end, line + found.first_line - 1, found.sha256)
            yield _Cut(shifted, whole.hexdigest())


def _blocks(path: Path, tell: Tell) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            yield block
            tell(len(block))
