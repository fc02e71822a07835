"""`corpuskit init`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpuskit.cli.options import common, print_json

if TYPE_CHECKING:
    from corpuskit.proposal import Guess, Proposal


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--print", "prints", is_flag=True, help="Print the corpus.toml and write nothing.")
@click.option(
    "--questions",
    is_flag=True,
    help="Write DIR/cards/ instead: a file for each question of the card that only you can answer.",
)
@common
def init(folder: Path, *, prints: bool, questions: bool, shape: str, quiet: bool) -> int:
    """Write DIR/corpus.toml from what lies in DIR.

    Looks at a sample of the files, and prints each guess with its evidence, what it could not know, and
    what it left out. A corpus.toml that is there is never overwritten.
    """
    from corpuskit import console
    from corpuskit.proposal import check_absent, propose, write

    if questions:
        if prints:
            raise click.UsageError("--questions and --print exclude each other.")
        return _questions(folder, shape, quiet=quiet)
    if not prints:
        check_absent(folder / "corpus.toml")
    proposal = propose(folder)
    if not prints:
        write(proposal)
    if shape == "json":
        print_json(proposal.as_dict())
    elif prints:
        sys.stdout.write(proposal.text)
    else:
        console.show(*_report(proposal))
        out = folder.resolve().with_name(folder.resolve().name + "-release")
        console.talk(f"wrote {proposal.file}", quiet=quiet)
        console.talk(
            f"next: answer its TO DO lines, then corpuskit build {proposal.file} --out {out}", quiet=quiet
        )
    return 0


def _questions(folder: Path, shape: str, *, quiet: bool) -> int:
    """Write the files of the questions that are not there yet."""
    from corpuskit import console
    from corpuskit.prose import write_templates

    written = [str(path) for path in write_templates(folder / "cards")]
    if shape == "json":
        print_json({"written": written})
        return 0
    for path in written:
        console.show(path)
    console.talk(
        f'{len(written)} files written; next: answer what you can, and set `[card] prose = "cards/"` in corpus.toml',
        quiet=quiet,
    )
    return 0


def _report(proposal: "Proposal") -> Iterator[str]:
    """Guesses by source, then what could not be known, then what was left out."""
    for source in proposal.sources:
        yield f"source {source.name}"
        yield _line("files", f"{', '.join(source.files)} ({source.count:,})")
        for guess in source.guesses:
            if guess.is_known:
                yield _line(guess.key, _told(guess))
                yield from (_line("", block) for block in guess.blocks)
    yield "could not know"
    for table, guess in proposal.guesses():
        if not guess.is_known:
            name = proposal.sources[int(table[7:-2])].name if table else "corpus"
            yield _line(guess.key, f"{name}: {_told(guess)}")
    if proposal.left_out:
        yield "left out"
        yield from (f"  {sentence}" for sentence in proposal.left_out)


def _line(key: str, said: str) -> str:
    return f"  {key:<16} {said}"


def _told(guess: "Guess") -> str:
    from corpuskit import console

    if guess.value is None:
        return guess.evidence
    value = ", ".join(map(str, guess.value)) if isinstance(guess.value, list) else str(guess.value)
    return f"{console.inert(value)}: {guess.evidence}"
