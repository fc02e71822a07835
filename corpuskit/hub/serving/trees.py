"""Trees: the files of a commit, a JSON object named by its digest, and what of it lies below a path."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from corpuskit.hub.serving import objects


class Entry(NamedTuple):
    """A file of a commit: its path, bytes and SHA-256, and the id that git would give it.

    With `lfs` git would hold a pointer to it, whose id `oid` then is.
    """

    path: str
    size: int
    sha256: str
    oid: str
    lfs: bool


class Folder(NamedTuple):
    """A folder of a commit; `oid` changes whenever a file below it does."""

    path: str
    oid: str


def blob_id(data: bytes) -> str:
    """The id of a file in git: SHA-1, as the protocol has it."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    """The file that git holds in the place of a large one (git-lfs, docs/spec.md, "The Pointer")."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def regular(path: str, data: bytes, sha256: str) -> Entry:
    """The entry of a file whose bytes travelled in the commit."""
    return Entry(path, len(data), sha256, blob_id(data), lfs=False)


def large(path: str, size: int, sha256: str) -> Entry:
    """The entry of a file whose bytes were uploaded before the commit."""
    return Entry(path, size, sha256, blob_id(pointer(sha256, size)), lfs=True)


def write_tree(folder: Path, entries: Iterable[Entry]) -> str:
    """Keep a tree, durably, and give its digest."""
    rows = [entry._asdict() for entry in sorted(entries)]
    return objects.store_record(folder, "trees", {"entries": rows})


def read_tree(folder: Path, digest: str) -> Mapping[str, Entry]:
    """The files of a tree by path, in the order of their paths; never to be changed."""
    return _parsed(objects.record_path(folder, "trees", digest))


# A file named by its digest never changes; four of the largest trees are some hundred megabytes.
@lru_cache(maxsize=4)
def _parsed(path: Path) -> Mapping[str, Entry]:
    rows = objects.read_record(path)["entries"]
    return {row["path"]: Entry(**row) for row in rows}


def below(tree: Mapping[str, Entry], path: str, *, recursive: bool) -> Iterator[Entry | Folder]:
    """Files and folders below a path ("" is the top), folders before what they hold."""
    start = f"{path}/" if path else ""
    inside: dict[str, list[Entry]] = {}
    shown: list[str | Entry] = []
    for entry in tree.values():
        if not entry.path.startswith(start):
            continue
        parents = entry.path[len(start) :].split("/")[:-1]
        for depth in range(1, len(parents) + 1):
            parent = start + "/".join(parents[:depth])
            if parent not in inside:
                inside[parent] = []
                if recursive or depth == 1:
                    shown.append(parent)
            inside[parent].append(entry)
        if recursive or not parents:
            shown.append(entry)
    for each in shown:
        yield Folder(each, folder_id(inside[each])) if isinstance(each, str) else each


def folder_id(entries: Iterable[Entry]) -> str:
    """An id of a folder that follows from the paths and bytes of its files."""
    lines = "".join(f"{entry.oid} {entry.path}\n" for entry in entries)
    return hashlib.sha256(lines.encode()).hexdigest()[:40]
