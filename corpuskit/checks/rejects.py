"""The bytes of invalid records: kept while they are found, then laid out in files like those they came from."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from corpuskit.checks.tasks import STDIN, UNDECLARED, Checked, CheckTask
from corpuskit.errors import OutputError, SpecError
from corpuskit.provenance import Limits
from corpuskit.readers import UNTYPED, Piece, Record, csv_file, reader_for
from corpuskit.readers.streams import compression
from corpuskit.staging import sync_tree

Keep = Callable[[Record, Checked], None]

# What stands between the records of a file, by the reader that reads it; a text file is one record.
_BETWEEN = {"jsonl": b"\n", "json": b",\n", "csv": b"\n", "tsv": b"\n", "parquet": b"\n"}
# Rows of Parquet are kept as JSON Lines: that can be repaired by hand.
_SUFFIXES = {
    "jsonl": ".jsonl", "json": ".json", "text": ".txt", "csv": ".csv", "tsv": ".tsv", "parquet": ".jsonl",
}  # fmt: skip


class _Kept(NamedTuple):
    """A file of scratch with the bytes of the invalid records of one piece."""

    task: CheckTask
    piece: Piece
    scratch: Path


@contextmanager
def keeping(folder: Path | None, task: CheckTask, index: int) -> Iterator[Keep]:
    """A function that keeps the bytes of a record of a piece, in a file of the folder of its own."""
    if folder is None:
        yield lambda *_: None
        return
    opened: list[BinaryIO] = []

    def keep(record: Record, checked: Checked) -> None:
        if record.problem is not None and record.problem.kind == "line-too-long":
            checked.overlong += 1
            return
        if not opened:
            opened.append(_scratch(folder, task.number, index).open("wb"))
        else:
            opened[0].write(_BETWEEN.get(task.reader, b""))
        opened[0].write(record.raw)
        checked.kept += 1

    try:
        yield keep
    finally:
        for file in opened:
            file.close()


def _scratch(folder: Path, number: int, index: int) -> Path:
    return folder / f"{number:08d}-{index:06d}"


def check_rejects(target: Path) -> None:
    """Check before a long work that a folder for rejects can be made; raises SpecError or OutputError."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        hint = "Name a folder that is new or empty: records that somebody repaired are never overwritten."
        raise SpecError("exists and is not empty.", str(target), None, hint)
    if not os.access(target.absolute().parent, os.W_OK):
        raise OutputError(str(target), "cannot be written: its folder is not there, or not yours to write.")


@contextmanager
def rejecting(target: Path | None, tasks: Iterable[CheckTask]) -> Iterator[Path | None]:
    """A folder in which checks keep the bytes of invalid records; at the end they stand below the target.

    There each input has a file with its invalid records, in order, that the same reader reads again. It appears
    whole or not at all, also where nothing was invalid. Raises OutputError where it cannot be written.
    """
    if target is None:
        yield None
        return
    stage = target.absolute().parent / f".rejects-{secrets.token_hex(8)}"
    try:
        try:
            (stage / "kept").mkdir(parents=True)
            (stage / "out").mkdir()
            yield stage / "kept"
            _lay_out(tasks, stage / "kept", stage / "out")
            sync_tree(stage / "out")
            (stage / "out").replace(target)
        except OSError as error:
            raise OutputError(str(target), f"cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _lay_out(tasks: Iterable[CheckTask], kept: Path, out: Path) -> None:
    found: dict[str, list[_Kept]] = {}
    for task in tasks:
        for index, piece in enumerate(task.pieces):
            if (scratch := _scratch(kept, task.number, index)).is_file():
                name = "stdin" if piece.name == STDIN else piece.name
                origin = os.path.normpath(Path.cwd() / task.folder / name)
                found.setdefault(origin, []).append(_Kept(task, piece, scratch))
    if not found:
        return
    root = os.path.commonpath([str(Path(origin).parent) for origin in found])
    taken: set[Path] = set()
    for origin, parts in found.items():
        target = _free(out / _named(os.path.relpath(origin, root), parts[0].task), taken)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            _write(file, parts)


def _named(name: str, task: CheckTask) -> PurePosixPath:
    """The name of a file of rejects: that of the input, unpacked, with a suffix that its reader is found by."""
    path = PurePosixPath(name)
    if packed := compression(name):
        path = path.with_name(path.name[: -len(packed)])
    suffix = _SUFFIXES[task.reader]
    named = path.with_name(path.name + suffix)
    return path if reader_for(path.name) == task.reader == reader_for(named.name) else named


def _free(path: Path, taken: set[Path]) -> Path:
    """The path, or where a.jsonl and a.jsonl.gz both come to it, the next that is free."""
    free, number = path, 1
    while free in taken:
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    taken.add(free)
    return free


def _write(file: BinaryIO, parts: list[_Kept]) -> None:
    """Write the records of one input, in the order of its pieces."""
    task = parts[0].task
    array = task.reader == "json" and task.check != "document"
    file.write(b"[\n" if array else _header(parts[0]) if task.reader in UNTYPED else b"")
    for part in parts:
        with part.scratch.open("rb") as records:
            shutil.copyfileobj(records, file)
        file.write(b"\n" if _BETWEEN.get(task.reader) == b"\n" or array else b"")
    file.write(b"]\n" if array else b"")


def _header(part: _Kept) -> bytes:
    """The line that names the columns of a table, empty where its file has none."""
    head = csv_file.head(part.piece, part.task.source or UNDECLARED, Limits(), part.task.reader)
    return head + b"\n" if head else b""
