"""Readers: one file a format, from a slice of input to located raw records.

To add one: write its file with a `read` function and add one line to `READERS`.
"""

from pathlib import PurePosixPath

from corpuskit.readers import json_file, jsonl, streams, text
from corpuskit.readers.records import Edit, Piece, Problem, Reader, Record, described

__all__ = [
    "READERS",
    "SUFFIXES",
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
}

SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
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
