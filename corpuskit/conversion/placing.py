"""Puts what a conversion writes in its place: whole, durable, never over another, and nothing beside it."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpuskit.conversion.forms import UNTYPED
from corpuskit.conversion.sidecar import sidecar_of
from corpuskit.errors import SpecError
from corpuskit.staging import alone, publish, staging_beside, sync, sync_tree


@contextmanager
def placed_file(out: Path, form: str, inputs: Iterable[Path] = (), *, replace: bool) -> Iterator[Path]:
    """Where to write a file that stands at `out` when the block has ended well, its schema beside it where it has one.

    The name of a part ends like that of the file, which tells the packing. Raises SpecError where `out` is there and is
    not to be replaced, or is an input.
    """
    _check_free(out, replace=replace)
    if any(path.resolve() == out.resolve() for path in inputs):
        raise SpecError("is an input, which would be lost.", str(out), hint="Name another place.")
    with staging_beside(out) as folder:
        part = folder / out.name
        yield part
        with alone(out.parent.resolve()):
            _check_free(out, replace=replace)
            if form in UNTYPED:
                _place_both(part, out, replace=replace)
            else:
                _place(part, out, replace=replace)


def _place_both(part: Path, out: Path, *, replace: bool) -> None:
    """A file and its schema: at no time do rows stand beside the schema of others."""
    part_schema, schema = sidecar_of(part), sidecar_of(out)
    if out.exists():
        schema.unlink(missing_ok=True)
        _place(part, out, replace=replace)
    part_schema.replace(schema)  # before rows that nothing stood in the place of: they never lack it
    sync(schema.parent)
    if part.exists():
        _place(part, out, replace=replace)


def _place(part: Path, out: Path, *, replace: bool) -> None:
    if not replace:
        _claim(part, out)
    if part.exists():
        part.replace(out)
    sync(out.parent)


def _claim(part: Path, out: Path) -> None:
    """Take a name that nobody has: with the file, or with an empty one where no file can have two names."""
    try:
        try:
            os.link(part, out)
            part.unlink()
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError as error:
        raise _taken(out) from error


@contextmanager
def placed_folder(out: Path, inputs: Iterable[Path], *, replace: bool) -> Iterator[Path]:
    """Where to write a folder that stands at `out` when the block has ended well.

    Only a folder as this writes them is replaced, and none that holds an input.
    """
    _check_free(out, replace=replace)
    if out.exists() and (kept := _foreign(out, inputs)):
        cause = f"holds {kept}, which would be lost."
        raise SpecError(cause, str(out), hint="Name another place, or remove that folder yourself.")
    with staging_beside(out) as folder:
        made = folder / out.name
        made.mkdir()
        yield made
        sync_tree(made)
        with alone(out.parent.resolve()):
            _check_free(out, replace=replace)
            _place_folder(made, out, replace=replace)


def _place_folder(made: Path, out: Path, *, replace: bool) -> None:
    if replace:
        publish(made, out)
        return
    try:
        made.rename(out)  # fails where it is there by now and holds anything
    except OSError as error:
        if out.exists():
            raise _taken(out) from error
        raise
    sync(out.parent)


# Beside files of a form: what `write_card` and `writers.arrow` write, and schemas beside rows.
_OURS = re.compile(
    r".+-\d{5}-of-\d{5}\.[a-z0-9.]+|dataset_dict\.json|dataset_info\.json|state\.json|\..*\.arrow-schema"
)
_CARD = re.compile(rb"---\nconfigs: \[.*\]\n---\n")


def _foreign(out: Path, inputs: Iterable[Path]) -> str | None:
    """Something in a folder that no conversion wrote, or that this one reads; None where there is nothing."""
    if not out.is_dir():
        return "no folder"
    for path in inputs:
        if path.resolve().is_relative_to(out.resolve()):
            return f"an input ({path.name})"
    for path in sorted(out.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or _is_ours(path)):
            return path.relative_to(out).as_posix()
    return None


def _is_ours(path: Path) -> bool:
    """Whether a file is called as those that a conversion writes into a folder; a card must also say no more."""
    if path.name == "README.md":
        return _CARD.fullmatch(path.read_bytes()) is not None
    return _OURS.fullmatch(path.name) is not None


def _check_free(out: Path, *, replace: bool) -> None:
    if not out.name:
        raise SpecError("has no name to write to.", str(out))
    if out.exists() and not replace:
        raise _taken(out)


def _taken(out: Path) -> SpecError:
    return SpecError(
        "is there already.", str(out), hint="Name another place, or write over it with --replace."
    )
