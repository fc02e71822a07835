"""Puts what a conversion writes in its place: whole, durable, never over another, and nothing beside it."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from corpuskit.conversion.forms import UNTYPED, form_of
from corpuskit.conversion.sidecar import sidecar_of
from corpuskit.errors import OutputError, SpecError
from corpuskit.staging import publish, sync, sync_tree

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def placed_file(out: Path, form: str, *, replace: bool) -> Iterator[Path]:
    """Where to write a file that stands at `out` when the block has ended well, its schema beside it where it has one.

    The name of a part ends like that of the file, which tells the packing. Raises SpecError where `out` is there and is
    not to be replaced.
    """
    _check_free(out, replace=replace)
    with _staging(out) as folder:
        part = folder / out.name
        yield part
        with _alone(out.parent.resolve()):
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
    with _staging(out) as folder:
        made = folder / out.name
        made.mkdir()
        yield made
        sync_tree(made)
        with _alone(out.parent.resolve()):
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
_OURS = re.compile(r"README\.md|dataset_dict\.json|dataset_info\.json|state\.json|\..*\.arrow-schema")


def _foreign(out: Path, inputs: Iterable[Path]) -> str | None:
    """Something in a folder that no conversion wrote, or that this one reads; None where there is nothing."""
    if not out.is_dir():
        return "no folder"
    for path in inputs:
        if path.resolve().is_relative_to(out.resolve()):
            return f"an input ({path.name})"
    for path in sorted(out.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or form_of(path.name) or _OURS.fullmatch(path.name)):
            return path.relative_to(out).as_posix()
    return None


def _check_free(out: Path, *, replace: bool) -> None:
    if not out.name:
        raise SpecError("has no name to write to.", str(out))
    if out.exists() and not replace:
        raise _taken(out)


def _taken(out: Path) -> SpecError:
    return SpecError(
        "is there already.", str(out), hint="Name another place, or write over it with --replace."
    )


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A folder beside a place, locked while it is used; what was left there by conversions that were killed goes."""
    try:
        for orphan in out.parent.glob(f".{escape(out.name)}.part-*"):
            with suppress(OSError), _opened(orphan) as descriptor:
                if _is_locked(descriptor):
                    shutil.rmtree(orphan, ignore_errors=True)
        folder, descriptor = _made(out)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror or error}.") from error


def _made(out: Path) -> tuple[Path, int]:
    """A new folder, open and locked: made again where another conversion took it for an orphan before it was."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, _FOLDER)
            if _is_locked(descriptor) is not False and folder.exists():
                return folder, descriptor
            os.close(descriptor)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have no other conversion put anything into a folder; they wait."""
    with _opened(folder) as descriptor:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _is_locked(descriptor: int) -> bool | None:
    """Whether the lock of an open folder was free, and is taken now; None where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, _FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
