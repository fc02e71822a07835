"""The forms that rows are converted between, by the suffixes of their files."""

from pathlib import PurePath
from typing import NamedTuple

from corpuskit.readers import streams


class Form(NamedTuple):
    """A form of rows: its title, the column of the table of types that says what it holds, and its suffix."""

    title: str
    cells: str | None
    suffix: str


FORMS = {
    "parquet": Form("Parquet", "parquet", ".parquet"),
    "arrow": Form("Arrow", None, ".arrow"),
    "jsonl": Form("JSON Lines", "json", ".jsonl"),
    "csv": Form("CSV", "csv", ".csv"),
    "tsv": Form("TSV", "csv", ".tsv"),
}
# Arrow files that end in .ipc or .feather have a directory of their batches; the others are streams, as hubs have them.
SUFFIXES = {
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
}
DIRECTORIES = frozenset({".ipc", ".feather"})
# Forms whose files are told apart by a schema beside them: their own types are fewer.
UNTYPED = frozenset({"jsonl", "csv", "tsv"})


def suffix_of(name: str) -> str:
    """The suffix of a file name in lower case, before that of a packing."""
    packing = streams.compression(name)
    return PurePath(name[: -len(packing)] if packing else name).suffix.lower()


def form_of(name: str) -> str | None:
    """The form that a file name stands for, None for none."""
    return SUFFIXES.get(suffix_of(name))
