"""Readers: one file a format, from a slice of input to located raw records.

To add one: write its file with a `read` function and add one line to `READERS`.
"""

from pathlib import PurePosixPath

from corpuskit.readers import csv_file, json_file, jsonl, parquet_file, streams, text
from corpuskit.readers.records import Edit, Piece, Problem, Reader, Record, described

__all__ = [
    "READERS",
    "SUFFIXES",
    "UNTYPED",
    "Edit",
    "Piece",
    "Problem",
    "Reader",
    "Record",
    "described",
    "reader_for",
    "stem",
]

READERS: dict[str, Reader] = {
    "text": text.read,
    "jsonl": jsonl.read,
    "json": json_file.read,
    "csv": csv_file.read,
    "tsv": csv_file.read_tsv,
    "parquet": parquet_file.read,
}

# Readers of files without types: every field is a string, or None where nothing stands.
UNTYPED = frozenset({"csv", "tsv"})

SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


def _plain(name: str) -> str:
    """The file name without its compression suffix."""
    suffix = streams.compression(name)
    return name[: -len(suffix)] if suffix else name


def reader_for(name: str) -> str | None:
    """The reader that a file name's suffix stands for, None for no reader."""
    return SUFFIXES.get(PurePosixPath(_plain(name)).suffix.lower())


def stem(name: str) -> str:
    """A `/`-separated path without its suffix, before that of a compression."""
    path = PurePosixPath(_plain(name))
    return str(path.with_suffix("")) if path.suffix else str(path)
