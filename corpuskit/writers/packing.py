"""Packs what is written as the suffix of its file says: gzip or zstd, the same bytes for the same data."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.errors import SpecError
from corpuskit.readers.streams import compression
from corpuskit.writers.durable import Sink

# The suffixes of what is written; more are read.
PACKINGS = (".gz", ".zst")


@contextmanager
def packed(sink: Sink, path: Path) -> Iterator[Any]:
    """A writer of bytes into a sink, packed by the suffix of a path; raises SpecError where it is only read."""
    suffix = compression(path.name.removesuffix(".part"))
    if not suffix:
        yield sink
    elif suffix == ".gz":
        # No name and no time of day go into the file.
        with gzip.GzipFile("", "wb", 6, sink, mtime=0) as stream:
            yield stream
    elif suffix == ".zst":
        with pa.CompressedOutputStream(pa.PythonFile(sink, "w"), "zstd") as stream:
            yield stream
    else:
        raise SpecError(f"{suffix} is read, not written.", str(path), hint="Write .gz or .zst.")
