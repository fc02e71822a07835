"""What a build keeps for the next one: entries, each a folder of files named by the digest of all they were made of.

CACHE/<kind>/<key>/ holds the files of an entry and `entry.json`, its record. An entry comes by one rename and
never changes. Nothing in it is durable, so it is held against the digests in its record before it is used: what
does not agree counts as not there. Where the cache cannot be read or written, nothing is found or kept.
"""

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.digests import file_sha256, file_xxh3
from corpuskit.staging import exchange

_RECORD, _NEW = "entry.json", "new"
# By the length of a digest in hexadecimal.
_DIGESTS = {32: file_xxh3, 64: file_sha256}

# The digest, as its length tells it sha256 or XXH3, and the size in bytes of each file.
Digests = Mapping[str, tuple[str, int]]


class Entry(NamedTuple):
    """An entry whose record is whole; its files have the sizes that it tells."""

    folder: Path
    value: Any
    files: Digests

    def is_sound(self, names: Iterable[str] | None = None) -> bool:
        """Whether the files of those names, by default all, are those that were kept."""
        try:
            wanted = {name: self.files[name] for name in (self.files if names is None else names)}
            return all(
                _DIGESTS[len(digest)](self.folder / name) == (digest, size)
                for name, (digest, size) in wanted.items()
            )
        except (OSError, KeyError):
            return False


def key_of(*parts: Any) -> str:
    """The key for what is made of these values: their sha256, the same in every process."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a key")


def find(cache: Path | None, kind: str, key: str) -> Entry | None:
    """The entry of a kind and key, from now on the most recently used one; None where there is none."""
    if cache is None:
        return None
    folder = cache / kind / key
    try:
        said, _, text = (folder / _RECORD).read_bytes().partition(b"\n")
        if said.decode() != hashlib.sha256(text).hexdigest():
            return None
        record = json.loads(text)
        files = {name: (digest, size) for name, (digest, size) in record["files"].items()}
        if (record["kind"], record["key"]) != (kind, key):
            return None
        if any((folder / name).stat().st_size != size for name, (_, size) in files.items()):
            return None
        os.utime(folder / _RECORD)
    except (OSError, UnicodeDecodeError):
        return None
    return Entry(folder, record["value"], files)


def keep(cache: Path | None, kind: str, key: str, folder: Path, files: Digests, value: Any) -> Path:
    """Make a finished folder the entry of a kind and key, and say where it is now: where it was, if it was not kept."""
    if cache is None:
        return folder
    record = {"kind": kind, "key": key, "files": files, "value": value}
    text = json.dumps(record, separators=(",", ":")).encode()
    target = cache / kind / key
    try:
        (folder / _RECORD).write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # damaged, or it would have been used; another thread may be about to open it
            exchange(folder, target)
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.rename(target)
    except OSError:
        return folder
    return target


def keep_files(
    cache: Path | None, kind: str, key: str, paths: Mapping[str, Path], files: Digests, value: Any
) -> None:
    """Keep a value, and files by links to where they are and stay."""
    if cache is None:
        return
    folder = cache / _NEW / f"{kind}-{key}"
    with suppress(OSError):
        folder.mkdir(parents=True)
        for name, path in paths.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            link(path, folder / name)
        keep(cache, kind, key, folder, files, value)
    shutil.rmtree(folder, ignore_errors=True)


def link(path: Path, target: Path) -> None:
    """Give a file a second name, or where the file system has no such thing, copy it."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def trim(cache: Path, most_bytes: int) -> None:
    """Remove the entries that were used longest ago, until the cache takes no more bytes.

    Only what the cache alone holds is counted: a file that is linked into a release takes no space of its own.
    """
    shutil.rmtree(cache / _NEW, ignore_errors=True)  # what a build that was killed did not finish
    entries = sorted(_entries(cache), reverse=True)
    total = 0
    for _, folder, size in entries:
        total += size
        if total > most_bytes:
            shutil.rmtree(folder, ignore_errors=True)


def _entries(cache: Path) -> Iterator[tuple[int, Path, int]]:
    """When each entry was used, its folder, and the bytes that it alone holds; what is no entry is removed."""
    with suppress(OSError):
        for folder in cache.glob("*/*"):
            try:
                used = (folder / _RECORD).stat().st_mtime_ns
                status = [path.stat() for path in folder.rglob("*")]
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            yield used, folder, sum(s.st_size for s in status if s.st_nlink == 1)
