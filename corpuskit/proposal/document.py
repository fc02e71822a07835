"""The corpus.toml of a proposal: every guess with its evidence, every question where its answer goes."""

from collections.abc import Iterator, Sequence

from corpuskit.proposal.guesses import Guess, ProposedSource
from corpuskit.proposal.toml import assignment, wrapped

_HEAD = (
    "Written by `corpuskit init` from what lies in this folder. What stands here is a guess, with its evidence beside "
    "it; lines that say TO DO only you can answer."
)
_WORKS, _REFUSED = (
    " `corpuskit build` works as it is.",
    " As it is, `corpuskit build` refuses: see max_loss below.",
)
_LICENSE = (
    "TO DO: under which terms may the articles be used? Look for them on the site, or ask; then write an SPDX "
    "expression such as CC-BY-4.0, or LicenseRef-<name> for terms of its own. Until then, publish nothing."
)
_LICENSE_AGAIN = "TO DO: as above."
_TO_DO = frozenset({"open", "ask"})
_SPLITS = (
    "",
    "[splits]",
    "shares = { train = 0.98, validation = 0.01, test = 0.01 }",
)


def corpus_toml(
    corpus: Sequence[Guess], sources: Sequence[ProposedSource], left_out: Sequence[str], salt: str
) -> str:
    """The text of a corpus.toml."""
    asked = {guess.key for source in sources for guess in source.guesses if guess.kind == "ask"}
    claim = _REFUSED if "max_loss" in asked else "" if "files" in asked else _WORKS
    lines = [*wrapped([_HEAD + claim]), ""]
    for note in left_out:
        lines += wrapped([f"Left out: {note}"])
    lines += [""] if left_out else []
    lines.append("[corpus]")
    for guess in corpus:
        lines += assignment(guess.key, guess.value, [_said(guess)])
    for rank, source in enumerate(sources):
        lines += ["", "[[source]]", *_source(source, _LICENSE if rank == 0 else _LICENSE_AGAIN)]
    lines += _SPLITS
    lines += assignment("salt", salt, ["written once; never change it after the first release"])
    return "\n".join(lines) + "\n"


def _source(source: ProposedSource, license_: str) -> Iterator[str]:
    yield from assignment("name", source.name, ["the column `source`"])
    yield from assignment(
        "files", list(source.files), [f"{source.count:,} file{'' if source.count == 1 else 's'}"]
    )
    for guess in source.guesses:
        yield from _lines(guess, license_)


def _lines(guess: Guess, license_: str) -> Iterator[str]:
    """The lines of one guess."""
    comments = [_said(guess), *(f"- {block}" for block in guess.blocks)]
    if guess.key == "license":
        comments = [f"{license_} So far: {guess.evidence}."]
    if guess.kind == "note" or guess.value is None:
        label = guess.key if guess.value is None else f"{guess.key} {guess.value}"
        yield from wrapped([f"{label}: {comments[0]}", *comments[1:]])
    elif guess.blocks:
        yield from wrapped(comments)
        yield from assignment(guess.key, guess.value)
    else:
        yield from assignment(guess.key, guess.value, comments, asked=guess.kind == "ask")


def _said(guess: Guess) -> str:
    return f"TO DO: {guess.evidence}" if guess.kind in _TO_DO else guess.evidence
