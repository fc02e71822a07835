"""What lies beside a card: its own text, the paths and sizes of the files below its folder, and Parquet footers."""

import os
from functools import cache
from pathlib import Path

from corpuskit import parquet
from corpuskit.card.linting import Footer, ReadFooter, lint_card
from corpuskit.errors import InputError
from corpuskit.findings import Finding, finding
from corpuskit.layout import MANIFEST, README

# A card is a page; hubs show no larger ones, and a folder with more files is not looked through.
_MAX_BYTES, _MAX_FILES = 10 * 1024**2, 100_000


def lint_file(card: Path) -> list[Finding]:
    """Everything that is wrong with the card in a file, beside the data in its folder; raises InputError for none."""
    try:
        with card.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(str(card), f"cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BYTES:
        return [finding("bad-card-head", f"the card has more than {_MAX_BYTES:,} bytes", line=1)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "Save the card in UTF-8."
        return [finding("invalid-encoding", f"no UTF-8 from byte {error.start} on", line=line, hint=hint)]
    return lint_card(text, _files(card.parent, card), _footer(card.parent))


def _files(folder: Path, card: Path) -> dict[str, int] | None:
    """Paths below the folder and their bytes; None where there is no data, or more than anybody looks through."""
    found: dict[str, int] = {}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in names:
            path = Path(root, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                found[path.relative_to(folder).as_posix()] = path.stat().st_size
        if len(found) > _MAX_FILES:
            return None
    own = {card.name, README, MANIFEST}
    return found if any(Path(path).suffix in _DATA and path not in own for path in found) else None


# What `datasets` loads; a folder without any of it is no copy of the dataset.
_DATA = frozenset({
    ".parquet", ".arrow", ".csv", ".tsv", ".json", ".jsonl", ".txt", ".gz", ".zst", ".bz2", ".xz", ".zip", ".tar",
    ".xml", ".warc", ".lance",
})  # fmt: skip


def _footer(folder: Path) -> ReadFooter:
    @cache  # a file may be in several configs
    def read(path: str) -> Footer | None:
        if not path.endswith(".parquet"):
            return None
        try:
            schema = parquet.read_schema(folder / path)
            return Footer(parquet.count_rows(folder / path), {f.name: str(f.type) for f in schema})
        except (OSError, ValueError, LookupError, TypeError, NotImplementedError):
            return None  # the pointer of a large file, or damage, which is not for a card to tell

    return read
