"""What is proposed: guesses with their evidence, what could not be known, and the sources they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

# set: written; note: known, and nothing to write; open: written, but only you know; ask: written as a comment.
Kind = Literal["set", "note", "open", "ask"]
_KNOWN = frozenset({"set", "note"})


@dataclass(frozen=True, slots=True)
class Guess:
    """One key of corpus.toml, the value proposed for it, and what speaks for that.

    `blocks` are further lines of evidence, such as samples of what a source repeats.
    """

    key: str
    value: Any
    evidence: str
    kind: Kind = "set"
    blocks: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the data say it; else it is a question."""
        return self.kind in _KNOWN

    def as_dict(self, prefix: str = "") -> dict[str, Any]:
        """The JSON of a guess."""
        told = {"key": prefix + self.key, "value": self.value, "evidence": self.evidence}
        return told | ({"blocks": list(self.blocks)} if self.blocks else {})


@dataclass(frozen=True, slots=True)
class ProposedSource:
    """A source as it would stand in corpus.toml: its files, and everything else as guesses in order."""

    name: str
    reader: str
    files: tuple[str, ...]
    count: int
    guesses: tuple[Guess, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a source."""
        return {"name": self.name, "reader": self.reader, "files": list(self.files), "count": self.count}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a folder holds, as a corpus.toml that could be built.

    `corpus` are guesses about the whole; `left_out` says in sentences what is no input, and why.
    """

    folder: Path
    corpus: tuple[Guess, ...]
    sources: tuple[ProposedSource, ...]
    left_out: tuple[str, ...]
    text: str

    @property
    def file(self) -> Path:
        """Where the corpus.toml goes."""
        return self.folder / "corpus.toml"

    def guesses(self) -> Iterator[tuple[str, Guess]]:
        """Every guess with the table that it stands in."""
        yield from (("", guess) for guess in self.corpus)
        for rank, source in enumerate(self.sources):
            yield from ((f"source[{rank}].", guess) for guess in source.guesses)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a proposal."""
        found = list(self.guesses())
        return {
            "file": str(self.file),
            "sources": [source.as_dict() for source in self.sources],
            "guesses": [guess.as_dict(table) for table, guess in found if guess.is_known],
            "unknown": [guess.as_dict(table) for table, guess in found if not guess.is_known],
            "left_out": list(self.left_out),
        }
