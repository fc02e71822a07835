"""What is said of a file before all that was found in it: that it is not what its name says, or cannot be read."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from corpuskit.checks.tasks import Checked
from corpuskit.errors import InputError
from corpuskit.findings import Finding, finding
from corpuskit.readers import UNTYPED, Piece
from corpuskit.readers.signatures import recognised

# What a file of another type looks like, record by record.
_SUSPICIOUS = frozenset({
    "bad-quoting", "invalid-encoding", "invalid-json", "line-too-long", "not-an-object", "ragged-row",
    "trailing-data", "unreadable-input",
})  # fmt: skip
# Anything is a table, of one column or more, but hardly with the columns that are needed.
_SUSPICIOUS_IN_TABLES = _SUSPICIOUS | {"missing-field"}
# Files that may well hold nothing, which is odd.
_MAY_BE_EMPTY = frozenset({"jsonl", "csv", "tsv", "parquet"})


def lead(checked: Checked, before: int, piece: Piece, reader: str) -> None:
    """Put what a file is before what was found in it since `before`, where that looks like a file of another type.

    Records are counted as they were: what they are is not the fault of each of them.
    """
    found = islice(checked.findings, before, None)
    suspicious = _SUSPICIOUS_IN_TABLES if reader in UNTYPED else _SUSPICIOUS
    if piece.start or all(f.kind not in suspicious for f in found):
        return
    if (told := recognised(piece.path, piece.name, reader)) is not None:
        checked.findings.insert(before, finding("wrong-file-type", told, file=piece.name))


def nothing_in(piece: Piece, reader: str, checked: Checked, since: Sequence[int]) -> list[Finding]:
    """A warning for a file without records, which may not have been written to its end."""
    records, findings = since
    if (
        reader not in _MAY_BE_EMPTY
        or piece.end is not None
        or checked.records > records
        or len(checked.findings) > findings
    ):
        return []
    return [finding("no-records", "no record stands in this file", file=piece.name)]


def unreadable(error: InputError, file: str) -> Finding:
    """An input that cannot be read, as a finding about a file, with what to do if the error says it."""
    offset = getattr(error, "offset", None)
    message = str(replace(error, hint=None)).removeprefix(f"{file}: ")
    told = finding("unreadable-input", message, file=file, offset=offset)
    return replace(told, hint=error.hint) if error.hint else told
