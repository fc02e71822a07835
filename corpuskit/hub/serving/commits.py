"""Commits: what changes, decided under the repository's lock; a branch moves when all it needs is durable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from corpuskit.hub.serving import objects, refs
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_entry, no_repository, no_revision
from corpuskit.hub.serving.trees import Entry, large, read_tree, write_tree

# The protocol's commit ids have 40 digits; these are the first of a SHA-256.
_DIGITS = 40


class Commit(NamedTuple):
    """A commit: its parent (None for the first), its tree, who, when and why, and the paths that it changed."""

    parent: str | None
    tree: str
    title: str
    message: str
    author: str
    date: str
    changed: list[str]


class Put(NamedTuple):
    """A file to add or replace, whose bytes are an object of the repository already."""

    entry: Entry


class PutLarge(NamedTuple):
    """A file to add or replace that was uploaded before; without `size`, it may be of any."""

    path: str
    sha256: str
    size: int | None


class Delete(NamedTuple):
    """A file to delete, or a folder with all it holds."""

    path: str
    folder: bool


class Copy(NamedTuple):
    """A file to copy from a revision of the same repository, without one from the branch."""

    source: str
    path: str
    revision: str | None


Operation = Put | PutLarge | Delete | Copy


class Words(NamedTuple):
    """What a commit says of itself."""

    title: str
    message: str
    author: str


def now() -> str:
    """The present as the hub writes it: UTC, milliseconds, a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def begin(folder: Path, author: str, date: str) -> None:
    """Give a new repository its first commit, of no files."""
    commit = Commit(None, write_tree(folder, ()), "initial commit", "", author, date, [])
    refs.write_ref(folder, "heads", refs.MAIN, _write(folder, commit))


def read_commit(folder: Path, commit: str) -> Commit:
    """A commit by its whole id."""
    return _parsed(objects.record_path(folder, "commits", commit))


@lru_cache(maxsize=256)
def _parsed(path: Path) -> Commit:
    return Commit(**objects.read_record(path))


def _write(folder: Path, commit: Commit) -> str:
    return objects.store_record(folder, "commits", commit._asdict(), _DIGITS)


def history(folder: Path, commit: str) -> Iterator[tuple[str, Commit]]:
    """A commit and those before it, with their ids, newest first."""
    current: str | None = commit
    while current is not None:
        value = read_commit(folder, current)
        yield current, value
        current = value.parent


def last_changes(folder: Path, commit: str, paths: Iterable[str]) -> dict[str, tuple[str, Commit]]:
    """For each path of a commit, a file or a folder, the newest commit that changed it or a file below it."""
    open_paths, found = set(paths), {}
    for each, value in history(folder, commit):
        for changed in value.changed:
            for path in {changed, *_parents(changed)} & open_paths:
                open_paths.discard(path)
                found[path] = each, value
        if not open_paths:
            break
    return found


def commit_operations(
    folder: Path,
    branch: str,
    operations: Sequence[Operation],
    words: Words,
    parent: str | None = None,
    max_files: int = 100_000,
) -> str:
    """Apply operations to a branch in one commit, all or none, and give the commit's id.

    With `parent` the branch must still stand there, else Refusal 412. Where nothing changes, the commit that the
    branch stands at is given, so that asking twice does no harm. Raises Refusal, and changes nothing.
    """
    with objects.holding(folder):
        if not folder.exists():
            raise no_repository(f"{folder.parent.name}/{folder.name}")
        head = refs.read_ref(folder, "heads", branch)
        if head is None:
            raise no_revision(branch)
        if parent is not None and not head.startswith(parent):
            raise Refusal(412, f"A commit has happened since. {branch} is at {head}, not at {parent}.")
        before = read_tree(folder, read_commit(folder, head).tree)
        after = _applied(folder, before, operations)
        if len(after) > max_files:
            raise Refusal(413, f"a commit of this hub holds at most {max_files:,} files, not {len(after):,}.")
        changed = sorted({e.path for e in set(before.values()) ^ set(after.values())})
        if not changed:
            return head
        _check_folders(after)
        objects.settle(folder, {op.sha256 for op in operations if isinstance(op, PutLarge)})
        made = _write(folder, Commit(head, write_tree(folder, after.values()), *words, now(), changed))
        refs.write_ref(folder, "heads", branch, made)
        return made


def squash(folder: Path, branch: str, words: Words) -> None:
    """Replace the history of a branch by one commit of the same files; raises Refusal 404."""
    with objects.holding(folder):
        head = refs.read_ref(folder, "heads", branch)
        if head is None:
            raise no_revision(branch)
        tree = read_commit(folder, head).tree
        commit = Commit(None, tree, *words, now(), sorted(read_tree(folder, tree)))
        refs.write_ref(folder, "heads", branch, _write(folder, commit))


def _applied(folder: Path, before: Mapping[str, Entry], operations: Sequence[Operation]) -> dict[str, Entry]:
    """The files after the operations, one after the other."""
    files = dict(before)
    for operation in operations:
        if isinstance(operation, Put):
            files[operation.entry.path] = operation.entry
        elif isinstance(operation, PutLarge):
            files[operation.path] = _uploaded(folder, operation)
        elif isinstance(operation, Copy):
            files[operation.path] = _copied(folder, files, operation)
        elif operation.folder:
            inside = [path for path in files if path.startswith(operation.path + "/")]
            if not inside:
                raise no_entry(operation.path, "A folder with this name doesn't exist")
            for path in inside:
                del files[path]
        elif files.pop(operation.path, None) is None:
            raise no_entry(operation.path, "A file with this name doesn't exist")
    return files


def _uploaded(folder: Path, operation: PutLarge) -> Entry:
    path = objects.object_path(folder, operation.sha256)
    if not objects.has_object(folder, operation.sha256, operation.size):
        raise bad_request(f"{operation.path}: no bytes of SHA-256 {operation.sha256} were uploaded.")
    return large(operation.path, path.lstat().st_size, operation.sha256)


def _copied(folder: Path, files: Mapping[str, Entry], operation: Copy) -> Entry:
    if operation.revision is not None:
        files = read_tree(folder, read_commit(folder, refs.resolve(folder, operation.revision)).tree)
    if operation.source not in files:
        raise no_entry(operation.source, "A file with this name doesn't exist")
    return files[operation.source]._replace(path=operation.path)


def _check_folders(files: Mapping[str, Entry]) -> None:
    """Refuse a path that would be a file and a folder: no client could write both."""
    for path in files:
        clash = next((parent for parent in _parents(path) if parent in files), None)
        if clash is not None:
            raise bad_request(f"{clash} cannot be a file and the folder of {path}.")


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))
