"""Prints of very many rows in little memory: of each 128 bits, sorted, so that others can be looked up among them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.digests import sorted_root

PRINT_BYTES = 16
_DIGEST_BYTES = 32

Marks = npt.NDArray[np.bool_]


def fingerprint(*values: Any) -> bytes:
    """128 bits of sha256 over values: None, bytes, numbers and strings; another value gives another fingerprint."""
    parts = []
    for value in values:
        data = value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
        parts += [b"n" if value is None else b"v", len(data).to_bytes(8, "big"), data]
    return hashlib.sha256(b"".join(parts)).digest()[:PRINT_BYTES]


class Prints:
    """Fingerprints of 128 bits, 17 bytes of memory each: all are added first, then others are looked up."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._sorted: Any = None
        self._seen: Marks = np.zeros(0, dtype=np.bool_)

    def __len__(self) -> int:
        return len(self._data) // PRINT_BYTES

    def add(self, prints: bytes) -> None:
        """Add a fingerprint, or several in a row."""
        self._data += prints

    def sort(self, *, distinct: bool = False) -> None:
        """Put them in order, each once where they shall be `distinct`; from now on they are looked up."""
        self._sorted = np.frombuffer(self._data, f"S{PRINT_BYTES}")
        self._sorted.sort()
        if distinct:
            self._data = bytearray(np.unique(self._sorted).tobytes())
            self._sorted = np.frombuffer(self._data, f"S{PRINT_BYTES}")
        self._seen = np.zeros(len(self), dtype=np.bool_)

    def match(self, prints: Sequence[bytes]) -> Marks:
        """Which of some fingerprints are among them and were not matched before: each has one partner at most."""
        at, found = self._places(prints)
        candidates = np.flatnonzero(found)
        candidates = candidates[np.unique(at[candidates], return_index=True)[1]]
        candidates = candidates[~self._seen[at[candidates]]]
        self._seen[at[candidates]] = True
        fresh = np.zeros(len(prints), dtype=np.bool_)
        fresh[candidates] = True
        return fresh

    def matched(self, prints: Sequence[bytes]) -> Marks:
        """Which of some fingerprints are among them and were matched."""
        at, found = self._places(prints)
        return found & self._seen[at] if len(self) else found

    @property
    def unmatched(self) -> int:
        """How many of them nothing was matched with."""
        return len(self) - int(self._seen.sum())

    def twice(self) -> "Prints | None":
        """Those that are there more than once, None where there are none."""
        again = self._sorted[1:][self._sorted[1:] == self._sorted[:-1]]
        if not len(again):
            return None
        found = Prints()
        found.add(again.tobytes())
        found.sort(distinct=True)
        return found

    def holds(self, prints: Sequence[bytes]) -> Marks:
        """Which of some fingerprints are among them."""
        return self._places(prints)[1]

    def _places(self, prints: Sequence[bytes]) -> tuple[Any, Marks]:
        wanted = np.frombuffer(b"".join(prints), f"S{PRINT_BYTES}")
        at = np.searchsorted(self._sorted, wanted)
        if not len(self):
            return at, np.zeros(len(wanted), dtype=np.bool_)
        at = np.minimum(at, len(self) - 1)
        return at, self._sorted[at] == wanted


def root_of(digests: Iterable[bytes]) -> str:
    """The hexadecimal Merkle root over record digests in any order, 32 bytes of memory each."""
    data = bytearray()
    for digest in digests:
        data += digest
    ordered = np.frombuffer(data, f"S{_DIGEST_BYTES}")
    ordered.sort()
    return sorted_root(_each(data))


def _each(data: bytearray) -> Iterator[bytes]:
    view = memoryview(data)
    return (bytes(view[at : at + _DIGEST_BYTES]) for at in range(0, len(data), _DIGEST_BYTES))
