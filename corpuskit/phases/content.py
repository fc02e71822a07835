"""The content id: a Merkle root over the sorted digests of all kept records, however many they are."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpuskit.digests import sorted_root
from corpuskit.phases.index import Index
from corpuskit.phases.parts import Part

Digests = npt.NDArray[np.uint8]

# More digests than this are sorted by their first byte first, in files.
_IN_MEMORY = 250_000


def content_id(index: Index, parts: Sequence[Part], folder: Path) -> str:
    """The content id of a release, independent of order and sharding; many digests are sorted in the folder."""
    if len(index.fate) <= _IN_MEMORY:
        return sorted_root(_ordered(list(index.record_digests(parts))))
    return sorted_root(_spilled(index.record_digests(parts), folder))


def _spilled(chunks: Iterable[Digests], folder: Path) -> Iterator[bytes]:
    """Digests in ascending order, by way of a file for each first byte."""
    folder.mkdir(parents=True)
    paths = [folder / f"{byte:02x}" for byte in range(256)]
    with ExitStack() as opened:
        files = [opened.enter_context(path.open("wb")) for path in paths]
        for chunk in chunks:
            ordered = chunk[np.argsort(chunk[:, 0], kind="stable")]
            ends = np.searchsorted(ordered[:, 0], np.arange(1, 257))
            for file, own in zip(files, np.split(ordered, ends[:-1]), strict=True):
                file.write(own.tobytes())
    for path in paths:
        yield from _ordered([np.fromfile(path, np.uint8).reshape(-1, 32)])
        path.unlink()


def _ordered(chunks: Sequence[Digests]) -> Iterator[bytes]:
    """Digests in ascending order."""
    digests = np.concatenate([np.zeros((0, 32), dtype=np.uint8), *chunks])
    words = np.ascontiguousarray(digests).view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0])
    first = words[order, 0]
    if (first[1:] == first[:-1]).any():  # hardly ever: then all of them decides
        order = np.lexsort(tuple(words[:, i] for i in (3, 2, 1, 0)))
    data = digests[order].tobytes()
    return (data[at : at + 32] for at in range(0, len(data), 32))
