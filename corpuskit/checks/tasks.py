"""What is checked as one task, under which terms, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.engines import Tell
from corpuskit.findings import Finding
from corpuskit.provenance import Source
from corpuskit.readers import Piece, described
from corpuskit.schema import ArticleSchema
from corpuskit.validation import Judge

if TYPE_CHECKING:  # what records that are judged as they stand do not need
    from corpuskit.conform import Cells
    from corpuskit.phases.map import MapContext


STDIN = "-"
# That of a file that belongs to no corpus yet.
UNDECLARED = Source("unnamed", 0, (), "LicenseRef-unknown", language="und")


@dataclass(frozen=True, slots=True)
class Terms:
    """What all tasks of a validation share.

    `text` is the text role of raw records, `schema` gives the columns for text files, `cells` the types for tables
    of strings, `corpora` are the contexts of each corpus.toml, `rejects` is the folder for the bytes of invalid
    records.
    """

    judge: Judge
    text: tuple[str, ...] = ()
    schema: ArticleSchema | None = None
    cells: "Cells | None" = None
    corpora: "tuple[MapContext, ...]" = ()
    rejects: Path | None = None


@dataclass(frozen=True, slots=True)
class CheckTask:
    """Pieces of input that are checked in one go, by the check of that name.

    `folder` is what the files of findings are relative to; `findings` is what was found while planning, `damaged`
    whether something could not be read for it.
    """

    number: int
    check: str
    pieces: tuple[Piece, ...] = ()
    reader: str = ""
    source: Source | None = None
    corpus: int = 0
    folder: str = ""
    findings: tuple[Finding, ...] = ()
    damaged: bool = False

    def __str__(self) -> str:
        return described(self.pieces)


@dataclass(slots=True)
class Checked:
    """The state of one task: what was found, and counts of records, bytes and lines.

    `errors` counts findings of severity error that stand against records. `lines` are those of a slice, by
    which those of the next slice are numbered. `kept` counts the rejects whose bytes were kept, `overlong` those
    that were too long for it.
    """

    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    invalid: int = 0
    errors: int = 0
    bytes: int = 0
    lines: int = 0
    kept: int = 0
    overlong: int = 0
    damaged: bool = False

    def add(self, findings: Sequence[Finding]) -> bool:
        """Count a record with what was found about it, and tell whether it is invalid."""
        errors = sum(f.severity == "error" for f in findings)
        self.records += 1
        self.errors += errors
        self.invalid += errors > 0
        self.findings += findings
        return errors > 0


# (terms, task, index of the piece, state, tell): checks one piece of a task.
Check = Callable[[Terms, CheckTask, int, Checked, Tell], None]


def in_file(finding: Finding, piece: Piece) -> Finding:
    """A finding of a piece with its line and offset in the whole file."""
    return finding.moved(piece.first_line - 1, piece.start) if piece.start else finding


def size_of(piece: Piece) -> int | None:
    """The bytes of a piece as it lies on the disk, None for what has no size beforehand."""
    if piece.end is not None:
        return piece.end - piece.start
    return piece.path.stat().st_size if piece.path.is_file() else None
