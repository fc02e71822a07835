"""Files that are named by their digest, written once: durable before anything refers to them."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from corpuskit.hub.serving.refusals import Refusal
from corpuskit.staging import locked, sync

SCRATCH = "uploads"
_ABANDONED_SECONDS = 24 * 3600
_SYNCS_AT_ONCE = 8


def holding(folder: Path) -> AbstractContextManager[None]:
    """The lock of a repository, by its folder, also against other processes; waits until it is free.

    It lies beside the folder, so that it outlives the repository.
    """
    return locked(folder.parent, folder.name, wait=True)


def object_path(folder: Path, digest: str) -> Path:
    """Where the bytes of a digest lie in the folder of a repository, whether they are there or not."""
    return folder / "objects" / digest[:2] / digest


def record_path(folder: Path, kind: str, digest: str) -> Path:
    """Where the JSON object of a digest lies; `kind` is `commits` or `trees`."""
    return folder / kind / digest[:2] / f"{digest}.json"


def has_object(folder: Path, digest: str, size: int | None = None) -> bool:
    """Whether the bytes of a digest are there, of this size where one is given."""
    path = object_path(folder, digest)
    try:
        status = path.lstat()
    except OSError:
        return False
    return is_inside(path) and (size is None or status.st_size == size)


def is_inside(path: Path) -> bool:
    """Whether a path leads where it says: a link in a hub's folder is not followed."""
    return os.path.realpath(path) == str(path)


def read_record(path: Path) -> Any:
    """The JSON object at a path of `record_path`."""
    if not is_inside(path):
        raise Refusal(500, "there is a link in the hub's folder, which is not followed.")
    return json.loads(path.read_bytes())


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """The path of a new file to write in the folder of a repository; removed at the end unless it was placed."""
    path = folder / SCRATCH / secrets.token_hex(16)
    path.parent.mkdir(exist_ok=True)
    if not is_inside(path.parent):
        raise Refusal(500, "there is a link in the hub's folder, which is not followed.")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def place(written: Path, target: Path) -> None:
    """Move a written file to its place, durably: its bytes first, then its name."""
    sync(written)
    if not target.parent.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync(target.parent.parent)
    written.replace(target)
    sync(target.parent)


@contextmanager
def storing(folder: Path) -> Iterator[Callable[[bytes], str]]:
    """A function that keeps bytes as an object of a repository and gives their digest.

    All of them are durable when the block ends: files first, then each folder once, since every wait for the disk
    counts where a thousand small files come.
    """
    written: dict[str, Path] = {}
    touched: set[Path] = set()

    def store(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        touched.add(object_path(folder, digest).parent)
        if digest not in written and not has_object(folder, digest, len(data)):
            written[digest] = path = folder / SCRATCH / secrets.token_hex(16)
            path.write_bytes(data)
        return digest

    try:
        yield store
        _sync_all(written.values())
        for parent in touched:
            parent.mkdir(exist_ok=True)
        for digest, path in written.items():
            path.replace(object_path(folder, digest))
        _sync_all({*touched, folder / "objects"})
    finally:
        for path in written.values():
            path.unlink(missing_ok=True)


def settle(folder: Path, digests: Iterable[str]) -> None:
    """Make the names of objects durable: another request may have placed one a moment ago."""
    _sync_all({object_path(folder, digest).parent for digest in digests})


def _sync_all(paths: Iterable[Path]) -> None:
    """Make files or folders durable: a disk that is asked for several at once writes them at once."""
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        list(pool.map(sync, paths))


def store_record(folder: Path, kind: str, value: Any, digits: int = 64) -> str:
    """Keep a value as JSON named by its digest, of which `digits` count, durably; gives the digest."""
    data = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(data).hexdigest()[:digits]
    with scratch(folder) as path:
        path.write_bytes(data)
        place(path, record_path(folder, kind, digest))
    return digest


def keep_verified(folder: Path, written: Path, digest: str, size: int) -> None:
    """Make an uploaded file an object if it is what was announced; raises Refusal, and keeps nothing, if not."""
    found = written.stat().st_size if written.exists() else 0
    if found != size:
        raise Refusal(422, f"{found} bytes arrived where {size} were announced; nothing was stored.")
    if file_digest(written) != digest:
        raise Refusal(422, f"what arrived has not the SHA-256 {digest}; nothing was stored.")
    place(written, object_path(folder, digest))


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, read back."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, data: bytes, scratch: Path, mode: int = 0o644) -> None:
    """Write a file anew, durably, in one step: whoever reads it finds the old bytes or the new ones."""
    written = scratch / f".{secrets.token_hex(16)}"
    try:
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
        sync(path.parent)
    finally:
        written.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what uploads that never ended left in a repository a day ago or longer."""
    for path in (folder / SCRATCH).glob("*"):
        try:
            if time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue
