"""A file that is written once, counted and hashed as it goes, and durable at its end."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple


class Written(NamedTuple):
    """What a writer wrote: rows, bytes, and the hexadecimal sha256 of the file, empty where nobody asked for it."""

    rows: int
    bytes: int
    sha256: str


class Sink:
    """The open file: what Arrow or a compressor writes goes through it."""

    def __init__(self, file: Any, *, hashed: bool = True) -> None:
        self._file = file
        self._digest = hashlib.sha256() if hashed else None
        self.bytes = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Write bytes."""
        view = memoryview(data).cast("B")
        self._file.write(view)
        if self._digest is not None:
            self._digest.update(view)
        self.bytes += len(view)
        return len(view)

    def flush(self) -> None:
        """Nothing to do: what is written is made durable at the end."""

    def close(self) -> None:
        """Take no more; the file itself is closed by who opened it."""
        self.closed = True

    def tell(self) -> int:
        """The bytes so far."""
        return self.bytes

    def written(self, rows: int) -> Written:
        """The account of a file that is complete."""
        return Written(rows, self.bytes, self._digest.hexdigest() if self._digest is not None else "")


@contextmanager
def durable(path: Path, *, hashed: bool = True) -> Iterator[Sink]:
    """The sink of a new file, on the disk when the block ends without an error."""
    with path.open("wb") as file:
        yield Sink(file, hashed=hashed)
        file.flush()
        os.fsync(file.fileno())
