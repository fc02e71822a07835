"""The commit protocol: lock, staging folder beside the target, fsync, rename or atomic exchange."""

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from corpuskit.errors import Busy, OutputError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def locked(out: Path, name: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a corpus in an output folder; where another holds it, wait, or raise Busy at once."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        path = out / f".{name}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            raise Busy(str(out)) from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def staging(out: Path, name: str) -> Iterator[Path]:
    """A folder in the output folder to build in, hidden and removed at the end, whatever happens.

    The lock of the corpus must be held: what earlier builds left behind is removed first.
    """
    prefix = f".{name}.stage-"
    for orphan in out.glob(f"{prefix}*"):
        # Another corpus may be called NAME.stage-x: its folders are not ours.
        if orphan.name.removeprefix(prefix).isdecimal():
            shutil.rmtree(orphan, ignore_errors=True)
    folder = out / f"{prefix}{os.getpid()}"
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staging_beside(out: Path) -> Iterator[Path]:
    """A folder to make something in that gets its place beside it, locked, hidden, and removed at the end.

    What others that were killed left there is removed first. Raises OutputError, also for an OSError of the block.
    """
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
    """A new folder, open and locked: made again where another took it for an orphan before it was."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, _FOLDER)
            if _is_locked(descriptor) is not False and folder.exists():
                return folder, descriptor
            os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, and wait for it, so that others who ask put nothing into it meanwhile."""
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


def sync_tree(folder: Path) -> None:
    """Make every file and folder below a folder durable."""
    for root, _, files in os.walk(folder):
        for name in files:
            sync(Path(root) / name)
        sync(Path(root))


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(folder: Path, target: Path) -> None:
    """Move a finished folder to its place, durably; an existing folder there is exchanged atomically.

    What stood there before is then at `folder`, for the caller to remove. Raises OutputError.
    """
    try:
        if target.exists():
            exchange(folder, target)
        else:
            folder.rename(target)
        sync(target.parent)
    except OSError as error:
        raise OutputError(str(target), f"cannot be put in place: {error.strerror}.") from error


def exchange(one: Path, other: Path) -> None:
    """Give each of two files or folders the name of the other, at once; raises OSError where that cannot be."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        raise OSError(errno.ENOSYS, "this system cannot exchange two folders atomically")
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
