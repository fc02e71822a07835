"""Finds the inputs of each source, pins them, and cuts them into map tasks."""

import glob
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from corpuskit.engines import Tell, threads_for
from corpuskit.errors import InputChanged, InputError, SpecError
from corpuskit.phases.pins import pin, pin_sliced
from corpuskit.provenance import Source
from corpuskit.readers import Piece, described, reader_for, stem
from corpuskit.readers.streams import compression
from corpuskit.spec import CorpusSpec

# What one map task reads at most: enough to be worth a process, little enough to bound memory.
SLICE_BYTES = 32 << 20
# So much of the inputs is pinned in one go.
_PIN_BYTES, _PIN_FILES = 8 << 20, 256
# Small files share a task; a group ends at a file whose name's digest says so, so that a new file
# changes one group and not all that follow.
_GROUP_BYTES, _GROUP_FILES, _GROUP_MASK = 16 << 20, 512, 127


@dataclass(frozen=True, slots=True)
class Input:
    """An input file as it was when the build began; `name` is relative to corpus.toml, `/`-separated.

    `pieces` are what map tasks read of it: slices of a big plain JSONL file, else all of it.
    """

    source: str
    path: Path
    name: str
    bytes: int
    sha256: str
    stamp: tuple[int, int, int, int]
    reader: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class MapTask:
    """The pieces of input that one task reads, all of one source and one reader."""

    source: Source
    reader: str
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return described(self.pieces)


def find_inputs(
    spec: CorpusSpec, pinned: Callable[[int], None] | None = None, cache: Path | None = None
) -> list[Input]:
    """Every input file, source by source and sorted by path, pinned by size and sha256.

    `pinned` is told how many bytes have been read, again and again; where a big file was cut before, the cache
    may know. Raises SpecError for a source without files, a file that two sources claim, a name that is no
    UTF-8, or a symlink that leaves the root of its glob, InputError for a file that cannot be read.
    """
    batches = list(_batches(_found(spec)))
    threads = threads_for(len(batches))
    work = partial(_pinned, cache)
    return [item for batch in threads(work, batches, pinned or _silent) for item in batch]


def _silent(_: int) -> None:
    pass


class _Found(NamedTuple):
    """An input file before it is read: its source, its name and that of its article, its size."""

    source: Source
    reader: str
    path: Path
    name: str
    identifier: str
    bytes: int


def _found(spec: CorpusSpec) -> Iterator[_Found]:
    owners: dict[tuple[int, int], tuple[str, str]] = {}
    for source in spec.sources:
        found = _matches(spec, source)
        if not found:
            raise SpecError(
                f"source {source.name!r} has no files: {', '.join(source.files)} match nothing.",
                str(spec.root / spec.file), None, "Compare `files` with what lies in the folder.",
            )  # fmt: skip
        common = _common_folder(source)
        for name in sorted(found):
            path = found[name]
            status = path.stat()
            owner = owners.setdefault((status.st_dev, status.st_ino), (source.name, name))
            if owner[0] != source.name:
                raise SpecError(
                    f"{name} belongs to two sources: {owner[0]!r} and {source.name!r}.",
                    str(spec.root / spec.file),
                )
            if owner[1] != name:
                continue  # a second name of one file: counted once, under the name that sorts first
            yield _file(source, common, name, path, status.st_size)


def _file(source: Source, common: str, name: str, path: Path, size: int) -> _Found:
    """A file of a source, whose ids are paths below the folder `common`."""
    reader = source.reader or reader_for(name)
    if reader is None:
        raise SpecError(
            f"no reader for {name}: its suffix names none.", None, None,
            f"Say `reader = \"text\"`, \"jsonl\" or \"json\" for source {source.name!r}.",
        )  # fmt: skip
    below = os.path.relpath(name, common) if common != "." else name
    return _Found(source, reader, path, name, stem(PurePosixPath(below).as_posix()), size)


def named_inputs(
    spec: CorpusSpec, names: Iterable[tuple[str, str]], pinned: Callable[[int], None] | None = None
) -> list[Input]:
    """Files that are known to be inputs, given by source and name, pinned as they are now below the spec's root.

    Raises as `find_inputs` does for a file without a reader, or one that cannot be read.
    """
    sources = {source.name: (source, _common_folder(source)) for source in spec.sources}
    found = (
        _file(*sources[source], name, spec.root / name, _size(spec.root / name, name))
        for source, name in names
    )
    batches = list(_batches(found))
    threads = threads_for(len(batches))
    return [item for batch in threads(partial(_pinned, None), batches, pinned or _silent) for item in batch]


def _size(path: Path, name: str) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise InputError(name, f"cannot be read: {error.strerror}.") from error


def _batches(found: Iterable[_Found]) -> Iterator[list[_Found]]:
    """Files by the handful: one at a time they would cost more than their digests."""
    batch: list[_Found] = []
    size = 0
    for item in found:
        batch.append(item)
        size += item.bytes
        if len(batch) == _PIN_FILES or size > _PIN_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _matches(spec: CorpusSpec, source: Source) -> dict[str, Path]:
    """Files by name for all globs of a source; a link to one of them is no second name."""
    found: dict[str, Path] = {}
    targets: dict[str, Path] = {}
    here = spec.root.resolve()

    def is_link(name: str) -> bool:
        return os.path.normpath(here / name) != str(targets[name])

    for pattern in source.files:
        root = (spec.root / _fixed_part(pattern)).resolve()
        for name in _names(spec, pattern, root):
            path = spec.root / name
            if not path.is_file():
                if path.is_symlink():
                    raise SpecError(
                        f"{name} is a symlink to nothing that can be read: {path.readlink()}.", spec.file
                    )
                continue
            target = path.resolve()
            if not target.is_relative_to(root):
                raise SpecError(
                    f"{name} is a symlink that leaves {_fixed_part(pattern) or '.'}: {target}.", spec.file
                )
            try:
                name.encode()
            except UnicodeEncodeError as error:
                shown = os.fsencode(name).decode(errors="backslashreplace")
                raise InputError(shown, "the file name is not UTF-8.", "Rename the file.") from error
            plain = PurePosixPath(os.path.normpath(name)).as_posix()
            found[plain], targets[plain] = path, target
    named = {targets[name] for name in found if not is_link(name)}
    return {n: path for n, path in found.items() if not is_link(n) or targets[n] not in named}


def _names(spec: CorpusSpec, pattern: str, root: Path) -> Iterator[str]:
    """The names, relative to the corpus, that a glob matches; hidden ones only where it says so.

    `**` follows no link to a folder: inside the root its files have names of their own.
    """
    steps = PurePosixPath(pattern).parts
    if "**" not in steps:
        yield from glob.glob(pattern, root_dir=spec.root)  # noqa: PTH207 - Path.glob takes no `../` in a pattern
        return
    fixed = PurePosixPath(_fixed_part(pattern))
    for path in _files(spec.root / fixed, root):
        below = path.relative_to(spec.root / fixed)
        if _fits(below.parts, steps[len(fixed.parts) :]):
            yield str(fixed / below)


def _files(folder: Path, root: Path) -> Iterator[Path]:
    """The files below a folder; links to folders are followed only out of the root, to be refused."""
    for at, folders, files in os.walk(folder, onerror=_unreadable):
        yield from (Path(at, name) for name in files)
        for link in (Path(at, name) for name in folders):
            if link.is_symlink() and not link.resolve().is_relative_to(root):
                yield from (Path(below, name) for below, _, names in os.walk(link) for name in names)


def _unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise InputError(str(error.filename), f"cannot be read: {error.strerror}.") from error


def _fits(names: Sequence[str], steps: Sequence[str]) -> bool:
    """Whether a path fits a glob, both in parts; `*` and `**` match no name that starts with a dot."""
    if not names or not steps:
        return not names and (not steps or set(steps) == {"**"})
    shown = names[0][:1] != "." or steps[0][:1] == "."
    if steps[0] == "**":
        return _fits(names, steps[1:]) or (shown and _fits(names[1:], steps))
    return shown and fnmatchcase(names[0], steps[0]) and _fits(names[1:], steps[1:])


def _fixed_part(pattern: str) -> str:
    """The folder of a glob before its first wildcard; the folder of the file where it has none."""
    parts = PurePosixPath(pattern).parts
    fixed: list[str] = []
    for part in parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return str(PurePosixPath(*fixed)) if fixed else ""


def _common_folder(source: Source) -> str:
    """The folder common to all globs of a source; ids of its files are paths below it."""
    folders = [os.path.normpath(_fixed_part(pattern) or ".") for pattern in source.files]
    return os.path.commonpath(folders) if len({f.startswith("/") for f in folders}) == 1 else "."


def _pinned(cache: Path | None, batch: Sequence[_Found], tell: Tell) -> list[Input]:
    """Files that are found, read to their ends."""
    inputs = []
    for item in batch:
        try:
            stamp = _stamp(item.path)
            is_cut = item.reader == "jsonl" and not compression(item.name) and stamp[0] > SLICE_BYTES
            found = (
                pin_sliced(item.path, SLICE_BYTES, tell, cache, item.name) if is_cut else pin(item.path, tell)
            )
        except OSError as error:
            raise InputError(item.name, f"cannot be read: {error.strerror}.") from error
        whole = Piece(item.path, item.name, identifier=item.identifier, sha256=found.sha256)
        pieces = tuple(replace(whole, **each._asdict()) for each in found.slices) or (whole,)
        inputs.append(
            Input(
                item.source.name, item.path, item.name, found.bytes, found.sha256, stamp, item.reader, pieces
            )
        )
    return inputs


def _stamp(path: Path) -> tuple[int, int, int, int]:
    status = path.stat()
    # The time of the last change of its status, too: who writes can set that of the content back.
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def is_unchanged(item: Input) -> bool:
    """Whether a file is still the one that was pinned."""
    try:
        return _stamp(item.path) == item.stamp and item.stamp[0] == item.bytes
    except OSError:
        return False


def check_unchanged(inputs: Sequence[Input]) -> None:
    """Raise InputChanged where a file is not the one that was pinned."""
    for item in inputs:
        if not is_unchanged(item):
            raise InputChanged(
                item.name, "changed while it was read.", "Run the build again when it is at rest."
            )


def map_tasks(spec: CorpusSpec, inputs: Sequence[Input]) -> list[MapTask]:
    """The map tasks of a build, in input order; the cut depends on nothing but the files."""
    sources = {source.name: source for source in spec.sources}
    tasks: list[MapTask] = []
    group: list[Input] = []

    def close() -> None:
        if group:
            pieces = tuple(piece for item in group for piece in item.pieces)
            tasks.append(MapTask(sources[group[0].source], group[0].reader, pieces))
            group.clear()

    for item in inputs:
        if group and (group[0].source, group[0].reader) != (item.source, item.reader):
            close()
        if item.bytes > _GROUP_BYTES or compression(item.name):
            close()
            tasks += [MapTask(sources[item.source], item.reader, (piece,)) for piece in item.pieces]
            continue
        group.append(item)
        ends = hashlib.sha256(item.name.encode()).digest()[0] & _GROUP_MASK == 0
        if ends or len(group) == _GROUP_FILES or sum(i.bytes for i in group) > _GROUP_BYTES:
            close()
    close()
    return tasks
