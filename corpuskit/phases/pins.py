"""Pins a file: its size and sha256, and those of the slices that it is cut into, from one reading of it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

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
    """Read a file that is cut; the cache may know the cuts of a file of this name and content."""
    # The size tells most changes beforehand, and so that both digests are needed.
    key = caches.key_of(name, path.stat().st_size, slice_bytes)
    known = caches.find(cache, "cut", key)
    if known is not None and (whole := pin(path, tell)).sha256 == known.value["sha256"]:
        return whole._replace(slices=tuple(Slice(*each) for each in known.value["slices"]))
    digest = hashlib.sha256()
    with ThreadPoolExecutor(1) as beside:
        blocks = _shared(_blocks(path, tell), digest.update, beside)
        slices = tuple(cut_lines(blocks, slice_bytes))
    found = Pin(digest.hexdigest(), slices[-1].end if slices else 0, slices)
    caches.keep_files(cache, "cut", key, {}, {}, found._asdict())
    return found


def _blocks(path: Path, tell: Tell) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            yield block
            tell(len(block))


def _shared(
    blocks: Iterable[bytes], take: Callable[[bytes], None], beside: ThreadPoolExecutor
) -> Iterator[bytes]:
    """The blocks, each also taken in another thread meanwhile."""
    for block in blocks:
        taken = beside.submit(take, block)
        yield block
        taken.result()
