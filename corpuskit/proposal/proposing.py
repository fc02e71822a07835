"""Looks at a folder, proposes a corpus.toml, and writes it where none is."""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpuskit.errors import SpecError
from corpuskit.proposal.candidates import candidates, slug
from corpuskit.proposal.document import corpus_toml
from corpuskit.proposal.folders import LeftOut, look_into
from corpuskit.proposal.guesses import Guess, Proposal
from corpuskit.proposal.inquiry import UNKNOWN, inquire

_READ = (
    "corpuskit reads .txt, .jsonl, .ndjson, .json, .csv, .tsv and .parquet files, plain or packed as .gz .zst .bz2 "
    ".xz."
)
_SHOWN_SUFFIXES, _SHOWN_NAMES = 10, 20


def propose(folder: Path | str, *, salt: str | None = None) -> Proposal:
    """A corpus.toml for what lies in a folder, from a bounded sample; nothing is written.

    The same folder gives the same proposal but for the salt, which is fresh unless it is given. Raises
    SpecError where there is no such folder, or nothing in it that is read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file, not a folder." if folder.is_file() else "there is no such folder."
        raise SpecError(what, str(folder), None, "Name the folder that holds the articles.")
    try:
        top, left_out = look_into(folder)
    except OSError as error:
        raise SpecError(f"cannot be listed: {error.strerror}.", str(folder)) from error
    inquiries = [inquire(candidate, folder) for candidate in candidates(top, folder)]
    for inquiry in inquiries:
        left_out.names += inquiry.left_out
    left_out.names.sort()
    sources = tuple(
        inquiry.source for inquiry in inquiries if inquiry.source is not None and inquiry.source.files
    )
    said = _sentences(left_out)
    if not sources:
        raise SpecError(
            _nothing(said, is_empty=not any(folder.iterdir())), str(folder), None, _hint(left_out)
        )
    name = folder.resolve().name
    corpus = (
        Guess("name", slug(name), "the name of the folder"),
        Guess("version", "0.1.0", "a first version"),
        Guess(
            "license",
            UNKNOWN,
            "of the compilation, which is yours to choose: CC0-1.0 for example",
            "open",
        ),
    )
    text = corpus_toml(corpus, sources, said, salt or secrets.token_hex(16))
    return Proposal(folder, corpus, sources, tuple(said), text)


def check_absent(file: Path) -> None:
    """Raise SpecError where a corpus.toml, or anything of that name, is there."""
    if os.path.lexists(file):
        hint = "Move it away to have a new one proposed, or look at one with --print."
        raise SpecError("is there already; it was not touched.", str(file), None, hint)


def write(proposal: Proposal) -> None:
    """Write a proposed corpus.toml; raises SpecError where one is there, or where it cannot be written."""
    check_absent(proposal.file)
    try:
        with proposal.file.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(proposal.text)
                file.flush()
            except OSError:
                proposal.file.unlink()  # half of it would keep the next one from being written
                raise
    except OSError as error:
        raise SpecError(f"cannot be written: {error.strerror}.", str(proposal.file)) from error


def _sentences(left_out: LeftOut) -> list[str]:
    """What is no input, one sentence a kind of file and one a name."""
    said = [f"{_counted(left_out.suffixes)}: no reader"] if left_out.suffixes else []
    said += [f"{name}: {reason}" for name, reason in left_out.names[:_SHOWN_NAMES]]
    if (more := len(left_out.names) - _SHOWN_NAMES) > 0:
        said.append(f"{more:,} more files and folders")
    return said


def _counted(suffixes: Mapping[str, int]) -> str:
    ranked = sorted(suffixes.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{n:,} {suffix or 'without a suffix'}" for suffix, n in ranked[:_SHOWN_SUFFIXES]]
    if rest := sum(n for _, n in ranked[_SHOWN_SUFFIXES:]):
        named.append(f"{rest:,} of other kinds")
    return ", ".join(named)


def _nothing(said: Sequence[str], *, is_empty: bool) -> str:
    if is_empty:
        return "is empty: there is nothing to propose."
    return f"holds nothing that can be read: {'; '.join(said) or 'no files but hidden ones and documents'}."


def _hint(left_out: LeftOut) -> str:
    hints = [_READ]
    if "" in left_out.suffixes:
        hints.append("Files without a suffix that are text need .txt behind their names.")
    return " ".join(hints)
